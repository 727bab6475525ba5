from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.intervals import bootstrap_mean, share, wilson


@given(st.integers(1, 5000), st.data())
def test_wilson_solves_its_equation(n: int, data: st.DataObject) -> None:
    """Each bound is the share p from which what was seen is just z standard errors away."""
    right = data.draw(st.integers(0, n))
    low, high = wilson(right, n)
    assert 0 <= low <= right / n <= high <= 1
    for bound in (low, high):
        assert (right / n - bound) ** 2 == pytest.approx(1.96**2 * bound * (1 - bound) / n, abs=1e-9)


def test_known_intervals() -> None:
    low, high = wilson(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(979, 1000) == " 97.9% (96.8%-98.6%)"
    assert share(0, 0) == "-"


def test_the_bootstrap_covers_the_mean_about_95_times_in_100() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for trial in range(300):
        low, high = bootstrap_mean(rng.normal(2.0, 1.0, 80).tolist(), seed=trial, resamples=400)
        hits += low <= 2.0 <= high
    assert 0.90 <= hits / 300 <= 0.98


def test_the_bootstrap_is_near_the_normal_interval_for_many_values() -> None:
    values = np.random.default_rng(0).random(20_000)
    low, high = bootstrap_mean(values.tolist())
    half = 1.96 * values.std() / np.sqrt(values.size)
    assert low == pytest.approx(values.mean() - half, abs=half / 4)
    assert high == pytest.approx(values.mean() + half, abs=half / 4)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = [0.0, 1.0, 0.5, 0.25, 1.0]
    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean([0.25] * 7) == (0.25, 0.25)
    with pytest.raises(ValueError, match="undefined"):
        bootstrap_mean([])


def test_memory_does_not_grow_with_values_times_resamples() -> None:
    values = np.random.default_rng(0).random(50_000).tolist()
    tracemalloc.start()
    bootstrap_mean(values, resamples=200)  # at once this would be 160 MB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 2**20
