"""Times in seconds: percentiles and histograms."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise


def percentile(values: Sequence[float], q: float) -> float:
    """The q-th percentile, q in 0..100, linearly interpolated between the nearest ranks; 0 for no values.

    With x sorted and p = (n - 1) q / 100: x[floor p] + (x[floor p + 1] - x[floor p]) (p - floor p), which is type 7 of
    Hyndman & Fan 1996 and what NumPy does by default.
    """
    if not 0 <= q <= 100:
        raise ValueError("q must be in 0..100")
    if not values:
        return 0.0
    ordered = sorted(values)
    position = (len(ordered) - 1) * q / 100
    low = math.floor(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def histogram(seconds: Sequence[float], bins: int = 20) -> tuple[tuple[float, float, int], ...]:
    """``(low, high, count)`` of ``bins`` stretches of equal width from the least to the greatest value.

    A stretch takes in its low end, the last one its high end too. Equal values make a single one of no width, no
    values none.
    """
    if bins < 1:
        raise ValueError("bins must be at least 1")
    if not seconds:
        return ()
    low, high = min(seconds), max(seconds)
    edges = [low + (high - low) * i / bins for i in range(bins)] + [high]
    if any(a >= b for a, b in pairwise(edges)):  # equal, or too close to be parted
        return ((low, high, len(seconds)),)
    counts = [0] * bins
    for value in seconds:
        counts[min(bisect_right(edges, value) - 1, bins - 1)] += 1
    return tuple((start, end, count) for (start, end), count in zip(pairwise(edges), counts, strict=True))
