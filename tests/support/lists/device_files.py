"""What a test signs anew after it changed a file, and a tree hash from its definition."""

from __future__ import annotations

import base64
import hashlib

from support.lists import samples


def tree_hash(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def sign(text: bytes) -> bytes:
    lines = "".join(
        f"\u2014 {s.name} {base64.b64encode(s.verifier.id + s.private.sign(text)).decode()}\n"
        for s in samples.SIGNERS[:2]
    )
    return text + b"\n" + lines.encode()
