"""Windows of sound of lists and queries, drawn at random: what the rule of sound is tested on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pdqlite.native import core
from pdqlite.native import index as native_index
from pdqlite.native.listen import Listen, SoundMatcher

Rows = npt.NDArray[np.uint8]
HOP = 125


@dataclass
class Sounds:
    """Windows of sound of a list, in list order."""

    rows: Rows
    video: npt.NDArray[np.int64]
    time: npt.NDArray[np.int64]
    negative: npt.NDArray[np.bool_]

    def meta(self) -> Rows:
        meta = np.zeros(
            len(self.rows), [("c", ">u2"), ("s", ">u2"), ("f", "u1"), ("q", "u1"), ("v", ">u4"), ("t", ">u4")]
        )
        meta["c"], meta["s"], meta["q"], meta["v"], meta["t"] = 1, 2, 255, self.video, self.time
        meta["f"] = 6 + self.negative
        return meta.view(np.uint8).reshape(len(self.rows), 14)

    def matcher(self, cap: int = 84, index: bool = False, kernels: core.Kernels = core.BEST) -> SoundMatcher:
        block = native_index.build(self.rows, "self") if index else None
        return SoundMatcher(self.rows, self.meta(), 1000, cap, 600, block, kernels)


def sounds(rng: np.random.Generator, lengths: list[int], negative: int | None = None) -> Sounds:
    """Videos of so many windows each, one a second."""
    video = np.concatenate([np.full(n, i) for i, n in enumerate(lengths)])
    time = np.concatenate([1000 * np.arange(n) for n in lengths])
    rows = rng.integers(0, 256, (len(video), 32), np.uint8)
    order = np.lexsort([rows[:, k] for k in range(31, -1, -1)])
    return Sounds(
        rows[order],
        video[order],
        time[order],
        video[order] == negative if negative is not None else np.zeros(len(video), bool),
    )


def flipped(rng: np.random.Generator, bits: Rows, n: int) -> Rows:
    wide = np.unpackbits(bits)
    wide[rng.choice(256, n, replace=False)] ^= 1
    return np.packbits(wide)


def differ(a: Rows, b: Rows) -> int:
    return (int.from_bytes(a.tobytes()) ^ int.from_bytes(b.tobytes())).bit_count()


def clip(of: Sounds, video: int) -> list[tuple[int, Rows]]:
    mine = np.flatnonzero(of.video == video)
    return sorted(((int(of.time[i]), of.rows[i]) for i in mine), key=lambda pair: pair[0])


def listened(matcher: SoundMatcher, heard: dict[int, Rows]) -> Listen:
    listen = Listen(matcher)
    for time in sorted(heard):
        listen.push(heard[time].tobytes(), time)
    return listen


def planted(
    rng: np.random.Generator, of: Sounds, video: int, start: int, flips: list[int], before: int = 16
) -> dict[int, Rows]:
    """A query of random windows, in which those of a video from `start` on stand a second apart, so many bits wrong."""
    heard = {HOP * i: rng.integers(0, 256, 32, np.uint8) for i in range(before + 8 * len(flips) + 8)}
    for i, (n, (_, bits)) in enumerate(zip(flips, clip(of, video)[start:], strict=False)):
        heard[HOP * before + 1000 * i] = flipped(rng, bits, n)
    return heard
