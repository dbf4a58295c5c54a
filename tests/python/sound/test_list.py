"""Windows of sound in a list: both readers, deltas, openings, what is left out; and what old and wrong lists come to."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdqlite import lists
from pdqlite.errors import ArgumentError, EntryRuleError, ListFormatError
from pdqlite.intake.common import without_common
from pdqlite.lists.format import plaintext
from pdqlite.lists.format.files import Directory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note, Signer
from pdqlite.lists.publish import release
from pdqlite.lists.verify import auditor, device
from pdqlite.matching import Matcher
from pdqlite.native.list import Held
from pdqlite.native.listen import first_of
from pdqlite.types import Entries, MatchPolicy

KEY, SEED = bytes(range(32)), bytes(32)
NOW = 1_800_000_000


def entries(rng: np.random.Generator, frames: int, windows: int, video: int = 0) -> Entries:
    """A video's frames and windows of sound, a second apart."""
    n = frames + windows
    rows = np.packbits(rng.permuted(np.tile(np.arange(256) < 128, (n, 1)), axis=1), axis=1)
    heard = np.arange(n) >= frames
    return Entries(
        rows=rows,
        categories=np.ones(n, np.uint16),
        sources=np.ones(n, np.uint16),
        flags=np.where(heard, 6, 2).astype(np.uint8),
        quality=np.where(heard, 255, 90).astype(np.uint8),
        video=np.full(n, video, np.uint32),
        time_ms=(1000 * np.concatenate([np.arange(frames), np.arange(windows)])).astype(np.uint32),
    )


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer("hotline.example", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def terms(seq: int = 0, **more: object) -> lists.ListTerms:
    base = lists.ListTerms(
        origin="lists.example.org/sound", categories=["a"], sources=["hotline.example"], issued=NOW - 10, expires=NOW + 10**6,
        seq=seq, prev=bytes(32) if seq else None, max_distance=31,
    )  # fmt: skip
    return replace(base, **more)


def trust(signer: Signer) -> lists.Trust:
    return lists.Trust(
        origin="lists.example.org/sound",
        type="video",
        categories=("a",),
        endorsers=(signer.verifier,),
        quorum=1,
        allow_unlogged=True,
    )


def read_both(directory: Path, signer: Signer) -> Entries:
    """What both readers say of a release; they must agree."""
    files = Directory(directory)
    by_auditor = auditor.unseal(auditor.verify_files(files, trust(signer), NOW), KEY).entries
    by_device = device.entries(device.verify(files, trust(signer), NOW), KEY)
    for name in ("rows", "flags", "quality", "video", "time_ms", "categories", "sources"):
        assert (getattr(by_auditor, name) == getattr(by_device, name)).all(), name
    return by_device


def test_windows_come_last_and_are_read(tmp_path: Path, signer: Signer) -> None:
    rng = np.random.default_rng(0)
    given = lists.join([entries(rng, 30, 25), entries(rng, 0, 40, 1), entries(rng, 9, 0, 2)])
    manifest = lists.build_list(tmp_path, given, terms(max_sound_distance=72), key=KEY, seed=SEED)
    assert manifest.max_sound_distance == 72
    assert b"\nrule 1 31\nsound 72\nsource 0" in manifest.text
    lists.endorse(tmp_path, signer, key=KEY)
    found = read_both(tmp_path, signer)
    assert first_of(plaintext.pack_meta(found)) == 39
    assert set(map(bytes, found.rows)) == set(map(bytes, given.rows))
    opened = lists.open_list(tmp_path, KEY, trust=trust(signer), now=NOW)
    assert opened.matcher(MatchPolicy(sound="alone")).sounds is not None
    assert opened.matcher(MatchPolicy(sound="off")).sounds is None


def test_a_list_without_sound_is_what_it_was(tmp_path: Path) -> None:
    manifest = lists.build_list(tmp_path, entries(np.random.default_rng(1), 20, 0), terms(), key=KEY, seed=SEED)
    assert manifest.max_sound_distance is None
    assert b"sound " not in manifest.text


def test_a_delta_brings_windows_and_takes_them_away(tmp_path: Path, signer: Signer) -> None:
    rng = np.random.default_rng(2)
    one, two, three = entries(rng, 20, 10), entries(rng, 5, 30, 1), entries(rng, 0, 12, 2)
    for seq, parts in enumerate(([one, two], [one, three], [one])):
        lists.build_list(tmp_path / str(seq), lists.join(parts), terms(seq), key=KEY, seed=SEED)
        if seq:
            lists.add_delta(tmp_path / str(seq), tmp_path / str(seq - 1), key=KEY)
        lists.endorse(tmp_path / str(seq), signer, key=KEY)
    old = read_both(tmp_path / "0", signer)
    for seq in (1, 2):
        files = Directory(tmp_path / str(seq))
        held = device.verify_texts(Directory(tmp_path / str(seq - 1)), trust(signer), NOW)
        new = device.verify_texts(files, trust(signer), NOW)
        applied = device.apply(new, KEY, Held(seq - 1, len(old), held.manifest.root), old)
        whole = read_both(tmp_path / str(seq), signer)
        assert (applied.rows == whole.rows).all()
        assert (applied.flags == whole.flags).all()
        old = whole


@pytest.mark.parametrize("wrong", ["no line", "a quality", "sound before frames", "no frame flag"])
def test_both_readers_refuse(tmp_path: Path, signer: Signer, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """RULE, of both: a window where the manifest has no `sound` line, one with a quality, windows that are not last."""
    given = lists.merge(entries(np.random.default_rng(3), 20, 10))
    monkeypatch.setattr(plaintext, "check_entries", lambda *_: None)
    if wrong == "a quality":
        given.quality[-1] = 60
    if wrong == "no frame flag":
        given.flags[-1] = 4
    if wrong == "sound before frames":
        given = lists.take(given, np.argsort(given.rows[:, 0], kind="stable"))
        monkeypatch.setattr(release, "merge", lambda entries: entries)
    if wrong == "no line":
        real = Manifest.text.fget
        assert real is not None
        monkeypatch.setattr(Manifest, "text", property(lambda self: real(replace(self, max_sound_distance=None))))
    lists.build_list(tmp_path, given, terms(), key=KEY, seed=SEED)
    lists.endorse(tmp_path, signer, key=KEY)
    monkeypatch.undo()
    files = Directory(tmp_path)
    with pytest.raises(EntryRuleError):
        auditor.unseal(auditor.verify_files(files, trust(signer), NOW), KEY)
    with pytest.raises(EntryRuleError):
        device.entries(device.verify(files, trust(signer), NOW), KEY)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("image", "sound 72"),
        ("file", "sound 72"),
        ("video", "sound 256"),
        ("video", "sound 072"),
        ("video", "sound 72 1"),
        ("video", "sound"),
    ],
)
def test_line_of_the_manifest(tmp_path: Path, signer: Signer, kind: str, line: str) -> None:
    """FORMAT, of both: in a list of another type, or written another way. So does a reader that never heard of sound."""
    made = lists.build_list(tmp_path, entries(np.random.default_rng(4), 20, 4), terms(), key=KEY, seed=SEED)
    text = made.text.decode().replace("sound 84", line).replace("type video", f"type {kind}")
    with pytest.raises(ListFormatError):
        Manifest.parse(text.encode())
    (tmp_path / "manifest").write_bytes(bytes(Note(text.encode(), (signer.sign(text.encode()),))))
    with pytest.raises(ListFormatError):
        device.verify_texts(Directory(tmp_path), trust(signer), NOW)


def test_frames_are_not_compared_with_windows() -> None:
    """A picture whose hash is a window's is a stranger; and a frame's hash that is heard."""
    rng = np.random.default_rng(5)
    given = lists.merge(entries(rng, 8, 8))
    with pytest.raises(ArgumentError, match="come last"):
        Matcher(lists.take(given, np.arange(len(given))[::-1]))
    matcher = Matcher(given, MatchPolicy(sound="off"))
    assert matcher.sounds is None


def test_windows_that_many_videos_have_are_left_out() -> None:
    rng = np.random.default_rng(6)
    parts = [entries(rng, 6, 10, v) for v in range(6)]
    jingle = parts[0].rows[8]
    for part in parts[:4]:
        part.rows[8] = np.packbits(np.unpackbits(jingle) ^ (np.arange(256) == rng.integers(256)))
    for part in parts[:3]:
        part.rows[10] = parts[0].rows[10]
    merged = lists.merge(lists.join(parts))
    kept, common = without_common(merged)
    assert common == 4
    assert len(kept) == len(merged) - 4
    assert not (np.unpackbits(kept.rows ^ jingle, axis=1).sum(axis=1) < 10).any()
    for part in parts[1:3]:  # versions of one film, by two frames that they share, are one video
        part.rows[:2] = parts[0].rows[:2]
    again, common = without_common(lists.merge(lists.join(parts)))
    assert common == 0


def test_nothing_is_common_without_sound() -> None:
    given = lists.merge(entries(np.random.default_rng(7), 6, 0))
    assert without_common(given) == (given, 0)
