"""
Pictures and frames that let through (alpha) are seen several ways; each is matched, and they share the false-match rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pdqlite.types import Decision

_ORDER = ("match", "negated", "too flat")


def best_of(decisions: Sequence[Decision], highest: float) -> Decision:
    """
    Return the surest decision of those about one picture or video, seen in as many ways.

    Args:
        decisions: The first is about it as its colours are, without alpha.
        highest: The policy's false-match rate: what matches must match at a part of it, as each way is a trial.
    """
    ways = len(decisions)
    if ways == 1:
        return decisions[0]
    sure = [d if d.rate is None else replace(d, rate=d.rate * ways) for d in decisions]
    kept = [d for d in sure if d.verdict in _ORDER and d.rate is not None and d.rate <= highest]
    if not kept:
        first = decisions[0]
        return (
            first
            if first.verdict not in _ORDER
            else Decision("no match", quality=first.quality, frames=first.frames, evidence=first.evidence)
        )
    return min(kept, key=lambda d: (_ORDER.index(d.verdict), d.rate))
