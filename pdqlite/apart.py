"""
One confined child that answers questions in turn, for a library inside somebody else's program.

Unlike workers.work_apart it does not load the program's main module again, so it may be used from any script and thread.
"""

from __future__ import annotations

import atexit
import io
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from pdqlite import _confine
from pdqlite.errors import ArgumentError, DamagedMediaError, PdqliteError, TooLargeError
from pdqlite.workers import Unpacker, answers

_MEMORY = 4 << 30  # bytes of address space
_SECONDS = 600.0  # for one answer
_DYING = 2.0  # for a child to end whose pipe has ended
_KEPT = 4  # children that wait for the next question, at most

_idle: list[Apart] = []
_lock = threading.Lock()


def serve(function: str) -> None:
    """What the child does: answers on standard output what comes in on standard input, until that ends."""
    incoming, outgoing = Connection(os.dup(0), writable=False), Connection(os.dup(1), readable=False)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _confine.limit_memory(_MEMORY)
    _confine.refuse_calls()
    answers(incoming, outgoing, function, None)


class Apart:
    """
    One child. One thread at a time.

    Args:
        function: "module:name" of a function that takes None and returns the function that answers. Questions
            are pickled; answers hold only plain values and those of pdqlite.types and pdqlite.errors.

    Attributes:
        alive: It takes another question.
        killed: It was ended by a SIGKILL that was not ours: the system sends it where memory is short, and no decoder can send it.

    Raises:
        ArgumentError: This system is not POSIX.
    """

    def __init__(self, function: str) -> None:
        if os.name != "posix":
            raise ArgumentError("isolate=True needs Linux, macOS or another POSIX system")
        self.function = function
        code = f"import sys; sys.path[:] = {sys.path!r}; from pdqlite.apart import serve; serve({function!r})"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin and self._process.stdout
        self._outgoing = Connection(os.dup(self._process.stdin.fileno()), readable=False)
        self._incoming = Connection(os.dup(self._process.stdout.fileno()), writable=False)
        self._process.stdin.close()
        self._process.stdout.close()
        self.alive, self.killed = True, False

    def ask(self, question: Any, seconds: float = _SECONDS) -> Any:
        """
        Return the answer.

        Args:
            seconds: A child that takes longer is ended.

        Raises:
            PdqliteError: As the child raised it.
            DamagedMediaError: The child died of it, or answered what it may not.
            TooLargeError: It took longer.
        """
        try:
            self._outgoing.send(question)
            if not self._incoming.poll(seconds):
                self.end()
                raise TooLargeError(f"not done within {seconds:g} seconds")
            answer = Unpacker(io.BytesIO(self._incoming.recv_bytes())).load()
        except (EOFError, OSError, pickle.UnpicklingError, AttributeError, IndexError, TypeError, ValueError) as error:
            if isinstance(error, EOFError | OSError):
                with suppress(subprocess.TimeoutExpired):  # its pipe may end a moment before it does
                    self.killed = self._process.wait(_DYING) == -signal.SIGKILL
            self.end()
            raise DamagedMediaError("its decoder crashed, in a child of its own") from None
        if isinstance(answer, PdqliteError):
            raise answer
        return answer

    def end(self) -> None:
        """End the child."""
        self.alive = False
        for pipe in (self._outgoing, self._incoming):
            pipe.close()
        with suppress(OSError):
            self._process.kill()
        self._process.wait()


def borrow(function: str) -> Apart:
    """Return a child that waits, or a new one; give it back when done."""
    with _lock:
        for child in _idle:
            if child.function == function:
                _idle.remove(child)
                return child
    return Apart(function)


def give_back(child: Apart) -> None:
    """Keep a child for the next question, unless it is dead or enough are waiting."""
    with _lock:
        if child.alive and len(_idle) < _KEPT:
            _idle.append(child)
            return
    if child.alive:
        child.end()


@atexit.register
def end_all() -> None:
    """End the children that wait."""
    with _lock:
        while _idle:
            _idle.pop().end()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # they are the parent's
