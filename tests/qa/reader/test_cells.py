"""A cell that a question names by its row and its column, and nothing but such a cell."""

from __future__ import annotations

import pytest

from qa.reader.cells import named_cells
from qa.types import Hit, Passage

INCOME = "一般公共预算收入（单位：亿元）：2021年：1,021.3，2022年：1,100.0，2023年：1,234.5"
TAX = "税收收入（单位：亿元）：2022年：741.6，2023年：803.9"
OTHER = "非税收入（单位：亿元）：2022年：358.4，2023年：430.6"
PLAN = "民生支出（单位：亿元）：2024年预算数：88.0，2023年执行数：81.5"
PROJECT = "滨河路改造（项目名称）：总投资（万元）：21,450，开工时间：2024年5月，责任单位：交通局"


def hit(text: str, number: int = 1, title: str = "东湖区财政收支情况") -> Hit:
    return Hit(Passage(number, "d", 0, 100, 100 + len(text), text, ("财政",)), 1.0, title=title, date="2024-02-01")


def read(question: str, *texts: str) -> list[str]:
    hits = [hit(text, number) for number, text in enumerate(texts)]
    return [each.passage.text[start:end] for each, start, end in named_cells(question, hits)]


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("2023年一般公共预算收入是多少？", "1,234.5"),
        ("一般公共预算收入２０２２年有多少？", "1,100.0"),
        ("东湖区2022年财政收入是多少亿元？", "1,100.0"),
        ("2022年非税收入是多少？", "358.4"),
        ("2022年税收收入是多少？", "741.6"),
        ("2024年民生支出的预算数是多少？", "88.0"),
        ("滨河路改造的总投资是多少万元？", "21,450"),
        ("滨河路改造的开工时间是哪天？", "2024年5月"),
        ("滨河路改造的责任单位是哪个单位？", "交通局"),
    ],
)
def test_the_cell_of_the_row_and_the_column_that_are_named(question: str, cell: str) -> None:
    assert read(question, INCOME, TAX, OTHER, PLAN, PROJECT) == [cell]


@pytest.mark.parametrize(
    "question",
    [
        "2019年一般公共预算收入是多少？",  # no such column
        "一般公共预算收入是多少？",  # which year?
        "2023年一般公共预算收入增长了多少？",  # the table tells levels
        "西山区2023年一般公共预算收入是多少？",  # another place
        "2024年民生支出是多少？",  # it tells what was budgeted
        "2023年一般公共预算支出是多少？",
        "滨河路改造的中标价是多少？",
        "滨江路改造的总投资是多少万元？",
        "介绍一下2023年一般公共预算收入",
    ],
)
def test_nothing_where_a_word_of_the_question_stands_nowhere(question: str) -> None:
    assert read(question, INCOME, TAX, PLAN, PROJECT) == []


@pytest.mark.parametrize(
    "text",
    [
        "2023年一般公共预算收入完成1,234.5亿元，增长3%。",
        "会议时间：2023年5月4日\n地点：三楼",
        "他说：一般公共预算收入2023年：见附表。",
        "：2023年：",
        "",
    ],
)
def test_a_sentence_is_no_row(text: str) -> None:
    assert read("2023年一般公共预算收入是多少？", text) == []


def test_a_word_in_the_rows_name_names_no_column() -> None:
    row = "一般公共预算收入：预算：1,000.0，决算：1,100.0"
    assert read("一般公共预算收入是多少？", row) == []
    assert read("一般公共预算收入的决算是多少？", row) == ["1,100.0"]


def test_an_empty_cell_is_no_answer() -> None:
    row = "税收收入：2022年：—，2021年：140.0"
    assert read("2022年税收收入是多少？", row) == []
    assert read("2021年税收收入是多少？", row) == ["140.0"]
