"""
The two readers of lists against each other, on releases changed at random and signed anew.

    python tests/fuzz/differential.py SECONDS [SEED]

Stops at the first difference, and says by which seed and draw it comes again. Prints how many were tried, and what came of them.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lists import differ  # noqa: E402


def main() -> int:
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    given = differ.start(Path(tempfile.mkdtemp()))
    seen: Counter[str] = Counter()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            differ.compare(random.Random(f"{seed} {number}"), given, seen)
        except BaseException as error:
            print(f"seed {seed}, draw {number}: {type(error).__name__} {error}")
            return 1
        number += 1
    print(f"{number} releases, no difference: " + ", ".join(f"{n} {what}" for what, n in seen.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
