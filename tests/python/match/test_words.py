"""A decision in words and in a notebook: what it says, for every verdict; and nothing of files, hashes or other hosts."""

from __future__ import annotations

import io
import re
from typing import get_args

import numpy as np
import pytest
from PIL import Image

import pdqlite
from pdqlite import Decision, Evidence, errors
from pdqlite.cli import scenes
from pdqlite.media import write_picture, write_video
from pdqlite.types import Verdict, Where
from pdqlite.types.words import one_in, place

WHERE = Where(0.25, 0.0, 0.75, 0.5, "mirrored", True)


def decided(verdict, **more):
    return Decision(
        verdict,
        **{
            "entry": 3,
            "tier": 1,
            "rate": 1e-9,
            "distance": 20,
            "quality": 80,
            "where": WHERE,
            "list_rate": 4e-5,
            **more,
        },
    )


@pytest.mark.parametrize("verdict", sorted({*get_args(Verdict)} - {"identical file"}))
def test_every_verdict_is_a_sentence_of_its_own(verdict):
    first, agrees, where, sure, *_ = decided(verdict).in_words()
    assert (
        first.startswith("A match" if verdict == "match" else "No match") and "entry 3" in first and first.endswith(".")
    )
    assert "20 of 256 bits differ" in agrees
    assert (
        where
        == "Where: 25% to 75% from the left, 0% to 50% from the top; the original is mirrored, left to right, light and dark exchanged."
    )
    assert "1 in 1 000 000 000" in sure and "1 in 25 000" in sure
    alone = Decision(verdict, quality=80).in_words()
    assert len(alone) == 1 and verdict in ("match", "no match") or "entry" in alone[0]


def test_a_file_of_a_list_of_files_is_told_by_what_agreed():
    for tier, name in ((4, "SHA-256"), (5, "MD5")):
        exact = Decision("identical file", entry=3, tier=tier)
        first, agrees = exact.in_words()
        assert first.startswith("A match") and "entry 3" in first and "byte for byte" in first and name in agrees
        assert repr(exact) == f"Decision(verdict='identical file', entry=3, tier={tier})"
        assert Decision("negated", entry=3, tier=tier).in_words()[0].startswith("No match")
    assert "compare the files" in agrees


def test_sentences_differ():
    assert len({decided(v).in_words()[0] for v in get_args(Verdict)}) == len(get_args(Verdict))


def test_words_know_no_jargon_and_what_was_not_looked_at():
    whole = decided("match", tier=3, distance=None, confirmed="not possible", lacks=("keypoint signatures", "un-cropping", "other"), damaged=True,
                    truncated=True, discontinuity=True, missing=("a second video stream",), span=(1.0, 9.5), entry_span=(0.0, 8.5), frames=40, agreeing=12)  # fmt: skip
    text = "\n".join(whole.in_words())
    for part in ("keypoints", "12 of 40 frames", "1.0 to 9.5 s", "0.0 to 8.5 s", "too few details", "may be missed", "lacks other",
                 "damaged", "limit of seconds", "begin anew", "a second video stream", "pairs of videos"):  # fmt: skip
        assert part in text
    assert not re.search(r"nats|tier|fpr|e-\d", text)


@pytest.mark.parametrize(("rate", "said"), [(1e-7, "1 in 10 000 000"), (2e-13, "1 in 5 000 000 000 000"), (0.3, "1 in 3"), (1.0, "1 in 1"), (7.0, "1 in 1"),
                                           (9.5e-3, "1 in 110"), (3e-40, "less than 1 in 1 000 000 000 000 000"), (0.0, "less than 1 in 1 000 000 000 000 000")])  # fmt: skip
def test_chances_are_whole_numbers(rate, said):
    assert one_in(rate) == said


def test_a_repr_is_short_and_says_the_decision():
    many = tuple(Evidence(n, 1, 9, 80, Where()) for n in range(64))
    text = repr(decided("match", evidence=many))
    assert len(text) < 300 and "'match'" in text and "entry=3" in text and "64 pieces" in text
    assert repr(Decision("no match", quality=9)) == "Decision(verdict='no match', quality=9)"
    assert place(Where()) == "all of it"


def test_a_notebook_shows_the_place_in_the_picture(tmp_path):
    pixels = scenes.picture(1, 200, 100)
    write_picture(tmp_path / "secret.png", pixels)
    write_video(tmp_path / "clip.mp4", [pixels] * 12, fps=4)
    schematic = decided("match")._repr_html_()
    assert 'class="where" x="40.0" y="0.0" width="80.0" height="60.0"' in schematic and "data:" not in schematic
    encoded = io.BytesIO()
    Image.fromarray(pixels).save(encoded, "PNG")
    for source in (tmp_path / "secret.png", pixels, Image.fromarray(pixels), encoded.getvalue(), tmp_path / "clip.mp4"):
        drawn = pdqlite.drawn(decided("match", time=1.0), source)
        html = drawn._repr_html_()
        assert (
            'class="where" x="50.0" y="0.0" width="100.0" height="50.0"' in html and "data:image/jpeg;base64," in html
        )
        assert "secret" not in html + repr(drawn) and "http" not in html and len(repr(drawn)) < 300
    assert drawn.thumbnail.time == 1.0
    assert "<script" not in Decision("no match", missing=("<script>",))._repr_html_()


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [1, 2],
        3,
        "no/such.png",
        np.zeros((9, 9), ">u2"),
        np.zeros((0, 9), np.uint8),
        np.zeros((9, 9, 2), np.uint8),
    ],
)
def test_what_is_no_picture_is_our_error(wrong):
    with pytest.raises(errors.PdqliteError):
        pdqlite.drawn(decided("match"), wrong)


def test_a_video_that_ends_before_is_our_error(tmp_path):
    write_video(tmp_path / "clip.mp4", [scenes.picture(1, 64, 64)] * 4, fps=4)
    with pytest.raises(errors.NoVideoError):
        pdqlite.drawn(decided("match", time=9.0), tmp_path / "clip.mp4")
