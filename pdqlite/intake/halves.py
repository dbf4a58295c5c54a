"""
PDQ hashes told from digests by their bits, as far as that can be told.

PDQ compares 256 numbers with their median, so a hash has 128 bits set (all 3 688 hashes of frames that other people's vectors hold, and the
hashes of 200 photos); only pictures with equal numbers, like drawings of a few lines, have others. Of SHA-256 digests 1 in 20 has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_HALF = 128
_LOW, _HIGH, _QUALITY = 104, 152, 50  # what a list leaves out says nothing
_APART = 64  # hashes that are told apart; of more, repeats count too
_SURE, _DIGESTS = 3, 8


@dataclass(slots=True)
class Halves:
    """
    Counts of the PDQ hashes of one file.

    Attributes:
        hashes: Different ones that a list could hold.
        half: Of those, with exactly 128 bits set.
        assumed: Of those, that nothing but their length says to be PDQ.
    """

    hashes: int = 0
    half: int = 0
    assumed: int = 0
    _seen: set[bytes] = field(default_factory=set)

    def add(self, value: bytes, quality: int | None, assumed: bool) -> None:
        """Count one hash, 32 bytes."""
        bits = int.from_bytes(value).bit_count()
        if value in self._seen or not _LOW <= bits <= _HIGH or (quality is not None and quality < _QUALITY):
            return
        if len(self._seen) < _APART:
            self._seen.add(value)
        self.hashes += 1
        self.half += bits == _HALF
        self.assumed += assumed

    @property
    def digests(self) -> bool:
        """True for hashes that look like digests: 8 or more, at most half of them with 128 bits set. PDQ hashes of photos never do."""
        return self.hashes >= _DIGESTS and 2 * self.half <= self.hashes

    @property
    def certain(self) -> bool:
        """True for hashes that digests would pass for in one file of 800 at most: 3 or more, and more than half of all, with 128 bits set."""
        return not self.hashes or (self.half >= _SURE and 2 * self.half > self.hashes)

    def doubt(self, said: bool) -> str | None:
        """
        Return why these cannot be taken as PDQ hashes; None if they can.

        Args:
            said: Whoever builds the list says that it is one of pictures or videos.
        """
        if self.digests and (self.assumed or not said):
            column = "name their column sha256 if they are; if not, name it pdq and give --type image"
            return f"these look like SHA-256 digests, not PDQ hashes: {self.half} of {self.hashes} have half of their bits set, as PDQ's have: {column}"
        if self.assumed and not self.certain and not said:
            return (
                f"{self.assumed} hashes could be PDQ or SHA-256, too few to tell by their bits: "
                "give --type image, or name their column pdq or sha256 (a first line of its own in a file of lines)"
            )
        return None
