"""
Hashes of pictures that have nothing in common lie as far apart as tier 1's false-match table says.

Takes folders of pictures (--media), or photos that come with scikit-image and drawn scenes. The whole of each and random rectangles of it are hashed, in eight
orientations, and compared with those of all other groups, by the scan. Pictures of one group are no
strangers: those whose name is the same but for digits, in one folder. Nearest pairs are named, so that
a copy nobody thought of can be put away: only the reader's eye tells a stranger from a copy.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from benchmarks._frame.report import Report
from benchmarks.robustness import sources
from pdqlite.hashing import hash_orientations
from pdqlite.index import Hits, Index
from pdqlite.native import decide as core

FAR, NEAR, SIDE, LEAST_QUALITY, AT_ONCE = 96, 60, 512, 50, 8
KINDS = {".jpg", ".jpeg", ".png", ".webp", ".bmp"}
SCENES = 12  # drawn, beside the photos, without --media
TOLD = range(24, FAR + 1, 6)
SMALL = "--parts 4".split()


def options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--media", type=Path, nargs="+", metavar="DIR", help="folders of pictures")
    parser.add_argument("--parts", type=int, default=40, help="rectangles of each picture (default 40)")
    parser.add_argument("--seed", type=int, default=7)


def _flat(path: Path) -> Image.Image:
    """Return a picture of at most SIDE pixels a side, on white."""
    with Image.open(path) as opened:
        opened.draft("RGB", (SIDE, SIDE))
        picture = opened.convert("RGBA")
    picture.thumbnail((SIDE, SIDE))
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    return ground.convert("RGB")


def _parts(picture: Image.Image, n: int, rng: np.random.Generator) -> list[Image.Image]:
    """Return the whole, and rectangles of 30 to 90 % of each side."""
    found = [picture]
    for _ in range(n):
        size = [int(side * share) for side, share in zip(picture.size, rng.uniform(0.3, 0.9, 2), strict=True)]
        x, y = (int(rng.integers(0, all_of - part + 1)) for all_of, part in zip(picture.size, size, strict=True))
        if min(size) >= 64:
            found.append(picture.crop((x, y, x + size[0], y + size[1])))
    return found


def _pictures(media: list[Path] | None) -> Iterator[tuple[str, Image.Image | None]]:
    """Give (group, picture); None for a file that cannot be read."""
    if media is None:
        yield from sources.pictures(None, SCENES)
        return
    for path in sorted(p for folder in media for p in folder.rglob("*") if p.suffix.lower() in KINDS):
        try:
            picture = _flat(path)
        except (OSError, ValueError):
            picture = None
        yield f"{path.parent.name}/{re.sub(r'[0-9]+', '', path.stem)}", picture


def _hashes(args: argparse.Namespace) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], list[str], int]:
    """Return hashes (n x 8 x 32), the group of each, the groups' names, and how many files could not be read."""
    rng, groups, rows, owner, unread = np.random.default_rng(args.seed), dict[str, int](), [], [], 0
    for name, picture in _pictures(args.media):
        if picture is None:
            unread += 1
            continue
        group = groups.setdefault(name, len(groups))
        for part in _parts(picture, args.parts, rng):
            looks = hash_orientations(np.asarray(part))
            if looks[0].quality >= LEAST_QUALITY:
                rows.append(b"".join(look.bits for look in looks))
                owner.append(group)
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, 8, 32), np.array(owner, np.int64), list(groups), unread


def _check(hits: Hits, queries: npt.NDArray[np.uint8], rows: npt.NDArray[np.uint8]) -> None:
    """Compare with the definition, XOR and a count of bits."""
    apart = np.bitwise_count(queries[:, None] ^ rows).sum(axis=2, dtype=np.int64)
    if not np.array_equal(
        np.bincount(apart[apart <= FAR], minlength=FAR + 1), np.bincount(hits.distance, minlength=FAR + 1)
    ):
        raise AssertionError("the scan's distances are not the definition's, so no counts")


def run(report: Report, args: argparse.Namespace) -> None:
    hashes, owner, names, unread = _hashes(args)
    index = Index(np.ascontiguousarray(hashes[:, 0]), "scan")
    counts, nearest = np.zeros(FAR + 1, np.int64), dict[tuple[str, str], int]()
    for at in range(0, len(hashes), AT_ONCE):
        queries = hashes[at : at + AT_ONCE]
        hits = index.search_many(np.ascontiguousarray(queries.reshape(-1, 32)), FAR)
        ours, theirs = owner[at + hits.query // 8], owner[hits.row]
        if at == 0:
            _check(hits, queries.reshape(-1, 32), hashes[:, 0])
        strange = ours != theirs
        counts += np.bincount(hits.distance[strange], minlength=FAR + 1)
        for i in np.flatnonzero(strange & (hits.distance <= NEAR)):
            a, b = sorted((names[ours[i]], names[theirs[i]]))
            nearest[a, b] = min(nearest.get((a, b), FAR), int(hits.distance[i]))
    pairs = 8 * (len(owner) ** 2 - sum(n * n for n in Counter(owner.tolist()).values()))
    total = np.cumsum(counts)
    report.note(
        f"{len(names)} groups of pictures, {unread} files unread, {len(hashes)} hashes, {pairs:.3g} pairs, each met from both sides"
    )
    lines = {"measured": [(d, total[d] / pairs) for d in range(FAR + 1) if total[d]],
             "table of the library": [(d, 10 ** (-core.neg_log10_fpr_x100(1, d, 1) / 100)) for d in range(0, FAR + 1, 4)]}  # fmt: skip
    report.curve("false-match rate of one look at one stranger", lines, x="distance, bits", y="rate", log_y=True)
    table = [[d, int(total[d]), round(-float(np.log10(total[d] / pairs)), 2) if total[d] else "none",
              core.neg_log10_fpr_x100(1, d, 1) / 100] for d in TOLD]  # fmt: skip
    report.table("tier 1 on strangers", ["bits", "within", "-log10 of the rate", "table says"], table)
    for row in table:
        report.note("  ".join(str(cell) for cell in row))
    for (a, b), distance in sorted(nearest.items(), key=lambda item: item[1])[:20]:
        report.note(f"{distance} bits: {a}, {b}")
