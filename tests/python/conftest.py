"""
Lets tests import `benchmarks` from the repository.

Appended, so that an installed pdqlite is what is tested, not the folder beside it.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
