#!/usr/bin/env python3
"""The commands of a page as one shell script: `python .ci/page.py docs/tutorial/kotlin.md | bash -euo pipefail`. Blocks in `sh` and `python`."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def script(text: str) -> str:
    """Return the blocks of a page in their order; those in Python are read from a here document."""
    found = re.findall(r"^```(sh|python)\n(.*?)^```", text, re.M | re.S)
    assert found, "a page without commands"
    return "\n".join(block if language == "sh" else f"python3 - <<'END'\n{block}END\n" for language, block in found)


if __name__ == "__main__":
    sys.stdout.write(script(Path(sys.argv[1]).read_text("utf-8")))
