"""
Writes csrc/sound/sound_tables.h: `python csrc/tables/sound_tables.py > csrc/sound/sound_tables.h`.

The formulas are those of docs/formats/sound-hash.md, section 2. No sound is read.
"""

import math
from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 50
PI = Decimal("3.14159265358979323846264338327950288419716939937511")

RATE, SIZE, BANDS, LOWEST, HIGHEST = 8000, 2048, 64, 300, 3400
GRID, REACH, CUT = 384000, 576, 3900  # the low-pass filter: points a second, points to each side, cut-off in Hz
PITCHES = (1.0, 250 / 301, 250 / 275, 250 / 227, 250 / 207, 250 / 188, 250 / 171)


def cosine(x: Decimal) -> Decimal:
    """The cosine of 0 <= x <= pi, by its series."""
    term, total, n = Decimal(1), Decimal(1), 0
    while abs(term) > Decimal(10) ** -45:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total += term
    return total


def nearest(x: Decimal) -> int:
    return int(x.to_integral_value(ROUND_HALF_EVEN))


def cosines() -> list[int]:
    """The first quarter of a circle of 2048, Q31."""
    return [min(2**31 - 1, nearest(cosine(2 * PI * n / SIZE) * 2**31)) for n in range(SIZE // 4 + 1)]


def lowpass() -> list[int]:
    """A sinc under a Hamming window, from its middle to its end, Q20 of its highest value."""
    values = []
    for n in range(REACH + 1):
        x = 2 * math.pi * CUT * n / GRID
        value = (math.sin(x) / x if n else 1.0) * (0.54 + 0.46 * math.cos(math.pi * n / REACH))
        values.append(round(value * 2**20))
    return values


def logarithms() -> list[int]:
    return [min(255, round(256 * math.log2(1 + (i + 0.5) / 256))) for i in range(256)]


def edges(pitch: float) -> list[int]:
    """Edges of the bands in 1/16 of a bin, half a bin on: bin k reaches from 16 k to 16 k + 16."""
    step = HIGHEST / LOWEST
    places = (16 * SIZE / RATE * LOWEST * pitch * step ** (b / BANDS) + 8 for b in range(BANDS + 1))
    return [min(16 * SIZE // 2, round(place)) for place in places]


def rows(values: list[int]) -> str:
    return "".join("    " + ", ".join(map(str, values[i : i + 12])) + ",\n" for i in range(0, len(values), 12))


print("/* Made by csrc/tables/sound_tables.py; sources and formulas are there. */")
print("#include <stdint.h>\n")
print(f"static const int32_t COSINE[{SIZE // 4 + 1}] = {{\n{rows(cosines())}}};\n")
print(f"static const int32_t LOWPASS[{REACH + 1}] = {{\n{rows(lowpass())}}};\n")
print(f"static const uint8_t LOGARITHM[256] = {{\n{rows(logarithms())}}};\n")
print(f"static const uint16_t EDGES[{len(PITCHES)}][{BANDS + 1}] = {{")
for p in PITCHES:
    print("    {\n" + "".join("    " + line for line in rows(edges(p)).splitlines(True)) + "    },")
print("};")
