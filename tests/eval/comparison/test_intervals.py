"""The paired bootstrap covers the truth as often as it says, in simulations whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from eval.comparison.intervals import bootstrap_statistic, paired_bootstrap
from eval.results import SetResult

Drawn = tuple[np.ndarray, np.ndarray]


def cells(n: int, gained: float, lost: float) -> Callable[[np.random.Generator], Drawn]:
    """0/1 values of n questions of which B gains and loses such shares, and 70% of the others are right in both."""

    def draw(rng: np.random.Generator) -> Drawn:
        way = rng.choice(3, n, p=[gained, lost, 1 - gained - lost])
        both = rng.random(n) < 0.7
        return np.where(way == 2, both, way == 1) * 1.0, np.where(way == 2, both, way == 0) * 1.0

    return draw


def overlaps(n: int, share: float) -> Callable[[np.random.Generator], Drawn]:
    """F1-like values: a ``share`` of the questions gets a new one, right on average by half of what A's is not."""

    def draw(rng: np.random.Generator) -> Drawn:
        a = np.where(rng.random(n) < 0.6, 1.0, rng.beta(1, 2, n))
        return a, np.where(rng.random(n) < share, rng.beta(2, 1, n), a)

    return draw


# The mean of A is 0.6 + 0.4 / 3 = 11/15, that of a new value 2/3: the difference is share * -1/15.
REGIMES: dict[str, tuple[Callable[[np.random.Generator], Drawn], float]] = {
    "balanced": (cells(300, 0.05, 0.05), 0.0),
    "better": (cells(500, 0.06, 0.02), 0.04),
    "rare": (cells(500, 0.008, 0.002), 0.006),
    "rare and one-sided": (cells(500, 0.0, 0.008), -0.008),
    "small": (cells(40, 0.3, 0.1), 0.2),
    "continuous": (overlaps(200, 1.0), -1 / 15),
    "continuous, few change": (overlaps(400, 0.05), -0.05 / 15),
}


def bounds(times: int, most: float = 0.975) -> tuple[int, int]:
    """Between which an interval of coverage 93.5% to ``most`` stays with a chance of 99.8% in so many simulations.

    Whole numbers of questions do not allow 95% exactly, and resampling is not exact either.
    """
    return int(binom.ppf(0.001, times, 0.935)), int(binom.ppf(0.999, times, most))


def bounds_of(regime: str, times: int) -> tuple[int, int]:
    """The bounds; where some four questions change, one more or less is a leap, which may go to the safe side."""
    return bounds(times, 0.99 if regime.startswith("rare") else 0.975)


def covered(regime: str, times: int, resamples: int) -> int:
    draw, truth = REGIMES[regime]
    rng = np.random.default_rng(11)
    hits = 0
    for i in range(times):
        interval = paired_bootstrap(*draw(rng), resamples=resamples, seed=i)
        hits += interval.low - 1e-12 <= truth <= interval.high + 1e-12
    return hits


@pytest.mark.parametrize("regime", REGIMES)
def test_coverage(regime: str) -> None:
    low, high = bounds_of(regime, 400)
    assert low <= covered(regime, 400, 500) <= high


@pytest.mark.slow
@pytest.mark.parametrize("regime", REGIMES)
def test_coverage_in_many_simulations(regime: str) -> None:
    low, high = bounds_of(regime, 4000)
    assert low <= covered(regime, 4000, 2000) <= high


def surest_first(right: np.ndarray, confidence: np.ndarray) -> float:
    """AURC: the mean share of wrong answers among the surest 1, 2, …, n."""
    order = np.argsort(-confidence, kind="stable")
    return float((np.cumsum(1 - right[order]) / np.arange(1, len(order) + 1)).mean())


def two_readers(rng: np.random.Generator, n: int) -> tuple[np.ndarray, ...]:
    """Answers whose confidence is their chance to be right, and a second reader that is surer and worse."""
    confidence = rng.beta(4, 1.5, n)
    right = (rng.random(n) < confidence) * 1.0
    worse = np.where(rng.random(n) < 0.15, (rng.random(n) < 0.5) * 1.0, right)
    return right, confidence, worse, confidence + rng.normal(0, 0.1, n)


def aurc_covered(times: int, resamples: int, n: int = 300) -> int:
    right, confidence, other, surer = two_readers(np.random.default_rng(0), 1_000_000)
    truth = surest_first(other, surer) - surest_first(right, confidence)
    assert 0.02 < truth < 0.1
    rng = np.random.default_rng(5)
    hits = 0
    for i in range(times):
        drawn = two_readers(rng, n)

        def difference(at: np.ndarray, drawn: tuple[np.ndarray, ...] = drawn) -> float:
            return surest_first(drawn[2][at], drawn[3][at]) - surest_first(drawn[0][at], drawn[1][at])

        found = bootstrap_statistic(difference, n, resamples=resamples, seed=i)
        assert found is not None
        hits += found[0].low <= truth <= found[0].high
    return hits


def test_coverage_of_a_statistic_over_all_questions() -> None:
    low, high = bounds(200)
    assert low <= aurc_covered(200, 100) <= high


@pytest.mark.slow
def test_coverage_of_a_statistic_in_many_simulations() -> None:
    low, high = bounds(1000)
    assert low <= aurc_covered(1000, 400) <= high


def test_the_same_seed_gives_the_same_interval() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.random(500), rng.random(500)
    assert paired_bootstrap(a, b, seed=8) == paired_bootstrap(a, b, seed=8)
    assert paired_bootstrap(a, b, seed=8) != paired_bootstrap(a, b, seed=9)

    def medians(at: np.ndarray) -> float:
        return float(np.median(b[at]) - np.median(a[at]))

    assert bootstrap_statistic(medians, 500, seed=8) == bootstrap_statistic(medians, 500, seed=8)


def test_counts_and_single_draws_are_the_same_bootstrap() -> None:
    """Few distinct differences are drawn by their counts; telling them apart by a hair must not change the interval."""
    rng = np.random.default_rng(6)
    a, b = (rng.random(2000) < 0.8) * 1.0, (rng.random(2000) < 0.83) * 1.0
    by_counts = paired_bootstrap(a, b, resamples=20_000)
    one_by_one = paired_bootstrap(a, b + rng.random(2000) * 1e-9, resamples=20_000)
    assert one_by_one.low == pytest.approx(by_counts.low, abs=0.001)
    assert one_by_one.high == pytest.approx(by_counts.high, abs=0.001)


def test_agrees_with_the_normal_interval_in_a_large_sample() -> None:
    rng = np.random.default_rng(1)
    a = rng.random(10_000)
    b = (a + rng.normal(0.01, 0.2, 10_000)).clip(0, 1)
    interval = paired_bootstrap(a, b)
    error = float((b - a).std(ddof=1)) / 100
    assert interval.value == pytest.approx(float((b - a).mean()))
    assert interval.low == pytest.approx(interval.value - 1.96 * error, abs=0.2 * error)
    assert interval.high == pytest.approx(interval.value + 1.96 * error, abs=0.2 * error)


def test_no_change_in_n_questions_leaves_room_for_one_in_so_many() -> None:
    interval = paired_bootstrap([1.0] * 1000, [1.0] * 1000)
    assert interval.value == 0
    assert -0.005 < interval.low < 0 < interval.high < 0.005


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_bounds_are_in_order_and_possible(both: list[tuple[float, float]]) -> None:
    a, b = zip(*both, strict=True)
    interval = paired_bootstrap(a, b, resamples=200)
    assert -1 <= interval.low <= interval.high <= 1
    assert interval.value == pytest.approx(np.mean(b) - np.mean(a), abs=1e-9)


def test_nothing_to_resample() -> None:
    with pytest.raises(ValueError, match="pair"):
        paired_bootstrap([], [])
    assert bootstrap_statistic(lambda at: None, 5) is None
    assert bootstrap_statistic(lambda at: 0.0, 5) is None


def test_a_statistic_that_is_seldom_defined_gets_no_interval() -> None:
    # Defined where question 0 is drawn: in 63% of the resamples.
    assert bootstrap_statistic(lambda at: float(at.mean()) if 0 in at else None, 50) is None


def test_aggregates_of_outcomes_are_resampled_in_pairs(
    set_of: Callable[..., SetResult], aggregates: Mapping[str, Callable[[Sequence[object]], float | None]]
) -> None:
    rng = np.random.default_rng(3)
    right = rng.random(200) < 0.8
    outcomes = set_of(right, confidence=rng.random(200)).outcomes
    statistic = aggregates["aurc"]

    def of_itself(at: np.ndarray) -> float | None:
        drawn = statistic([outcomes[i] for i in at])
        again = statistic([outcomes[i] for i in at])
        return None if drawn is None or again is None else again - drawn

    assert bootstrap_statistic(of_itself, 200, resamples=50) is None
