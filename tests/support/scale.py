"""Folders of drawn files, stores that fail, and the sequential way: what the tests of scale compare with."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from pdqlite import scale
from pdqlite.cli.main import main
from pdqlite.media import write_video
from pdqlite.scale.stores import Listed, LocalStore

SEED, ISSUED = "5e" * 32, "1700000000"
TERMS = ["--origin", "lists.example.org/scale", "--seed", SEED, "--issued", ISSUED]


def picture(seed: int, width: int = 128) -> np.ndarray:
    """A smooth picture of 16 x 12 random patches."""
    patches = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(patches).resize((width, width * 3 // 4), Image.Resampling.BICUBIC))


def save(path: Path, seed: int) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(seed)).save(path, quality=85)
    return path.read_bytes()


def draw(root: Path, first: int, count: int) -> None:
    """Draw so many pictures, and beside them videos, repeats, damage, an empty file and one that is no media."""
    for n in range(count):
        save(root / f"{n % 3}" / ("." if n % 2 else "deep") / f"p{n:03}.jpg", first + n)
    (root / "z").mkdir(parents=True)
    for n in range(2):
        shots = [picture(first + 500 + n), picture(first + 600 + n)]
        write_video(root / "z" / f"clip{n}.mp4", [shots[k // 3] for k in range(6)], fps=5)
    (root / "a-again.mp4").write_bytes((root / "z" / "clip1.mp4").read_bytes())
    (root / "again.jpg").write_bytes((root / "0" / "deep" / "p000.jpg").read_bytes())
    (root / "1" / "cut.jpg").write_bytes(save(root / "1" / "cut.jpg", first)[:40])
    (root / "2" / "empty.jpg").write_bytes(b"")
    (root / "2" / "noise.jpg").write_bytes(np.random.default_rng(first).bytes(900))
    (root / "2" / ".hidden.jpg").write_bytes(b"")
    (root / "notes").write_bytes(b"no media\n")
    Image.fromarray(np.full((60, 80, 3), 90, np.uint8)).save(root / "flat.png")


def bytes_of(release: Path) -> dict[str, str]:
    """The digests of all files of a release, or of two side by side."""
    files = sorted(path for path in release.rglob("*") if path.is_file())
    return {str(path.relative_to(release)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def built(shards: list[Path | str], work: Path, key: Path, *more: str) -> dict[str, str]:
    """Merge and build with the commands; the digests of what comes of it."""
    merged, release = work / "merged", work / "release"
    assert main(["scale", "merge", *map(str, shards), "-o", str(merged), *more]) == 0
    assert main(["scale", "build", str(merged), "-o", str(release), "--key", str(key), *TERMS]) == 0
    return bytes_of(release)


def hashed(root: Path, out: Path, files: int = 500, names: str = "ab") -> list[scale.Summary]:
    """Hash the folders of some organisations, each into its own output, in this process."""
    with scale.any_engine(Here(), 1) as engine:
        return [
            scale.hash_files([str(root / n)], str(out / n), scale.Settings(f"{n}.example", files=files), engine)
            for n in names
        ]


class Here(Executor):
    """Does the work at once, where it is asked for."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **named))
        except BaseException as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class Failing(LocalStore):
    """A folder in which what `tricks` says happens to a file when it is opened."""

    def __init__(self, root: str, tricks: dict[str, Callable[[str, int], None]]) -> None:
        super().__init__(root)
        self.tricks, self.opened = tricks, dict[str, int]()

    def open(self, path: str) -> BinaryIO:
        name = os.path.basename(path)
        self.opened[name] = self.opened.get(name, 0) + 1
        if name in self.tricks:
            self.tricks[name](path, self.opened[name])
        return super().open(path)

    def look(self, path: str) -> Listed:
        if f"look {os.path.basename(path)}" in self.tricks:
            self.tricks[f"look {os.path.basename(path)}"](path, 0)
        return super().look(path)


def children(of: int, word: str) -> list[int]:
    """Processes below one whose command line has a word in it (Linux)."""
    parents, words = dict[int, int](), dict[int, bytes]()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words[int(entry.name)] = (entry / "cmdline").read_bytes()
    found, below = list[int](), {of}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
        found += sorted(pid for pid in more if word.encode() in words.get(pid, b""))
    return found


def crashes(_: None) -> Callable[[Any], Any]:
    """A child that dies at every file."""
    return lambda question: os._exit(1) if question else None


def hangs(_: None) -> Callable[[Any], Any]:
    """A child that hangs at pictures larger than 2 KB, and answers nonsense else."""
    return lambda question: time.sleep(60) if question and len(question[0]) > 2000 else "nonsense"
