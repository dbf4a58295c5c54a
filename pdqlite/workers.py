"""
Work on untrusted files in child processes that can be lost without losing the run.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

from pdqlite.errors import DamagedMediaError, PdqliteError

_MEMORY = 4 << 30  # bytes of address space a child may take
_SECONDS = 3600.0  # of one file


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or hard > _MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))


def _child(pipe: Connection, function: str, setup: Any) -> None:
    _limit_memory()
    module, _, name = function.partition(":")
    work = getattr(importlib.import_module(module), name)(setup)
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        try:
            answer: Any = work(item)
        except PdqliteError as error:
            answer = error
        except MemoryError:
            answer = DamagedMediaError("needs more memory than a decoder may take")
        pipe.send(answer)


class _Worker:
    def __init__(self, function: str, setup: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_child, args=(theirs, function, setup), daemon=True)
        self.process.start()
        theirs.close()
        self.item: int | None = None

    def stop(self) -> None:
        self.pipe.close()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def work_apart(function: str, setup: Any, items: Sequence[Any], jobs: int | None = None, seconds: float = _SECONDS) -> Iterator[tuple[int, Any]]:
    """
    Yield (number of the item, result) as each is done.

    Args:
        function: "module:name" of a function that takes `setup` and returns the function to call
            on each item. Both and the results cross process borders by pickling.
        jobs: Children at a time; by default the cores this process may use.
        seconds: A child busy longer with one item is killed.

    A PdqliteError raised for an item is its result. A child that dies gives its item a
    DamagedMediaError, and another takes its place.
    """
    jobs = min(jobs or len(os.sched_getaffinity(0)), max(1, len(items)))
    waiting = iter(range(len(items)))
    workers: list[_Worker] = []

    def feed(worker: _Worker) -> None:
        worker.item = next(waiting, None)
        if worker.item is not None:
            worker.pipe.send(items[worker.item])

    try:
        for _ in range(jobs):
            workers.append(_Worker(function, setup))
            feed(workers[-1])
        while busy := [w for w in workers if w.item is not None]:
            ready = wait([w.pipe for w in busy], timeout=seconds)
            for worker in [w for w in busy if w.pipe in ready] or busy:
                assert worker.item is not None
                item = worker.item
                try:
                    result = worker.pipe.recv() if worker.pipe in ready else None
                except (EOFError, ConnectionError):
                    result = None
                if result is None:
                    worker.process.kill()
                    worker.stop()
                    workers[workers.index(worker)] = worker = _Worker(function, setup)
                    result = DamagedMediaError("the decoder crashed or took too long")
                feed(worker)
                yield item, result
    finally:
        for worker in workers:
            worker.stop()
