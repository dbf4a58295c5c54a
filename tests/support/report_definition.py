"""
A second reader of docs/formats/report.md, from its bytes: nothing of pdqlite is in it. Slow and plain. It opens HPKE from RFC 9180 and Cobblestone from
docs/formats/list-content.md, section 5, with X25519, AES-GCM and Ed25519 of `cryptography` alone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DASH = "\u2014"
SIZES, RECEIPT_SIZES = (4096, 16384, 65536, 262144, 1048576), (16384, 65536, 262144, 1048576, 4194304)
TOKEN = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"
Sign = tuple[str, bytes, bytes]


class Refused(Exception):
    """A file that the format refuses; its text is the status."""


def need(good: object, status: str = "format") -> None:
    if not good:
        raise Refused(status)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def b64(text: str, size: int | None = None) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("format") from None
    need(base64.b64encode(data).decode() == text and size in (None, len(data)))
    return data


def number(text: str, low: int = 0, high: int = 2**53 - 1) -> int:
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text) and low <= int(text) <= high)
    return int(text)


def name(text: str) -> str:
    need(re.fullmatch(r"[!-*,-~]{1,128}", text))
    return text


def vkey(text: str) -> tuple[str, bytes, bytes]:
    """Return name, key ID and public key of an Ed25519 vkey."""
    parts = text.split("+", 2)
    need(len(parts) == 3)
    who, data = name(parts[0]), b64(parts[2], 33)
    number = sha(who.encode(), b"\n", data)[:4]
    need(data[0] == 1 and parts[1] == number.hex())
    return who, number, data[1:]


def note(data: bytes, limit: int) -> tuple[str, Sign]:
    """Return the text of a note with exactly one signature line, and that line."""
    need(1 <= len(data) <= limit)
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise Refused("format") from None
    need(whole.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", whole) and "\n\n" in whole)
    at = whole.rindex("\n\n")
    text, rest = whole[: at + 1], whole[at + 2 :]
    found = re.fullmatch(
        f"{DASH} ([^ +\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\n]+) ([^ \n]+)\n", rest
    )
    need(text and found)
    assert found
    line = b64(found[2])
    need(5 <= len(line) <= 8192)
    return text, (found[1], line[:4], line[4:])


def lines(text: str, magic: str) -> list[list[str]]:
    need(text.startswith(f"{magic}\n") and text.endswith("\n"))
    return [line.split(" ") for line in text.split("\n")[1:-1]]


def take(rows: list[list[str]], *words: tuple[str, int]) -> list[list[str]]:
    """Return the values of lines that are exactly these, in this order."""
    need([(row[0], len(row) - 1) for row in rows] == list(words) and all(all(row) for row in rows))
    return [row[1:] for row in rows]


def verify(text: str, sign: Sign, key: tuple[str, bytes, bytes]) -> None:
    need(sign[:2] == key[:2] and len(sign[2]) == 64, "signature")
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(sign[2], text.encode())
    except (InvalidSignature, ValueError):
        raise Refused("signature") from None


def card(data: bytes) -> dict[str, object]:
    text, sign = note(data, 131_072)
    (who,), (key,), (until,), (signer,) = take(lines(text, "pdqlite.org/report-card/v1"), ("name", 1), ("key", 1), ("until", 1), ("vkey", 1))  # fmt: skip
    public, own = b64(key, 32), vkey(signer)
    need(name(who) == own[0])
    verify(text, sign, own)
    return {"name": who, "key": public, "until": number(until), "vkey": own, "id": sha(b"pdqlite.org/report-key/v1\n", public)[:16]}  # fmt: skip


def trusted(data: bytes, keys: dict[str, tuple[str, bytes, bytes]]) -> tuple[str, tuple[str, bytes, bytes], int]:
    """Return organisation, key of the reporter and time of a statement, of organisations with these keys."""
    text, sign = note(data, 4096)
    (who,), (reporter,), (until,) = take(lines(text, "pdqlite.org/report-reporter/v1"), ("name", 1), ("reporter", 1), ("until", 1))  # fmt: skip
    said = name(who), vkey(reporter), number(until)
    need(who in keys, "signature")
    verify(text, sign, keys[who])
    return said


def withdrawal(data: bytes, sign_key: bytes) -> bytes:
    text, sign = note(data, 131_072)
    ((number,),) = take(lines(text, "pdqlite.org/report-withdrawal/v1"), ("id", 1))
    verify(text, sign, ("reply", sha(b"reply\n\x01", sign_key)[:4], sign_key))
    return b64(number, 16)


def receipt(data: bytes, key: tuple[str, bytes, bytes]) -> dict[str, object]:
    text, sign = note(data, 131_072)
    rows = lines(text, "pdqlite.org/report-receipt/v1")
    status = rows[3][1] if len(rows) > 3 and len(rows[3]) == 2 else ""
    more = {"declined": [("reason", 1)], "listed": [("release", 2), ("evidence", 2)]}.get(status, [])
    (number_,), (who,), (time,), _, *rest = take(rows, ("id", 1), ("name", 1), ("time", 1), ("status", 1), *more)
    need(status in ("received", "review", "accepted", "listed", "declined", "withdrawn"))
    if status == "declined":
        need(re.fullmatch(TOKEN, rest[0][0]))
    if status == "listed":
        name(rest[0][0]), number(rest[0][1]), number(rest[1][0], 1, 1_048_576), b64(rest[1][1], 32)
    need(name(who) == key[0], "signature")
    verify(text, sign, key)
    return {"id": b64(number_, 16), "name": who, "time": number(time), "status": status, "rest": rest}


def hpke(enc: bytes, sealed: bytes, private: X25519PrivateKey, info: bytes, status: str = "seal") -> bytes:
    """Open a single-shot message of HPKE base mode: X25519, HKDF-SHA256, AES-256-GCM, no AAD (RFC 9180, sections 4.1 and 5.1)."""

    def extract(suite: bytes, salt: bytes, label: bytes, ikm: bytes) -> bytes:
        return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")

    def expand(suite: bytes, prk: bytes, label: bytes, info: bytes, size: int) -> bytes:
        made = block = b""
        said = size.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
        while len(made) < size:
            block = hmac.digest(prk, block + said + bytes([len(made) // 32 + 1]), "sha256")
            made += block
        return made[:size]

    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(enc))
    except ValueError:
        raise Refused(status) from None
    kem, suite = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x02"
    secret = expand(kem, extract(kem, b"", b"eae_prk", shared), b"shared_secret", enc + private.public_key().public_bytes_raw(), 32)  # fmt: skip
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    prk = extract(suite, secret, b"secret", b"")
    try:
        return AESGCM(expand(suite, prk, b"key", context, 32)).decrypt(expand(suite, prk, b"base_nonce", context, 12), sealed, None)  # fmt: skip
    except InvalidTag:
        raise Refused(status) from None


def cobblestone(key: bytes, context: bytes, data: bytes) -> bytes:
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + data[:24] + context
    first = hmac.digest(key, info + b"\1", "sha512")
    made = first + hmac.digest(key, first + info + b"\2", "sha512")
    need(made[44:76] == data[24:56], "seal")
    plain = b""
    try:
        for i, at in enumerate(range(56, len(data), 16400)):
            nonce = (int.from_bytes(made[32:44]) ^ i).to_bytes(12, "big")
            plain += AESGCM(made[:32]).decrypt(nonce, data[at : at + 16400], None)
    except InvalidTag:
        raise Refused("seal") from None
    return plain


def padded(plain: bytes, end: int, sizes: tuple[int, ...]) -> None:
    need(end <= len(plain) == next((n for n in sizes if n >= end), -1) and not any(plain[end:]))


def report(data: bytes, private: X25519PrivateKey) -> str:
    """Return the content of a report."""
    count = int.from_bytes(data[8:10], "big")
    need(data[:8] == b"PDQLRP1\0" and data[10:16] == bytes.fromhex("002000010002") and 1 <= count <= 16)
    head, body = data[: 16 + 96 * count], data[16 + 96 * count :]
    need(len(body) in [56 + n + 16 * (n // 16384 + 1) for n in SIZES])
    wraps = {head[at : at + 16]: head[at + 16 : at + 96] for at in range(16, len(head), 96)}
    need(list(wraps) == sorted(wraps) and len(wraps) == count)
    own = sha(b"pdqlite.org/report-key/v1\n", private.public_key().public_bytes_raw())[:16]
    need(own in wraps, "not-for-us")
    key = hpke(wraps[own][:32], wraps[own][32:], private, b"pdqlite.org/report/v1\n" + base64.b64encode(own) + b"\n")
    plain = cobblestone(key, b"pdqlite.org/report/v1\n" + base64.b64encode(sha(head)) + b"\n", body)
    length = int.from_bytes(plain[:4], "big")
    padded(plain, 4 + length, SIZES)
    content(plain[4 : 4 + length], list(wraps))
    return plain[4 : 4 + length].decode()


def content(data: bytes, names: list[bytes]) -> None:
    """Check the grammar of a content, section 2."""
    signed = b"\n\n" in data
    try:
        text = note(data, 2**24)[0] if signed else data.decode()
    except UnicodeDecodeError:
        raise Refused("format") from None
    rows = lines(text, "pdqlite.org/report/v1")
    to = [row for row in rows if row[0] == "to"]
    video = ["kind", "video"] in rows
    words = [
        ("id", 1),
        *[("to", 1)] * len(to),
        ("week", 1),
        ("kind", 1),
        ("category", 1),
        ("reporter", 1),
        ("country", 1),
    ]
    words += [("reply", 1 if ["reply", "-"] in rows else 2), ("statement", 1), ("size", 2), *[("length", 1)] * video]
    seen = rows[len(words) :]
    values = take(rows[: len(words)], *words)
    need(1 <= len(to) <= 16)
    (id_,), (week,), (kind,), (category,), (reporter,), (country,), reply, (statement,), size, *length = values[:1] + values[1 + len(to) :]  # fmt: skip
    b64(id_, 16)
    found = [b64(row[1], 16) for row in to]
    need(found == sorted(set(found)) and re.fullmatch("2[0-9]{3}-W(0[1-9]|[1-4][0-9]|5[0-3])", week) and week >= "2020")
    need(kind in ("image", "video") and re.fullmatch(TOKEN, category) and re.fullmatch("[A-Z]{2}|-", country))
    need(reporter in ("shown", "guardian", "trusted", "organisation") and signed == (reporter in ("trusted", "organisation")))  # fmt: skip
    [b64(one, 32) for one in reply if reply != ["-"]]
    if statement != "-":
        need(1 <= len(b64(statement)) <= 1000)
        said = b64(statement).decode("utf-8", "surrogateescape")
        need(not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]", said))
    [number(one, 5, 65535) for one in size]
    [number(one, 1, 86400) for (one,) in length]
    need(1 <= len(seen) <= (1024 if video else 1))
    last = -1
    for word, *more in seen:
        need(word == ("frame" if video else "picture") and len(more) == 3 + video and all(more))
        if video:
            last = number(more.pop(0), last + 1, 86_400_000)
        number(more[0], 50, 100)
        need(104 <= int.from_bytes(b64(more[1], 32)).bit_count() <= 152)
        need(more[2] == "-" or keypoints(b64(more[2])))
    need(found == names, "seal")


def keypoints(data: bytes) -> bool:
    """Whether it is a signature of docs/formats/keypoints.md."""
    points = [data[at : at + 11] for at in range(3, len(data), 11)]
    whole = len(data) >= 3 and data[0] == 1 and data[1] <= 48 and len(data) == 3 + 11 * data[1]
    return whole and points == sorted(set(points)) and all(18 <= point[2] >> 1 <= 69 for point in points)


def sealed_receipt(data: bytes, secret: bytes) -> tuple[bytes, bytes]:
    """Return note and evidence of a receipt, from the secret of a keep file."""
    need(data[:8] == b"PDQLRR1\0" and len(data) - 56 in RECEIPT_SIZES)
    private = X25519PrivateKey.from_private_bytes(sha(b"pdqlite.org/report-reply/v1 receive\n", secret))
    plain = hpke(data[8:40], data[40:], private, b"pdqlite.org/report-receipt/v1\n")
    first, second = (int.from_bytes(plain[at : at + 4], "big") for at in (0, 4))
    padded(plain, 8 + first + second, RECEIPT_SIZES)
    return plain[8 : 8 + first], plain[8 + first : 8 + first + second]
