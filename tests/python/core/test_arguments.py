"""A missing pointer is an error of the caller, told as one: every function of the core that returns a status, each pointer by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pdqlite
from support import HANGS

# Run apart: a core that used the pointer would take the process with it. All other pointers show a megabyte of zeros, numbers are 1.
CALLS = """
from pdqlite._core import ffi, lib

zeros = ffi.new("uint64_t[]", 1 << 17)

def argument(kind, missing):
    if kind.kind == "pointer" and (missing or kind.item.kind == "function"):
        return ffi.NULL
    if kind.kind == "pointer":
        return ffi.cast(kind, zeros)
    return 1 if kind.kind in ("primitive", "enum") else ffi.new(kind.cname + " *")[0]

for name in dir(lib):
    call = getattr(lib, name)
    kind = ffi.typeof(call) if name.startswith("pdql_") else None
    if kind is None or kind.kind != "function" or "pdql_status" not in kind.result.cname:
        continue
    for at, of in enumerate(kind.args):
        if of.kind == "pointer":
            print(name, at, end=" ", flush=True)
            print(call(*(argument(k, i == at) for i, k in enumerate(kind.args))), flush=True)
"""

ARG, ORDER, OK = 1, 5, 0
# What is looked at before that pointer: nothing has begun, there are no entries, no rows to write; or it may be missing (the header says so).
OTHERS = {
    ("pdql_delta_old", 1): ORDER, ("pdql_delta_old", 2): ORDER, ("pdql_delta_page", 1): ORDER, ("pdql_list_end", 1): ORDER,
    ("pdql_list_give", 1): ORDER, ("pdql_list_give_keypoints", 1): ORDER, ("pdql_keypoints_index_build", 2): 3, ("pdql_keypoints_index_build_frames", 2): 3, ("pdql_keypoints_index_build_frames", 3): 3, ("pdql_index_rows", 1): OK,
    ("pdql_uncrop_search", 6): OK,
}  # fmt: skip


def test_a_missing_pointer_is_refused() -> None:
    place = Path(pdqlite.__file__).parents[1]
    done = subprocess.run([sys.executable, "-P", "-c", CALLS], capture_output=True, text=True, timeout=HANGS, cwd=place)
    said = done.stdout.splitlines()
    assert done.returncode == 0, f"the core used a missing pointer: {said[-1]}"
    calls = {(name, int(at)): int(status) for name, at, status in (line.split() for line in said)}
    assert len(calls) > 150
    assert {call: status for call, status in calls.items() if status != OTHERS.get(call, ARG)} == {}
    assert set(OTHERS) <= set(calls)
