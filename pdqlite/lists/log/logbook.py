"""
The publisher's log as static files (C2SP tlog-tiles), and both ends of a witness's add-checkpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pdqlite.errors import (
    ArgumentError,
    ListError,
    ListFormatError,
    UnendorsedError,
    UnwitnessedError,
)
from pdqlite.lists.crypto import merkle
from pdqlite.lists.format.encoding import tobase64, unhash
from pdqlite.lists.format.files import Directory, Files, read_small, replace
from pdqlite.lists.format.locks import locked
from pdqlite.lists.format.note import Note, Signature, Signer, VerifierKey
from pdqlite.lists.log.checkpoint import Checkpoint, Proof, check_history, cosigned_at, cosigned_text

WIDTH = 256
MAX_ENTRY = 65535
MAX_TILE = WIDTH * (MAX_ENTRY + 2)
MAX_LEAVES = 1 << 20
MEAN_ENTRY, ROOM = 4096, 1 << 26  # bytes: what leaves may take on average, and in all beyond that


def tile_path(level: str, index: int, width: int) -> str:
    """Return the path of a tile: groups of three digits, all but the last with an x."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([f"x{g}" for g in groups[:-1]] + groups[-1:])
    return f"tile/{level}/{name}" + ("" if width == WIDTH else f".p/{width}")


def stream_entries(files: Files, size: int) -> Iterator[bytes]:
    """
    Give the data of the first `size` leaves from the tiles of a log, with one tile in memory at a time.

    Raises:
        ListFormatError: A tile is absent, cut or longer than its leaves; more than 2^20 leaves; or more bytes in all
            than 4096 for each leaf and 64 MiB, which no log of manifests and policies has.
    """
    if size > MAX_LEAVES:
        raise ListFormatError(f"log: {size} leaves, more than {MAX_LEAVES}")
    left = most = MEAN_ENTRY * size + ROOM
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        data = read_small(files, tile_path("entries", start // WIDTH, width), MAX_TILE)
        left -= len(data)
        if left < 0:
            raise ListFormatError(f"log: its {size} leaves take more than {most} bytes")
        yield from _entries(data, width)


def _entries(data: bytes, width: int) -> list[bytes]:
    found, at = [], 0
    for _ in range(width):
        length = int.from_bytes(data[at : at + 2], "big")
        found.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(data):
        raise ListFormatError("log: a tile of entries does not hold what its name says")
    return found


def read_entries(files: Files, size: int) -> list[bytes]:
    """Return the data of the first `size` leaves; errors as stream_entries."""
    return list(stream_entries(files, size))


def each_hash_tile(hashes: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Give the tiles of hashes above all leaf hashes of a log: path and content, one at a time."""
    level, row = 0, hashes
    while row:
        for index in range(-(-len(row) // WIDTH)):
            part = row[index * WIDTH : (index + 1) * WIDTH]
            yield tile_path(str(level), index, len(part)), b"".join(part)
        full = len(row) // WIDTH
        row = [merkle.root(row[i * WIDTH : (i + 1) * WIDTH]) for i in range(full)]
        level += 1


def hash_tiles(hashes: Sequence[bytes]) -> dict[str, bytes]:
    """Return the tiles of hashes above all leaf hashes of a log, by path."""
    return dict(each_hash_tile(hashes))


class Logbook:
    """A log in a directory. Whoever writes holds its lock; others wait."""

    def __init__(self, directory: Path) -> None:
        self.path = directory
        self._held = False

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out, from what is read to what is written. May be held already."""
        if self._held:
            yield
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with locked(self.path / ".lock"):
            self._held = True
            try:
                yield
            finally:
                self._held = False

    def checkpoint(self) -> Note | None:
        """Return the newest signed checkpoint; None for a log that has none yet."""
        try:
            return Note.parse((self.path / "checkpoint").read_bytes(), "checkpoint")
        except FileNotFoundError:
            return None

    def entries(self) -> list[bytes]:
        """Return the data of every leaf."""
        signed = self.checkpoint()
        size = Checkpoint.parse(signed.text).size if signed else 0
        return read_entries(Directory(self.path), size)

    def append(self, texts: list[bytes], *signers: Signer) -> Note:
        """
        Add leaves, write tiles, then put the new checkpoint in place; return it.

        More than one signer, all of one name, where the key of the log changes.
        """
        if len({s.name for s in signers}) != 1:
            raise ArgumentError("the keys of a log have its name, and there is at least one")
        if any(not 0 < len(t) <= MAX_ENTRY for t in texts):
            raise ArgumentError(f"log entry: expected 1 to {MAX_ENTRY} bytes")
        with self.lock():
            return self._append(texts, signers)

    def _append(self, texts: list[bytes], signers: tuple[Signer, ...]) -> Note:
        entries = self.entries() + texts
        hashes = [merkle.leaf_hash(e) for e in entries]
        first = (len(entries) - len(texts)) // WIDTH
        for index in range(first, -(-len(entries) // WIDTH)):
            part = entries[index * WIDTH : (index + 1) * WIDTH]
            data = b"".join(len(e).to_bytes(2, "big") + e for e in part)
            self._write(tile_path("entries", index, len(part)), data)
        for name, data in hash_tiles(hashes).items():
            self._write(name, data)
        head = Checkpoint(signers[0].name, len(entries), merkle.root(hashes))
        signed = Note(head.text, tuple(s.sign(head.text) for s in signers))
        replace(self.path / "checkpoint", bytes(signed))
        return signed

    def _write(self, name: str, data: bytes) -> None:
        path = self.path / name
        if path.exists() and path.read_bytes() == data:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, data)

    def add_cosignatures(self, lines: bytes, witnesses: Iterable[VerifierKey]) -> list[str]:
        """
        Put the good cosignatures of known witnesses from a response onto the checkpoint.

        A newer one takes the place of an older one. Returns the names of the witnesses.

        Raises:
            UnwitnessedError: A cosignature of a known witness is bad, or there is none of them.
        """
        with self.lock():
            return self._add_cosignatures(lines, witnesses)

    def _add_cosignatures(self, lines: bytes, witnesses: Iterable[VerifierKey]) -> list[str]:
        signed = self.checkpoint()
        if signed is None:
            raise ArgumentError("the log has no checkpoint")
        answer = Note.parse(signed.text + b"\n" + lines, "witness response")
        known = {(w.name, w.id): w for w in witnesses}
        merged = {(s.name, s.id): s for s in signed.signatures}
        names = []
        for line in answer.signatures:
            key = known.get((line.name, line.id))
            if key is None:
                continue
            time = cosigned_at(key, line, signed.text)
            old = merged.get((line.name, line.id))
            if old is None or int.from_bytes(old.data[:8], "big") <= time:
                merged[line.name, line.id] = line
            names.append(key.name)
        if not names:
            raise UnwitnessedError("no cosignature of a witness of the policy in this response")
        replace(self.path / "checkpoint", bytes(Note(signed.text, tuple(merged.values()))))
        return names

    def proof(self, index: int) -> Proof:
        """Return the proof of one leaf under the newest checkpoint."""
        signed = self.checkpoint()
        hashes = [merkle.leaf_hash(e) for e in self.entries()]
        if signed is None:
            raise ArgumentError("the log has no checkpoint")
        return Proof(index, tuple(merkle.inclusion_path(hashes, index)), signed)

    def request(self, old: int) -> bytes:
        """Return the add-checkpoint request for a witness that last saw `old` leaves."""
        signed = self.checkpoint()
        hashes = [merkle.leaf_hash(e) for e in self.entries()]
        if signed is None or not 0 <= old <= len(hashes):
            raise ArgumentError("the log has no such size")
        path = merkle.consistency_path(hashes, old) if old else []
        lines = "".join(f"{line}\n" for line in (f"old {old}", *map(tobase64, path), ""))
        return lines.encode() + bytes(signed)


class ConflictError(ListError):
    """A witness has seen another size than the request starts from: ask again from `size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"conflict: this witness last saw {size} leaves")
        self.size = size


def cosign(signed: Note, witness: Signer, time: int) -> Signature:
    """Return a witness's cosignature line for a checkpoint at `time`, POSIX seconds."""
    signature = witness.private.sign(cosigned_text(time, signed.text))
    return Signature(witness.name, witness.verifier.id, time.to_bytes(8, "big") + signature)


def add_checkpoint(
    request: bytes, seen: Checkpoint | None, log: VerifierKey, witness: Signer, now: int
) -> tuple[bytes, Checkpoint]:
    """
    Be a witness: check a request against what was seen before; return response and what to store.

    Store the second before sending the first.

    Raises:
        ListError: The request is refused, the witness's state stays.
    """
    head, _, rest = request.partition(b"\n\n")
    first, *lines = head.decode("ascii", "replace").split("\n")
    signed = Note.parse(rest, "checkpoint")
    if not signed.signers([log]):
        raise UnendorsedError("the checkpoint is not signed by this log")
    new = Checkpoint.parse(signed.text, extended=True)
    old = seen or Checkpoint(new.origin, 0, merkle.EMPTY_ROOT)
    if first != f"old {old.size}" or new.origin != log.name:
        raise ConflictError(old.size)
    check_history(old, new, [unhash(line, "consistency proof") for line in lines])
    return str(cosign(signed, witness, now)).encode(), new
