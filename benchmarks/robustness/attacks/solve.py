"""The least change of a brightness plane that gives linear maps of it wanted signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.robustness.attacks.linear import HashMap, PatchMap, Plane, Values

STEPS = 24  # of conjugate gradients a round


@dataclass
class Want:
    """
    Signs wanted of one map.

    Attributes:
        of: The map.
        signs: +1 or -1 of each value.
        margin: How far beyond its threshold each value has to be; 0 where a value is free.
        spare: How many values may stay wrong: the dearest are left.
    """

    of: HashMap | PatchMap
    signs: Values
    margin: Values
    spare: int = 0

    def missing(self, plane: Plane) -> Values:
        """Return by how much each value has to change, 0 where it need not."""
        values = self.of.apply(plane)
        gap = np.where(self.margin > 0, np.maximum(0, self.margin - self.signs * (values - self.of.offsets(values))), 0)
        wrong = np.flatnonzero(gap > 0)
        dear = wrong[np.argsort(gap[wrong] / self.of.norms[wrong])][::-1][: self.spare]
        gap[dear] = 0
        return gap * self.signs


def _split(wants: Sequence[Want], values: Values) -> list[Values]:
    return np.split(values, np.cumsum([w.of.rows for w in wants])[:-1])


def _back(wants: Sequence[Want], values: Values, shape: tuple[int, int]) -> Plane:
    plane = np.zeros(shape)
    for want, part in zip(wants, _split(wants, values), strict=True):
        if isinstance(want.of, PatchMap):
            want.of.add_back(part, plane)
        else:
            plane += want.of.back(part)
    return plane


def _least(wants: Sequence[Want], gap: Values, shape: tuple[int, int]) -> Plane:
    """Return the least plane that the maps take to `gap` where it is not 0, by conjugate gradients on M M' z = gap."""
    on = gap != 0

    def both(z: Values) -> Values:
        plane = _back(wants, z, shape)
        return np.concatenate([w.of.apply(plane) for w in wants]) * on

    scale = np.concatenate([w.of.norms for w in wants])
    z, left = np.zeros_like(gap), gap.copy()
    way = ready = left / scale**2
    size = float(left @ ready)
    for _ in range(STEPS):
        image = both(way)
        length = float(way @ image)
        if length <= 1e-12 * max(size, 1e-30) or size < 1e-12:
            break
        z, left = z + size / length * way, left - size / length * image
        ready = left / scale**2
        size, before = float(left @ ready), size
        way = ready + size / before * way
    return _back(wants, z, shape)


def pushed(plane: Plane, wants: Sequence[Want], rounds: int) -> Plane:
    """Return the plane, changed as little as a round allows until nothing is missing, cut to 0..255."""
    for _ in range(rounds):
        gap = np.concatenate([w.missing(plane) for w in wants])
        if not gap.any():
            break
        plane = np.clip(plane + _least(wants, gap, (plane.shape[0], plane.shape[1])), 0, 255)
    return plane


def cheapest(of: HashMap | PatchMap, plane: Plane, number: int) -> npt.NDArray[np.intp]:
    """Return the values that cross their threshold at the least change."""
    values = of.apply(plane)
    return np.argsort(np.abs(values - of.offsets(values)) / of.norms)[:number]
