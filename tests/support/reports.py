"""Organisations and reports of the tests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from pdqlite.cli import scenes
from pdqlite.hashing import hash_pixels
from pdqlite.keypoints import signature
from pdqlite.lists.format.note import Signer
from pdqlite.reports.items import Item
from pdqlite.reports.making import Subject
from pdqlite.reports.notes import Card

NOW = 1_795_996_800  # 2026-11-30


@dataclass(frozen=True)
class Office:
    """An organisation with its keys, which come from its name."""

    name: str

    @property
    def signer(self) -> Signer:
        return Signer(self.name, Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.name.encode()).digest()))

    @property
    def private(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(hashlib.sha256(b"x" + self.name.encode()).digest())

    @property
    def card(self) -> Card:
        key = self.private.public_key().public_bytes_raw()
        return Card(self.name, key, NOW + 365 * 86_400, self.signer.verifier)


OFFICES = [Office(f"{letter}.example") for letter in "abc"]


@cache
def pictured(seed: int, width: int = 320, height: int = 240) -> Subject:
    """Return the subject of a made-up picture."""
    pixels = scenes.picture(seed, width, height)
    found = hash_pixels(pixels)
    return Subject("image", (width, height), None, (Item(found.bits, found.quality, signature(pixels)),))


@cache
def filmed(seeds: range, step: int = 1000) -> Subject:
    """Return the subject of a video whose frames are made-up pictures."""
    items = []
    for i, seed in enumerate(seeds):
        pixels = scenes.picture(seed, 256, 144)
        found = hash_pixels(pixels)
        items.append(Item(found.bits, found.quality, signature(pixels), step * i))
    return Subject("video", (256, 144), len(items), tuple(items))
