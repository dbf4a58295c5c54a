"""
Writes csrc/match/claim_tables.h: `python csrc/tables/claim_tables.py > csrc/match/claim_tables.h`.

What 16 means along an axis of a picture have to do with each other and with its DCT coefficients, under the prior of
un-cropping (uncrop_tables.py), and the logarithm of the chance of a bit. No picture is read.
"""

import math

SIDE, CELLS, ORDERS, EPSILON, UNIT = 64, 16, 16, 0.1, 2048


def prior() -> list[float]:
    """As uncrop_tables.prior."""
    fields = range(1, 25)
    mean = {k: sum(-math.log(k * k + m * m) for m in fields) / len(fields) for k in range(SIDE)}
    all_ = sum(mean[k] for k in fields) / len(fields)
    return [math.exp(mean[k] - all_ / 2) for k in range(SIDE)]


def basis(k: int, j: int) -> float:
    """Cosine k at sample j of an orthonormal DCT of SIDE."""
    return math.cos(math.pi * k * (2 * j + 1) / (2 * SIDE)) * math.sqrt((2 if k else 1) / SIDE)


def cell(k: int, c: int) -> float:
    """Mean of cosine k over cell c."""
    step = SIDE // CELLS
    return sum(basis(k, step * c + j) for j in range(step)) / step


def chance(t: int) -> int:
    """1/UNIT nat: logarithm of twice the chance of a bit whose mean lies t / 8 - 6 spreads to its side."""
    p = (1 - EPSILON) * 0.5 * math.erfc(-(t / 8 - 6) / math.sqrt(2)) + EPSILON / 2
    return round(UNIT * math.log(2 * p))


def table(kind: str, name: str, values: list[object]) -> None:
    """Print one constant."""
    print(f"static const {kind} {name}[{len(values)}] = {{")
    for i in range(0, len(values), 8):
        print("    " + ", ".join(str(v) for v in values[i : i + 8]) + ",")
    print("};\n")


def main() -> None:
    """Print the header."""
    power = prior()
    together = lambda a, b: sum(power[k] * cell(k, a) * cell(k, b) for k in range(SIDE))
    number = lambda v: f"{v:.9g}" if "." in f"{v:.9g}" or "e" in f"{v:.9g}" else f"{v:.9g}.0"
    print("/* Made by csrc/tables/claim_tables.py; sources and formulas are there. */")
    table("float", "CELL_PAIRS", [number(together(a, b)) + "f" for a in range(CELLS) for b in range(a + 1)])
    table(
        "float",
        "CELL_ORDERS",
        [number(power[f] * cell(f, c)) + "f" for f in range(1, ORDERS + 1) for c in range(CELLS // 2)],
    )
    table("float", "ORDER_POWER", [number(power[f]) + "f" for f in range(1, ORDERS + 1)])
    table("int16_t", "BIT_CHANCE", [chance(t) for t in range(97)])


if __name__ == "__main__":
    main()
