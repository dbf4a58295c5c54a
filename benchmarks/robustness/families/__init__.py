"""
Families of pictures that share a template and nothing else: the hard negatives of matching.

Two photos with one sticker, two screens of one app, two forms of one print, two slides of one theme: an
honest matcher answers "no match", or says that a part is shared. Every family draws any number of
templates, and of pictures of each, from a seed; words, letters and shapes are drawn here, photos come
from the caller. Every style is dealt to one of two halves: `tune` for constants, `judge` for what no
constant was looked at with. No photo is in two of (half, listed or asked).
"""

from benchmarks.robustness.families import apps, boards, overlays, papers, stickers
from benchmarks.robustness.families.base import FAMILIES, HALVES, SIDES, Family, Photos

__all__ = ["FAMILIES", "HALVES", "SIDES", "Family", "Photos"]

# Importing a module registers its families; the order here is the order of the table.
MODULES = (stickers, apps, overlays, papers, boards)
