"""What the words of a question rule out is not read as its answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qa.reader.contradiction import consistent, contradicts
from qa.reader.decode import Span
from qa.reader.selection import Read
from qa.types import Hit, Passage

DONE = "2023年，全市地区生产总值完成1128.7亿元，增长3.6%，新建学校12所，惠及3.2万户、9.8万人，投入2亿元。"
PLAN = "2024年主要预期目标是：地区生产总值增长6%左右，城镇新增就业2.4万人。"
TITLE = "政府工作报告"


def read(text: str, words: str, heading: str = "", date: str = "2024-01-20") -> Read:
    passage = Passage(1, "d", 0, 0, len(text), text, (heading,) if heading else ())
    start = text.index(words)
    hit = Hit(passage, 0.9, title=TITLE, date=date, position=0.1)
    return Read(hit, 0, Span(start, start + len(words), 0.0, 0.0, 0.0))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("2023年地区生产总值是多少？", "3.6%"),
        ("2023年地区生产总值是多少亿元？", "12所"),
        ("惠及了多少户？", "12所"),
        ("惠及了多少户？", "9.8万人"),
        ("惠及了多少人？", "3.2万户"),
        ("投入了多少钱？", "3.6%"),
    ],
)
def test_a_figure_of_another_unit_does_not_answer(question: str, words: str) -> None:
    assert contradicts(question, read(DONE, words))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("2023年地区生产总值是多少？", "1128.7亿元"),
        ("2023年地区生产总值增长了多少？", "3.6%"),
        ("惠及了多少户？", "3.2万户"),
        ("惠及了多少人？", "9.8万人"),
        ("投入了多少钱？", "2亿元"),
        ("新建了多少所学校？", "12所"),
        ("增长率是多少？", "3.6%"),
        ("去年的经济怎么样？", "3.6%"),
        ("地区生产总值有多少？", "1128.7"),
        ("新增了多少市场主体？", "3.2万户"),
        ("投入的规模有多大？", "2亿元"),
    ],
)
def test_a_figure_that_may_answer_is_left(question: str, words: str) -> None:
    assert not contradicts(question, read(DONE, words))


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("研发投入占比是多少？", {"2.6%"}),
        ("研发投入的增速？", {"2.6%"}),
        ("就业率达到了百分之多少？", {"2.6%"}),
        ("研发投入是多少？", {"412.5亿元", "2.6%"}),
        ("研发投入和占比各是多少？", {"412.5亿元", "2.6%"}),
        ("汇率是多少？", {"412.5亿元", "2.6%"}),
    ],
)
def test_a_share_is_no_sum(question: str, answers: set[str]) -> None:
    text = "研发投入412.5亿元，占比2.6%。"
    assert {words for words in ("412.5亿元", "2.6%") if not contradicts(question, read(text, words))} == answers


@pytest.mark.parametrize(
    ("question", "ruled_out"),
    [
        ("第三十二条是怎么规定的？", True),
        ("第32条说了什么？", True),
        ("第十四条是怎么规定的？", False),
        ("第14条说了什么？", False),
        ("违反第十二条的怎么办？", False),
        ("第十二条和第三十二条怎么说？", False),
        ("违反规定的怎么办？", False),
    ],
)
def test_another_article_does_not_answer_for_the_one_named(question: str, ruled_out: bool) -> None:
    text = "违反本办法第十二条规定的，责令改正，处二百元罚款。"
    assert contradicts(question, read(text, "处二百元罚款", "第十四条")) is ruled_out


@pytest.mark.parametrize(
    ("question", "words", "ruled_out"),
    [
        ("区委书记是谁？", "范永星", True),
        ("区委书记是谁？", "区长范永星", True),
        ("区长是谁？", "范永星", False),
        ("谁作了报告？", "范永星", False),
        ("区委书记是谁？", "王明", False),  # whose office is not told
    ],
)
def test_who_bears_another_office_does_not_answer(question: str, words: str, ruled_out: bool) -> None:
    text = "区长范永星代表区人民政府作了工作报告，向他提问的还有多位代表，其中一位是王明。"
    assert contradicts(question, read(text, words)) is ruled_out


@pytest.mark.parametrize(
    ("question", "organisation", "ruled_out"),
    [
        ("太原市2022年GDP是多少？", "晋城市城区人民政府", True),
        ("晋城市2022年GDP是多少？", "晋城市城区人民政府", False),
        ("山西省2022年GDP是多少？", "晋城市城区人民政府", False),
        ("2022年GDP是多少？", "晋城市城区人民政府", False),
        ("长治市和太原市2022年GDP是多少？", "晋城市城区人民政府", False),
        ("太原市2022年GDP是多少？", None, False),
        ("河北2022年GDP是多少？", "山西省人民政府", True),
        ("高平市2022年GDP是多少？", "晋城市城区人民政府", False),  # its passage names it
        ("太原市2022年有哪些成绩？", "晋城市城区人民政府", False),
    ],
)
def test_a_figure_of_another_town_does_not_answer(question: str, organisation: str | None, ruled_out: bool) -> None:
    text = "2022年，地区生产总值完成317.2亿元，高平市以外均有增长。"
    about = read(text, "317.2亿元")
    about = Read(replace(about.hit, organisation=organisation), 0, about.span)
    assert contradicts(question, about) is ruled_out


def test_a_target_does_not_answer_for_an_achievement_nor_the_other_way() -> None:
    planned = read(PLAN, "6%左右", "二、2024年工作安排")
    achieved = read(DONE, "3.6%", "一、2023年工作回顾")
    assert contradicts("2024年地区生产总值实际增长了多少？", planned)
    assert not contradicts("2024年地区生产总值的增长目标是多少？", planned)
    assert contradicts("2023年地区生产总值的增长目标是多少？", achieved)
    assert not contradicts("2023年地区生产总值实际增长了多少？", achieved)
    # A level is asked for, and a target tells its growth: only where the target is asked for.
    assert contradicts("2024年地区生产总值是多少？", planned)
    assert not contradicts("2024年地区生产总值的目标是多少？", planned)


def test_an_outcome_told_in_the_part_that_plans_is_left() -> None:
    told = read("全面推行林长制，各级林长78名，巡查1200次。", "78名", "二、2024年工作安排")
    assert not contradicts("各级林长设了多少名？", told)


def test_what_is_left_keeps_its_order() -> None:
    found = [read(DONE, words) for words in ("3.6%", "1128.7亿元", "2亿元", "12所")]
    kept = consistent("2023年地区生产总值是多少？", found)
    assert [each.text for each in kept] == ["1128.7亿元", "2亿元", "12所"]


RULES = (
    "5.2 住宿费标准如下：每晚450元，连住3天以上的八折。\n"
    "第十六条 记录保存不少于两年；未保存的，处2000元以上1万元以下罚款。"
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("住宿费一晚报多少？", "5.2"),
        ("没保存的话罚多少？", "第十六条"),
        ("没保存的话罚多少？", "不少于两年"),
        ("住宿费一共报销多少钱？", "3天"),
    ],
)
def test_a_number_of_an_article_or_a_time_is_not_paid(question: str, words: str) -> None:
    assert contradicts(question, read(RULES, words))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("住宿费一晚报多少？", "每晚450元"),
        ("没保存的话罚多少？", "2000元以上1万元以下"),
        ("记录要保存多久？", "不少于两年"),
        ("保存期是多少？", "两年"),
        ("没保存违反第几条？", "第十六条"),
    ],
)
def test_what_may_be_paid_or_counted_is_left(question: str, words: str) -> None:
    assert not contradicts(question, read(RULES, words))


PASSED = "2022年，全区财政收入首次突破15亿元大关，达15.8亿元，存款突破200亿元。"


def test_a_mark_that_was_passed_does_not_answer_where_the_figure_follows() -> None:
    asked = "2022年财政收入是多少？"
    assert contradicts(asked, read(PASSED, "首次突破15亿元", date="2023-02-24"))
    assert contradicts(asked, read(PASSED, "15亿元大关", date="2023-02-24"))
    for words in ("首次突破15亿元大关，达15.8亿元", "15.8亿元"):
        assert not contradicts(asked, read(PASSED, words, date="2023-02-24"))
    assert not contradicts("存款有多少？", read(PASSED, "突破200亿元", date="2023-02-24"))
    assert not contradicts("财政收入突破了多少？", read(PASSED, "15亿元大关", date="2023-02-24"))
