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


def beta_share(x: float, a: float, b: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by Lentz's continued fraction (Numerical Recipes 6.4)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_share(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d, tiny = 1.0, 1 / (1 - (a + b) * x / (a + 1)), 1e-300
    value = d
    for m in range(1, 10_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-13:
            break
    return front * value


def exact(hits: int, trials: int, error: float = 0.05) -> tuple[float, float]:
    """Return the exact interval of a proportion (Clopper and Pearson 1934), 95 % by default; (0, 1) without trials."""
    if trials == 0:
        return 0.0, 1.0

    def at(share: float, a: int, b: int) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if beta_share(middle, a, b) < share else (low, middle)
        return (low + high) / 2

    low = at(error / 2, hits, trials - hits + 1) if hits else 0.0
    high = at(1 - error / 2, hits + 1, trials - hits) if hits < trials else 1.0
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


def ratio_interval(before: Sequence[float], after: Sequence[float], draws: int = 2000) -> tuple[float, float, float]:
    """Return median(after) / median(before) and its 99 % bootstrap interval."""
    chance = random.Random(1)
    found = []
    for _ in range(draws):
        a = median(chance.choices(before, k=len(before)))
        b = median(chance.choices(after, k=len(after)))
        found.append(b / a)
    return median(after) / median(before), quantile(found, 0.005), quantile(found, 0.995)
