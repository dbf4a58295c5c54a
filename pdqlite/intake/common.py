"""
Windows of sound that say little: the same in many videos of a list (jingles, stock music, notification sounds).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pdqlite import lists
from pdqlite.index import Index
from pdqlite.lists.format.plaintext import SOUND
from pdqlite.types import Entries

RADIUS = 31  # bits within which two windows are one sound, and two frames one picture
VIDEOS = 3  # a sound that more videos of a list have than this says nothing of any of them
FRAMES = 2  # frames that two videos share if they are versions of one: their sound counts once
_BATCH = 1024

Numbers = npt.NDArray[np.uint32]


def without_common(entries: Entries) -> tuple[Entries, int]:
    """
    Return entries without windows of sound that more than VIDEOS videos have, and how many those are. Versions of one video, by their
    frames, are one.
    """
    heard = np.flatnonzero(entries.flags & SOUND)
    if entries.video is None or not len(heard):
        return entries, 0
    rows, videos = np.ascontiguousarray(entries.rows[heard]), entries.video[heard]
    windows, others = _near(rows, videos)
    common = _more_than(windows, others, len(rows))
    if common.any():
        first = _versions(entries, np.unique(others[np.isin(windows, np.flatnonzero(common))]))
        common = _more_than(windows, first[others], len(rows))
    kept = np.ones(len(entries), bool)
    kept[heard[common]] = False
    return (lists.take(entries, np.flatnonzero(kept)) if common.any() else entries), int(common.sum())


def _near(rows: npt.NDArray[np.uint8], videos: Numbers) -> tuple[npt.NDArray[np.int64], Numbers]:
    """Return pairs without repetition: the number of a row, and a video that has a row near to it."""
    index, pairs = Index(rows, radius=RADIUS), []
    for start in range(0, len(rows), _BATCH):
        found = index.search_many(rows[start : start + _BATCH], RADIUS)
        pairs.append(np.unique(np.stack([found.query.astype(np.int64) + start, videos[found.row]], axis=1), axis=0))
    every = np.concatenate(pairs)
    return every[:, 0], every[:, 1].astype(np.uint32)


def _more_than(windows: npt.NDArray[np.int64], videos: Numbers, n: int) -> npt.NDArray[np.bool_]:
    different = np.unique(np.stack([windows, videos.astype(np.int64)], axis=1), axis=0)
    return np.bincount(different[:, 0], minlength=n) > VIDEOS


def _versions(entries: Entries, among: Numbers) -> Numbers:
    """Return for each number of a video the least of its versions, by frames that are near; only some videos are asked."""
    assert entries.video is not None
    first = np.arange(int(entries.video.max()) + 1, dtype=np.uint32)
    frames = np.flatnonzero((entries.flags & SOUND == 0) & np.isin(entries.video, among))
    if not len(frames):
        return first
    videos = entries.video[frames]
    near, others = _near(np.ascontiguousarray(entries.rows[frames]), videos)
    pairs, counts = np.unique(np.stack([videos[near], others], axis=1), axis=0, return_counts=True)
    for a, b in pairs[counts >= FRAMES].tolist():
        low, high = sorted((int(first[a]), int(first[b])))
        first[first == high] = low
    return first
