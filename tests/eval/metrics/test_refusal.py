"""Refusal and the risk-coverage curve, against counting and brute-force definitions."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import refusal

PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=30)
OUTCOMES = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=30)


def plain_aurc(right: tuple[bool, ...] | list[bool]) -> float:
    """The mean over i of the share of wrong ones among the first i."""
    return sum(right[:i].count(False) / i for i in range(1, len(right) + 1)) / len(right)


def test_known_shares() -> None:
    answerable = [True, True, True, True, False, False, False]
    abstained = [True, False, False, False, True, True, False]
    assert refusal.false_refusals(answerable, abstained) == 1 / 4
    assert refusal.false_answers(answerable, abstained) == 1 / 3
    assert refusal.refusal_precision(answerable, abstained) == 2 / 3
    assert refusal.refusal_recall(answerable, abstained) == 2 / 3


def test_a_share_of_nothing_is_none() -> None:
    assert refusal.false_answers([True], [True]) is None
    assert refusal.refusal_recall([True], [True]) is None
    assert refusal.false_refusals([False], [True]) is None
    assert refusal.refusal_precision([True, False], [False, False]) is None


@settings(deadline=None)  # the first example imports scikit-learn
@given(OUTCOMES)
def test_precision_and_recall_are_those_of_refusing(outcomes: list[tuple[bool, bool]]) -> None:
    from sklearn.metrics import precision_score, recall_score  # type: ignore[import-untyped]

    answerable, abstained = [a for a, _ in outcomes], [r for _, r in outcomes]
    unanswerable = [not a for a in answerable]
    if any(abstained):
        assert refusal.refusal_precision(answerable, abstained) == pytest.approx(
            precision_score(unanswerable, abstained)
        )
    if any(unanswerable):
        recall = refusal.refusal_recall(answerable, abstained)
        assert recall == pytest.approx(recall_score(unanswerable, abstained))
        assert refusal.false_answers(answerable, abstained) == pytest.approx(1 - recall_score(unanswerable, abstained))


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="zip"):
        refusal.false_answers([True], [])
    with pytest.raises(ValueError, match="zip"):
        refusal.aurc([0.5], [])


@given(PAIRS)
def test_the_curve_is_what_each_threshold_gives(pairs: list[tuple[float, bool]]) -> None:
    curve = refusal.risk_coverage([c for c, _ in pairs], [r for _, r in pairs])
    assert [point.threshold for point in curve] == sorted({c for c, _ in pairs}, reverse=True)
    for point in curve:
        answered = [right for confidence, right in pairs if confidence >= point.threshold]
        assert point.coverage == pytest.approx(len(answered) / len(pairs))
        assert point.risk == pytest.approx(answered.count(False) / len(answered))
    assert curve[-1].coverage == 1.0


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_aurc_without_ties_is_the_mean_of_the_risks(right: list[bool]) -> None:
    confidences = [1 - i / 100 for i in range(len(right))]
    assert refusal.aurc(confidences, right) == pytest.approx(plain_aurc(right), abs=1e-12)
    curve = refusal.risk_coverage(confidences, right)
    assert refusal.aurc(confidences, right) == pytest.approx(sum(p.risk for p in curve) / len(curve), abs=1e-12)


@given(st.lists(st.booleans(), min_size=1, max_size=5), st.booleans())
def test_aurc_of_equal_confidences_is_the_mean_over_their_orders(equal: list[bool], surest: bool) -> None:
    orders = [plain_aurc([surest, *order]) for order in permutations(equal)]
    ours = refusal.aurc([0.9] + [0.5] * len(equal), [surest, *equal])
    assert ours == pytest.approx(sum(orders) / len(orders), abs=1e-12)


@given(PAIRS, st.randoms(use_true_random=False))
def test_order_does_not_matter(pairs: list[tuple[float, bool]], rng: object) -> None:
    shuffled = list(pairs)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    (c, r), (c2, r2) = zip(*pairs, strict=True), zip(*shuffled, strict=True)
    assert refusal.aurc(c, r) == refusal.aurc(c2, r2)
    assert refusal.risk_coverage(c, r) == refusal.risk_coverage(c2, r2)


@given(PAIRS)
def test_the_excess_is_over_the_best_order(pairs: list[tuple[float, bool]]) -> None:
    confidences, right = [c for c, _ in pairs], [r for _, r in pairs]
    best = plain_aurc(sorted(right, reverse=True))
    assert refusal.excess_aurc(confidences, right) == pytest.approx(refusal.aurc(confidences, right) - best, abs=1e-9)
    assert refusal.excess_aurc(confidences, right) >= -1e-9


def test_known_aurc() -> None:
    # Risks 0, 1/2, 1/3, 1/2.
    assert refusal.aurc([0.9, 0.8, 0.7, 0.6], [True, False, True, False]) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)
    assert refusal.aurc([0.5] * 4, [True, False, True, False]) == pytest.approx(0.5)
    assert refusal.risk_coverage([], []) == ()
    with pytest.raises(ValueError, match="undefined"):
        refusal.aurc([], [])
