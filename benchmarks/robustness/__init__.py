"""
Recall of edited copies at a stated false-match rate, against PDQ, pHash and dHash.

Originals make a list; each edit makes a copy of some of them, re-encoded as an upload; each
method says which originals the copy shows. Deterministic in --seed; --shift makes every edit
stronger or weaker. Without --media: photos that come with scikit-image, and drawn scenes.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks._frame import clock
from benchmarks._frame.registry import UsageError
from benchmarks.robustness import clip_sounds, clips, drawn, edits, falsematch, parts, sources
from benchmarks.robustness.methods import Ours, Peer, all_methods

EXAMPLES = ("crop_c80", "blurbg_9:16", "phone_dark", "collage4", "recap_strong", "emoji20",
            "cb_phone+letterbox", "invert")  # fmt: skip
SMALL = "--queries 1 --scenes 4 --no-peers --local-pairs 2000".split()


def options(parser) -> None:
    parser.add_argument("--media", type=Path, help="folder with pictures and videos")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--shift", type=float, default=0.0, help="0.2: every edit 20 %% stronger")
    parser.add_argument("--queries", type=int, default=12, help="originals edited, for each edit")
    parser.add_argument("--scenes", type=int, default=60, help="drawn scenes, without --media")
    parser.add_argument("--only", nargs="*", metavar="EDIT", help="these edits or classes alone")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-videos", action="store_true")
    parser.add_argument("--no-pictures", action="store_true")
    parser.add_argument("--videos", type=Path, help="folder with clips: they alone are measured")
    parser.add_argument("--sound", action="store_true", help="videos with sound alone are measured (clip_sounds.py)")
    parser.add_argument("--sounds", type=Path, metavar="DIR", help="their tracks, DIR/<kind>/<group>/ (default: drawn)")
    parser.add_argument("--strangers", type=Path, help=".npy of hashes, n x 32, for false matches")
    parser.add_argument(
        "--local-pairs",
        type=float,
        default=2e5,
        metavar="N",
        help="pairs of strangers for the curve of keypoint signatures; 0: no curve",
    )
    parser.add_argument("--cache", type=Path, help="folder that keeps edited copies between runs")


def run(report, args) -> None:
    if args.media and not args.media.is_dir():
        raise UsageError("--media needs a folder")
    if args.videos and not args.videos.is_dir():
        raise UsageError("--videos needs a folder")
    if args.sound:
        return clip_sounds.run(report, args)
    if not args.no_pictures and not args.videos:
        _pictures(report, args)
    if not args.no_videos:
        clips.run(report, args)


def _pictures(report, args) -> None:
    named = list(sources.pictures(args.media, args.scenes))
    if len(named) < 8:
        raise UsageError(f"robustness needs at least 8 pictures; found {len(named)}")
    # Every sixth is kept out of the list, for backgrounds and collages.
    others = [p for i, (_, p) in enumerate(named) if i % 6 == 5]
    listed = [(n, p) for i, (n, p) in enumerate(named) if i % 6 != 5]
    methods = all_methods(not args.no_peers)
    for method in methods:
        method.learn([p for _, p in listed])
    chosen = [e for e in edits.EDITS.values() if not args.only or e.name in args.only or e.group in args.only]
    report.note(
        f"{len(listed)} originals in the list, {len(others)} kept out of it; seed "
        f"{args.seed}, shift {args.shift}; a hit is the right original, a false match any "
        "other one."
    )
    hits, trials, wrong, peers = _recall(chosen, listed, others, methods, args)
    _tell(report, chosen, methods, hits, trials, wrong, len(listed))
    _tell_equal(report, chosen, peers)
    falsematch.run(report, [p for _, p in listed], args)
    if args.local_pairs > 0:
        parts.run(report, [p for _, p in listed], others, args)
    _time(report, methods, listed[0][1])
    for name, data in _examples(args):
        if name in {e.name for e in chosen}:
            report.picture(name, data)


def _examples(args) -> Iterator[tuple[str, bytes]]:
    """What some edits look like, on drawn scenes: no picture that was measured gets into a page."""
    scene, *others = (drawn.scene(number) for number in range(4))
    for name in EXAMPLES:
        yield name, _small(edits.apply(name, scene, "scene 0", args.seed, args.shift, others))


def _copy(edit, name: str, picture: Image.Image, others, args) -> bytes:
    path = None
    if args.cache:
        key = f"{name}-{edit.name}-{args.seed}-{args.shift}.jpg".replace(os.sep, "_")
        path = args.cache / key.replace(" ", "_").replace(":", ".")
        if path.exists():
            return path.read_bytes()
    data = edits.apply(edit.name, picture, name, args.seed, args.shift, others)
    if path:
        args.cache.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return data


def _recall(chosen, listed, others, methods, args):
    hits: dict = {}
    trials: dict = {}
    wrong = {m.name: 0 for m in methods}
    peers = {m.name: Equal() for m in methods if isinstance(m, Peer)}
    step = max(1, len(listed) // args.queries)
    for k, edit in enumerate(chosen):
        for number in list(range(k % step, len(listed), step))[: args.queries]:
            data = _copy(edit, *listed[number], others, args)
            copy = Image.open(io.BytesIO(data)).convert("RGB")
            trials[edit.name] = trials.get(edit.name, 0) + 1
            for method in methods:
                found = method.found(copy)
                hits[edit.name, method.name] = hits.get((edit.name, method.name), 0) + (number in found)
                wrong[method.name] += len(found - {number})
                if method.name in peers:
                    peers[method.name].take(method.distances(copy), number, edit.group)
    return hits, trials, wrong, peers


class Equal:
    """A peer at the largest distance at which none of this run's pairs is a false match."""

    def __init__(self) -> None:
        self.right: list[tuple[str, int]] = []
        self.nearest_wrong = 1 << 16

    def take(self, distances: np.ndarray, number: int, group: str) -> None:
        self.right.append((group, int(distances[number])))
        self.nearest_wrong = min(self.nearest_wrong, int(np.delete(distances, number).min()))

    def share(self, group: str) -> float:
        found = [d < self.nearest_wrong for g, d in self.right if group in (g, "all")]
        return sum(found) / max(1, len(found))


def _tell(report, chosen, methods, hits, trials, wrong, size) -> None:
    groups: dict[str, list[str]] = {}
    for edit in chosen:
        groups.setdefault(edit.group, []).append(edit.name)
    groups["all"] = [e.name for e in chosen]

    def share(names, method):
        return sum(hits[n, method.name] for n in names) / sum(trials[n] for n in names)

    columns = [m.name for m in methods]
    report.table(
        "recall by class",
        ["class", "edits", *columns],
        [[g, len(names), *(share(names, m) for m in methods)] for g, names in groups.items()],
    )
    report.table(
        "recall by edit",
        ["edit", "class", *columns],
        [[e.name, e.group, *(share([e.name], m) for m in methods)] for e in chosen],
    )
    for method in methods:
        for group, names in groups.items():
            report.rate(
                "recall",
                sum(hits[n, method.name] for n in names),
                sum(trials[n] for n in names),
                method=method.name,
                edits=group,
            )
        pairs = sum(trials.values()) * (size - 1)
        report.rate("false matches", wrong[method.name], pairs, method=method.name)


def _tell_equal(report, chosen, peers) -> None:
    if not peers:
        return
    groups = list(dict.fromkeys(e.group for e in chosen)) + ["all"]
    report.table(
        "recall of the peers where none of the pairs is a false match",
        ["class", *(f"{n.rsplit(' ', 1)[0]} under {p.nearest_wrong}" for n, p in peers.items())],
        [[g, *(p.share(g) for p in peers.values())] for g in groups],
    )


def _time(report, methods, picture) -> None:
    pixels = np.asarray(picture)
    calls = {m.name: (lambda m=m: m.found(picture)) for m in methods}
    for name, samples in clock.together(calls, repeat=9).items():
        report.time("decide one picture", samples, unit="ms", method=name, size=f"{pixels.shape[1]}x{pixels.shape[0]}")
    from pdqlite.hashing import hash_pixels
    from pdqlite.native import uncrop as native
    from pdqlite.native.keypoints import KeypointIndex, KeypointQuery

    plane = native.Plane(pixels, native.RGB)
    regions = native.find_regions(plane)
    query, deepest = KeypointQuery(plane.samples), [m for m in methods if isinstance(m, Ours)][-1]
    index = KeypointIndex(deepest.matcher.entries.keypoints)
    stages = {
        "hash": lambda: hash_pixels(pixels),
        "plane": lambda: native.Plane(pixels, native.RGB),
        "regions": lambda: native.find_regions(plane),
        "hashes of regions": lambda: [native.region_hashes(plane, f) for f in regions],
        "local query": lambda: KeypointQuery(plane.samples),
        "local search": lambda: index.search(query, 12.0),
        "whole match, nothing deeper": lambda: methods[0].matcher.match_pixels(pixels),
        "whole match, all tiers": lambda: deepest.matcher.match_pixels(pixels),
    }
    for name, samples in clock.together(stages, repeat=9).items():
        report.time("stage", samples, unit="ms", stage=name)


def _small(data: bytes) -> bytes:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    picture.thumbnail((220, 220))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
