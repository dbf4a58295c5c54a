"""
The device's reader: the C core, fed with the files of a release.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

from pdqlite.errors import ListFormatError
from pdqlite.lists.format import note, plaintext
from pdqlite.lists.format.files import LIST, LOCAL, MANIFEST, PROOF, Files, open_exact, read_given, read_small
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.note import Note
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.log.policy import LogPolicy
from pdqlite.native import list as native_list
from pdqlite.native.list import ADDED, EndorsedList, Held, Release
from pdqlite.types import Entries

_UNREADABLE = b"\0"  # breaks every grammar, so that the core says so when its turn comes


def small_file(files: Files, name: str) -> bytes | None:
    """Return a small file; None if there is none. One that is there and no file, or too large, is _UNREADABLE."""
    try:
        return read_given(files, name, note.MAX_BYTES)
    except ListFormatError:
        return _UNREADABLE


def _manifest(files: Files, trust: bytes, now: int, state: bytes | None) -> bytes:
    """Read the manifest; if it cannot be, what is wrong with the state comes first (section 9)."""
    try:
        return read_small(files, MANIFEST, note.MAX_BYTES)
    except ListFormatError as error:
        with suppress(ListFormatError):
            native_list.needs(Release(trust, _UNREADABLE, now, state))
        raise error from None


def release_of(files: Files, trust: bytes, now: int, state: bytes | None = None) -> Release:
    """
    Read the small files that a release's verdict depends on.

    Args:
        trust: A trust file.
        state: What the last install left; None before the first.

    Raises:
        ListError: Its texts already rule the release out.
    """
    release = Release(trust, _manifest(files, trust, now, state), now, state)
    wanted = native_list.needs(release)
    names = [f"policy-{wanted.first_policy + i}" for i in range(wanted.n_policies)]
    return replace(
        release,
        proof=small_file(files, PROOF),
        consistency=small_file(files, f"consistency-{wanted.consistency}") if wanted.consistency else None,
        policies=tuple((small_file(files, n), small_file(files, f"{n}.tlog-proof")) for n in names),
    )


@dataclass(frozen=True, slots=True)
class DeviceList:
    """
    A list that the C core has verified without its key.

    Attributes:
        files: Where its files are.
        release: What the verdict was made of.
        endorsed: The core's own.
        manifest: What was signed.
        signers: Key names of the organisations whose signature was good.
    """

    files: Files
    release: Release
    endorsed: EndorsedList
    manifest: Manifest
    signers: tuple[str, ...]

    @property
    def remarks(self) -> tuple[str, ...]:
        """Those of "stale", "unlogged", "unwitnessed" that hold."""
        return self.endorsed.remarks

    @property
    def status(self) -> str:
        """The first remark, or "ok"."""
        return self.remarks[0] if self.remarks else "ok"


def policy_of(release: Release) -> bytes:
    """Return the note of the policy that a verified release names."""
    named = Manifest.parse(Note.parse(release.manifest, "manifest").text).policy
    notes = (data for data, _ in release.policies if data)
    return next(
        data for data in notes if named and hashlib.sha256(Note.parse(data, "policy").text).digest() == named[1]
    )


def _signers(release: Release, trust: Trust, mask: int) -> tuple[str, ...]:
    if trust.policy is None:
        keys = list(trust.endorsers)
    else:
        keys = list(LogPolicy.parse(Note.parse(policy_of(release), "policy").text).endorsers.members.values())
    return tuple(key.name for i, key in enumerate(keys) if mask >> i & 1)


def verify_texts(files: Files, trust: Trust, now: int, state: bytes | None = None) -> DeviceList:
    """
    Do steps 1 to 8 of the format's section 9: all that is signed. Then check_list, or apply.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    return verify_release(files, trust, release_of(files, bytes(trust), now, state))


def verify_release(files: Files, trust: Trust, release: Release) -> DeviceList:
    """The same of texts that were read before, with release_of."""
    endorsed = native_list.verify_list(release)
    manifest = Manifest.parse(Note.parse(release.manifest, "manifest").text)
    return DeviceList(files, release, endorsed, manifest, _signers(release, trust, endorsed.signers))


def check_list(verified: DeviceList) -> None:
    """Do step 9: CiphertextError unless list.cob is the endorsed file."""
    with open_exact(verified.files, LIST, verified.manifest.list.size) as stream:
        verified.endorsed.check_ciphertext(stream)


def verify(files: Files, trust: Trust, now: int, state: bytes | None = None) -> DeviceList:
    """
    Do steps 1 to 9 of the format's section 9: all that needs no key.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    verified = verify_texts(files, trust, now, state)
    check_list(verified)
    return verified


def entries(verified: DeviceList, key: bytes, keypoints: bool = True) -> Entries:
    """
    Do steps 10 to 14: return the entries, once.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    endorsed, manifest = verified.endorsed, verified.manifest
    with open_exact(verified.files, LIST, manifest.list.size) as stream:
        found = plaintext.unpack(*endorsed.read(stream, key))
    if not keypoints or manifest.local is None:
        return found
    endorsed.local()
    with open_exact(verified.files, LOCAL, manifest.local.file.size) as stream:
        endorsed.check_ciphertext(stream, LOCAL)
        return replace(found, keypoints=endorsed.read_keypoints(stream, key))


def apply(verified: DeviceList, key: bytes, held: Held, old: Entries, keypoints: bool = True) -> Entries:
    """
    Return the entries that the delta from the release held leads to (section 12), instead of entries().

    Args:
        verified: The new release, from verify_texts.
        held: The release that `old` is the content of.
        keypoints: Make the keypoint signatures too, if the release has them; `old` then needs its own.

    Raises:
        CiphertextError: No delta is offered from there, or it is absent or not the endorsed one.
        ListError: Another of the statuses of section 12.
    """
    endorsed, manifest = verified.endorsed, verified.manifest
    endorsed.delta(held)
    line = next(d for d in manifest.deltas if d.since == held.seq)
    with open_exact(verified.files, f"delta-{held.seq}.cob", line.size) as stream:
        endorsed.check_ciphertext(stream, "delta")
        new = endorsed.apply(stream, key, old.rows, plaintext.pack_meta(old))
    found = plaintext.unpack(new.hashes, new.meta)
    if not keypoints or manifest.local is None:
        return found
    before = old.keypoints or (b"",) * len(old)
    records = tuple(new.records[n & ~ADDED] if n & ADDED else before[n] for n in new.origin.tolist())
    endorsed.check_records(records)
    return replace(found, keypoints=records)
