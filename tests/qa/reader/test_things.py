"""A list is cut into its things, and nothing else is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.things import things


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("泽州路、文昌街和凤台街", ["泽州路", "文昌街", "凤台街"]),
        ("科技，石化；纺织以及陶瓷", ["科技", "石化", "纺织", "陶瓷"]),
        ("科技,石化", ["科技", "石化"]),
        ("中华人民共和国", ["中华人民共和国"]),
        ("《科技和石化》、纺织", ["《科技和石化》", "纺织"]),
        ("苹果（红、青）和梨", ["苹果（红、青）", "梨"]),
        ("1,200元、3,400元", ["1,200元", "3,400元"]),
        ("科技）、石化", ["科技）", "石化"]),
    ],
)
def test_things_are_told_from_words_with_the_same_characters(text: str, listed: list[str]) -> None:
    assert [text[start:end] for start, end in things(text)] == listed


@given(st.text("科技石化、和与及，；,12()（《》 ", max_size=30))
def test_things_are_in_order_and_apart_and_leave_out_only_what_joins(text: str) -> None:
    found = things(text)
    assert found[0][0] == 0
    assert found[-1][1] == len(text)
    for (_, end), (begin, _) in pairwise(found):
        assert text[end:begin] in ("、", "和", "与", "及", "以及", "，", ",", "；", ";")
