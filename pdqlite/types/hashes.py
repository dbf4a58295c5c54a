"""
Hashes of pictures, frames and videos. Frozen; no logic beyond their own text form.
"""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

from pdqlite.errors import ArgumentError

HASH_BYTES = 32
HASH_BITS = 256


def bits_of(value: object) -> bytes:
    """
    Return the 32 bytes of a hash: of 64 hex digits, bytes, or anything that has `bits`.

    Raises:
        ArgumentError: It is none of these; the error says what it is, never what it holds.
    """
    held = getattr(value, "bits", value)
    if isinstance(held, str):
        if len(held) == 2 * HASH_BYTES and all(c in "0123456789abcdefABCDEF" for c in held):
            return bytes.fromhex(held)
        raise ArgumentError(f"a hash is {2 * HASH_BYTES} hex digits, not {len(held)} characters")
    if isinstance(held, bytes | bytearray | memoryview) and len(held) == HASH_BYTES:
        return bytes(held)
    kind = f"{len(held)} bytes" if isinstance(held, bytes | bytearray | memoryview) else type(value).__name__
    raise ArgumentError(f"a hash is {HASH_BYTES} bytes, {2 * HASH_BYTES} hex digits or an ImageHash, not {kind}")


def hamming(a: object, b: object) -> int:
    """
    Return how many bits differ between two hashes, 0 to 256.

    Args:
        a, b: An ImageHash, a FrameHash, 32 bytes, or 64 hex digits.

    Raises:
        ArgumentError: One of them is no hash.
    """
    return (int.from_bytes(bits_of(a)) ^ int.from_bytes(bits_of(b))).bit_count()


@dataclass(frozen=True, slots=True)
class ImageHash:
    """
    PDQ of one picture. `a - b` is the distance of two hashes in bits.

    Attributes:
        bits: 32 bytes, in the order of the shared 64-digit text.
        quality: 0 (flat) to 100 (detailed); under 50 is too flat to act on.
        damaged: True if the file is cut or broken, and was hashed as far as viewers show it.
    """

    bits: bytes
    quality: int
    damaged: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "bits", bits_of(self.bits))
        if not isinstance(self.quality, Integral) or isinstance(self.quality, bool) or not 0 <= self.quality <= 100:
            raise ArgumentError("a quality is a whole number from 0 to 100")

    @classmethod
    def from_hex(cls, text: str, quality: int = 100) -> ImageHash:
        """Return the hash that 64 hex digits spell, of either case; ArgumentError if they are none."""
        return cls(bits_of(text), quality)

    @property
    def hex(self) -> str:
        """The 64 lower-case hex digits that other PDQ tools share."""
        return self.bits.hex()

    def distance(self, other: object) -> int:
        """Return how many bits differ, 0 to 256; `other` as `hamming` takes it."""
        return hamming(self, other)

    __sub__ = distance

    def __repr__(self) -> str:
        return f"ImageHash({self.hex!r}, quality={self.quality}{', damaged' if self.damaged else ''})"


@dataclass(frozen=True, slots=True)
class FrameHash:
    """
    PDQ of one frame of a video.

    Attributes:
        frame: Number of the frame in the order of showing, from 0.
        time: Seconds since the start of the video, from its time stamps.
        bits: 32 bytes, as in ImageHash.
        quality: 0 to 100, as in ImageHash.
    """

    frame: int
    time: float
    bits: bytes
    quality: int

    @property
    def hex(self) -> str:
        """The 64 lower-case hex digits that other PDQ tools share."""
        return self.bits.hex()


@dataclass(frozen=True, slots=True)
class VideoHash:
    """
    The hashed frames of one video, in time order.

    Attributes:
        frames: At least one; none of a file of sound alone.
        duration: Seconds to the end of the last frame, as far as the video was read.
        damaged: True if packets were lost on the way; the frames that decoded are here.
        truncated: True if the video goes on behind the limit of seconds, and was not read further.
        discontinuity: True if its time stamps begin anew or leap; the parts were put one behind the other.
        missing: What else is there and was not hashed, such as a second video stream; for people to read.
        sound: Windows of sound, where they were asked for: number, second at which each begins, bits, and quality as in pdqlite.sound.
    """

    frames: tuple[FrameHash, ...]
    duration: float
    damaged: bool = False
    truncated: bool = False
    discontinuity: bool = False
    missing: tuple[str, ...] = ()
    sound: tuple[FrameHash, ...] = ()
