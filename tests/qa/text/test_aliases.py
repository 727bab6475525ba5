"""Indicators under the other names that texts have for them."""

from __future__ import annotations

import pytest

from qa.text.aliases import in_words_of, other_names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("去年GDP是多少?", [{"地区生产总值", "国内生产总值", "生产总值"}]),
        ("去年ＧＤＰ和固投是多少?", [{"地区生产总值", "国内生产总值", "生产总值"}, {"固定资产投资"}]),
        ("地区生产总值是多少?", [{"gdp", "国内生产总值"}]),
        ("一般公共预算收入多少?", [{"财政收入"}]),
        ("图书馆几点开门?", []),
    ],
)
def test_an_indicator_has_other_names(question: str, names: list[set[str]]) -> None:
    assert [set(each) for each in other_names(question)] == names


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("去年GDP是多少？", "全年实现地区生产总值317.2亿元", "去年地区生产总值是多少?"),
        ("去年ＧＤＰ是多少?", "国内生产总值达到67.7万亿元", "去年国内生产总值是多少?"),
        ("财政收入多少?", "一般公共预算收入完成15.8亿元", "一般公共预算收入多少?"),
        ("GDP是多少？", "GDP达到3亿元，地区生产总值……", "GDP是多少？"),
        ("一般公共预算收入多少?", "财政收入完成3亿元", "财政收入多少?"),
        ("图书馆几点开门？", "图书馆九点开放", "图书馆几点开门？"),
        ("CPI涨了多少？", "全年新增就业1万人", "CPI涨了多少？"),
    ],
)
def test_a_question_in_the_words_of_the_text(question: str, text: str, said: str) -> None:
    assert in_words_of(question, text) == said
