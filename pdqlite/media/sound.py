"""
The sound of a file: pieces of PCM on the timeline of its pictures, as they come from the decoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import numpy as np
import numpy.typing as npt
from av.stream import Disposition

from pdqlite.errors import NoSoundError
from pdqlite.media.door import damaged
from pdqlite.media.kinds import SOUND_DECODERS, Kind
from pdqlite.media.source import Limits
from pdqlite.media.streams import open_container
from pdqlite.native.sound import RATES
from pdqlite.telling import tell

_LEAP = 3600.0  # seconds of silence that a viewer waits for; a longer gap is a leap of the time stamps
_JITTER = 0.05  # seconds that a time stamp may be off
_FITTED = 48000  # Hz: what a rate becomes that the core does not know
_FITS = range(4000, 400_001)  # Hz: rates that are resampled; a file may claim any
_SCALE = {"i2": 1 << 15, "i4": 1 << 31, "i8": 1 << 63}


@dataclass(frozen=True, slots=True, eq=False)
class Pcm:
    """
    A piece of sound.

    Attributes:
        samples: int16 or float32 (-1 to 1), shape (n, channels).
        rate: Samples a second of each channel.
        time: Seconds since the start of the video, or of the sound where there is no video.
    """

    samples: npt.NDArray[Any]
    rate: int
    time: float


def choose_sound(container: Any) -> tuple[Any, tuple[str, ...]]:
    """Return the sound that a viewer plays, None if there is none that can be decoded, and what there is besides."""
    every = list(container.streams.audio)
    usable = [s for s in every if _can_decode(s)]
    if not usable:
        return None, ("its sound, of a codec that is not read here",) if every else ()
    best = max(usable, key=lambda s: (bool(s.disposition & Disposition.default), -s.index))
    others = len(every) - 1
    return best, (f"{others} more track{'s' * (others > 1)} of sound",) if others else ()


def _can_decode(stream: Any) -> bool:
    context = stream.codec_context
    return context is not None and context.codec is not None and context.codec.name in SOUND_DECODERS


def samples_of(frame: Any) -> npt.NDArray[Any]:
    """Return a decoded frame as (n, channels): 16-bit samples as they are, all others as float32."""
    channels = max(1, len(frame.layout.channels))
    data: npt.NDArray[Any] = frame.to_ndarray()
    data = data.T if frame.format.is_planar else data.reshape(-1, channels)
    found: npt.NDArray[Any] = data
    if data.dtype == np.uint8:
        found = ((data.astype(np.int16) - 128) << 8).astype(np.int16)
    elif data.dtype.kind == "f":
        found = data.astype(np.float32)
    elif data.dtype != np.int16:
        found = (data / _SCALE[data.dtype.str[1:]]).astype(np.float32)
    return found


class SoundTrack:
    """
    Decodes the packets of one stream of sound, or of several that are joined, and places them in time.

    Attributes:
        damaged: Packets were lost so far.
    """

    def __init__(self) -> None:
        self.damaged = False
        self._held: list[tuple[float | None, npt.NDArray[Any], int]] = []
        self._offset: float | None = None
        self._end: float | None = None
        self._fit: tuple[tuple[str, str, int], Any] | None = None

    def take(self, packet: Any) -> None:
        """Decode one packet; an empty one brings out what the decoder holds."""
        self.damaged |= bool(packet.is_corrupt)
        try:
            frames = packet.decode()
        except Exception:  # noqa: BLE001 - as in door.guarded
            self.damaged |= packet.size > 0
            return
        for frame in frames:
            try:
                for fitted in self._fitted(frame):
                    self._hold(fitted)
            except Exception:  # noqa: BLE001 - as in door.guarded
                self.damaged = True

    def _hold(self, frame: Any) -> None:
        stamp = None if frame.time is None else float(frame.time)
        samples = samples_of(frame)
        if len(samples) and frame.sample_rate > 0:
            self._held.append((stamp, samples, int(frame.sample_rate)))

    def _fitted(self, frame: Any) -> list[Any]:
        """Return a frame of a rate that the core does not know at one that it knows; the last milliseconds come with the next frame."""
        rate = int(frame.sample_rate)
        if rate in RATES or rate not in _FITS:
            return [frame]
        key = (str(frame.format.name), str(frame.layout.name), rate)
        if self._fit is None or self._fit[0] != key:
            self._fit = key, av.AudioResampler(frame.format, frame.layout, _FITTED)
        found: list[Any] = self._fit[1].resample(frame)
        return found

    def ready(self, offset: float | None) -> list[Pcm]:
        """
        Return what was decoded since the last call, in the order of time. Time stamps that run backwards, or leap, are not believed:
        what follows is put behind what came before.

        Args:
            offset: Seconds to add to a time stamp; None: not known yet, then nothing is returned. The first one counts.
        """
        if offset is None and self._offset is None:
            return []
        self._offset = offset if self._offset is None else self._offset
        assert self._offset is not None
        found = []
        for stamp, samples, rate in self._held:
            end = self._end
            time = (end or 0.0) if stamp is None else stamp + self._offset
            if end is not None and not end - _JITTER <= time <= end + _LEAP:
                self._offset += end - time
                time = end
            self._end = time + len(samples) / rate
            found.append(Pcm(samples, rate, time))
        self._held = []
        return found

    @property
    def first(self) -> float | None:
        """The time stamp of the first piece that is held; 0 if it has none; None if none is held."""
        return (self._held[0][0] or 0.0) if self._held else None


class Sound:
    """
    The sound of one file, whatever else is in it. Iterate over it once, then ask what happened.

    Attributes:
        damaged, truncated, missing, duration: As of a Video.
    """

    def __init__(self, stream: BinaryIO, kind: Kind, limits: Limits) -> None:
        self.damaged = self.truncated = self.discontinuity = False
        self.duration = 0.0
        self._kind, self._limits, self._stream = kind, limits, stream
        self._size = max(1, stream.seek(0, 2))
        self._container = open_container(stream, kind, sound=True)
        try:
            self._track, self.missing = choose_sound(self._container)
            if self._track is None:
                raise NoSoundError("no sound, or none that can be decoded")
        except BaseException:
            self._container.close()
            raise

    def close(self) -> None:
        """Give the decoder back; the source stays open."""
        self._container.close()

    def __iter__(self) -> Iterator[Pcm]:
        track, packets = SoundTrack(), self._container.demux(self._track)
        start: float | None = None
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                break
            except Exception:  # noqa: BLE001 - as in door.guarded
                self.damaged = True
                packet = av.Packet()
                packet.stream = self._track
            track.take(packet)
            if start is None and track.first is not None:
                start = -track.first
            for piece in track.ready(start):
                if piece.time > self._limits.seconds:
                    self.truncated = True
                    return
                self.duration = piece.time + len(piece.samples) / piece.rate
                yield piece
            tell(max((packet.pos or 0) / self._size, self.duration / max(1e-9, self._limits.seconds)))
            if packet.size == 0:
                break
        self.damaged |= track.damaged
        if not self.duration:
            raise damaged(self._kind, "not one piece of its sound could be decoded")
