"""
What a decision costs beside hashing alone (pictures) and beside decoding key frames (videos).

Pictures: 1920 x 1080, RGB, one that is in the list and one that is not; before anything is timed,
the first must be found where it is, turned, mirrored and between bars, cropped where keypoint signatures
or un-cropping are timed, and the second must not. Videos: a clip
of panned photos in none of the lists; its decision must be "no match". CPU time throughout.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from benchmarks import _hashlists
from benchmarks._frame import clock
from pdqlite.hashing import Hasher, hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.media import open_video
from pdqlite.native import uncrop as native
from pdqlite.types import Entries, MatchPolicy

WIDTH, HEIGHT = 1920, 1080
LISTED = "chelsea"  # what the lists of the video part hold; scikit-image names one photo both chelsea and cat
CLIP = ("coffee", "rocket", "astronaut", "retina", "immunohistochemistry", "hubble_deep_field")
RATE, STEP = 25, 0.5  # frames a second of the clip; seconds between frames of a dense watch
SMALL = "--rows 0 2000 --repeat 3 --seconds 6".split()


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rows", type=int, nargs="+", default=[0, 20_000, 100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--clip", type=Path, help="a video in no list; by default one is made of test photos")
    parser.add_argument("--seconds", type=int, default=60, help="of the clip that is made")


def _photo(name: str) -> np.ndarray:
    from skimage import data

    picture = Image.fromarray(np.asarray(getattr(data, name)())[..., :3])
    return np.ascontiguousarray(np.asarray(picture.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)))


def _entries(n: int, known: list[np.ndarray], keypoints: bool = False) -> Entries:
    """Return a list of n realistic hashes, the last of which are of the known pictures."""
    hashes = [hash_pixels(p) for p in known] if n else []
    rows = np.ascontiguousarray(_hashlists.realistic(n)) if n else np.zeros((0, 32), np.uint8)
    for i, one in enumerate(hashes):
        rows[n - len(hashes) + i] = np.frombuffer(one.bits, np.uint8)
    ones = np.ones(n, np.uint16)
    signatures = (b"",) * (n - len(hashes)) + tuple(signature(p) for p in known) if keypoints and n else None
    return Entries(rows, ones, ones, np.zeros(n, np.uint8), np.full(n, 90, np.uint8), keypoints=signatures)


def _check(matcher: Matcher, n: int, known: np.ndarray, stranger: np.ndarray, cropped: bool = False) -> None:
    if n:
        cut = [known[: -HEIGHT // 10, WIDTH // 8 :]] if cropped else []
        for copy in (known, known[:, ::-1], np.rot90(known), np.pad(known, ((150, 150), (0, 0), (0, 0))), *cut):
            decision = matcher.match_pixels(np.ascontiguousarray(copy))
            if not decision.matched or decision.entry != n - 1:
                raise AssertionError("a copy was missed: wrong answer, so no timing")
    if matcher.match_pixels(stranger).verdict != "no match":
        raise AssertionError("a stranger matched: wrong answer, so no timing")


def _pictures(report, args) -> None:
    known, stranger = _photo("coffee"), _photo("astronaut")
    hasher = Hasher(WIDTH, HEIGHT)
    plane = native.Plane(stranger, native.RGB)
    regions = native.find_regions(plane)
    stages = {
        "hash": lambda: hasher.hash(stranger),
        "eight orientations": lambda: hasher.orientations(stranger),
        "plane": lambda: native.Plane(stranger, native.RGB),
        "regions": lambda: native.find_regions(plane),
        "hashes of regions": lambda: [native.region_hashes(plane, f) for f in regions],
    }
    for n in args.rows:
        entries = _entries(n, [known])
        for name, cap in (("cap 31", 31), ("cap by rate", 256)):
            matcher = Matcher(entries, MatchPolicy(uncrop_entries=0), cap)
            _check(matcher, n, known, stranger)
            stages[f"match, {n} rows, {name}"] = lambda m=matcher: m.match_pixels(stranger)
    _deep(args, known, stranger, stages)
    taken = clock.together(stages, args.repeat)
    for name, seconds in taken.items():
        report.time("stage", seconds, "ms", stage=name)
    for name in taken:
        if name.startswith("match"):
            report.ratio("hashes that a decision costs", taken["hash"], taken[name], stage=name)


def _deep(args, known, stranger, stages) -> None:
    n = min(max(args.rows), 20_000)
    if not n:
        return
    for name, entries, policy in (
        ("keypoint signatures", _entries(n, [known], keypoints=True), MatchPolicy(uncrop_entries=0)),
        ("un-cropping", _entries(n, [known]), MatchPolicy()),
    ):
        matcher = Matcher(entries, policy, 31)
        _check(matcher, n, known, stranger, cropped=True)
        stages[f"match, {n} rows, cap 31, {name}"] = lambda m=matcher: m.match_pixels(stranger)


def _make_clip(path: Path, seconds: int) -> None:
    """Write 1280 x 720 H.264 at 25 frames a second: photos panned over, another every 6 s, none of them LISTED."""
    photos = [_photo(name) for name in CLIP]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE), options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for i in range(seconds * RATE):
            t = i / RATE
            x, y = int(320 + 300 * np.sin(t / 2)), int(180 + 170 * np.cos(t / 3))
            photo = photos[int(t / 6) % len(photos)][y : y + 720, x : x + 1280]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(photo), "rgb24")))
        container.mux(stream.encode(None))


def _decode(path: Path, sampling: str) -> list[tuple[np.ndarray, float, bool]]:
    with open_video(path, sampling, STEP) as video:
        return [(f.luma, f.time, f.limited) for f in video]


def _watched(matcher: Matcher, frames: list[tuple[np.ndarray, float, bool]]) -> None:
    watch = matcher.watch()
    for luma, seconds, limited in frames:
        watch.push(luma, seconds, limited)
    if watch.enough():
        raise AssertionError("a stranger matched: wrong answer, so no timing")


def _videos(report, args, path: Path) -> None:
    keys, dense = _decode(path, "keyframes"), _decode(path, "time")
    report.count("key frames of the clip", len(keys))
    report.count("frames of it every half second", len(dense))
    read = {"decode key frames": lambda: _decode(path, "keyframes")}
    matchers = {}
    known = [_photo(LISTED)]
    if any(np.array_equal(known[0], _photo(name)) for name in CLIP):
        raise AssertionError(f"the clip shows {LISTED}, which the lists hold: it is no stranger, so no timing")
    for n in args.rows:
        matchers[f"{n} rows, cap 31"] = Matcher(_entries(n, known), MatchPolicy(uncrop_entries=0), 31)
        matchers[f"{n} rows, cap by rate"] = Matcher(_entries(n, known), MatchPolicy(uncrop_entries=0))
    n = min(max(args.rows), 20_000)
    matchers[f"{n} rows, keypoint signatures"] = Matcher(
        _entries(n, known, keypoints=True), MatchPolicy(uncrop_entries=0), 31
    )
    matchers[f"{n} rows, un-cropping"] = Matcher(_entries(n, known), MatchPolicy(), 31)
    for name, matcher in matchers.items():
        decision = matcher.match_video(path)
        if decision.matched:
            raise AssertionError(f"{name}: a stranger matched: wrong answer, so no timing")
        report.count("frames looked at", decision.frames, list=name)
        read[name] = lambda m=matcher: m.match_video(path)
    taken = clock.together(read, 3, number=1, read=time.process_time)
    for name, seconds in taken.items():
        report.time("video", seconds, "ms", what=name)
        if name in matchers:
            report.ratio("decision beside decoding key frames", taken["decode key frames"], seconds, list=name)
    for name, matcher in matchers.items():
        seconds = clock.samples(lambda m=matcher: _watched(m, dense), repeat=3, number=1)
        report.time("one frame of a dense watch", seconds, "ms", len(dense), list=name)


def run(report, args) -> None:
    _pictures(report, args)
    if args.clip:
        _videos(report, args, args.clip)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        _make_clip(path, args.seconds)
        _videos(report, args, path)
