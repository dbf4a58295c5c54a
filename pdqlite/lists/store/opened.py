"""
What a store says of its list, and the list when it is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO

from pdqlite.errors import StoreError
from pdqlite.lists.format.manifest import Manifest
from pdqlite.lists.store import content
from pdqlite.lists.store.content import Mapped, Sealed
from pdqlite.native.list import State
from pdqlite.types import Blocks, Entries, MatchPolicy, Pages

if TYPE_CHECKING:
    from pdqlite.exact import ExactMatcher
    from pdqlite.matching import Matcher


@dataclass(frozen=True, slots=True)
class Installed:
    """
    What is installed, and how it stands now.

    Attributes:
        status: "ok", or the first of `remarks`.
        remarks: Of "stale" (past its time), "freeze" (no witness saw the log for longer than the policy
            allows: newer releases may be withheld), "unlogged", "unwitnessed", those that hold.
        manifest: What was signed.
        state: What the device remembers.
        size: Bytes of the content on disk.
        sealed: True if it is under a device key.
    """

    status: str
    remarks: tuple[str, ...]
    manifest: Manifest
    state: State
    size: int
    sealed: bool


class Opened:
    """
    An installed list that is open: a snapshot, which later installs do not change.

    Attributes:
        manifest: What was signed.
        mode: "mapped" (plain file), "resident" or "sealed" (as it was asked for).
    """

    def __init__(self, stream: BinaryIO, content: Sealed | Mapped, manifest: Manifest, mode: str) -> None:
        self._stream, self._content = stream, content
        self.manifest, self.mode = manifest, mode

    def __len__(self) -> int:
        return self._content.layout.count

    def blocks(self) -> Blocks:
        """Return what a matcher takes: views of the file (mapped), or decrypted into memory (resident)."""
        if self.mode == "sealed":
            raise StoreError("a sealed list has no blocks in memory: take its pages, or open it resident")
        return content.blocks(self._content, self.manifest.max_distance, self.manifest.max_sound_distance)

    def pages(self) -> Pages:
        """Return what a matcher with little memory takes: hashes are decrypted 16 KiB at a time. Keep this open meanwhile."""
        if not isinstance(self._content, Sealed):
            raise StoreError("only a sealed list is read page by page")
        return content.pages(self._content, self.manifest.max_distance)

    def matcher(self, policy: MatchPolicy | None = None) -> Matcher:
        """
        Return a matcher over the list, which keeps to the largest distance that its organisations signed. Nothing is built or copied.

        Of a sealed list it decrypts 16 KiB at a time, compares whole hashes alone, and needs this to stay open.
        """
        from pdqlite.matching import Matcher  # what only installs lists needs no decoder

        return (
            Matcher.of_pages(self.pages(), policy)
            if self.mode == "sealed"
            else Matcher.of_blocks(self.blocks(), policy)
        )

    def exact(self) -> ExactMatcher:
        """Return what looks for files in a list of files; of a sealed one, page by page, and this has to stay open."""
        from pdqlite.exact import ExactMatcher

        return ExactMatcher.of_pages(self.pages()) if self.mode == "sealed" else ExactMatcher.of_blocks(self.blocks())

    def entries(self) -> Entries:
        """Return the columns of the list. Decrypts all of it."""
        return content.entries(self._content)

    @property
    def content(self) -> Sealed | Mapped:
        """The content's own reader."""
        return self._content

    def close(self) -> None:
        """Close the file. Blocks that were taken stay usable."""
        self._stream.close()

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
