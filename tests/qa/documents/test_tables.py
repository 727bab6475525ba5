"""Tables of every format: rows that name their columns, and the cells found in them."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.documents import ParsedDocument, parse
from qa.documents.model import Kind
from qa.documents.tables import Grid, Merge, render
from tests.qa.documents.test_reading_properties import assert_complete


def lines(rows: list[list[str]], *merges: tuple[int, int, int, int], record: bool = True) -> list[str]:
    return [line.text for line in render(Grid(rows, [Merge(*m) for m in merges], record=record)).lines]


def test_title_unit_and_notes() -> None:
    found = render(
        Grid(
            [
                ["2023年收支表", "", ""],
                ["编制单位：某市财政局", "", "单位：亿元"],
                ["项目", "2022", "2023"],
                ["一般公共预算收入", "1,100.0", "1,234.5"],
                ["基金收入", "—", "301.2"],
                ["注：快报数。", "", ""],
            ],
            record=True,
        ),
        2,
    )
    assert found.title == "2023年收支表"
    assert [(line.kind, line.text) for line in found.lines] == [
        (Kind.HEADING, "2023年收支表"),
        (Kind.TEXT, "编制单位：某市财政局"),
        (Kind.ROW, "一般公共预算收入（单位：亿元）：2022年：1,100.0，2023年：1,234.5"),
        (Kind.ROW, "基金收入（单位：亿元）：2022年：—，2023年：301.2"),
        (Kind.TEXT, "注：快报数。"),
    ]


def test_header_of_two_levels() -> None:
    rows = [
        ["地区", "地区生产总值", "", "人口", ""],
        ["", "总量", "增速", "总量", "增减"],
        ["东湖区", "512.6", "5.8%", "63.2", "0.4"],
    ]
    told = "东湖区：地区生产总值总量：512.6，地区生产总值增速：5.8%，人口总量：63.2，人口增减：0.4"
    assert lines(rows, (0, 0, 2, 1), (0, 1, 1, 3), (0, 3, 1, 5)) == [told]
    assert lines(rows) == [told], "without merged cells, as in a CSV file"


def test_a_row_of_units_belongs_to_the_header() -> None:
    rows = [["年份", "产值", "用电"], ["", "亿元", "万千瓦时"], ["2022", "33", "401"], ["2023", "35", "420"]]
    assert lines(rows) == [
        "2022年：产值（亿元）：33，用电（万千瓦时）：401",
        "2023年：产值（亿元）：35，用电（万千瓦时）：420",
    ]


def test_cells_that_reach_over_rows_and_columns_hold_for_all_of_them() -> None:
    rows = [
        ["区", "街道", "一月", "二月"],
        ["东湖区", "长安街道", "1", "2"],
        ["", "新城街道", "3", ""],
    ]
    assert lines(rows, (1, 0, 3, 1), (2, 2, 3, 4)) == [
        "东湖区（区） 长安街道（街道）：一月：1，二月：2",
        "东湖区（区） 新城街道（街道）：一月、二月：3",
    ]


def test_groups_stand_above_their_rows_up_to_the_total() -> None:
    found = render(
        Grid(
            [["项目", "金额"], ["一、税收", ""], ["增值税", "10"], ["二、非税", ""], ["罚没", "3"], ["合计", "13"]],
            record=True,
        )
    )
    assert [(line.above, line.text) for line in found.lines] == [
        (("一、税收",), "一、税收"),
        (("一、税收",), "增值税：金额：10"),
        (("二、非税",), "二、非税"),
        (("二、非税",), "罚没：金额：3"),
        ((), "合计：金额：13"),
    ]


def test_a_long_row_becomes_several_lines_with_its_name() -> None:
    names = [f"第{i}季度完成投资额" for i in range(60)]
    found = lines([["项目", *names], ["滨河路改造", *(f"{i}.5" for i in range(60))], ["东街", *["1"] * 60]])
    assert len(found) > 2
    assert all(len(line) <= 420 and line.startswith(("滨河路改造：", "东街：")) for line in found)
    assert all(any(f"{name}：{i}.5" in line for line in found) for i, name in enumerate(names))


def test_a_form_is_no_table_with_a_header() -> None:
    rows = [["姓名", "张三", "性别", "男"], ["电话", "13800000000", "邮编", "030000"]]
    assert lines(rows, record=False) == ["姓名\t张三\t性别\t男", "电话\t13800000000\t邮编\t030000"]
    assert lines([["索引号", "A-01"], ["发布日期", "2023-01-01"]], record=False) == [
        "索引号：A-01",
        "发布日期：2023-01-01",
    ]


def test_a_part_below_an_empty_row_keeps_the_header() -> None:
    first = render(Grid([["项目", "2022", "2023"], ["收入", "1", "2"]], record=True))
    second = render(Grid([["支出", "3", "4"]], record=True), before=first.header)
    assert [line.text for line in second.lines] == ["支出：2022年：3，2023年：4"]


def test_a_header_that_is_repeated_is_no_row() -> None:
    rows = [["项目", "金额"], ["路灯", "3.2"], ["项目", "金额"], ["道路", "8.1"]]
    assert lines(rows) == ["路灯：金额：3.2", "道路：金额：8.1"]


def test_a_vast_and_empty_table_is_read_row_by_row() -> None:
    far = [["甲"], *([["乙"]] * 999), ["丙", *[""] * 20_000, "丁"]]
    assert lines(far) == ["甲", *["乙"] * 999, "丙\t丁"]


def test_crafted_merged_areas_cost_nothing() -> None:
    rows = [["项目", "金额"], *([f"项{i}", str(i)] for i in range(2_000))]
    assert lines(rows, *[(1, 0, 10**9, 1)] * 20_000)[-1] == "项1999：金额：1999"


# -- the same table in every format ---------------------------------------------------------------------------

Table = list[list[str]]


def as_csv(table: Table) -> bytes:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows(table)
    return out.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in table:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_docx(table: Table) -> bytes:
    import docx

    document = docx.Document()
    made = document.add_table(rows=len(table), cols=len(table[0]))
    for i, row in enumerate(table):
        for j, cell in enumerate(row):
            made.cell(i, j).text = cell
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pptx(table: Table) -> bytes:
    from pptx import Presentation

    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    made = slide.shapes.add_table(len(table), len(table[0]), 0, 0, 99, 99).table
    for i, row in enumerate(table):
        for j, cell in enumerate(row):
            made.cell(i, j).text = cell
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def as_html(table: Table) -> bytes:
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in table]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>".encode()


def as_md(table: Table) -> bytes:
    first, *rest = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([first, "|---" * len(table[0]) + "|", *rest]).encode()


FORMATS: dict[str, Callable[[Table], bytes]] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "docx": as_docx,
    "pptx": as_pptx,
    "html": as_html,
    "md": as_md,
}

HAN = "工农商贸教卫交通水利林业环保文旅体育民政财税审计统气象"
names_of = st.lists(st.text(HAN, min_size=2, max_size=8), min_size=2, max_size=8, unique=True)
figures = st.one_of(
    st.integers(-99999, 99999).map("{:,}".format),
    st.decimals(0, 9999, places=2).map(str),
    st.decimals(0, 99, places=1).map("{}%".format),
    st.just(""),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns, labels = draw(names_of), draw(names_of)
    body = [[label, *(draw(figures) for _ in columns)] for label in labels]
    # Without a figure in each column and row there is no telling a header, nor a row from a title.
    body[0][1:] = [draw(st.integers(0, 999)).__str__() for _ in columns]
    for row in body:
        row[-1] = row[-1] or "0"
    return [["指标", *columns], *body]


def passages(document: ParsedDocument) -> list[str]:
    return ["\n".join([*p.heading_path, document.text[p.start : p.end]]) for p in document.passages]


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(table=tables())
def test_each_cell_stands_in_a_passage_with_its_row_and_column(form: str, table: Table) -> None:
    document = parse(FORMATS[form](table), f"表.{form}")
    assert_complete(document)
    found = passages(document)
    header, *body = table
    for row in body:
        for name, cell in zip(header[1:], row[1:], strict=True):
            assert not cell or any(row[0] in text and f"{name}：{cell}" in text for text in found)


@settings(max_examples=25, deadline=None)
@given(tables(), st.sampled_from(["utf-8-sig", "utf-16", "gb18030"]), st.sampled_from([",", "\t", ";", "|"]))
def test_neither_encoding_nor_delimiter_makes_a_difference(table: Table, encoding: str, delimiter: str) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(table)
    assert parse(out.getvalue().encode(encoding), "表.csv").text == parse(as_csv(table), "表.csv").text


def test_traditional_tables_in_big5() -> None:
    text = "縣市,人口（萬人）,學校數量\n臺北市,249.4,312\n新北市,403.9,305\n桃園市,228.1,283\n臺中市,281.6,351\n"
    document = parse(text.encode("big5"), "表.csv")
    assert document == parse(text.encode(), "表.csv")
    assert "臺北市（縣市）：人口（萬人）：249.4，學校數量：312" in document.text
