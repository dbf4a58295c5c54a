"""
What all tests share: `benchmarks` can be imported, and CI draws the same examples each time.

The repository is appended to the path, so that an installed pdqlite is what is tested, not the folder beside it.
"""

import importlib
import os
import sys

import pytest
from hypothesis import settings

import support

sys.path.append(str(support.ROOT))
pytest.register_assert_rewrite(*(f"support.{p.stem}" for p in (support.ROOT / "tests" / "support").glob("[a-z]*")))

# A shared machine may stop for a second at any time, so no example has a deadline.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# Tests that need other people's packages skip without them. CI names those that must be there: one that cannot be imported ends the run.
for peer in os.environ.get("PDQLITE_PEERS", "").split():
    importlib.import_module(peer)
