"""
False matches of keypoint signatures: edited pictures against parts of other pictures.

A pair is a query and an entry made of another picture. The index compares the likeliest entries in
full; the others it passes over because they share too little, and they count: what is measured is
the rate at which a search reports a stranger. Pairs of one query, of one edited picture, and of
overlapping parts of one original depend on each other, so the pairs of originals are told too.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from benchmarks._frame import stats
from benchmarks.robustness import edits
from pdqlite.native import decide as core
from pdqlite.native import uncrop as native
from pdqlite.native.keypoints import NATS, KeypointIndex, KeypointQuery, keypoint_signature

LEAST = 6  # nats from which scores are counted
MOST = 120
PARTS = 8  # entries made of each original, the whole first


def plane(picture: Image.Image) -> np.ndarray:
    return native.Plane(np.asarray(picture), native.RGB).samples


def part(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return a part of a picture: 0.3 to 0.9 of each side, its aspect changed by up to a third."""
    w, h = picture.size
    size, wide = rng.uniform(0.3, 0.9), np.exp(rng.uniform(-0.3, 0.3))
    pw, ph = min(w, w * size * wide), min(h, h * size / wide)
    x, y = rng.uniform(0, w - pw), rng.uniform(0, h - ph)
    return picture.crop((int(x), int(y), int(x + pw), int(y + ph)))


def run(report, originals, others, args) -> None:
    rng = np.random.default_rng(args.seed)
    signatures, source = [], []
    for number, picture in enumerate(originals):
        for k in range(PARTS):
            signatures.append(keypoint_signature(plane(part(picture, rng) if k else picture)))
            source.append(number)
    index, owner = KeypointIndex(signatures), np.array(source)
    histogram, pairs, queries = np.zeros(MOST * NATS + 1, np.int64), 0, 0
    names = list(edits.EDITS)
    while pairs < args.local_pairs:
        number, name = int(rng.integers(len(originals))), names[queries % len(names)]
        data = edits.apply(name, originals[number], f"{number}/{queries}", args.seed, args.shift, others)
        query = KeypointQuery(plane(Image.open(io.BytesIO(data)).convert("RGB")))
        for hit in index.search(query, LEAST, 256):
            if owner[hit.entry] != number:
                histogram[min(MOST * NATS, round(NATS * hit.score))] += 1
        pairs, queries = pairs + int((owner != number).sum()), queries + 1
    _tell(report, histogram, pairs, queries, len(originals), index)


def _tell(report, histogram, pairs: int, queries: int, originals: int, index) -> None:
    report.note(
        f"Keypoint signatures, strangers: {queries} edited queries against {len(index)} parts of {originals} originals, "
        f"{pairs:.3g} pairs of {originals * (originals - 1)} ordered pairs of originals."
    )
    total = np.cumsum(histogram[::-1])[::-1]
    seen = [s for s in range(LEAST, MOST) if total[s * NATS]]
    report.curve(
        "false-match rate of keypoint signatures",
        {
            "measured": [(s, total[s * NATS] / pairs) for s in seen],
            "95 % bound": [(s, stats.rate_bound(int(total[s * NATS]), pairs)) for s in range(LEAST, 50, 2)],
            "table of the library": [
                (s, 10 ** (-core.neg_log10_fpr_x100(core.TIER_KEYPOINTS, s * NATS, 1) / 100))
                for s in range(LEAST, 50, 2)
            ],
        },
        x="score, nats",
        y="rate",
        log_y=True,
    )
    report.count("worst score of a stranger", max(seen, default=0), "nats", pairs=pairs)
