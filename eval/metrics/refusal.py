"""Refusing to answer: how often it is wrong, and what it buys.

The shares are ``None`` where there is nothing to take a share of. ``answerable`` and ``abstained`` have an item for
each question, ``confidences`` and ``right`` one for each prediction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from eval.results import RiskPoint


def false_answers(answerable: Sequence[bool], abstained: Sequence[bool]) -> float | None:
    """Share of the unanswerable questions that were answered: FA / (FA + true refusals)."""
    return _share(not refused for can, refused in zip(answerable, abstained, strict=True) if not can)


def false_refusals(answerable: Sequence[bool], abstained: Sequence[bool]) -> float | None:
    """Share of the answerable questions that were refused: FR / (FR + answered)."""
    return _share(refused for can, refused in zip(answerable, abstained, strict=True) if can)


def refusal_precision(answerable: Sequence[bool], abstained: Sequence[bool]) -> float | None:
    """Share of the refusals that are of unanswerable questions: precision with refusing as the positive class."""
    return _share(not can for can, refused in zip(answerable, abstained, strict=True) if refused)


def refusal_recall(answerable: Sequence[bool], abstained: Sequence[bool]) -> float | None:
    """Share of the unanswerable questions that were refused: recall with refusing as the positive class."""
    return _share(refused for can, refused in zip(answerable, abstained, strict=True) if not can)


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[RiskPoint, ...]:
    """The risk-coverage curve (El-Yaniv & Wiener 2010), surest first; a point for each distinct confidence.

    coverage(t) = share of the predictions with confidence >= t; risk(t) = share of wrong ones among those. Equal
    confidences enter together, as no threshold can part them.
    """
    count = wrong = 0
    points = []
    for confidence, size, wrong_here in _levels(confidences, right):
        count, wrong = count + size, wrong + wrong_here
        points.append(RiskPoint(count / len(confidences), wrong / count, confidence))
    return tuple(points)


def aurc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Area under the risk-coverage curve: (1/n) sum over i = 1..n of the risk of the i surest predictions.

    As in Geifman & El-Yaniv 2018 ("Bias-reduced uncertainty estimation"), and as studied by Ding et al. 2020
    ("Revisiting the evaluation of uncertainty estimation"). Within equal confidences the wrong ones are spread evenly,
    which is the mean over all orders of them, so the order in which they are given does not matter: with ``c`` before
    (``w`` wrong) and ``m`` equal ones (``v`` wrong), the j-th of them counts (w + v j / m) / (c + j). ``ValueError``
    for no predictions.
    """
    if not confidences:
        raise ValueError("AURC of no predictions is undefined")
    area, count, wrong = 0.0, 0, 0
    for _, size, wrong_here in _levels(confidences, right):
        area += sum((wrong + wrong_here * j / size) / (count + j) for j in range(1, size + 1))
        count, wrong = count + size, wrong + wrong_here
    return area / len(confidences)


def excess_aurc(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """E-AURC (Geifman & El-Yaniv 2018): AURC less that of the best order of the same predictions, right ones first."""
    return aurc(confidences, right) - aurc([float(r) for r in right], right)


def _levels(confidences: Sequence[float], right: Sequence[bool]) -> Iterator[tuple[float, int, int]]:
    """Each distinct confidence from the highest, with how many predictions have it and how many of these are wrong."""
    pairs = sorted(zip(confidences, right, strict=True), key=lambda pair: pair[0], reverse=True)
    for confidence, group in groupby(pairs, key=lambda pair: pair[0]):
        outcomes = [bool(is_right) for _, is_right in group]
        yield confidence, len(outcomes), outcomes.count(False)


def _share(outcomes: Iterator[bool]) -> float | None:
    items = list(outcomes)
    return sum(items) / len(items) if items else None
