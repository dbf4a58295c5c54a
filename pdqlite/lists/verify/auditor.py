"""
The auditor's verifier, written from docs/formats/list.md over `cryptography`.

verify_texts makes an Endorsed (all that is signed), verify_files a SealedList (and the encrypted
bytes), unseal a VerifiedList of it. There is no other way to get any, and nothing decrypts a list
that is not sealed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from pdqlite.errors import (
    CiphertextError,
    ContentError,
    EntryRuleError,
    ExpiredError,
    ListFormatError,
    OriginError,
    PinsError,
    PolicyChainError,
    RollbackError,
    SplitViewError,
    UnendorsedError,
    UnloggedError,
    UnprovenError,
    WrongKeyError,
)
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format import local, note, plaintext
from pdqlite.lists.format.encoding import ago
from pdqlite.lists.format.files import LIST, LOCAL, MANIFEST, PROOF, Files, exists, open_exact, read_given, read_small
from pdqlite.lists.format.manifest import HEAD_BYTES, META_BYTES, File, Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.log import checkpoint
from pdqlite.lists.log.policy import LogPolicy, signed_by, start_of, walk
from pdqlite.lists.verify import state
from pdqlite.lists.verify.audited import check_passed
from pdqlite.lists.verify.state import State
from pdqlite.types import Entries

REMARKS = ("stale", "unlogged", "unwitnessed", "unaudited")


@dataclass(frozen=True, slots=True)
class Endorsed:
    """
    A release of which all that is signed is checked, and no other file has been looked at.

    Attributes:
        files: Where its files are.
        manifest: What was signed.
        signers: Key names of the organisations whose signature was good.
        remarks: Those of "stale", "unlogged", "unwitnessed", "unaudited" that hold.
        state: What to remember once the list is stored (section 13).
    """

    files: Files
    manifest: Manifest
    signers: tuple[str, ...]
    remarks: tuple[str, ...]
    state: bytes = b""

    @property
    def status(self) -> str:
        """The first remark, or "ok"."""
        return self.remarks[0] if self.remarks else "ok"

    @property
    def counted(self) -> int:
        """Mask of the sources whose organisation signed."""
        sources = self.manifest.sources.items()
        return sum(1 << i for i, name in sources if name in self.signers)


@dataclass(frozen=True, slots=True)
class SealedList(Endorsed):
    """A list whose signatures and encrypted bytes are checked, and whose content is still unknown."""


@dataclass(frozen=True, slots=True)
class VerifiedList:
    """
    A list of which everything is checked, with its entries.

    Attributes:
        sealed: What was checked before.
        entries: In list order; with keypoint signatures only if they were asked for.
        head: The first page.
        local_seed: Blind seed of the local section; None unless it was read.
    """

    sealed: Endorsed
    entries: Entries
    head: plaintext.Head
    local_seed: bytes | None = None

    @property
    def manifest(self) -> Manifest:
        """What the release says of itself."""
        return self.sealed.manifest


def context(section: str, origin: str, seq: int) -> bytes:
    """Return the Cobblestone context of a section ("list" or "local")."""
    return f"pdqlite.org/{section}/v1\n{origin}\n{seq}\n".encode()


def _signed(data: bytes) -> bytes:
    """Return a manifest's bytes; say what they are if they are a manifest before its first signature (section 1)."""
    if b"\n\n" not in data:
        Manifest.parse(data)
        raise ListFormatError("nobody has signed this release yet: run pdqlite list endorse")
    return data


def verify_files(files: Files, trust: Trust, now: int, stored: bytes | None = None) -> SealedList:
    """
    Do steps 1 to 9 of the format's section 9: all that needs no key.

    Args:
        stored: The state that the last install left (section 13); None before the first.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    endorsed = verify_texts(files, trust, now, stored)
    check_ciphertext(files, LIST, endorsed.manifest.list)
    return SealedList(files, endorsed.manifest, endorsed.signers, endorsed.remarks, endorsed.state)


def verify_texts(files: Files, trust: Trust, now: int | None, stored: bytes | None = None) -> Endorsed:
    """
    Do steps 1 to 8 of the format's section 9: all that is signed.

    Args:
        now: POSIX seconds; None leaves out what time decides: freshness and expiry.
        stored: The state that the last install left (section 13); None before the first.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    before = state.load(stored, trust.origin, trust.type)
    signed = Note.parse(_signed(read_small(files, MANIFEST, note.MAX_BYTES)), "manifest")
    manifest = Manifest.parse(signed.text)
    policy = None
    if trust.policy is None:
        signers = signed.signers(trust.endorsers)
        if len(signers) < trust.quorum:
            raise UnendorsedError(f"{len(signers)} of the pinned organisations signed, expected {trust.quorum}")
    else:
        start = start_of(trust.policy, before.policy if before else None)
        policy = _policy(files, manifest, trust.origin, start)
        if before and before.log and before.log[2] != state.log_id(policy.log.name):
            raise PolicyChainError(
                "the policy names another log than the one seen before: a list keeps its log, whatever its keys"
            )
        signers = signed_by(signed, policy.endorsers)
    _check_pins(manifest, trust)
    if before and manifest.seq < before.seq:
        raise RollbackError(f"release {manifest.seq} is older than {before.seq}, installed before")
    if now is not None:
        now = max(now, before.floor if before else 0)
    logged = _check_log(files, manifest, policy, trust, now, before)
    text = hashlib.sha256(signed.text).digest()
    if before and manifest.seq == before.seq and text != before.manifest:
        raise SplitViewError(f"release {manifest.seq} is installed already, with another manifest")
    remarks = ["stale"] if now is not None and now >= manifest.expires else []
    remarks += logged.remarks
    if now is not None and "stale" in remarks and not trust.allow_stale:
        raise ExpiredError(f"expired {ago(now - manifest.expires)}; get a newer release")
    if now is not None and trust.auditors:
        remarks += check_passed(signed, trust, now)
    names = tuple(key.name for key in signers)
    moment = (logged.time or 0) if now is None else now
    following = _next_state(before, manifest, text, policy, logged, moment)
    return Endorsed(files, manifest, names, tuple(remarks), bytes(following))


@dataclass(frozen=True, slots=True)
class _Logged:
    """What the log says of a release: its checkpoint, and when witnesses saw it."""

    remarks: tuple[str, ...]
    checkpoint: checkpoint.Checkpoint | None = None
    time: int | None = None


def _next_state(
    before: State | None,
    manifest: Manifest,
    text: bytes,
    policy: LogPolicy | None,
    logged: _Logged,
    now: int,
) -> State:
    old = before or State(b"", 0, 0, b"")
    seen = None if logged.time is None else min(logged.time, now)
    head = logged.checkpoint
    return State(
        list=state.list_id(manifest.origin, manifest.type),
        installs=old.installs + 1,
        seq=manifest.seq,
        manifest=text,
        floor=max(old.floor, seen or 0),
        log=(head.size, head.root, state.log_id(policy.log.name)) if head and policy else old.log,
        policy=(policy.version, policy.hash) if policy else None,
        seen=seen or 0,
        max_age=policy.max_age if policy and seen is not None else 0,
    )


def _policy(files: Files, manifest: Manifest, origin: str, start: tuple[int, bytes]) -> LogPolicy:
    if manifest.policy is None:
        raise PolicyChainError("the manifest names no policy")
    policy = walk(files, origin, start, manifest.policy[0], manifest.seq)
    if policy.hash != manifest.policy[1]:
        raise PolicyChainError("the manifest names another policy of this version")
    return policy


def _check_log(
    files: Files,
    manifest: Manifest,
    policy: LogPolicy | None,
    trust: Trust,
    now: int | None,
    before: State | None,
) -> _Logged:
    """Do step 7."""
    if policy is None or not exists(files, PROOF):
        if not trust.allow_unlogged:
            raise UnloggedError("no proof that this release is in a log")
        return _Logged(("unlogged",))
    proof = checkpoint.Proof.parse(read_small(files, PROOF, note.MAX_BYTES))
    time = proof.check(manifest.text, manifest.seq, policy.log, policy.witnesses)
    if policy.seq >= manifest.seq:
        raise PolicyChainError(f"the manifest names policy {policy.version}, which was not in the log before it")
    checkpoint.check_fresh(proof, time, policy.max_age, (time or 0) if now is None else now)
    head = proof.checkpoint
    if before and before.log:
        _check_history(files, checkpoint.Checkpoint(head.origin, *before.log[:2]), head)
    return _Logged(("unwitnessed",) if time is None else (), head, time)


def _check_history(files: Files, old: checkpoint.Checkpoint, new: checkpoint.Checkpoint) -> None:
    name, path = f"consistency-{old.size}", b""
    if new.size > old.size:
        path = read_given(files, name, note.MAX_BYTES) or b""
        if not path:
            raise UnprovenError(f"no {name}: nothing shows that the log continues the one seen before")
    checkpoint.check_history(old, new, checkpoint.consistency_path(path))


def _check_pins(manifest: Manifest, trust: Trust) -> None:
    if (manifest.origin, manifest.type) != (trust.origin, trust.type):
        raise OriginError("this is not the list, or not the type of list, that is pinned")
    if not set(manifest.categories.values()) <= set(trust.categories):
        raise PinsError("the list has a category that is not pinned")
    if manifest.max_distance > trust.max_distance:
        raise PinsError(f"the list allows distance {manifest.max_distance}, pinned is {trust.max_distance}")
    if manifest.seq < trust.min_seq:
        raise RollbackError(f"release {manifest.seq} is older than the pinned {trust.min_seq}")


def check_ciphertext(files: Files, name: str, expected: File) -> None:
    """Do step 9 for one encrypted file: CiphertextError unless size, commitment, root are right."""
    with open_exact(files, name, expected.size) as stream:
        head = stream.read(cobblestone.HEAD_BYTES)
        if expected.commit is not None and head[24:] != expected.commit:
            raise CiphertextError(f"{name}: its key commitment is not the one in the manifest")
        stream.seek(0)
        if cobblestone.root(stream) != expected.root:
            raise CiphertextError(f"{name}: not the file that was endorsed")


def decrypt(stream: BinaryIO, key: bytes, bound: bytes, size: int) -> bytearray:
    """Do steps 10 and 11 for one encrypted file, read from its start; `bound` is its context."""
    head = stream.read(cobblestone.HEAD_BYTES)
    if cobblestone.derive(key, head[:24], bound)[2] != head[24:]:
        raise WrongKeyError("this is not the key of this list")
    stream.seek(0)
    return cobblestone.decrypt(key, bound, stream, size)


def unseal(sealed: SealedList, key: bytes, *, with_keypoints: bool = True) -> VerifiedList:
    """
    Do steps 10 to 14: decrypt, check content root and entry rules.

    Args:
        key: 32 bytes.
        with_keypoints: Read the keypoint signatures too, if the list has them.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    manifest = sealed.manifest
    bound = context("list", manifest.origin, manifest.seq)
    with open_exact(sealed.files, LIST, manifest.list.size) as stream:
        plain = decrypt(stream, key, bound, manifest.list.size)
    head, entries = _content(plain, manifest, sealed.counted)
    seed = None
    if with_keypoints and manifest.local is not None:
        section = _local_plain(sealed, key)
        records = local.read(section, manifest.seq, manifest.slots, manifest.local.root, head.count)
        seed, entries = section[32:64], replace(entries, keypoints=records)
    return VerifiedList(sealed, entries, head, seed)


def content(plain: bytes | bytearray, manifest: Manifest, counted: int) -> Entries:
    """Do steps 12 and 13 on decrypted bytes; `counted` is the mask of sources that count."""
    return _content(plain, manifest, counted)[1]


def _content(plain: bytes | bytearray, manifest: Manifest, counted: int) -> tuple[plaintext.Head, Entries]:
    head = plaintext.Head.parse(bytes(plain[:HEAD_BYTES]), manifest.seq, manifest.slots)
    width, slots = META_BYTES[manifest.type], manifest.slots
    split = HEAD_BYTES + 32 * slots
    hashes = np.frombuffer(plain, np.uint8, 32 * slots, HEAD_BYTES).reshape(slots, 32)
    meta = np.frombuffer(plain, np.uint8, width * slots, split).reshape(slots, width)
    if plaintext.content_root(head, hashes, meta) != manifest.root:
        raise ContentError("the content is not the one that was endorsed")
    entries = plaintext.unpack(hashes[: head.count], meta[: head.count])
    check_rules(head, entries, manifest, counted)
    if hashes[head.count :].any() or meta[head.count :].any():
        raise EntryRuleError("a slot beyond the entries is not empty")
    return head, entries


def check_rules(head: plaintext.Head, entries: Entries, manifest: Manifest, counted: int) -> None:
    """Check the rules of section 7 but that on empty slots; EntryRuleError says which broke."""
    if head.inventory != plaintext.inventory(entries, manifest.sources, manifest.categories):
        raise EntryRuleError("the inventory does not say what the entries are")
    plaintext.check_entries(
        entries,
        manifest.sources,
        manifest.categories,
        counted,
        manifest.min_sources,
        manifest.max_sound_distance is not None,
    )


def local_records(sealed: SealedList, key: bytes, count: int) -> tuple[bytes, ...]:
    """Do step 14: return the keypoint signatures of the first `count` slots."""
    manifest = sealed.manifest
    assert manifest.local is not None
    plain = _local_plain(sealed, key)
    return local.read(plain, manifest.seq, manifest.slots, manifest.local.root, count)


def _local_plain(sealed: SealedList, key: bytes) -> bytes:
    manifest = sealed.manifest
    assert manifest.local is not None
    check_ciphertext(sealed.files, LOCAL, manifest.local.file)
    bound = context("local", manifest.origin, manifest.seq)
    with open_exact(sealed.files, LOCAL, manifest.local.file.size) as stream:
        return bytes(decrypt(stream, key, bound, manifest.local.file.size))
