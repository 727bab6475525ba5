"""Who asks how much it was gets the figure, not the mark that it passed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.question import analyse
from qa.reader.reached import reached

TEXT = "2022年，全区财政收入首次突破15亿元大关，达15.8亿元，存款突破200亿元，企业超过300家，完成50个项目建设。"


def asked(question: str, said: str, text: str = TEXT) -> str:
    start = text.index(said)
    start, end = reached(analyse(question), text, start, start + len(said))
    return text[start:end]


@pytest.mark.parametrize("said", ["突破15亿元", "首次突破15亿元", "15亿元大关", "15亿元", "亿元大关"])
def test_the_figure_stands_for_the_mark(said: str) -> None:
    assert asked("2022年财政收入是多少？", said) == "15.8亿元"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("2022年财政收入是多少？", "15.8亿元"),
        ("2022年财政收入是多少？", "首次突破15亿元大关，达15.8亿元"),
        ("存款有多少？", "突破200亿元"),  # nothing follows
        ("财政收入突破了多少？", "15亿元"),  # the mark is asked for
        ("企业有多少家？", "300家"),  # what follows counts something else
        ("财政收入什么时候突破15亿元？", "2022年"),
    ],
)
def test_all_else_stays(question: str, said: str) -> None:
    assert asked(question, said) == said


def test_a_figure_with_another_scale_is_the_same_unit() -> None:
    text = "地区生产总值突破1万亿元大关，达到10123.5亿元。"
    assert asked("地区生产总值是多少？", "1万亿元", text) == "10123.5亿元"


@given(text=st.text("突破超过15.8亿元大关，达到0个百分点%", max_size=30), data=st.data())
def test_it_is_a_place_in_the_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = reached(analyse("财政收入是多少亿元？"), text, start, end)
    assert (low, high) == (start, end) or 0 <= start < low < high <= len(text)
