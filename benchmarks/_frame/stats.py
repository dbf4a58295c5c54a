"""Small statistics: spread of samples, intervals of proportions and of ratios."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import median


def quantile(values: Sequence[float], q: float) -> float:
    """Return the q-quantile, linear between order statistics."""
    ordered = sorted(values)
    at = q * (len(ordered) - 1)
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def wilson(hits: int, trials: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % interval of a proportion (Wilson 1927); (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0
    p, n = hits / trials, trials
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == trials else min(1.0, centre + half)
    return low, high


def rate_bound(hits: int, trials: float) -> float:
    """
    Return the 95 % upper bound of a rare rate from its Poisson count.

    Three over the trials when none was seen; else Wilson and Hilferty's approximation of the
    chi-squared quantile, within 1 % from one hit up.
    """
    if hits == 0:
        return 3.0 / trials
    k = hits + 1
    return k * (1 - 1 / (9 * k) + 1.6449 / (3 * math.sqrt(k))) ** 3 / trials


def ratio_interval(
    before: Sequence[float], after: Sequence[float], draws: int = 2000
) -> tuple[float, float, float]:
    """Return median(after) / median(before) and its 99 % bootstrap interval."""
    chance = random.Random(1)
    found = []
    for _ in range(draws):
        a = median(chance.choices(before, k=len(before)))
        b = median(chance.choices(after, k=len(after)))
        found.append(b / a)
    return median(after) / median(before), quantile(found, 0.005), quantile(found, 0.995)
