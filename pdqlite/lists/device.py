"""
The device's path: the C reader over the files of a list, then entries.

The verdict is the C core's; the Python verifier (verify.py) is the auditor's second reading of the
same specification, and tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pdqlite import _native_list
from pdqlite.lists import note, plaintext
from pdqlite.lists.files import LIST, MANIFEST, Files, open_exact, read_small
from pdqlite.lists.keys import check_list_key
from pdqlite.lists.manifest import Manifest
from pdqlite.lists.note import Note
from pdqlite.lists.trust import Trust
from pdqlite.lists.verify import SealedList, VerifiedList, local_records


def open_device(
    files: Files,
    trust: Trust,
    now: int,
    key: bytes | Callable[[Manifest], bytes],
    *,
    with_local: bool,
) -> VerifiedList:
    """
    Verify, decrypt and check a list with the C reader.

    Raises:
        ListError: The first step that fails, as a subclass with its `status`.
    """
    data = read_small(files, MANIFEST, note.MAX_BYTES)
    endorsed = _native_list.verify_list(bytes(trust), data, now)
    manifest = Manifest.parse(Note.parse(data, MANIFEST).text)
    signers = tuple(k.name for i, k in enumerate(trust.endorsers) if endorsed.signers >> i & 1)
    sealed = SealedList(files, manifest, signers, endorsed.remarks)
    with open_exact(files, LIST, endorsed.list_bytes) as stream:
        endorsed.check_ciphertext(stream)
        secret = check_list_key(key(manifest) if callable(key) else key)
        hashes, meta = endorsed.read(stream, secret)
    entries = plaintext.unpack(hashes, meta)
    if with_local and manifest.local is not None:
        entries = replace(entries, local=local_records(sealed, secret, len(entries)))
    return VerifiedList(sealed, entries)
