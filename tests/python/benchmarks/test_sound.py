"""The benchmark of sound: its edits, its pairs, its anchors, and its fast count beside the core's decision."""

import wave
from pathlib import Path

import numpy as np
import pytest

from benchmarks import sound
from benchmarks.sound import anchors, edits, material
from benchmarks.sound.material import RATE, Piece
from benchmarks.sound.ours import Entry, Many, heard

PIECES = list(material.drawn(36, 2, 3))
SPEECH, MUSIC = PIECES


@pytest.mark.parametrize("name", [*edits.EDITS, *edits.SPEEDS, *edits.MORE])
def test_edits_change_the_sound_and_are_repeatable(name: str) -> None:
    """30 seconds come out, which a codec may lengthen by a frame; the same for the same seed."""
    one, again = (sound.edited(name, SPEECH, PIECES, 5) for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.dtype == np.int16
    least = 23.5 if edits.FASTER.get(name, 1) > 1.2 else 28.5  # of 36 seconds there are no 45
    assert least * RATE <= len(one) <= 32.5 * RATE
    assert np.abs(one.astype(int)).max() > 500


def test_a_copy_is_the_same_sound_and_a_stranger_is_not() -> None:
    entries = [Entry(p) for p in PIECES]
    query = heard(sound.edited("Opus 16 kbit/s", MUSIC, PIECES, 1))
    assert [e.same(query) for e in entries] == [False, True]
    faster = heard(sound.edited("speed 1.25", MUSIC, PIECES, 1))
    assert [e.same(faster) for e in entries] == [False, True]
    assert not entries[1].same([faster[0]])  # without assumed speeds it is not


def test_what_the_core_matches_the_scan_counts_as_possible() -> None:
    entries = [Entry(p) for p in PIECES]
    many = Many(entries)
    for name in ("as it is", "noise 5 dB", "speed 1.05", "tempo 1.25"):
        for _, cut in sound.cuts(heard(sound.edited(name, MUSIC, PIECES, 2))):
            maybe = set[int]()
            for one in cut:
                maybe.update(many.possible(one, many.hits(one)).tolist())
            assert {i for i, e in enumerate(entries) if e.same(cut)} <= maybe


def test_excerpts_are_on_their_own_clock() -> None:
    x = sound.excerpt(MUSIC, 1, np.random.default_rng(0))
    for one in heard(x, [0, 2]):
        part = one.within(10, 20)
        assert part.at_ms.min() >= 0 and part.hop_at.min() >= 0
        hop = 125 * (250 / 250 if one.speed == 0 else 208 / 250)
        np.testing.assert_allclose(part.at_ms, part.hop_at * hop, atol=1)
        assert part.at_ms.max() <= 10_000 - 4000 * hop / 125 + 1


def test_pairs_are_told_apart_by_what_they_share() -> None:
    def piece(kind: str, group: str, track: str) -> Piece:
        return Piece("", kind, group, track, np.zeros(0, np.int16))

    a = piece("music", "game", "one")
    assert sound.relation(a, piece("music", "other", "one")) == "strangers"
    assert sound.relation(a, piece("music", "game", "one")) == "another part of one track"
    assert sound.relation(a, piece("music", "game", "two")) == "one source: music"
    assert sound.relation(piece("hum", "x", "x"), piece("hum", "y", "y")) == "both are hum"
    assert "synthetic" in sound.relation(piece("sentence", "v", "1"), piece("sentence", "v", "2"))


@pytest.mark.parametrize("of", [anchors.haitsma_kalker, anchors.chromaprint()], ids=["Haitsma-Kalker", "Chromaprint"])
def test_anchors_find_their_own(of: anchors.Fingerprint | None) -> None:
    if of is None:
        pytest.skip("libchromaprint is not installed")
    listed = [of(p.samples) for p in PIECES]
    query = of(MUSIC.samples[7 * RATE : 17 * RATE])
    own, other = anchors.error_rate(query, listed[1]), anchors.error_rate(query, listed[0])
    assert own < 0.1 < other <= 0.5
    assert anchors.error_rate(listed[0], query) == 0.5  # longer than what is listed


def test_a_folder_gives_long_files_whole_and_joins_short_ones(tmp_path: Path) -> None:
    for group, lengths in (("speech/one", [3] * 15), ("music/two", [110])):
        (tmp_path / group).mkdir(parents=True)
        for i, seconds in enumerate(lengths):
            with wave.open(str(tmp_path / group / f"{i:02}.wav"), "wb") as file:
                file.setparams((1, 2, 8000, 0, "NONE", ""))
                file.writeframes((np.random.default_rng(i).normal(0, 3000, 8000 * seconds)).astype("<i2").tobytes())
    (tmp_path / "music/two/none.wav").write_bytes(b"no sound")
    found = list(material.of_folder(tmp_path, 45, 4))
    assert [(p.kind, p.group, len(p.samples) // RATE) for p in found] == [
        ("music", "two", 45),
        ("music", "two", 45),
        ("speech", "one", 45),
    ]
    assert found[0].track == found[1].track
