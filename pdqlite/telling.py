"""
How far a long piece of work has come, told to whoever asked.

    with followed(lambda share: print(f"{share:.0%}")):
        pdqlite.hash_video("long.mp4")

Readers of videos tell; what follows is set for the thread (or the asyncio task) that asked, and for no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Follower = Callable[[float], None]

_follower: ContextVar[Follower | None] = ContextVar("pdqlite_follower", default=None)


@contextmanager
def followed(follower: Follower) -> Iterator[None]:
    """
    Call `follower` with the share of a video that was read, 0 to 1, at most once a frame, while in this `with`.

    The share is that of the file's bytes, or of the limit of seconds if that comes nearer. Where a video is read
    twice (key frames first, then all), it begins anew. What the follower raises ends the work.
    """
    token = _follower.set(follower)
    try:
        yield
    finally:
        _follower.reset(token)


def tell(share: float) -> None:
    """Say that so much is done, 0 to 1."""
    follower = _follower.get()
    if follower is not None:
        follower(min(1.0, max(0.0, share)))
