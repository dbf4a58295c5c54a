"""
Make the lists of this directory again: `python tests/vectors/device/make.py OUT` from the repository.

Deterministic: the same bytes each time. The list key is SHA-256 of "a list key for tests".
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from support.lists import samples  # noqa: E402


def main() -> None:
    for kind in ("image", "video"):
        out = Path(sys.argv[1]) / kind
        samples.make(out, samples.entries(40, kind))
        (out / "trust").write_bytes(bytes(samples.trust(type=kind)))


if __name__ == "__main__":
    main()
