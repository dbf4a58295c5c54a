"""
Small files that commands are given: keys, trust files; what cannot be read is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pdqlite import lists
from pdqlite.errors import ArgumentError, PdqliteError, UnreadableError
from pdqlite.lists.format.note import ED25519

_TRUST_BYTES = 131072


@contextmanager
def about(name: str) -> Iterator[None]:
    """Say of errors inside which argument of the command they are about; the innermost counts."""
    try:
        yield
    except PdqliteError as error:
        error.about = error.about or name
        raise


def read_small(name: str, limit: int, what: str) -> bytes:
    """Return a small file; UnreadableError or ArgumentError, with `what` it should be, if it cannot be one."""
    with about(name):
        try:
            with open(name, "rb") as stream:
                data = stream.read(limit + 1)
        except OSError as error:
            raise UnreadableError(f"the {what} cannot be opened: {error.strerror}") from None
        if len(data) > limit:
            raise ArgumentError(f"a {what} has at most {limit} bytes")
        return data


def load_trust(name: str) -> lists.Trust:
    """Read a trust file."""
    with about(name):
        return lists.Trust.parse(read_small(name, _TRUST_BYTES, "trust file"))


def list_key(name: str) -> bytes:
    """Read a list key file."""
    with about(name):
        return lists.load_list_key(name)


def signing_key(name: str, signer: str, kind: int = ED25519) -> lists.Signer:
    """Read a signing key file."""
    with about(name):
        return lists.load_signing_key(name, signer, kind)
