"""Note, Merkle tree, Cobblestone and Ed25519 against vectors that others made."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pdqlite.errors import ContentError, ListFormatError, UnendorsedError
from pdqlite.lists.crypto import cobblestone, ed25519, merkle
from pdqlite.lists.format.note import Note, VerifierKey
from support.third_party import all_vectors, vectors, wycheproof

# C2SP signed-note, the example of the specification, and its key from sumdb/note's tests.
NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN\
XgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
NOTE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_note_of_the_go_project() -> None:
    note = Note.parse(NOTE.encode())
    key = VerifierKey.parse(NOTE_KEY)
    assert note.signers([key]) == (key,)
    assert bytes(note) == NOTE.encode()
    assert str(key) == NOTE_KEY
    with pytest.raises(UnendorsedError):
        Note.parse(NOTE.replace("answer", "problem").encode()).signers([key])


def test_note_of_the_specification_parses() -> None:
    text = "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\n"
    text += "ed è subito sera.\n"
    line = (
        "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9o"
        "JKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    note = Note.parse(f"{text}\n{line}".encode())
    assert note.text == text.encode()
    assert [(s.name, len(s.data)) for s in note.signatures] == [("quasimodo.example/salvatore", 64)]


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        NOTE.encode()[:-1],
        NOTE.encode() + b"\n",
        NOTE.replace("—", "-").encode(),
        NOTE.replace(" x08", "  x08").encode(),
        NOTE.replace("AM=\n", "AN=\n").encode(),
        NOTE.replace("AM=\n", "AM\n").encode(),
        NOTE.replace("PeterNeumann", "Peter+Neumann").encode(),
        NOTE.replace("PeterNeumann", "Peter\u2003Neumann").encode(),
        NOTE.replace("PeterNeumann", "").encode(),
        NOTE.replace("answer", "ans\twer").encode(),
        NOTE.encode().replace(b"answer", b"\xff"),
        NOTE.encode() + NOTE.encode().rsplit(b"\n\n", 1)[1],
        NOTE.encode().replace(b"\n\n", b"\n"),
        b"x" * 131072 + NOTE.encode(),
    ],
    ids=range(15),
)
def test_broken_notes(broken: bytes) -> None:
    with pytest.raises(ListFormatError):
        Note.parse(broken)


@given(st.binary(max_size=200))
def test_note_parse_then_write_is_the_same_or_an_error(tail: bytes) -> None:
    data = NOTE.encode()[:80] + tail + NOTE.encode()[80:]
    try:
        note = Note.parse(data)
    except ListFormatError:
        return
    assert bytes(note) == data


def test_ed25519_edge_cases_have_one_verdict() -> None:
    """CCTV's cases: accepted are those without a flag that the strict encodings exclude."""
    nacl = pytest.importorskip("nacl.signing")
    exceptions = pytest.importorskip("nacl.exceptions")
    cases = vectors("ed25519-cctv", "ed25519vectors.json")
    assert len(cases) == 914
    accepted = 0
    for case in cases:
        public, signature = bytes.fromhex(case["key"]), bytes.fromhex(case["sig"])
        message = case["msg"].encode()
        ours = ed25519.verify(public, signature, message)
        try:
            nacl.VerifyKey(public).verify(message, signature)
            theirs = ed25519.strict_encodings(public, signature)
        except (exceptions.BadSignatureError, ValueError):
            theirs = False
        assert ours == theirs, case["number"]
        accepted += ours
        bad = {"low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"}
        if ours:
            assert not bad & set(case["flags"] or ()), case["number"]
    assert 0 < accepted < 208


def _cobblestone_case(case: dict) -> bytes | None:
    key, bound = bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"])
    data = zlib.decompress(bytes.fromhex(case["ct"]))
    if len(key) != 32 or not cobblestone.possible(len(data)):
        return None
    if cobblestone.derive(key, data[:24], bound)[2] != data[24:56]:
        return None
    try:
        return bytes(cobblestone.decrypt(key, bound, io.BytesIO(data), len(data)))
    except ContentError:
        return None


def test_cobblestone_wycheproof() -> None:
    cases = wycheproof("c2sp_chunked_encryption_aes_256_gcm_test.json")
    assert len(cases) == 35
    for case in cases:
        plain = _cobblestone_case(case)
        assert (plain is not None) == (case["result"] == "valid"), case["tcId"]
        if plain is not None:
            assert hashlib.sha512(plain).hexdigest() == case["msgSha512"]
            data = zlib.decompress(bytes.fromhex(case["ct"]))
            key, bound = bytes.fromhex(case["key"]), bytes.fromhex(case["ctx"])
            assert cobblestone.encrypt(key, data[:24], bound, plain) == data
            assert cobblestone.size(len(plain)) == len(data)
            assert cobblestone.plain_size(len(data)) == len(plain)


def _b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_rfc6962_proofs(kind: str) -> None:
    cases = all_vectors("rfc6962", kind)
    assert len(cases) == 98
    different = []
    for case in cases.values():
        path = [_b64(h) for h in case["proof"] or ()]
        if kind == "inclusion":
            root, leaf = _b64(case["root"]), _b64(case["leafHash"])
            good = merkle.included(leaf, case["leafIdx"], case["treeSize"], path, root)
        else:
            roots = _b64(case["root1"]), _b64(case["root2"])
            good = merkle.consistent(case["size1"], case["size2"], path, *roots)
        if good == case["wantErr"]:
            different.append(case)
    # One vector has a root of 12 bytes; a root of ours has 32.
    short = [c for c in different if len(_b64(c.get("root1"))) != 32]
    assert different == short and len(short) == (1 if kind == "consistency" else 0)


def _definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written."""
    n = len(leaves)
    if n == 0:
        return hashlib.sha256(b"").digest()
    if n == 1:
        return leaves[0]
    k = 1
    while 2 * k < n:
        k *= 2
    pair = _definition(leaves[:k]) + _definition(leaves[k:])
    return hashlib.sha256(b"\1" + pair).digest()


@pytest.mark.parametrize("block", [1, 2, 8, 1 << 16])
def test_tree_is_the_definition(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merkle, "_BLOCK", block)
    for n in range(40):
        leaves = [merkle.leaf_hash(bytes([i])) for i in range(n)]
        assert merkle.root(leaves) == _definition(leaves)


def test_tree_is_pymerkles() -> None:
    pymerkle = pytest.importorskip("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    leaves = []
    for i in range(33):
        tree.append_entry(bytes([i]))
        leaves.append(merkle.leaf_hash(bytes([i])))
        assert merkle.root(leaves) == tree.get_root()


def test_every_path_proves_its_leaf_and_no_other() -> None:
    for n in range(1, 18):
        leaves = [merkle.leaf_hash(bytes([i])) for i in range(n)]
        root = _definition(leaves)
        for i in range(n):
            path = merkle.inclusion_path(leaves, i)
            for j in range(n):
                assert merkle.included(leaves[i], j, n, path, root) == (i == j)
            assert not merkle.included(leaves[i], i, n, [*path, root], root)
        for old in range(1, n + 1):
            path = merkle.consistency_path(leaves, old)
            before = _definition(leaves[:old])
            assert merkle.consistent(old, n, path, before, root)
            assert not merkle.consistent(old, n, [*path, root], before, root)
            assert merkle.consistent(old, n, path, root, root) == (old == n)


# ---- the vectors of cryptography -------------------------------------------------------------------
# Its chunked-encryption/vectors.json are of another revision: cryptography 50 itself opens none of them.


def _pyca(*parts: str) -> Path:
    return Path(pytest.importorskip("cryptography_vectors").__file__).parent.joinpath(*parts)


def test_ed25519_of_pyca() -> None:
    """ed25519.cr.yp.to: 1024 good signatures, none of which the strict encodings refuse."""
    lines = _pyca("asymmetric", "Ed25519", "sign.input").read_text().split("\n")
    cases = [[bytes.fromhex(part) for part in line.split(":")[:4]] for line in lines if line]
    assert len(cases) == 1024
    for _, public, message, signed in cases[::4]:
        assert ed25519.verify(public, signed[:64], message)
        assert not ed25519.verify(public, signed[:64], message + b"\0")
