"""Text that knows what was carried over."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.followup.woven import Woven, carried, edited, own

PIECES = st.lists(st.tuples(st.text(max_size=5), st.booleans()), max_size=8)


def woven(pieces: list[tuple[str, bool]]) -> Woven:
    out = own("")
    for text, from_history in pieces:
        out = out + (carried(text) if from_history else own(text))
    return out


@given(PIECES)
def test_parts_hold_exactly_the_characters_that_were_carried(pieces: list[tuple[str, bool]]) -> None:
    whole = woven(pieces)
    assert "".join(whole.text[a:b] for a, b in whole.parts()) == "".join(text for text, old in pieces if old)


@given(PIECES)
def test_parts_are_in_order_and_apart(pieces: list[tuple[str, bool]]) -> None:
    parts = woven(pieces).parts()
    assert all(a < b for a, b in parts)
    assert all(first[1] < second[0] for first, second in pairwise(parts))


@given(PIECES, st.integers(0, 40), st.integers(0, 40))
def test_a_slice_keeps_its_marks(pieces: list[tuple[str, bool]], start: int, end: int) -> None:
    whole = woven(pieces)
    piece = whole[start:end]
    assert (piece.text, piece.carried) == (whole.text[start:end], whole.carried[start:end])


@given(st.text(max_size=12), st.data())
def test_an_edit_puts_new_text_between_what_stays(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(st.text(max_size=4))
    result = edited(text, [(start, end, own(new))])
    assert result.text == text[:start] + new + text[end:]
    assert "".join(result.text[a:b] for a, b in result.parts()) == text[:start] + text[end:]


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        edited("粮食产量", [(0, 3, own("甲")), (2, 4, own("乙"))])


def test_marks_must_fit_the_text() -> None:
    with pytest.raises(ValueError, match="2 characters, 1 marks"):
        Woven("产量", (True,))
