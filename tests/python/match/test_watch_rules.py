"""What watching a video costs and says: each rule from its definition, on clips that are known to meet the list at every view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageFilter

from pdqlite.hashing import hash_luma
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.native import decide
from pdqlite.types import Entries, MatchPolicy
from support.pictures import scene

COST_MS, SAVED = 250, 32  # of video for one look by keypoints, and looks that are saved up


def views(count: int) -> list[np.ndarray]:
    """Views of one video that have little in common, each rich in keypoints."""
    return [scene(100 + i, 240, 240) for i in range(count)]


def entries_of(frames: list[np.ndarray], keypoints: bool, step_ms: int = 1000) -> Entries:
    hashes = [hash_luma(f) for f in frames]
    n = len(frames)
    return Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32),
        np.full(n, 4, np.uint16), np.full(n, 3, np.uint16), np.full(n, 2, np.uint8),
        np.array([h.quality for h in hashes], np.uint8), np.zeros(n, np.uint32),
        np.arange(n, dtype=np.uint32) * step_ms,
        tuple(signature(f) for f in frames) if keypoints else None,
    )  # fmt: skip


def part(frame: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(frame[20:-20, 20:-20])


def looked_at(views: int, step_ms: int) -> int:
    """How many of so many new views are looked at, one every step: as many as are saved up and come in."""
    found, saved = 0, SAVED * COST_MS
    for view in range(views):
        saved = min(saved + step_ms * (view > 0), SAVED * COST_MS)
        if saved >= COST_MS:
            found, saved = found + 1, saved - COST_MS
    return found


@pytest.fixture(scope="module")
def clip() -> list[np.ndarray]:
    return views(40)


@pytest.mark.parametrize("step_ms", [1000, 250, 125, 40])
def test_keypoints_look_at_each_new_view_as_fast_as_the_video_pays_for(clip: list[np.ndarray], step_ms: int) -> None:
    """A copy that only keypoints find is a match where as many frames are asked for as were looked at, and not where one more is."""
    looks = looked_at(40, step_ms)
    for least in (looks, looks + 1):
        policy = MatchPolicy(picture_rate=1e-30, uncrop_entries=0, frames=least)  # no frame is a match by itself
        watch = Matcher(entries_of(clip, True, step_ms), policy, max_distance=0).watch()
        for view, frame in enumerate(clip):
            watch.push(part(frame), view * step_ms / 1000)
        assert watch.decision().matched == (least == looks)


def stills(frames: list[np.ndarray], keypoints: bool) -> Entries:
    listed = entries_of(frames, keypoints)
    return replace(listed, flags=np.zeros(len(frames), np.uint8), video=None, time_ms=None)


@pytest.fixture(scope="module", params=[False, True], ids=["parts", "keypoints"])
def asker(request: pytest.FixtureRequest, clip: list[np.ndarray]):
    """What a video comes to that is given as (view, seconds) pieces, seen every half second, in a list of two pictures."""
    matcher = Matcher(stills(clip[:2], request.param), MatchPolicy(uncrop_entries=0 if request.param else 10))

    def ask(pieces: list[tuple[np.ndarray, float]]) -> int | None:
        watch, now = matcher.watch(), 0.0
        for frame, seconds in pieces:
            for _ in range(round(2 * seconds)):
                watch.push(frame, now)
                now += 0.5
        decision = watch.decision()
        return decision.entry if decision.matched else None

    assert all(not matcher.match_pixels(frame).matched for frame in clip[2:14])
    return ask


@pytest.mark.parametrize("place", [1, 3, 4, 8, 11])
def test_a_part_that_is_shown_for_two_seconds_is_found_wherever_it_is_shown(asker, clip, place: int) -> None:
    others = [(frame, 2.0) for frame in clip[2:14]]
    assert asker([*others[:place], (part(clip[1]), 2.0), *others[place:]]) == 1
    assert asker(others) is None


def test_a_part_between_views_that_change_all_the_time_is_found(asker, clip) -> None:
    """New views use up what is saved; then the part comes, held for two seconds, or for half a second now and then."""
    fast = [(frame, 0.5) for frame in clip[2:]]
    assert asker([*fast[:31], (part(clip[0]), 2.0), *fast[31:]]) == 0
    assert asker([piece for one in fast[:30] for piece in (one, (part(clip[0]), 0.5))]) == 0


def test_blank_views_and_a_blurred_first_look_hide_nothing(asker, clip) -> None:
    """What fades in has the hash of what it becomes, and no keypoints yet."""
    sharp = part(clip[0])
    blurred = np.asarray(Image.fromarray(sharp).filter(ImageFilter.GaussianBlur(4)))
    black = np.zeros_like(sharp)
    assert hash_luma(blurred) - hash_luma(sharp) <= 16
    assert asker([(black, 2.0), (blurred, 0.5), (sharp, 2.0)]) == 0
    assert asker([piece for _ in range(6) for piece in ((black, 0.5), (sharp, 0.5))]) == 0


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
