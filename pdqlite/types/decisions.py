"""
What is asked of a match, and what a matcher says. Frozen; no logic beyond their own text form.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pdqlite.types import words

Verdict = Literal[
    "match", "no match", "too flat", "negated", "unconfirmed", "shares a part", "identical file", "same sound"
]
SoundUse = Literal["off", "beside", "alone"]
Confirmed = Literal["yes", "no", "not possible"]


@dataclass(frozen=True, slots=True)
class MatchPolicy:
    """
    What an embedder asks of a match. Rates, not thresholds: docs/explanation/matching.md has the tables between.

    Attributes:
        picture_rate: Highest false-match rate for a pair of pictures, 1e-30 to 1.
        video_rate: The same for a pair of videos.
        radius: Largest distance of whole hashes, 0 to 256 bits; None leaves it to the rates. A
            list's own max-distance caps it.
        min_quality: PDQ quality of query and entry below which no hash is acted on, 0 to 100; keypoints that are proven are. 50
            is what PDQ's authors advise.
        frames: Frames of a video that must agree, at least 1.
        turned: Look for turned and mirrored copies.
        inverted: Look for copies with inverted brightness.
        regions: Look for regions inside the query that may show the original: without
            bars, borders, blurred sides, a caption, a page around it, the rest of a collage.
        keypoints: Look at the list's keypoint signatures, if it has any.
        tilted: Where they find nothing, look at them again as if the picture were turned by 22.5, 45 and 67.5 degrees: copies that
            are tilted by any angle.
        uncrop_entries: Look for cropped and heavily edited copies by plain hashes in lists of up to
            so many entries, where nothing else was found; 0 for never. Costs some 0.1 s a picture at
            100 000 entries and 0.15 s at a million, and 36 bytes an entry.
        confirm: What hashes find (whole ones, or by un-cropping) must be confirmed by the entry's keypoints, where the list has
            them: hashes can be forged in a second.
        false_matches_per_million: Most false matches in a million pictures (or videos) looked at, whatever
            they are, over the whole list; None for no such limit. In a list of n entries a pair may then have
            this / (1 000 000 n) at most, if that is less than `picture_rate` (`video_rate`). The default
            begins to bind at 100 000 entries; it is what the calibration promises at worst, not what was met.
        sound: What the sound of a video may do, where the list has windows of sound. "off": it is not decoded. "beside": it adds to frames
            of the same video at the same moment, at most a hundredth of the rate, and decides nothing by itself: jingles and stock music are
            in many videos that have nothing else in common. "alone": besides, sound by itself gives the verdict "same sound".
        sound_rate: Highest false-match rate of one sound against the whole list, 1e-12 to 1.
    """

    picture_rate: float = 1e-7
    video_rate: float = 1e-6
    radius: int | None = None
    min_quality: int = 50
    frames: int = 2
    turned: bool = True
    inverted: bool = True
    regions: bool = True
    keypoints: bool = True
    tilted: bool = True
    uncrop_entries: int = 2_000_000
    confirm: bool = True
    false_matches_per_million: float | None = 10_000
    sound: SoundUse = "beside"
    sound_rate: float = 1e-6


@dataclass(frozen=True, slots=True)
class Where:
    """
    Which part of the query shows the original, and how it is turned.

    Attributes:
        left, top, right, bottom: Edges of the rectangle, in parts of the query's width and height.
        orientation: What was done to the rectangle to compare it: "as is", "turned 90",
            "turned 180", "turned 270" (counter-clockwise), "flipped" (top to bottom),
            "mirrored", "transposed" or "transposed back".
        inverted: Dark and light are exchanged.
    """

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0
    orientation: str = "as is"
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """
    One way to see a picture, as it is looked for in a list.

    Attributes:
        where: Rectangle, orientation, light.
        bits: The hash there, 32 bytes.
        quality: And its quality.
        number: 16 x region + 8 x inverted + orientation.
        trials: This view may use 1/trials of the false-match rate.
    """

    where: Where
    bits: bytes
    quality: int
    number: int
    trials: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    One entry that may be the original, as one view of a picture saw it.

    Attributes:
        entry: Number of the entry in the list.
        tier: 1: whole hashes; 2: un-cropping; 3: keypoint signatures.
        distance: Differing bits, 0 to 256; None for other tiers.
        quality: The lesser of the view's and the entry's.
        where: The view.
        negative: The entry says what must not match.
        score: Of tiers 2 and 3, in nats: how unlikely the agreement is by chance; None for tier 1.
        confirmed: As in Decision; "no" for tier 3: a part is shared.
        proof: As in Decision.
        rate: False-match rate of the pair at this evidence, this look being one of many.
        below: Too little for the policy: it is no reason for a match.
    """

    entry: int
    tier: int
    distance: int | None
    quality: int
    where: Where
    negative: bool = False
    score: float | None = None
    confirmed: Confirmed | None = None
    proof: float | None = None
    rate: float = 1.0
    below: bool = False


@dataclass(frozen=True, slots=True)
class FrameMatch:
    """
    One frame of a video that agrees with the entry.

    Attributes:
        time: Seconds in the query.
        entry: Number of the entry in the list.
        entry_time: Seconds in the entry's video; None if the entry is a picture.
        distance: Differing bits.
        where: The view.
    """

    time: float
    entry: int
    entry_time: float | None
    distance: int
    where: Where


@dataclass(frozen=True, slots=True)
class SoundMatch:
    """
    What the sound of a query comes to against the sound of a list. It says that a recording is the same, not who speaks, and nothing of
    the picture.

    Attributes:
        same: It is a match by itself, at the policy's `sound_rate`. Else it is the nearest there was.
        entry: Number of the entry (window of sound) that is nearest.
        video: Number of its video in the list.
        rate: False-match rate at this evidence, for a pair of clips.
        list_rate: The same for one sound against the whole list.
        distance: Bits of the nearest window.
        score: Sum of 107 - distance over the windows of the list at one offset.
        agreeing: Windows of the list within 106 bits there.
        span: Seconds in the query at which the first and the last window that agrees begin; each is 4 s long.
        entry_span: The same in the entry's video.
        tempo, pitch: The speed that was assumed: 1.0 is as it was; and whether the pitch changed with it.
        categories, sources: Masks of the entry.
    """

    same: bool
    entry: int
    video: int
    rate: float
    list_rate: float
    distance: int
    score: int
    agreeing: int
    span: tuple[float, float]
    entry_span: tuple[float, float]
    tempo: float = 1.0
    pitch: bool = False
    categories: int = 0
    sources: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Decision:
    """
    What a matcher says of one picture or video. `in_words()` says it for people; notebooks show that and where the original is.

    Attributes:
        verdict: "match"; "no match"; "too flat": near an entry, but of too low a quality to act
            on; "negated": near an entry, but a negative entry is nearer; "unconfirmed": near an entry, but its keypoints are
            not where they would be (forged, or much changed); "shares a part": a sticker, page, frame or form is the entry's, the
            rest is not; "identical file": a list of files has it, byte for byte. "same sound": what is heard is the entry's, and nothing is said of what is seen
            (only where the policy's `sound` is "alone"). "match", "identical file" and "same sound" are matches.
        entry: Number of the entry that decided; None if there is none. For a video, of the
            nearest frame.
        tier: What found it: 1 to 3 as in Evidence, 4 a SHA-256, 5 an MD5; None as above.
        rate: False-match rate at this evidence, for a pair of pictures or of videos; None as above.
        distance: Differing bits at `entry`; None as above, or if no whole hash was near.
        quality: Quality of the whole query; of a video, the best of its frames.
        where: Where in the query, at `entry`; None as above.
        categories, sources: Masks of the entry; 0 if there is none.
        video: Number of the entry's video; None for pictures.
        time: Seconds in the query where the nearest frame is; None for pictures.
        span: First and last second in the query that agrees; None for pictures.
        entry_span: The same in the entry's video.
        frames: Frames of the query looked at, 1 for a picture.
        agreeing: Of those, how many agree with the entry.
        evidence: What spoke loudest for any entry, at most 64: what has a score first, then hashes within the radius, nearest first.
        frame_matches: Frames that agree with the entry, in time order, then one of each other entry (near twins) that
            matches too, surest first; at most 64.
        damaged: The file is cut or broken: it was looked at as far as it decodes.
        truncated: The video goes on behind the limit of seconds: what is there was not looked at.
        discontinuity: Its time stamps begin anew or leap; its parts were put one behind the other.
        missing: What else is there and was not looked at, such as a second video stream; for people to read.
        confirmed: Whether the entry's keypoints say that the query shows it: "yes", "no", or "not possible" as it has none
            or fewer than 8; None if the policy does not ask, or nothing was found.
        proof: How surely, in nats: at least 2 for what keypoints found, 1.75 for what hashes found; None if it was not looked at.
        list_rate: False matches as good as this that one picture (video) meets in the whole list; None as `entry`.
        lacks: What the policy asks for and the list has not: "keypoint signatures", "un-cropping", "sound".
        sound: What the sound comes to; None if it was not listened to, or nothing of it is near the list.
    """

    verdict: Verdict
    entry: int | None = None
    tier: int | None = None
    rate: float | None = None
    distance: int | None = None
    quality: int = 0
    where: Where | None = None
    categories: int = 0
    sources: int = 0
    video: int | None = None
    time: float | None = None
    span: tuple[float, float] | None = None
    entry_span: tuple[float, float] | None = None
    frames: int = 1
    agreeing: int = 0
    evidence: tuple[Evidence, ...] = ()
    frame_matches: tuple[FrameMatch, ...] = ()
    damaged: bool = False
    truncated: bool = False
    discontinuity: bool = False
    missing: tuple[str, ...] = ()
    confirmed: Confirmed | None = None
    proof: float | None = None
    list_rate: float | None = None
    lacks: tuple[str, ...] = ()
    sound: SoundMatch | None = None

    @property
    def matched(self) -> bool:
        """True if this is a match."""
        return self.verdict in ("match", "identical file", "same sound")

    def in_words(self) -> list[str]:
        """Return the decision in sentences for people: verdict, what agrees, where, how sure, what was not looked at."""
        return words.in_words(self)

    def __repr__(self) -> str:
        if self.entry is not None and self.rate is None:
            return f"Decision(verdict={self.verdict!r}, entry={self.entry}, tier={self.tier})"
        if self.entry is None or self.rate is None:
            return f"Decision(verdict={self.verdict!r}, quality={self.quality})"
        said = f"entry={self.entry}, tier={self.tier}, distance={self.distance}, rate={self.rate:.0e}, quality={self.quality}"
        return (
            f"Decision(verdict={self.verdict!r}, {said}, where={self.where}, {len(self.evidence)} pieces of evidence)"
        )

    def _repr_html_(self) -> str:
        return words.html(self)

    @property
    def neg_log10_fpr(self) -> float:
        """Minus the decimal logarithm of the false-match rate: 7 is one in ten million; 0 without."""
        return 0.0 if self.rate is None else -math.log10(self.rate)
