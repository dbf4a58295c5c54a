"""
Keys that stay in an ssh-agent: a UNIX socket of this machine, no network.

Protocol: draft-ietf-sshm-ssh-agent, sections 3.5 (list) and 3.6 (sign). A signature of an Ed25519 identity is a
plain Ed25519 signature of the bytes given (RFC 8709, section 6).
"""

from __future__ import annotations

import base64
import hashlib
import os
import socket

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pdqlite.errors import KeyFileError

_LIST, _KEYS, _SIGN, _SIGNATURE = 11, 12, 13, 14
_MOST = 1 << 18  # bytes of an answer
_TIMEOUT = 60.0  # an agent may ask its user first
_KIND = b"ssh-ed25519"


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    end = at + 4 + int.from_bytes(data[at : at + 4], "big")
    if len(data) < at + 4 or end > len(data):
        raise KeyFileError("the ssh-agent's answer is cut")
    return data[at + 4 : end], end


def _ask(message: bytes, expected: int) -> bytes:
    """Send one request; return what follows the number of the answer."""
    path = os.environ.get("SSH_AUTH_SOCK")
    if not path:
        raise KeyFileError("no ssh-agent: SSH_AUTH_SOCK is not set; start one, and ssh-add the key")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.settimeout(_TIMEOUT)
            agent.connect(path)
            agent.sendall(_string(message))
            with agent.makefile("rb") as stream:
                size = int.from_bytes(stream.read(4), "big")
                answer = stream.read(size) if 0 < size <= _MOST else b""
    except OSError as error:
        raise KeyFileError(f"the ssh-agent cannot be asked ({error.strerror or error})") from None
    if not size or len(answer) != size or answer[0] != expected:
        raise KeyFileError("the ssh-agent refuses, or its answer is none of the protocol")
    return answer[1:]


def identities() -> list[tuple[bytes, str]]:
    """Return public key (32 bytes) and comment of each Ed25519 identity of the agent."""
    answer, found, at = _ask(bytes([_LIST]), _KEYS), [], 4
    for _ in range(int.from_bytes(answer[:4], "big")):
        blob, at = _take(answer, at)
        comment, at = _take(answer, at)
        kind, then = _take(blob, 0)
        if kind == _KIND:
            public, then = _take(blob, then)
            if len(public) == 32:
                found.append((public, comment.decode("utf-8", "replace")))
    return found


def fingerprint(public: bytes) -> str:
    """Return what `ssh-add -l` shows of a key."""
    digest = hashlib.sha256(_string(_KIND) + _string(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class AgentKey:
    """An Ed25519 key in an agent: what a Signer asks of a private key."""

    def __init__(self, wanted: str) -> None:
        """Args: wanted: fingerprint or comment, as `ssh-add -l` shows them; empty where there is one key alone."""
        found = [p for p, comment in identities() if wanted in ("", fingerprint(p), comment)]
        if len(found) != 1:
            many = "no Ed25519 key" if not found else f"{len(found)} Ed25519 keys"
            raise KeyFileError(f"the ssh-agent has {many} of this name; name one by its fingerprint (ssh-add -l)")
        self._public = found[0]

    def public_key(self) -> Ed25519PublicKey:
        """Return the public half."""
        return Ed25519PublicKey.from_public_bytes(self._public)

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of a signature, which the agent makes."""
        blob = _string(_KIND) + _string(self._public)
        signed, _ = _take(_ask(bytes([_SIGN]) + _string(blob) + _string(data) + bytes(4), _SIGNATURE), 0)
        kind, at = _take(signed, 0)
        signature, _ = _take(signed, at)
        if kind != _KIND or len(signature) != 64:
            raise KeyFileError("the ssh-agent's answer is no Ed25519 signature")
        return signature
