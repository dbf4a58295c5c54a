"""A video's decision over time against its definition written out in Python, on drawn hits that tie as often as not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdqlite._core import ffi, lib

from pdqlite.errors import ArgumentError
from pdqlite.native import decide as core
from support.votes_definition import NOTHING, Definition

POLICY = core.Thresholds(700, 600, 60, 50, 2)
BASE = [np.random.default_rng(n).bytes(32) for n in range(5)]


def changed(view: bytes, bits: int) -> bytes:
    """The view with its last so many bits changed."""
    return (int.from_bytes(view, "big") ^ ((1 << bits) - 1)).to_bytes(32, "big")


VIEWS = [changed(view, bits) for view in BASE for bits in (0, 5, 11, 12, 13, 40)]

hits = st.tuples(
    st.integers(0, 3),  # row
    st.integers(0, 2),  # video
    st.sampled_from((0, 700, 701, 1000, 2000, 3000, 5150, 60_000)),  # its time
    st.sampled_from((1, 1, 1, 2, 3)),  # tier
    st.sampled_from((0, 20, 30, 31, 45, 58, 60, 61, 128, 240, 256)),  # distance or score
    st.integers(0, 1),  # view
    st.sampled_from((0, 0, 0, 0, core.STILL, core.NEGATIVE, core.STILL | core.NEGATIVE)),
    st.sampled_from((1, 16, 1000)),  # views
)
frames = st.lists(
    st.tuples(
        st.sampled_from((0, 1, 500, 1000, 1000, 2000, 10_000)), st.sampled_from(VIEWS), st.lists(hits, max_size=6)
    ),
    max_size=14,
)


def best_of(votes: core.Votes) -> dict[str, int]:
    best = votes.best()
    return {name: int(getattr(best, name)) for name in NOTHING}


@settings(max_examples=400)
@given(frames, st.integers(1, 5), st.integers(1, 4), st.sampled_from((0, 60, 256)), st.sampled_from((1, 600, 900)))
def test_the_best_track_is_the_definitions(frames, slots, least, radius, neg_log10_fpr_x100) -> None:
    """After every frame: the same track, figures and verdict."""
    policy = POLICY._replace(frames=least, radius=radius, video_neg_log10_fpr_x100=neg_log10_fpr_x100)
    ours, definition = core.Votes(policy, slots), Definition(policy, slots)
    now = 0
    for step, view, hits in frames:
        now += step
        ours.push(now, view, np.array(hits, core.FRAME_HIT))
        definition.push(now, view, hits)
        assert best_of(ours) == definition.best()


def run(frames, slots=2, policy=POLICY):
    ours, definition = core.Votes(policy, slots), Definition(policy, slots)
    for now, view, hits in frames:
        ours.push(now, view, np.array(hits, core.FRAME_HIT))
        definition.push(now, view, hits)
    assert best_of(ours) == definition.best()
    return best_of(ours)


def one(video, value=30, time=0, tier=1, flags=0, row=0, views=1):
    return (row, video, time, tier, value, 0, flags, views)


def test_of_equally_sure_tracks_the_longest_silent_gives_way() -> None:
    """Two tracks of the same neg_log10_fpr_x100 fill the slots; the older one goes, so the younger one can still add up."""
    frames = [
        (0, BASE[0], [one(1)]),
        (10_000, BASE[0], [one(2)]),
        (20_000, BASE[0], [one(3)]),
        (20_500, BASE[1], [one(2, time=10_500)]),
    ]
    found = run(frames)
    assert (found["video"], found["frames"], found["query_start_ms"]) == (2, 2, 10_000)


def test_what_is_sure_outlives_what_is_new() -> None:
    """A slot is taken from the least sure track, however lately that one spoke."""
    frames = [
        (0, BASE[0], [one(1, value=5)]),
        (10_000, BASE[0], [one(2, value=58)]),
        (20_000, BASE[0], [one(3, value=40)]),
    ]
    assert run([*frames, (20_500, BASE[1], [one(1, value=5, time=20_500)])])["video"] == 1


@pytest.mark.parametrize("tier", [2, 3])
def test_scores_are_told_as_scores(tier: int) -> None:
    """A score that ties with a negative one still counts; what is below it does not."""
    frames = [(1000 * i, BASE[i], [one(1, 500, 1000 * i, tier), one(9, 500, 0, tier, core.NEGATIVE)]) for i in range(3)]
    assert run(frames)["frames"] == 3
    below = [(t, view, [(*hit[:4], 499, *hit[5:]), other]) for t, view, (hit, other) in frames]
    assert run(below) == NOTHING


def test_what_is_claimed_has_an_end() -> None:
    found = run(
        [
            (1000 * i, BASE[i % 5] if i < 5 else np.random.default_rng(50 + i).bytes(32), [one(1, 0, 1000 * i)])
            for i in range(12)
        ]
    )
    assert found["neg_log10_fpr_x100"] == 3000 and found["counted"] == 12


def test_of_near_twins_the_nearest_is_told_however_sure_both_are() -> None:
    """Both reach the most that is claimed; the farther one was met first."""
    views = [np.random.default_rng(90 + i).bytes(32) for i in range(12)]
    both = [(1000 * i, v, [one(1, 30, 1000 * i), one(2, 4, 1000 * i, row=7)]) for i, v in enumerate(views)]
    found = run([(0, views[0], [one(1, 30)]), *both[1:]])
    assert (found["neg_log10_fpr_x100"], found["video"], found["frames"]) == (3000, 2, 11)


def test_only_the_first_256_hits_of_a_frame_are_heard() -> None:
    many = [one(9, 60, row=i) for i in range(256)]
    policy = POLICY._replace(frames=1, video_neg_log10_fpr_x100=1)
    assert run([(0, BASE[0], [*many[:255], one(1, 0)])], 8, policy)["video"] == 1
    assert run([(0, BASE[0], [*many, one(1, 0)])], 8, policy)["video"] == 9


def test_a_slot_taken_over_forgets_the_frames_of_the_one_before() -> None:
    first = [(0, BASE[0], [one(1)]), (1000, BASE[1], [one(1, time=1000)])]
    second = [(50_000, BASE[2], [one(2, value=5)]), (51_000, BASE[1], [one(2, value=5, time=1000)])]
    assert run([*first, *second], slots=1)["counted"] == 2


def test_what_cannot_be_a_vote_is_refused() -> None:
    """Each argument by itself."""
    size, thresholds, match = (
        lib.pdql_votes_size(4),
        ffi.new("pdql_thresholds *", tuple(POLICY)),
        ffi.new("pdql_video_match *"),
    )
    memory = ffi.new("uint64_t[]", size // 8 + 2)
    votes, odd = ffi.cast("pdql_votes *", memory), ffi.cast("pdql_votes *", int(ffi.cast("uintptr_t", memory)) + 4)
    bad = [
        (ffi.NULL, size, 4, thresholds),
        (odd, size, 4, thresholds),
        (votes, size, 4, ffi.NULL),
        (votes, size, 0, thresholds),
        (votes, size, 65537, thresholds),
    ]
    assert {lib.pdql_votes_init(*arguments) for arguments in bad} == {lib.PDQL_ERR_ARG}
    assert lib.pdql_votes_init(votes, size - 1, 4, thresholds) == lib.PDQL_ERR_SPACE
    assert lib.pdql_votes_init(votes, size, 4, thresholds) == lib.PDQL_OK
    good = np.array([one(1)], core.FRAME_HIT)
    hits = ffi.cast("const pdql_frame_hit *", good.ctypes.data)
    for arguments in ((ffi.NULL, 0, BASE[0], hits, 1), (votes, 0, ffi.NULL, hits, 1), (votes, 0, BASE[0], ffi.NULL, 1)):
        assert lib.pdql_votes_push(*arguments) == lib.PDQL_ERR_ARG
    for hit in (one(1, tier=0), one(1, tier=4), one(1, value=257), one(1, views=0)):
        with pytest.raises(ArgumentError):
            core.Votes(POLICY, 4).push(0, BASE[0], np.array([one(2), hit], core.FRAME_HIT))
    assert lib.pdql_votes_push(votes, 0, BASE[0], ffi.NULL, 0) == lib.PDQL_OK
    assert {lib.pdql_votes_best(ffi.NULL, match), lib.pdql_votes_best(votes, ffi.NULL)} == {lib.PDQL_ERR_ARG}
    assert (lib.pdql_votes_size(0), lib.pdql_votes_size(65536) > 0, lib.pdql_votes_size(65537)) == (0, True, 0)
