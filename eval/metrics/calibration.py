"""Calibration: whether a confidence of 0.8 is right eight times out of ten.

``confidences`` are probabilities in 0..1, ``right`` says of each whether it was. ``ValueError`` for no predictions,
for sequences of different length, and for a confidence outside 0..1.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from eval.results import ReliabilityBin


def brier(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Brier score (Brier 1950, its binary form): the mean of (confidence - right)^2."""
    _check(confidences, right)
    return sum((c - r) ** 2 for c, r in zip(confidences, right, strict=True)) / len(confidences)


def ece(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error (Naeini et al. 2015; Guo et al. 2017), over bins of equal width.

    Sum over bins B of |B| / n * |share right in B - mean confidence in B|.
    """
    return sum(b.count * abs(b.accuracy - b.confidence) for b in reliability(confidences, right, bins)) / len(right)


def reliability(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """The bins of the reliability diagram that hold predictions, lowest first.

    Bin i of 1..bins is ((i - 1) / bins, i / bins], as in Guo et al. 2017; a confidence of 0 goes into the first.
    """
    _check(confidences, right)
    if bins < 1:
        raise ValueError("bins must be at least 1")
    edges = [i / bins for i in range(1, bins + 1)]
    members: list[list[tuple[float, bool]]] = [[] for _ in edges]
    for confidence, is_right in zip(confidences, right, strict=True):
        members[bisect_left(edges, confidence)].append((confidence, is_right))
    return tuple(
        ReliabilityBin(
            low=i / bins,
            high=edges[i],
            count=len(held),
            confidence=sum(confidence for confidence, _ in held) / len(held),
            accuracy=sum(bool(is_right) for _, is_right in held) / len(held),
        )
        for i, held in enumerate(members)
        if held
    )


def _check(confidences: Sequence[float], right: Sequence[bool]) -> None:
    if len(confidences) != len(right):
        raise ValueError(f"{len(confidences)} confidences, but {len(right)} outcomes")
    if not confidences:
        raise ValueError("calibration of no predictions is undefined")
    if not all(0 <= confidence <= 1 for confidence in confidences):
        raise ValueError("a confidence is outside 0..1")
