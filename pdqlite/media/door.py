"""
The door between our code and foreign decoders: whatever they raise becomes a MediaError that says what to do.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from pdqlite.errors import DamagedMediaError, PdqliteError, TooLargeError
from pdqlite.media.kinds import Kind

ADVICE = "if a viewer shows it, save it again from there"
_REASON = 100  # characters of a foreign message
_OBJECT = re.compile(r"<[^<>]*>|0x[0-9a-fA-F]+|'[^']*'|\"[^\"]*\"")  # what may show a name or an address


def reason(error: BaseException) -> str:
    """Return what a foreign error says in one line that may be shown: plain text, no names, no addresses."""
    text = _OBJECT.sub("...", " ".join(str(error).split()))
    text = "".join(c if c.isascii() and c.isprintable() else "?" for c in text)[:_REASON]
    return text or type(error).__name__


def damaged(kind: Kind, why: str) -> DamagedMediaError:
    """Return the error of a file that begins as its kind does, and cannot be decoded."""
    return DamagedMediaError(f"cannot be decoded, cut or damaged ({kind.name}): {why}; {ADVICE}")


@contextmanager
def guarded(kind: Kind) -> Iterator[None]:
    """Turn every foreign exception inside into one of our MediaErrors."""
    try:
        yield
    except PdqliteError:
        raise
    except (Image.DecompressionBombError, MemoryError):
        raise TooLargeError(f"a part of this file ({kind.name}) says that it is larger than what is decoded") from None
    except Exception as error:  # noqa: BLE001 - decoders raise anything on broken bytes, RuntimeError and AssertionError among them
        raise damaged(kind, reason(error)) from None


class _Quiet:
    """Keeps Pillow from warning while any thread decodes: what it warns of is checked here, or raised."""

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._context = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._context = warnings.catch_warnings()
                self._context.__enter__()
                warnings.filterwarnings("ignore", module=r"PIL\b|pillow_heif\b")
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._context.__exit__(None, None, None)


quiet = _Quiet()
