"""
Small files that commands are given: keys, trust files; what cannot be read is named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass

from pdqlite import lists
from pdqlite.errors import ArgumentError, PdqliteError, UnreadableError
from pdqlite.lists.format import encoding, keys
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


SIGNING_KEY = "PEM file; or agent:FINGERPRINT of an ssh-agent; or a pkcs11: URI (docs/howto/key-ceremony.md)"


def signing_key(name: str, signer: str, kind: int = ED25519) -> lists.Signer:
    """Return the signing key that an argument names: in a file, an ssh-agent or a token."""
    with about(name.partition("?")[0]):
        encoding.name(signer, "key name")
        if name.startswith("agent:"):
            from pdqlite.cli.agent import AgentKey

            return lists.Signer(signer, AgentKey(name.removeprefix("agent:")), kind)
        if name.startswith("pkcs11:"):
            from pdqlite.cli.hardware import HardwareKey

            return lists.Signer(signer, HardwareKey(name), kind)
        return lists.load_signing_key(name, signer, kind, passphrase() if keys.is_encrypted(name) else None)


def passphrase(source: str | None = None) -> bytes:
    """Return a passphrase: from a file (0600), which PDQLITE_PASSPHRASE_FILE may name, else from the terminal."""
    source = source or os.environ.get("PDQLITE_PASSPHRASE_FILE")
    if source:
        with about(source):
            return keys.read_secret(source).rstrip(b"\r\n")
    return getpass("passphrase of the key: ").encode()
