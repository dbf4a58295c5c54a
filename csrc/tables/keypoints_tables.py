"""
Make csrc/keypoints/tables.c: the constants of keypoint signatures, from their definitions.

    python csrc/tables/keypoints_tables.py > csrc/keypoints/tables.c

Everything the core needs of exp, cos and sqrt is here as integers, so that
signatures have the same bits on every machine.
"""

from math import ceil, cos, exp, lgamma, pi, sqrt

SIGMA0 = 1.6  # blur of the first level of an octave, cells of that octave
INCOMING = 0.6  # blur a plane is taken to have already
LEVELS = 3  # scales an octave
SIDE = 16  # parts of a patch along a side
ORDERS = 11  # DCT orders 0..10


def gaussian(sigma: float) -> list[int]:
    """Return the taps of a Gaussian, 65536 in sum, symmetric."""
    radius = ceil(3 * sigma)
    taps = [exp(-(i * i) / (2 * sigma * sigma)) for i in range(radius + 1)]
    total = taps[0] + 2 * sum(taps[1:])
    side = [round(65536 * t / total) for t in taps[1:]]
    return side[::-1] + [65536 - 2 * sum(side)] + side


def blurs() -> list[list[int]]:
    """Return the blur into the first level, then from each level to the next."""
    out = [gaussian(sqrt(SIGMA0**2 - INCOMING**2))]
    for i in range(LEVELS + 2):
        sigma = SIGMA0 * 2 ** (i / LEVELS)
        out.append(gaussian(sigma * sqrt(2 ** (2 / LEVELS) - 1)))
    return out


def orders() -> list[tuple[int, int]]:
    """Return (vertical, horizontal) of each descriptor bit: zigzag to sum 10 without (0, 0) and (5, 5)."""
    return [(i, s - i) for s in range(1, 11) for i in range(s + 1) if (i, s - i) != (5, 5)]


def probes(count: int, among: int) -> list[int]:
    """
    Return sets of ranks of weak bits to flip, likeliest first (multi-probe LSH, Lv et al. 2007, section 4.5).

    The expected cost of flipping the rank-i weakest bit grows as its square.
    """
    cost = lambda m: sum((i + 1) ** 2 for i in range(among) if m >> i & 1)
    return sorted(range(1 << among), key=lambda m: (cost(m), m))[:count]


def rows(values: list[int], width: int = 16) -> str:
    """Return C initialisers, `width` to a line."""
    lines = (values[i : i + width] for i in range(0, len(values), width))
    return ",\n".join("    " + ", ".join(map(str, line)) for line in lines)


def main() -> None:
    """Print the C file."""
    taps, bits = blurs(), orders()
    flat = [t for row in taps for t in row]
    starts = [sum(len(r) for r in taps[:i]) for i in range(len(taps) + 1)]
    window = [exp(-((x - 7.5) ** 2 + (y - 7.5) ** 2) / (2 * (8 * 0.55) ** 2)) for y in range(SIDE) for x in range(SIDE)]
    dct = [cos(pi / 32 * i * (2 * x + 1)) for i in range(ORDERS) for x in range(SIDE)]
    place = {b: n for n, b in enumerate(bits)}
    odd = lambda k: sum(1 << n for n, b in enumerate(bits) if b[k] & 1)
    print('/* Made by csrc/tables/keypoints_tables.py: change that, not this. */\n#include "keypoints/keypoints.h"\n')
    print(f"const uint16_t pdqi_keypoints_tap_start[] = {{ {', '.join(map(str, starts))} }};")
    print(f"const uint16_t pdqi_keypoints_taps[] = {{\n{rows(flat, 12)}\n}};")
    print(
        f"const uint16_t pdqi_keypoints_exp2[] = {{\n{rows([round(32768 * 2 ** (i / 32)) for i in range(32)], 10)}\n}};"
    )
    print(f"const uint16_t pdqi_keypoints_window[] = {{\n{rows([round(256 * v) for v in window])}\n}};")
    print(f"const int16_t pdqi_keypoints_dct[] = {{\n{rows([round(1024 * v) for v in dct])}\n}};")
    print(f"const uint8_t pdqi_keypoints_order_y[] = {{\n{rows([b[0] for b in bits])}\n}};")
    print(f"const uint8_t pdqi_keypoints_order_x[] = {{\n{rows([b[1] for b in bits])}\n}};")
    print(f"const uint8_t pdqi_keypoints_transpose[] = {{\n{rows([place[b[1], b[0]] for b in bits])}\n}};")
    print(f"const uint16_t pdqi_keypoints_probes[] = {{\n{rows(probes(128, 12))}\n}};")
    print(f"const uint64_t pdqi_keypoints_odd_x = 0x{odd(1):016x}u;")
    print(f"const uint64_t pdqi_keypoints_odd_y = 0x{odd(0):016x}u;")
    print(
        f"const uint16_t pdqi_keypoints_log_factorial[] = {{\n{rows([round(16 * lgamma(n + 1)) for n in range(65)], 13)}\n}};"
    )


if __name__ == "__main__":
    main()
