"""Fusion of cosines and BM25 scores."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.retriever.fusion import LEXICAL_WEIGHT, fuse

SCORES = st.dictionaries(st.integers(0, 30), st.floats(-1, 1), max_size=12)


def test_the_sum_is_as_written() -> None:
    fused = dict(fuse({1: 0.8, 2: 0.7}, {2: 10.0}, 100))
    assert fused[1] == pytest.approx(0.8)
    assert fused[2] == pytest.approx(0.7 + LEXICAL_WEIGHT / math.log(101) * 10.0)


def test_ties_go_to_the_smaller_id_and_candidates_without_a_cosine_are_left_out() -> None:
    assert [i for i, _ in fuse({9: 0.5, 3: 0.5, 5: 0.6}, {7: 99.0}, 10)] == [5, 3, 9]


def test_words_weigh_less_in_a_large_library() -> None:
    dense, lexical = {1: 0.9, 2: 0.8}, {2: 12.0}
    assert fuse(dense, lexical, 100)[0][0] == 2
    assert fuse(dense, lexical, 100_000)[0][0] == 1
    assert fuse({1: 0.5}, {1: 1.0}, 0)[0][1] == pytest.approx(0.5 + LEXICAL_WEIGHT / math.log(2))


@given(SCORES, SCORES, st.integers(0, 10**6))
def test_sorted_and_complete(dense: dict[int, float], lexical: dict[int, float], size: int) -> None:
    fused = fuse(dense, lexical, size)
    assert {i for i, _ in fused} == set(dense)
    assert fused == sorted(fused, key=lambda item: (-item[1], item[0]))
