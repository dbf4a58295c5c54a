"""
Keys in hardware: Ed25519 in a PKCS #11 token, named by a URI (RFC 7512).

Needs python-pkcs11 (the extra `hardware`). Tested with SoftHSM.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pdqlite.errors import KeyFileError
from pdqlite.lists.format.keys import read_secret


def _parts(text: str, separator: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(separator) if part)
    return {name: re.sub("%([0-9A-Fa-f]{2})", lambda m: chr(int(m[1], 16)), value) for name, _, value in pairs}


def _pin(query: dict[str, str]) -> str:
    source = query.get("pin-source", "").removeprefix("file:")
    if source:
        return read_secret(source).decode("utf-8", "replace").rstrip("\n")
    return os.environ.get("PDQLITE_PIN") or getpass("PIN of the token: ")


_EDWARDS25519 = b"\x13\x0cedwards25519"  # PrintableString, as PKCS #11 3.0, section 2.3.5 names the curve


def _generate(pkcs11: Any, session: Any, label: str) -> None:
    """Make an Ed25519 key in the token: private, and not to be taken out."""
    if next(iter(session.get_objects({pkcs11.Attribute.LABEL: label})), None) is not None:
        raise KeyFileError("the token has a key of this label; a key is never overwritten")
    curve = {pkcs11.Attribute.EC_PARAMS: _EDWARDS25519}
    parameters = session.create_domain_parameters(pkcs11.KeyType.EC_EDWARDS, curve, local=True)
    kept = {pkcs11.Attribute.SENSITIVE: True, pkcs11.Attribute.EXTRACTABLE: False}
    mechanism = pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN
    parameters.generate_keypair(mechanism=mechanism, store=True, label=label, private_template=kept)


class HardwareKey:
    """An Ed25519 key in a token: what a Signer asks of a private key. It never leaves the token."""

    def __init__(self, uri: str, new: bool = False) -> None:
        """
        Args:
            uri: "pkcs11:token=NAME;object=LABEL?module-path=LIBRARY&pin-source=file:PIN". Without `pin-source`
                the PIN is asked for, or taken from PDQLITE_PIN.
            new: Make the key, in the token; there must be none of this label.
        """
        path, _, query = uri.removeprefix("pkcs11:").partition("?")
        self._where, how = _parts(path, ";"), _parts(query, "&")
        if not {"token", "object"} <= self._where.keys() or "module-path" not in how:
            raise KeyFileError("expected pkcs11:token=NAME;object=LABEL?module-path=LIBRARY")
        self._library, self._pin = how["module-path"], _pin(how)
        with self._session(new) as (pkcs11, session):
            if new:
                _generate(pkcs11, session, self._where["object"])
            key = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=self._where["object"])
            self._public = bytes(key[pkcs11.Attribute.EC_POINT])[-32:]

    @contextmanager
    def _session(self, write: bool = False) -> Iterator[tuple[Any, Any]]:
        """Log in to the token for one operation."""
        try:
            import pkcs11
        except ImportError:
            raise KeyFileError("keys in hardware need python-pkcs11; pip install 'pdqlite[hardware]'") from None
        try:
            token = pkcs11.lib(self._library).get_token(token_label=self._where["token"])
            with token.open(user_pin=self._pin, rw=write) as session:
                yield pkcs11, session
        except pkcs11.PKCS11Error as error:
            raise KeyFileError(f"the token does not give this key ({type(error).__name__})") from None
        except RuntimeError:
            raise KeyFileError("the library of the token cannot be loaded: see module-path") from None

    def public_key(self) -> Ed25519PublicKey:
        """Return the public half."""
        return Ed25519PublicKey.from_public_bytes(self._public)

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of a signature, which the token makes."""
        with self._session() as (pkcs11, session):
            key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self._where["object"])
            return bytes(key.sign(data, mechanism=pkcs11.Mechanism.EDDSA))
