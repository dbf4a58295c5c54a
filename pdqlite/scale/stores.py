"""
Where files are: folders of this machine, and every store that fsspec knows. Listing, reading, writing in one step.
"""

from __future__ import annotations

import errno
import os
import random
import stat
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, cast

import fsspec

from pdqlite.errors import ArgumentError, PdqliteError, ScaleError, UnreadableError
from pdqlite.lists.format import files

_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG)
_WHOLE = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "memory"}  # where an object appears when it is whole
_LONGEST = 30.0  # seconds between two tries
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a store: its path, what names this content of it, when it was written (milliseconds), and its bytes; -1: not said."""

    path: str
    etag: str
    modified: int
    size: int


@dataclass(slots=True)
class Folder:
    """What a folder holds, by name; and how many of each kind were left out."""

    files: list[Listed] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)


class Store(Protocol):
    """A place with files; picklable."""

    root: str

    def folder(self, path: str, hidden: bool) -> Folder:
        """List one folder; OSError."""

    def look(self, path: str) -> Listed:
        """Look at one file; OSError."""

    def is_file(self, path: str) -> bool:
        """Say whether a path is a file."""

    def open(self, path: str) -> BinaryIO:
        """Open one file; OSError."""

    def local(self, path: str) -> str | None:
        """Return the path by which a child of this machine can open a file, if there is one."""

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder below the root, sorted; none if there is no folder."""

    def get(self, name: str) -> bytes:
        """Return a file below the root."""

    def put(self, name: str, data: bytes) -> None:
        """Write a file below the root, whole or not at all."""

    def remove(self, name: str) -> None:
        """Remove a file below the root."""


def patiently(call: Callable[[], _T], tries: int, pause: float = 0.5) -> _T:
    """
    Return what a store answers, asking again where it fails, each time after twice as long.

    Raises:
        OSError: What asking again does not change: not there, not allowed, no room.
        ScaleError: It failed at every try.
    """
    for number in range(tries + 1):
        try:
            return call()
        except (*_FINAL, PdqliteError):
            raise
        except Exception as error:  # noqa: BLE001 - clients of stores raise errors of their own
            if isinstance(error, OSError) and error.errno in _FULL:
                raise
            if number == tries:
                raise ScaleError(f"the store failed {tries + 1} times ({type(error).__name__})") from None
        time.sleep(min(_LONGEST, pause * 2**number) * random.uniform(0.5, 1.0))
    raise AssertionError


def written(call: Callable[[], object], tries: int) -> None:
    """Change an output, patiently; ScaleError if it cannot be changed."""
    try:
        patiently(call, tries)
    except OSError as error:
        raise ScaleError(
            f"the output cannot be written: {error.strerror or type(error).__name__}; what is written stays, and the same command goes on from there"
        ) from None


def place(path: str) -> bytes:
    """Return what orders paths as a walk meets them: a folder's files by name, then its folders."""
    *folders, name = path.split("/")
    parts = [b"\2" + one.encode("utf-8", "surrogatepass") + b"\0" for one in folders]
    return b"".join(parts) + b"\1" + name.encode("utf-8", "surrogatepass") + b"\0"


class LocalStore:
    """A folder or file of this machine, or of one that all workers see at the same path."""

    def __init__(self, root: str) -> None:
        self.root = os.path.abspath(root)

    def folder(self, path: str, hidden: bool) -> Folder:
        found = Folder()
        with os.scandir(path) as entries:
            for entry in sorted(entries, key=lambda e: e.name):
                if entry.name.startswith(".") and not hidden:
                    found.skipped["hidden (see --hidden)"] += 1
                elif entry.is_dir(follow_symlinks=False):
                    found.folders.append(entry.path)
                else:
                    self._add(entry, found)
        return found

    def _add(self, entry: os.DirEntry[str], found: Folder) -> None:
        try:
            about = entry.stat()
        except OSError:
            found.files.append(Listed(entry.path, "", 0, -1))  # reading it will say why
            return
        if stat.S_ISREG(about.st_mode):
            found.files.append(_described(entry.path, about))
        else:
            found.skipped["linked folder" if stat.S_ISDIR(about.st_mode) else "pipe, socket or device"] += 1

    def look(self, path: str) -> Listed:
        return _described(path, os.stat(path))

    def is_file(self, path: str) -> bool:
        return os.path.isfile(path)

    def open(self, path: str) -> BinaryIO:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise UnreadableError("cannot be opened: not a regular file")
        return os.fdopen(handle, "rb")

    def local(self, path: str) -> str | None:
        return path

    def names(self, folder: str) -> list[str]:
        with suppress(FileNotFoundError):
            return sorted(os.listdir(os.path.join(self.root, folder)))
        return []

    def get(self, name: str) -> bytes:
        return Path(self.root, name).read_bytes()

    def put(self, name: str, data: bytes) -> None:
        target = Path(self.root, name)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            files.sync_directory(Path(self.root))  # so that a power cut keeps the folder
        files.replace(target, data, 0o600)

    def remove(self, name: str) -> None:
        Path(self.root, name).unlink(missing_ok=True)


def _described(path: str, about: os.stat_result) -> Listed:
    return Listed(path, f"{about.st_size}-{about.st_mtime_ns}", about.st_mtime_ns // 1_000_000, about.st_size)


class RemoteStore:
    """
    A store behind fsspec.

    In S3, GCS and Azure one object appears whole or not at all. In others a file grows under its name, where another run would take half a
    shard for a damaged one: there it is written under a name of its own and renamed, if the store can rename.
    """

    def __init__(self, fs: Any, root: str) -> None:
        self._fs, self.root = fs, root.rstrip("/")

    def _named(self, about: dict[str, Any]) -> Listed:
        size = about.get("size")
        when = next(
            (about[k] for k in ("LastModified", "last_modified", "mtime", "updated", "created") if k in about), 0
        )
        modified = int(1000 * (when.timestamp() if isinstance(when, datetime) else when if isinstance(when, int | float) else 0))  # fmt: skip
        etag = next((str(about[k]) for k in ("ETag", "etag", "md5Hash", "content_md5") if about.get(k)), None)
        return Listed(
            str(self._fs.unstrip_protocol(about["name"])),
            (etag or f"{size}-{modified}").strip('"'),
            modified,
            -1 if size is None else int(size),
        )

    def folder(self, path: str, hidden: bool) -> Folder:
        found = Folder()
        here = self._fs._strip_protocol(path).rstrip("/")
        for about in sorted(self._fs.ls(path, detail=True), key=lambda a: str(a["name"])):
            full = str(about["name"]).rstrip("/")
            if full == here:
                continue  # the mark of a folder in a store without folders
            if full.rpartition("/")[2].startswith(".") and not hidden:
                found.skipped["hidden (see --hidden)"] += 1
            elif about["type"] == "directory":
                found.folders.append(str(self._fs.unstrip_protocol(full)))
            else:
                found.files.append(self._named(about))
        return found

    def look(self, path: str) -> Listed:
        self._fs.invalidate_cache()
        return self._named(self._fs.info(path))

    def is_file(self, path: str) -> bool:
        return bool(self._fs.isfile(path))

    def open(self, path: str) -> BinaryIO:
        return cast(BinaryIO, self._fs.open(path, "rb"))

    def local(self, path: str) -> str | None:
        return None

    def names(self, folder: str) -> list[str]:
        self._fs.invalidate_cache()
        with suppress(FileNotFoundError):
            every = self._fs.ls(f"{self.root}/{folder}", detail=False)
            return sorted(str(one).rstrip("/").rpartition("/")[2] for one in every)
        return []

    def get(self, name: str) -> bytes:
        return bytes(self._fs.cat_file(f"{self.root}/{name}"))

    def put(self, name: str, data: bytes) -> None:
        target = f"{self.root}/{name}"
        folder, _, last = target.rpartition("/")
        if "/" in name:
            self._fs.makedirs(folder, exist_ok=True)
        if not self._grows():
            self._fs.pipe_file(target, data)
            return
        growing = f"{folder}/.{last[:16]}-{uuid.uuid4().hex}.part"
        try:
            self._fs.pipe_file(growing, data)
            if self._fs.exists(target):
                self._fs.rm_file(
                    target
                )  # not every store renames to a name that is taken; it bears the same bytes, or half of them
            self._fs.mv(growing, target)
        except Exception:
            with suppress(Exception):  # the store fails already
                self._fs.rm_file(growing)
            raise

    def _grows(self) -> bool:
        """Say whether a file is seen before it is whole, and can be renamed."""
        names = {self._fs.protocol} if isinstance(self._fs.protocol, str) else set(self._fs.protocol)
        return not names & _WHOLE and type(self._fs).mv is not fsspec.AbstractFileSystem.mv

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._fs.rm_file(f"{self.root}/{name}")


def store_of(url: str) -> Store:
    """
    Return the store that a path or URL names, and its root in it.

    Raises:
        ArgumentError: fsspec knows no such store, or it needs a package that is not installed.
    """
    if "://" not in url and "::" not in url:
        return LocalStore(url)
    if url.startswith("file://"):
        return LocalStore(url.removeprefix("file://"))
    protocol = url.partition("://")[0]
    try:
        fs, root = fsspec.core.url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        raise ArgumentError(f"a store of type {protocol} needs a package that is not installed: {error}") from None
    except ValueError:
        raise ArgumentError(f"fsspec knows no store of type {protocol}") from None
    return RemoteStore(fs, str(fs.unstrip_protocol(root)))
