"""
The false-match curve of tier 1: how near strangers come, over every look at every query.

Pairs are (look at a query, hash of a stranger). Queries are the originals and edited copies of
them; strangers are hashes that show none of them. Looks at one picture are correlated, so the
number of independent pairs is smaller: the pictures are counted too.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from benchmarks._frame import stats
from benchmarks.robustness import drawn, edits
from pdqlite.index import Index
from pdqlite.matching import Matcher
from pdqlite.native import decide as core
from pdqlite.types import Entries, MatchPolicy

FAR = 96  # bits up to which distances are counted
BUSY = ("letterbox_black", "phone_light", "collage4", "meme_both", "desktop_page", "pip65")


def _viewer(policy: MatchPolicy) -> Matcher:
    """Return a matcher without a list, for its views."""
    empty = np.zeros(0, np.uint8)
    return Matcher(Entries(np.zeros((0, 32), np.uint8), empty, empty, empty, empty), policy)


def _strangers(args) -> tuple[np.ndarray, str]:
    if args.strangers:
        rows = np.load(args.strangers)
        return np.ascontiguousarray(rows.view(np.uint8).reshape(-1, 32)), "a file of hashes"
    viewer = _viewer(MatchPolicy(turned=True, inverted=False, regions=False))
    found = []
    for number in range(200):
        pixels = np.asarray(drawn.scene(100_000 + number))
        found += [view.bits for view in viewer.views(pixels)]
    return np.frombuffer(b"".join(found), np.uint8).reshape(-1, 32), "drawn scenes, turned"


def run(report, originals, args) -> None:
    rows, what = _strangers(args)
    index, viewer = Index(rows), _viewer(MatchPolicy())
    counts = {"whole picture": np.zeros(FAR + 1, np.int64), "parts": np.zeros(FAR + 1, np.int64)}
    looked = dict.fromkeys(counts, 0)
    passed, pictures = 0, 0
    step = max(1, len(originals) // 40)
    for number in range(0, len(originals), step):
        copies = [originals[number]]
        for name in BUSY:
            data = edits.apply(name, originals[number], str(number), args.seed, 0.0, [originals[number - 1]])
            copies.append(Image.open(io.BytesIO(data)).convert("RGB"))
        for picture in copies:
            pixels = np.asarray(picture)
            views = [k for k in viewer.views(pixels) if k.quality >= 50]
            if not views:
                continue
            pictures += 1
            near = index.search_many([k.bits for k in views], FAR)
            part = np.array([k.number >= 16 for k in views])
            for name, which in (("whole picture", ~part), ("parts", part)):
                looked[name] += int(which.sum())
                counts[name] += np.bincount(near.distance[which[near.query]], minlength=FAR + 1)
            reach = [max(0, core.radius_of(700, k.trials)) for k in views]
            passed += int((near.distance <= np.array(reach)[near.query]).sum())
    _tell(report, counts, looked, len(rows), what)
    report.count("strangers within the radius of 1e-7", passed, "hits", pictures=pictures, strangers=len(rows))


def _tell(report, counts, looked, n_rows, what) -> None:
    report.note(
        f"False-match curve: strangers are {what}, {n_rows} hashes; looks at queries: "
        + ", ".join(f"{n} at the {k}" for k, n in looked.items())
        + "."
    )
    lines = {}
    for name, histogram in counts.items():
        pairs = max(1, looked[name] * n_rows)
        total = np.cumsum(histogram)
        seen = [d for d in range(FAR + 1) if total[d]]
        lines[f"{name}, measured"] = [(d, total[d] / pairs) for d in seen]
        lines[f"{name}, 95 % bound"] = [(d, stats.rate_bound(int(total[d]), pairs)) for d in range(20, FAR + 1, 4)]
    lines["table of the library"] = [(d, 10 ** (-core.neg_log10_fpr_x100(1, d, 1) / 100)) for d in range(0, FAR + 1, 4)]
    report.curve("false-match rate of one look at one stranger", lines, x="distance, bits", y="rate", log_y=True)
