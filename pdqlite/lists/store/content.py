"""
The content of an installed list as one file: everything a matcher needs, in the form it needs it
(docs/formats/store.md). Plain, to be mapped; or sealed under a device key, 16 KiB at a time.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pdqlite.errors import StoreError
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.format import plaintext
from pdqlite.lists.format.manifest import META_BYTES
from pdqlite.native import index as native_index
from pdqlite.native.keypoints import KeypointIndex
from pdqlite.native.listen import first_of
from pdqlite.native.matcher import packed_rows
from pdqlite.types import Blocks, Entries, Pages

MAGIC = b"PDQLIN2\0"
PAGE = cobblestone.CHUNK
SEALED_PAGE = PAGE + cobblestone.TAG
PARTS = ("rows", "meta", "index", "packed", "local", "lengths", "records")
Bytes = npt.NDArray[np.uint8]


def context(origin: str, seq: int, installs: int) -> bytes:
    """Return what a sealed content is bound to."""
    return f"pdqlite.org/store/v1\n{origin}\n{seq}\n{installs}\n".encode()


def parts_of(entries: Entries, shape: str = "auto") -> dict[str, Bytes]:
    """Return the parts of a content; the indexes are built here, once."""
    rows = np.ascontiguousarray(entries.rows)
    records = entries.keypoints if entries.keypoints and any(entries.keypoints) else ()
    meta = plaintext.pack_meta(entries)
    n = first_of(meta)  # windows of sound come last, and are in no index of pictures
    seen, frames = rows[:n], meta[:n] if entries.video is not None else None
    keypoints = KeypointIndex(records[:n], rows=seen, meta=frames) if records else None
    return {
        "rows": rows,
        "meta": meta,
        "index": np.zeros(0, np.uint8) if entries.exact else native_index.build(seen, shape),
        "packed": np.zeros(0, np.uint8) if entries.exact else packed_rows(seen),
        "local": np.zeros(0, np.uint8) if keypoints is None else keypoints.block.view(np.uint8)[: keypoints.nbytes],
        "lengths": np.array([len(r) for r in records], ">u2").view(np.uint8),
        "records": np.frombuffer(b"".join(records), np.uint8),
    }


def _padded(size: int) -> int:
    return -(-size // PAGE) * PAGE


def plain_pieces(parts: dict[str, Bytes], seq: int) -> Iterator[memoryview]:
    """Yield the plain bytes in whole pages: a page that says where each part is, then the parts."""
    sizes = [parts[name].nbytes for name in PARTS]
    offsets = [PAGE + sum(map(_padded, sizes[:i])) for i in range(len(PARTS))]
    numbers = [seq, len(parts["rows"]), parts["meta"].shape[1]]
    for offset, size in zip(offsets, sizes, strict=True):
        numbers += [offset, size]
    head = MAGIC + b"".join(n.to_bytes(8, "big") for n in numbers)
    yield memoryview(head.ljust(PAGE, b"\0"))
    for name in PARTS:
        data = memoryview(np.ascontiguousarray(parts[name]).reshape(-1).data)
        whole = len(data) // PAGE * PAGE
        for at in range(0, whole, 64 * PAGE):
            yield data[at : min(at + 64 * PAGE, whole)]
        if whole < len(data):
            yield memoryview(bytes(data[whole:]).ljust(PAGE, b"\0"))


def sealed_pieces(pieces: Iterator[memoryview], key: bytes, bound: bytes, salt: bytes) -> Iterator[bytes]:
    """Yield the Cobblestone-256 file of plain pieces of whole pages."""
    chunk_key, base, commitment = cobblestone.derive(key, salt, bound)
    aead, first, page = AESGCM(chunk_key), int.from_bytes(base, "big"), 0
    yield salt + commitment
    for piece in pieces:
        out = bytearray()
        for at in range(0, len(piece), PAGE):
            out += aead.encrypt((first ^ page).to_bytes(12, "big"), piece[at : at + PAGE], None)
            page += 1
        yield bytes(out)
    yield aead.encrypt((first ^ page).to_bytes(12, "big"), b"", None)  # the last chunk is short


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first page says: entries, bytes of meta each, and where each part is."""

    seq: int
    count: int
    width: int
    parts: dict[str, tuple[int, int]]

    @classmethod
    def parse(cls, head: bytes, plain_size: int, seq: int) -> Layout:
        """Read the first page; StoreError if it does not fit the file."""
        numbers = [int.from_bytes(head[at : at + 8], "big") for at in range(8, 32 + 16 * len(PARTS), 8)]
        parts = {name: (numbers[3 + 2 * i], numbers[4 + 2 * i]) for i, name in enumerate(PARTS)}
        layout = cls(numbers[0], numbers[1], numbers[2], parts)
        inside = all(at % PAGE == 0 and at + size <= plain_size for at, size in parts.values())
        sizes = parts["rows"][1] == 32 * layout.count and parts["meta"][1] == layout.width * layout.count
        lengths = parts["lengths"][1] in (0, 2 * layout.count)
        whole = PAGE + sum(_padded(size) for _, size in parts.values()) == plain_size
        if (
            head[:8] != MAGIC
            or layout.seq != seq
            or layout.width not in META_BYTES.values()
            or not (inside and sizes and lengths and whole)
        ):
            raise StoreError("the installed list is damaged: its first page does not fit it; install it again")
        return layout


class Sealed:
    """A sealed content: pages are opened as they are read, and nothing decrypted is kept."""

    def __init__(self, stream: BinaryIO, key: bytes, bound: bytes, seq: int) -> None:
        self._stream = stream
        size = stream.seek(0, os.SEEK_END)
        stream.seek(0)
        head = stream.read(cobblestone.HEAD_BYTES)
        chunk_key, base, commitment = cobblestone.derive(key, head[:24], bound)
        if size < cobblestone.HEAD_BYTES + cobblestone.TAG or commitment != head[24:]:
            raise StoreError("the installed list does not open: another device key, or a damaged file")
        self._aead, self._base = AESGCM(chunk_key), int.from_bytes(base, "big")
        self.plain_size = cobblestone.plain_size(size)
        self.page(self.plain_size // PAGE)  # the last chunk: the file is not cut
        self.layout = Layout.parse(self.page(0), self.plain_size, seq)

    def page(self, number: int) -> bytes:
        """Return one page of plaintext; StoreError if it was changed. Any thread, any number at once."""
        nonce = (self._base ^ number).to_bytes(12, "big")
        if self._stream.closed:
            raise StoreError(
                "the installed list was closed: use it within `with store.open() as opened:`, or open it again"
            )
        sealed = os.pread(self._stream.fileno(), SEALED_PAGE, cobblestone.HEAD_BYTES + number * SEALED_PAGE)
        try:
            return self._aead.decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError):
            raise StoreError("the installed list is damaged: a page does not open; install it again") from None

    def pages(self, name: str) -> Iterator[bytes]:
        """Yield a part page by page, without its padding."""
        at, size = self.layout.parts[name]
        for number in range(at // PAGE, (at + size + PAGE - 1) // PAGE):
            yield self.page(number)[: at + size - number * PAGE]

    def read(self, name: str) -> Bytes:
        """Return one part, decrypted into memory."""
        out = np.empty(self.layout.parts[name][1], np.uint8)
        done = 0
        for page in self.pages(name):
            out[done : done + len(page)] = np.frombuffer(page, np.uint8)
            done += len(page)
        return out


class Mapped:
    """A plain content, mapped: the system reads the pages that are touched, and may share them."""

    def __init__(self, stream: BinaryIO, seq: int) -> None:
        size = os.fstat(stream.fileno()).st_size
        if size < PAGE:
            raise StoreError("the installed list is damaged: it is cut; install it again")
        self._map: Any = mmap.mmap(stream.fileno(), size, access=mmap.ACCESS_READ)
        self.layout = Layout.parse(self._map[:PAGE], size, seq)

    def read(self, name: str) -> Bytes:
        """Return one part as it lies in the file."""
        at, size = self.layout.parts[name]
        if size == 0:
            return np.zeros(0, np.uint8)
        return np.frombuffer(self._map, np.uint8, size, at)


def blocks(content: Sealed | Mapped, max_distance: int, max_sound_distance: int | None = None) -> Blocks:
    """Return what a matcher takes: views of a mapped content, copies of a sealed one."""
    layout = content.layout
    keypoints = content.read("local")
    return Blocks(
        rows=content.read("rows").reshape(layout.count, 32),
        meta=content.read("meta").reshape(layout.count, layout.width),
        index=content.read("index"),
        keypoints=keypoints if len(keypoints) else None,
        max_distance=max_distance,
        packed=content.read("packed"),
        max_sound_distance=max_sound_distance,
    )


def pages(content: Sealed, max_distance: int) -> Pages:
    """Return what a matcher takes that reads hashes page by page."""
    layout = content.layout
    at, rows = layout.parts["rows"][0] // PAGE, PAGE // 32

    def read(first: int, n: int) -> bytes:
        return content.page(at + first // rows)[: 32 * n]

    return Pages(content.read("meta").reshape(layout.count, layout.width), read, max_distance)


def entries(content: Sealed | Mapped) -> Entries:
    """Return the columns of the list, with the keypoint records it was installed with."""
    layout = content.layout
    found = plaintext.unpack(
        content.read("rows").reshape(layout.count, 32), content.read("meta").reshape(layout.count, layout.width)
    )
    sizes = content.read("lengths")
    if not len(sizes):
        return found
    body = content.read("records").tobytes()
    ends = np.concatenate([[0], np.cumsum(sizes.view(">u2").astype(np.int64))]).tolist()
    if ends[-1] != len(body):
        raise StoreError("the installed list is damaged: its keypoint signatures do not add up; install it again")
    records = tuple(body[a:b] for a, b in zip(ends, ends[1:], strict=False))
    return plaintext.unpack(found.rows, content.read("meta").reshape(layout.count, layout.width), records)
