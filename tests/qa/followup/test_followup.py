"""Questions that lean on earlier ones are completed; questions that stand alone are left as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import Answer, Turn
from qa.followup import Understanding, leans, standalone, understood

LEANING = [
    (["2024年全省粮食产量是多少？"], "增长了多少？", "2024年全省粮食产量增长了多少？"),
    (["南岸片区改造投资多少钱？"], "北岸片区呢？", "北岸片区改造投资多少钱？"),
    (["2021年社会消费品零售总额是多少？"], "2022年呢？", "2022年社会消费品零售总额是多少？"),
    (["全市新建多少公里公路？"], "它们什么时候完工？", "全市新建公路什么时候完工？"),
    (["城镇居民人均可支配收入是多少？"], "农村居民呢？", "农村居民人均可支配收入是多少？"),
    (["2024年进出口总额是多少？"], "其中出口是多少？", "2024年进出口总额中出口是多少？"),
    (["2024年进出口总额是多少？"], "同比增长多少？", "2024年进出口总额同比增长多少？"),
    (["谁负责河道治理？"], "什么时候完成？", "河道治理什么时候完成？"),
    (["第一批项目总投资多少？"], "第二批呢？", "第二批项目总投资多少？"),
    (["2024年旅游收入是多少？", "增长了多少？"], "2023年呢？", "2023年旅游收入增长了多少？"),
    (["广州市的常住人口是多少？"], "那深圳市呢？", "深圳市的常住人口是多少？"),
    (["青藏铁路全长多少公里？"], "它何时通车？", "青藏铁路何时通车？"),
    (["今年改造多少个社区？"], "惠及多少户？", "今年改造社区惠及多少户？"),
    (["上半年新增就业多少人？"], "下半年呢？", "下半年新增就业多少人？"),
    (["城市绿化率是多少？"], "该指标比上年提高了多少？", "城市绿化率比上年提高了多少？"),
    (["文化中心什么时候开工？"], "体育馆呢？", "体育馆什么时候开工？"),
    (
        ["数字经济增加值是多少？"],
        "占地区生产总值的比重是多少？",
        "数字经济增加值占地区生产总值的比重是多少？",
    ),
    (["粮食产量是多少？"], "上述产量增长了多少？", "粮食产量增长了多少？"),
    (["2023年財政收入是多少？"], "2024年呢？", "2024年財政收入是多少？"),
]

STANDALONE = [
    "2024年全省粮食产量是多少？",
    "城镇新增就业多少万人？",
    "谁在会上作了报告？",
    "文化中心什么时候开工？",
    "哪条街被评为示范街？",
    "一般公共预算收入增长了多少？",
    "今年改造了多少个老旧小区？",
    "2025年地区生产总值的预期目标是多少？",
    "有哪些重点项目开工？",
    "为什么要推进国企改革？",
    "什么是专精特新企业？",
    "居民人均可支配收入增速是多少？",
    "森林覆盖率达到百分之几？",
    "港口货物吞吐量有多少亿吨？",
    "高标准农田建设了多少亩？",
    "新能源汽车产量增长多少？",
    "由谁负责河湖长制工作？",
    "空气质量优良天数比例是多少？",
    "劳动合同最长可以签几年？",
    "钱钟书写了《围城》，他的笔名叫什么？",
    "其他收入由哪些部分组成？",
    "其余八个县什么时候脱贫？",
    "广东省的简称是什么？",
    "第二批援藏干部什么时候出发？",
    "去年新建了多少座污水处理厂？",
    "上海市的港口排名第几？",
    "数字消费券拉动了多少消费？",
    "减少贫困人口多少万人？",
    "投资最多的项目是哪个？",
    "占地面积最大的公园在哪里？",
    "什么时候开始实施新的医保政策？",
    "建成了多少公里绿道？",
    "那达慕大会在哪里举行？",
    "党代会的主题是什么？",
    "完成投资100亿元的项目有哪些？",
]


@pytest.mark.parametrize(("history", "question", "expected"), LEANING)
def test_a_leaning_question_takes_what_it_lacks_from_the_history(
    history: list[str], question: str, expected: str
) -> None:
    assert standalone(question, history) == expected


@pytest.mark.parametrize("question", STANDALONE)
@pytest.mark.parametrize("history", [["全市共有多少座图书馆？"], ["2019年茶叶出口额是多少？", "东区呢？"]])
def test_a_question_with_its_own_subject_is_left_as_it_is(question: str, history: list[str]) -> None:
    assert standalone(question, history) == question


@pytest.mark.parametrize(("history", "question", "expected"), LEANING)
def test_without_history_nothing_changes(history: list[str], question: str, expected: str) -> None:
    assert standalone(question, []) == question


@pytest.mark.parametrize(("history", "question", "expected"), LEANING)
def test_what_was_completed_stands_alone(history: list[str], question: str, expected: str) -> None:
    assert not leans(standalone(question, history))


def test_full_width_and_traditional_questions_are_understood() -> None:
    assert standalone("它增長了多少？", ["2023年農業產值是多少？"]) == "2023年農業產值增長了多少？"
    assert standalone("２０２４年呢？", ["2023年茶叶产量是多少？"]) == "２０２４年茶叶产量是多少？"


def turn(question: str, answer: str, *, abstained: bool = False) -> Turn:
    return Turn(question, Answer(answer, (), 0.9, abstained, question))


def test_what_the_document_calls_this_year_takes_the_place_of_the_year_before() -> None:
    """今年 is counted from the document's own date where the question is answered: no 2022 may stand beside it."""
    question = standalone("那今年的增长目标呢？", ["2022年地区生产总值是多少？"])
    assert question == "今年地区生产总值的增长目标是多少？"
    assert standalone("去年呢？", ["2021年新增就业多少人？"]) == "去年新增就业多少人？"


def test_a_year_that_points_at_the_conversation_is_counted_from_there() -> None:
    assert standalone("次年呢？", ["2020年茶叶产量是多少？"]) == "2021年茶叶产量是多少？"
    assert standalone("上一年呢？", ["2020年茶叶产量是多少？"]) == "2019年茶叶产量是多少？"


def test_a_year_compared_with_is_not_exchanged() -> None:
    history = ["2022年茶叶产量比2020年增长了多少？"]
    assert standalone("2023年呢？", history) == "2023年茶叶产量比2020年增长了多少？"


def test_year_and_place_are_exchanged_together() -> None:
    history = ["四川2023年粮食产量是多少？"]
    assert standalone("湖南2024年呢？", history) == "湖南2024年粮食产量是多少？"


def test_an_answer_that_names_a_thing_is_what_a_pronoun_means() -> None:
    history = [turn("投资最大的项目是哪个？", "青岚水电站")]
    assert standalone("它什么时候开工？", history) == "青岚水电站什么时候开工？"
    assert standalone("后来是哪天开工的？", history) == "青岚水电站后来是哪天开工的？"


def test_an_answer_that_was_not_given_is_not_used() -> None:
    history = [turn("投资最大的项目是哪个？", "", abstained=True)]
    assert standalone("它什么时候开工？", history) == "投资最大的项目什么时候开工？"


def test_a_figure_in_an_answer_is_not_what_a_pronoun_means() -> None:
    assert standalone("它增长了多少？", [turn("2023年茶叶产量是多少？", "5.3万吨")]) == "2023年茶叶产量增长了多少？"


def test_thanks_between_the_questions_are_passed_over() -> None:
    assert standalone("2022年呢？", ["2021年茶叶产量是多少？", "好的，谢谢！"]) == "2022年茶叶产量是多少？"
    assert standalone("2022年呢？", ["谢谢"]) == "2022年呢？"


def test_thanks_are_not_completed() -> None:
    assert standalone("谢谢", ["2021年茶叶产量是多少？"]) == "谢谢"


def test_a_year_goes_on_for_a_figure_of_the_same_subject_only() -> None:
    history = ["2021年一般公共预算收入是多少？"]
    same = "税收占一般公共预算收入的比重是多少？"
    assert standalone(same, history) == "2021年税收占一般公共预算收入的比重是多少？"
    assert standalone("森林覆盖率是多少？", history) == "森林覆盖率是多少？"
    assert standalone("2020年一般公共预算收入是多少？", history) == "2020年一般公共预算收入是多少？"


def test_a_demonstrative_without_its_like_in_the_history_is_left_alone() -> None:
    assert standalone("该公司的注册资本是多少？", ["婚假有几天？"]) == "该公司的注册资本是多少？"
    assert standalone("他在哪所大学任教？", ["渝州大桥多长？"]) == "他在哪所大学任教？"


def test_what_was_carried_over_can_be_shown() -> None:
    result = understood("2024年呢？", ["2023年茶叶产量是多少？"])
    assert result == Understanding("2024年呢？", "2024年茶叶产量是多少？", leaned=True, parts=((5, 12),))


WORDS = st.sampled_from(
    [
        "2021年",
        "今年",
        "上半年",
        "湖北省",
        "老城片区",
        "城镇",
        "居民",
        "收入",
        "增长",
        "的",
        "是",
        "多少",
        "几个",
        "什么时候",
        "谁",
        "它",
        "其中",
        "该",
        "这个",
        "项目",
        "那",
        "呢",
        "吗",
        "？",
        "投资",
        "目标",
        "不是",
        "，",
        "我是说",
        "谢谢",
        "嗯",
        "前者",
        "“",
        "《",
        "》",
        "第二批",
        "三天",
        "为什么",
        "怎么",
        "有",
        "没有",
        "占",
        "比重",
        "a",
        "3",
        "\u3000",
    ]
)
SENTENCES = st.lists(WORDS, max_size=9).map("".join)


@given(SENTENCES, st.lists(SENTENCES, max_size=4))
def test_any_words_are_understood_somehow(question: str, history: list[str]) -> None:
    result = understood(question, history)
    assert result.asked == question
    assert result.leaned == bool(result.parts)
    assert all(0 <= start < end <= len(result.standalone) for start, end in result.parts)
    assert understood(question, []).standalone == question


@pytest.mark.parametrize(
    "text", ["嗯" * 1999 + "甲", "好的，" * 600 + "甲", "那么" * 900, "由谁" * 900 + "它", "的" * 2000]
)
def test_long_repetitions_are_read_through(text: str) -> None:
    assert understood(text, ["2021年茶叶产量是多少？", text]).asked == text
