"""The table of cosines in the core is the one that PDQ's definition gives."""

import math
import re

import numpy as np

from support import ROOT

TABLE = ROOT / "csrc" / "kernels" / "dct_table.h"


def test_table_is_the_definition():
    body = TABLE.read_text(encoding="utf-8").split("= {", 1)[1]
    values = [np.float32(v) for v in re.findall(r"-?\d+\.\d+(?:e-?\d+)?(?=f)", body)]
    scale = float(np.float32(math.sqrt(2 / 64)))
    expected = [
        np.float32(scale * math.cos(math.pi / 128 * (2 * n + 1 + parity) * (2 * k + 1)))
        for parity in range(2)
        for k in range(32)
        for n in range(8)
    ]
    assert values == expected


def test_the_half_that_is_left_out_is_the_mirror():
    """Rounded to float, the cosines of samples 32..63 are those of 31..0, with a sign for odd frequencies."""
    scale = float(np.float32(math.sqrt(2 / 64)))
    cosines = [[np.float32(scale * math.cos(math.pi / 128 * f * (2 * k + 1))) for k in range(64)] for f in range(1, 17)]
    for f, row in enumerate(cosines, 1):
        assert row[32:] == [-v if f % 2 else v for v in row[31::-1]]
