"""
Pictures and videos against the entries of a list: evidence, then a decision.

    matcher = Matcher(entries, MatchPolicy(), max_distance=31)
    decision = matcher.match_image("picture.jpg")
    decision = matcher.match_video("clip.mp4")
    decision = matcher.match_frames((luma, seconds) for ...)

Nothing here sends anything anywhere, and nothing is kept of what is matched. Every rule
is the C core's (csrc/match/picture.c), so that all bindings decide alike.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from pdqlite.errors import ArgumentError, NoVideoError, ShapeError, expect
from pdqlite.hearing import MAX_SOUND_DISTANCE, SoundList
from pdqlite.index import Index, as_rows
from pdqlite.media import Limits, Source, kind_of, open_sound, open_video, read_picture
from pdqlite.media.isolated import read_picture_apart, reusable
from pdqlite.media.source import LIMITS
from pdqlite.native import index as native_index
from pdqlite.native import matcher as core
from pdqlite.native.keypoints import KeypointIndex
from pdqlite.native.listen import ENTRY_SOUND, first_of
from pdqlite.seeing import best_of
from pdqlite.types import HASH_BITS, Blocks, Decision, Entries, Evidence, MatchPolicy, Pages, SoundUse, View
from pdqlite.watching import Watch, decision_of, nats_of, number_of, rate_of, where_of

Pixels = npt.NDArray[np.uint8]


def policy_numbers(policy: MatchPolicy, max_distance: int) -> core.PolicyNumbers:
    """
    Return what a policy comes to for the C core.

    Raises:
        ArgumentError: A value of the policy, or the cap, is out of its range.
    """
    expect("policy", policy, MatchPolicy)
    for name in ("picture_rate", "video_rate"):
        if not 1e-30 <= getattr(policy, name) <= 1:
            raise ArgumentError(f"{name} needs a rate from 1e-30 to 1")
    most = policy.false_matches_per_million
    if most is not None and not 1e-24 <= most <= 1_000_000:
        raise ArgumentError("false_matches_per_million needs a number from 1e-24 to 1 000 000, or None")
    ranges = [("radius", policy.radius, 0, 256), ("min_quality", policy.min_quality, 0, 100),
              ("frames", policy.frames, 1, 1_000_000), ("max_distance", max_distance, 0, 256),
              ("uncrop_entries", policy.uncrop_entries, 0, 2**32 - 1)]  # fmt: skip
    for name, value, low, high in ranges:
        if value is not None and not low <= value <= high:
            raise ArgumentError(f"{name} needs a number from {low} to {high}")
    picture, clip, whole = (math.ceil(-100 * math.log10(r) - 1e-9)
                            for r in (policy.picture_rate, policy.video_rate, 1.0 if most is None else most / 1e6))  # fmt: skip
    views = (core.TURNED * policy.turned + core.INVERTED * policy.inverted
             + core.REGIONS * policy.regions + core.KEYPOINTS * policy.keypoints + core.TILTED * policy.tilted)  # fmt: skip
    radius = core.RADIUS_BY_RATE if policy.radius is None else policy.radius
    return core.PolicyNumbers(picture, clip, radius, max_distance, policy.min_quality, policy.frames,
                              views, policy.uncrop_entries, int(policy.confirm), whole)  # fmt: skip


def _meta(entries: Entries) -> npt.NDArray[Any]:
    names = ["categories", "sources", "flags", "quality"]
    timed = entries.video is not None and entries.time_ms is not None
    names += ["video", "time_ms"] if timed else []
    meta = np.zeros(len(entries.rows), core.META_VIDEO if timed else core.META_PICTURE)
    for name in names:
        column = getattr(entries, name)
        if len(column) != len(meta):
            raise ShapeError("the columns of a list need one length")
        meta[name] = column
    return meta


def _as_meta(meta: npt.NDArray[np.uint8]) -> npt.NDArray[Any]:
    return meta.reshape(-1).view(core.META_VIDEO if meta.shape[1] == core.META_VIDEO.itemsize else core.META_PICTURE)


def _of_media(meta: npt.NDArray[np.uint8]) -> None:
    if meta.shape[1] not in (core.META_PICTURE.itemsize, core.META_VIDEO.itemsize):
        raise ArgumentError("a list of files: use its exact()")


def _sounds(
    rows: npt.NDArray[np.uint8], meta: npt.NDArray[np.uint8], policy: MatchPolicy, cap: int | None
) -> tuple[SoundList | None, int]:
    """Return what the policy listens to, and how many entries come before the windows of sound."""
    if policy.sound not in get_args(SoundUse):
        raise ArgumentError(f"sound needs to be one of {', '.join(get_args(SoundUse))}")
    n = first_of(meta)
    if meta.shape[1] == core.META_VIDEO.itemsize and np.count_nonzero(meta[:, 4] & ENTRY_SOUND) != len(meta) - n:
        raise ArgumentError("windows of sound need to come last, as in a list: lists.merge puts entries in order")
    if n == len(meta) or policy.sound == "off" or not len(rows):
        return None, n
    return SoundList(rows[n:], meta[n:], n, MAX_SOUND_DISTANCE if cap is None else cap, policy.sound_rate), n


class Matcher:
    """
    Matches pictures and videos against one list.

    Args:
        entries: The columns of a verified list.
        policy: What a match must be; MatchPolicy() if None.
        max_distance: The list's own cap on the distance of whole hashes, bits; without one the
            policy's false-match rate alone decides.
        index: An index of entries.rows, in their order, for instance one opened from the file in which it
            was stored at install; built here if None. That its rows are those of the list is not checked. Without windows of sound.
        max_sound_distance: The list's own cap on the distance of windows of sound, bits; 84 if None.

    Raises:
        ArgumentError: The policy is out of its ranges, or the index has changes: compact it first.
        ShapeError: Columns of different lengths, or an index of another number of rows.

    Safe on any number of threads once made.
    """

    def __init__(
        self,
        entries: Entries,
        policy: MatchPolicy | None = None,
        max_distance: int = HASH_BITS,
        index: Index | None = None,
        max_sound_distance: int | None = None,
    ) -> None:
        if not hasattr(entries, "rows"):
            raise ArgumentError(
                f"a matcher is made of Entries, not {type(entries).__name__}; of an opened list by opened.matcher()"
            )
        if entries.exact:
            raise ArgumentError("a list of files: use its exact()")
        if any(len(c) != len(entries.rows) for c in (entries.video, entries.time_ms) if c is not None):
            raise ShapeError("the columns of a list need one length")
        self.entries: Entries | None = entries
        self.lacks: tuple[str, ...] = ()  # what the policy asks for, and this matcher cannot look at
        self.policy = policy = policy or MatchPolicy()
        self._max_distance, self._max_sound_distance = max_distance, max_sound_distance
        numbers = policy_numbers(policy, max_distance)
        every = np.ascontiguousarray(as_rows(entries.rows))
        whole = _meta(entries)
        bare = whole.view(np.uint8).reshape(len(every), whole.dtype.itemsize)
        self._sounds, n = _sounds(every, bare, policy, max_sound_distance)
        rows, meta = every[:n], whole[:n]
        if index is not None and len(index) != n:
            raise ShapeError(
                "the index needs the rows of the list, no more and no fewer; windows of sound are not in it"
            )
        keypoints = None
        if entries.keypoints and policy.keypoints:
            frames = bare[:n] if entries.video is not None else None
            keypoints = KeypointIndex(entries.keypoints[:n], rows=rows, meta=frames)
        given = core.MatchList(
            rows, meta, native_index.build(rows, "auto") if index is None else np.frombuffer(index.block, np.uint8),
            None if keypoints is None else (keypoints.block, keypoints.nbytes),
        )  # fmt: skip
        self._native = core.Matcher(given, numbers)

    @classmethod
    def of_blocks(cls, blocks: Blocks, policy: MatchPolicy | None = None) -> Matcher:
        """
        Make a matcher over an installed list (lists.Store): nothing is built or copied.

        Raises:
            ArgumentError: The policy is out of its ranges.
            IndexBlockError: A block is damaged.
        """
        _of_media(blocks.meta)
        policy = policy or MatchPolicy()
        numbers = policy_numbers(policy, blocks.max_distance)
        keypoints = (
            None if blocks.keypoints is None or not policy.keypoints else (blocks.keypoints, blocks.keypoints.nbytes)
        )
        sounds, n = _sounds(blocks.rows, blocks.meta, policy, blocks.max_sound_distance)
        given = core.MatchList(
            blocks.rows[:n], _as_meta(blocks.meta[:n]), blocks.index, keypoints, packed=blocks.packed
        )
        return cls._of_native(core.Matcher(given, numbers), policy, sounds)

    @classmethod
    def of_pages(cls, pages: Pages, policy: MatchPolicy | None = None) -> Matcher:
        """
        Make a matcher over a list whose hashes stay sealed on disk: 16 KiB of them are in memory at a time.

        Whole hashes alone, of pictures and videos: keypoint signatures and un-cropping need a list that is resident.
        A picture reads every page once, and so does each view of a video. What a read raises comes out of the match.

        Raises:
            ArgumentError: The policy is out of its ranges.
        """
        _of_media(pages.meta)
        policy = policy or MatchPolicy()
        numbers = policy_numbers(policy, pages.max_distance)
        none = np.zeros((0, 32), np.uint8)
        given = core.MatchList(none, _as_meta(pages.meta), source=core.RowSource(pages.read))
        lacks = ("sound",) if policy.sound != "off" and first_of(pages.meta) < len(pages.meta) else ()
        return cls._of_native(core.Matcher(given, numbers), policy, None, lacks)

    @classmethod
    def _of_native(
        cls, native: core.Matcher, policy: MatchPolicy, sounds: SoundList | None = None, lacks: tuple[str, ...] = ()
    ) -> Matcher:
        matcher = cls.__new__(cls)
        matcher.entries, matcher.policy, matcher._native = None, policy, native
        matcher._sounds, matcher.lacks = sounds, lacks
        return matcher

    @property
    def native(self) -> core.Matcher:
        """The matcher of the core."""
        return self._native

    @property
    def sounds(self) -> SoundList | None:
        """The windows of sound that are listened to; None if the list has none, or the policy is "off"."""
        return self._sounds

    def __reduce__(self) -> tuple[type[Matcher], tuple[Entries, MatchPolicy, int, None, int | None]]:
        """
        Pickle a matcher over entries: another process builds its own index from them.

        Raises:
            ArgumentError: It is over an installed list; open the store in each process, where the file is shared.
        """
        if self.entries is None:
            raise ArgumentError(
                "a matcher over an installed list is not pickled: call Store(...).open() in each process, as an "
                "initialiser; the file is mapped, so they share its memory"
            )
        return type(self), (self.entries, self.policy, self._max_distance, None, self._max_sound_distance)

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
        decision, findings = self._native.match(pixels)
        evidence = tuple(
            Evidence(f.entry, f.tier, number_of(f.distance), f.quality, where_of(f.where), bool(f.negative),
                     f.score / 16 if f.distance == core.NONE else None, core.CONFIRMED.get(f.confirmed), nats_of(f.proof),
                     rate_of(f.neg_log10_fpr_x100), bool(f.below))
            for f in findings
        )  # fmt: skip
        return decision_of(decision, evidence=evidence)

    def views(self, pixels: Pixels) -> list[View]:
        """Return the ways in which match_pixels sees a picture, the whole of it as it is first. For measurements."""
        return [View(where_of(k.where), bytes(k.bits), k.quality, k.number, k.trials)
                for k in self._native.views(np.asarray(pixels))]  # fmt: skip

    def match_image(self, source: Source | Pixels, limits: Limits = LIMITS, isolate: bool = False) -> Decision:
        """
        Decide about one picture: a path, bytes, a binary stream, or pixels.

        A picture that lets through (alpha) is also matched as it is seen on white and on black; the three share the rate.
        `isolate`: decode in a confined child process, from which only pixels come back.

        Raises:
            MediaError: It cannot be read or decoded; the subclass says why.
            ShapeError: As match_pixels.
        """
        if isinstance(source, np.ndarray):
            return self.match_pixels(source)
        picture = (read_picture_apart if isolate else read_picture)(source, luma_only=True, limits=limits)
        found = best_of(
            [self.match_pixels(pixels) for pixels in (picture.pixels, *picture.grounds)], self.policy.picture_rate
        )
        return replace(found, damaged=picture.damaged)

    def match_file(
        self,
        source: Source,
        every: float = 0.5,
        stop_early: bool = False,
        limits: Limits = LIMITS,
        isolate: bool = False,
        thorough: bool = True,
    ) -> Decision:
        """
        Decide about a file, whichever it is: a picture as match_image, a video or an animation as match_video; a file of sound alone as
        match_sound, where the policy lets sound be alone.
        `isolate`: decode in a confined child process, from which only pixels come back.

        In asyncio: `await pdqlite.aio.match_file(matcher, path)`; decoding and matching leave Python's lock to others.

        Raises:
            MediaError: It cannot be read or decoded; the subclass says why.
            ShapeError: It has a side under 5 pixels.
        """
        with reusable(source, limits, isolate) as again:
            if kind_of(again, limits, isolate) == "picture":
                return self.match_image(again, limits, isolate)
            try:
                return self.match_video(again, every, stop_early, limits, thorough, isolate)
            except NoVideoError:
                if self._sounds is None or self.policy.sound != "alone":
                    raise
                return self.match_sound(again, stop_early, limits, isolate)

    def match_sound(
        self, source: Source, stop_early: bool = False, limits: Limits = LIMITS, isolate: bool = False
    ) -> Decision:
        """
        Decide about the sound of a file alone, whatever else is in it: verdict "same sound" or "no match". It needs the policy's `sound` to
        be "alone", and a list with windows of sound.

        Raises:
            ArgumentError: The policy or the list has no use for it.
            MediaError: It cannot be read or decoded, or has no sound; the subclass says why.
        """
        if self._sounds is None or self.policy.sound != "alone":
            raise ArgumentError(
                'sound alone is matched where the list has windows of sound and the policy says sound="alone"'
            )
        watch = Watch(self)
        with open_sound(source, limits, isolate) as sound:
            for piece in sound:
                watch.hear([piece])
                if stop_early and watch.enough():
                    break
            watch.end_sound()
            said = {name: getattr(sound, name) for name in ("damaged", "truncated", "missing")}
        return replace(watch.decision(), **said)

    def match_video(
        self,
        source: Source,
        every: float = 0.5,
        stop_early: bool = False,
        limits: Limits = LIMITS,
        thorough: bool = True,
        isolate: bool = False,
    ) -> Decision:
        """
        Decide about one video. What it shows for `every` seconds is looked at; in GIFs, and in its first 10 s, for 0.1 s.

        Args:
            every: Seconds between two frames that are looked at, above 0.
            stop_early: Read no further once the evidence is enough for a match; spans are then those so far.
            thorough: False: look at key frames first, and no further where they are near nothing in the list. That is some
                25 times faster on strangers, and misses what is shown between key frames alone: `missing` says so.
            isolate: Decode in a confined child process, from which only pixels come back.

        Raises:
            MediaError: It cannot be read or decoded; the subclass says why.
            ShapeError: Its frames have a side under 5 pixels.
        """
        if not every > 0:
            raise ArgumentError("every needs a number of seconds above 0")
        with reusable(source, limits, isolate) as again:
            if stop_early or not thorough:
                video = open_video(again, "keyframes", every, limits, None, isolate, self._sounds is not None)
                decision, enough, hopeful = self._watch_video(video, every, stop_early, keys=True)
                if enough or not (thorough or hopeful):
                    return decision
            return self._watch_video(
                open_video(again, "glimpses", every, limits, None, isolate, self._sounds is not None), every, stop_early
            )[0]

    def _watch_video(
        self, opening: open_video, every: float, stop_early: bool, keys: bool = False
    ) -> tuple[Decision, bool, bool]:
        """Return what these frames of a video come to, whether they are enough to stop, and whether others may show more."""
        watches, due = [Watch(self)], 0.0
        with opening as video:
            for frame in video:
                watches[0].hear(video.heard())
                if keys and frame.time < due:
                    continue
                due = frame.time + every * 0.99
                planes = (frame.luma, *frame.grounds)
                watches += [Watch(self, watches[0]) for _ in planes[len(watches) :]]
                for i, watch in enumerate(watches):
                    watch.push(planes[min(i, len(planes) - 1)], frame.time, frame.limited)
                if stop_early and any(watch.enough() for watch in watches):
                    break
            watches[0].hear(video.heard())
            watches[0].end_sound()
            enough = stop_early and any(watch.enough() for watch in watches)
            found = best_of([watch.decision() for watch in watches], self.policy.video_rate)
            said = {name: getattr(video, name) for name in ("damaged", "truncated", "discontinuity", "missing")}
            return replace(found, **said), enough, any(watch.hopeful() for watch in watches)

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
        try:
            pairs = iter(frames)
        except TypeError:
            raise ArgumentError(f"frames need to be pairs of pixels and seconds, not {type(frames).__name__}") from None
        for pair in pairs:
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise ArgumentError("frames need to be pairs of pixels and seconds; for a file call match_video")
            watch.push(*pair, limited)
            if stop_early and watch.enough():
                break
        return watch.decision()

    def watch(self) -> Watch:
        """Return a decision in the making, to which an embedder pushes frames as they come."""
        return Watch(self)
