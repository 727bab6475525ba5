"""Intervals for the tables."""

from __future__ import annotations

import math


def wilson(right: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson 1927), 95% by default; ``(0, 1)`` for no observations."""
    if of == 0:
        return 0.0, 1.0
    p = right / of
    centre = (p + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    # Rounding may leave the bounds a hair outside at 0 and at `of`.
    return max(0.0, centre - half), min(1.0, centre + half)


def share(right: int, of: int) -> str:
    """``97.9% (97.3-98.4)``: a proportion with its interval."""
    low, high = wilson(right, of)
    return f"{right / of:6.1%} ({low:.1%}-{high:.1%})" if of else "-"


def median(values: list[float]) -> float:
    """The middle value; the mean of the middle two of an even number."""
    return percentile(values, 50)


def percentile(values: list[float], q: float) -> float:
    """The q-th percentile, linearly interpolated between the two nearest ranks; 0 for no values."""
    if not values:
        return 0.0
    ordered = sorted(values)
    position = (len(ordered) - 1) * q / 100
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)
