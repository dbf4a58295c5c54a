"""
What people do to a picture before they send it on: 104 edits in 16 classes.

`EDITS` holds them in the order of the table of docs/explanation/matching.md. Each is drawn from a seed:
the same (seed, edit, source) gives the same picture. `apply` ends with the re-encoding that
an upload would bring.
"""

from benchmarks.robustness.edits import combos, geometry, light, overlays, scenes
from benchmarks.robustness.edits.base import EDITS, Draw, Edit, apply, classes, upload

__all__ = ["EDITS", "Draw", "Edit", "apply", "classes", "upload"]

# Importing a family registers its edits; the order here is the order of the table.
FAMILIES = (geometry, light, overlays, scenes, combos)
