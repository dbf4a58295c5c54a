"""Anchors: Haitsma and Kalker's fingerprint, written from their paper, and Chromaprint where its library is installed; both by the best offset."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from benchmarks.sound.material import RATE, Samples

Words = npt.NDArray[np.uint32]
Fingerprint = Callable[[Samples], Words]


def haitsma_kalker(x: Samples) -> Words:
    """Return 32 bits each 11.6 ms: the signs of energy differences over 33 bands of 300 to 2000 Hz and over time (ISMIR 2002)."""
    half = RATE // 2
    frame, hop, bands = round(0.37 * half), round(0.0116 * half), 33
    if len(x) < 2 * (frame + hop):
        return np.zeros(0, np.uint32)
    n = len(x) // 2
    slow = np.fft.irfft(np.fft.rfft(x[: 2 * n].astype(np.float32))[: n // 2 + 1], n).astype(np.float32)
    size = 1 << (frame - 1).bit_length()
    edges = np.round(np.geomspace(300, 2000, bands + 1) * size / half).astype(int)
    window = np.hanning(frame).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(slow, frame)[::hop]
    energy = np.empty((len(frames), bands))
    for first in range(0, len(frames), 256):
        spectrum = np.fft.rfft(frames[first : first + 256] * window, size)[:, : edges[-1]]
        energy[first : first + 256] = np.add.reduceat(np.abs(spectrum) ** 2, edges[:-1], axis=1)
    across = energy[:, :-1] - energy[:, 1:]
    bits = (across[1:] - across[:-1]) > 0
    words: Words = np.packbits(bits, axis=1).view(">u4")[:, 0].astype(np.uint32)
    return words


def chromaprint() -> Fingerprint | None:
    """Return Chromaprint's raw fingerprint, of the library that is installed; None if there is none."""
    name = ctypes.util.find_library("chromaprint")
    if name is None:
        return None
    lib = ctypes.CDLL(name)
    lib.chromaprint_new.restype = ctypes.c_void_p

    def fingerprint(x: Samples) -> Words:
        context, data, n = ctypes.c_void_p(lib.chromaprint_new(1)), ctypes.POINTER(ctypes.c_uint32)(), ctypes.c_int(0)
        x = np.ascontiguousarray(x)
        lib.chromaprint_start(context, RATE, 1)
        lib.chromaprint_feed(context, x.ctypes.data_as(ctypes.c_void_p), len(x))
        lib.chromaprint_finish(context)
        lib.chromaprint_get_raw_fingerprint(context, ctypes.byref(data), ctypes.byref(n))
        found = np.array(data[: n.value], np.uint32)
        lib.chromaprint_dealloc(data)
        lib.chromaprint_free(context)
        return found

    return fingerprint


def error_rate(query: Words, listed: Words) -> float:
    """Return the least share of wrong bits of a query over all offsets at which it lies within what is listed; 0.5 if it is longer."""
    if not len(query) or len(listed) < len(query):
        return 0.5
    least = min(
        int(np.bitwise_count(listed[at : at + len(query)] ^ query).sum(dtype=np.int64))
        for at in range(len(listed) - len(query) + 1)
    )
    return least / (32 * len(query))
