"""Every byte of every file of a release, flipped and cut; and a ciphertext that opens under two keys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest
from cryptography.cobblestone import Cobblestone256Decryptor
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from pdqlite import errors
from pdqlite.lists import Trust
from pdqlite.lists.crypto import cobblestone, merkle
from pdqlite.lists.format import keys
from pdqlite.lists.format.files import Memory
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.log.checkpoint import Proof
from pdqlite.lists.verify import auditor, delta, device
from support.lists import samples
from support.lists.attacks import going_on
from support.lists.deltas import pair
from support.lists.logged import World, next_policy, note
from support.lists.samples import KEY, NOW, SIGNERS

Files = dict[str, bytes]


class Release:
    """A release with every file there is, and what a device holds before it."""

    def __init__(self, root: Path) -> None:
        made = World(root)
        made.release()
        self.old = dict(made.files)
        made.release(next_policy(made))
        made.files |= going_on(made, 2)
        self.trust, self.files = made.trust, made.files
        self.state = auditor.verify_files(Memory(self.old), self.trust, NOW).state


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return Release(tmp_path_factory.mktemp("bytes"))


def by_auditor(files: Files, trust: Trust, state: bytes | None) -> str:
    sealed = auditor.verify_files(Memory(files), trust, NOW, state)
    auditor.unseal(sealed, KEY)
    return sealed.status


def by_device(files: Files, trust: Trust, state: bytes | None) -> str:
    verified = device.verify(Memory(files), trust, NOW, state)
    device.entries(verified, KEY)
    return verified.status


def status(read: Callable[[Files, Trust, bytes | None], str], files: Files, trust: Trust, state: bytes | None) -> str:
    try:
        return read(files, trust, state)
    except errors.ListError as error:
        return error.status


STEP = 1 if samples.EVERY else 17


def places(data: bytes, drawn: int = 12) -> list[int]:
    """
    Bytes to change. Of a small file each seventeenth one, or each with PDQLITE_EVERY_BYTE=1 (two minutes); of a large one
    its ends, the borders of its chunks, and a sample.
    """
    if len(data) <= 1500:
        return list(range(len(data) % STEP, len(data), STEP))
    borders = [at + d for at in range(56, len(data), 16400) for d in (-16, -1, 0)]
    sample = [int.from_bytes(hashlib.sha256(b"%d" % i).digest()[:4], "big") % len(data) for i in range(drawn)]
    return sorted({*range(0, 72, STEP), *(b for b in borders if b < len(data)), *sample, len(data) - 1})


# What a change of a file may lead to. A change of the key name on a line that is then unknown can still leave a quorum.
STATUSES = {
    "manifest": {"format", "unendorsed", "origin", "policy-chain"},
    "manifest.tlog-proof": {"format", "unlogged", "unwitnessed", "rollback", "freeze"},
    "policy-0": {"policy-chain", "ok"},
    "policy-1": {"policy-chain"},
    "policy-1.tlog-proof": {"policy-chain"},
    "consistency-2": {"format", "unproven"},
    "list.cob": {"ct-mismatch"},
}


def test_the_good_release_is_good_and_every_file_is_tried(release: Release) -> None:
    for read in (by_auditor, by_device):
        assert status(read, release.files, release.trust, release.state) == "ok"
    assert set(release.files) == set(STATUSES)


@pytest.mark.parametrize("name", STATUSES)
def test_flipped(release: Release, name: str) -> None:
    data = release.files[name]
    signed = data.partition(b"\n\n")[0] if name == "policy-0" else data
    for at in places(data):
        changed = data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
        files = {**release.files, name: changed}
        found = {status(read, files, release.trust, release.state) for read in (by_auditor, by_device)}
        assert len(found) == 1 and found <= STATUSES[name], (at, found)
        # Of the pinned policy the text alone matters, for it is pinned by its hash.
        assert "ok" not in found or at >= len(signed), at


@pytest.mark.parametrize("name", STATUSES)
def test_cut_and_longer(release: Release, name: str) -> None:
    data = release.files[name]
    for changed in [*(data[:at] for at in places(data)), data + b"\0", data + b"\n"]:
        files = {**release.files, name: changed}
        found = {status(read, files, release.trust, release.state) for read in (by_auditor, by_device)}
        assert len(found) == 1 and found <= STATUSES[name], (len(changed), found)
        assert "ok" not in found or name == "policy-0", len(changed)


@pytest.mark.parametrize("name", STATUSES)
def test_absent(release: Release, name: str) -> None:
    files = {k: v for k, v in release.files.items() if k != name}
    found = {status(read, files, release.trust, release.state) for read in (by_auditor, by_device)}
    expected = {
        "manifest": "format",
        "manifest.tlog-proof": "unlogged",
        "consistency-2": "unproven",
        "list.cob": "ct-mismatch",
    }
    assert found == {expected.get(name, "policy-chain")}


def test_local_signatures_and_deltas_flipped_and_cut(tmp_path: Path) -> None:
    """local.cob and delta-0.cob of a release with both, through both readers."""
    from support.lists.deltas import load, pair

    old, new = map(load, pair(tmp_path))
    trust = samples.trust()
    held = auditor.unseal(auditor.verify_files(Memory(old), trust, NOW), KEY)
    data = new["local.cob"]
    for at in places(data, 4):
        for changed in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[:at]):
            files = {**new, "local.cob": changed}
            read = by_device if at % 4 else by_auditor
            assert status(read, files, trust, None) == "ct-mismatch"
    data = new["delta-0.cob"]
    endorsed = auditor.verify_texts(Memory(new), trust, NOW)
    for at in places(data):
        for changed in (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], data[:at]):
            with pytest.raises(errors.CiphertextError):
                delta.apply(replace(endorsed, files=Memory({**new, "delta-0.cob": changed})), KEY, held)


# ---- one ciphertext, two keys --------------------------------------------------------------------------


def _times(a: int, b: int) -> int:
    """Multiply in GCM's field: x^128 + x^7 + x^2 + x + 1, the first bit is the highest of the number."""
    product = 0
    for i in range(128):
        if b >> (127 - i) & 1:
            product ^= a
        a = (a >> 1) ^ (0xE1 << 120 if a & 1 else 0)
    return product


def _power(a: int, n: int) -> int:
    result = 1 << 127
    while n:
        if n & 1:
            result = _times(result, a)
        a, n = _times(a, a), n >> 1
    return result


def _inverse(a: int) -> int:
    return _power(a, 2**128 - 2)


def _block(key: bytes, data: bytes) -> int:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return int.from_bytes(encryptor.update(data), "big")


def salamander(keys: list[tuple[bytes, bytes]], blocks: list[int]) -> bytes:
    """
    Return a chunk with a tag that is good under both keys: all blocks are free but the last, for
    which the two equations of GHASH are solved. Dodis, Grubbs, Ristenpart, Woodage 2018.
    """
    n = len(blocks)
    length = n * 128
    sums = 0
    h = [_block(key, bytes(16)) for key, _ in keys]
    for (key, nonce), point in zip(keys, h, strict=True):
        total = reduce(lambda acc, block, point=point: _times(acc ^ block, point), [*blocks[:-1], 0, length], 0)
        sums ^= total ^ _block(key, nonce + b"\0\0\0\1")
    factor = _times(h[0], h[0]) ^ _times(h[1], h[1])
    blocks = [*blocks[:-1], _times(sums, _inverse(factor))]
    key, nonce = keys[0]
    total = reduce(lambda acc, block: _times(acc ^ block, h[0]), [*blocks, length], 0)
    tag = total ^ _block(key, nonce + b"\0\0\0\1")
    return b"".join(b.to_bytes(16, "big") for b in [*blocks, tag])


def test_a_ciphertext_that_opens_under_two_keys(tmp_path: Path) -> None:
    """GCM alone would let an endorsed file be two lists. The commitment lets it be one."""
    other = hashlib.sha256(b"another list key").digest()
    directory = samples.make(tmp_path / "list", samples.entries(), ())
    manifest = Manifest.parse((directory / "manifest").read_bytes())
    data = (directory / "list.cob").read_bytes()
    context = auditor.context("list", manifest.origin, manifest.seq)
    derived = [cobblestone.derive(key, data[:24], context) for key in (KEY, other)]
    start = 56 + 2 * 16400
    chunk, base = data[start:], [int.from_bytes(d[1], "big") for d in derived]
    pairs = [(d[0], (b ^ 2).to_bytes(12, "big")) for d, b in zip(derived, base, strict=True)]
    body = chunk[:-16]
    blocks = [int.from_bytes(body[i : i + 16], "big") for i in range(0, len(body) - len(body) % 16, 16)]
    assert len(body) % 16 == 0
    forged = salamander(pairs, blocks)
    assert len(forged) == len(chunk)
    for key, nonce in pairs:
        AESGCM(key).decrypt(nonce, forged, None)  # without a commitment, both keys open it
    data = data[:start] + forged
    leaves = [data[:56], *(data[i : i + 16400] for i in range(56, len(data), 16400))]
    for commit, opens in ((derived[0][2], KEY), (derived[1][2], other)):
        file = replace(
            manifest.list,
            root=merkle.root(merkle.leaf_hash(x) for x in (data[:24] + commit, *leaves[1:])),
            commit=commit,
        )
        text = replace(manifest, list=file).text
        files = {"list.cob": data[:24] + commit + data[56:], "manifest": note(text, *SIGNERS[:2])}
        sealed = auditor.verify_files(Memory(files), samples.trust(), NOW)
        for key in (KEY, other):
            with pytest.raises(errors.ListError) as caught:
                auditor.unseal(sealed, key)
            assert caught.value.status == ("content-mismatch" if key == opens else "key-commit")
            verified = device.verify(Memory(files), samples.trust(), NOW)
            with pytest.raises(errors.ListError) as caught:
                device.entries(verified, key)
            assert caught.value.status == ("content-mismatch" if key == opens else "key-commit")


@settings(max_examples=60)
@given(st.data())
def test_random_edits_have_one_verdict(release: Release, data: st.DataObject) -> None:
    """Bytes cut out, put in or copied from elsewhere, in any text of the release."""
    name = data.draw(st.sampled_from(sorted(set(STATUSES) - {"list.cob"})))
    good = release.files[name]
    at = data.draw(st.integers(0, len(good)))
    other = data.draw(st.integers(0, len(good)))
    piece = data.draw(st.one_of(st.binary(max_size=5), st.just(good[other : other + data.draw(st.integers(0, 60))])))
    changed = good[:at] + piece + good[at + data.draw(st.integers(0, 60)) :]
    files = {**release.files, name: changed}
    found = {status(read, files, release.trust, release.state) for read in (by_auditor, by_device)}
    assert len(found) == 1 and found <= STATUSES[name] | ({"ok"} if changed == good else set())


@settings(max_examples=60)
@given(st.data())
def test_a_proof_parse_then_write_is_the_same_or_an_error(release: Release, data: st.DataObject) -> None:
    good = release.files["manifest.tlog-proof"]
    at = data.draw(st.integers(0, len(good)))
    changed = good[:at] + data.draw(st.binary(max_size=4)) + good[at + data.draw(st.integers(0, 4)) :]
    try:
        proof = Proof.parse(changed)
    except errors.ListFormatError:
        return
    assert bytes(proof) == changed


# ---- what the writer chooses: section 18 of the format, from its words ----------------------------------


def derive(seed: bytes, label: str, *parts: bytes) -> bytes:
    whole = b"pdqlite.org/build/v1 " + label.encode() + b"\n" + seed
    return hashlib.sha256(whole + b"".join(hashlib.sha256(p).digest() for p in parts)).digest()


def padme(x: int) -> int:
    e = x.bit_length() - 1
    s = e.bit_length()  # floor(log2 e) + 1, and 0 for 0
    return -(-x // 2 ** (e - s)) * 2 ** (e - s)


def test_salts_blinds_and_padding_are_as_written(tmp_path: Path) -> None:
    directories = pair(tmp_path, "image", True, 700, 90, 120)
    where = f"{samples.ORIGIN}\n".encode()
    files = {
        "list.cob": (b"list/v1\n", where + b"1\n"),
        "local.cob": (b"local/v1\n", where + b"1\n"),
        "delta-0.cob": (b"delta/v1\n", where + b"0\n1\n"),
    }
    plains = {}
    for name, (kind, rest) in files.items():
        data, context = (directories[1] / name).read_bytes(), b"pdqlite.org/" + kind + rest
        opening = Cobblestone256Decryptor(KEY, context)
        plain = plains[name] = opening.update(data) + opening.finalize()
        seed = b"" if name.startswith("delta") else samples.SEED
        assert data[:24] == derive(seed, "salt", KEY, context, plain)[:24], name
    assert plains["list.cob"][32:64] == derive(samples.SEED, "blind", samples.ORIGIN.encode(), b"1")
    assert plains["local.cob"][32:64] == derive(samples.SEED, "local blind", samples.ORIGIN.encode(), b"1")
    slots, count = (int.from_bytes(plains["list.cob"][at : at + 8], "big") for at in (16, 24))
    assert slots == -(-padme(count) // 512) * 512 > count
    held = int.from_bytes(plains["local.cob"][24:32], "big")
    assert len(plains["local.cob"]) == padme(64 + 2 * slots + held)
    removed_bytes, added = (int.from_bytes(plains["delta-0.cob"][at : at + 8], "big") for at in (80, 72))
    records = int.from_bytes(plains["delta-0.cob"][88:96], "big")
    assert len(plains["delta-0.cob"]) == padme(16512 + 38 * added + removed_bytes + 2 * added + records)


def test_a_list_key_file_is_as_written(tmp_path: Path) -> None:
    keys.save_list_key(tmp_path / "key", KEY)
    data = (tmp_path / "key").read_bytes()
    assert data == b"pdqlite.org/list-key/v1\n" + base64.b64encode(KEY) + b"\n" and len(data) == 69
