"""
An estimate of the cycles a Cortex-A53 or A55 spends in a region: secondary, off by up to a third, never a measurement.

The counter says which block of code ran after which, and how often. llvm-mca, with LLVM's tables for the Cortex-A53, prices each
block behind the code that led to it: the cycles of both less those of what came before. It knows neither branch misses nor caches.

CALIBRATION. llvm-mca is too high on this core, so its sum is divided by 1.76. The factor was set on 6 functions of dav1d for which its
commits publish cycles counted on a real A53 (11cb2efa, 5647a57e, b1167ce1, 38d4d0bd), and tried on 12 others (1d5c1a49, 2e8a3a21),
built with the same compiler as here: estimate / measured 0.67 to 1.12, geometric mean 0.88, spread a factor of 1.21. One instruction
= one cycle does as well there: 0.64 to 1.41 over all 18. A55s are within 2.4 % of A53s in 16 pairs published there. All that was code
in the first cache: what waits for memory is not in it, so it stands beside the estimate: LINE cycles for each line from memory.

OpenSSL's sha512-armv8.pl tells two more, of code like ours: SHA-256 with its instructions 2.38 cycles a byte on an A53, here 1.87; in
plain ones 15.5 and, compiled, twice that, here 11: fewer cycles than two instructions each, so the model has no answer there.

There is no such model for the Cortex-A7 (no tables), nor for A72 and A76 (off by 0.5 to 2.3).
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import NamedTuple

from benchmarks.arm import build

LLVM = "16"
FACTOR = 1.76
WINDOW = 64  # instructions that a block is priced behind, at least
RARE = 1e-4  # blocks with a smaller share of a region's instructions cost what its others do on average
# One core of TI's AM62P (A53, 1.4 GHz, LPDDR4) copies 1956 MB/s, as its maker publishes (SPRADG0A, bw_mem 8M bcopy): 46 cycles
# for a line of 64 bytes read and one written. Lines that are not read in order cost more.
LINE = 46


class Blocks(NamedTuple):
    """What the counter wrote: the code of each block, and for each region how often it ran after which (0: none)."""

    code: dict[int, tuple[str, ...]]
    ran: dict[str, dict[tuple[int, int], int]]


def read(text: str) -> Blocks:
    """Read the counter's file of blocks. Blocks of the same code are one."""
    code: dict[int, tuple[str, ...]] = {}
    ran: dict[str, dict[tuple[int, int], int]] = {}
    for words in map(str.split, text.splitlines()):
        if words[0] == "block":
            code[int(words[1])] = tuple(words[3][i : i + 8] for i in range(0, len(words[3]), 8))
        else:
            ran.setdefault(words[1], {})[int(words[3]), int(words[2])] = int(words[4])
    return Blocks(code, ran)


def leading(ran: dict[tuple[int, int], int], code: dict[int, tuple[str, ...]], block: int) -> tuple[int, ...]:
    """Return the blocks that most often led to this one, it last, of at least WINDOW instructions where there are so many."""
    before: dict[int, tuple[int, int]] = {}
    for (earlier, later), times in ran.items():
        before[later] = max(before.get(later, (0, 0)), (times, earlier))
    chain = [block]
    while sum(len(code[b]) for b in chain) < WINDOW:
        earlier = before.get(chain[0], (0, 0))[1]
        if not earlier:
            break
        chain.insert(0, earlier)
    return tuple(chain)


def assembly(words: list[str]) -> dict[str, str]:
    """Disassemble instructions. Calls and returns become plain branches: what they cost is that of what follows."""
    bytes_of = [" ".join(f"0x{word[i : i + 2]}" for i in range(0, 8, 2)) for word in words]
    found = build.run(f"llvm-mc-{LLVM}", "--disassemble", "-triple=aarch64", "-mattr=+all", given="\n".join(bytes_of))
    lines = [line.strip() for line in found.splitlines() if line.startswith("\t") and not line.strip().startswith(".")]
    if len(lines) != len(words):
        raise AssertionError(f"{len(words)} instructions, {len(lines)} disassembled")
    plain = {"bl": "b #4", "blr": "br x16", "ret": "br x30"}
    return {word: plain.get(line.split("\t")[0], line) for word, line in zip(words, lines, strict=True)}


def price(sequences: list[tuple[str, ...]], lines: dict[str, str]) -> list[int]:
    """Return llvm-mca's cycles of each sequence of instructions, run once."""
    text = []
    for n, sequence in enumerate(sequences):
        text += [f"# LLVM-MCA-BEGIN s{n}", *(lines[word] for word in sequence), "nop", "# LLVM-MCA-END"]
    found = build.run(f"llvm-mca-{LLVM}", "-mtriple=aarch64", "-mcpu=cortex-a53", "-iterations=1", "-instruction-info=0",
                      "-resource-pressure=0", given="\n".join(text) + "\n")  # fmt: skip
    cycles = [int(n) for n in re.findall(r"Total Cycles:\s+(\d+)", found)]
    if len(cycles) != len(sequences):
        raise AssertionError(f"{len(sequences)} sequences, {len(cycles)} priced")
    return cycles


def estimate(blocks: Blocks) -> dict[str, float]:
    """Return the estimated cycles of each region, caches not in it."""
    wanted: dict[str, list[tuple[tuple[str, ...], tuple[str, ...], int]]] = {}
    insns: Counter[str] = Counter()
    for region, ran in blocks.ran.items():
        lead = cache(lambda block, ran=ran: leading(ran, blocks.code, block) if block else ())
        insns[region] = sum(len(blocks.code[b]) * times for (_, b), times in ran.items())
        for (earlier, block), times in ran.items():
            if len(blocks.code[block]) * times >= RARE * insns[region]:
                behind = tuple(word for b in lead(earlier) for word in blocks.code[b])
                wanted.setdefault(region, []).append((behind, blocks.code[block], times))
    sequences = sorted({s for found in wanted.values() for behind, code, _ in found for s in (behind, behind + code)})
    lines = assembly(sorted({word for sequence in sequences for word in sequence}))
    cycles = dict(zip(sequences, price(sequences, lines), strict=True))
    total = {}
    for region, found in wanted.items():
        spent = sum((cycles[behind + code] - cycles[behind]) * times for behind, code, times in found)
        share = sum(len(code) * times for _, code, times in found) / insns[region]
        total[region] = spent / share / FACTOR
    return total
