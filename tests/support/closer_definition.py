"""
Where a closer look looks, written out in Python: the halved plane, the quarters, the boxes that would show an entry.

Lengths are pixels. matcher_definition.py says what is done there; the core's is csrc/match/closer.c.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SIDE = 39322  # of a quarter, 3/5 of the picture's, in 1/65536
LEAST_SIDE = 160  # of a picture; a quarter of less shows no more than the whole
LEAST_BOX, BOXES = 16, 6
AROUND = 16  # a box is larger by 1 / this on each side


@dataclass(frozen=True)
class Box:
    """A part of a picture."""

    x: int
    y: int
    width: int
    height: int

    def of(self, pixels):
        return pixels[self.y : self.y + self.height, self.x : self.x + self.width]

    def where(self, where, pixels):
        """What lies somewhere in the box, as it lies in the picture."""
        rows, columns = pixels.shape[:2]
        across = [(self.x + v * self.width) / columns for v in where[0:4:2]]
        down = [(self.y + v * self.height) / rows for v in where[1:4:2]]
        return (across[0], down[0], across[1], down[1], *where[4:])

    def model(self, model, pixels):
        rows, columns = pixels.shape[:2]
        row = lambda m, start, part, side: (*(v * part / side for v in m[:2]), (start + m[2] * part) / side)
        return (*row(model[:3], self.x, self.width, columns), *row(model[3:], self.y, self.height, rows))


def halved(samples):
    """Means of two by two cells, rounded."""
    rows, columns = (n // 2 * 2 for n in samples.shape)
    s = samples[:rows, :columns].astype(np.uint32)
    return ((s[::2, ::2] + s[::2, 1::2] + s[1::2, ::2] + s[1::2, 1::2] + 2) >> 2).astype(np.uint16)


def quarters(pixels):
    """Four boxes, one at each corner, each with so much around it that a fifth of a side lies in one as a whole."""
    rows, columns = pixels.shape[:2]
    height, width = rows * SIDE // 65536, columns * SIDE // 65536
    return [Box(x, y, width, height) for y in (0, rows - height) for x in (0, columns - width)]


def _span(row, start, side, most):
    """(start, length) of where a side of the entry lies, and some more, inside the picture."""
    a, b, c = (round(65536 * v) for v in row)
    low, high = c + min(a, 0) + min(b, 0), c + max(a, 0) + max(b, 0)
    more = (high - low) // AROUND
    toward_zero = lambda v: v // 65536 if v >= 0 else -(-v // 65536)
    begin, end = (min(max(0, start + toward_zero(v * side)), most) for v in (low - more, high + more))
    return begin, max(0, end - begin)


def box_of(model, quarter, pixels):
    """The box of the picture that would show an entry that keypoints found in a quarter."""
    rows, columns = pixels.shape[:2]
    x, width = _span(model[:3], quarter.x, quarter.width, columns)
    y, height = _span(model[3:], quarter.y, quarter.height, rows)
    return Box(x, y, width, height)


def best(found):
    """Of (hit, box) the best of each entry, the first of equals, best first; those of any size."""
    chosen = {}
    for hit, box in found:
        if min(box.width, box.height) >= LEAST_BOX and (
            hit.entry not in chosen or chosen[hit.entry][0].score < hit.score
        ):
            chosen.pop(hit.entry, None)  # it comes later than others of its new score
            chosen[hit.entry] = (hit, box)
    return sorted(chosen.values(), key=lambda c: -c[0].score)[:BOXES]
