"""
The driver: lists what there is, leaves out what is done, hands out chunks, counts what comes back.

It keeps no state of its own: what is done is what the shards say. So a killed driver loses the chunks that were at work, and two
drivers on one output do no harm but work twice.
"""

from __future__ import annotations

import logging
import os
import pickle
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, field
from itertools import pairwise
from typing import IO, Any

from pdqlite.errors import ArgumentError, ScaleError
from pdqlite.scale.engine import Engine
from pdqlite.scale.known import Known, read_known
from pdqlite.scale.rows import key_of, path_key
from pdqlite.scale.stores import Listed, Store, patiently, store_of
from pdqlite.scale.tidy import Listing, tidy
from pdqlite.scale.work import SHARDS, Done, Job, Settings, hash_chunk, mourn

_LOG = logging.getLogger("pdqlite.scale")
_CHUNK_BYTES = 1 << 32  # of files in one chunk, so that large videos do not all wait for one worker
_ALONE = 2  # deaths after which a chunk is halved and works alone
_DEATHS = 3  # of workers at one file alone, and it is given up
_TELL = 10.0  # seconds between two lines of the log
_EXECUTORS = ("distributed", "tornado", "ray", "mpi4py")  # whose errors say that a worker is gone


@dataclass(slots=True)
class Summary:
    """
    What a run did.

    Attributes:
        listed: Files that were found.
        before: Of those, done by an earlier run.
        done: What this run did.
        skipped: What was left out of folders, by kind.
        folders: Folders that could not be listed, by reason.
        shards, broken: Shards there were at the start; of those, damaged ones, which were removed to be done again.
        replaced: Versions of files that are there with another content now; their rows were taken out.
        gone, forgotten: Files of the output that are no longer there; of those, files whose rows were taken out.
        seconds: From the first chunk to the last.
    """

    listed: int = 0
    before: int = 0
    done: Done = field(default_factory=Done)
    skipped: Counter[str] = field(default_factory=Counter)
    folders: Counter[str] = field(default_factory=Counter)
    shards: int = 0
    broken: int = 0
    replaced: int = 0
    gone: int = 0
    forgotten: int = 0
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """True if every file has its hashes, or will never have any: another run would change nothing."""
        return not self.folders and not self.done.again

    def record(self) -> dict[str, Any]:
        """Return it for JSON."""
        done = self.done
        return {
            "listed": self.listed, "done_before": self.before, "files": done.files, "pictures": done.pictures, "videos": done.videos,
            "frames": done.frames, "no_media": done.no_media, "failed": dict(sorted(done.failed.items())), "to_do_again": done.again,
            "bytes": done.size, "skipped": dict(sorted(self.skipped.items())), "folders_not_listed": dict(sorted(self.folders.items())),
            "broken_shards": self.broken, "replaced": self.replaced, "gone": self.gone, "forgotten": self.forgotten, "seconds": round(self.seconds, 1), "complete": self.complete,
        }  # fmt: skip


Tell = Callable[[int, int], None]


def hash_files(
    urls: Sequence[str],
    out: str,
    settings: Settings,
    engine: Engine,
    hidden: bool = False,
    tell: Tell | None = None,
    forget: bool = False,
) -> Summary:
    """
    Hash all pictures and videos under some folders, into shards. What an output has already is not done again; what it has of another
    version of a file than is there now is taken out at the end.

    Args:
        urls: Folders or files, of any store that fsspec knows. All workers must reach them.
        out: Folder of the output, of any such store too.
        hidden: Of folders, files and folders whose names begin with a dot too.
        tell: Called with (files done, files to do) after each chunk.
        forget: At the end take out the rows of files, under these folders, that are no longer there; not if a folder could not be listed.

    Raises:
        ScaleError: The output cannot be written or holds shards that do not fit, or a store fails.
        ArgumentError: No such store, nothing under a URL, or one URL in another.
    """
    target, summary, places = store_of(out), Summary(), places_of(urls)
    known = read_known(target, settings)
    summary.shards, summary.broken = len(known.names), known.broken
    with tempfile.TemporaryFile() as plan, tempfile.TemporaryFile() as paths:
        todo = _plan(places, (target, settings), known, summary, (plan, paths), hidden)
        _LOG.info("%d files listed, %d done before, %d to do", summary.listed, summary.before, todo)
        _work(_chunks(plan, target, settings), engine, summary, todo, tell)
        listing = Listing(paths, places, hidden, not summary.folders, frozenset(summary.done.unsure))
        summary.replaced, summary.gone, summary.forgotten = tidy(target, known, listing, settings, forget)
    return summary


def places_of(urls: Sequence[str]) -> list[Store]:
    """Return the stores of some folders and files; ArgumentError if one is in another, as its files would be hashed and counted twice."""
    places = [store_of(url) for url in urls]
    roots = sorted((place.root.rstrip("/") + "/", number) for number, place in enumerate(places, 1))
    for (outer, first), (inner, second) in pairwise(roots):
        if inner.startswith(outer):
            raise ArgumentError(f"folder or URL {second} of those given is in number {first}, or is the same: its files would count twice")  # fmt: skip
    return places


def listed(urls: Sequence[str], out: str = "", hidden: bool = False, tries: int = 6) -> Iterator[tuple[bytes, bytes]]:
    """Yield the path and key of each file under some folders, but those of an output (its root); what cannot be listed is an error of the store."""
    summary = Summary()
    for store in places_of(urls):
        for item in _walk(store, tries, summary, hidden, out):
            path = os.fsencode(item.path)
            yield path, key_of(path, item.etag)
    if summary.folders:
        raise ScaleError(f"{summary.folders.total()} folders cannot be listed ({', '.join(sorted(summary.folders))})")


def _plan(
    places: Sequence[Store],
    into: tuple[Store, Settings],
    known: Known,
    summary: Summary,
    files: tuple[IO[bytes], IO[bytes]],
    hidden: bool,
) -> int:
    """List what there is; write what is to do into a file, chunk by chunk, and the keys of all paths into another. Return how many files are to do."""
    (target, settings), (plan, paths) = into, files
    todo, chunk, size = 0, list[Listed](), 0
    for number, store in enumerate(places, 1):
        found = 0
        for item in _walk(store, settings.tries, summary, hidden, target.root):
            found += 1
            path = os.fsencode(item.path)
            paths.write(path_key(path))
            if known.meet(path, item.etag):
                summary.before += 1
                continue
            if chunk and (len(chunk) >= settings.files or size + max(item.size, 0) > _CHUNK_BYTES):
                pickle.dump((store, chunk), plan)
                chunk, size = [], 0
            chunk.append(item)
            size, todo = size + max(item.size, 0), todo + 1
        if chunk:
            pickle.dump((store, chunk), plan)
            chunk, size = [], 0
        if not found and not summary.folders:
            raise ArgumentError(f"nothing under folder or URL {number} of those given")
        summary.listed += found
    return todo


def _walk(store: Store, tries: int, summary: Summary, hidden: bool, out: str) -> Iterator[Listed]:
    """Yield the files under a store's root: a folder's files by name, then its folders, as the command that builds lists does. `out` and its shards are left out."""
    if patiently(lambda: store.is_file(store.root), tries):
        yield patiently(lambda: store.look(store.root), tries)
        return
    waiting = [store.root]
    while waiting:
        here = waiting.pop()
        try:
            found = patiently(lambda: store.folder(here, hidden), tries)  # noqa: B023  called at once
        except OSError as error:
            if here == store.root:
                raise ScaleError(f"cannot be listed: {error.strerror or type(error).__name__}") from None
            summary.folders[error.strerror or type(error).__name__] += 1
            continue
        summary.skipped.update(found.skipped)
        yield from found.files
        waiting += [folder for folder in reversed(found.folders) if folder.rstrip("/") not in (out, f"{out}/{SHARDS}")]


def _chunks(plan: IO[bytes], out: Store, settings: Settings) -> Iterator[tuple[Job, list[Listed]]]:
    plan.seek(0)
    while True:
        try:
            store, chunk = pickle.load(plan)
        except EOFError:
            return
        yield Job(store, out, settings), chunk


@dataclass(slots=True)
class _Chunk:
    """A chunk, and how often the worker that had it died."""

    job: Job
    items: list[Listed]
    deaths: int = 0


def _work(
    coming: Iterator[tuple[Job, list[Listed]]], engine: Engine, summary: Summary, todo: int, tell: Tell | None
) -> None:
    """Keep all workers busy until every chunk is done."""
    flying: dict[Future[Any], _Chunk] = {}
    again: deque[_Chunk] = deque()
    suspects: deque[_Chunk] = deque()  # at which workers died: each works alone, so that no other is suspected
    start = told = time.monotonic()
    while True:
        if not suspects:
            while len(flying) < 2 * engine.slots:
                chunk = again.popleft() if again else next((_Chunk(*one) for one in coming), None)
                if chunk is None:
                    break
                flying[engine.submit(hash_chunk, chunk.job, chunk.items)] = chunk
        elif not flying:
            chunk = suspects.popleft()
            flying[engine.submit(hash_chunk, chunk.job, chunk.items)] = chunk
        if not flying:
            break
        for future in wait(flying, _TELL, FIRST_COMPLETED).done:
            chunk = flying.pop(future)
            done = _result(future, chunk, engine, again, suspects)
            if done is not None:
                summary.done.add(done)
                if tell is not None:
                    tell(summary.done.files, todo)
        if time.monotonic() - told >= _TELL:
            told = time.monotonic()
            engine.tend()
            _LOG.info("%s", _progress(summary.done, todo, told - start))
    summary.seconds = time.monotonic() - start


def _result(
    future: Future[Any], chunk: _Chunk, engine: Engine, again: deque[_Chunk], suspects: deque[_Chunk]
) -> Done | None:
    """Return what a chunk came to; None if it must be done again."""
    try:
        done: Done = future.result()
        return done
    except ScaleError:
        raise
    except CancelledError:
        raise ScaleError(
            "the scheduler is gone; what is written stays, and the same command goes on from there"
        ) from None
    except Exception as error:
        if not isinstance(error, BrokenExecutor) and not type(error).__module__.startswith(_EXECUTORS):
            raise  # a fault of ours, which another worker would repeat
        _LOG.warning("a chunk of %d files lost its worker (%s)", len(chunk.items), type(error).__name__)
    engine.mend()
    chunk.deaths += 1
    if chunk.deaths < _ALONE:
        again.append(chunk)
    elif len(chunk.items) > 1:
        half = len(chunk.items) // 2
        suspects.extend(_Chunk(chunk.job, part, _ALONE - 1) for part in (chunk.items[:half], chunk.items[half:]))
    elif chunk.deaths < _ALONE + _DEATHS:
        suspects.append(chunk)
    else:
        return mourn(chunk.job, chunk.items[0])
    return None


def _progress(done: Done, todo: int, seconds: float) -> str:
    rate = done.files / seconds if seconds else 0.0
    left = f"{(todo - done.files) / rate:.0f} s left" if rate else "the first are at work"
    return f"{done.files} of {todo} files, {rate:.1f} a second, {left}; {sum(done.failed.values())} failed"
