"""
The audit of one release: signatures, bytes, counts, content, deltas.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pdqlite.errors import (
    ContentError,
    ListError,
    UnloggedError,
    WrongKeyError,
)
from pdqlite.lists.audit.found import FAILED, NOT_POSSIBLE, PASSED, WITHHELD, Audit, Release
from pdqlite.lists.format import note
from pdqlite.lists.format.files import LIST as LIST_FILE
from pdqlite.lists.format.files import LOCAL, MANIFEST, Files, exists, read_small
from pdqlite.lists.format.note import Note
from pdqlite.lists.log.policy import signed_by
from pdqlite.lists.verify import delta
from pdqlite.lists.verify.auditor import Endorsed, SealedList, VerifiedList, check_ciphertext, unseal
from pdqlite.lists.verify.evidence import INVENTORY, Evidence, first_page
from pdqlite.types import Entries

MAX_EVIDENCE = 1 << 18


def audit_release(
    found: Audit, release: Release, files: Files, keys: Sequence[bytes], opened: dict[int, VerifiedList]
) -> None:
    """Check one release's own files."""
    manifest, where = release.manifest, f"release {release.manifest.seq}: "
    if not exists(files, MANIFEST):
        for token in ("endorsed", "list-bytes"):
            found.add(token, WITHHELD, f"{where}its files are not here")
        return
    release.present = True
    _audit_signatures(found, release, files, where)
    sound = False
    with found.check("list-bytes", where):
        check_ciphertext(files, LIST_FILE, manifest.list)
        sound = True
        if manifest.local is not None:
            check_ciphertext(files, LOCAL, manifest.local.file)
    _audit_inventory(found, release, files, where)
    for line in manifest.deltas:
        if not exists(files, delta.file_name(line.since)):
            newest = bool(found.releases) and release is found.releases[-1]
            found.add("delta-bytes", WITHHELD if newest else NOT_POSSIBLE, f"{where}a delta is not here")
            continue
        with found.check("delta-bytes", where):
            delta.check_file(files, line)
    # Where nobody says whose signatures count, marks are checked as if every source had signed.
    signers = release.signers or tuple(manifest.sources.values())
    endorsed = Endorsed(files, manifest, signers, ())
    if sound:
        _audit_content(found, release, SealedList(files, manifest, signers, ()), keys, opened, where)
    else:
        found.add("content", NOT_POSSIBLE, f"{where}its bytes are not those that were signed")
    _audit_deltas(found, endorsed, keys, opened, where)


def _audit_signatures(found: Audit, release: Release, files: Files, where: str) -> None:
    manifest = release.manifest
    force = [p for p in found.policies if manifest.policy == (p.version, p.hash)]
    if not force:
        found.add("endorsed", NOT_POSSIBLE, f"{where}no policy says who should have signed")
        return
    with found.check("endorsed", where):
        signed = Note.parse(read_small(files, MANIFEST, note.MAX_BYTES), "manifest")
        if signed.text != manifest.text:
            raise UnloggedError("the manifest is not what is logged")
        release.signers = tuple(k.name for k in signed_by(signed, force[0].endorsers))


def _audit_inventory(found: Audit, release: Release, files: Files, where: str) -> None:
    """Take the counts that the publisher opened, if they are proven."""
    if not exists(files, INVENTORY):
        found.add("inventory", NOT_POSSIBLE, f"{where}no counts published")
        return
    with found.check("inventory", where):
        evidence = Evidence.parse(read_small(files, INVENTORY, MAX_EVIDENCE))
        if evidence.leaf or not evidence.proves(release.manifest):
            raise ContentError("the counts are not those of the endorsed content")
        release.counts, text = first_page(release.manifest, evidence.data)
        _counts(release, text)
        release.proven_by = "inventory"


def _counts(release: Release, text: str) -> None:
    """Read category and source lines of an inventory."""
    manifest = release.manifest
    for line in text.splitlines():
        parts = line.split(" ")
        if len(parts) != 3 or not (parts[1].isdigit() and parts[2].isdigit()):
            continue
        tables = {"category": (manifest.categories, release.by_category),
                  "source": (manifest.sources, release.by_source)}  # fmt: skip
        names, counts = tables.get(parts[0], ({}, {}))
        if int(parts[1]) in names:
            counts[names[int(parts[1])]] = int(parts[2])


def _audit_content(
    found: Audit,
    release: Release,
    sealed: SealedList,
    keys: Sequence[bytes],
    opened: dict[int, VerifiedList],
    where: str,
) -> None:
    """Open one release with whichever key is its own, and check what is in it."""
    if not keys:
        for token in ("content", "rules"):
            found.add(token, NOT_POSSIBLE, "no list key given")
        return
    seq = release.manifest.seq
    for key in keys:
        try:
            verified = unseal(sealed, key)
        except WrongKeyError:
            continue
        except ListError as error:
            rules = error.status == "rule"
            found.add("rules" if rules else "content", FAILED, f"{where}{error.status}: {error}")
            if rules:
                found.add("content", PASSED, "")
            return
        found.add("content", PASSED, "")
        found.add("rules", PASSED, "")
        opened[seq] = found.newest = verified
        _count_entries(release, verified.entries)
        return
    found.add("content", NOT_POSSIBLE, f"{where}none of the keys is its key")


def _count_entries(release: Release, entries: Entries) -> None:
    manifest = release.manifest
    release.counts, release.proven_by = len(entries), "key"
    for masks, names, counts in (
        (entries.categories, manifest.categories, release.by_category),
        (entries.sources, manifest.sources, release.by_source),
    ):
        for i, name in names.items():
            counts[name] = int(np.count_nonzero(masks >> i & 1))


def _audit_deltas(
    found: Audit, endorsed: Endorsed, keys: Sequence[bytes], opened: dict[int, VerifiedList], where: str
) -> None:
    """Apply each delta whose two releases were opened."""
    for line in endorsed.manifest.deltas:
        if not keys:
            found.add("delta-content", NOT_POSSIBLE, "no list key given")
            continue
        held = opened.get(line.since)
        if held is None or not exists(endorsed.files, delta.file_name(line.since)):
            found.add(
                "delta-content", NOT_POSSIBLE, f"{where}release {line.since} or the delta is not here, or not opened"
            )
            continue
        with found.check("delta-content", where):
            _apply(endorsed, keys, held)


def _apply(endorsed: Endorsed, keys: Sequence[bytes], held: VerifiedList) -> None:
    for key in keys:
        try:
            delta.apply(endorsed, key, held)
            return
        except WrongKeyError:
            continue
    raise WrongKeyError("no key opens the delta")
