"""
The files of a release, from entries that come part by part: a list may be larger than memory. The same entries in other parts give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, EntryRuleError
from pdqlite.lists.crypto import cobblestone, merkle
from pdqlite.lists.format import local, plaintext
from pdqlite.lists.format.manifest import META_BYTES, File, Local
from pdqlite.lists.format.merging import join, take
from pdqlite.types import Entries

_IN_MEMORY = 1 << 25  # bytes of one column before it goes to a file
_READ = 1 << 20  # bytes
MAX_SOUND_DISTANCE = 84  # bits: what the rule of sound may need
_EMPTY = 1 << 16  # slots without an entry that are written at once


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """
    What the organisations sign of a release beside its entries.

    Attributes:
        origin: Name of the list, like "lists.example.org/demo".
        categories: Tokens, by number or in order from 0: bit i of an entry's mask is the i-th.
        sources: Key names of the organisations, by number or in order from 0.
        issued, expires: POSIX seconds.
        seq, prev: Number of the release, and the leaf hash of the log leaf before (None at seq 0).
        policy: Version and SHA-256 of the policy in force, if there is one.
        min_sources: Organisations that must vouch for each entry.
        max_distance: Largest radius, bits; of a list of files always 0.
        max_sound_distance: The same of windows of sound, where entries have any.
    """

    origin: str
    categories: Sequence[str] | Mapping[int, str]
    sources: Sequence[str] | Mapping[int, str]
    issued: int
    expires: int
    seq: int = 0
    prev: bytes | None = None
    policy: tuple[int, bytes] | None = None
    min_sources: int = 1
    max_distance: int = 31
    max_sound_distance: int = MAX_SOUND_DISTANCE

    @property
    def numbered(self) -> tuple[dict[int, str], dict[int, str]]:
        """Sources and categories by number."""
        return _table(self.sources), _table(self.categories)


def _table(names: Sequence[str] | Mapping[int, str]) -> dict[int, str]:
    pairs = names.items() if isinstance(names, Mapping) else enumerate(names)
    return dict(sorted(pairs))


class Spool:
    """Rows of one width, appended and then read by slices, as an array's are: in memory while they are few, else in a file that has no name."""

    def __init__(self, width: int, folder: Path) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY, dir=str(folder))  # noqa: SIM115  closed by __exit__
        self.shape: tuple[int, ...] = (0, width)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def append(self, rows: npt.NDArray[np.uint8]) -> None:
        """Add rows, shape (n, width)."""
        self._file.seek(0, 2)
        self._file.write(np.ascontiguousarray(rows).data)
        self.shape = (self.shape[0] + len(rows), self.shape[1])

    def __getitem__(self, part: slice) -> npt.NDArray[np.uint8]:
        start, stop, _ = part.indices(self.shape[0])
        width = self.shape[1]
        self._file.seek(start * width)
        data = self._file.read(max(0, stop - start) * width)
        return np.frombuffer(data, np.uint8).reshape(-1, width)

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes."""
        at = 0
        while True:
            self._file.seek(at)  # others may read meanwhile
            piece = self._file.read(_READ)
            if not piece:
                return
            at += len(piece)
            yield piece


class Content:
    """
    The columns of a list, checked part by part.

    Args:
        terms: Names, categories and rules.
        folder: Where what does not fit into memory goes.
        first: The first part, which says what kind of list it is and whether there are signatures.
    """

    def __init__(self, terms: ListTerms, folder: Path, first: Entries, stack: ExitStack) -> None:
        self.kind, self.exact, self.signed = first.kind, first.exact, first.keypoints is not None
        self.names, self.tokens = terms.numbered
        self.count, self._least, self._last = 0, terms.min_sources, take(first, np.arange(0))
        self.heard = False  # there are windows of sound
        self._counts = plaintext.tally(self._last, self.names, self.tokens)
        self.hashes = stack.enter_context(Spool(32, folder))
        self.meta = stack.enter_context(Spool(META_BYTES[self.kind], folder))
        self.lengths = stack.enter_context(Spool(2, folder))
        self.body = stack.enter_context(Spool(1, folder))

    def append(self, part: Entries) -> None:
        """Add entries that come after those before in list order; EntryRuleError if a rule of the format is broken."""
        if (part.kind, part.keypoints is not None) != (self.kind, self.signed):
            raise ArgumentError("expected parts of one type, all with keypoint signatures or none")
        every = sum(1 << i for i in self.names)
        heard = not self.exact and bool((part.flags & plaintext.SOUND).any())
        plaintext.check_entries(part, self.names, self.tokens, every, self._least, heard)
        self.heard |= heard
        if not len(part):
            return
        ends = [replace(take(part, np.array([at])), keypoints=None) for at in (0, -1)]
        if self.count and not plaintext.ascending(join([self._last, ends[0]])):
            raise EntryRuleError("entries are not in strictly ascending order")
        self._last = ends[1]
        self._counts += plaintext.tally(part, self.names, self.tokens)
        self.count += len(part)
        self.hashes.append(part.rows)
        self.meta.append(plaintext.pack_meta(part))
        if part.keypoints is not None:
            local.check(part.keypoints)
            self.lengths.append(np.array([len(r) for r in part.keypoints], ">u2").view(np.uint8).reshape(-1, 2))
            self.body.append(np.frombuffer(b"".join(part.keypoints), np.uint8).reshape(-1, 1))

    def pad(self) -> int:
        """Fill up to the number of slots that says nothing, and return it."""
        slots = plaintext.padded_slots(self.count)
        for column in (self.hashes, self.meta, *([self.lengths] if self.signed else [])):
            while left := slots - column.shape[0]:
                column.append(np.zeros((min(left, _EMPTY), column.shape[1]), np.uint8))
        return slots

    @property
    def inventory(self) -> bytes:
        """Its text."""
        return plaintext.inventory_text(self._counts, self.names, self.tokens)

    def records(self) -> Iterator[bytes]:
        """Yield the signature of each slot."""
        at = 0
        for start in range(0, self.lengths.shape[0], _EMPTY):
            lengths = self.lengths[start : start + _EMPTY].view(">u2").reshape(-1)
            ends = np.cumsum(lengths, dtype=np.int64)
            data = self.body[at : at + int(ends[-1])].tobytes()
            at += len(data)
            for begin, end in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
                yield data[begin:end]


class Sealer:
    """
    Encrypts the files of one release.

    Args:
        key, seed: 32 bytes each.
        terms: Name and number of the release.
    """

    def __init__(self, key: bytes, seed: bytes, terms: ListTerms) -> None:
        self._key, self._seed = key, seed
        self._name = terms.origin.encode(), str(terms.seq).encode()

    def blind(self, label: str) -> bytes:
        """Return the seed of the blinds of one file."""
        return _derive(self._seed, label, *(hashlib.sha256(part).digest() for part in self._name))

    def seal(self, path: Path, bound: bytes, pieces: Callable[[], Iterable[cobblestone.Buffer]]) -> File:
        """Write one encrypted file of what `pieces()` gives, twice the same; its salt depends on all it is made of, so none repeats."""
        whole = hashlib.sha256()
        for piece in pieces():
            whole.update(piece)
        salt = _salt(self._key, self._seed, bound, whole.digest())
        head, size = b"", 0
        with path.open("xb") as out:

            def leaves() -> Iterator[bytes]:
                nonlocal head, size
                for part in cobblestone.encrypted(self._key, salt, bound, pieces()):
                    head = head or part
                    size += out.write(part)
                    yield merkle.leaf_hash(part)

            root = merkle.root(leaves())
            out.flush()
            os.fsync(out.fileno())
        return File(size, root, head[24:56])


def _derive(seed: bytes, label: str, *digests: bytes) -> bytes:
    """Return 32 bytes from the build's seed: one label and one set of digests each its own."""
    return hashlib.sha256(f"pdqlite.org/build/v1 {label}\n".encode() + seed + b"".join(digests)).digest()


def _salt(key: bytes, seed: bytes, bound: bytes, digest: bytes) -> bytes:
    made = _derive(seed, "salt", hashlib.sha256(key).digest(), hashlib.sha256(bound).digest(), digest)
    return made[: cobblestone.SALT_BYTES]


def sealed_bytes(key: bytes, bound: bytes, plain: bytes) -> bytes:
    """Return the encrypted file of a plaintext, by which its salt is found alone."""
    return cobblestone.encrypt(key, _salt(key, b"", bound, hashlib.sha256(plain).digest()), bound, plain)


def sealed_section(path: Path, content: Content, slots: int, sealer: Sealer, terms: ListTerms, bound: bytes) -> Local:
    """Write the encrypted keypoint signatures, and return their line of the manifest."""
    seed, total = sealer.blind("local blind"), content.body.shape[0]

    def pieces() -> Iterator[bytes]:
        return local.plain(terms.seq, slots, total, seed, (content.lengths.pieces(), content.body.pieces()))

    file = sealer.seal(path, bound, pieces)
    root = local.root_of(terms.seq, slots, total, content.records(), seed)
    return Local(local.VERSION, File(file.size, file.root), root)
