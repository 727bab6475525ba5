"""Statistics on arrays: equal to the plain functions on any sample."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.comparison import statistics
from eval.comparison.statistics import on_indices
from eval.metrics import calibration, latency, refusal
from eval.results import Outcome, Stage
from eval.scoring import AGGREGATES, BEST_RIGHT
from eval.types import Prediction, Question, Reference

# Few values, so that many are equal, and the edges of the bins of calibration.
CONFIDENCES = st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.30000000000000004, 0.5, 0.7, 0.95, 1.0]) | st.floats(0, 1)


@st.composite
def outcomes(draw: st.DrawFn) -> Outcome:
    """A question of any sort: answerable or not, refused or not, with or without a confidence and a time."""
    answerable, refused, best_right = draw(st.booleans()), draw(st.booleans()), draw(st.booleans())
    confidence = draw(CONFIDENCES | st.just(math.nan))
    timings = {"total": draw(st.sampled_from([0.1, 0.25]) | st.floats(0, 10))} if draw(st.integers(0, 4)) else {}
    values = {"false_refusal" if answerable else "false_answer": float(refused == answerable)}
    if not math.isnan(confidence):
        values[BEST_RIGHT] = float(best_right)
    question = Question("1", "?", (Reference("答"),) if answerable else ())
    prediction = Prediction("s", "1", "", refused, confidence, timings=timings)
    return Outcome(question, prediction, False, Stage.NOT_READ, None, values)


def plain(name: str, sample: Sequence[Outcome]) -> float | None:
    """The functions of ``eval.metrics`` themselves."""
    judged = [o for o in sample if BEST_RIGHT in o.values]
    confidences, right = [o.prediction.confidence for o in judged], [o.values[BEST_RIGHT] == 1 for o in judged]
    times = [o.prediction.timings["total"] for o in sample if o.prediction.timings]
    answerable, refused = [o.question.answerable for o in sample], [o.prediction.abstained for o in sample]
    if name in ("aurc", "ece"):
        return {"aurc": refusal.aurc, "ece": calibration.ece}[name](confidences, right) if judged else None
    if name.startswith("latency"):
        return latency.percentile(times, float(name[-2:])) if times else None
    if all(answerable):
        return None
    return getattr(refusal, name)(answerable, refused)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", sorted(set(AGGREGATES) - {"memory_peak"}))
@given(st.lists(outcomes(), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_a_sample_has_the_value_of_the_plain_function(name: str, given_: list[Outcome], chance: object) -> None:
    quick = statistics._ON_ARRAYS[name](given_)
    drawn = np.array(chance.choices(range(len(given_)), k=len(given_)))  # type: ignore[attr-defined]
    for indices in (np.arange(len(given_)), drawn):
        expected = plain(name, [given_[i] for i in indices])
        assert expected == AGGREGATES[name]([given_[i] for i in indices])
        found = quick(indices)
        if expected is None:
            assert found is None
        else:
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_a_large_sample_has_the_value_of_the_plain_function() -> None:
    rng = np.random.default_rng(0)
    made = [
        Outcome(
            Question("1", "?", (Reference("答"),) if rng.random() < 0.8 else ()),
            Prediction("s", "1", "", bool(rng.random() < 0.3), round(rng.random(), 3), timings={"total": rng.random()}),
            False,
            Stage.NOT_READ,
            None,
            {"false_answer": 0.0, BEST_RIGHT: float(rng.random() < 0.6)},
        )
        for _ in range(3000)
    ]
    drawn = rng.integers(0, 3000, 3000)
    for name in statistics._ON_ARRAYS:
        expected = plain(name, [made[i] for i in drawn])
        assert expected is not None
        assert on_indices(name, AGGREGATES[name], made)(drawn) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_another_statistic_of_the_same_name_is_called_itself() -> None:
    made = [
        Outcome(Question(str(i), "?"), Prediction("s", str(i), "", True, 0.5), True, Stage.RIGHT, None, {})
        for i in range(9)
    ]
    found = on_indices("aurc", lambda sample: float(sum(int(o.question.id) for o in sample)), made)
    assert found(np.array([1, 1, 8])) == 10


def test_a_statistic_that_leaves_something_else_out_is_called_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [
        Outcome(
            Question("1", "?"), Prediction("s", "1", "", refused, 0.5), True, Stage.RIGHT, None, {"false_answer": 0.0}
        )
        for refused in (True, False, False)
    ]

    def halved(sample: Sequence[Outcome]) -> float | None:
        return 0.5 * sum(o.prediction.abstained for o in sample) / len(sample)

    monkeypatch.setattr(statistics, "AGGREGATES", {"refusal_recall": halved})
    assert on_indices("refusal_recall", halved, made)(np.array([0, 0, 1, 2])) == 0.25
