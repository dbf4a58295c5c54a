"""Does a picture show one of those in a file of hashes? Exit code 0 match, 1 none, 2 error.

python quickstart.py HASHES PICTURE        HASHES: 32 bytes a hash, as PDQ has them
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from pdqlite import Matcher
from pdqlite.errors import PdqliteError
from pdqlite.types import Entries


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        hashes = Path(arguments[0]).read_bytes()
        if len(hashes) % 32:
            raise ValueError(f"HASHES has to be 32 bytes for each hash; got {len(hashes)} bytes")
        rows = np.frombuffer(hashes, np.uint8).reshape(-1, 32)
        masks, flags = np.zeros(len(rows), np.uint16), np.zeros(len(rows), np.uint8)
        matcher = Matcher(Entries(rows, masks, masks, flags, flags + 100))
        decision = matcher.match_pixels(np.asarray(Image.open(arguments[1]).convert("RGB")))
    except (OSError, ValueError, PdqliteError) as error:
        print(error, file=sys.stderr)
        return 2
    if decision.verdict != "match":
        print("no match")
        return 1
    print(
        f"matched: entry {decision.entry}, false-match rate {decision.rate:.1e}, {decision.list_rate:.1e} over the list"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
