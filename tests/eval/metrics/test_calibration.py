"""Calibration against scikit-learn and brute-force definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import calibration

CONFIDENCE = st.one_of(st.floats(0, 1), st.integers(0, 10).map(lambda i: i / 10))
PAIRS = st.lists(st.tuples(CONFIDENCE, st.booleans()), min_size=1, max_size=40)


@settings(deadline=None)  # the first example imports scikit-learn
@given(PAIRS)
def test_brier_is_scikit_learn_s(pairs: list[tuple[float, bool]]) -> None:
    from sklearn.metrics import brier_score_loss  # type: ignore[import-untyped]

    confidences, right = [c for c, _ in pairs], [r for _, r in pairs]
    expected = brier_score_loss(right, confidences, pos_label=True, labels=[False, True])
    assert calibration.brier(confidences, right) == pytest.approx(expected, abs=1e-9)


@given(PAIRS, st.sampled_from([1, 2, 5, 10, 15]))
def test_ece_by_its_definition(pairs: list[tuple[float, bool]], bins: int) -> None:
    total = 0.0
    for i in range(bins):
        inside = [(c, r) for c, r in pairs if i / bins < c <= (i + 1) / bins or (i == 0 and c == 0)]
        total += abs(math.fsum(c for c, _ in inside) - sum(r for _, r in inside))
    ours = calibration.ece([c for c, _ in pairs], [r for _, r in pairs], bins)
    assert ours == pytest.approx(total / len(pairs), abs=1e-9)


@given(PAIRS, st.sampled_from([1, 3, 10]))
def test_bins_hold_every_prediction_once(pairs: list[tuple[float, bool]], bins: int) -> None:
    held = calibration.reliability([c for c, _ in pairs], [r for _, r in pairs], bins)
    assert sum(b.count for b in held) == len(pairs)
    assert all(b.count > 0 and b.low - 1e-12 <= b.confidence <= b.high + 1e-12 for b in held)
    assert [b.low for b in held] == sorted({b.low for b in held})
    assert sum(b.count * b.accuracy for b in held) == pytest.approx(sum(r for _, r in pairs))


def test_known_values() -> None:
    confidences, right = [0.95, 0.95, 0.85, 0.3, 0.0], [True, False, True, False, False]
    # |0.95 - 0.5| * 2/5 + |0.85 - 1| / 5 + 0.3 / 5 + 0
    assert calibration.ece(confidences, right) == pytest.approx(0.18 + 0.03 + 0.06)
    bins = calibration.reliability(confidences, right)
    assert [(b.low, b.high, b.count) for b in bins] == [(0.0, 0.1, 1), (0.2, 0.3, 1), (0.8, 0.9, 1), (0.9, 1.0, 2)]
    assert calibration.brier([1.0, 0.0, 0.5], [True, False, True]) == pytest.approx(0.25 / 3)
    assert calibration.ece([1.0, 0.0], [True, False]) == 0.0


@pytest.mark.parametrize(
    ("confidences", "right", "reason"),
    [([], [], "no predictions"), ([0.5], [], "outcomes"), ([1.1], [True], "outside"), ([math.nan], [True], "outside")],
)
def test_what_cannot_be_judged(confidences: list[float], right: list[bool], reason: str) -> None:
    for metric in (calibration.brier, calibration.ece, calibration.reliability):
        with pytest.raises(ValueError, match=reason):
            metric(confidences, right)
