"""Tables: columns by name, separators, encodings, what a workbook's cells show, and what is said of bad ones."""

from __future__ import annotations

import io
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from eval.errors import SetError
from eval.sets import check, load_set
from eval.sets.spreadsheet import as_shown
from eval.types import Evidence, Question, Reference

CHINESE = (
    "编号,问题,答案,答案2,类型,依据,文档,上文\n"
    "1,澜溪有几条河？,3条|三条,三条河,figure,澜溪有3条河,a.txt,\n"
    ",增长了多少？,,,,,,去年呢？|前年呢？\n"
)


def put(folder: Path, data: str | bytes, name: str = "set.csv") -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_columns_in_each_encoding(tmp_path: Path, encoding: str, ends: str) -> None:
    loaded = load_set(put(tmp_path, CHINESE.replace("\n", ends).encode(encoding)))
    assert (loaded.layout, loaded.name, loaded.rules) == ("table", f"{tmp_path.name}/set", "cmrc")
    assert loaded.questions == (
        Question(
            "1",
            "澜溪有几条河？",
            (Reference("3条"), Reference("三条"), Reference("三条河")),
            (Evidence("澜溪有3条河", "a.txt"),),
            "figure",
            line=2,
        ),
        Question("line-3", "增长了多少？", history=("去年呢？", "前年呢？"), line=3),
    )


def test_traditional_headers_in_big5(tmp_path: Path) -> None:
    path = put(tmp_path, "問題,參考答案,來源\n這是誰？,王五,a.txt\n".encode("big5"))
    (question,) = load_set(path).questions
    assert (question.question, question.answers) == ("這是誰？", ("王五",))
    assert question.evidence == (Evidence(document="a.txt"),)


def test_a_short_gb18030_table_with_english_headers(tmp_path: Path) -> None:
    path = put(tmp_path, "Question,Answer\n舷窗朝哪？,瓯江\n".encode("gb18030"))
    assert load_set(path).questions[0].answers == ("瓯江",)


@pytest.mark.parametrize(("separator", "name"), [("\t", "s.tsv"), (";", "s.csv"), ("\t", "s.csv"), (",", "s.csv")])
def test_separators(tmp_path: Path, separator: str, name: str) -> None:
    path = put(tmp_path, separator.join(["question", "answer"]) + "\n" + separator.join(["谁？", "甲"]) + "\n", name)
    assert load_set(path).questions[0].answers == ("甲",)


def test_blank_rows_do_not_matter(tmp_path: Path) -> None:
    path = put(tmp_path, "\n,,\n问题,答案\n\n谁？,甲\n,\n")
    assert [(q.question, q.line) for q in load_set(path).questions] == [("谁？", 5)]


def test_quotation_marks_and_line_breaks_in_cells(tmp_path: Path) -> None:
    path = put(tmp_path, '问题,答案\n"""十四五""规划，\n是哪年？","1,086"\n谁？,甲\n')
    first, second = load_set(path).questions
    assert first.question == '"十四五"规划，\n是哪年？'
    assert first.answers == ("1,086",)
    assert (first.line, second.line) == (2, 4)
    tabs = put(tmp_path, '问题\t答案\n"十四五"规划是哪年？\t2021年\n', "s.tsv")
    assert load_set(tabs).questions[0].question == '"十四五"规划是哪年？'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("问题,标签\n谁？,甲\n", 1, "no column for the answer; columns found: 问题, 标签"),
        ("\n\n题干,答案\n谁？,甲\n", 3, "no column for the question; columns found: 题干, 答案"),
        ("题干,答案\n谁？,甲\n", 1, "no column for the question; columns found: 题干, 答案"),
        ("问题,query,答案\n谁？,谁？,甲\n", 1, "several columns for question: 问题, query"),
        ("问题,答案\n谁？,甲\n,乙\n", 3, "the question is empty"),
        ("问题,答案\n谁？,甲,乙\n", 2, "3 cells, but the header has 2"),
        ('问题,答案\n谁？,"甲\n', 2, "a quotation mark is not closed"),
        ("编号,问题,答案\n1,谁？,甲\n1,哪？,乙\n", 3, "id 1 also on line 2"),
        ("问题,答案\n", None, "holds no question"),
        ("", None, "is empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int | None, reason: str) -> None:
    with pytest.raises(SetError) as caught:
        load_set(put(tmp_path, text))
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert caught.value.hint


def workbook(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    book.create_sheet("其他").append(["不读"])
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_is_shown(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["编号", "问题", "答案", "说明"],
        [1.0, "几条？", 3.0, "x"],
        [2, "占多少？", 0.125],
        [],
        [3, "哪天？", date(2022, 1, 26)],
        [4, "多少？", 1234.5],
        [5, "没有？", None],
    ]
    formats = {"C3": "0.0%", "C5": 'yyyy"年"m"月"d"日"', "C6": "#,##0.00"}
    path = workbook(tmp_path / "set.xlsx", rows, formats)
    loaded = load_set(path)
    assert [q.answers for q in loaded.questions] == [("3",), ("12.5%",), ("2022年1月26日",), ("1,234.50",), ()]
    assert [(q.id, q.line) for q in loaded.questions] == [("1", 2), ("2", 3), ("3", 5), ("4", 6), ("5", 7)]
    assert check(path).count("unknown-field") == 1


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (3.0, "General", "3"),
        (0.1, "General", "0.1"),
        (1e21, "General", "1000000000000000000000"),
        (100, "General", "100"),
        (-0.5, "0%", "-50%"),
        (15.84, '0.0"亿元"', "15.8亿元"),
        (True, "General", "TRUE"),
        (datetime(2024, 3, 5), "General", "2024-03-05"),
        (datetime(2024, 3, 5), "yyyy/mm/dd;@", "2024/03/05"),
        (datetime(2024, 3, 5, 8, 7, 9), "yyyy-m-d h:mm:ss", "2024-3-5 8:07:09"),
        (time(8, 5), "h:mm", "8:05"),
        (None, "General", ""),
    ],
)
def test_cells_are_shown(value: Any, number_format: str, shown: str) -> None:
    assert as_shown(value, number_format) == shown


def test_formulas_give_their_last_values_or_an_error(tmp_path: Path) -> None:
    path = workbook(tmp_path / "set.xlsx", [["问题", "答案"], ["几条？", "=1+2"]])
    with pytest.raises(SetError, match="line 2: cell B2 holds a formula that was never calculated"):
        load_set(path)
    # What a spreadsheet program adds when it saves: the value beside the formula.
    import zipfile

    data = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(data, "w") as new:
        for item in old.namelist():
            content = old.read(item)
            if item == "xl/worksheets/sheet1.xml":
                assert b"<f>1+2</f><v />" in content or b"<f>1+2</f><v></v>" in content or b"<f>1+2</f><v/>" in content
                for empty in (b"<v />", b"<v></v>", b"<v/>"):
                    content = content.replace(b"<f>1+2</f>" + empty, b"<f>1+2</f><v>3</v>")
            new.writestr(item, content)
    path.write_bytes(data.getvalue())
    assert load_set(path).questions[0].answers == ("3",)


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for data in (b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "问题,答案\n谁？,甲\n".encode()):
        with pytest.raises(SetError) as caught:
            load_set(put(tmp_path, data, "set.xlsx"))
        assert ".xlsx" in caught.value.hint
