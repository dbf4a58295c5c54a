"""
The sound part of the C core: PCM in, 8 kHz samples and hashes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pdqlite import errors
from pdqlite._core import ffi, lib
from pdqlite.native.core import BEST, Kernels, check

RATE: int = lib.PDQL_SOUND_RATE
MAX_CHANNELS: int = lib.PDQL_SOUND_MAX_CHANNELS
QUALITY: int = lib.PDQL_SOUND_QUALITY
QUERY_EVERY: int = lib.PDQL_SOUND_QUERY
LIST_EVERY: int = lib.PDQL_SOUND_LIST
STEPS: int = lib.PDQL_SOUND_STEPS
LEFT = 64  # samples that finish writes at most
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000)

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """
    What may have been done to the speed of a sound.

    Attributes:
        number: Its number; 0 is none.
        hop: Samples at 8 kHz for each 250 of the original.
        pitch: Pitch changed as tempo did.
    """

    number: int
    hop: int
    pitch: bool

    @property
    def tempo(self) -> float:
        """Speed against the original: 1.2 is a fifth faster."""
        return 250 / self.hop


def _hypotheses() -> tuple[Hypothesis, ...]:
    out = ffi.new("pdql_sound_hypothesis *")
    found = []
    for number in range(lib.PDQL_SOUND_HYPOTHESES):
        check(lib.pdql_sound_hypothesis_at(number, out), "a hypothesis")
        found.append(Hypothesis(number, int(out.hop), bool(out.pitch)))
    return tuple(found)


HYPOTHESES = _hypotheses()


class Resampler:
    """Makes mono at 8 kHz of a stream of PCM. One thread at a time."""

    def __init__(self, kernels: Kernels = BEST) -> None:
        self._kernels = kernels  # the table outlives its user
        size = lib.pdql_resampler_size()
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        out = ffi.new("pdql_resampler **")
        check(lib.pdql_resampler_init(kernels.pointer, self._memory, size, out), "a resampler")
        self._self = out[0]
        self._pcm = ffi.new("pdql_pcm *")
        self._n = ffi.new("size_t *")

    def push(self, pcm: npt.NDArray[Any], rate: int, channel: int) -> Samples:
        """Take frames, int16 or float32 of shape (frames, channels); return the samples that they complete."""
        if not all(pcm.strides):  # to the core a stride of 0 is that of samples side by side
            pcm = np.ascontiguousarray(pcm)
        frames, channels = pcm.shape
        p = self._pcm
        p.data = ffi.cast("void *", pcm.__array_interface__["data"][0])
        p.frames, p.rate, p.channels, p.channel = frames, rate, channels, channel
        p.format = lib.PDQL_PCM_F32 if pcm.dtype == np.float32 else lib.PDQL_PCM_S16
        p.frame_stride, p.channel_stride = pcm.strides
        return self._into(lib.pdql_resampler_push, lib.pdql_resampler_room(frames, rate), p)

    def silence(self, frames: int, rate: int) -> Samples:
        """Take frames of silence."""
        p = self._pcm
        p.data = ffi.NULL
        p.frames, p.rate, p.channels, p.channel, p.format = frames, rate, 1, 0, lib.PDQL_PCM_S16
        p.frame_stride = p.channel_stride = 0
        return self._into(lib.pdql_resampler_push, lib.pdql_resampler_room(frames, rate), p)

    def finish(self) -> Samples:
        """Return the samples that are left; the next push begins anew."""
        return self._into(lib.pdql_resampler_finish, LEFT)

    def _into(self, call: Any, room: int, *args: Any) -> Samples:
        out = np.empty(room, np.int16)
        check(call(self._self, *args, ffi.from_buffer("int16_t[]", out), room, self._n), "resampling")
        return out[: self._n[0]].copy() if self._n[0] < room // 2 else out[: self._n[0]]


# One pdql_sound_hash, as it lies in memory.
_HASH = np.dtype(
    {
        "names": ["start", "bits", "quality"],
        "formats": [np.uint64, (np.uint8, 32), np.uint8],
        "offsets": [ffi.offsetof("pdql_sound_hash", name) for name in ("start", "bits", "quality")],
        "itemsize": ffi.sizeof("pdql_sound_hash"),
    }
)


class Hasher:
    """Hashes a stream of samples at 8 kHz. One thread at a time."""

    def __init__(self, every: int, hypothesis: int, kernels: Kernels = BEST) -> None:
        self._kernels = kernels
        self._options = ffi.new("pdql_sound_options *", {"hypothesis": hypothesis, "every": every})
        size = lib.pdql_sound_hasher_size()
        self._memory = ffi.new("uint64_t[]", (size + 7) // 8)
        out = ffi.new("pdql_sound_hasher **")
        status = lib.pdql_sound_hasher_init(kernels.pointer, self._options, self._memory, size, out)
        check(status, "a sound hasher")
        self._self = out[0]
        self._n = ffi.new("size_t *")

    def push(self, samples: Samples) -> npt.NDArray[np.void]:
        """Take contiguous int16 samples; return records (start, bits, quality)."""
        args = (ffi.from_buffer("int16_t[]", samples), len(samples))
        return self._into(lib.pdql_sound_hasher_push, len(samples), *args)

    def finish(self) -> npt.NDArray[np.void]:
        """Return the records of the last windows."""
        return self._into(lib.pdql_sound_hasher_finish, 0)

    def _into(self, call: Any, samples: int, *args: Any) -> npt.NDArray[np.void]:
        room = lib.pdql_sound_hasher_room(samples, self._options)
        out = np.zeros(room, _HASH)
        hashes = ffi.cast("pdql_sound_hash *", out.__array_interface__["data"][0])
        status = call(self._self, *args, hashes, room, self._n)
        if status == lib.PDQL_ERR_ORDER:
            raise errors.ArgumentError("this hasher has finished; make a new one for another sound")
        check(status, "hashing sound")
        return out[: self._n[0]]
