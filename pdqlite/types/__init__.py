"""The values that rooms hand to one another."""

from pdqlite.types.decisions import (
    Confirmed,
    Decision,
    Evidence,
    FrameMatch,
    MatchPolicy,
    SoundMatch,
    SoundUse,
    Verdict,
    View,
    Where,
)
from pdqlite.types.hashes import HASH_BITS, HASH_BYTES, FrameHash, ImageHash, VideoHash, bits_of, hamming
from pdqlite.types.lists import Blocks, Entries, Hit, Pages

__all__ = [
    "Blocks",
    "Confirmed",
    "Decision",
    "Entries",
    "Evidence",
    "FrameHash",
    "FrameMatch",
    "HASH_BITS",
    "HASH_BYTES",
    "Hit",
    "ImageHash",
    "MatchPolicy",
    "Pages",
    "SoundMatch",
    "SoundUse",
    "Verdict",
    "VideoHash",
    "View",
    "Where",
    "bits_of",
    "hamming",
]
