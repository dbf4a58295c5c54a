"""The table of cosines in the core is the one that PDQ's definition gives."""

import math
import re
from pathlib import Path

import numpy as np

TABLE = Path(__file__).parents[2] / "csrc" / "dct_table.h"


def test_table_is_the_definition():
    body = TABLE.read_text(encoding="utf-8").split("= {", 1)[1]
    values = [np.float32(v) for v in re.findall(r"-?\d+\.\d+(?:e-?\d+)?(?=f)", body)]
    scale = float(np.float32(math.sqrt(2 / 64)))
    expected = [np.float32(scale * math.cos(math.pi / 128 * (i + 1) * (2 * k + 1))) for k in range(64) for i in range(16)]
    assert values == expected
