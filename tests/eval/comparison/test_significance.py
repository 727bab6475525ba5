"""McNemar's test, sign flips and Holm's correction against other people's implementations and by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, permutation_test

from eval.comparison.significance import EXACT_BELOW, holm, mcnemar, sign_flips


def pairs(gained: int, lost: int, same: int = 7) -> tuple[list[int], list[int]]:
    """Values of A and B of which B wins and loses as many."""
    return [0] * gained + [1] * lost + [1] * same, [1] * gained + [0] * lost + [1] * same


@pytest.mark.parametrize(("gained", "lost"), [(0, 1), (1, 1), (0, 6), (5, 1), (12, 12), (3, 20), (24, 0)])
def test_few_discordant_pairs_are_tested_exactly(gained: int, lost: int) -> None:
    expected = binomtest(gained, gained + lost, 0.5).pvalue
    assert mcnemar(*pairs(gained, lost)) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("gained", "lost"), [(5, 20), (12, 13), (25, 25), (60, 95), (0, 400), (2400, 2600)])
def test_many_take_the_mid_p(gained: int, lost: int) -> None:
    n, k = gained + lost, min(gained, lost)
    # The formula of Fagerland, Lydersen & Laake 2013, and of statsmodels.
    expected = min(1.0, 2 * binom.cdf(k, n, 0.5) - binom.pmf(k, n, 0.5))
    assert mcnemar(*pairs(gained, lost)) == pytest.approx(expected, abs=1e-12)


def test_published_example() -> None:
    # Fagerland, Lydersen & Laake 2013, table 1 (airway hyper-responsiveness before and after transplantation): of 21
    # children 7 changed one way and 1 the other; exact conditional p 0.0703.
    assert mcnemar(*pairs(1, 7, 13)) == pytest.approx(0.0703, abs=5e-5)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_direction_and_concordant_pairs_do_not_matter(gained: int, lost: int, same: int) -> None:
    p = mcnemar(*pairs(gained, lost, same + 1))
    assert 0 < p <= 1
    assert p == mcnemar(*pairs(lost, gained, 1))


def test_false_alarms_stay_at_the_level() -> None:
    """Of two systems alike, whatever number of questions they differ on: never too many for the exact test, and with
    the mid-p at most a little above when the number of discordant pairs is what chance makes it."""
    alarms = [
        sum(binom.pmf(k, n, 0.5) for k in range(n + 1) if mcnemar(*pairs(k, n - k, 1)) <= 0.05) for n in range(161)
    ]
    assert max(alarms[:EXACT_BELOW]) <= 0.05
    for share in (0.05, 0.15, 0.25, 0.35, 0.5, 0.8):
        overall = binom.pmf(range(161), 160, share) @ alarms
        assert overall <= 0.053


@pytest.mark.parametrize("a", [[0.5, 1], [2, 0]])
def test_mcnemar_takes_only_zeros_and_ones(a: list[float]) -> None:
    with pytest.raises(ValueError, match="0 and 1"):
        mcnemar(a, [0, 1])


def test_values_must_pair() -> None:
    with pytest.raises(ValueError, match="pair"):
        mcnemar([0, 1], [1])
    with pytest.raises(ValueError, match="pair"):
        sign_flips([], [])


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=10))
def test_every_sign_pattern_is_tried_when_they_are_few(found: list[int]) -> None:
    size = abs(sum(found))
    patterns = list(itertools.product((-1, 1), repeat=len(found)))
    as_far = sum(abs(sum(s * d for s, d in zip(signs, found, strict=True))) >= size for signs in patterns)
    assert sign_flips([0] * len(found), [d / 8 for d in found]) == pytest.approx(as_far / len(patterns), abs=1e-12)


def test_random_sign_flips_agree_with_scipy() -> None:
    rng = np.random.default_rng(4)
    a = rng.beta(5, 2, 300)
    b = np.where(rng.random(300) < 0.4, (a + rng.normal(0, 0.1, 300)).clip(0, 1), a)
    theirs = permutation_test((a, b), lambda x, y, axis: np.mean(y - x, axis=axis), permutation_type="samples",
                              vectorized=True, n_resamples=9999, random_state=1).pvalue  # fmt: skip
    ours = sign_flips(a, b, seed=3)
    assert 0.001 < ours < 0.5
    # Both are of 9,999 patterns: four standard errors of their difference.
    assert ours == pytest.approx(theirs, abs=4 * np.sqrt(2 * theirs * (1 - theirs) / 9999))
    assert ours == sign_flips(a, b, seed=3)
    assert sign_flips(b, a, seed=3) == pytest.approx(ours, abs=0.03)


def test_nothing_changed() -> None:
    assert mcnemar([1, 0, 1], [1, 0, 1]) == 1.0
    assert sign_flips([0.3, 0.7], [0.3, 0.7]) == 1.0


def test_holm_by_hand() -> None:
    # Sorted 0.01 0.02 0.03 0.04 times 4 3 2 1, never falling: 0.04 0.06 0.06 0.06
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.6]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_no_correction_and_bonferroni(p: list[float]) -> None:
    adjusted = holm(p)
    assert all(x <= y <= min(1.0, len(p) * x) + 1e-12 for x, y in zip(p, adjusted, strict=True))
    assert list(np.argsort(p, kind="stable")) == sorted(range(len(p)), key=lambda i: (adjusted[i], p[i], i))
