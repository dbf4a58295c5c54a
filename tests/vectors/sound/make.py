"""
Make cases.json. Needs numpy alone: the hashes are those of the second reader. The README says what is in it.

    python make.py
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
from support import sound_reader, sounds  # noqa: E402

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176400, 192000)
PLAIN = {"rate": 8000, "channels": 1, "format": "s16", "channel": 0, "hypothesis": 0, "every": 4}


def case(seed: int, seconds: float, **changed: object) -> dict:
    """Return a case and what the reader says of it."""
    c = {**PLAIN, "seed": seed, **changed}
    c["frames"] = int(c["rate"] * seconds)
    x = sounds.channels(sounds.drawn(c["rate"], c["frames"], seed), c["channels"])
    pcm = x.astype(np.float32) / np.float32(32768) if c["format"] == "f32" else x
    samples = sound_reader.resampled(sound_reader.mono(pcm, c["channel"]), c["rate"])
    found = sound_reader.hashes(samples, c["every"], c["hypothesis"])
    return {**c, "samples": len(samples), "hashes": [[start, bits.hex(), q] for start, bits, q in found]}


def cases() -> list[dict]:
    found = [case(rate, 4.6, rate=rate) for rate in RATES]
    found += [case(h, 6.0, hypothesis=h) for h in range(1, 10)]
    found.append(case(21, 4.6, rate=48000, channels=6))
    found.append(case(22, 4.6, rate=44100, channels=2, format="f32"))
    found.append(case(23, 4.6, rate=16000, channels=3, channel=2))
    found.append(case(24, 10.0, every=16))
    found.append(case(25, 3.9))
    return found


if __name__ == "__main__":
    lines = ",\n".join(" " + json.dumps(c) for c in cases())
    (HERE / "cases.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
