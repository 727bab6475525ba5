from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import citations


def test_shares() -> None:
    assert citations.precision([True, False, False, True]) == 0.5
    assert citations.recall([True, True, False]) == pytest.approx(2 / 3)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="undefined"):
        citations.precision([])
    with pytest.raises(ValueError, match="undefined"):
        citations.recall([])


@given(st.text(min_size=1, max_size=20), st.data())
def test_a_quote_is_intact_only_at_its_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    assert citations.intact(quote, text, start, end)
    assert not citations.intact(quote + "。", text, start, end)
    assert citations.intact(quote, "x" + text, start, end) == (("x" + text)[start:end] == quote)


def test_places_outside_the_text_hold_no_quote() -> None:
    assert not citations.intact("", "北京", 1, 1)
    assert not citations.intact("京", "北京", -1, 2)
    assert not citations.intact("京", "北京", 1, 3)  # slicing alone would let the end run over


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_overlap_counts_shared_places(a: int, b: int, c: int, d: int) -> None:
    shared = set(range(a, b)) & set(range(c, d))
    assert citations.overlap(a, b, c, d) == (len(shared) if a <= b and c <= d else 0)
