"""
One timeline from the time stamps of a stream, as a viewer plays it: joined streams one behind the other, no leaps.
"""

from __future__ import annotations

LEAP = 3600.0  # seconds that a frame may be held; a longer gap is a leap of the time stamps
LEAP_JOINED = 10.0  # the same in formats that are often joined (MPEG-TS, program streams), as FFmpeg has it
_SAME = 2  # frames in a row that may have one time, as the two fields of a frame have
_SLOWEST, _USUAL = (
    10.0,
    0.04,
)  # seconds a frame is taken to be shown, where its duration is not known: at most, and usually


class Timeline:
    """
    Places frames as they come from the decoder.

    Args:
        leap: Seconds between two frames that no viewer waits for.
        rate: Frames a second; 0 if not known.

    Attributes:
        segment: How often the time stamps began anew.
        discontinuity: They did.
    """

    def __init__(self, leap: float, rate: float) -> None:
        self._leap, self._usual = leap, 1 / rate if rate > 1 / _SLOWEST else _USUAL
        self._offset: float | None = None  # added to the time stamps
        self._last = self._duration = 0.0
        self._same = 0
        self.segment = 0

    @property
    def discontinuity(self) -> bool:
        """The time stamps began anew, or leapt."""
        return self.segment > 0

    @property
    def offset(self) -> float | None:
        """Seconds added to a time stamp now; None before the first frame."""
        return self._offset

    def place(self, stamp: float, duration: float) -> float:
        """Return the second at which a frame begins; its own duration, 0 if not known, counts if the next one is spliced on."""
        if self._offset is None:
            self._offset = -stamp
        time = stamp + self._offset
        self._same = self._same + 1 if time == self._last else 0
        if time < self._last or self._same > _SAME or time - self._last > self._leap:
            time = self._last + self._duration
            self._offset, self._same = time - stamp, 0
            self.segment += 1
        self._last = time
        self._duration = duration if 0 < duration <= self._leap else self._usual
        return time

    def end(self) -> float:
        """Return when the last frame ends, by its own duration."""
        return self._last + self._duration
