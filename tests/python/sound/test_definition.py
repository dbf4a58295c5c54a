"""Sound hashes against the second reader of docs/formats/sound-hash.md, bit for bit."""

import json
import re

import numpy as np
import pytest

from pdqlite import sound
from pdqlite.native.core import kernels
from support import ROOT, sound_reader, sounds


def extremes(n: int, seed: int) -> np.ndarray:
    """Full-scale noise, squares and silences: what comes nearest to an overflow."""
    rng = np.random.default_rng(seed)
    x = rng.integers(-32768, 32768, n).astype(np.int16)
    x[n // 5 : 2 * n // 5] = -32768
    x[2 * n // 5 : 3 * n // 5] = np.where(np.arange(3 * n // 5 - 2 * n // 5) // 4 % 2, 32767, -32768)
    x[3 * n // 5 : 4 * n // 5] = 0
    return x


@pytest.mark.parametrize("rate", sound.RATES)
def test_samples(rate: int) -> None:
    x = np.concatenate([extremes(rate // 10, rate), sounds.drawn(rate, rate // 10, rate)])
    expected = sound_reader.resampled(x.astype(np.int64), rate)
    for table in kernels():
        resampler = sound.Resampler(table)
        got = np.concatenate([resampler.push(x, rate), resampler.finish()])
        np.testing.assert_array_equal(got, expected, table.name)


@pytest.mark.parametrize("hypothesis", range(len(sound.HYPOTHESES)))
def test_hashes(hypothesis: int) -> None:
    x = sounds.drawn(8000, 39000, 7 + hypothesis)
    if hypothesis % 3 == 0:
        x[8000:24000] = extremes(16000, hypothesis)
    expected = sound_reader.hashes(x.astype(np.int64), 3, hypothesis)
    assert len(expected) > 0
    for table in kernels():
        hasher = sound.SoundHasher(3, hypothesis, table)
        got = sound.SoundHashes.joined([hasher.push(x), hasher.finish()])
        found = zip(got.starts.tolist(), map(bytes, got.rows), got.quality.tolist(), strict=True)
        assert list(found) == expected, table.name


@pytest.mark.parametrize("kind", [np.int16, np.float32])
@pytest.mark.parametrize("n", [1, 2, 3, 6, 8, 64])
def test_mean_of_channels(n: int, kind: type) -> None:
    rng = np.random.default_rng(n)
    x = rng.integers(-32768, 32768, (500, n)).astype(np.int16)
    if kind is np.float32:
        x = rng.uniform(-1.2, 1.2, (500, n)).astype(np.float32)
        x[:4, 0] = [np.nan, np.inf, -np.inf, np.float32(1e-40)]
        x[4:8, 0] = np.array([0.5, -0.5, 1.5, -2.5]) / 32768
    np.testing.assert_array_equal(sound.Resampler().push(x, 8000), sound_reader.mono(x))
    for channel in range(1, n + 1):
        np.testing.assert_array_equal(sound.Resampler().push(x, 8000, channel), sound_reader.mono(x, channel))


def test_tables_of_the_page() -> None:
    text = (ROOT / "docs" / "formats" / "sound-hash.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| (\w+).* \| ([0-9a-f]{64}) \|$", text, re.M))
    edges = [edge for h in (0, 4, 5, 6, 7, 8, 9) for edge in sound_reader.edges(h)]
    assert said == {
        "H": sound_reader.sha256(sound_reader.lowpass()),
        "C": sound_reader.sha256(sound_reader.cosines()[:513]),
        "L": sound_reader.sha256(sound_reader.logarithms()),
        "edge": sound_reader.sha256(edges),
    }


def test_tables_of_the_core() -> None:
    text = (ROOT / "csrc" / "sound" / "sound_tables.h").read_text(encoding="utf-8")
    found = {
        name: [int(v) for v in re.findall(r"-?\d+", body)]
        for name, body in re.findall(r"(\w+)(?:\[\d+\])+ = \{(.*?)\};", text, re.S)
    }
    edges = [edge for h in (0, 4, 5, 6, 7, 8, 9) for edge in sound_reader.edges(h)]
    assert found == {
        "LOWPASS": sound_reader.lowpass(),
        "COSINE": sound_reader.cosines()[:513].tolist(),
        "LOGARITHM": sound_reader.logarithms(),
        "EDGES": edges,
    }


def test_no_filter_overflows() -> None:
    for rate in sound.RATES[1:]:
        up, down = 8000 // np.gcd(8000, rate), rate // np.gcd(8000, rate)
        for phase in range(0, up, max(1, up // 20)):
            taps = sound_reader.taps(phase, int(up), int(down))
            assert sum(taps) == 32768
            assert sum(map(abs, taps)) < 65535
            assert max(map(abs, taps)) < 32768


CASES = json.loads((ROOT / "tests" / "vectors" / "sound" / "cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['rate']}-{c['hypothesis']}-{c['seed']}")
def test_vectors(case: dict) -> None:
    x = sounds.channels(sounds.drawn(case["rate"], case["frames"], case["seed"]), case["channels"])
    pcm = x.astype(np.float32) / 32768 if case["format"] == "f32" else x
    how = {key: case[key] for key in ("every", "hypothesis", "channel")}
    got = sound.hash_sound(pcm, case["rate"], **how)
    assert [list(h) for h in zip(got.starts.tolist(), (r.tobytes().hex() for r in got.rows), got.quality.tolist(), strict=True)] == case["hashes"]  # fmt: skip
    assert len(case["hashes"]) > 0 or case["frames"] < 32000
