"""
The manifest: what the organisations sign (docs/formats/list.md, section 2).
"""

from __future__ import annotations

from dataclasses import dataclass

from pdqlite.errors import ListFormatError
from pdqlite.lists.crypto import cobblestone
from pdqlite.lists.crypto.merkle import leaf_hash
from pdqlite.lists.format import encoding
from pdqlite.lists.format.encoding import Lines, number, tobase64, unhash

MAGIC = "pdqlite.org/manifest/v1"
TYPES = ("image", "video", "file")
META_BYTES = {"image": 6, "video": 14, "file": 5}
MAX_SLOTS = 268435456
MAX_FILE = 2**40
SLOT_STEP = 512
HEAD_BYTES = 16384


def plaintext_size(kind: str, slots: int) -> int:
    """Return the bytes of the plaintext of a list with so many slots."""
    return HEAD_BYTES + (32 + META_BYTES[kind]) * slots


@dataclass(frozen=True, slots=True)
class File:
    """Size and root of an encrypted file; `commit` is the key commitment, None on a local line."""

    size: int
    root: bytes
    commit: bytes | None = None


@dataclass(frozen=True, slots=True)
class Local:
    """The optional section of local signatures: its file, version and content root."""

    version: int
    file: File
    root: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """A delta that leads from release `since` to this one."""

    since: int
    size: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    One release of a list, as signed.

    Attributes:
        origin: Name of the list.
        type: "image", "video" or "file".
        seq: Number of the release: its index in the list's log.
        issued, expires: POSIX seconds.
        policy: Version and SHA-256 of the policy in force; None with pinned keys.
        prev: Leaf hash of the log leaf before; None at seq 0.
        list: `list.cob`.
        slots: Places for entries, a padded number.
        root: pt-root of the entries.
        local: `local.cob`; None if the list has none.
        min_sources: Organisations that must vouch for each entry.
        max_distance: Radius the organisations vouch for, bits.
        sources: Number (0..15) to key name of each organisation that submits.
        categories: Number (0..15) to token.
        deltas: Newest first.
        max_sound_distance: The same radius of windows of sound; None if the list may have none.
    """

    origin: str
    type: str
    seq: int
    issued: int
    expires: int
    policy: tuple[int, bytes] | None
    prev: bytes | None
    list: File
    slots: int
    root: bytes
    local: Local | None
    min_sources: int
    max_distance: int
    sources: dict[int, str]
    categories: dict[int, str]
    deltas: tuple[Delta, ...] = ()
    max_sound_distance: int | None = None

    @property
    def text(self) -> bytes:
        """The one text of this manifest."""
        policy = "-" if self.policy is None else f"{self.policy[0]} {tobase64(self.policy[1])}"
        commit = tobase64(self.list.commit or b"")
        lines = [
            MAGIC,
            f"origin {self.origin}",
            f"type {self.type}",
            f"seq {self.seq}",
            f"time {self.issued} {self.expires}",
            f"policy {policy}",
            f"prev {'-' if self.prev is None else tobase64(self.prev)}",
            f"list {self.list.size} {tobase64(self.list.root)} {commit}",
            f"content {self.slots} {tobase64(self.root)}",
        ]
        if self.local is not None:
            file = self.local.file
            roots = f"{tobase64(file.root)} {tobase64(self.local.root)}"
            lines.append(f"local {self.local.version} {file.size} {roots}")
        lines.append(f"rule {self.min_sources} {self.max_distance}")
        if self.max_sound_distance is not None:
            lines.append(f"sound {self.max_sound_distance}")
        lines += [f"source {i} {name}" for i, name in self.sources.items()]
        lines += [f"category {i} {token}" for i, token in self.categories.items()]
        lines += [f"delta {d.since} {d.size} {tobase64(d.sha256)}" for d in self.deltas]
        return ("\n".join(lines) + "\n").encode()

    @property
    def leaf(self) -> bytes:
        """Leaf hash of this manifest in the list's log."""
        return leaf_hash(self.text)

    @classmethod
    def parse(cls, text: bytes) -> Manifest:
        """Read a manifest's text; ListFormatError unless it is the one encoding of its values."""
        lines = Lines(text, "manifest")
        lines.whole(MAGIC)
        origin = encoding.name(lines.take("origin", 1)[0], "origin")
        kind = lines.take("type", 1)[0]
        if kind not in TYPES:
            raise ListFormatError("manifest: type is not image, video or file")
        seq = number(lines.take("seq", 1)[0], "seq")
        issued, expires = (number(t, "time") for t in lines.take("time", 2))
        if issued >= expires:
            raise ListFormatError("manifest: expires before it is issued")
        policy = _policy(lines.take("policy", 1, 2))
        prev_text = lines.take("prev", 1)[0]
        if (prev_text == "-") != (seq == 0):
            raise ListFormatError("manifest: 'prev -' belongs to seq 0 and only there")
        prev = None if prev_text == "-" else unhash(prev_text, "prev")
        size, root, commit = lines.take("list", 3)
        file = File(number(size, "list"), unhash(root, "list"), unhash(commit, "list"))
        slots_text, content = lines.take("content", 2)
        slots = number(slots_text, "content", SLOT_STEP, MAX_SLOTS)
        if slots % SLOT_STEP or file.size != cobblestone.size(plaintext_size(kind, slots)):
            raise ListFormatError("manifest: slots and size of the list do not belong together")
        local = _local(lines) if lines.peek() == "local" else None
        min_sources, distance = lines.take("rule", 2)
        rule = number(min_sources, "rule", 1, 16), number(distance, "rule", 0, 255)
        sound = (
            number(lines.take("sound", 1)[0], "sound", 0, 255) if kind == "video" and lines.peek() == "sound" else None
        )
        sources = _numbered(lines, "source")
        categories = _numbered(lines, "category")
        deltas = _deltas(lines, seq)
        lines.end()
        if kind == "file" and (local is not None or rule[1]):
            raise ListFormatError("manifest: a list of files has no keypoint signatures and a max-distance of 0")
        if rule[0] > len(sources):
            raise ListFormatError("manifest: min-sources is above the number of sources")
        return cls(
            origin, kind, seq, issued, expires, policy, prev, file, slots,
            unhash(content, "content"), local, *rule, sources, categories, deltas, sound,
        )  # fmt: skip


def _policy(items: list[str]) -> tuple[int, bytes] | None:
    if items == ["-"]:
        return None
    if len(items) != 2:
        raise ListFormatError("manifest: expected 'policy -' or a version and a hash")
    return number(items[0], "policy"), unhash(items[1], "policy")


def _local(lines: Lines) -> Local:
    version, size, ct_root, pt_root = lines.take("local", 4)
    number(version, "local", 1, 1)
    length = number(size, "local", 72, MAX_FILE)
    if not cobblestone.possible(length):
        raise ListFormatError("manifest: local: not the size of an encrypted file")
    return Local(1, File(length, unhash(ct_root, "local")), unhash(pt_root, "local"))


def _numbered(lines: Lines, word: str) -> dict[int, str]:
    """Take 1..16 lines `word <i> <text>`, i ascending, texts all different."""
    check = encoding.name if word == "source" else encoding.token
    found: dict[int, str] = {}
    last = -1
    while not found or lines.peek() == word:
        index, text = lines.take(word, 2)
        last = number(index, word, last + 1, 15)
        if text in found.values():
            raise ListFormatError(f"manifest: two {word} lines with one name")
        found[last] = check(text, word)
    return found


def _deltas(lines: Lines, seq: int) -> tuple[Delta, ...]:
    found: list[Delta] = []
    while lines.peek() == "delta" and len(found) < 8:
        since, size, sha256 = lines.take("delta", 3)
        below = (found[-1].since if found else seq) - 1
        first = number(since, "delta", 0, below)
        length = number(size, "delta", 72, MAX_FILE)
        found.append(Delta(first, length, unhash(sha256, "delta")))
    return tuple(found)
