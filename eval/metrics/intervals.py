"""Intervals for shares and means: 95% unless said otherwise."""

from __future__ import annotations

import math
from collections.abc import Sequence

_BLOCK = 1 << 20  # values drawn at a time: 8 MiB of indexes, 8 MiB of values


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval for a proportion (Wilson 1927); ``(0, 1)`` for no observations.

    (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n) with p = right / n.
    """
    if n == 0:
        return 0.0, 1.0
    p = right / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # Rounding may leave the bounds a hair off at 0 and at n, where one of them is p itself.
    return max(0.0, min(p, centre - half)), min(1.0, max(p, centre + half))


def bootstrap_mean(values: Sequence[float], *, seed: int = 0, resamples: int = 1000) -> tuple[float, float]:
    """The percentile bootstrap's interval for a mean (Efron 1979; Efron & Tibshirani 1993, chapter 13).

    The 2.5th and 97.5th percentiles of the means of ``resamples`` samples of the same size, drawn with replacement.
    The same seed gives the same interval. Memory stays within two blocks of 8 MiB, or of eight bytes a value where
    there are more than a million. ``ValueError`` for no values.
    """
    import numpy as np

    data = np.asarray(values, dtype=np.float64)
    if data.size == 0:
        raise ValueError("the mean of no values is undefined")
    rng = np.random.default_rng(seed)
    means = np.empty(resamples)
    rows = max(1, _BLOCK // data.size)
    for first in range(0, resamples, rows):
        block = means[first : first + rows]
        block[:] = data[rng.integers(0, data.size, (block.size, data.size))].mean(axis=1)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def share(right: int, n: int) -> str:
    """``97.9% (97.3-98.4)``: a proportion with its interval; ``-`` for no observations."""
    low, high = wilson(right, n)
    return f"{right / n:6.1%} ({low:.1%}-{high:.1%})" if n else "-"
