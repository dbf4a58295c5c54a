"""
Pictures and videos against the entries of a list: evidence, then a decision.

    matcher = Matcher(entries, Policy(), max_distance=31)
    decision = matcher.match_image("picture.jpg")
    decision = matcher.match_video("clip.mp4")
    decision = matcher.match_frames((luma, seconds) for ...)

Nothing here sends anything anywhere, and nothing is kept of what is matched.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import _native_decide as core
from pdqlite._deep import Deep
from pdqlite._looks import GROUPS, Look, Looker
from pdqlite.errors import ArgumentError, ShapeError
from pdqlite.index import Index, as_rows
from pdqlite.media import Limits, Source, open_video, read_picture
from pdqlite.media.source import LIMITS
from pdqlite.types import HASH_BITS, Decision, Entries, Evidence, FrameMatch, Policy, Where

FRAME_RADIUS = 60  # bits; frames of a video may be farther than a picture, for they add up
KEPT = 64  # pieces of evidence in a decision
MAX_SECONDS = 4_000_000  # what a 32-bit count of milliseconds holds, rounded down
NEGATIVE_ENTRY, VIDEO_FRAME = 1, 2  # bits of Entries.flags

Pixels = npt.NDArray[np.uint8]


def policy_numbers(policy: Policy, max_distance: int, video: bool) -> core.PolicyNumbers:
    """
    Return what a policy comes to for the C core.

    Raises:
        ArgumentError: A value of the policy, or the cap, is out of its range.
    """
    for name in ("picture_rate", "video_rate"):
        if not 1e-30 <= getattr(policy, name) <= 1:
            raise ArgumentError(f"{name} needs a rate from 1e-30 to 1")
    ranges = [("radius", policy.radius, 0, 256), ("min_quality", policy.min_quality, 0, 100),
              ("frames", policy.frames, 1, 1_000_000), ("max_distance", max_distance, 0, 256)]
    for name, value, low, high in ranges:
        if value is not None and not low <= value <= high:
            raise ArgumentError(f"{name} needs a number from {low} to {high}")
    picture, clip = (math.ceil(-100 * math.log10(r) - 1e-9)
                     for r in (policy.picture_rate, policy.video_rate))
    radius = policy.radius
    if radius is None:
        radius = FRAME_RADIUS if video else max(0, core.radius_of(picture, GROUPS))
    return core.PolicyNumbers(
        picture, clip, min(radius, max_distance), policy.min_quality, policy.frames
    )


def rate_of(surety: int) -> float:
    """Return the false-match rate of a surety."""
    return float(10.0 ** (-surety / 100))


class Matcher:
    """
    Matches pictures and videos against one list.

    Args:
        entries: The columns of a verified list.
        policy: What a match must be; Policy() if None.
        max_distance: The list's own cap on the distance of whole hashes, bits; without one the
            policy's false-match rate alone decides.

    Raises:
        ArgumentError: The policy is out of its ranges.
        ShapeError: Columns of different lengths.

    Safe on any number of threads once made.
    """

    def __init__(
        self, entries: Entries, policy: Policy | None = None, max_distance: int = HASH_BITS
    ) -> None:
        columns: list[Any] = [entries.categories, entries.sources, entries.flags, entries.quality]
        columns += [c for c in (entries.video, entries.time_ms) if c is not None]
        if any(len(c) != len(entries.rows) for c in columns):
            raise ShapeError("the columns of a list need one length")
        self.entries = entries
        self.policy = policy = policy or Policy()
        self._index = Index(as_rows(entries.rows))
        self._picture = policy_numbers(policy, max_distance, video=False)
        self._video = policy_numbers(policy, max_distance, video=True)
        self._deep = Deep(entries, policy)
        self._negative = (entries.flags & NEGATIVE_ENTRY) != 0

    def match_pixels(self, pixels: Pixels) -> Decision:
        """
        Decide about one decoded picture.

        Args:
            pixels: uint8, shape (rows, columns) gray, (rows, columns, 3) RGB or
                (rows, columns, 4) RGBA.

        Raises:
            ShapeError: Another shape or type, or a side under 5 pixels.
        """
        pixels = np.asarray(pixels)
        looks = Looker(pixels, self.policy).look(pixels)
        hits = self._search(looks, self._picture.radius)
        found = np.zeros(len(hits.row), core.EVIDENCE)
        found["row"], found["value"], found["look"] = hits.row, hits.distance, hits.query
        found["tier"] = core.TIER_HASH
        found["looks"] = np.array([look.looks for look in looks])[hits.query]
        qualities = np.array([look.quality for look in looks], np.uint8)
        found["quality"] = np.minimum(qualities[hits.query], self.entries.quality[hits.row])
        found["flags"] = np.where(self._negative[hits.row], core.NEGATIVE, 0)
        wheres = [look.where for look in looks]
        verdict = core.decide(self._picture, found)
        for stage in (self._deep.local, self._deep.uncrop):  # each only if what came before found nothing
            if verdict.verdict != "match":
                found = np.concatenate([found, stage(pixels, looks[0].quality, wheres)])
                verdict = core.decide(self._picture, found)
        evidence = self._evidence(found, wheres)
        if verdict.verdict == "no match":
            return Decision("no match", quality=looks[0].quality, evidence=evidence)
        best = found[verdict.evidence]
        row = int(best["row"])
        nearest = found[(found["row"] == row) & (found["tier"] == core.TIER_HASH)]
        return Decision(
            verdict.verdict,
            entry=row,
            tier=int(best["tier"]),
            rate=rate_of(verdict.surety),
            distance=min(nearest["value"].tolist(), default=None),
            quality=looks[0].quality,
            where=wheres[int(best["look"])],
            categories=int(self.entries.categories[row]),
            sources=int(self.entries.sources[row]),
            video=self._video_of(row),
            agreeing=1,
            evidence=evidence,
        )

    def match_image(self, source: Source | Pixels, limits: Limits = LIMITS) -> Decision:
        """
        Decide about one picture: a path, bytes, a seekable binary stream, or pixels.

        Raises:
            MediaError: It cannot be read or decoded; the subclass says why.
            ShapeError: As match_pixels.
        """
        if isinstance(source, np.ndarray):
            return self.match_pixels(source)
        return self.match_pixels(read_picture(source, luma_only=True, limits=limits).pixels)

    def match_video(
        self, source: Source, every: float = 0.5, stop_early: bool = False, limits: Limits = LIMITS
    ) -> Decision:
        """
        Decide about one video: a path, bytes or a seekable binary stream.

        Args:
            every: Seconds between two frames that are looked at, above 0.
            stop_early: Read no further once the evidence is enough for a match.

        Raises:
            MediaError: It cannot be read or decoded; the subclass says why.
            ShapeError: Its frames have a side under 5 pixels.
        """
        if not every > 0:
            raise ArgumentError("every needs a number of seconds above 0")
        watch = Watch(self)
        with open_video(source, "time", every, limits) as video:
            for frame in video:
                watch.push(frame.luma, frame.time, frame.limited)
                if stop_early and watch.enough():
                    break
            return replace(watch.decision(), damaged=video.damaged, truncated=video.truncated)

    def match_frames(
        self,
        frames: Iterable[tuple[Pixels, float]],
        limited: bool = False,
        stop_early: bool = False,
    ) -> Decision:
        """
        Decide about a video, given as decoded frames.

        Args:
            frames: (luma or RGB pixels, seconds since the start), in time order, of one size.
            limited: The luma runs from 16 black to 235 white, as in most video.
            stop_early: Take no more frames once the evidence is enough for a match.

        Raises:
            ShapeError: A frame of another shape or type than match_pixels takes.
            ArgumentError: Times that run backwards, are negative or past 46 days.
        """
        watch = Watch(self)
        for pixels, seconds in frames:
            watch.push(pixels, seconds, limited)
            if stop_early and watch.enough():
                break
        return watch.decision()

    def watch(self) -> Watch:
        """Return a decision in the making, to which an embedder pushes frames as they come."""
        return Watch(self)

    def _search(self, looks: list[Look], radius: int) -> Any:
        return self._index.search_many([look.bits for look in looks], radius)

    def _evidence(self, found: npt.NDArray[Any], wheres: list[Where]) -> tuple[Evidence, ...]:
        far = np.where(found["tier"] == core.TIER_HASH, found["value"], 0)
        nearest = np.lexsort((found["row"], far))[:KEPT]
        return tuple(
            Evidence(
                int(e["row"]), int(e["tier"]), int(e["value"]) if e["tier"] == core.TIER_HASH else None,
                int(e["quality"]), wheres[int(e["look"])], bool(e["flags"] & core.NEGATIVE),
                None if e["tier"] == core.TIER_HASH else float(e["value"]) / 16,
            )
            for e in found[nearest]
        )  # fmt: skip

    def _video_of(self, row: int) -> int | None:
        if self.entries.video is None or not self.entries.flags[row] & VIDEO_FRAME:
            return None
        return int(self.entries.video[row])


class Watch:
    """One video being watched: push frames, ask at any time. Memory does not grow with it."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._votes = core.Votes(matcher._video)
        self._looker: Looker | None = None
        self._last = 0.0
        self._frames = 0
        self._quality = 0
        self._kept: dict[tuple[int, int, int], list[FrameMatch]] = {}

    def push(self, pixels: Pixels, seconds: float, limited: bool = False) -> None:
        """Add one frame; see Matcher.match_frames. After an error nothing was added."""
        if not 0 <= seconds <= MAX_SECONDS or seconds < self._last:
            raise ArgumentError("the seconds of a frame need to be from 0 on, none before the last")
        pixels = np.asarray(pixels)
        if self._looker is None or pixels.shape != self._looker.shape:
            self._looker = Looker(pixels, self._matcher.policy)
        looks = self._looker.look(pixels, limited)
        self._last = seconds
        self._frames += 1
        self._quality = max(self._quality, looks[0].quality)
        hits, where = self._hits(looks)
        self._votes.push(round(seconds * 1000), looks[0].bits, hits)
        self._keep(hits, where, seconds)

    def enough(self) -> bool:
        """True once the frames so far are a match."""
        return core.VERDICTS[self._votes.best().verdict] == "match"

    def decision(self) -> Decision:
        """Return what the frames so far come to."""
        best = self._votes.best()
        if core.VERDICTS[best.verdict] != "match":
            return Decision("no match", quality=self._quality, frames=self._frames)
        entries, row = self._matcher.entries, best.row
        key = best.still, best.row if best.still else best.video, best.look
        matches = self._kept.get(key, [])
        in_entry = (best.entry_start_ms / 1000, best.entry_end_ms / 1000)
        return Decision(
            "match",
            entry=row,
            tier=core.TIER_HASH,
            rate=rate_of(best.surety),
            distance=best.distance,
            quality=self._quality,
            where=next((m.where for m in matches if round(m.time * 1000) == best.at_ms), None),
            categories=int(entries.categories[row]),
            sources=int(entries.sources[row]),
            video=None if best.still else best.video,
            time=best.at_ms / 1000,
            span=(best.query_start_ms / 1000, best.query_end_ms / 1000),
            entry_span=None if best.still else in_entry,
            frames=self._frames,
            agreeing=best.frames,
            frame_matches=tuple(matches),
        )

    def _hits(self, looks: list[Look]) -> tuple[npt.NDArray[Any], list[Where]]:
        """Return this frame's hits, nearest first, of sufficient quality on both sides."""
        matcher, entries = self._matcher, self._matcher.entries
        least = matcher.policy.min_quality
        found = matcher._search(looks, matcher._video.radius)
        qualities = np.array([look.quality for look in looks])
        good = (qualities[found.query] >= least) & (entries.quality[found.row] >= least)
        rows, look, distance = found.row[good], found.query[good], found.distance[good]
        nearest = np.lexsort((rows, distance))[: core.FRAME_HITS]
        rows, look = rows[nearest], look[nearest]
        hits = np.zeros(len(rows), core.FRAME_HIT)
        hits["row"], hits["distance"] = rows, distance[nearest]
        hits["look"] = np.array([one.number for one in looks])[look]
        hits["looks"] = np.array([one.looks for one in looks])[look]
        still = (entries.flags[rows] & VIDEO_FRAME) == 0
        if entries.video is None or entries.time_ms is None:
            still[:] = True
        else:
            hits["video"], hits["time_ms"] = entries.video[rows], entries.time_ms[rows]
        hits["flags"] = still * core.STILL + matcher._negative[rows] * core.NEGATIVE
        return hits, [looks[i].where for i in look]

    def _keep(self, hits: npt.NDArray[Any], where: list[Where], seconds: float) -> None:
        """Remember, for at most KEPT videos, the first KEPT frames that met each."""
        seen = set()
        for hit, at_look in zip(hits, where, strict=True):
            still = int(hit["flags"]) & core.STILL
            key = (still // core.STILL, int(hit["row" if still else "video"]), int(hit["look"]))
            if key in seen or (key not in self._kept and len(self._kept) >= KEPT):
                continue
            seen.add(key)
            kept = self._kept.setdefault(key, [])
            if len(kept) < KEPT:
                at = None if still else int(hit["time_ms"]) / 1000
                near = int(hit["distance"])
                kept.append(FrameMatch(seconds, int(hit["row"]), at, near, at_look))
