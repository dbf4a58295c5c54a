"""
Videos to luma frames with times: the decoder's own brightness plane, one frame at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

import av
import numpy as np
from av.video.frame import PictureType

from pdqlite.errors import MediaError, NoVideoError
from pdqlite.media.ahead import Ahead
from pdqlite.media.door import damaged
from pdqlite.media.frame import Frame, Sampling
from pdqlite.media.kinds import Kind
from pdqlite.media.luma import luma_of, shown
from pdqlite.media.sampling import BRIEF, on_screen, owns
from pdqlite.media.sound import Pcm, SoundTrack, choose_sound
from pdqlite.media.source import Limits, Rest
from pdqlite.media.streams import ENDING, JOINED, choose, open_container
from pdqlite.media.timeline import LEAP, LEAP_JOINED, Timeline
from pdqlite.telling import tell

_ASSUMED_RATE = 25  # frames per second, where a file says nothing of time
_PACKET = 188  # bytes of a packet of MPEG-TS; a packet of ours begins somewhere and is at least so long
_LITTLE, _MUCH, _SHARE = (
    4096,
    1 << 18,
    20,
)  # bytes behind the last packet of ours: too few to ask, enough, or this part of the file
_PREDICTED = frozenset((PictureType.P, PictureType.B, PictureType.S, PictureType.SP))


@dataclass(frozen=True, slots=True)
class _Decoded:
    """A frame as the decoder gave it, from and to which second it is on screen, and its number."""

    frame: Any
    time: float
    number: int
    segment: int
    end: float = 0.0


class Video:
    """
    One open video. Iterate over it once, stop when you have seen enough, then ask what happened.

    Attributes:
        damaged: Packets were lost so far; the frames that decoded were given.
        truncated: The video goes on behind Limits.seconds, and was not read further.
        discontinuity: Time stamps began anew or leapt; the parts were put one behind the other.
        missing: What else is in the file, or in the way it was sampled, that was not looked at.
        duration: Seconds up to the end of the last frame read.
    """

    def __init__(
        self,
        stream: BinaryIO,
        kind: Kind,
        sampling: Sampling,
        every: float,
        limits: Limits,
        threads: int | None,
        sound: bool = False,
    ) -> None:
        self._track = SoundTrack() if sound else None
        self._sound: Any = None
        self._source, self._kind, self._limits, self._threads = stream, kind, limits, threads
        self._container: Any = None
        self._sampling, self._every = sampling, every
        self._brief = 0.0 if sampling != "glimpses" else math.inf if kind.plugin else BRIEF
        self._packets = 0
        self._keys: list[int] = []  # numbers of the packets that stand by themselves
        self._first_key: int | None = None  # its time stamp
        self.damaged = self.truncated = self.discontinuity = False
        self.missing: tuple[str, ...] = ()
        self.duration = 0.0
        here = stream.tell()
        self._size = max(1, stream.seek(0, 2))
        stream.seek(here)
        self._open(keys_only=sampling.startswith("keyframes"))

    def _open(self, keys_only: bool) -> None:
        self._keys_only = keys_only
        self._container = open_container(self._source, self._kind, self._track is not None)
        try:
            self._prepare()
        except BaseException:
            self._container.close()
            raise

    def _prepare(self) -> None:
        self._begin_part()
        if self._keys_only:
            self.missing += ("what lies between key frames",)
        self._timeline = Timeline(self._leap, self._rate)

    def _begin_part(self) -> None:
        """Get the container's stream ready; in formats that are joined, one part of several."""
        self._stream, self.missing = choose(self._container)
        self._sound, unheard = choose_sound(self._container) if self._track is not None else (None, ())
        self.missing += unheard
        context = self._stream.codec_context
        self._limits.check(context.width, context.height)
        self._stream.thread_type = "AUTO"
        context.thread_count = self._threads or 0
        if self._keys_only:
            context.skip_frame = "NONKEY"
        self._tick = float(self._stream.time_base or 0)
        self._rate = float(self._stream.average_rate or self._stream.guessed_rate or _ASSUMED_RATE)
        self._joined = any(name in JOINED for name in self._container.format.name.split(","))
        self._leap = LEAP_JOINED if self._joined else LEAP
        self._ahead = Ahead(self._read(), self._wanted, self._leap / self._tick if self._tick else 0)

    def close(self) -> None:
        """Give the decoder back; the source stays open."""
        self._container.close()

    def _decoded(self) -> Iterator[Any]:
        """Every frame there is; where a joined file goes on in a stream of another number, that one's too."""
        self._begins, self._ends, self._left_out = 0, 0, 0
        yield from self._decoded_here()
        while self._goes_on():
            yield from self._decoded_here()

    def _goes_on(self) -> bool:
        """Say whether another video stream begins behind the last packet of ours, and get it ready."""
        start = self._begins + self._ends + _PACKET
        rest = self._source.seek(0, 2) - start
        if rest < _LITTLE or rest < min(_MUCH, start // _SHARE):
            return False
        if not self._joined:
            self.missing += ("what follows behind the end of its stream",) * (self._container.format.name in ENDING)
            return False
        missing = self.missing
        try:
            container = open_container(cast(BinaryIO, Rest(self._source, start)), self._kind, self._track is not None)
        except MediaError:
            return False
        old, self._container = self._container, container
        self._left_out += self._ahead.skipped
        try:
            self._begin_part()
        except MediaError:  # sound alone, or nothing that can be decoded
            return False
        finally:
            old.close()
        self.missing = missing
        self._begins, self._ends = start, 0
        return True

    def _decoded_here(self) -> Iterator[Any]:
        """Every frame the decoder can give, past lost packets, to the very end."""
        context, was_spare = self._stream.codec_context, False
        for packet, spare in self._ahead:
            if packet.size > 0:
                self._ends = max(self._ends, packet.pos or 0)
                if packet.is_keyframe:
                    self._first_key = packet.pts if not self._keys else self._first_key
                    self._keys.append(self._packets)
                self._packets += 1
            self.damaged |= bool(packet.is_corrupt)
            if spare != was_spare:
                context.skip_frame, was_spare = "NONREF" if spare else "DEFAULT", spare
            try:
                frames = packet.decode()
            except Exception:  # noqa: BLE001 - as in door.guarded
                self.damaged = True
                continue
            for frame in frames:
                self._ahead.came(frame.pts)
                yield frame

    def _read(self) -> Iterator[Any]:
        """Every packet there is, and an empty one that brings out what the decoder still holds."""
        sound, track = self._sound, self._track
        packets = self._container.demux(self._stream, *([sound] if sound else []))
        while True:
            try:
                packet = next(packets)
                if sound is not None and track is not None and packet.stream_index == sound.index:
                    track.take(packet)
                else:
                    yield packet
            except StopIteration:
                return
            except Exception:  # noqa: BLE001 - as in door.guarded
                self.damaged = True
                last = av.Packet()
                last.stream = self._stream
                yield last
                return

    def heard(self) -> list[Pcm]:
        """Return the sound that was read since the last call, if it was asked for: somewhat ahead of the frames, on their timeline."""
        if self._track is None:
            return []
        found = self._track.ready(self._timeline.offset)
        self.damaged |= self._track.damaged
        return found

    def _wanted(self, first: int, last: int) -> bool:
        """Say whether sampling by time may ask for a frame between two time stamps."""
        offset = self._timeline.offset
        if (
            self._keys_only
            or self._sampling not in ("time", "keyframes-first", "glimpses")
            or offset is None
            or self._timeline.discontinuity
        ):
            return True
        start, end = first * self._tick + offset, last * self._tick + offset
        return start < 0 or end + self._every > self._limits.seconds or owns(start, end, self._every, self._brief)

    def _stands(self, frame: Any) -> bool:
        """
        Say whether the first frame of a video rests on one that was read: before any key frame a
        decoder makes frames out of nothing. The key frame itself need not be shown (edit lists).
        """
        if frame.key_frame or frame.pict_type not in _PREDICTED:
            return True
        return bool(self._keys) and (None in (frame.pts, self._first_key) or frame.pts >= self._first_key)

    def _placed(self) -> Iterator[_Decoded]:
        """Frames with the second at which each begins."""
        self._packets, self._keys = 0, []
        begun = False
        for given, frame in enumerate(self._decoded()):
            self._limits.check(frame.width, frame.height)
            number = given + self._left_out + self._ahead.skipped
            begun = begun or self._stands(frame)
            if not begun:
                self.damaged = True
                continue
            place = self._keys[number] if self._keys_only and number < len(self._keys) else number
            stamp = place / self._rate if frame.time is None else float(frame.time)
            time = self._timeline.place(stamp, float(frame.duration or 0) * float(frame.time_base or 0))
            self.discontinuity |= self._timeline.discontinuity
            if time > self._limits.seconds:
                self.truncated = True
                return
            self.duration = max(self.duration, self._timeline.end())
            tell(max((self._begins + self._ends) / self._size, time / max(1e-9, self._limits.seconds)))
            yield _Decoded(frame, time, number, self._timeline.segment)

    def _timed(self) -> Iterator[_Decoded]:
        """Frames with the second at which each ends too: when the next one begins, and the last one by its own duration."""
        held: _Decoded | None = None
        for found in self._placed():
            if held is not None:
                yield replace(held, end=found.time)
            held = found
        if held is not None:
            yield replace(held, end=max(held.time, self.duration))

    def __iter__(self) -> Iterator[Frame]:
        none = True
        for found in self._chosen():
            try:
                luma, limited, grounds = (*luma_of(found.frame), ()) if self._sampling == "vpdq" else shown(found.frame)
            except Exception:  # noqa: BLE001 - as in door.guarded
                self.damaged = True
                continue
            none = False
            yield Frame(luma, limited, found.time, found.number, bool(found.frame.key_frame), grounds)
        if none and (self.damaged or self._packets):
            raise damaged(self._kind, "not one frame could be decoded, no key frame, or all of them lost")
        if none:
            raise NoVideoError("a video stream without a single frame")

    def _chosen(self) -> Iterator[_Decoded]:
        if self._sampling in ("time", "glimpses"):
            return self._on_screen()
        if self._sampling == "keyframes-first":
            return self._keyframes_first()
        if self._sampling == "vpdq":
            return self._vpdq()
        return self._timed()

    def _on_screen(self) -> Iterator[_Decoded]:
        return on_screen(self._timed(), self._every, lambda: not self.truncated, self._brief)

    def _keyframes_first(self) -> Iterator[_Decoded]:
        given = set()
        for found in self._on_screen():
            given.add(found.time)
            yield found
        if len(self._keys) == self._packets:
            self.missing = self.missing[:-1]
            return  # there is nothing between
        if self.discontinuity:
            given.clear()  # the two readings may place frames differently: rather one twice than one never
        self.close()
        self._track = None  # it was heard to its end
        self._open(keys_only=False)
        yield from (found for found in self._on_screen() if found.time not in given)

    def _vpdq(self) -> Iterator[_Decoded]:
        """vPDQ's own sampling: every n-th frame, time from its number (vpdq 0.2.5)."""
        rate = float(self._stream.average_rate or self._stream.base_rate or _ASSUMED_RATE)
        step = max(1, int(self._every * rate))
        for found in self._timed():
            if found.number % step == 0:
                yield replace(found, time=float(np.float32(found.number) / np.float32(rate)))
