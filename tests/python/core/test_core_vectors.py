"""The core vectors, which every binding replays: hashes, index answers, decisions, errors."""

import base64
import json
import math

import numpy as np
import pytest

from pdqlite import Index, Matcher, errors, keypoints
from pdqlite.hashing import Hasher
from pdqlite.types import Entries, MatchPolicy
from support import VECTORS

CASES = json.loads((VECTORS / "core" / "cases.json").read_text())
PICTURES = CASES["pictures"]


def rows(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 32)


def pixels(number: int) -> np.ndarray:
    """The picture as numpy sees it: a view with its strides."""
    p = PICTURES[number]
    data = np.frombuffer(base64.b64decode(p["data"]), np.uint8)
    channels = 1 if p["format"].startswith("gray") else 3
    view = np.lib.stride_tricks.as_strided(
        data, (p["height"], p["width"], channels), (p["row_stride"], p["pixel_stride"], 1))  # fmt: skip
    if channels == 1:
        return view[:, :, 0]
    return view[:, :, ::-1] if p["format"] == "bgr" else view


@pytest.mark.parametrize("number", range(len(PICTURES)), ids=[p["name"] for p in PICTURES])
def test_hashes(number):
    hasher = Hasher(PICTURES[number]["width"], PICTURES[number]["height"])
    limited = PICTURES[number]["format"] == "gray_limited"
    found = hasher.orientations(pixels(number), limited)
    assert [[h.bits.hex(), h.quality] for h in found] == CASES["hashes"][number]
    alone = hasher.hash(pixels(number), limited)
    assert [alone.bits.hex(), alone.quality] == CASES["hashes"][number][0]


@pytest.mark.parametrize("radius", CASES["index"]["answers"])
@pytest.mark.parametrize("shape", ["scan", "self"])
def test_index(radius, shape):
    hits = Index(rows(CASES["index"]["rows"]), shape=shape).search_many(rows(CASES["index"]["queries"]), int(radius))
    found = [list(hit) for hit in zip(hits.query.tolist(), hits.row.tolist(), hits.distance.tolist(), strict=True)]
    assert found == CASES["index"]["answers"][radius]


@pytest.fixture(scope="module")
def matcher():
    case = CASES["decisions"]
    meta = np.frombuffer(base64.b64decode(case["meta"]), np.uint8).reshape(-1, 6)
    masks = meta[:, :4].copy().view(">u2").astype(np.uint16)
    return Matcher(Entries(rows(case["rows"]), masks[:, 0], masks[:, 1], meta[:, 4].copy(), meta[:, 5].copy()))


def check(decision, case):
    assert (decision.verdict, decision.entry, decision.tier, decision.distance) == (
        case["verdict"], case["entry"], case["tier"], case["distance"])  # fmt: skip
    assert case["entry"] == case["shows"]
    rates = [0 if rate is None else round(-100 * math.log10(rate)) for rate in (decision.rate, decision.list_rate)]
    assert (rates, list(decision.lacks)) == ([case["rate"], case["list_rate"]], case["lacks"])
    if case["orientation"]:
        assert (decision.where.orientation, decision.where.inverted) == (case["orientation"], case["inverted"])


@pytest.mark.parametrize("case", CASES["decisions"]["pictures"], ids=lambda c: PICTURES[c["picture"]]["name"])
def test_decisions_about_pictures(matcher, case):
    check(matcher.match_pixels(pixels(case["picture"])), case)


@pytest.mark.parametrize("case", CASES["decisions"]["videos"], ids=lambda c: str(c["shows"]))
def test_decisions_about_videos(matcher, case):
    check(matcher.match_frames([(pixels(n), ms / 1000) for n, ms in case["frames"]]), case)


def test_errors():
    wanted = {case["what"]: case["status"] for case in CASES["errors"]}
    assert set(wanted.values()) == {"err-shape", "err-arg", "err-block"}
    with pytest.raises(errors.ShapeError):
        Hasher(4, 100)
    index = Index(rows(CASES["index"]["rows"]))
    with pytest.raises(errors.ArgumentError):
        index.search(bytes(32), 257)
    with pytest.raises(errors.IndexBlockError):
        Index.open(bytes(index.block)[:-1])


def test_signatures():
    """Made as the vectors say; parts of pictures are found by them and by nothing else."""
    case, meta = (
        CASES["signatures"],
        np.frombuffer(base64.b64decode(CASES["decisions"]["meta"]), np.uint8).reshape(-1, 6),
    )
    made = tuple(keypoints.signature(pixels(n)) for n in range(len(case["of"])))
    assert [base64.b64encode(s).decode() for s in made] == case["of"]
    masks = meta[:, :4].copy().view(">u2").astype(np.uint16)
    columns = rows(CASES["decisions"]["rows"]), masks[:, 0], masks[:, 1], meta[:, 4].copy(), meta[:, 5].copy()
    plain, deep = Matcher(Entries(*columns)), Matcher(Entries(*columns, keypoints=made))
    for part in case["parts"]:
        left, top = part["left"], part["top"]
        view = pixels(part["picture"])[top : top + part["height"], left : left + part["width"]]
        assert plain.match_pixels(view).entry is None
        decision = deep.match_pixels(view)
        assert (decision.verdict, decision.entry, decision.tier) == ("match", part["shows"], 3)
    for claim in case["claims"]:
        signed = tuple(made[i] for i in claim["signatures"])
        d = Matcher(Entries(*columns, keypoints=signed), MatchPolicy(uncrop_entries=0)).match_pixels(
            pixels(claim["picture"])
        )
        assert [d.verdict, d.entry, d.tier, d.confirmed] == [
            claim[k] for k in ("verdict", "entry", "tier", "confirmed")
        ]


def test_frames_of_one_video_do_not_silence_one_another():
    case = CASES["frames"]
    p = case["picture"]
    part = np.frombuffer(base64.b64decode(p["data"]), np.uint8).reshape(p["height"], p["width"])
    kept = tuple(base64.b64decode(s) for s in case["signatures"])
    for wanted in case["cases"]:
        meta = np.frombuffer(base64.b64decode(wanted["meta"]), np.uint8).reshape(-1, 14)
        masks = meta[:, :4].copy().view(">u2").astype(np.uint16)
        video, time = meta[:, 6:].copy().view(">u4").astype(np.uint32).T
        entries = Entries(
            rows(case["rows"]), masks[:, 0], masks[:, 1], meta[:, 4].copy(), meta[:, 5].copy(), video, time, kept
        )
        found = Matcher(entries, MatchPolicy(uncrop_entries=0), max_distance=0).match_pixels(part)
        assert found.verdict == wanted["verdict"] and found.entry == wanted["entry"]
        assert (found.proof and round(16 * found.proof)) == wanted["proof"]
