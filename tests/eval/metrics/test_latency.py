from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics.latency import histogram, percentile

SECONDS = st.lists(st.floats(0, 1e4), min_size=1, max_size=50)


@given(SECONDS, st.floats(0, 100))
def test_percentiles_are_numpy_s(values: list[float], q: float) -> None:
    assert percentile(values, q) == pytest.approx(float(np.percentile(values, q)), rel=1e-9, abs=1e-9)


def test_known_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 50) == 2.5
    assert percentile([3.0, 1.0, 2.0], 95) == pytest.approx(2.9)
    assert percentile([], 95) == 0.0
    with pytest.raises(ValueError, match="100"):
        percentile([1.0], 101)


@given(SECONDS, st.integers(1, 12))
def test_histograms_are_numpy_s(values: list[float], bins: int) -> None:
    ours = histogram(values, bins)
    assert sum(count for *_, count in ours) == len(values)
    assert ours[0][0] == min(values)
    assert ours[-1][1] == max(values)
    assert all(a[1] == b[0] for a, b in pairwise(ours))
    if len(ours) == bins > 1:
        edges = [low for low, *_ in ours] + [max(values)]
        assert [count for *_, count in ours] == np.histogram(values, edges)[0].tolist()


def test_few_values() -> None:
    assert histogram([]) == ()
    assert histogram([0.5, 0.5]) == ((0.5, 0.5, 2),)
    assert histogram([0.0, 1.0, 2.0, 4.0], 2) == ((0.0, 2.0, 2), (2.0, 4.0, 2))
    with pytest.raises(ValueError, match="bins"):
        histogram([1.0], 0)
