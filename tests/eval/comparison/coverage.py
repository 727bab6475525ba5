"""How often the 95% intervals of four bootstraps cover the true mean difference.

``python tests/eval/comparison/coverage.py [SAMPLES [RESAMPLES]]``, with the package installed,
prints the table that ``eval.comparison.intervals`` quotes when it says why it smooths the sample. Not a test.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from eval.comparison.intervals import paired_bootstrap

Array = NDArray[np.float64]
Sampler = Callable[[np.random.Generator], Array]
NORMAL = NormalDist()
LEVELS = (2.5, 97.5)


def percentile(d: Array, rng: np.random.Generator, resamples: int) -> tuple[float, float]:
    means = d[rng.integers(0, len(d), (resamples, len(d)))].mean(1)
    low, high = np.percentile(means, LEVELS)
    return float(low), float(high)


def bca(d: Array, rng: np.random.Generator, resamples: int) -> tuple[float, float]:
    """Bias-corrected and accelerated (Efron 1987)."""
    means = d[rng.integers(0, len(d), (resamples, len(d)))].mean(1)
    mean = d.mean()
    below = ((means < mean).sum() + 0.5 * (means == mean).sum()) / resamples
    if not 0 < below < 1 or not d.std():
        return float(means.min()), float(means.max())
    bias = NORMAL.inv_cdf(float(below))
    centred = d - mean
    acceleration = (centred**3).sum() / (6 * (centred**2).sum() ** 1.5)
    bounds = []
    for level in (0.025, 0.975):
        z = bias + NORMAL.inv_cdf(level)
        bounds.append(float(np.quantile(means, NORMAL.cdf(bias + z / (1 - acceleration * z)))))
    return bounds[0], bounds[1]


def studentised(d: Array, rng: np.random.Generator, resamples: int) -> tuple[float, float]:
    n = len(d)
    drawn = d[rng.integers(0, n, (resamples, n))]
    errors = drawn.std(1, ddof=1) / n**0.5
    error = d.std(ddof=1) / n**0.5
    kept = errors > 0
    if not error or not kept.any():
        return float(d.mean()), float(d.mean())
    t = (drawn.mean(1)[kept] - d.mean()) / errors[kept]
    low, high = np.percentile(t, LEVELS)
    return float(d.mean() - high * error), float(d.mean() - low * error)


def smoothed(d: Array, rng: np.random.Generator, resamples: int) -> tuple[float, float]:
    interval = paired_bootstrap(np.zeros(len(d)), d, resamples=resamples, seed=int(rng.integers(2**31)))
    return interval.low, interval.high


def discordant(n: int, gained: float, lost: float) -> tuple[Sampler, float]:
    """Differences of 0/1 values: a share ``gained`` of +1, ``lost`` of -1."""
    return lambda rng: rng.choice([1.0, -1.0, 0.0], n, p=[gained, lost, 1 - gained - lost]), gained - lost


def some_change(n: int, share: float) -> tuple[Sampler, float]:
    """F1-like: a ``share`` of the questions changes, by Beta(2, 1) for the worse or, one time in four, the better."""

    def sample(rng: np.random.Generator) -> Array:
        sign = np.where(rng.random(n) < 0.25, 1.0, -1.0)
        return np.where(rng.random(n) < share, sign * rng.beta(2, 1, n), 0.0)

    return sample, -share * 0.5 * 2 / 3


def all_change(n: int) -> tuple[Sampler, float]:
    """Skewed and never 0: an exponential less its mean, moved."""
    return lambda rng: rng.exponential(0.1, n) - 0.07, 0.03


REGIMES: dict[str, tuple[Sampler, float]] = {
    "0/1, balanced, 10% differ, n = 300": discordant(300, 0.05, 0.05),
    "0/1, 15 against 5 in 500": discordant(500, 0.03, 0.01),
    "0/1, one-sided, 8 of 500": discordant(500, 0.016, 0.0),
    "0/1, one-sided, 3 of 500": discordant(500, 0.006, 0.0),
    "0/1, one-sided, 1 of 500": discordant(500, 0.002, 0.0),
    "0/1, 3 against 1 in 500": discordant(500, 0.006, 0.002),
    "0/1, 40% against 10%, n = 30": discordant(30, 0.4, 0.1),
    "F1, 10% change, n = 300": some_change(300, 0.1),
    "F1, 1% change, n = 500": some_change(500, 0.01),
    "exponential, n = 50": all_change(50),
    "exponential, n = 300": all_change(300),
}
METHODS = {"percentile": percentile, "BCa": bca, "studentised": studentised, "smoothed": smoothed}


def main(times: int = 2000, resamples: int = 1000) -> None:
    print(f"{'coverage in %, mean width':40}", *(f"{name:>16}" for name in METHODS))
    for name, (sample, truth) in REGIMES.items():
        rng = np.random.default_rng(0)
        samples = [sample(rng) for _ in range(times)]
        cells = []
        for method in METHODS.values():
            found = np.array([method(d, rng, resamples) for d in samples])
            covered = ((found[:, 0] <= truth + 1e-12) & (truth - 1e-12 <= found[:, 1])).mean()
            cells.append(f"{covered:8.1%} {np.diff(found).mean():7.4f}")
        print(f"{name:40}", *cells, flush=True)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
