"""The decision: sureties from their definition, and a decision written out again in Python."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite.errors import ArgumentError
from pdqlite.native import decide as core

POLICY = core.Thresholds(700, 600, 60, 50, 2)
TRIALS = 16


def columns(rows):
    return np.array([(*r, TRIALS) for r in rows], core.EVIDENCE)


@given(st.integers(1, 2**32 - 1), st.integers(0, 256))
def test_trials_cost_their_logarithm(trials, distance):
    alone = core.neg_log10_fpr_x100(1, distance, 1)
    got = core.neg_log10_fpr_x100(1, distance, trials)
    exact = max(0.0, alone - 100 * math.log10(trials))
    assert exact - 2 <= got <= exact


def test_surety_falls_with_distance_and_never_claims_more_than_the_pairs():
    sureties = [core.neg_log10_fpr_x100(1, d, 1) for d in range(257)]
    assert all(a >= b for a, b in zip(sureties, sureties[1:], strict=False))
    assert sureties[128:] == [0] * 129
    assert max(sureties) < 1400


def test_unknown_tier_is_worth_nothing():
    assert [core.neg_log10_fpr_x100(tier, 0, 1) for tier in (0, 4, 2**31)] == [0, 0, 0]


@given(st.integers(0, 1400), st.integers(1, 10**6))
def test_radius_is_the_largest_that_reaches_the_surety(least, trials):
    radius = core.radius_of(least, trials)
    reach = [d for d in range(257) if core.neg_log10_fpr_x100(1, d, trials) >= least]
    assert radius == (max(reach) if reach else -1)


evidence = st.builds(
    lambda row, value, quality, negative: (row, 1, value, 0, quality, negative),
    st.integers(0, 9), st.integers(0, 80), st.integers(0, 100), st.integers(0, 1),
)  # fmt: skip


def definition(policy, rows):
    """The rules of pdqlite.h, one after the other."""
    negative = min((r[2] for r in rows if r[5]), default=math.inf)
    near = [(i, r) for i, r in enumerate(rows) if not r[5] and r[2] <= policy.radius
            and core.neg_log10_fpr_x100(1, r[2], TRIALS) >= policy.picture_neg_log10_fpr_x100]  # fmt: skip
    groups = {
        "match": [x for x in near if x[1][4] >= policy.min_quality and x[1][2] <= negative],
        "negated": [x for x in near if x[1][4] >= policy.min_quality and x[1][2] > negative],
        "too flat": [x for x in near if x[1][4] < policy.min_quality],
    }
    for verdict, group in groups.items():
        if group:
            i, r = min(group, key=lambda x: (x[1][2], x[1][0], -x[1][4], x[0]))
            return verdict, i, core.neg_log10_fpr_x100(1, r[2], TRIALS)
    return "no match", 0, 0


@settings(max_examples=300)
@given(st.lists(evidence, max_size=12), st.integers(0, 80), st.integers(0, 100))
def test_decision_is_the_definition(rows, radius, quality):
    policy = POLICY._replace(radius=radius, min_quality=quality)
    assert core.decide(policy, columns(rows)) == definition(policy, rows)


@given(st.lists(evidence, min_size=1, max_size=8), st.randoms())
def test_order_of_the_evidence_does_not_matter(rows, chance):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    a, b = (core.decide(POLICY, columns(x)) for x in (rows, shuffled))
    assert (a.verdict, a.neg_log10_fpr_x100) == (b.verdict, b.neg_log10_fpr_x100)
    if a.verdict != "no match":
        assert rows[a.evidence][::2] == shuffled[b.evidence][::2]


@pytest.mark.parametrize("bad", [
    (0, 4, 10, 0, 90, 0), (0, 0, 10, 0, 90, 0), (0, 1, 257, 0, 90, 0), (0, 1, 10, 0, 101, 0),
])  # fmt: skip
def test_evidence_out_of_range_is_refused(bad):
    with pytest.raises(ArgumentError):
        core.decide(POLICY, columns([bad]))


@pytest.mark.parametrize("change", [
    {"picture_neg_log10_fpr_x100": 3001}, {"video_neg_log10_fpr_x100": 3001}, {"radius": 257}, {"min_quality": 101},
    {"frames": 0},
])  # fmt: skip
def test_policy_out_of_range_is_refused(change):
    with pytest.raises(ArgumentError):
        core.decide(POLICY._replace(**change), columns([]))
    with pytest.raises(ArgumentError):
        core.Votes(POLICY._replace(**change))


# ---- video

rng = np.random.default_rng(4)
VIEWS = [rng.bytes(32) for _ in range(60)]


def hit(row, time_ms, value, **others):
    fields = {"video": 7, "tier": core.TIER_HASH, "view": 0, "flags": 0, "trials": TRIALS} | others
    return (
        row,
        fields["video"],
        time_ms,
        fields["tier"],
        value,
        *(fields[name] for name in ("view", "flags", "trials")),
    )


def vote(frames, policy=POLICY, slots=32):
    votes = core.Votes(policy, slots)
    for time_ms, view, hits in frames:
        votes.push(time_ms, VIEWS[view], np.array(hits, core.FRAME_HIT))
    best = votes.best()
    return {name: getattr(best, name) for name in (
        "verdict", "neg_log10_fpr_x100", "row", "tier", "value", "video", "still", "view", "frames", "counted",
        "at_ms", "query_start_ms", "query_end_ms", "entry_start_ms", "entry_end_ms")}  # fmt: skip


def test_frames_of_one_offset_add_up():
    frames = [(1000 * i, i, [hit(i, 1000 * i + 4000, 50)]) for i in range(6)]
    one, two, six = (vote(frames[:n]) for n in (1, 2, 6))
    assert one["verdict"] == 0 and two["verdict"] == six["verdict"] == 1
    assert one["neg_log10_fpr_x100"] < two["neg_log10_fpr_x100"] < six["neg_log10_fpr_x100"]
    assert (six["frames"], six["counted"], six["video"]) == (6, 6, 7)
    assert (six["query_start_ms"], six["query_end_ms"]) == (0, 5000)
    assert (six["entry_start_ms"], six["entry_end_ms"]) == (4000, 9000)


def test_frames_out_of_time_order_do_not_add_up():
    order = [5, 0, 4, 1, 3, 2]
    frames = [(1000 * i, i, [hit(i, 5000 * at, 58)]) for i, at in enumerate(order)]
    assert vote(frames)["verdict"] == 0
    assert vote(frames)["frames"] == 1


@pytest.mark.parametrize("speed", [0.9, 1.0, 1.1])
def test_a_faster_or_slower_copy_stays_on_its_track(speed):
    frames = [(1000 * i, i, [hit(i, round(1000 * i * speed), 58)]) for i in range(40)]
    assert vote(frames)["counted"] == 40


def test_one_view_repeated_is_one_piece_of_evidence():
    frames = [(100 * i, 0, [hit(0, 100 * i, 58)]) for i in range(50)]
    found = vote(frames)
    assert (found["verdict"], found["frames"], found["counted"]) == (0, 50, 1)


def test_a_view_counts_by_how_new_it_is():
    """A scene that hardly changes says little more than its first frame; back and forth between trials says nothing."""

    def drifting(step):
        bits, chance, out = np.unpackbits(np.frombuffer(VIEWS[0], np.uint8)), np.random.default_rng(2), []
        for _ in range(8):
            out.append(np.packbits(bits).tobytes())
            bits = bits.copy()
            bits[chance.choice(256, step, replace=False)] ^= 1
        return out

    def neg_log10_fpr_x100(trials):
        votes = core.Votes(POLICY, 8)
        for i, view in enumerate(trials):
            votes.push(1000 * i, view, np.array([hit(i, 1000 * i, 58)], core.FRAME_HIT))
        return votes.best().neg_log10_fpr_x100

    alone = neg_log10_fpr_x100(VIEWS[:1])
    gains = [neg_log10_fpr_x100(drifting(step)) - alone for step in (4, 14, 30, 60)]
    assert gains[0] < gains[1] < gains[2] < gains[3] < neg_log10_fpr_x100(VIEWS[:8]) - alone
    assert neg_log10_fpr_x100([VIEWS[i % 3] for i in range(8)]) == neg_log10_fpr_x100(VIEWS[:3])


def test_a_still_counts_once_and_needs_its_frames():
    """Where no picture may be a match by itself."""
    never = POLICY._replace(picture_neg_log10_fpr_x100=core.NEG_LOG10_FPR_X100_MAX)
    near = [(100 * i, i, [hit(3, 0, 20, flags=core.STILL)]) for i in range(3)]
    assert vote(near[:1], never)["verdict"] == 0
    found = vote(near, never)
    assert (found["verdict"], found["still"], found["row"], found["counted"]) == (1, 1, 3, 1)


def test_views_do_not_mix():
    frames = [(1000 * i, i, [hit(i, 1000 * i, 58, view=i % 2)]) for i in range(2)]
    assert vote(frames)["frames"] == 1


def test_a_nearer_negative_silences_a_frame():
    frames = [(1000 * i, i, [hit(i, 1000 * i, 30), hit(99, 0, 29, video=1, flags=core.NEGATIVE)])
              for i in range(5)]  # fmt: skip
    assert vote(frames) == dict.fromkeys(vote([]), 0)
    far = hit(99, 0, 31, video=1, flags=core.NEGATIVE)
    farther = [(t, v, [hits[0], far]) for t, v, hits in frames]
    assert vote(farther)["verdict"] == 1


def test_slots_are_bounded_and_the_true_track_survives_noise():
    chance = np.random.default_rng(1)
    frames = []
    for i in range(40):
        noise = [hit(1000 + i * 20 + j, int(chance.integers(0, 10**6)), 59, video=100 + j)
                 for j in range(20)]  # fmt: skip
        frames.append((1000 * i, i, [*noise, hit(i, 1000 * i, 40)]))
    found = vote(frames, slots=16)
    assert (found["verdict"], found["video"], found["counted"]) == (1, 7, 40)


def test_hostile_frames_are_refused_or_bounded():
    votes = core.Votes(POLICY, 4)
    many = np.array([hit(i, i, 40, video=i) for i in range(5000)], core.FRAME_HIT)
    votes.push(10, VIEWS[0], many)
    for time_ms, hits in [(9, []), (10, [hit(0, 0, 1, trials=0)]), (10, [hit(0, 0, 257)])]:
        with pytest.raises(ArgumentError):
            votes.push(time_ms, VIEWS[0], np.array(hits, core.FRAME_HIT))
    last = hit(0, 2**32 - 1, 0, trials=2**32 - 1)
    votes.push(2**32 - 1, VIEWS[1], np.array([last], core.FRAME_HIT))
    for slots in (0, 65537):
        with pytest.raises(ArgumentError):
            core.Votes(POLICY, slots)


@settings(max_examples=60)
@given(st.data())
def test_surety_never_exceeds_what_all_hits_could_say(data):
    """No frame adds more than four fifths of an untouched hit, the first no more than a whole one."""
    frames, now = [], 0
    for _ in range(data.draw(st.integers(0, 12))):
        now += data.draw(st.integers(0, 3000))
        hits = data.draw(st.lists(st.builds(
            hit, st.integers(0, 20), st.integers(0, 30000), st.integers(0, 256),
            video=st.integers(0, 2), view=st.integers(0, 3), flags=st.integers(0, 3)), max_size=8))  # fmt: skip
        frames.append((now, data.draw(st.integers(0, 59)), hits))
    found = vote(frames, slots=data.draw(st.integers(1, 6)))
    most = core.neg_log10_fpr_x100(1, 0, 1)
    assert found["neg_log10_fpr_x100"] <= most + max(0, found["counted"] - 1) * most * 4 // 5
    assert found["counted"] <= found["frames"] <= len(frames)
    assert found["verdict"] == 0 or found["neg_log10_fpr_x100"] >= POLICY.video_neg_log10_fpr_x100
