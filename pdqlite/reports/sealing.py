"""
One content sealed to several organisations, and receipts sealed to one reporter: HPKE and Cobblestone-256
(docs/formats/report.md, sections 2 and 3).
"""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from pdqlite.errors import ArgumentError, ContentError, NotForUsError, ReportFormatError, ReportSealError
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format.encoding import tobase64
from pdqlite.lists.format.envelope import suite
from pdqlite.reports.text import MAX_RECIPIENTS, Content

MAGIC, RECEIPT = b"PDQLRP1\0", b"PDQLRR1\0"
X25519 = 0x0020
HEAD, WRAP, ENC, TAG = 16, 96, 32, 16
BUCKETS = (4_096, 16_384, 65_536, 262_144, 1_048_576)
RECEIPT_BUCKETS = (16_384, 65_536, 262_144, 1_048_576, 4_194_304)
_SUITE = bytes.fromhex("002000010002")
_INFO, _RECEIPT_INFO = b"pdqlite.org/report/v1\n", b"pdqlite.org/report-receipt/v1\n"
MAX_BYTES = HEAD + WRAP * MAX_RECIPIENTS + cobblestone.size(BUCKETS[-1])
MAX_RECEIPT = len(RECEIPT) + ENC + TAG + RECEIPT_BUCKETS[-1]


def key_id(public: bytes) -> bytes:
    """Return the 16 bytes by which an organisation's X25519 key (32 bytes) is named."""
    return hashlib.sha256(b"pdqlite.org/report-key/v1\n" + public).digest()[:16]


def bucket(length: int, buckets: Sequence[int]) -> int:
    """Return the smallest bucket that holds so many bytes."""
    for size in buckets:
        if length <= size:
            return size
    raise ArgumentError(f"{length} bytes do not fit into the largest report, {buckets[-1]} bytes")


def _info(name: bytes) -> bytes:
    return _INFO + tobase64(name).encode() + b"\n"


def _context(head: bytes) -> bytes:
    return _INFO + tobase64(hashlib.sha256(head).digest()).encode() + b"\n"


def seal(content: Content, to: Sequence[bytes]) -> bytes:
    """
    Return the file of a report.

    Args:
        content: What it says; its `to` lines are the key IDs of `to`.
        to: X25519 public keys, 32 bytes each.

    Raises:
        ArgumentError: No recipient, too many, one twice, other key IDs than the content names, or a key of small order.
    """
    keys = sorted((key_id(public), public) for public in to)
    names = tuple(name for name, _ in keys)
    if not 1 <= len(keys) <= MAX_RECIPIENTS or len(set(names)) != len(names) or names != content.report.to:
        raise ArgumentError(f"a report is sealed to 1 to {MAX_RECIPIENTS} different keys, those that it names")
    data = bytes(content)
    plain = len(data).to_bytes(4, "big") + data
    plain = plain.ljust(bucket(len(plain), BUCKETS), b"\0")
    content_key, head = secrets.token_bytes(32), MAGIC + len(keys).to_bytes(2, "big") + _SUITE
    for name, public in keys:
        head += name + _wrap(content_key, public, _info(name))
    return head + cobblestone.encrypt(content_key, secrets.token_bytes(24), _context(head), plain)


def _wrap(data: bytes, public: bytes, info: bytes) -> bytes:
    try:
        return suite(X25519).encrypt(data, X25519PublicKey.from_public_bytes(public), info)
    except ValueError:
        raise ArgumentError(
            "a key of small order: what is sealed to it is open to everybody; ask for another"
        ) from None


def recipients(data: bytes) -> tuple[bytes, ...]:
    """Return the key IDs that a file is sealed to, without opening it; ReportFormatError if it is no report."""
    count = int.from_bytes(data[8:10], "big")
    if data[:8] != MAGIC or data[10:HEAD] != _SUITE:
        raise ReportFormatError("expected a fingerprint report, version 1")
    if not 1 <= count <= MAX_RECIPIENTS:
        raise ReportFormatError(f"a report is sealed to 1 to {MAX_RECIPIENTS} keys; this one says {count}")
    body = len(data) - HEAD - WRAP * count
    if body not in [cobblestone.size(size) for size in BUCKETS]:
        raise ReportFormatError(
            "a report has one of five sizes for its number of recipients; this one is cut, or longer"
        )
    names = [data[at : at + 16] for at in range(HEAD, HEAD + WRAP * count, WRAP)]
    if names != sorted(set(names)):
        raise ReportFormatError("the key IDs of a report are ascending")
    return tuple(names)


def unseal(data: bytes, keys: dict[bytes, X25519PrivateKey]) -> tuple[Content, bytes]:
    """
    Open a report.

    Args:
        keys: Private keys by key ID.

    Returns:
        The content, and the ID of the key that opened it.

    Raises:
        ReportFormatError, NotForUsError, ReportSealError: In the order of docs/formats/report.md.
    """
    names = recipients(data)
    name = next((name for name in names if name in keys), None)
    if name is None:
        raise NotForUsError(
            f"sealed to {len(names)} keys, none of those given (the first is {names[0].hex()}); give older keys with --retired"
        )
    at, end = HEAD + WRAP * names.index(name) + 16, HEAD + WRAP * len(names)
    plain = _decrypt(_unwrap(data[at : at + ENC + 48], keys[name], _info(name)), data[:end], data[end:])
    length = int.from_bytes(plain[:4], "big")
    if 4 + length > len(plain) or len(plain) != bucket(4 + length, BUCKETS) or any(plain[4 + length :]):
        raise ReportFormatError("report: padded in another way than the format says")
    content = Content.parse(plain[4 : 4 + length])
    if content.report.to != names:
        raise ReportSealError("sealed to others than its text names: somebody has sealed it again")
    return content, name


def _unwrap(data: bytes, key: X25519PrivateKey, info: bytes) -> bytes:
    try:
        return suite(X25519).decrypt(data, key, info)
    except (InvalidTag, ValueError):
        raise ReportSealError("it does not open under the key it names: damaged, or sealed wrongly") from None


def _decrypt(content_key: bytes, head: bytes, body: bytes) -> bytes:
    context = _context(head)
    commitment = cobblestone.derive(content_key, body[:24], context)[2]
    if commitment != body[24:56]:
        raise ReportSealError("it does not open under its own key: damaged, or its head was changed")
    try:
        return bytes(cobblestone.decrypt(content_key, context, io.BytesIO(body), len(body)))
    except ContentError:
        raise ReportSealError("it does not open under its own key: damaged") from None


def seal_receipt(note: bytes, evidence: bytes, to: bytes) -> bytes:
    """Return a receipt sealed to a reporter's X25519 key."""
    plain = len(note).to_bytes(4, "big") + len(evidence).to_bytes(4, "big") + note + evidence
    return RECEIPT + _wrap(plain.ljust(bucket(len(plain), RECEIPT_BUCKETS), b"\0"), to, _RECEIPT_INFO)


def unseal_receipt(data: bytes, key: X25519PrivateKey) -> tuple[bytes, bytes]:
    """
    Return note and evidence of a sealed receipt.

    Raises:
        ReportFormatError, ReportSealError: As unseal.
    """
    start = len(RECEIPT) + ENC + TAG
    if data[:8] != RECEIPT or len(data) - start not in RECEIPT_BUCKETS:
        raise ReportFormatError("expected a sealed receipt, version 1")
    plain = _unwrap(data[8:], key, _RECEIPT_INFO)
    note, evidence = (int.from_bytes(plain[at : at + 4], "big") for at in (0, 4))
    end = 8 + note + evidence
    if end > len(plain) or len(plain) != bucket(end, RECEIPT_BUCKETS) or any(plain[end:]):
        raise ReportFormatError("receipt: padded in another way than the format says")
    return plain[8 : 8 + note], plain[8 + note : end]
