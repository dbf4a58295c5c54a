"""
Work on untrusted files in child processes that can be lost without losing the run.

A child may not open connections or start programs (Linux on x86-64) nor take more memory than its limit. What it
sends back is not trusted either: only values of pdqlite.types and pdqlite.errors are unpacked from it.
"""

from __future__ import annotations

import importlib
import io
import logging
import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from pdqlite import _confine, errors
from pdqlite.errors import ArgumentError, DamagedMediaError, PdqliteError, TooLargeError
from pdqlite.telling import followed
from pdqlite.types import decisions, hashes, lists

_LOG = logging.getLogger("pdqlite.workers")  # what became of children; no names of files
_MEMORY = 4 << 30  # bytes of address space a child may take
_SECONDS = 3600.0  # of one file; and for a child to start
_TELL = 0.1  # seconds between two words of a child on how far it is
_ADVICE = "if a viewer shows it, save it again from there"
_HOMES = {module.__name__: module for module in (decisions, hashes, lists, errors)}


class Unpacker(pickle.Unpickler):
    """Unpacks plain values and our own frozen ones; a child that was taken over gets nothing else made or called."""

    def find_class(self, module: str, name: str) -> Any:
        found = getattr(_HOMES.get(module), name, None)
        if isinstance(found, type) and found.__module__ == module:
            return found
        raise pickle.UnpicklingError(f"a child may not send {module}.{name}")


def _refusing(error: PdqliteError) -> Any:
    def work(_: Any) -> Any:
        raise error

    return work


def _child(pipe: Connection, function: str, setup: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends its children
    nowhere = os.open(os.devnull, os.O_WRONLY)  # while that may still be opened
    _confine.limit_memory(_MEMORY)
    _confine.refuse_calls()
    work = _made(function, setup)
    for stream in (1, 2):  # decoders in C write there, and may quote the file: nothing of it reaches a terminal
        os.dup2(nowhere, stream)
    with suppress(OSError):  # nobody waits for it any more
        pipe.send(_READY)  # from now on its time counts
    with followed(_teller(pipe)):
        _answer_all(pipe, lambda answer: pipe.send((True, answer)), work)


_READY = (True, "ready")


def _teller(pipe: Connection) -> Callable[[float], None]:
    """Return what tells the parent how much of an item is done, now and then."""
    last = 0.0

    def tell(share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL:
            last = now
            pipe.send((False, share))

    return tell


def answers(incoming: Connection, outgoing: Connection, function: str, setup: Any) -> None:
    """Answer what comes in with what function(setup) returns, until it ends."""
    _answer_all(incoming, outgoing.send, _made(function, setup))


def _made(function: str, setup: Any) -> Any:
    module, _, name = function.partition(":")
    try:
        return getattr(importlib.import_module(module), name)(setup)
    except PdqliteError as error:  # what every item then comes to
        return _refusing(error)


def _answer_all(incoming: Connection, send: Callable[[Any], None], work: Any) -> None:
    while True:
        try:
            item = incoming.recv()
        except EOFError:
            return
        try:
            answer: Any = work(item)
        except PdqliteError as error:
            answer = error
        except MemoryError:
            answer = TooLargeError("needs more memory than a decoder may take")
        except Exception as error:  # noqa: BLE001 - a fault of ours or of a decoder: this file's, not the run's
            answer = DamagedMediaError(f"cannot be decoded ({type(error).__name__}); {_ADVICE}")
        send(answer)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Start a child to which Ctrl-C does nothing: it inherits that from this thread, and would print a traceback until it ignores it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # the first child starts it, and it lets signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Worker:
    """One child, the item it has, and when it must be done. An item's time begins when the child is ready for it, however slowly it starts."""

    def __init__(self, function: str, setup: Any, seconds: float) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_child, args=(theirs, function, setup), daemon=True)
        with _uninterrupted():
            self.process.start()
        theirs.close()
        self.seconds = seconds
        self.ready = False
        self.item: int | None = None
        self.value: Any = None
        self.deadline = time.monotonic() + _SECONDS

    def give(self, item: int | None, value: Any) -> None:
        self.item, self.value = item, value
        if self.ready and item is not None:
            self.deadline = time.monotonic() + self.seconds
            with suppress(OSError):  # it died while idle; taking its result finds the closed pipe
                self.pipe.send(value)

    def started(self) -> bool:
        """Take the word of a child that it is ready, and give it its item; False if it died instead."""
        self.ready = self.take() == _READY
        self.give(self.item, self.value)
        return self.ready

    def take(self) -> tuple[bool, Any] | None:
        """Return (True, the result), or (False, the share that is done); None if the child died or sent what it may not."""
        try:
            done, answer = Unpacker(io.BytesIO(self.pipe.recv_bytes())).load()
            return (True, answer) if done is True else (False, min(1.0, max(0.0, float(answer))))
        except (EOFError, OSError, pickle.UnpicklingError, AttributeError, IndexError, TypeError, ValueError):
            return None

    def stop(self, now: bool = False) -> None:
        self.pipe.close()
        if not now:
            self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared(jobs: int | None, items: int) -> tuple[int, int]:
    """
    Return how many children work on so many items, and how many threads each may use: many items
    go one to a child, which costs least; a single one gets all the cores.

    Args:
        jobs: Cores to use; None for those there are.
    """
    jobs = cores() if jobs is None else jobs
    if jobs < 1:
        raise ArgumentError(f"jobs must be at least 1, not {jobs}")
    children = max(1, min(jobs, items))
    return children, jobs // children


def work_apart(
    function: str,
    setup: Any,
    items: Sequence[Any],
    jobs: int | None = None,
    seconds: float = _SECONDS,
    tell: Callable[[int, float], None] | None = None,
) -> Iterator[tuple[int, Any]]:
    """
    Yield (number of the item, result) as each is done.

    Args:
        function: "module:name" of a function that takes `setup` and returns the function to call
            on each item. Items and `setup` are pickled; results hold only plain values and those
            of pdqlite.types and pdqlite.errors.
        jobs: Children at a time; by default the cores this process may use.
        seconds: A child busy longer with one item is killed.
        tell: Called with the number of an item and the share of it that is done, 0 to 1, some ten times a second.

    A PdqliteError raised for an item is its result. A child that dies gives its item a
    DamagedMediaError, one that runs out of time a TooLargeError, and another takes its place.
    """
    if jobs is not None and jobs < 1:
        raise ArgumentError(f"jobs must be at least 1, not {jobs}")
    waiting = iter(range(len(items)))
    workers: list[_Worker] = []

    def feed(worker: _Worker) -> None:
        item = next(waiting, None)
        worker.give(item, None if item is None else items[item])

    try:
        for _ in range(min(jobs or cores(), len(items))):
            workers.append(_Worker(function, setup, seconds))
            feed(workers[-1])
        while busy := [w for w in workers if w.item is not None]:
            left = min(w.deadline for w in busy) - time.monotonic()
            ready = wait([w.pipe for w in busy], timeout=max(0.0, left))
            for worker in busy:
                late = time.monotonic() > worker.deadline
                if worker.pipe not in ready and not late:
                    continue
                if not worker.ready and worker.pipe in ready and worker.started():
                    continue
                item, answer = worker.item, worker.take() if worker.pipe in ready else None
                assert item is not None
                if answer is not None and not answer[0]:
                    if not late:
                        if tell is not None:
                            tell(item, answer[1])
                        continue
                    answer = None
                result = None if answer is None else answer[1]
                if result is None:
                    worker.stop(now=True)
                    workers[workers.index(worker)] = worker = _Worker(function, setup, seconds)
                    why = f"not done within {seconds:g} seconds" if late else None
                    _LOG.info("item %d: its child %s; another takes its place", item, "was late" if late else "died")
                    result = TooLargeError(why) if why else DamagedMediaError(f"its decoder crashed; {_ADVICE}")
                feed(worker)
                yield item, result
    finally:
        for worker in workers:
            worker.stop(now=worker.item is not None)
