"""Tests of whether two systems differ on the same questions, and Holm's correction for asking it of many metrics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.comparison.intervals import differences

EXACT_BELOW = 25  # discordant pairs
_ENUMERATED = 13  # changed questions: 8,192 patterns of signs
_CHUNK = 4_000_000  # signs drawn at once


def mcnemar(a: ArrayLike, b: ArrayLike) -> float:
    """The two-sided p of McNemar's test (1947) for values that are 0 or 1, by the binomial distribution.

    Of the n questions that just one of the two has right, k are the one's that has fewer: under no difference k is
    binomial with 1/2. Below 25 such questions the exact conditional test is taken, ``2 P(K <= k)``, whose false alarms
    never exceed their level; from 25 on the mid-p, ``2 P(K <= k) - P(K = k)``, which Fagerland, Lydersen & Laake 2013
    recommend: less timid, and above the level by a hair at most. Both are computed in whole
    numbers, without approximation. No such question gives 1. Questions count as independent: where several share a
    paragraph p is somewhat too small.

    Raises:
        ValueError: if the values do not pair, or one is neither 0 nor 1.
    """
    found = differences(a, b)
    if not is_binary(a) or not is_binary(b):
        raise ValueError("McNemar's test takes values of 0 and 1")
    return _mcnemar(int((found > 0).sum()), int((found < 0).sum()))


def is_binary(values: ArrayLike) -> bool:
    """Whether every value is 0 or 1."""
    array = np.asarray(values, dtype=np.float64)
    return bool(((array == 0) | (array == 1)).all())


def _mcnemar(gained: int, lost: int) -> float:
    n, k = gained + lost, min(gained, lost)
    # term = C(n, i), walked up from i = 0; numbers of n bits, divided once at the end
    term, total = 1, 1
    for i in range(1, k + 1):
        term = term * (n - i + 1) // i
        total += term
    twice = 2 * total if n < EXACT_BELOW else 2 * total - term
    p: float = twice / 2**n
    return min(1.0, p)


def sign_flips(a: ArrayLike, b: ArrayLike, *, flips: int = 9_999, seed: int = 0) -> float:
    """The two-sided p of the paired permutation test on the mean (Fisher 1935; Noreen 1989 for comparing systems).

    Were the systems alike, each question's difference could as well have the other sign: p is the share of sign
    patterns with a sum at least as far from 0 as the one found. With up to 13 differences that are not 0 every pattern
    is tried; with more ``flips`` random ones, the one found counted among them (Phipson & Smyth 2010), so that p is
    never below ``1 / (flips + 1)``. Questions count as independent: where several share a paragraph p is somewhat too
    small.
    """
    found = differences(a, b)
    changed = found[found != 0]
    k = len(changed)
    if not k:
        return 1.0
    # The largest is scaled to 1, and sums that are equal but for rounding count as equal.
    changed = changed / np.abs(changed).max()
    least = abs(float(changed.sum())) - 1e-9 * k
    if k <= _ENUMERATED:
        patterns = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
        return float((np.abs((2 * patterns - 1) @ changed) >= least).mean())
    rng = np.random.default_rng(seed)
    as_far = 0
    step = max(1, _CHUNK // k)
    for start in range(0, flips, step):
        size = min(step, flips - start)
        bits = np.unpackbits(rng.integers(0, 256, (size, (k + 7) // 8), dtype=np.uint8), axis=1, count=k)
        # sum of signs times values = 2 * (sum of those with sign +) - sum of all
        sums = 2 * (bits @ changed) - changed.sum()
        as_far += int((np.abs(sums) >= least).sum())
    return (as_far + 1) / (flips + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment (1979), in the order given: reject where it is at most the level.

    The chance of even one false alarm among all of them then stays within the level, whatever their dependence.
    """
    adjusted: NDArray[np.float64] = np.empty(len(p_values))
    worst = 0.0
    for rank, i in enumerate(np.argsort(p_values, kind="stable")):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = worst
    return [float(p) for p in adjusted]
