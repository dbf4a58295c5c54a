"""
Hashing and matching in an asyncio program: the event loop goes on while a thread decodes and matches. In a coroutine::

    from pdqlite import aio

    decision = await aio.match_file(matcher, "received.jpg")
    async for name, decision in aio.match_files(matcher, names, jobs=4):
        ...

A task that is cancelled stops waiting at once; the thread ends the file that it has begun, and begins no other.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncIterator, Iterable
from typing import Any, TypeVar

from pdqlite import sources
from pdqlite.errors import ArgumentError, PdqliteError, expect
from pdqlite.matching import Matcher
from pdqlite.media import Source
from pdqlite.types import Decision, ImageHash, VideoHash

_S = TypeVar("_S", bound=Source)


async def hash_file(source: Source, **options: Any) -> ImageHash | VideoHash:
    """Hash a file as `pdqlite.hash_file`, on a thread; options and errors are its own."""
    return await asyncio.to_thread(sources.hash_file, source, **options)


async def match_file(matcher: Matcher, source: Source, **options: Any) -> Decision:
    """Decide about a file as `Matcher.match_file`, on a thread; options and errors are its own."""
    expect("matcher", matcher, Matcher, "of an opened list: opened.matcher()")
    return await asyncio.to_thread(matcher.match_file, source, **options)


async def match_files(
    matcher: Matcher, files: Iterable[_S], jobs: int | None = None, **options: Any
) -> AsyncIterator[tuple[_S, Decision | PdqliteError]]:
    """
    Decide about many files, some at a time, in the order given.

    Args:
        files: Read as they are needed; an endless iterable is one too.
        jobs: Files at a time, 1 or more; None: as many as there are cores.
        options: Of `Matcher.match_file`.

    Yields:
        The file, and the decision; or the error of a file that cannot be decided about: the others go on.

    Raises:
        ArgumentError: No matcher, or no number of jobs.
    """
    expect("matcher", matcher, Matcher, "of an opened list: opened.matcher()")
    if jobs is not None and (not isinstance(jobs, int) or jobs < 1):
        raise ArgumentError("jobs needs a number from 1")
    if isinstance(files, str | bytes | os.PathLike) or not isinstance(files, Iterable):
        raise ArgumentError("files needs several of them, like a list of paths; for one call match_file")
    most = jobs or os.cpu_count() or 1
    coming, running = iter(files), deque[tuple[_S, asyncio.Task[Decision]]]()
    try:
        while True:
            for source in coming:
                running.append((source, asyncio.create_task(match_file(matcher, source, **options))))
                if len(running) >= most:
                    break
            if not running:
                return
            source, task = running.popleft()
            try:
                yield source, await task
            except PdqliteError as error:
                yield source, error
    finally:
        for _, task in running:
            task.cancel()
        await asyncio.gather(*(task for _, task in running), return_exceptions=True)
