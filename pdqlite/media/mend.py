"""
Pictures as viewers take them: cut at the end, or with a broken part that is not needed. Knows bytes, not decoders.
"""

from __future__ import annotations

import zlib

_PNG = b"\x89PNG\r\n\x1a\n"
# Chunks that change what is shown; all others (text, profiles, times) are left out: they may be broken, or grow large.
_NEEDED = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"acTL", b"fcTL", b"fdAT")
_END = b"\xff\xd9"
_LEAST = 100  # bytes of WebP that may hold something of the picture


def mended(name: str, data: bytes) -> tuple[bytes, bool] | None:
    """
    Return a picture of a kind that its decoder can go through, and whether it was damaged; None if nothing can be done.

    Args:
        name: Of the kind (kinds.PICTURES).
        data: The whole file.
    """
    if name == "JPEG":
        return data + _END, True  # a decoder that comes to this end shows what it has, as every viewer does
    if name == "PNG":
        return _png(data)
    if name == "WebP" and len(data) >= _LEAST:
        return _webp(data), True
    return None


def _png(data: bytes) -> tuple[bytes, bool]:
    """Leave out what is not needed; needed chunks get the right sum (ISO/IEC 15948, 5.3)."""
    out, at, broken, last = [_PNG], len(_PNG), False, b""
    while at + 8 <= len(data) and last != b"IEND":
        size, last = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        body, check = data[at + 8 : at + 8 + size], data[at + 8 + size : at + 12 + size]
        at += 12 + size
        if last not in _NEEDED:
            continue
        sum_ = zlib.crc32(last + body).to_bytes(4)
        broken |= sum_ != check
        out.append(len(body).to_bytes(4) + last + body + sum_)
    return b"".join(out), broken or last != b"IEND"


def _webp(data: bytes) -> bytes:
    """Fill up to the length that the header says; of an animation leave the last frame out if it is cut (RFC 9649, 2)."""
    at, frames = 12, 0
    while at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > len(data):
            break
        frames += data[at : at + 4] == b"ANMF"
        at = end + end % 2
    if frames and at < len(data):
        data = data[:at]
        return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]
    missing = 8 + int.from_bytes(data[4:8], "little") - len(data)
    return data + bytes(min(max(0, missing), len(data) + 65536))
