"""
Looks deeper than whole hashes: local signatures (tier 3), and un-cropping against plain hashes (tier 2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import _native_decide as core
from pdqlite import _native_match as native
from pdqlite._looks import GROUPS, TURNS, Pixels, plane_of, where_of
from pdqlite._native_local import LocalIndex, LocalQuery
from pdqlite.types import Entries, Policy, Where

LOCAL_LEAST = 12.0  # nats; below, local signatures agree by chance too often to look at
UNCROP_LEAST = 20.0  # nats before refinement
REFINED = 12  # rows of a picture whose frames are refined, best first
KEPT = 64

# Drawn things (logos, cards, pages, charts) agree in parts by construction. They are flat: of 200 photos 98 %
# have at most 0.44 of their cells within half a grey level of the next ones, the flattest 0.65; drawings have 0.67 to 1.
FLAT_STEP = 128  # half a grey level, in the plane's units
FLAT_SHARE = 0.6


def drawn(samples: npt.NDArray[np.uint16], where: Where) -> bool:
    """Whether the part of a plane that shows the original is as flat as drawings are."""
    height, width = samples.shape
    top, bottom = int(where.top * height), int(np.ceil(where.bottom * height))
    left, right = int(where.left * width), int(np.ceil(where.right * width))
    part = samples[top:bottom, left:right].astype(np.int32)
    if min(part.shape) < 2:
        return True
    across, down = np.abs(np.diff(part, axis=1))[:-1], np.abs(np.diff(part, axis=0))[:, :-1]
    return bool((np.maximum(across, down) < FLAT_STEP).mean() > FLAT_SHARE)


class Deep:
    """
    The deeper stages over one list. Safe on any number of threads once made.

    Args:
        entries: The columns of the list.
        policy: Which stages are wanted.
    """

    def __init__(self, entries: Entries, policy: Policy) -> None:
        self._policy = policy
        self._quality = entries.quality
        self._negative = (entries.flags & core.NEGATIVE) != 0
        self._local = LocalIndex(entries.local) if entries.local and policy.local else None
        wanted = 0 < len(entries) <= policy.uncrop_entries
        self._rows = entries.rows if wanted else None
        if wanted:
            self._tables, self._packed = native.Uncrop(), native.PackedRows(entries.rows)

    def local(self, pixels: Pixels, quality: int, wheres: list[Where]) -> npt.NDArray[Any]:
        """Return what local signatures say; where each saw it is added to `wheres`."""
        if self._local is None:
            return np.zeros(0, core.EVIDENCE)
        samples = plane_of(pixels, limited=False).samples
        hits = self._local.search(LocalQuery(samples), LOCAL_LEAST, KEPT)
        scores = [(hit.entry, hit.score, where_of(hit)) for hit in hits]
        return self._evidence(core.TIER_LOCAL, scores, quality, wheres, samples)

    def uncrop(self, pixels: Pixels, quality: int, wheres: list[Where]) -> npt.NDArray[Any]:
        """Return what plain hashes say of parts, small rotations and heavy edits; as `local`."""
        if self._rows is None:
            return np.zeros(0, core.EVIDENCE)
        plane = plane_of(pixels, limited=False)
        frames = native.probe(plane)
        weights = self._tables.hypotheses(plane, frames if self._policy.frames_within else frames[:1])
        scores = []
        for row, _, number in self._packed.search(weights, UNCROP_LEAST, REFINED):
            score, original = self._tables.refine(weights, number, self._rows[row].tobytes())
            *_, turn, inverted, _ = weights.part(number)
            x = (min(1.0, max(0.0, v / plane.width)) for v in (original.x0, original.x1))
            y = (min(1.0, max(0.0, v / plane.height)) for v in (original.y0, original.y1))
            (left, right), (top, bottom) = x, y
            scores.append((row, score, Where(left, top, right, bottom, TURNS[turn], bool(inverted))))
        return self._evidence(core.TIER_UNCROP, scores, quality, wheres, plane.samples)

    def _evidence(
        self, tier: int, scores: list[tuple[int, float, Where]], quality: int, wheres: list[Where],
        samples: npt.NDArray[np.uint16],
    ) -> npt.NDArray[Any]:  # fmt: skip
        scores = [(row, score, where) for row, score, where in scores
                  if (self._policy.turned or where.orientation == "as is")
                  and (self._policy.inverted or not where.inverted) and not drawn(samples, where)]
        found = np.zeros(len(scores), core.EVIDENCE)
        for evidence, (row, score, where) in zip(found, scores, strict=True):
            evidence["row"], evidence["tier"], evidence["looks"] = row, tier, GROUPS
            evidence["value"], evidence["look"] = min(max(round(16 * score), 0), 65535), len(wheres)
            evidence["quality"] = min(quality, int(self._quality[row]))
            evidence["flags"] = core.NEGATIVE if self._negative[row] else 0
            wheres.append(where)
        return found
