"""
Open a list: the one call between a directory and entries that may be matched.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

from pdqlite.errors import ArgumentError, ListError, expect
from pdqlite.lists.format.files import Directory, Files
from pdqlite.lists.format.keys import check_list_key
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.format.trust import Trust
from pdqlite.lists.verify import device
from pdqlite.lists.verify.auditor import unseal, verify_files
from pdqlite.types import Entries, MatchPolicy

if TYPE_CHECKING:
    from pdqlite.exact import ExactMatcher
    from pdqlite.matching import Matcher

ListKey = bytes | Callable[[Manifest], bytes]


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a check without key found.

    Attributes:
        status: "ok", or the first of "stale", "unlogged", "unwitnessed", "unaudited" that holds.
        remarks: All of them that hold.
        manifest: What was signed.
        signers: Key names of the organisations whose signature was good.
    """

    status: str
    remarks: tuple[str, ...]
    manifest: Manifest
    signers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenList(Report):
    """A list that is checked to the last rule, with its entries; fields of Report besides."""

    entries: Entries

    def matcher(self, policy: MatchPolicy | None = None) -> Matcher:
        """Return a matcher over the list, which keeps to the largest distance that its organisations signed."""
        from pdqlite.matching import Matcher  # what only checks lists needs no decoder

        return Matcher(
            self.entries,
            policy,
            max_distance=self.manifest.max_distance,
            max_sound_distance=self.manifest.max_sound_distance,
        )

    def exact(self) -> ExactMatcher:
        """Return what looks for files in a list of files; ArgumentError for another type."""
        from pdqlite.exact import ExactMatcher

        return ExactMatcher(self.entries)


def check_asked(trust: Trust, now: int) -> None:
    """Raise ArgumentError unless these are what an application pins, and a time."""
    expect("trust", trust, Trust, "Trust.parse reads what pdqlite list trust wrote")
    expect("now", now, Integral, "POSIX seconds, int(time.time())")


def verify_list(directory: str | os.PathLike[str], trust: Trust, now: int) -> Report:
    """
    Check all of a release that needs no key.

    Args:
        directory: Holds `manifest` and `list.cob`.
        trust: What the application pins.
        now: POSIX seconds.

    Raises:
        ListError: The list may not be used; `status` names why (docs/formats/list-verify.md, section 9).
    """
    check_asked(trust, now)
    sealed = verify_files(Directory(directory), trust, now)
    return Report(sealed.status, sealed.remarks, sealed.manifest, sealed.signers)


def open_list(
    directory: str | os.PathLike[str],
    key: ListKey,
    *,
    trust: Trust,
    now: int,
    keypoints: bool = True,
    reader: str = "device",
) -> OpenList:
    """
    Check a release to the last rule and return its entries.

    Args:
        directory: Holds `manifest` and `list.cob`, and `local.cob` if the list has one.
        key: 32 bytes, or a function that returns them, called with the manifest only once all
            that needs no key has been checked.
        trust: What the application pins.
        now: POSIX seconds.
        keypoints: Read the keypoint signatures too, if the list has them.
        reader: "device": the C core, as every binding reads; "auditor": the second reader, in
            Python.

    Raises:
        ListError: The list may not be used; `status` names why (docs/formats/list-verify.md, section 9).
        ArgumentError: No path, no key of 32 bytes, no Trust, no such reader.
    """
    if reader not in ("device", "auditor"):
        raise ArgumentError("reader: expected 'device' or 'auditor'")
    check_asked(trust, now)
    if not callable(key):
        check_list_key(key)
    files = Directory(directory)
    if reader == "auditor":
        return open_audited(files, key, trust, now, keypoints)
    try:
        return open_device(files, key, trust, now, keypoints)
    except ListError as refused:
        explain(files, key, trust, now, None, refused, keypoints)
        raise


def explain(
    files: Files,
    key: ListKey,
    trust: Trust,
    now: int,
    state: bytes | None,
    refused: ListError,
    keypoints: bool = True,
) -> None:
    """
    Raise the auditor's error, which says what was found and what was expected, if it has the status
    that the device's reader came to. `state`: what the last install left.
    """
    try:
        sealed = verify_files(files, trust, now, state)
        unseal(sealed, secret(key, sealed.manifest), with_keypoints=keypoints)
    except ListError as detailed:
        if detailed.status == refused.status:
            raise detailed from None


def secret(key: ListKey, manifest: Manifest) -> bytes:
    """Return the list key, asked for now if it is a function."""
    return check_list_key(key(manifest) if callable(key) else key)


def open_audited(files: Files, key: ListKey, trust: Trust, now: int, keypoints: bool) -> OpenList:
    """Open with the auditor's reader."""
    sealed = verify_files(files, trust, now)
    entries = unseal(sealed, secret(key, sealed.manifest), with_keypoints=keypoints).entries
    return OpenList(sealed.status, sealed.remarks, sealed.manifest, sealed.signers, entries)


def open_device(files: Files, key: ListKey, trust: Trust, now: int, keypoints: bool) -> OpenList:
    """Open with the device's reader."""
    verified = device.verify(files, trust, now)
    entries = device.entries(verified, secret(key, verified.manifest), keypoints)
    return OpenList(verified.status, verified.remarks, verified.manifest, verified.signers, entries)
