"""A frame that cannot be looked at to the end was not added: pushed again, it counts once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pdqlite.cli import scenes
from pdqlite.errors import IndexBlockError
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.matching import policy_numbers
from pdqlite.native import index as native_index
from pdqlite.native import keypoints, matcher
from pdqlite.types import MatchPolicy

FRAMES = [scenes.picture(40 + k, 320, 240) for k in range(6)]
SAYS = ("verdict", "frames", "agreeing", "neg_log10_fpr_x100", "confirmed", "proof", "start_ms", "end_ms")


@pytest.fixture
def block() -> keypoints.KeypointIndex:
    return keypoints.KeypointIndex([signature(f) for f in FRAMES])


def made(block: keypoints.KeypointIndex) -> matcher.Matcher:
    """Six frames of one video, a second apart."""
    hashes = [hash_pixels(f) for f in FRAMES]
    rows = np.frombuffer(b"".join(h.bits for h in hashes), np.uint8).reshape(-1, 32)
    meta = np.zeros(len(rows), matcher.META_VIDEO)
    meta["categories"], meta["sources"], meta["flags"], meta["video"] = 1, 1, 2, 3
    meta["quality"], meta["time_ms"] = [h.quality for h in hashes], 1000 * np.arange(len(rows))
    listed = matcher.MatchList(rows, meta, native_index.build(rows, "auto"), (block.block, block.nbytes))
    return matcher.Matcher(listed, policy_numbers(MatchPolicy(uncrop_entries=0), 256))


def said(watch: matcher.Watch) -> tuple[Any, ...]:
    decision, matches = watch.decision()
    return tuple(getattr(decision, name) for name in SAYS) + (len(matches),)


def test_a_frame_that_failed_was_not_added(block: keypoints.KeypointIndex) -> None:
    undisturbed, watch, failed = matcher.Watch(made(block)), matcher.Watch(made(block)), 0
    for second, frame in enumerate(FRAMES):
        before, whole = said(watch), block.block.copy()
        block.block[:] = 0  # from now on the block proves damaged
        for _ in range(3):
            try:
                watch.push(frame, 1000 * second, False)
            except IndexBlockError:
                failed += 1
                assert said(watch) == before
            else:
                break
        else:
            block.block[:] = whole
            watch.push(frame, 1000 * second, False)
        block.block[:] = whole
        undisturbed.push(frame, 1000 * second, False)
        assert said(watch) == said(undisturbed)
    assert failed
    assert watch.enough()
