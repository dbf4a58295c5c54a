"""Keypoints that frames of one video share are its own; those that several videos share say nothing of one of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import Matcher
from pdqlite.types import Entries, MatchPolicy

POLICY = MatchPolicy(uncrop_entries=0)


@pytest.fixture(scope="module")
def pan() -> list[np.ndarray]:
    """A camera over one picture: neighbours are near each other, the ends are not."""
    return list(scenes.clip(7, 3.0, 8, 320, 240))[:8]


def of(frames: list[np.ndarray], videos: list[int]) -> Entries:
    n, hashes = len(frames), [hash_pixels(f) for f in frames]
    return Entries(
        np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32), np.ones(n, np.uint16), np.ones(n, np.uint16),
        np.full(n, 2, np.uint8), np.array([h.quality for h in hashes], np.uint8), np.array(videos, np.uint32),
        np.arange(n, dtype=np.uint32) * 125, tuple(signature(f) for f in frames),
    )  # fmt: skip


def proofs(entries: Entries, frames: list[np.ndarray]) -> list[float]:
    """How well a part of each frame is proven."""
    matcher = Matcher(entries, POLICY, max_distance=0)
    found = [matcher.match_pixels(np.ascontiguousarray(f[30:-20, 40:-20])) for f in frames]
    return [-9.0 if d.proof is None else d.proof for d in found]


def test_frames_of_one_video_do_not_silence_each_other(pan) -> None:
    assert hash_pixels(pan[0]) - hash_pixels(pan[-1]) > 31
    own, others = proofs(of(pan, [0] * 8), pan), proofs(of(pan, list(range(8))), pan)
    assert min(own) >= 2, "a match, each"
    assert max(others) < min(own), "as many videos that share it: nobody's own"


def test_a_video_counts_once_and_a_version_of_the_own_one_not_at_all(pan) -> None:
    """Three copies of the video beside it, of other light: each frame of them is within 31 bits of one of its own."""
    copies = [np.clip(f.astype(int) * k // 10, 0, 255).astype(np.uint8) for k in (9, 8, 7) for f in pan]
    assert min(proofs(of(pan + copies, [v for v in range(4) for _ in pan]), pan)) >= 2
    one_more = of([pan[0], *pan[4:]], [0, 1, 1, 1, 1])  # four frames of one other video
    assert proofs(one_more, pan[:1])[0] >= 2
    apart = replace(one_more, video=np.arange(5, dtype=np.uint32))
    assert proofs(apart, pan[:1])[0] < proofs(one_more, pan[:1])[0]


def before(back: np.ndarray, thing: np.ndarray, way: list[tuple[int, int]]) -> list[np.ndarray]:
    """Frames of a camera that stands: a thing at places before one background."""
    found = []
    for y, x in way:
        frame = back.copy()
        frame[y : y + thing.shape[0], x : x + thing.shape[1]] = thing
        found.append(frame)
    return found


def test_another_clip_of_a_standing_camera_is_not_confirmed_by_what_stands(pan) -> None:
    """What stays in its place while the picture changes says nothing of the clip; what moves does."""
    back, one, other = scenes.picture(1, 320, 240), scenes.picture(2, 150, 120), scenes.picture(3, 150, 120)
    listed = before(back, one, [(10 + 12 * k, 10 + 18 * k) for k in range(9)])
    another = before(back, other, [(110 - 12 * k, 10 + 18 * k) for k in range(9)])
    matcher = Matcher(of(listed, [0] * 9), POLICY)
    copy = matcher.match_frames(
        (np.clip(f // 8 * 7 + 9, 0, 255).astype(np.uint8), float(k)) for k, f in enumerate(listed)
    )
    assert copy.matched and copy.confirmed == "yes"
    found = matcher.match_frames((f, float(k)) for k, f in enumerate(another))
    assert not found.matched and found.verdict in ("unconfirmed", "shares a part")
