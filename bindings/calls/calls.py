"""calls.c in Python: what one call costs."""

import time

import numpy as np

from pdqlite.hashing import Hasher

SIDE, BATCHES, CALLS = 64, 60, 200

pixels = (np.arange(SIDE * SIDE, dtype=np.int64) ** 2 // 7 % 251).astype(np.uint8).reshape(SIDE, SIDE)
hasher = Hasher(SIDE, SIDE)
best, found = float("inf"), hasher.hash(pixels)
for _ in range(BATCHES):
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        found = hasher.hash(pixels)
    best = min(best, (time.perf_counter_ns() - start) / CALLS)
print(found.bits.hex() if isinstance(found.bits, bytes) else str(found.bits), round(best))
