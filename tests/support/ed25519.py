"""The core's Ed25519 check by itself: which encodings reach a library at all, and what that library then says."""

from __future__ import annotations

from collections.abc import Callable

from pdqlite.native.core import lib
from pdqlite.native.list import ed25519_good, provider


def ed25519_check(
    public_key: bytes, signature: bytes, message: bytes, verify: Callable[[bytes, bytes, bytes], bool] = ed25519_good
) -> bool:
    """Whether the signature is good, and its encodings are ones on which all libraries agree."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    table, alive = provider(verify)
    status = lib.pdql_ed25519_check(table, public_key, signature, message, len(message))
    del alive
    return bool(status == lib.PDQL_OK)
