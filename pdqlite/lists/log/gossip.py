"""
Tokens by which two users find out whether they are shown the same log
(docs/formats/list-sharing.md, section 16). Pure; the application carries them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from pdqlite.errors import ListFormatError
from pdqlite.lists.format.encoding import MAX_NUMBER
from pdqlite.lists.log.checkpoint import Checkpoint

TOKEN_BYTES = 48


def _origin(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:8]


def make_token(seen: Checkpoint) -> bytes:
    """Return 48 bytes that say which checkpoint one has seen: the same for all who see the same log."""
    return _origin(seen.origin) + seen.size.to_bytes(8, "big") + seen.root


def compare_token(token: bytes, origin: str, history: Mapping[int, bytes]) -> str:
    """
    Compare a token that somebody sent with what one has seen oneself.

    Args:
        token: 48 bytes.
        origin: Origin line of the log.
        history: Size to root of every checkpoint of that log that was verified here.

    Returns:
        "same": both saw one tree at this size. "split-view": two trees under one name, so somebody
        is shown another list; keep the token and the checkpoint. "unknown": this size was never
        seen here. "other-log": not about this log.

    Raises:
        ListFormatError: Not a token.
    """
    size = int.from_bytes(token[8:16], "big")
    if len(token) != TOKEN_BYTES or size > MAX_NUMBER:
        raise ListFormatError(f"token: expected {TOKEN_BYTES} bytes with a size up to 2^53 - 1")
    if token[:8] != _origin(origin):
        return "other-log"
    if size not in history:
        return "unknown"
    return "same" if history[size] == token[16:] else "split-view"
