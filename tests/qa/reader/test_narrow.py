"""An answer says no more than was asked, and still says something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.narrow import narrowed
from qa.reader.question import analyse


def asked(question: str, said: str) -> str:
    text = f"他说，{said}。"
    start, end = narrowed(analyse(question), text, 3, 3 + len(said))
    return text[start:end]


@pytest.mark.parametrize(
    ("said", "year"),
    [
        ("1926年3月18日", "1926年"),
        ("于1926年3月", "于1926年"),
        ("二〇二三年五月", "二〇二三年"),
        ("公元前221年10月", "公元前221年"),
        ("1926年", "1926年"),
        ("同年5月", "同年5月"),
        ("1937年7月7日至1945年8月15日", "1937年7月7日至1945年8月15日"),
        ("1926年3月18日清晨", "1926年3月18日清晨"),
        ("3.2亿元", "3.2亿元"),
    ],
)
def test_who_asks_for_a_year_gets_the_year(said: str, year: str) -> None:
    assert asked("他是哪一年下野的？", said) == year
    assert asked("他是什么时候下野的？", said) == said


@pytest.mark.parametrize(
    ("question", "said", "answer"),
    [
        ("除了通胀、科技，还有什么？", "科技、石化", "石化"),
        ("除了科技，重点发展哪些产业？", "科技、石化和纺织", "石化和纺织"),
        ("一个是美学，另一个是？", "心理美学和美学", "心理美学"),
        ("除《大公报》外还有哪家报纸？", "《文汇报》和《大公报》", "《文汇报》"),
        ("除了科技和石化还有什么？", "科技和石化", "石化"),  # something is left, whatever it is
        ("重点发展科技和什么？", "科技和石化", "科技和石化"),  # nothing says that it is asked for without
        ("除了科技，还有什么？", "科技园区、石化", "科技园区、石化"),
        # What joins stands between words, not in them, and not between brackets.
        ("除了中华人民共和国民法典，还依据什么？", "《中华人民共和国民法典》、《行政诉讼法》", "《行政诉讼法》"),
        ("除了和平区还有哪些区？", "河东区、和平区", "河东区"),
        ("除了科技，还有哪本书？", "《科技和石化》", "《科技和石化》"),
    ],
)
def test_what_the_question_has_named_is_not_its_answer(question: str, said: str, answer: str) -> None:
    assert asked(question, said) == answer


@given(
    question=st.text("除了另还有哪一年、和科技石化?", max_size=12),
    text=st.text("科技石化、和与及1926年3月18日，《》", min_size=1, max_size=24),
    data=st.data(),
)
def test_what_is_left_is_a_part_of_it(question: str, text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    low, high = narrowed(analyse(question), text, start, end)
    assert start <= low <= high <= end
