"""What is done to a sound before it comes back: codecs, filters, noise, rooms, mixes, speed, cuts. Deterministic in the generator."""

from __future__ import annotations

import io
from collections.abc import Callable

import av
import numpy as np
from av.filter import Graph

from benchmarks.sound.material import RATE, Samples, Values, clipped, noise

Edit = Callable[[Samples, np.random.Generator, Samples], Samples]


def coded(x: Samples, codec: str, form: str, bits: int, rate: int = RATE) -> Samples:
    """Return a sound as it comes out of a codec."""
    out = io.BytesIO()
    with av.open(out, "w", format=form) as file:
        track = file.add_stream(codec, rate=rate, layout="mono", bit_rate=bits)
        frame = av.AudioFrame.from_ndarray(x[None], format="s16", layout="mono")
        frame.rate = RATE
        context = track.codec_context
        context.open()
        fit = av.AudioResampler(context.format, "mono", rate, context.frame_size or 1024)
        for piece in [*fit.resample(frame), *fit.resample(None), None]:
            file.mux(track.encode(piece))
    out.seek(0)
    back, parts = av.AudioResampler("s16", "mono", RATE), []
    with av.open(out) as file:
        for frame in file.decode(audio=0):
            parts += [p.to_ndarray()[0] for p in back.resample(frame)]
    return np.concatenate(parts)


def filtered(x: Samples, *steps: tuple[str, str]) -> Samples:
    """Return a sound through filters of FFmpeg, by name and argument."""
    graph = Graph()
    last = graph.add_abuffer(sample_rate=RATE, format="s16", layout="mono", time_base=f"1/{RATE}")
    for name, argument in (*steps, ("aformat", f"sample_fmts=s16:sample_rates={RATE}:channel_layouts=mono")):
        step = graph.add(name, argument)
        last.link_to(step)
        last = step
    sink = graph.add("abuffersink")
    last.link_to(sink)
    graph.configure()
    frame = av.AudioFrame.from_ndarray(x[None], format="s16", layout="mono")
    frame.rate, frame.pts = RATE, 0
    parts = []
    for given in (frame, None):
        graph.push(given)
        while True:
            try:
                parts.append(graph.pull().to_ndarray()[0])
            except (av.error.BlockingIOError, av.error.EOFError):
                break
    return np.concatenate(parts)


def convolved(x: Values, h: Values) -> Values:
    n = 1 << (len(x) + len(h)).bit_length()
    y: Values = np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)[: len(x)]
    return y


def equalised(x: Values, rng: np.random.Generator, most: float, low: float = 60, high: float = 7000) -> Values:
    """Return a sound through eight random gains, up to `most` dB, between two frequencies."""
    spectrum = np.fft.rfft(x)
    at = np.log(np.maximum(np.fft.rfftfreq(len(x), 1 / RATE), 1))
    gains = np.interp(at, np.log(np.geomspace(low, high, 8)), rng.uniform(-most, most, 8))
    y: Values = np.fft.irfft(spectrum * 10 ** (gains / 20), len(x))
    return y


def passed(x: Values, low: float, high: float, order: int) -> Values:
    """Return what a band lets through, by the gains of a Butterworth filter."""
    spectrum, f = np.fft.rfft(x), np.maximum(np.fft.rfftfreq(len(x), 1 / RATE), 1e-3)
    gain = 1 / np.sqrt((1 + (low / f) ** (2 * order)) * (1 + (f / high) ** (2 * order)))
    y: Values = np.fft.irfft(spectrum * gain, len(x))
    return y


def over(x: Values, other: Values, db: float) -> Values:
    """Return a sound with another one `db` below it."""
    return x + other * ((x.std() + 1e-9) / (other.std() + 1e-9) * 10 ** (-db / 20))


def room(rng: np.random.Generator, seconds: float, direct: float) -> Values:
    """Return the response of a room of this reverberation time; direct sound so many dB above the rest."""
    n = int(RATE * seconds * 1.2)
    h = rng.normal(0, 1, n) * 10 ** (-3 * np.arange(n) / RATE / seconds)
    h[: int(0.004 * RATE)] = 0
    for _ in range(8):
        h[int(rng.uniform(0.003, 0.05) * RATE)] += rng.normal(0, 3)
    h *= 10 ** (-direct / 20) / np.sqrt((h**2).sum())
    h[0] += 1
    return h


def recorded(x: Samples, rng: np.random.Generator, _: Samples) -> Samples:
    """A loudspeaker, a room, a microphone, noise and a level control."""
    y = passed(convolved(x.astype(float), room(rng, rng.uniform(0.3, 0.6), -3)), 250, 5000, 2)
    y = over(equalised(y, rng, 5), noise(rng, len(x)), 15)
    power = convolved(y**2, np.exp(-np.arange(4 * 8000) / 8000) / 8000)
    return clipped(y / np.sqrt(power + 1e4) * 3000)


def silences(x: Samples, rng: np.random.Generator, _: Samples) -> Samples:
    parts, at = [], 0
    while at < len(x):
        n = int(rng.uniform(5, 9) * RATE)
        parts += [x[at : at + n], np.zeros(int(rng.uniform(0.4, 1.2) * RATE), np.int16)]
        at += n
    return np.concatenate(parts)[: len(x)]


def _phone(x: Samples, *_: object) -> Samples:
    narrow = clipped(passed(x.astype(float), 300, 3400, 6))
    return coded(narrow, "libopencore_amrnb", "amr", 12200, 8000)


def _loud_clipped(x: Samples, *_: object) -> Samples:
    most = np.quantile(np.abs(x.astype(float)), 0.85) + 1
    return clipped(np.clip(x, -most, most) / most * 20000)


def _noisy(db: float) -> Edit:
    return lambda x, rng, _: clipped(0.7 * over(x.astype(float), noise(rng, len(x)), db))


def _mixed(db: float) -> Edit:
    return lambda x, _, other: clipped(0.5 * over(x.astype(float), np.resize(other, len(x)).astype(float), db))


def _resampled(speed: float) -> Edit:
    return lambda x, *_: filtered(x, ("asetrate", str(round(RATE * speed))), ("aresample", str(RATE)))


def _tempo(speed: float) -> Edit:
    return lambda x, *_: filtered(x, ("atempo", f"{speed:.3f}"))


def _pitched(half_tones: int) -> Edit:
    r = 2 ** (half_tones / 12)
    return lambda x, *_: filtered(
        x, ("asetrate", str(round(RATE * r))), ("aresample", str(RATE)), ("atempo", f"{1 / r:.6f}")
    )


# Of the 24 that recall is stated over. The seconds of a query are those of the edited sound.
EDITS: dict[str, Edit] = {
    "as it is": lambda x, *_: x,
    "AAC 64 kbit/s": lambda x, *_: coded(x, "aac", "adts", 64000),
    "AAC 24 kbit/s": lambda x, *_: coded(x, "aac", "adts", 24000),
    "Opus 16 kbit/s": lambda x, *_: coded(x, "libopus", "ogg", 16000),
    "300-3400 Hz, AMR 12.2": _phone,
    "12 dB louder": lambda x, *_: clipped(4.0 * x),
    "12 dB softer": lambda x, *_: clipped(x / 4.0),
    "equaliser +-12 dB": lambda x, rng, _: clipped(0.5 * equalised(x.astype(float), rng, 12)),
    "noise 20 dB": _noisy(20),
    "noise 10 dB": _noisy(10),
    "noise 5 dB": _noisy(5),
    "reverb 0.5-0.9 s": lambda x, rng, _: clipped(
        0.6 * convolved(x.astype(float), room(rng, rng.uniform(0.5, 0.9), 0))
    ),
    "re-recorded": recorded,
    "mix +6 dB": _mixed(6),
    "mix 0 dB": _mixed(0),
    "mix -6 dB": _mixed(-6),
    "speed 0.95": _resampled(0.95),
    "tempo 0.95": _tempo(0.95),
    "speed 1.05": _resampled(1.05),
    "tempo 1.05": _tempo(1.05),
    "silences put in": silences,
    "clipped 15 %": _loud_clipped,
    "pitch +1": _pitched(1),
    "pitch -1": _pitched(-1),
}
SPEEDS: dict[str, Edit] = {
    "speed 1.25": _resampled(1.25),
    "tempo 1.25": _tempo(1.25),
    "speed 1.5": _resampled(1.5),
    "tempo 1.5": _tempo(1.5),
}
MORE: dict[str, Edit] = {"MP3 32 kbit/s": lambda x, *_: coded(x, "libmp3lame", "mp3", 32000)}
FASTER = {
    "speed 1.25": 1.25,
    "tempo 1.25": 1.25,
    "speed 1.5": 1.5,
    "tempo 1.5": 1.5,
    "speed 1.05": 1.05,
    "tempo 1.05": 1.05,
}
