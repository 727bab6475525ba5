"""Tables in a Library: a question finds the row, and the answer quotes the cell."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from embeddings import Embedder
from qa import Library, ask
from qa.library.library import LibraryError


def workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["D2"] = "2023年全市财政收支情况表", "单位：亿元"
    for row in (
        ["项目", 2021, 2022, 2023],
        ["财政收入", 1021.3, 1100, 1234.5],
        ["其中：税收收入", 702.1, 741.6, 803.9],
        ["财政支出", 1530.8, 1612.7, 1745.2],
        ["其中：教育支出", 300.4, 318.9, 341.7],
        ["卫生健康支出", 155, 188.2, 176.3],
    ):
        sheet.append(row)
    for row in sheet["B4:D8"]:
        for cell in row:
            cell.number_format = "#,##0.0"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def slides() -> bytes:
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "各区县情况"
    table = slide.shapes.add_table(3, 3, 0, 0, 99, 99).table
    for i, text in enumerate(
        ["地区", "常住人口（万人）", "学校（所）", "东湖区", "63.2", "41", "西山区", "55.7", "38"]
    ):
        table.cell(i // 3, i % 3).text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("tables"), model=embedder) as opened:
        opened.add_bytes(workbook(), "财政收支.xlsx")
        opened.add_bytes(
            "姓名,职务,电话\n张海波,局长,2198001\n陈晓梅,预算科科长,2198021\n".encode("gb18030"), "通讯录.csv"
        )
        opened.add_bytes(slides(), "汇报.pptx")
        yield opened


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("2023年财政收入是多少？", "财政收入（单位：亿元）", "1,234.5"),
        ("2022年卫生健康支出是多少？", "卫生健康支出（单位：亿元）", "188.2"),
        ("东湖区常住人口有多少万人？", "东湖区", "63.2"),
        ("预算科科长是谁？", "陈晓梅", "陈晓梅"),
    ],
)
def test_the_answer_quotes_the_cell(library: Library, question: str, row: str, cell: str) -> None:
    assert row in library.search(question, 1)[0].passage.text
    answer = ask(question, library=library)
    assert cell in answer.text
    citation = answer.citations[0]
    assert citation.document.text[citation.start : citation.end] == citation.quote
    assert row in citation.passage.text


def test_a_slide_is_a_page_without_a_picture(library: Library) -> None:
    (deck,) = (entry for entry in library.documents() if entry.path == "汇报.pptx" or "各区县" in entry.text)
    assert library.search("西山区有几所学校？", 1)[0].passage.page == 1
    with pytest.raises(LibraryError, match="has no pages"):
        library.page_image(deck.id, 1)
