"""
What the audit of a long log takes: made in a temporary directory, every leaf read, parsed and chained.

    python tests/fuzz/long_log.py [LEAVES]       2^20 by default, the most that a log may have
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.lists.long_log import cost_of_audit, make_log  # noqa: E402


def main() -> None:
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 1 << 20
    with tempfile.TemporaryDirectory() as folder:
        where = make_log(Path(folder), leaves)
        memory, seconds, said = cost_of_audit(where, "--max-seconds", "36000")
    print(said, end="")
    print(f"{leaves} leaves: peak {memory / 1e6:.0f} MB, {seconds:.1f} s of CPU")


if __name__ == "__main__":
    main()
