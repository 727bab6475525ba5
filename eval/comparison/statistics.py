"""The statistics over all questions, on arrays: what resampling asks for hundreds of times.

They are those of ``eval.scoring.AGGREGATES``, and equal to them but for rounding. Each is made once for a run's
outcomes, and then takes indices of them, shape (m,), any of them as often as it was drawn.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from eval.results import Outcome
from eval.scoring import AGGREGATES, BEST_RIGHT

Indices = NDArray[np.intp]
OnIndices = Callable[[Indices], float | None]
Aggregate = Callable[[Sequence[Outcome]], float | None]

_BINS = 10  # of the expected calibration error


def on_indices(name: str, statistic: Aggregate, outcomes: Sequence[Outcome]) -> OnIndices:
    """``statistic`` over the outcomes at given indices; quick where it is the one of ``AGGREGATES`` of this name.

    Any other is called with the outcomes themselves.
    """
    make = _ON_ARRAYS.get(name)
    if make is not None and AGGREGATES.get(name) is statistic:
        quick = make(outcomes)
        # Whatever the statistic may come to leave out must be left out here too: one look at the whole tells.
        if _equal(quick(np.arange(len(outcomes))), statistic(outcomes)):
            return quick
    return lambda drawn: statistic([outcomes[i] for i in drawn])


def _equal(quick: float | None, plain: float | None) -> bool:
    if quick is None or plain is None:
        return quick is plain
    return math.isclose(quick, plain, rel_tol=1e-9, abs_tol=1e-12)


def _judged(outcomes: Sequence[Outcome]) -> tuple[NDArray[np.bool_], NDArray[np.float64], NDArray[np.bool_]]:
    """Which outcomes count, their confidence, and whether the best candidate is right; each of shape (n,)."""
    counts = np.array([BEST_RIGHT in o.values for o in outcomes], dtype=bool)
    confidence = np.array([o.prediction.confidence for o in outcomes], dtype=np.float64)
    right = np.array([bool(o.values.get(BEST_RIGHT, 0.0)) for o in outcomes], dtype=bool)
    return counts, confidence, right


def aurc_at(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> OnIndices:
    """``eval.metrics.refusal.aurc`` of the predictions at given indices; ``confidence`` and ``right`` of shape (n,).

    Equal confidences enter together, the wrong ones among them spread evenly.
    """
    # The place of each confidence among the distinct ones, from the surest.
    distinct, level = np.unique(-confidence, return_inverse=True)
    levels, wrong = len(distinct), (~right).astype(np.float64)

    def aurc(drawn: Indices) -> float | None:
        n = len(drawn)
        if not n:
            return None
        at = level[drawn]
        size = np.bincount(at, minlength=levels)
        wrong_here = np.bincount(at, weights=wrong[drawn], minlength=levels)
        here = size > 0
        size, wrong_here = size[here], wrong_here[here]
        before, wrong_before = np.cumsum(size) - size, np.cumsum(wrong_here) - wrong_here
        place = np.arange(1, n + 1)
        within = place - np.repeat(before, size)
        wrong_so_far = np.repeat(wrong_before, size) + np.repeat(wrong_here / size, size) * within
        return float((wrong_so_far / place).mean())

    return aurc


def _aurc(outcomes: Sequence[Outcome]) -> OnIndices:
    """``eval.metrics.refusal.aurc`` over the outcomes that have a confidence."""
    counts, confidence, right = _judged(outcomes)
    aurc = aurc_at(confidence, right)
    return lambda drawn: aurc(drawn[counts[drawn]])


def _ece(outcomes: Sequence[Outcome]) -> OnIndices:
    """``eval.metrics.calibration.ece``."""
    counts, confidence, right = _judged(outcomes)
    edges = np.array([i / _BINS for i in range(1, _BINS + 1)])
    bins = np.minimum(np.searchsorted(edges, confidence, side="left"), _BINS - 1)
    gap = np.where(counts, right - confidence, 0.0)

    def ece(drawn: Indices) -> float | None:
        drawn = drawn[counts[drawn]]
        if not len(drawn):
            return None
        # count * |share right - mean confidence| is the distance of the two sums.
        return float(np.abs(np.bincount(bins[drawn], weights=gap[drawn], minlength=_BINS)).sum() / len(drawn))

    return ece


def _percentile(q: float) -> Callable[[Sequence[Outcome]], OnIndices]:
    """``eval.metrics.latency.percentile`` of the times under ``total``."""

    def make(outcomes: Sequence[Outcome]) -> OnIndices:
        counts = np.array(["total" in o.prediction.timings for o in outcomes], dtype=bool)
        total = np.array([o.prediction.timings.get("total", 0.0) for o in outcomes], dtype=np.float64)

        def percentile(drawn: Indices) -> float | None:
            found = total[drawn[counts[drawn]]]
            if not len(found):
                return None
            position = (len(found) - 1) * q / 100
            low = math.floor(position)
            high = min(low + 1, len(found) - 1)
            ordered = np.partition(found, (low, high))
            return float(ordered[low] + (ordered[high] - ordered[low]) * (position - low))

        return percentile

    return make


def _refusals(precision: bool) -> Callable[[Sequence[Outcome]], OnIndices]:
    """``eval.metrics.refusal.refusal_precision`` or ``refusal_recall``, over questions that could be asked."""

    def make(outcomes: Sequence[Outcome]) -> OnIndices:
        counts = np.array([not o.prediction.error for o in outcomes], dtype=bool)
        unanswerable = np.array([not o.question.answerable for o in outcomes], dtype=bool)
        refused = np.array([o.prediction.abstained for o in outcomes], dtype=bool)
        judged = np.array(["false_answer" in o.values for o in outcomes], dtype=bool)
        of, hit = (refused, unanswerable) if precision else (unanswerable, refused)
        of, hit = counts & of, counts & of & hit

        def share(drawn: Indices) -> float | None:
            taken = np.count_nonzero(of[drawn])
            # Where everything can be answered refusals are not measured.
            return float(np.count_nonzero(hit[drawn]) / taken) if taken and judged[drawn].any() else None

        return share

    return make


_ON_ARRAYS: dict[str, Callable[[Sequence[Outcome]], OnIndices]] = {
    "aurc": _aurc,
    "ece": _ece,
    "latency_p50": _percentile(50),
    "latency_p95": _percentile(95),
    "refusal_precision": _refusals(precision=True),
    "refusal_recall": _refusals(precision=False),
}
