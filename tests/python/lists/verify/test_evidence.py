"""Openings, tokens and envelopes: what they prove, and that nothing else passes for them."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, derive_private_key, generate_private_key
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format import envelope
from pdqlite.lists.format.files import Directory, Memory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.checkpoint import Checkpoint, Proof
from pdqlite.lists.log.gossip import compare_token, make_token
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import unseal, verify_files
from pdqlite.lists.verify.evidence import Evidence, Openings, verify_evidence
from pdqlite.native import list as native_list
from support.lists import samples
from support.lists.attacks import fork, world
from support.lists.samples import KEY, NOW, ORIGIN, entries, make, trust

# ---- evidence ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Openings:
    directory = make(tmp_path_factory.mktemp("evidence") / "list", entries())
    return Openings(unseal(verify_files(Directory(directory), trust(), NOW), KEY), trust())


def test_every_entry_is_proven_without_the_key(opened: Openings) -> None:
    given = entries()
    order = sorted(range(20), key=lambda i: bytes(given.rows[i]))
    for number, i in enumerate(order):
        evidence = Evidence.parse(bytes(opened.entry(number)))
        proven = verify_evidence(evidence, trust())
        assert (proven.slot, proven.bits) == (number, bytes(given.rows[i]))
        assert proven.sources == samples.ORGS[:2] and not proven.negative
        tokens = tuple(t for j, t in enumerate(samples.CATEGORIES) if given.categories[i] >> j & 1)
        assert proven.categories == tokens
        assert proven.endorsed.signers == samples.ORGS[:2]
    with pytest.raises(errors.ArgumentError):
        opened.entry(20)


def test_the_leaf_is_the_formats(opened: Openings) -> None:
    """Section 6's leaf, and RFC 6962's path, by hand."""
    evidence = opened.entry(3)
    manifest = Manifest.parse(Note.parse(evidence.files["manifest"]).text)
    assert len(evidence.data) == 38 and len(evidence.blind) == 16
    here, index = hashlib.sha256(b"\0" + evidence.blind + evidence.data).digest(), evidence.leaf
    assert index == 4
    for sibling in evidence.path:  # 513 leaves: the last one joins at the top only
        pair = sibling + here if index & 1 else here + sibling
        here, index = hashlib.sha256(b"\1" + pair).digest(), index >> 1
    assert here == manifest.root


def test_the_inventory_is_proven_without_any_hash(opened: Openings) -> None:
    evidence = opened.inventory()
    assert not evidence.files
    manifest = opened.entry(0).files["manifest"]
    proven = verify_evidence(evidence, trust(), Memory({"manifest": manifest}))
    assert proven.count == 20 and proven.bits is None
    assert proven.inventory is not None and proven.inventory.startswith("category 0 ")
    with pytest.raises(errors.ListFormatError):
        verify_evidence(evidence, trust())


def test_every_byte_of_evidence(opened: Openings) -> None:
    data, good = bytes(opened.entry(7)), trust()
    places = range(0, len(data), 3)
    for at in places:
        for bit in (1, 32):
            changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            with pytest.raises(errors.ListError):
                verify_evidence(Evidence.parse(changed), good)
    for size in places:
        with pytest.raises(errors.ListError):
            verify_evidence(Evidence.parse(data[:size]), good)


@given(st.data())
def test_evidence_parse_then_write_is_the_same_or_an_error(opened: Openings, data: st.DataObject) -> None:
    good = bytes(opened.entry(0))
    at = data.draw(st.integers(0, len(good)))
    changed = good[:at] + data.draw(st.binary(max_size=6)) + good[at + data.draw(st.integers(0, 6)) :]
    try:
        evidence = Evidence.parse(changed)
    except errors.ListFormatError:
        return
    assert bytes(evidence) == changed


def test_what_does_not_prove(opened: Openings) -> None:
    one, other = opened.entry(1), opened.entry(2)
    for wrong in (
        replace(one, leaf=3), replace(one, data=other.data), replace(one, blind=other.blind),
        replace(one, path=other.path), replace(one, path=one.path[:-1]), replace(one, leaf=0),
        replace(opened.inventory(), leaf=1, files=one.files),
    ):  # fmt: skip
        with pytest.raises(errors.ContentError):
            verify_evidence(wrong, trust())
    padding = opened._open(31, bytes(38), one.files)  # an empty slot is a leaf, but no entry
    with pytest.raises(errors.ContentError, match="no entry"):
        verify_evidence(padding, trust())
    with pytest.raises(errors.UnendorsedError):
        verify_evidence(one, trust(quorum=3))
    with pytest.raises(errors.EntryRuleError):  # a quorum of one, but the entry wants two that signed
        note = Note.parse(one.files["manifest"])
        alone = bytes(Note(note.text, note.signatures[:1]))
        verify_evidence(replace(one, files={"manifest": alone}), trust(quorum=1))


def test_evidence_of_a_logged_release_carries_its_log(tmp_path: Path) -> None:
    made = world(tmp_path)
    made.release()
    openings = Openings(unseal(verify_files(Memory(made.files), made.trust, NOW), KEY), made.trust)
    evidence = Evidence.parse(bytes(openings.entry(0)))
    assert list(evidence.files) == ["manifest", "manifest.tlog-proof", "policy-0"]
    proven = verify_evidence(evidence, made.trust)  # years later too
    assert proven.endorsed.remarks == () and proven.endorsed.manifest.seq == 2
    bare = {k: v for k, v in evidence.files.items() if k != "manifest.tlog-proof"}
    with pytest.raises(errors.UnloggedError):
        verify_evidence(replace(evidence, files=bare), made.trust)


@given(st.integers(1, 70), st.randoms(use_true_random=False))
def test_a_tree_gives_the_paths_of_the_definition(size: int, rng: random.Random) -> None:
    leaves = [rng.randbytes(32) for _ in range(size)]
    tree = merkle.Tree(leaves)
    assert all(tree.path(i) == merkle.inclusion_path(leaves, i) for i in range(size))


# ---- tokens ------------------------------------------------------------------------------------------


def test_tokens_show_the_fork_that_a_device_alone_does_not_see(tmp_path: Path) -> None:
    """Colluding publisher, organisations and witnesses: both users verify, their tokens differ."""
    ours = world(tmp_path, 2)
    theirs = fork(tmp_path, ours)
    assert ours.status() == theirs.status() == "ok"
    mine, other = (Proof.parse(w.files["manifest.tlog-proof"]).checkpoint for w in (ours, theirs))
    assert mine.size == other.size
    history = {mine.size: mine.root}
    assert compare_token(make_token(mine), mine.origin, history) == "same"
    assert compare_token(make_token(other), mine.origin, history) == "split-view"
    ours_by_c, theirs_by_c = (
        device.verify_texts(Memory(w.files), w.trust, NOW).endorsed.token() for w in (ours, theirs)
    )
    assert (ours_by_c, theirs_by_c) == (make_token(mine), make_token(other))
    assert native_list.compare_token(theirs_by_c, ours_by_c) == "split-view"


def test_a_list_without_log_has_no_token(tmp_path: Path) -> None:
    made = world(tmp_path)
    allowed = replace(made.trust, allow_unlogged=True)
    files = {name: data for name, data in made.files.items() if name != "manifest.tlog-proof"}
    with pytest.raises(errors.UnloggedError):
        device.verify_texts(Memory(files), allowed, NOW).endorsed.token()


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 1)), max_size=6, unique_by=lambda s: s[:2]
    ),
    st.sampled_from("ab"),
    st.integers(0, 3),
    st.integers(0, 1),
)
def test_tokens_by_both_readers(seen: list[tuple[str, int, int]], name: str, size: int, root: int) -> None:
    """The device's comparison, of tokens side by side, is the auditor's, of one log's sizes and roots."""
    heads = [Checkpoint(f"log.example/{n}", s, bytes([r]) * 32) for n, s, r in seen]
    token = make_token(Checkpoint(f"log.example/{name}", size, bytes([root]) * 32))
    history = {h.size: h.root for h in heads if h.origin == f"log.example/{name}"}
    expected = compare_token(token, f"log.example/{name}", history) if history else "other-log"
    assert native_list.compare_token(token, b"".join(map(make_token, heads))) == expected


def test_tokens_that_are_none() -> None:
    for wrong in (b"", bytes(47), bytes(49), bytes(8) + b"\0\x20" + bytes(38), bytes(8) + b"\1" + bytes(39)):
        with pytest.raises(errors.ListFormatError):
            native_list.compare_token(wrong, bytes(48))
    assert native_list.compare_token(bytes(8) + b"\0\x1f" + b"\xff" * 6 + bytes(32), bytes(48)) == "unknown"


def test_tokens_by_their_bytes() -> None:
    head = Checkpoint("log.example/a", 7, bytes(range(32)))
    token = make_token(head)
    assert token == hashlib.sha256(b"log.example/a").digest()[:8] + b"\0" * 7 + b"\7" + bytes(range(32))
    history = {7: head.root, 8: bytes(32)}
    assert compare_token(token, head.origin, history) == "same"
    assert compare_token(token, "log.example/b", history) == "other-log"
    assert compare_token(token, head.origin, {}) == "unknown"
    for at in range(48):
        changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        expected = "other-log" if at < 8 else "split-view" if at > 15 else None
        try:
            found = compare_token(changed, head.origin, history)
        except errors.ListFormatError:
            assert at == 8, "a size past 2^53 - 1"
            continue
        assert found == expected or (8 <= at < 16 and found == "unknown")
    for wrong in (b"", token[:-1], token + b"\0"):
        with pytest.raises(errors.ListFormatError):
            compare_token(wrong, head.origin, history)


# ---- envelopes ---------------------------------------------------------------------------------------

RECIPIENTS = {"x25519": X25519PrivateKey.generate, "p256": lambda: generate_private_key(SECP256R1())}


@pytest.mark.parametrize("kind", RECIPIENTS)
def test_an_envelope_opens_for_its_recipient_alone(kind: str) -> None:
    private = RECIPIENTS[kind]()
    data = envelope.seal(KEY, private.public_key(), ORIGIN)
    assert len(data) == 32 + {"x25519": 32, "p256": 65}[kind] + 48
    assert data[16:32] == envelope.key_id(KEY, ORIGIN) and KEY not in data
    assert envelope.open_envelope(data, private, ORIGIN) == KEY
    assert envelope.seal(KEY, private.public_key(), ORIGIN) != data
    with pytest.raises(errors.WrongKeyError):
        envelope.open_envelope(data, RECIPIENTS[kind](), ORIGIN)
    with pytest.raises(errors.WrongKeyError):
        envelope.open_envelope(data, private, "lists.example.org/other")
    other = RECIPIENTS["p256" if kind == "x25519" else "x25519"]()
    with pytest.raises(errors.ListFormatError):
        envelope.open_envelope(data, other, ORIGIN)
    for at in range(len(data)):
        with pytest.raises(errors.ListError):
            envelope.open_envelope(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], private, ORIGIN)
        with pytest.raises(errors.ListError):
            envelope.open_envelope(data[:at], private, ORIGIN)


def test_other_curves_are_refused() -> None:
    with pytest.raises(errors.ArgumentError):
        envelope.seal(KEY, generate_private_key(SECP384R1()).public_key(), ORIGIN)


def test_an_envelope_carries_the_key_that_it_names() -> None:
    private = X25519PrivateKey.generate()
    name = bytes(16)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    info = f"pdqlite.org/envelope/v1\n{ORIGIN}\n{base64.b64encode(name).decode()}\n".encode()
    head = b"PDQLEV1\0" + b"\0\x20\0\1\0\2\0\0" + name
    with pytest.raises(errors.WrongKeyError, match="another key than it names"):
        envelope.open_envelope(head + suite.encrypt(KEY, private.public_key(), info), private, ORIGIN)


@pytest.mark.parametrize("kem", [0x10, 0x20])
def test_vectors_of_rfc_9180(kem: int) -> None:
    """
    The suite of envelopes on the RFC's own base mode vectors (KEM, HKDF-SHA256, AES-256-GCM).

    Their texts are sealed with additional data, envelopes without. So the vector's ciphertext first shows that its key and
    nonce are those of AES-GCM, and the suite then opens, from the vector's `enc`, what that key seals without such data.
    """
    folder = Path(pytest.importorskip("cryptography_vectors").__file__).parent
    every = json.loads((folder / "HPKE" / "test-vectors.json").read_text())
    found = [v for v in every if (v["mode"], v["kem_id"], v["kdf_id"], v["aead_id"]) == (0, kem, 1, 2)]
    assert len(found) == 1
    v = {k: bytes.fromhex(x) for k, x in found[0].items() if isinstance(x, str)}
    private = (
        X25519PrivateKey.from_private_bytes(v["skRm"])
        if kem == 0x20
        else derive_private_key(int.from_bytes(v["skRm"]), SECP256R1())
    )
    assert envelope._kem_of(private) == kem
    sealing = AESGCM(v["key"])
    assert len(found[0]["encryptions"]) > 5
    for at, each in enumerate(found[0]["encryptions"]):
        text, extra, nonce, sealed = (bytes.fromhex(each[n]) for n in ("pt", "aad", "nonce", "ct"))
        assert sealing.encrypt(nonce, text, extra) == sealed
        ours = v["enc"] + sealing.encrypt(nonce, text, None)
        if at:  # a single shot has the first nonce only
            with pytest.raises(InvalidTag):
                envelope.suite(kem).decrypt(ours, private, v["info"])
        else:
            assert nonce == v["base_nonce"]
            assert envelope.suite(kem).decrypt(ours, private, v["info"]) == text
            with pytest.raises(InvalidTag):
                envelope.suite(kem).decrypt(ours, private, v["info"] + b"x")


@pytest.mark.parametrize("kind", RECIPIENTS)
def test_another_hpke_opens_and_makes_envelopes(kind: str) -> None:
    """pyhpke, another implementation of RFC 9180, from section 14's words alone."""
    pyhpke = pytest.importorskip("pyhpke")
    kem = {"x25519": pyhpke.KEMId.DHKEM_X25519_HKDF_SHA256, "p256": pyhpke.KEMId.DHKEM_P256_HKDF_SHA256}[kind]
    number = {"x25519": 0x20, "p256": 0x10}[kind]
    suite = pyhpke.CipherSuite.new(kem, pyhpke.KDFId.HKDF_SHA256, pyhpke.AEADId.AES256_GCM)
    private = RECIPIENTS[kind]()
    name = hashlib.sha256(b"pdqlite.org/list-key/v1\n" + ORIGIN.encode() + b"\n" + KEY).digest()[:16]
    info = b"pdqlite.org/envelope/v1\n" + ORIGIN.encode() + b"\n" + base64.b64encode(name) + b"\n"
    data = envelope.seal(KEY, private.public_key(), ORIGIN)
    size = {"x25519": 32, "p256": 65}[kind]
    theirs = pyhpke.KEMKey.from_pyca_cryptography_key(private)
    assert suite.create_recipient_context(data[32 : 32 + size], theirs, info=info).open(data[32 + size :]) == KEY
    to = pyhpke.KEMKey.from_pyca_cryptography_key(private.public_key())
    enc, sender = suite.create_sender_context(to, info=info)
    head = b"PDQLEV1\0" + number.to_bytes(2, "big") + b"\0\1\0\2\0\0" + name
    assert envelope.open_envelope(head + enc + sender.seal(KEY), private, ORIGIN) == KEY
