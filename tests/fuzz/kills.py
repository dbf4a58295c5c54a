"""
Kill an install, an append to the log and a witness's cosigning at random moments.

    python tests/fuzz/kills.py COUNT [SEED]       so many kills of each
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lists.kills import KILLS  # noqa: E402


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    for name, make in KILLS.items():
        kill, found = make(Path(tempfile.mkdtemp())), Counter[str]()
        for number in range(count):
            found[kill(random.Random(f"{seed} {name} {number}"))] += 1
        print(
            f"{name}: {count} kills; " + ", ".join(f"{n} left {what}" for what, n in sorted(found.items())), flush=True
        )


if __name__ == "__main__":
    main()
