"""Lists of files: rows by the format's own words, both readers, every status, and no list of one type taken for another."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from pdqlite import errors, lists
from pdqlite.errors import ArgumentError, EntryRuleError, ListFormatError
from pdqlite.exact import ExactMatcher, row, rows_of
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.verify.delta import difference
from pdqlite.matching import Matcher
from pdqlite.native import exact as native
from support import ROOT
from support.lists import samples
from support.lists.breaking import load, reseal, resign
from support.lists.exact import FILES, entries, row_of

READERS = ("device", "auditor")


def open_with(place, reader, **changes):
    trust = samples.trust(type="file", **changes)
    return lists.open_list(place, samples.KEY, trust=trust, now=samples.NOW, reader=reader)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return samples.make(tmp_path_factory.mktemp("exact") / "list", entries())


@pytest.mark.parametrize("size", [0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, (1 << 20) + 1])
def test_rows_of_a_file_are_those_of_the_format(size):
    data = np.random.default_rng(size).bytes(size)
    assert rows_of(data) == row_of("sha256", data) + row_of("md5", data)


def test_a_row_of_a_known_digest():
    assert row("sha256", hashlib.sha256(b"abc").digest()) == row_of("sha256", b"abc")
    assert row("md5", bytes.fromhex("900150983cd24fb0d6963f7d28e17f72")) == row_of("md5", b"abc")  # RFC 1321, A.5
    for algorithm, digest in (("sha1", bytes(20)), ("md5", bytes(32)), ("sha256", bytes(16))):
        with pytest.raises(ArgumentError):
            row(algorithm, digest)


@pytest.mark.parametrize("reader", READERS)
def test_a_file_is_found_and_says_by_what(made, reader):
    opened = open_with(made, reader)
    assert (opened.manifest.type, opened.manifest.max_distance, opened.manifest.local) == ("file", 0, None)
    check_found(opened.exact(), opened.entries)


def check_found(matcher, listed):
    for name, data, algorithm, negative in FILES:
        found = matcher.match_file(data)
        assert found.verdict == ("negated" if negative else "identical file"), name
        assert found.matched is not negative
        assert ("SHA-256" if algorithm == "sha256" else "MD5") in " ".join(found.in_words())
        assert ("harmless" in found.in_words()[0]) is negative
        assert listed.rows[found.entry].tobytes() == row_of(algorithm, data)
        assert (found.tier, found.categories, found.sources) == ({"sha256": 4, "md5": 5}[algorithm], 1, 3)
        for changed in (data + b"\0", data[:-1], b"x" + data[1:]):
            again = matcher.match_file(changed)
            assert (again.verdict, again.entry, again.matched) == ("no match", None, False)
        digest = hashlib.new(algorithm, data).digest()
        assert matcher.match_digest(algorithm, digest).entry == found.entry


def test_sha256_decides_before_md5():
    """A file whose MD5 is listed, as somebody made two of one MD5, is harmless if its SHA-256 is listed as that."""
    both = entries([("twin", b"twin", "md5", False), ("twin", b"twin", "sha256", True)])
    assert ExactMatcher(lists.merge(both)).match_file(b"twin").verdict == "negated"
    other = entries([("twin", b"twin", "md5", True), ("twin", b"twin", "sha256", False)])
    found = ExactMatcher(lists.merge(other)).match_file(b"twin")
    assert (found.verdict, found.tier) == ("identical file", 4)


def test_a_row_of_zeros_accuses_nobody_whose_digest_is_not_known():
    rows = np.zeros((1, 32), np.uint8)
    meta = np.array([[0, 1, 0, 1, 0]], np.uint8)
    assert native.find(rows, meta, bytes(64)).verdict == 0
    other = np.full((1, 32), 7, np.uint8)
    assert native.find(other, meta, bytes(32) + bytes(other)).tier == 5


def test_any_bits_may_be_listed(tmp_path):
    """A digest sets any number of bits: one row in 370 would break the rule for PDQ hashes."""
    many = entries([(str(i), b"%d" % i, "sha256", False) for i in range(2000)])
    bits = np.unpackbits(many.rows, axis=1).sum(axis=1)
    assert (bits < 104).any() or (bits > 152).any()
    place = samples.make(tmp_path / "many", many)
    for reader in READERS:
        matcher = open_with(place, reader).exact()
        assert sum(matcher.match_file(b"%d" % i).matched for i in range(2100)) == 2000


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("listed", "pinned"), [("file", "image"), ("file", "video"), ("image", "file"), ("video", "file")]
)
def test_a_list_of_one_type_never_opens_as_another(tmp_path, made, reader, listed, pinned):
    place = made if listed == "file" else samples.make(tmp_path / "other", samples.entries(kind=listed))
    with pytest.raises(errors.OriginError):
        lists.open_list(place, samples.KEY, trust=samples.trust(type=pinned), now=samples.NOW, reader=reader)


def test_matchers_refuse_each_others_lists(made):
    opened = open_with(made, "device")
    for wrong in (lambda: Matcher(opened.entries), opened.matcher, lambda: ExactMatcher(samples.entries())):
        with pytest.raises(ArgumentError):
            wrong()


@pytest.mark.parametrize(("what", "change", "status"), [
    ("max-distance", {"max_distance": 1}, ListFormatError), ("type unknown", b"type files\n", ListFormatError), ("type renamed", b"type image\n", ListFormatError),
])  # fmt: skip
def test_manifests_of_files_that_break_the_grammar(made, tmp_path, what, change, status):
    files = load(made)
    if isinstance(change, bytes):
        text = Note.parse(files["manifest"]).text.replace(b"type file\n", change)
        files["manifest"] = bytes(Note(text, tuple(s.sign(text) for s in samples.SIGNERS[:2])))
    else:
        resign(files, **change)
    refused(files, tmp_path, status)


def refused(files, tmp_path, status):
    place = tmp_path / "changed"
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    for reader in READERS:
        with pytest.raises(status):
            open_with(place, reader)


def test_a_list_of_files_has_no_keypoints(tmp_path):
    files = load(samples.make(tmp_path / "image", samples.entries(keypoints=True)))
    manifest = Manifest.parse(Note.parse(files["manifest"]).text)
    text = replace(manifest, type="file", max_distance=0).text
    size = 56 + 16384 + 37 * manifest.slots
    size += 16 * ((16384 + 37 * manifest.slots) // 16384 + 1)
    text = text.replace(b"list %d " % manifest.list.size, b"list %d " % size)
    files["manifest"] = bytes(Note(text, tuple(s.sign(text) for s in samples.SIGNERS[:2])))
    refused(files, tmp_path, ListFormatError)
    without = b"".join(line for line in text.splitlines(True) if not line.startswith(b"local "))
    assert Manifest.parse(without).type == "file"


META = 16384 + 512 * 32


@pytest.mark.parametrize(("what", "at", "value"), [("frame", META + 4, 2), ("an unknown flag", META + 4, 128), ("no category", META + 1, 0), ("no source", META + 3, 0)])  # fmt: skip
def test_entries_that_break_a_rule(made, tmp_path, what, at, value):
    files = load(made)

    def edit(plain):
        plain[at] = value

    reseal(files, edit)
    refused(files, tmp_path, EntryRuleError)


def test_content_and_ciphertext_are_checked_as_of_any_list(made, tmp_path):
    files = load(made)
    (tmp_path / "a").mkdir()
    refused({**files, "list.cob": files["list.cob"][:-1]}, tmp_path / "a", errors.CiphertextError)
    reseal(files, lambda plain: plain.__setitem__(16384, plain[16384] ^ 1), rooted=False)
    refused(files, tmp_path, errors.ContentError)


def test_a_store_of_files_by_delta_mapped_and_sealed(tmp_path):
    first = samples.make(tmp_path / "0", entries(FILES[:3]))
    old = lists.read_release(first, samples.KEY)
    samples.make(tmp_path / "1", entries(), signers=(), seq=1, prev=old.manifest.leaf)
    lists.add_delta(tmp_path / "1", first, key=samples.KEY)
    for signer in samples.SIGNERS[:2]:
        lists.endorse(tmp_path / "1", signer, key=samples.KEY)
    assert len(bytes(difference(old, lists.read_release(tmp_path / "1", samples.KEY))))
    trust = samples.trust(type="file")
    for key, modes in ((None, ("mapped",)), (b"k" * 32, ("resident", "sealed"))):
        store = lists.Store(tmp_path / f"store-{key is None}", key)
        store.install(first, samples.KEY, trust=trust, now=samples.NOW)
        (tmp_path / "1" / "list.cob").rename(tmp_path / "away")  # the delta alone
        store.install(tmp_path / "1", samples.KEY, trust=trust, now=samples.NOW)
        (tmp_path / "away").rename(tmp_path / "1" / "list.cob")
        for mode in modes:
            with store.open(mode) as opened:
                check_found(opened.exact(), opened.entries())
                with pytest.raises(ArgumentError):
                    opened.matcher()
    with pytest.raises(errors.OriginError):
        store.install(first, samples.KEY, trust=samples.trust(), now=samples.NOW)


def test_sealed_pages_are_searched_by_halves(tmp_path):
    many = entries([(str(i), b"%d" % i, "sha256", False) for i in range(3000)])
    place = samples.make(tmp_path / "many", many)
    store = lists.Store(tmp_path / "store", b"k" * 32)
    store.install(place, samples.KEY, trust=samples.trust(type="file"), now=samples.NOW)
    with store.open("sealed") as opened:
        matcher, listed = opened.exact(), lists.merge(many).rows
        for i in range(3100):
            found = matcher.match_file(b"%d" % i)
            assert found.matched is (i < 3000)
            if found.matched:
                assert listed[found.entry].tobytes() == row_of("sha256", b"%d" % i)


def test_vectors_that_the_bindings_replay():
    matcher = ExactMatcher(lists.merge(entries()))
    vectors = json.loads((ROOT / "tests" / "vectors" / "list" / "files.json").read_text())
    assert {v["verdict"] for v in vectors} == {"identical file", "negated", "no match"}
    for vector in vectors:
        data = bytes.fromhex(vector["data"])
        found = matcher.match_file(data)
        assert rows_of(data).hex() == vector["rows"]
        assert (found.verdict, found.entry, found.tier or 0) == (vector["verdict"], vector["entry"], vector["tier"])
