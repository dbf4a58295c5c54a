"""What watching a video costs and says: each rule from its definition, on clips that are known to meet the list at every view."""

from __future__ import annotations

import numpy as np
import pytest

from pdqlite.hashing import hash_luma
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.native import decide
from pdqlite.types import Entries, MatchPolicy
from support.pictures import scene

DEEP_VIEWS = (1, 3, 6)  # and every 12th: views at which keypoints are looked for though nothing was met
EVERY, IN_A_ROW = 12, 16


def views(count: int) -> list[np.ndarray]:
    """Views of one video that have little in common, each rich in keypoints."""
    return [scene(100 + i, 240, 240) for i in range(count)]


def entries_of(frames: list[np.ndarray], keypoints: bool) -> Entries:
    hashes = [hash_luma(f) for f in frames]
    n = len(frames)
    return Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32),
        np.full(n, 4, np.uint16), np.full(n, 3, np.uint16), np.full(n, 2, np.uint8),
        np.array([h.quality for h in hashes], np.uint8), np.zeros(n, np.uint32),
        np.arange(n, dtype=np.uint32) * 1000,
        tuple(signature(f) for f in frames) if keypoints else None,
    )  # fmt: skip


def part(frame: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(frame[20:-20, 20:-20])


def looked_at(views: int) -> list[int]:
    """The views at which keypoints are looked for when each view meets something: the due ones, and 16 in a row after one that did."""
    found: list[int] = []
    row = 0
    for view in range(1, views + 1):
        again = found and view - found[-1] <= 2 and row < IN_A_ROW
        if view in DEEP_VIEWS or view % EVERY == 0 or again:
            found.append(view)
            row += 1
    return found


@pytest.fixture(scope="module")
def clip() -> list[np.ndarray]:
    return views(40)


@pytest.mark.parametrize("least", [2, 15, 16, 17, 18])
def test_keypoints_are_looked_for_at_a_bounded_share_of_the_views(clip: list[np.ndarray], least: int) -> None:
    """A copy that only keypoints find is found at the view at which the least number of frames was looked at; no sooner."""
    policy = MatchPolicy(picture_rate=1e-30, uncrop_entries=0, frames=least)  # no frame is a match by itself
    watch = Matcher(entries_of(clip, True), policy, max_distance=0).watch()
    for view, frame in enumerate(clip, 1):
        watch.push(part(frame), float(view))
        if watch.enough():
            break
    assert view == looked_at(40)[least - 1]


@pytest.mark.parametrize("keypoints", [False, True])
def test_what_a_decision_says_of_its_best_frame(clip: list[np.ndarray], keypoints: bool) -> None:
    """By hashes: the distance of the frame it names, and no score. By keypoints: its score, and no distance."""
    matcher = Matcher(
        entries_of(clip[:6], keypoints), MatchPolicy(uncrop_entries=0), max_distance=0 if keypoints else 60
    )
    watch = matcher.watch()
    for second, frame in enumerate(clip[:6]):
        noisy = np.clip(frame + np.random.default_rng(second).normal(0, 4 + 8 * second, frame.shape), 0, 255).astype(
            np.uint8
        )
        watch.push(part(frame) if keypoints else noisy, float(second))
    told, matches = watch._native.decision()
    assert told.tier == (3 if keypoints else 1)
    best = next(m for m in matches if m.time_ms == told.at_ms)
    if keypoints:
        assert told.distance == best.distance == 2**32 - 1 and 20 * 16 <= told.score < 65536
    else:
        assert told.score == 0 and told.distance == best.distance == min(m.distance for m in matches)
        assert len({m.distance for m in matches}) > 1


def cost(trials: int) -> int:
    return decide.neg_log10_fpr_x100(1, 0, 1) - decide.neg_log10_fpr_x100(1, 0, trials)


def test_hope_is_what_one_row_of_the_list_could_not_be_by_chance() -> None:
    """After four frames: as rare as one in the list's length, or as the policy asks. At every distance."""
    plain = MatchPolicy(turned=False, inverted=False, regions=False, uncrop_entries=0, keypoints=False, radius=140)
    frame, n = scene(7, 240, 240), 500
    rows = np.random.default_rng(1).integers(0, 256, (n, 32), np.uint8)
    bits = int.from_bytes(hash_luma(frame).bits, "big")
    hopes = []
    for distance in range(0, 128, 3):
        rows[77] = np.frombuffer((bits ^ (1 << distance) - 1).to_bytes(32, "big"), np.uint8)
        columns = np.full(n, 1, np.uint16), np.full(n, 1, np.uint16), np.full(n, 2, np.uint8), np.full(n, 90, np.uint8)
        listed = Entries(rows.copy(), *columns, np.arange(n, dtype=np.uint32), np.zeros(n, np.uint32))
        matcher = Matcher(listed, plain)
        watch = matcher.watch()
        for second in range(4):
            assert watch.hopeful()
            watch.push(frame, float(second))
        said = max(0, decide.neg_log10_fpr_x100(1, distance, 1) - cost(matcher.views(frame)[0].trials) - cost(64))
        hopes.append(watch.hopeful())
        assert watch.hopeful() == (said > 0 and said >= min(cost(n), 600)), (distance, said)
    assert any(hopes) and not all(hopes)
