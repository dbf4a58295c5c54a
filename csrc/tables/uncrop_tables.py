"""
Writes csrc/uncrop/model_tables.h: `python csrc/tables/uncrop_tables.py > csrc/uncrop/model_tables.h`; with the argument
`odds`, csrc/uncrop/odds_tables.h; `saved`, csrc/uncrop/outer_tables.h; `chance`, csrc/uncrop/joint_tables.h.

No picture is read. The prior is the textbook spectrum of natural images, power
1 / f^2 (Field 1987, Ruderman 1994), as the separable product nearest to it in the
mean of the logarithms over the frequencies 1..24.
"""

import math
import sys

FREQUENCIES, EPSILON, UNIT = range(1, 25), 0.04, 16


def power(k: int, m: int) -> float:
    return 1 / (k * k + m * m)


def prior() -> list[float]:
    mean = {k: sum(math.log(power(k, m)) for m in FREQUENCIES) / len(FREQUENCIES) for k in range(64)}
    all_ = sum(mean[k] for k in FREQUENCIES) / len(FREQUENCIES)
    return [math.exp(mean[k] - all_ / 2) for k in range(64)]


def weights() -> tuple[list[int], list[int]]:
    """Log-odds and bias against |z|: entry t is at z^2 / (z^2 + 1) = (t + 1/2) / 256."""
    odds, bias = [], []
    for t in range(256):
        u = (t + 0.5) / 256
        p = (1 - EPSILON) * 0.5 * math.erfc(-math.sqrt(u / (1 - u) / 2)) + EPSILON / 2
        one, zero = math.log(2 * p), math.log(2 * (1 - p))
        odds.append(round(UNIT * (one - zero) / 2))
        bias.append(round(256 * UNIT * (one + zero) / 2))
    return odds, bias


def saved() -> list[int]:
    """What an outer product that is wrong in t of 256 bits saves over 256 bits, in 1/UNIT nat."""

    def choose(t: int) -> float:
        return math.lgamma(257) - math.lgamma(t + 1) - math.lgamma(257 - t)

    return [max(0, round(UNIT * (225 * math.log(2) - choose(t)))) for t in range(129)]


def chance() -> tuple[list[float], list[float]]:
    """Logarithm of twice the chance of a bit whose mean lies y spreads to its side, and how it grows; y = -6 .. 6 by 1/8."""
    level, slope = [], []
    for t in range(-48, 49):
        y = t / 8
        p = (1 - EPSILON) * 0.5 * math.erfc(-y / math.sqrt(2)) + EPSILON / 2
        level.append(math.log(2 * p))
        slope.append((1 - EPSILON) * math.exp(-y * y / 2) / math.sqrt(2 * math.pi) / p)
    return level, slope


def table(kind: str, name: str, values: list[object]) -> None:
    print(f"static const {kind} {name}[{len(values)}] = {{")
    for i in range(0, len(values), 10):
        print("    " + ", ".join(str(v) for v in values[i : i + 10]) + ",")
    print("};\n")


print("/* Made by csrc/tables/uncrop_tables.py; sources and formulas are there. */")
if sys.argv[1:] == ["saved"]:
    table("int16_t", "SAVED", saved())
elif sys.argv[1:] == ["chance"]:
    level, slope = chance()
    table("float", "LEVEL", [f"{v:.9e}f" for v in level])
    table("float", "SLOPE", [f"{v:.9e}f" for v in slope])
elif sys.argv[1:] == ["odds"]:
    odds, bias = weights()
    table("int8_t", "LOG_ODDS", odds)
    table("int16_t", "LOG_BIAS", bias)
else:
    table("double", "COSINE", [repr(math.cos(math.pi * m / 128)) for m in range(64)] + ["0.0"])
    table("double", "PRIOR", [repr(v) for v in prior()])
