"""
Wycheproof on what lists are made of: HMAC and HKDF over the core's own SHA-256, HKDF-SHA512 and AES-GCM of content, X25519 of envelopes.

Each primitive is written out from its RFC over the function under test. Ed25519, trees and chunked encryption have files of their own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pdqlite.errors import ArgumentError, WrongKeyError
from pdqlite.lists.format import envelope
from pdqlite.native import core
from support import tree
from support.third_party import FOLDER, files, vectors, wycheproof

KERNELS = core.kernels()
ORIGIN, LIST_KEY = "lists.example.org/a", bytes(range(32))
Hash = Callable[[bytes], bytes]


def hmac(digest: Hash, key: bytes, data: bytes, block: int = 64) -> bytes:
    """RFC 2104, section 2."""
    key = (digest(key) if len(key) > block else key).ljust(block, b"\0")
    return digest(bytes(b ^ 0x5C for b in key) + digest(bytes(b ^ 0x36 for b in key) + data))


def expand(digest: Hash, key: bytes, info: bytes, size: int, block: int = 64) -> bytes:
    """RFC 5869, section 2.3."""
    out, last = b"", b""
    while len(out) < size:
        last = hmac(digest, key, last + info + bytes([len(out) // len(last) + 1 if last else 1]), block)
        out += last
    return out[:size]


def sha256(data: bytes) -> bytes:
    return tree.sha256(data)


def sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


@pytest.mark.parametrize("kernels", KERNELS, ids=repr)
def test_hmac_over_the_cores_sha256(kernels: core.Kernels) -> None:
    cases = wycheproof("hmac_sha256_test.json")
    assert len(cases) == 174
    for case in cases:
        found = hmac(lambda data: tree.sha256(data, kernels), bytes.fromhex(case["key"]), bytes.fromhex(case["msg"]))
        assert (found[: case["tagSize"] // 8].hex() == case["tag"]) == (case["result"] == "valid"), case["tcId"]


def test_hkdf_over_the_cores_sha256() -> None:
    cases = wycheproof("hkdf_sha256_test.json")
    assert len(cases) == 86
    for case in cases:
        if case["size"] > 255 * 32:
            assert case["result"] == "invalid"
            continue
        key = hmac(sha256, bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"]))
        found = expand(sha256, key, bytes.fromhex(case["info"]), case["size"])
        assert (found.hex() == case["okm"]) == (case["result"] == "valid"), case["tcId"]


def test_hkdf_sha512_as_content_keys_are_derived() -> None:
    """The call that a list's content key comes from, after an extraction written out here."""
    cases = wycheproof("hkdf_sha512_test.json")
    assert len(cases) == 83
    for case in cases:
        key = hmac(sha512, bytes.fromhex(case["salt"]), bytes.fromhex(case["ikm"]), 128)
        info, size = bytes.fromhex(case["info"]), case["size"]
        if case["result"] == "invalid":
            with pytest.raises(ValueError):
                HKDFExpand(SHA512(), size, info)
            continue
        assert HKDFExpand(SHA512(), size, info).derive(key).hex() == case["okm"], case["tcId"]
        assert expand(sha512, key, info, size, 128).hex() == case["okm"]


def test_aes_gcm_as_content_is_sealed() -> None:
    """Keys of 32 bytes, nonces of 12: what content is sealed with."""
    seen = 0
    for case in wycheproof("aes_gcm_test.json"):
        key, nonce, extra, text, sealed, tag = (
            bytes.fromhex(case[n]) for n in ("key", "iv", "aad", "msg", "ct", "tag")
        )
        if (len(key), len(nonce), len(tag)) != (32, 12, 16):
            continue
        seen += 1
        if case["result"] == "valid":
            assert AESGCM(key).decrypt(nonce, sealed + tag, extra) == text
            assert AESGCM(key).encrypt(nonce, text, extra) == sealed + tag
        else:
            with pytest.raises(InvalidTag):
                AESGCM(key).decrypt(nonce, sealed + tag, extra)
    assert seen >= 66


def envelope_by_definition(
    shared: bytes, encapsulated: bytes, public: bytes, private_info: bytes, name: bytes
) -> bytes:
    """RFC 9180, base mode: DHKEM(X25519), HKDF-SHA256, AES-256-GCM, over the core's SHA-256; `shared` is the result of X25519."""

    def extract(suite: bytes, salt: bytes, label: bytes, data: bytes) -> bytes:
        return hmac(sha256, salt, b"HPKE-v1" + suite + label + data)

    def labelled(suite: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
        return expand(sha256, key, size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info, size)

    kem, suite = b"KEM\0\x20", b"HPKE\0\x20\0\1\0\2"
    secret = labelled(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", encapsulated + public, 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", private_info)
    secret = extract(suite, secret, b"secret", b"")
    key, nonce = (labelled(suite, secret, label, context, size) for label, size in ((b"key", 32), (b"base_nonce", 12)))
    return b"PDQLEV1\0" + b"\0\x20\0\1\0\2\0\0" + name + encapsulated + AESGCM(key).encrypt(nonce, LIST_KEY, None)


def test_x25519_as_envelopes_are_opened() -> None:
    """An envelope from a case's shared secret opens with its private key; a secret of zeros, which anyone knows, opens nothing and is not sealed to."""
    name = hashlib.sha256(b"pdqlite.org/list-key/v1\n" + ORIGIN.encode() + b"\n" + LIST_KEY).digest()[:16]
    info = b"pdqlite.org/envelope/v1\n" + ORIGIN.encode() + b"\n" + base64.b64encode(name) + b"\n"
    opened = refused = 0
    for case in wycheproof("x25519_test.json"):
        private, theirs, shared = (bytes.fromhex(case[n]) for n in ("private", "public", "shared"))
        recipient = X25519PrivateKey.from_private_bytes(private)
        data = envelope_by_definition(shared, theirs, recipient.public_key().public_bytes_raw(), info, name)
        if any(shared):
            assert envelope.open_envelope(data, recipient, ORIGIN) == LIST_KEY, case["tcId"]
            opened += 1
            continue
        with pytest.raises(WrongKeyError):
            envelope.open_envelope(data, recipient, ORIGIN)
        with pytest.raises(ArgumentError, match="recipient"):
            envelope.seal(LIST_KEY, X25519PublicKey.from_public_bytes(theirs), ORIGIN)
        refused += 1
    assert opened >= 480 and refused >= 10 and opened + refused == 518


def test_every_archive_says_whose_it_is() -> None:
    """The folder's page names each archive, its commit and licence; nothing lies there unnamed."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    archives = sorted(p.name for p in FOLDER.iterdir() if p.name != "README.md")
    assert archives and all(f"| `{name}` |" in page for name in archives)
    for name in archives:
        source = name.removesuffix(".tar.xz")
        assert len(files(source)[f"{source}/LICENSE"]) > 1000
    assert len(vectors("ed25519-cctv", "ed25519vectors.json")) == 914
