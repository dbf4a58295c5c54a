"""
Benchmarks: one module for each claim that the README makes.

    python -m benchmarks                       lists them
    python -m benchmarks NAME [options]        runs one, prints it, records it as JSON
    python -m benchmarks NAME --small          the same at its smallest size: does it run, are its answers right
    python -m benchmarks all [--small]         runs all, and draws one page of their records
    python -m benchmarks compare A.json B.json ratio, spread, and a verdict only beyond the noise; folders of records too
    python -m benchmarks html A.json -o P.html one self-contained page with plots
    python -m benchmarks insert A.json P.md    its tables, where a page of Markdown asks for them

A benchmark is a module here (a file, or a folder with `__init__.py`) that has

- a docstring: its first line is the claim, and what `python -m benchmarks` lists;
- `run(report, args)`: checks the answer first, then measures, and tells the
  report (benchmarks/_frame/report.py) what it found;
- `SMALL`: the options that make it as small as it can be, a list of words;
- if it takes options, `options(parser)`: adds them to an argparse parser.

Names that start with an underscore are not benchmarks.
"""

import os
import sys
from pathlib import Path

_TOP = Path(__file__).parents[1]
if not any((_TOP / "pdqlite").glob("_core.*")):
    # `python -m` puts this folder first, and the package in it has no compiled core: let the installed one be found.
    sys.path[:] = [p for p in sys.path if os.path.abspath(p) != str(_TOP)] + [str(_TOP)]
