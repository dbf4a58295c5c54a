"""
The list room of the C core: signatures, the device's reader of a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check, text

Bytes2D = npt.NDArray[np.uint8]

HASH_BYTES = 32


class _Seen(Protocol):
    """Verifies one Ed25519 signature: public key, signature, message."""

    def __call__(self, public_key: bytes, signature: bytes, message: bytes) -> bool: ...


def ed25519_good(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Verify an Ed25519 signature with `cryptography`; encodings were checked before."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def provider(verify: _Seen) -> tuple[object, object]:
    """Return a provider table for C, and what has to live as long as it."""

    def answer(_: object, public: object, signature: object, message: object, n: int) -> int:
        return int(verify(ffi.buffer(public, 32)[:], ffi.buffer(signature, 64)[:], ffi.buffer(message, n)[:]))

    signature = "int(void *, const uint8_t *, const uint8_t *, const uint8_t *, size_t)"
    call = ffi.callback(signature, answer, error=-1)
    return ffi.new("pdql_provider *", {"ed25519_verify": call}), call


def _list_errors() -> dict[str, type[errors.ListError]]:
    return {cls.status: cls for cls in errors.ListError.__subclasses__()}


def _check_list(status: int, what: str) -> None:
    if status == lib.PDQL_OK:
        return
    name = text(lib.pdql_status_name(status))
    if status < lib.PDQL_LIST_FORMAT:
        check(status, what)
    error = _list_errors().get(name, errors.ListError)
    raise error(f"{what}: {name}. {(error.__doc__ or '').strip().splitlines()[0]}")


_REMARKS = ((lib.PDQL_REMARK_STALE, "stale"), (lib.PDQL_REMARK_UNLOGGED, "unlogged"),
            (lib.PDQL_REMARK_UNWITNESSED, "unwitnessed"), (lib.PDQL_REMARK_UNAUDITED, "unaudited"))  # fmt: skip


_OLD_PIECE = 4096  # entries of the release held that are given at a time


class Held(NamedTuple):
    """The release that a device holds: number, entries, content root."""

    seq: int
    entries: int
    pt_root: bytes


class Applied(NamedTuple):
    """
    What a delta leads to.

    Attributes:
        hashes: Shape (n, 32), uint8.
        meta: Shape (n, 5, 6 or 14), uint8.
        origin: Shape (n,), uint32: slot in the release held, or ADDED | number of the addition.
        records: Local records of the additions.
    """

    hashes: Bytes2D
    meta: Bytes2D
    origin: npt.NDArray[np.uint32]
    records: tuple[bytes, ...]


ADDED: int = lib.PDQL_DELTA_ADDED
_TOKEN_SAYS = {
    lib.PDQL_TOKEN_SAME: "same",
    lib.PDQL_TOKEN_SPLIT_VIEW: "split-view",
    lib.PDQL_TOKEN_UNKNOWN: "unknown",
    lib.PDQL_TOKEN_OTHER_LOG: "other-log",
}


def compare_token(token: bytes, own: bytes) -> str:
    """Return what a token says beside one's own, 48 bytes each: "same", "split-view", "unknown", "other-log"."""
    says = ffi.new("uint32_t *")
    _check_list(lib.pdql_list_token_compare(own, len(own) // lib.PDQL_TOKEN_BYTES, token, len(token), says), "token")
    return _TOKEN_SAYS[says[0]]


def _split(body: bytearray, lengths: bytearray, count: int) -> tuple[bytes, ...]:
    sizes = np.frombuffer(lengths, ">u2", count).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(sizes)]).tolist()
    return tuple(bytes(body[a:b]) for a, b in pairwise(ends))


def _opened(aead: AESGCM, base: int, page: Any, stream: BinaryIO) -> Any:
    """Return the plaintext of a page for C; NULL if it does not open."""
    stream.seek(page.at)
    nonce = (base ^ page.index).to_bytes(12, "big")
    try:
        return ffi.from_buffer(aead.decrypt(nonce, stream.read(page.sealed_bytes), None))
    except (InvalidTag, ValueError):
        return ffi.NULL


class EndorsedList:
    """
    A list whose texts and signatures the C core has verified; made by verify_list alone.

    Attributes:
        remarks: Those of "stale", "unlogged", "unwitnessed", "unaudited" that hold.
        seq, slots, list_bytes, local_bytes, meta_bytes, max_distance, expires: As signed.
        signers: Mask of the endorsers of the trust file, or of the policy in force, that signed.
        signed_sources: Mask of the sources whose organisation signed.
        state: What to remember once the list is stored, 256 bytes.
    """

    def __init__(self, memory: object, pointer: object, info: Any, state: bytes) -> None:
        self._memory, self._list = memory, pointer
        self.remarks = tuple(name for bit, name in _REMARKS if info.remarks & bit)
        self.seq, self.slots, self.expires = int(info.seq), int(info.slots), int(info.expires)
        self.list_bytes, self.local_bytes = int(info.list_bytes), int(info.keypoints_bytes)
        self.signers, self.signed_sources = int(info.signers), int(info.signed_sources)
        self.meta_bytes, self.max_distance = int(info.meta_bytes), int(info.max_distance)
        self.pt_root = bytes(info.pt_root)
        self.state = state
        self.count = 0

    def token(self) -> bytes:
        """Return 48 bytes that say which log this list is in (section 16); UnloggedError if in none."""
        made = ffi.new("uint8_t[]", lib.PDQL_TOKEN_BYTES)
        _check_list(lib.pdql_list_token(self._list, made), "token")
        return bytes(made)

    def check_ciphertext(self, stream: BinaryIO, what: str = "list.cob") -> None:
        """
        Check the bytes of list.cob, from the stream's place to its end; after local(), of local.cob.

        Raises:
            CiphertextError: Not the endorsed file.
        """
        while piece := stream.read(1 << 20):
            _check_list(lib.pdql_list_ciphertext(self._list, ffi.from_buffer(piece), len(piece)), what)
        _check_list(lib.pdql_list_ciphertext_end(self._list), what)

    def read(self, stream: BinaryIO, key: bytes) -> tuple[Bytes2D, Bytes2D]:
        """
        Decrypt and check the content, page by page, after check_ciphertext.

        Args:
            stream: list.cob, seekable.
            key: The list key, 32 bytes.

        Returns:
            Hashes (n, 32) and meta (n, 5, 6 or 14), as docs/formats/list-content.md section 6 lays them out.

        Raises:
            WrongKeyError, ContentError, EntryRuleError: See `status`.
        """
        hashes, metas = bytearray(), bytearray()
        entries = ffi.new("pdql_entries *")
        for plain, n in self._pages(stream, key, "list.cob"):
            _check_list(lib.pdql_list_give(self._list, plain, n, entries), "list.cob")
            if entries.n:
                hashes += ffi.buffer(entries.hashes, entries.n * HASH_BYTES)
                metas += ffi.buffer(entries.meta, entries.n * self.meta_bytes)
        _check_list(lib.pdql_list_end(self._list, ffi.NULL), "list.cob")
        self.count = len(hashes) // HASH_BYTES
        return (
            np.frombuffer(hashes, np.uint8).reshape(-1, HASH_BYTES),
            np.frombuffer(metas, np.uint8).reshape(-1, self.meta_bytes),
        )

    def local(self) -> None:
        """Go on to local.cob, after read: check_ciphertext and read_keypoints, once more each."""
        _check_list(lib.pdql_list_keypoints(self._list), "local.cob")

    def read_keypoints(self, stream: BinaryIO, key: bytes) -> tuple[bytes, ...]:
        """Decrypt and check local.cob; return the record of each entry. Errors as read."""
        lengths, body = bytearray(), bytearray()
        records = ffi.new("pdql_records *")
        for plain, n in self._pages(stream, key, "local.cob"):
            _check_list(lib.pdql_list_give_keypoints(self._list, plain, n, records), "local.cob")
            if records.n_lengths:
                lengths += ffi.buffer(records.lengths, 2 * records.n_lengths)
            if records.n_body:
                body += ffi.buffer(records.body, records.n_body)
        _check_list(lib.pdql_list_end(self._list, ffi.NULL), "local.cob")
        return _split(body, lengths, self.count)

    def delta(self, held: Held) -> None:
        """
        Go on to the delta from the release held, instead of list.cob: check_ciphertext, then apply.

        Raises:
            CiphertextError: None is offered from there; the list can still be read whole.
        """
        given = ffi.new("pdql_held *", tuple(held))
        _check_list(lib.pdql_list_delta(self._list, given), "no delta from the release that is held")

    def apply(self, stream: BinaryIO, key: bytes, hashes: Bytes2D, meta: Bytes2D) -> Applied:
        """
        Decrypt the delta and apply it to the entries held, hashes (n, 32) and meta (n, 5, 6 or 14).

        Raises:
            WrongKeyError, ContentError, EntryRuleError: See `status`.
        """
        aead, base = self._open(key)
        out, n_old = ffi.new("pdql_delta_piece *"), len(hashes)
        new_hashes, new_meta, origin, lengths, body = (bytearray() for _ in range(5))
        kept: list[Any] = []
        while True:
            _check_list(lib.pdql_delta_next(self._list, out), "delta")
            if out.kind == lib.PDQL_DELTA_END:
                break
            if out.kind == lib.PDQL_DELTA_PAGE:
                plain = _opened(aead, base, out.page, stream)
                _check_list(lib.pdql_delta_page(self._list, plain, out.page.plain_bytes), "delta")
            elif out.kind == lib.PDQL_DELTA_OLD:
                first, last = out.old_first, min(out.old_first + _OLD_PIECE, n_old)
                kept = [ffi.from_buffer(np.ascontiguousarray(a[first:last])) for a in (hashes, meta)]
                _check_list(lib.pdql_delta_old(self._list, *kept, last - first), "delta")
            elif out.kind == lib.PDQL_DELTA_ENTRIES:
                new_hashes += ffi.buffer(out.entries.hashes, out.entries.n * HASH_BYTES)
                new_meta += ffi.buffer(out.entries.meta, out.entries.n * self.meta_bytes)
                origin += ffi.buffer(out.origin, 4 * out.entries.n)
            else:
                part = lengths if out.kind == lib.PDQL_DELTA_LENGTHS else body
                part += ffi.buffer(out.bytes, out.n)
        _check_list(lib.pdql_list_end(self._list, ffi.NULL), "delta")
        self.count = len(new_hashes) // HASH_BYTES
        return Applied(
            np.frombuffer(new_hashes, np.uint8).reshape(-1, HASH_BYTES),
            np.frombuffer(new_meta, np.uint8).reshape(-1, self.meta_bytes),
            np.frombuffer(origin, np.uint32),
            _split(body, lengths, len(lengths) // 2),
        )

    def check_records(self, records: Sequence[bytes]) -> None:
        """Check the keypoint signatures that a delta led to, one for each entry, after apply."""
        _check_list(lib.pdql_list_records(self._list, sum(map(len, records))), "delta")
        for record in records:
            _check_list(lib.pdql_list_record(self._list, record, len(record)), "delta")
        _check_list(lib.pdql_list_end(self._list, ffi.NULL), "delta: keypoint signatures")

    def _pages(self, stream: BinaryIO, key: bytes, what: str) -> Iterator[tuple[Any, int]]:
        """Decrypt each page that is wanted; NULL for one that does not open."""
        aead, base = self._open(key)
        page = ffi.new("pdql_page *")
        while True:
            _check_list(lib.pdql_list_want(self._list, page), what)
            if page.sealed_bytes == 0:
                return
            yield _opened(aead, base, page, stream), page.plain_bytes

    def _open(self, key: bytes) -> tuple[AESGCM, int]:
        info, n = ffi.new(f"uint8_t[{lib.PDQL_KEY_INFO_MAX}]"), ffi.new("size_t *")
        _check_list(lib.pdql_list_key_info(self._list, info, len(info), n), "list key")
        derived = HKDFExpand(SHA512(), 76, ffi.buffer(info, n[0])[:]).derive(key)
        _check_list(lib.pdql_list_key(self._list, derived[44:]), "list key")
        return AESGCM(derived[:32]), int.from_bytes(derived[32:44], "big")


@dataclass(frozen=True, slots=True)
class Release:
    """
    What is known of a release before its content, and what the device knew before.

    Attributes:
        trust: A trust file.
        manifest: The manifest, a signed note.
        now: POSIX seconds, 0 to 2^53 - 1.
        state: What the last install left; None before the first.
        proof: manifest.tlog-proof; None if there is none.
        consistency: consistency-<n> for the n of `needs`; None if there is none.
        policies: (note, proof) of each policy that `needs` asks for, None for a file that is absent.
    """

    trust: bytes
    manifest: bytes
    now: int
    state: bytes | None = None
    proof: bytes | None = None
    consistency: bytes | None = None
    policies: tuple[tuple[bytes | None, bytes | None], ...] = ()

    def _c(self) -> tuple[Any, list[Any]]:
        """Return the C struct, and what has to live as long as it."""
        kept: list[Any] = []

        def hold(data: bytes | None) -> tuple[Any, int]:
            if data is None:
                return ffi.NULL, 0
            kept.append(ffi.from_buffer(data))
            return kept[-1], len(data)

        files = ffi.new("pdql_bytes[]", [hold(data) for pair in self.policies for data in pair])
        named = ("trust", "state", "manifest", "proof", "consistency")
        values = {name: hold(getattr(self, name)) for name in named}
        release = ffi.new(
            "pdql_release *",
            {**values, "policies": files, "n_policies": len(self.policies), "now": self.now},
        )
        return release, [files, kept]


class Needs(NamedTuple):
    """Policies to read (first version, how many; the last is mostly absent), and the size of the log that was seen before."""

    first_policy: int
    n_policies: int
    consistency: int


def _list_memory() -> tuple[Any, Any, int]:
    size = lib.pdql_list_size()
    memory = ffi.new("uint8_t[]", size + 16)
    return memory, memory + -int(ffi.cast("uintptr_t", memory)) % 16, size


def needs(release: Release, kernels: Kernels = BEST) -> Needs:
    """Return which further files a release needs; ListError if its texts already rule it out."""
    memory, start, size = _list_memory()
    given, kept = release._c()
    out = ffi.new("pdql_needs *")
    status = lib.pdql_list_needs(start, size, kernels.pointer, given, out)
    del memory, kept
    _check_list(status, "manifest")
    return Needs(int(out.first_policy), int(out.n_policies), int(out.consistency))


def verify_list(release: Release, *, verify: _Seen = ed25519_good, kernels: Kernels = BEST) -> EndorsedList:
    """
    Verify all of a list that needs neither its ciphertext nor its key, in the C core.

    Raises:
        ListError: A subclass that says why (docs/formats/list-verify.md, section 9).
    """
    memory, start, size = _list_memory()
    given, kept = release._c()
    table, alive = provider(verify)
    pointer, info = ffi.new("pdql_list **"), ffi.new("pdql_list_info *")
    state = ffi.new(f"uint8_t[{lib.PDQL_STATE_BYTES}]")
    status = lib.pdql_list_verify(start, size, kernels.pointer, table, given, pointer, info, state)
    del alive, kept
    _check_list(status, "manifest")
    return EndorsedList(memory, pointer[0], info, bytes(state))


class State(NamedTuple):
    """What a device remembers (docs/formats/list-verify.md, section 13)."""

    installs: int
    seq: int
    floor: int
    log_size: int
    policy_version: int | None
    seen: int
    max_age: int
    log_root: bytes
    manifest: bytes


def read_state(data: bytes) -> State:
    """Read a state; ListFormatError if it is damaged, cut or of another version."""
    out = ffi.new("pdql_state *")
    _check_list(lib.pdql_state_read(BEST.pointer, ffi.from_buffer(data), len(data), out), "state")
    return State(
        int(out.installs), int(out.seq), int(out.floor), int(out.log_size),
        int(out.policy_version) if out.has_policy else None,
        int(out.seen), int(out.max_age), bytes(out.log_root), bytes(out.manifest),
    )  # fmt: skip
