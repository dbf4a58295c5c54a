"""
The device's reader: the C core, fed with the files of a release.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pdqlite import _native_list
from pdqlite._native_list import EndorsedList, Release
from pdqlite.lists import note, plaintext
from pdqlite.lists.files import LIST, LOCAL, MANIFEST, PROOF, Files, open_exact, read_small
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.note import Note
from pdqlite.lists.policy import Policy
from pdqlite.lists.trust import Trust
from pdqlite.types import Entries


def _maybe(files: Files, name: str) -> bytes | None:
    """Return a small file, or the start of one that is too large for C; None if there is none."""
    try:
        with files.open(name) as stream:
            return stream.read(note.MAX_BYTES + 1)
    except OSError:
        return None


def release_of(files: Files, trust: bytes, now: int, state: bytes | None = None) -> Release:
    """
    Read the small files that a release's verdict depends on.

    Args:
        trust: A trust file.
        state: What the last install left; None before the first.

    Raises:
        ListError: Its texts already rule the release out.
    """
    release = Release(trust, read_small(files, MANIFEST, note.MAX_BYTES), now, state)
    wanted = _native_list.needs(release)
    names = [f"policy-{wanted.first_policy + i}" for i in range(wanted.n_policies)]
    return replace(
        release,
        proof=_maybe(files, PROOF),
        consistency=_maybe(files, f"consistency-{wanted.consistency}") if wanted.consistency else None,
        policies=tuple((_maybe(files, n), _maybe(files, f"{n}.tlog-proof")) for n in names),
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


def _signers(release: Release, trust: Trust, mask: int) -> tuple[str, ...]:
    if trust.policy is None:
        keys = list(trust.endorsers)
    else:
        last = release.policies[-1][0] or b""
        keys = list(Policy.parse(Note.parse(last, "policy").text).endorsers.members.values())
    return tuple(key.name for i, key in enumerate(keys) if mask >> i & 1)


def verify(files: Files, trust: Trust, now: int, state: bytes | None = None) -> DeviceList:
    """
    Do steps 1 to 9 of the format's section 9: all that needs no key.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    release = release_of(files, bytes(trust), now, state)
    endorsed = _native_list.verify_list(release)
    manifest = Manifest.parse(Note.parse(release.manifest, "manifest").text)
    with open_exact(files, LIST, manifest.list.size) as stream:
        endorsed.check_ciphertext(stream)
    return DeviceList(files, release, endorsed, manifest, _signers(release, trust, endorsed.signers))


def entries(verified: DeviceList, key: bytes, local: bool = True) -> Entries:
    """
    Do steps 10 to 14: return the entries, once.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    endorsed, manifest = verified.endorsed, verified.manifest
    with open_exact(verified.files, LIST, manifest.list.size) as stream:
        found = plaintext.unpack(*endorsed.read(stream, key))
    if not local or manifest.local is None:
        return found
    endorsed.local()
    with open_exact(verified.files, LOCAL, manifest.local.file.size) as stream:
        endorsed.check_ciphertext(stream, LOCAL)
        return replace(found, local=endorsed.read_local(stream, key))
