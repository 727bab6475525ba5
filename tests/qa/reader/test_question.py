"""What a question asks for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.question import Kind, analyse

KINDS = [
    ("新增城镇就业多少万人？", Kind.COUNT),
    ("共有多少家企业获奖？", Kind.COUNT),
    ("完成几个？", Kind.COUNT),
    ("多少户居民受益？", Kind.COUNT),
    ("粮食产量是多少？", Kind.AMOUNT),
    ("桥梁改造投资多少钱？", Kind.AMOUNT),
    ("发放补贴多少亿元？", Kind.AMOUNT),
    ("这座塔有多高？", Kind.AMOUNT),
    ("地区生产总值增长了多少？", Kind.PERCENT),
    ("城镇调查失业率是多少？", Kind.PERCENT),
    ("占出口的百分之几？", Kind.PERCENT),
    ("提高了几个百分点？", Kind.PERCENT),
    ("工业增加值的增速？", Kind.PERCENT),
    ("什么时候完成改造？", Kind.DATE),
    ("哪一天召开大会？", Kind.DATE),
    ("何时通车？", Kind.DATE),
    ("剧院几月开放？", Kind.DATE),
    ("哪年成立？", Kind.DATE),
    ("工期多久？", Kind.DURATION),
    ("试用期多少天？", Kind.DURATION),
    ("谁是市长？", Kind.PERSON),
    ("由谁创作？", Kind.PERSON),
    ("哪位作家写了这本书？", Kind.PERSON),
    ("总部在哪里？", Kind.PLACE),
    ("位于哪个省？", Kind.PLACE),
    ("哪家公司开发了它？", Kind.ORGANISATION),
    ("毕业于哪所大学？", Kind.ORGANISATION),
    ("哪条街开放了？", Kind.ENTITY),
    ("在哪个栏目播出？", Kind.ENTITY),
    ("有哪些措施？", Kind.LIST),
    ("哪几条路打通了？", Kind.LIST),
    ("违反了哪几条规定？", Kind.LIST),
    ("申请需要什么材料？", Kind.LIST),
    ("主要任务是什么？", Kind.LIST),
    ("收入和支出分别是多少？", Kind.LIST),
    ("成都有多少人口？", Kind.COUNT),
    ("编钟是用什么材料制成的？", Kind.ENTITY),
    ("每天几点要求到岗？", Kind.DATE),
    ("会上提了几点要求？", Kind.COUNT),
    ("办理时间是多少天？", Kind.DURATION),
    ("依据第几条？", Kind.ARTICLE),
    ("为什么下降？", Kind.REASON),
    ("减少的原因是什么？", Kind.REASON),
    ("什么是数字人民币？", Kind.DEFINITION),
    ("如何申请？", Kind.OTHER),
]


@pytest.mark.parametrize(("question", "kind"), KINDS)
def test_the_kind_of_answer(question: str, kind: Kind) -> None:
    assert analyse(question).kind is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("糧食產量增長了多少？", Kind.PERCENT),
        ("什麼時候完成？", Kind.DATE),
        ("誰是縣長？", Kind.PERSON),
        ("２０２４年投資多少錢？", Kind.AMOUNT),
    ],
)
def test_traditional_and_full_width_questions_are_the_same_questions(question: str, kind: Kind) -> None:
    assert analyse(question).kind is kind


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("多少家企业？", "家"),
        ("多少亩荒地？", "亩"),
        ("投资多少钱？", "元"),
        ("多少亿元？", "元"),
        ("多少个百分点？", None),
        ("几座桥？", "座"),
    ],
)
def test_units(question: str, unit: str | None) -> None:
    units = analyse(question).units
    assert unit in units if unit else not units


@pytest.mark.parametrize(
    ("question", "head"),
    [("哪条街开放了？", "街"), ("在哪个栏目播出？", "栏目"), ("哪家公司开发的？", "公司")],
)
def test_head_nouns(question: str, head: str) -> None:
    assert analyse(question).head == head


def test_years_and_places_and_change() -> None:
    asked = analyse("2021年山西省财政收入增长了多少？")
    assert asked.years == {"2021"}
    assert "山西省" in asked.places
    assert asked.change
    assert analyse("2016-2018年投资多少？").years == {"2016", "2017", "2018"}
    assert not analyse("投资1500亿元的项目有哪些？").years


@pytest.mark.parametrize(
    ("question", "year"),
    [
        ("馮玉祥在哪一年被驅逐下台？", True),
        ("地铁是哪年开通的？", True),
        ("摩洛哥何年独立？", True),
        ("签订的年份是多少？", True),
        ("哪一年的几月几日成立？", False),
        ("他哪年哪月出生？", False),
        ("何年何月？", False),
        ("那是哪一年代？", False),
        ("他是哪年级的学生？", False),
        ("地铁是什么时候开通的？", False),
    ],
)
def test_whether_a_year_alone_is_asked_for(question: str, year: bool) -> None:
    assert analyse(question).year is year


def test_content_words_leave_the_interrogative_out() -> None:
    content = analyse("城镇新增就业多少万人？").content
    assert {"城镇", "新增", "就业"} <= set(content)
    assert not {"多少", "万人"} & set(content)


def test_the_words_at_the_interrogative_are_its_focus() -> None:
    asked = analyse("数字消费券拉动了多少消费？")
    assert {"拉动", "消费"} <= asked.focus
    assert "数字" not in asked.focus


@given(st.text(max_size=60))
def test_any_text_can_be_analysed(question: str) -> None:
    asked = analyse(question)
    assert asked.focus <= set(asked.content)
