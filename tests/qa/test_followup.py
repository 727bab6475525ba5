"""Questions that lean on earlier ones are completed; questions that stand alone are left as they are."""

from __future__ import annotations

import pytest

from qa.followup import leans, standalone

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
