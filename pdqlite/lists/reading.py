"""
Open a list: the one call between a directory and entries that may be matched.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from pdqlite.lists.device import open_device
from pdqlite.lists.files import Directory
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.trust import Trust
from pdqlite.lists.verify import verify_files
from pdqlite.types import Entries

ListKey = bytes | Callable[[Manifest], bytes]


@dataclass(frozen=True, slots=True)
class Report:
    """
    What a check without key found.

    Attributes:
        status: "ok", or the first of "stale", "unlogged", "unwitnessed" that holds.
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


def verify_list(directory: str | os.PathLike[str], trust: Trust, now: int) -> Report:
    """
    Check all of a release that needs no key.

    Args:
        directory: Holds `manifest` and `list.cob`.
        trust: What the application pins.
        now: POSIX seconds.

    Raises:
        ListError: The list may not be used; `status` names why (docs/formats/list.md, section 9).
    """
    sealed = verify_files(Directory(directory), trust, now)
    return Report(sealed.status, sealed.remarks, sealed.manifest, sealed.signers)


def open_list(
    directory: str | os.PathLike[str],
    key: ListKey,
    *,
    trust: Trust,
    now: int,
    local: bool = True,
) -> OpenList:
    """
    Check a release to the last rule and return its entries.

    Args:
        directory: Holds `manifest` and `list.cob`, and `local.cob` if the list has one.
        key: 32 bytes, or a function that returns them, called with the manifest only once all
            that needs no key has been checked.
        trust: What the application pins.
        now: POSIX seconds.
        local: Read the local signatures too, if the list has them.

    Raises:
        ListError: The list may not be used; `status` names why (docs/formats/list.md, section 9).
    """
    opened = open_device(Directory(directory), trust, now, key, with_local=local)
    sealed = opened.sealed
    return OpenList(sealed.status, sealed.remarks, sealed.manifest, sealed.signers, opened.entries)
