"""`scale build` of the next release of a published list: what stands in its log holds as it does for `list build`; nothing half made."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import pdqlite
from pdqlite import lists, scale
from pdqlite.cli.main import main
from pdqlite.lists.format import keys
from pdqlite.lists.log.record import Record
from pdqlite.lists.publish.disputes import entry_leaves
from pdqlite.types import Entries
from support import scale as drawn
from support.lists.published import NOW, publish
from support.lists.samples import KEY, ORIGIN, SIGNERS

RULES = ["--key", "list.key", "--seed", drawn.SEED, "--issued", str(NOW), "--max-distance", "31"]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Four pictures of two organisations in a published list, and the merge of their folders."""
    root = tmp_path_factory.mktemp("prefix")
    names = sorted(signer.name for signer in SIGNERS[:2])
    keys.save_list_key(root / "list.key", KEY)
    words, shards = list[str](), list[str]()
    for name in names:
        for n in range(4):
            drawn.save(root / name / f"p{n}.jpg", n)
        words += ["--submitted", name, str(root / name)]
        shards.append(str(root / f"shards-{name}"))
        with scale.any_engine(drawn.Here(), 1) as engine:
            scale.hash_files([str(root / name)], shards[-1], scale.Settings(name), engine)
    assert main(["list", "build", *words, "-o", str(root / "first"), "--origin", ORIGIN, "--key", str(root / "list.key")]) == 0  # fmt: skip
    scale.merge(shards, str(root / "merged"), near_bits=0)
    entries = lists.read_release(str(root / "first"), KEY).entries
    return SimpleNamespace(root=root, words=words, entries=entries)


@pytest.mark.parametrize("least", [1, 2])
def test_disputes_and_withdrawals_hold(
    both: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], least: int
) -> None:  # fmt: skip
    """One entry withdrawn by who vouched, one disputed: the bytes of both commands, and one note."""
    monkeypatch.chdir(tmp_path)
    keys.save_list_key("list.key", KEY)
    book = publish(tmp_path / "one", 1, first=both.entries)
    release = lists.read_release("one/1", KEY)
    for kind, at in (("withdrawn", 1), ("disputed", 2)):
        leaf = entry_leaves(release)[at]
        book.add_record(lambda seq, k=kind, leaf=leaf: Record(ORIGIN, seq, NOW, SIGNERS[0].name, k, 1, leaf, "lawful", "mailto:desk@a.example"), SIGNERS[0])  # type: ignore[misc]  # fmt: skip
    shutil.copytree("one", "two")
    rules = [*RULES, "--min-sources", str(least)]
    assert main(["list", "build", *both.words, "--prefix", "one", *rules]) == 0
    expected = "disputes and withdrawals: 1 entries left out, 1 stay on the marks of others"
    assert capsys.readouterr().err.count(expected) == 1
    assert main(["scale", "build", str(both.root / "merged"), "--prefix", "two", *rules]) == 0
    assert capsys.readouterr().err.count(expected) == 1
    (made,) = {p.name for p in Path("one").iterdir() if p.name.isdigit()} - {"1"}
    assert drawn.bytes_of(Path("two", made)) == drawn.bytes_of(Path("one", made))
    rows = [row.tobytes() for row in lists.read_release(str(Path("two", made)), KEY).entries.rows]
    before = [row.tobytes() for row in both.entries.rows]
    assert rows == [row for n, row in enumerate(before) if n not in ((1,) if least == 1 else (1, 2))]


def test_of_two_lists_both_or_none(place: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the second of two lists would be empty, the first is not written either; the error says what to do, and that works."""
    for name, first in (("a", 0), ("b", 1)):
        drawn.save(tmp_path / name / "both.jpg", 1)
        shutil.copy(place.root / name / "z" / f"clip{first}.mp4", tmp_path / name)
    shards = [tmp_path / "out" / name for name in "ab"]
    drawn.hashed(tmp_path, tmp_path / "out")
    scale.merge([str(one) for one in shards], str(tmp_path / "merged"), near_bits=0)
    words = ["scale", "build", str(tmp_path / "merged"), "-o", str(tmp_path / "list"), "--key", str(place.key), "--min-sources", "2", *drawn.TERMS]  # fmt: skip
    assert main(words) == 2
    assert "nothing is left to put into a list of type video: --type image makes the other list alone" in capsys.readouterr().err  # fmt: skip
    assert not (tmp_path / "list").exists()
    assert main([*words, "--type", "image"]) == 0


def test_a_release_of_which_no_signature_is_left(tmp_path: Path) -> None:
    """Whether a release has signatures is told by what enters it, not by what was merged."""
    outputs = [str(tmp_path / f"shards{n}") for n in range(2)]
    for n in range(2):
        drawn.save(tmp_path / str(n) / "p.jpg", n)
        with scale.any_engine(drawn.Here(), 1) as engine:
            scale.hash_files([str(tmp_path / str(n))], outputs[n], scale.Settings("a.example", signatures=not n), engine)  # fmt: skip
    scale.merge(outputs, str(tmp_path / "merged"), near_bits=0)
    given = scale.read_merged(str(tmp_path / "merged"))
    terms = lists.ListTerms(origin=ORIGIN, categories=given.categories, sources=given.sources, issued=NOW, expires=NOW + 9)  # fmt: skip

    def without(entries: Entries) -> Entries:
        signed = hashed_pictures(tmp_path)[0]
        against = np.array([row.tobytes() == signed for row in entries.rows])
        return replace(entries, sources=np.where(against, 0, entries.sources).astype(entries.sources.dtype))

    for name, signatures in (("one", True), ("two", False)):
        scale.build(replace(given, disputes=without), str(tmp_path / name), terms, signatures=signatures, key=KEY, seed=bytes(32))  # fmt: skip
    assert drawn.bytes_of(tmp_path / "one") == drawn.bytes_of(tmp_path / "two")
    scale.build(given, str(tmp_path / "three"), terms, key=KEY, seed=bytes(32))
    assert lists.read_release(str(tmp_path / "three"), KEY).entries.keypoints is not None


def hashed_pictures(root: Path) -> list[bytes]:
    return [pdqlite.hash_image(str(root / str(n) / "p.jpg")).bits for n in range(2)]
