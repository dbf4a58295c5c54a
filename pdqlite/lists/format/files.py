"""
Where the files of a list come from, and how they are written: whole or not at all.
"""

from __future__ import annotations

import errno
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from pdqlite.errors import ArgumentError, CiphertextError, ListFormatError

MANIFEST = "manifest"
LIST = "list.cob"
LOCAL = "local.cob"
PROOF = "manifest.tlog-proof"
_CHECKPOINT, _POLICY = "checkpoint", "policy/0"  # of a published list
SIDE_BY_SIDE = ("image", "video", "file")  # folders of lists that were made of mixed input, named as their types


class Files(Protocol):
    """A place that holds the files of one release."""

    def open(self, name: str) -> BinaryIO:
        """Open a file; OSError if there is none."""

    def size(self, name: str) -> int:
        """Return the size of a file in bytes; OSError if there is none."""


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a regular file, or a link to one; OSError for what else a name may be, and no waiting for a FIFO's writer."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def directory(path: object) -> Path:
    """Return the path of a directory as a caller gave it; ArgumentError if it is no path."""
    name = os.fspath(path) if isinstance(path, os.PathLike) else path
    if not isinstance(name, str) or not name or "\0" in name:
        raise ArgumentError(
            f"expected the path of a directory (str or os.PathLike), not {'such a name' if isinstance(name, str) else type(path).__name__}"
        )
    return Path(name)


class Directory:
    """The files of a directory."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = directory(path)

    def open(self, name: str) -> BinaryIO:
        return open_regular(self.path / name)

    def size(self, name: str) -> int:
        return (self.path / name).stat().st_size


class Memory:
    """Files held as bytes."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files

    def _get(self, name: str) -> bytes:
        if name not in self.files:
            raise FileNotFoundError(name)
        return self.files[name]

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self._get(name))

    def size(self, name: str) -> int:
        return len(self._get(name))


class Below:
    """The files of a folder of another place."""

    def __init__(self, files: Files, folder: str) -> None:
        self._files = files
        self._folder = folder

    def open(self, name: str) -> BinaryIO:
        return self._files.open(f"{self._folder}/{name}")

    def size(self, name: str) -> int:
        return self._files.size(f"{self._folder}/{name}")


def exists(files: Files, name: str) -> bool:
    """Return True if there is a file of this name."""
    try:
        files.size(name)
    except OSError:
        return False
    return True


def _where_lists_are(files: Files) -> str:
    """Return what to say of a place that is no list: that lists stand in it side by side, if they do."""
    parts = [part for part in SIDE_BY_SIDE if exists(files, f"{part}/{MANIFEST}")]
    if parts:
        return f"; lists stand in it side by side: give {' or '.join(f'its directory {part}' for part in parts)}"
    if any(exists(files, name) for name in (_CHECKPOINT, _POLICY)):
        return "; this is a published list: give a release in it, the directory that is named by its number"
    return "; a list is a directory that pdqlite list build makes"


def read_given(files: Files, name: str, limit: int) -> bytes | None:
    """Return a file that may be absent: None then. ListFormatError if it is there and cannot be read, or is larger."""
    return read_small(files, name, limit) if exists(files, name) else None


def read_small(files: Files, name: str, limit: int) -> bytes:
    """Return a file of at most `limit` bytes; ListFormatError if it is absent or larger."""
    try:
        with files.open(name) as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        advice = ""
        if name == MANIFEST and error.errno in (errno.ENOENT, errno.ENOTDIR):
            advice = _where_lists_are(files)
        raise ListFormatError(f"{name}: cannot be read ({error.strerror}){advice}") from None
    if len(data) > limit:
        raise ListFormatError(f"{name}: more than {limit} bytes")
    return data


def open_exact(files: Files, name: str, size: int) -> BinaryIO:
    """Open an encrypted file that must have `size` bytes; CiphertextError if it has not."""
    try:
        actual = files.size(name)
        if actual != size:
            raise CiphertextError(f"{name}: {actual} bytes, expected {size}")
        return files.open(name)
    except OSError as error:
        raise CiphertextError(f"{name}: cannot be read ({error.strerror})") from None


def sync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file that must not exist, and sync it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _name_outside(error: BaseException, path: Path) -> None:
    """Let an error of the system name what its reader knows, and not the temporary beside it."""
    if isinstance(error, OSError):
        error.filename, error.filename2 = str(path), None


def replace(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put `data` at `path` in one step: the old file or the new one, never half."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        write_new(temporary, data, mode)
        os.replace(temporary, path)
    except BaseException as error:
        _name_outside(error, path)
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def refuse_occupied(path: Path) -> None:
    """Raise ArgumentError if `path` is there and no empty folder."""
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ArgumentError("the output directory exists and is not empty")


@contextmanager
def new_directory(path: Path) -> Iterator[Path]:
    """Give an empty folder that takes its place as `path` in one step when all is written; `path` must not exist, or be empty."""
    refuse_occupied(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        temporary.mkdir()
        yield temporary
        sync_directory(temporary)
        os.replace(temporary, path)
    except BaseException as error:
        _name_outside(error, path)
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    sync_directory(path.parent)
