"""
What the confined child of a worker does: decode one file and hash it. It gets a path or bytes, and sends back hashes alone.
"""

from __future__ import annotations

import signal
from collections.abc import Callable

from pdqlite.making import Made, made_of

SERVER = "pdqlite.scale.child:server"
_GRACE = 5  # seconds that whoever asked has to end the child itself

Question = tuple[str | bytes, bool, float]


def server(_: None) -> Callable[[Question | None], Made | None]:
    """Return what the child does: its answers, for one worker."""

    def answer(question: Question | None) -> Made | None:
        if question is None:
            return None  # it has started
        source, signatures, seconds = question
        signal.alarm(int(seconds) + _GRACE)  # a child whose worker was killed ends too, even in the middle of a decoder
        try:
            return made_of(source, signatures)
        finally:
            signal.alarm(0)

    return answer
