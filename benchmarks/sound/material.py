"""The sounds that are listed and asked: pieces of a folder, or drawn; each knows its kind, its source and its track."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

RATE = 16000
GAP = RATE // 4  # silence between short files that are joined
LONG = 40  # seconds: a file from this length on is a track of its own
NAMES = {".wav", ".ogg", ".oga", ".opus", ".mp3", ".flac", ".m4a", ".aac", ".mp4", ".mkv", ".mov", ".webm"}

Samples = npt.NDArray[np.int16]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Piece:
    """
    A minute of sound.

    Attributes:
        kind: speech, music, or what a folder is called.
        group: Its source: one speaker, one game, one composer.
        track: One recording: two pieces of it may share a loop.
        samples: Mono int16 at RATE.
    """

    name: str
    kind: str
    group: str
    track: str
    samples: Samples


def rng_of(*words: object) -> np.random.Generator:
    """Return a generator that is the same for the same words."""
    return np.random.default_rng(zlib.crc32(" ".join(map(str, words)).encode()))


def clipped(values: Values) -> Samples:
    return np.clip(np.round(values), -32768, 32767).astype(np.int16)


def decoded(path: Path, most: float) -> Samples:
    """Return up to so many seconds of a file, mono at RATE; empty if it has no sound."""
    fit, parts, n = av.AudioResampler("s16", "mono", RATE), [], 0
    try:
        with av.open(str(path), metadata_errors="replace") as file:
            for frame in file.decode(audio=0) if file.streams.audio else ():
                for part in fit.resample(frame):
                    parts.append(part.to_ndarray()[0])
                    n += len(parts[-1])
                if n > most * RATE:
                    break
    except (av.error.FFmpegError, OSError):
        return np.zeros(0, np.int16)
    return np.concatenate([*parts, np.zeros(0, np.int16)])


def of_folder(folder: Path, seconds: int, each: int) -> Iterator[Piece]:
    """
    Yield the pieces of DIR/<kind>/<group>/**: long files as they are, two pieces of what is long enough, short ones joined in order.

    Args:
        seconds: Length of a piece.
        each: At most so many of a group.
    """
    for group in sorted(p for kind in sorted(folder.iterdir()) if kind.is_dir() for p in kind.iterdir() if p.is_dir()):
        kind, n = group.parent.name, 0
        joined: list[Samples] = []
        for path in sorted(p for p in group.rglob("*") if p.suffix.lower() in NAMES):
            sound = decoded(path, 2.5 * seconds)
            if len(sound) < LONG * RATE:
                joined += [sound, np.zeros(GAP, np.int16)] if len(sound) > RATE // 2 else []
                if sum(map(len, joined)) >= seconds * RATE:
                    whole, joined = np.concatenate(joined)[: seconds * RATE], []
                    yield Piece(f"{group.name}/{path.stem}", kind, group.name, f"{group.name} {n}", whole)
                    n += 1
            else:
                for part in range(2 if len(sound) > 2.2 * seconds * RATE else 1):
                    cut = sound[-seconds * RATE :] if part else sound[: seconds * RATE]
                    yield Piece(f"{group.name}/{path.stem} {part}", kind, group.name, f"{group.name} {path.stem}", cut)
                n += 1
            if n >= each:
                break


def noise(rng: np.random.Generator, n: int) -> Values:
    """Return pink noise of power 1."""
    spectrum = np.fft.rfft(rng.normal(0, 1, n)) / np.sqrt(np.arange(n // 2 + 1) + 20.0)
    values: Values = np.fft.irfft(spectrum, n)
    return values / max(float(values.std()), 1e-9)


def _shaped(source: Values, rng: np.random.Generator, bands: int = 8) -> Values:
    """Return a sound through a random equaliser: what a vowel or an instrument is."""
    spectrum = np.fft.rfft(source)
    at = np.linspace(0, bands - 1, len(spectrum))
    gains = 10 ** (np.interp(at, np.arange(bands), rng.uniform(-35, 0, bands)) / 20)
    shaped: Values = np.fft.irfft(spectrum * gains, len(source))
    return shaped


def voice(rng: np.random.Generator, seconds: int, pitch: float) -> Samples:
    """Draw something like speech: syllables of a pulse or of noise through changing formants, and pauses."""
    parts: list[Values] = []
    while sum(map(len, parts)) < seconds * RATE:
        n = int(rng.uniform(0.08, 0.3) * RATE)
        t = np.arange(n) / RATE
        tone = np.cumsum(pitch * (1 + 0.15 * np.sin(2 * np.pi * rng.uniform(1, 5) * t + rng.uniform(0, 6)))) / RATE
        pulse = (tone % 1 - 0.5) + 0.05 * rng.normal(size=n)
        source = pulse if rng.random() < 0.75 else rng.normal(size=n)
        parts.append(_shaped(source, rng) * np.hanning(n) * 10 ** rng.uniform(-0.5, 0))
        parts.append(np.zeros(int(rng.choice([0.02, 0.06, 0.5], p=[0.5, 0.4, 0.1]) * RATE)))
    values = np.concatenate(parts)[: seconds * RATE]
    return clipped(values / np.abs(values).max() * 14000 + rng.normal(0, 6, len(values)))


def music(rng: np.random.Generator, seconds: int, loop: bool = False) -> Samples:
    """Draw something like music: chords, a tune, a beat; `loop`: one bar of four over and over."""
    tempo, key = rng.uniform(0.25, 0.6), rng.uniform(80, 160)
    scale = 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12)
    n = int(tempo * RATE)
    t = np.arange(2 * n) / RATE
    fade = np.exp(-t / rng.uniform(0.15, 0.8))
    beats: list[Values] = []
    values = np.zeros(seconds * RATE + 2 * n)
    for beat in range(seconds * RATE // n + 1):
        if loop and beat >= 16:
            sound = beats[beat % 16]
        else:
            notes = key * rng.choice(scale, 4) * rng.choice([1, 2, 4], 4)
            loud = rng.uniform(0, 1, 4)
            sound = sum(
                (a * np.sin(2 * np.pi * f * k * t) / k for f, a in zip(notes, loud, strict=True) for k in range(1, 7)),
                np.zeros(2 * n),
            )
            sound = fade * (sound + (rng.random() < 0.5) * 2 * rng.normal(size=2 * n) * np.exp(-t / 0.04))
            beats.append(sound)
        values[beat * n : beat * n + 2 * n] += sound
    values = values[: seconds * RATE]
    return clipped(values / np.abs(values).max() * 14000)


def drawn(seconds: int, count: int, seed: int) -> Iterator[Piece]:
    """Yield drawn speech (four pieces a voice), music and noise of places."""
    for i in range(count):
        rng, who = rng_of(seed, "drawn", i), i // 12
        if i % 3 == 0:
            yield Piece(f"voice {i}", "speech", f"voice {who}", f"voice {i}", voice(rng, seconds, 90 + 37 * who % 160))
        elif i % 3 == 1:
            yield Piece(f"music {i}", "music", f"music {i}", f"music {i}", music(rng, seconds))
        else:
            swell = 1 + 0.8 * np.sin(np.arange(seconds * RATE) / RATE * rng.uniform(0.5, 3))
            place = _shaped(noise(rng, seconds * RATE), rng, 16) * swell
            place += (
                0.3 * place.std() * np.repeat(rng.exponential(1, seconds * 8), RATE // 8) * noise(rng, seconds * RATE)
            )
            yield Piece(
                f"place {i}", "places", f"place {i}", f"place {i}", clipped(place / np.abs(place).max() * 12000)
            )


def hard(seconds: int, count: int, seed: int) -> Iterator[Piece]:
    """Yield what is not specific: hum, silence with dither, one ding at other moments, one loop under other noise, digital silence."""
    n, ding = seconds * RATE, rng_of(seed, "ding")
    t = np.arange(2 * RATE) / RATE
    bell = sum(np.sin(2 * np.pi * f * t) * np.exp(-t * 3) for f in ding.uniform(500, 3000, 4))
    for i in range(count):
        rng = rng_of(seed, "hard", i)
        hum = sum(
            np.sin(2 * np.pi * f * k * np.arange(n) / RATE) / k for f in (50 + 10 * (i % 2),) for k in range(1, 30)
        )
        dings = rng.normal(0, 20, n)
        for at in np.cumsum(rng.uniform(2, 7, seconds)) * RATE:
            if at + len(bell) < n:
                dings[int(at) : int(at) + len(bell)] += 2500 * bell
        for name, values in (
            ("hum", 900 * hum + rng.normal(0, 30, n)),
            ("dither", rng.normal(0, 1.5, n)),
            ("dings", dings),
        ):
            yield Piece(f"{name} {i}", name, f"{name} {i}", f"{name} {i}", clipped(values))
