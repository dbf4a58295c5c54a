"""
What a worker does with one chunk of files: read, hash in a confined child, write one shard.
"""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from pdqlite.apart import borrow, give_back
from pdqlite.errors import (
    DamagedMediaError,
    NotMediaError,
    NoVideoError,
    PdqliteError,
    ScaleError,
    TooLargeError,
    UnreadableError,
)
from pdqlite.lists.format import local
from pdqlite.making import Made
from pdqlite.media.kinds import ENDINGS
from pdqlite.scale.child import SERVER
from pdqlite.scale.rows import Rows, path_key
from pdqlite.scale.stores import Listed, Store, patiently, written
from pdqlite.types import ImageHash, VideoHash

SHARDS = "shards"
_IN_MEMORY = 1 << 24  # bytes of a file that are read once and handed to the child as they are
_PIECE = 1 << 20
_LOOKS = 4  # a file that changes so often while it is read is left alone
_MAX_MS = (1 << 32) - 1
_TEXT = 200  # characters of an error
NO_MEDIA = "no picture or video"
_CHANGED = "changed while it was read"


@dataclass(frozen=True, slots=True)
class Settings:
    """
    How files are hashed.

    Attributes:
        source: Organisation that vouches for them.
        category: Of them all, one word.
        signatures: Make keypoint signatures, some 350 bytes a picture or frame.
        seconds: A file whose decoder takes longer is given up.
        size: Bytes; a larger file is not read.
        tries: How often a store that fails is asked again.
        files: Of one shard, at most.
    """

    source: str
    category: str = "unspecified"
    signatures: bool = True
    seconds: float = 600.0
    size: int = 1 << 32
    tries: int = 6
    files: int = 500


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same for every chunk of one root."""

    store: Store
    out: Store
    settings: Settings


@dataclass(slots=True)
class Done:
    """What came of a chunk: counts, failures by class, and path_key of files that failed for now or are another version than was listed."""

    files: int = 0
    pictures: int = 0
    videos: int = 0
    frames: int = 0
    no_media: int = 0
    size: int = 0
    again: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    unsure: set[bytes] = field(default_factory=set)

    def add(self, other: Done) -> None:
        """Count another chunk too."""
        for name in ("files", "pictures", "videos", "frames", "no_media", "size", "again"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failed.update(other.failed)
        self.unsure |= other.unsure


class _AgainError(UnreadableError):
    """The store's fault, or the moment's: another run may do better."""


def hash_chunk(job: Job, chunk: Sequence[Listed]) -> Done:
    """
    Hash files, one after the other, and write their shard. A file that fails is a row with an error.

    Raises:
        ScaleError: The output cannot be written.
    """
    rows, done = Rows(), Done()
    for item in chunk:
        _one(job, item, rows, done)
    _write(job, rows)
    return done


def mourn(job: Job, item: Listed) -> Done:
    """Write the row of a file at which worker after worker died."""
    rows, done = Rows(), Done(files=1)
    _failed(job, item, None, DamagedMediaError("the workers that had it died"), (rows, done), again=True)
    _write(job, rows)
    return done


def _write(job: Job, rows: Rows) -> None:
    name, data = rows.shard(job.settings.signatures)
    written(lambda: job.out.put(f"{SHARDS}/{name}", data), job.settings.tries)


def _one(job: Job, item: Listed, rows: Rows, done: Done) -> None:
    done.files += 1
    done.size += max(item.size, 0)
    digest: bytes | None = None
    listed = item.etag
    try:
        with _read(job, item) as (item, digest, source):
            made = _made(source, job.settings)
        _hashed(job, item, digest, made, (rows, done))
    except PdqliteError as error:
        _failed(job, item, digest, error, (rows, done), isinstance(error, _AgainError))
    except MemoryError:
        _failed(job, item, digest, TooLargeError("needs more memory than this worker has"), (rows, done))
    if item.etag != listed:
        done.unsure.add(path_key(os.fsencode(item.path)))


class _CrashedError(DamagedMediaError):
    """The child died."""

    killed = False  # by the system, or somebody: not of what it decoded


def _asked(source: str | bytes, settings: Settings) -> Any:
    """Return what a child sends back of a file."""
    child = borrow(SERVER)
    try:
        child.ask(None)  # a new one takes a second or more to start, which is not the file's
        return child.ask((source, settings.signatures, settings.seconds), settings.seconds)
    except DamagedMediaError as error:
        if child.alive:
            raise
        crashed = _CrashedError(str(error))
        crashed.killed = child.killed
        raise crashed from None
    finally:
        give_back(child)


def _once_more(source: str | bytes, settings: Settings) -> Any:
    """Ask a new child, as the system may have ended the first for want of memory. Two that crash are the file's doing; one that is killed again is not."""
    try:
        return _asked(source, settings)
    except _CrashedError as error:
        if error.killed:
            raise _AgainError("its decoder was killed twice; systems do that where memory is short") from None
        raise


def _made(source: str | bytes, settings: Settings) -> Made:
    """Return what a confined child makes of a file; what it sends is not believed."""
    try:
        made = _asked(source, settings)
    except _CrashedError:
        made = _once_more(source, settings)
    try:
        found, signatures = made
        frames = [found] if isinstance(found, ImageHash) else found.frames
        fine = isinstance(found, ImageHash | VideoHash) and len(frames) == len(signatures)
        fine &= all(len(f.bits) == 32 and 0 <= f.quality <= 100 for f in frames)
        local.check(signatures)
    except Exception:  # noqa: BLE001 - whatever it sent
        fine = False
    if not fine:
        raise DamagedMediaError("its decoder answered what is no hash")
    if not frames:
        raise NoVideoError("without a single frame")
    if isinstance(found, VideoHash) and any(not 0 <= round(1000 * f.time) <= _MAX_MS for f in found.frames):
        raise DamagedMediaError("has frames at times that a list cannot say")
    return found, signatures


@contextmanager
def _read(job: Job, item: Listed) -> Iterator[tuple[Listed, bytes, str | bytes]]:
    """Give a file as it was listed, or as it is now, with its SHA-256: its bytes, or a path that a child can open."""
    try:
        for _ in range(_LOOKS):
            with _once(job, item) as (digest, source):
                now = patiently(lambda: job.store.look(item.path), job.settings.tries)  # noqa: B023  called at once
                if now.etag != item.etag:
                    item = now
                    continue
                try:
                    yield item, digest, source
                finally:  # what was decoded by its path may have been another content; whatever came of it
                    if not isinstance(source, bytes) and job.store.look(item.path).etag != item.etag:
                        raise _AgainError(_CHANGED)
                return
        raise _AgainError("changed again and again while it was read")
    except FileNotFoundError:
        raise _AgainError("was listed, and is no longer there") from None
    except PermissionError:
        raise _AgainError("cannot be opened: permission denied") from None
    except ScaleError as error:
        raise _AgainError(str(error)) from None
    except UnreadableError:
        raise
    except OSError as error:
        raise _AgainError(f"cannot be read: {error.strerror or type(error).__name__}") from None


@contextmanager
def _once(job: Job, item: Listed) -> Iterator[tuple[bytes, str | bytes]]:
    """Read a file once."""
    path = job.store.local(item.path)
    if item.size > job.settings.size:
        raise _too_large(item.size, job.settings)
    if path is not None and item.size > _IN_MEMORY:
        digest, _ = patiently(lambda: _copied(job, item, None), job.settings.tries)
        yield digest, path
        return
    small = 0 <= item.size <= _IN_MEMORY
    with io.BytesIO() if small else tempfile.NamedTemporaryFile(suffix=".part") as copy:
        digest, size = patiently(lambda: _copied(job, item, copy), job.settings.tries)
        if isinstance(copy, io.BytesIO):
            yield digest, copy.getvalue()
        elif size <= _IN_MEMORY:
            copy.seek(0)
            yield digest, copy.read()
        else:
            copy.flush()
            yield digest, copy.name


def _copied(job: Job, item: Listed, copy: Any) -> tuple[bytes, int]:
    """Read a file to its end into a copy; return its SHA-256 and its bytes."""
    whole, size = hashlib.sha256(), 0
    if copy is not None:
        copy.seek(0)
        copy.truncate()
    with job.store.open(item.path) as stream:
        while piece := stream.read(_PIECE):
            size += len(piece)
            if size > job.settings.size:
                raise _too_large(size, job.settings)
            if size > _IN_MEMORY and isinstance(copy, io.BytesIO):
                raise _AgainError(_CHANGED)
            whole.update(piece)
            if copy is not None:
                copy.write(piece)
    return whole.digest(), size


def _too_large(size: int, settings: Settings) -> TooLargeError:
    return TooLargeError(f"{size} bytes; at most {settings.size} are read (--max-bytes)")


_CALLED: dict[type[PdqliteError], str] = {_AgainError: "UnreadableError", _CrashedError: "DamagedMediaError"}


def _said(job: Job, item: Listed, digest: bytes | None) -> dict[str, Any]:
    return {
        "path": os.fsencode(item.path), "etag": item.etag, "modified": item.modified, "size": item.size, "sha256": digest,
        "category": job.settings.category, "source": job.settings.source, "again": False,
    }  # fmt: skip


def _hashed(job: Job, item: Listed, digest: bytes, made: Made, into: tuple[Rows, Done]) -> None:
    (found, signatures), (rows, done) = made, into
    said = _said(job, item, digest)
    if isinstance(found, ImageHash):
        done.pictures += 1
        note = "damaged" if found.damaged else None
        rows.add(**said, kind="picture", pdq=found.bits, quality=found.quality, signature=signatures[0], note=note)
        return
    done.videos += 1
    done.frames += len(found.frames)
    note = " ".join(["damaged"] * found.damaged + ["truncated"] * found.truncated) or None
    for frame, signature in zip(found.frames, signatures, strict=True):
        rows.add(
            **said, kind="video", pdq=frame.bits, quality=frame.quality, frame=frame.frame, ms=round(1000 * frame.time),
            signature=signature, note=note,
        )  # fmt: skip


def _failed(
    job: Job, item: Listed, digest: bytes | None, error: PdqliteError, into: tuple[Rows, Done], again: bool = False
) -> None:
    rows, done = into
    if isinstance(error, NotMediaError | NoVideoError) and PurePath(item.path).suffix.lower() not in ENDINGS:
        done.no_media += 1
        text = f"{NO_MEDIA}: {error}"
    else:
        kind = _CALLED.get(type(error), type(error).__name__)
        done.failed[kind] += 1
        text = f"{kind}: {error}"
    done.again += again
    if again:
        done.unsure.add(path_key(os.fsencode(item.path)))
    rows.add(**_said(job, item, digest) | {"again": again}, kind="none", error=" ".join(text.split())[:_TEXT])
