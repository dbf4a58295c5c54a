"""What tests share: where the repository is, samples, readers, definitions written out again. No test file imports another."""

from pathlib import Path

ROOT = Path(__file__).parents[2]  # of the repository
VECTORS = ROOT / "tests" / "vectors"
HANGS = 3600.0  # seconds after which a program that a test started is taken to hang: no measure of its speed
