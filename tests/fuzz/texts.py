"""
Records of disputes, evidence, tokens, audit statements and envelopes, changed at random, for their readers.

    python tests/fuzz/texts.py SECONDS [SEED]

Stops at the first that is taken and should not be, or the other way round, and says by which seed and draw it comes again.
"""

import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lists import texts  # noqa: E402


def main() -> int:
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder:
        given = texts.start(Path(folder))
    seen: Counter[str] = Counter()
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        try:
            texts.compare(random.Random(f"{seed} {number}"), given, seen)
        except BaseException as error:
            print(f"seed {seed}, draw {number}: {type(error).__name__} {error}")
            return 1
        number += 1
    print(f"{number} texts, none wrong: " + ", ".join(f"{n} {what}" for what, n in seen.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
