"""
A program as somebody outside writes it: checked by mypy --strict and pyright against the installed package, then run.

    python app.py PICTURE DIRECTORY_OF_A_RELEASE KEY TRUST
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from pdqlite import (
    Decision,
    FrameHash,
    ImageHash,
    Index,
    Matcher,
    MatchPolicy,
    Store,
    Trust,
    VideoHash,
    hamming,
    hash_file,
    hash_image,
    hash_video,
    kind_of,
    open_list,
)
from pdqlite.errors import ListError, MediaError, PdqliteError
from pdqlite.exchange import Record, Refusal, read
from pdqlite.lists import load_list_key


def bits_between(one: Path, other: Path) -> int:
    a, b = hash_image(one), hash_image(other)
    apart: int = a - b
    assert apart == hamming(a, b.hex) == a.distance(b)
    return apart


def hashes_of(path: str) -> list[ImageHash] | tuple[FrameHash, ...]:
    found = hash_file(path)
    if isinstance(found, VideoHash):
        return found.frames
    return [found]


def frames(count: int) -> Iterator[tuple[npt.NDArray[np.uint8], float]]:
    for number in range(count):
        yield np.full((64, 64), number, np.uint8), number / 10


def feed(data: bytes) -> tuple[list[ImageHash], list[str]]:
    good: list[ImageHash] = []
    bad: list[str] = []
    for item in read(data):
        if isinstance(item, Refusal):
            bad.append(f"{item.place}: {item.reason}")
        elif isinstance(item, Record) and item.signal == "pdq":
            good.append(ImageHash(item.value, 100 if item.quality is None else item.quality))
    return good, bad


def say(decision: Decision) -> str:
    where = decision.where
    if decision.matched and where is not None and decision.entry is not None:
        return f"entry {decision.entry} at {where.left:.2f}, rate {decision.rate}"
    return decision.verdict


def main(argv: list[str]) -> int:
    picture, release, key, trust_file = argv
    trust = Trust.parse(Path(trust_file).read_bytes())
    try:
        opened = open_list(release, load_list_key(key), trust=trust, now=int(time.time()))
        matcher: Matcher = opened.matcher(MatchPolicy(picture_rate=1e-8))
        print(say(matcher.match_file(picture)), say(matcher.match_frames(frames(3))))
        hits = Index(opened.entries.rows).search(hash_image(picture).bits)
        print([hit.row for hit in hits], kind_of(picture), len(hashes_of(picture)))
        good, bad = feed(f"pdq\n{hash_image(picture).hex}\nx\n".encode())
        print(len(good), bad)
        _ = (hash_video, Store)
    except (ListError, MediaError) as error:
        print(error, file=sys.stderr)
        return 1
    except PdqliteError:
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
