"""
Clocks. CPU time of this thread where the system has it: other processes on the machine then
disturb caches, not the figure itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

now: Callable[[], float] = getattr(time, "thread_time", time.process_time)
MIN_SECONDS = 2e-3  # a sample lasts at least this long, a thousand ticks of a microsecond clock


def _calls_per_sample(call: Callable[[], object], least: float) -> int:
    number = 1
    while True:
        start = now()
        for _ in range(number):
            call()
        spent = now() - start
        if spent >= least:
            return number
        number = max(number * 2, int(number * least / spent) + 1 if spent > 0 else number * 10)


def samples(call: Callable[[], object], repeat: int = 15, number: int | None = None) -> list[float]:
    """Return `repeat` samples of CPU seconds per call; `number` calls a sample, found if None."""
    return together({"one": call}, repeat, number)["one"]


def together(
    calls: Mapping[str, Callable[[], object]],
    repeat: int = 15,
    number: int | None = None,
    read: Callable[[], float] = now,
) -> dict[str, list[float]]:
    """
    Time several calls in turn, so that a slow spell of the machine meets all of them. `read` is the
    clock: time.process_time where a call starts threads, time.perf_counter where waiting counts.

    Sample i of one and sample i of another were taken next to each other: Report.ratio
    pairs them. Finding the number of calls has warmed each up.
    """
    numbers = {k: number or _calls_per_sample(c, MIN_SECONDS) for k, c in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(repeat):
        for name, call in calls.items():
            start = read()
            for _ in range(numbers[name]):
                call()
            found[name].append((read() - start) / numbers[name])
    return found
