"""
The one place that can use a network: a publisher's witnesses, an auditor's mirror.

Nothing below the command line can reach it, and matching never imports it (tests/python/house/test_layers.py).
Every transfer is bounded in bytes and in time.
"""

from __future__ import annotations

import http.client
import os
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import IO, BinaryIO

from pdqlite.errors import ArgumentError, PdqliteError

TIMEOUT = 60.0  # seconds, for one whole transfer
SMALL = 17_000_000  # bytes: the largest tile of entries that the format allows
_PIECE = 1 << 16
_REQUEST = 1 << 20


class TransferError(PdqliteError):
    """A server that cannot be reached, or answers with an error, too much or too slowly."""

    def __init__(self, message: str, code: int | None = None, body: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.body = body


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener for http and https alone: no files, no ftp, no data addresses."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def is_url(text: str) -> bool:
    """Return True if this is an address, not a path."""
    return urllib.parse.urlsplit(text).scheme in ("http", "https")


def _transfer(request: urllib.request.Request, take: Callable[[bytes], object], limit: int, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    try:
        with _opener().open(request, timeout=min(timeout, 20.0)) as answer:
            got = 0
            while piece := answer.read1(_PIECE):
                got += len(piece)
                if got > limit:
                    raise TransferError(f"the server sends more than the {limit} bytes expected")
                if time.monotonic() > deadline:
                    raise TransferError(f"the server takes more than {timeout:g} s")
                take(piece)
            said = answer.headers.get("Content-Length", "")
            if said.isdigit() and got < int(said[:18]):
                raise TransferError(f"the server stops after {got} of {said} bytes")
    except urllib.error.HTTPError as error:
        with error:
            body = error.read(4096)
        raise TransferError(f"the server answers {error.code}", error.code, body) from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise TransferError(f"the server cannot be reached: {reason}") from None


def get(url: str, out: IO[bytes], limit: int = SMALL, timeout: float = TIMEOUT) -> None:
    """
    Write what an address holds to `out`.

    Raises:
        TransferError: More than `limit` bytes, longer than `timeout` seconds, or no answer; 404 is its `code`.
    """
    _transfer(urllib.request.Request(url), out.write, limit, timeout)


def post(url: str, body: bytes, limit: int = _REQUEST, timeout: float = TIMEOUT) -> bytes:
    """Send `body` to an address; return the answer of at most `limit` bytes. Raises TransferError."""
    parts: list[bytes] = []
    _transfer(urllib.request.Request(url, data=body, method="POST"), parts.append, limit, timeout)
    return b"".join(parts)


class Mirror:
    """
    The files below an address, each fetched at most once into a temporary directory.

    Args:
        url: Prefix, with or without a slash at its end.
        largest: Bytes of the largest encrypted file to fetch.
        timeout: Seconds for one file.

    Use in a `with`; the temporary directory goes at its end.
    """

    def __init__(self, url: str, largest: int = 1 << 30, timeout: float = 600.0) -> None:
        if not is_url(url):
            raise ArgumentError("expected an http or https address")
        self._url = url.rstrip("/") + "/"
        self._largest, self._timeout = largest, timeout
        self._folder = tempfile.TemporaryDirectory(prefix="pdqlite-mirror-")
        self._got: dict[str, str | None] = {}

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def _fetch(self, name: str) -> str:
        if name not in self._got:
            path = os.path.join(self._folder.name, str(len(self._got)))
            limit = self._largest if name.endswith(".cob") else SMALL
            try:
                with open(path, "wb") as out:
                    get(self._url + urllib.parse.quote(name), out, limit, self._timeout)
                self._got[name] = path
            except TransferError as error:
                if error.code not in (403, 404, 410):
                    raise
                self._got[name] = None
        found = self._got[name]
        if found is None:
            raise FileNotFoundError(2, "not on the mirror")
        return found

    def open(self, name: str) -> BinaryIO:
        return open(self._fetch(name), "rb")

    def size(self, name: str) -> int:
        return os.stat(self._fetch(name)).st_size


def ask_witness(url: str, request: Callable[[int], bytes], timeout: float = TIMEOUT) -> bytes:
    """
    Send a checkpoint to a witness (C2SP tlog-witness, add-checkpoint); return its response.

    Args:
        url: The witness's submission prefix.
        request: Makes the request for a witness that last saw so many leaves.

    Raises:
        TransferError: No answer, or a refusal; says with which code.
    """
    target = url.rstrip("/") + "/add-checkpoint"
    try:
        return post(target, request(0), timeout=timeout)
    except TransferError as error:
        text = error.body.decode("ascii", "replace").strip()
        if error.code != 409 or not text.isdigit() or len(text) > 16:
            raise _with_reason(error) from None
    try:
        return post(target, request(int(text)), timeout=timeout)
    except TransferError as error:
        raise _with_reason(error) from None


def _with_reason(error: TransferError) -> TransferError:
    """Return an error that says what the server gave as its reason, as far as it is a line of ASCII."""
    line = "".join(c if " " <= c <= "~" else " " for c in error.body.decode("ascii", "replace"))[:200].strip()
    return TransferError(f"{error}: {line}" if line else str(error), error.code, error.body)
