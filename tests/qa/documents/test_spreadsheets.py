"""Workbooks: each sheet's tables, cells as they are shown, and what a warning says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from qa.documents import ParsedDocument, parse, xlsx
from qa.errors import DocumentError
from tests.qa.documents.test_reading_properties import assert_complete


def saved(*build: Callable[[Any], object]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for step in build:
        step(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with another content of one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in archive.namelist():
            content = archive.read(name)
            made.writestr(name, change(content) if name == part else content)
    return out.getvalue()


def quotes(document: ParsedDocument) -> list[tuple[tuple[str, ...], str]]:
    assert_complete(document)
    return [(p.heading_path, document.text[p.start : p.end]) for p in document.passages]


def finances(book: Any) -> None:
    sheet = book.active
    sheet.title = "收支"
    sheet["A1"] = "2023年全市财政收支情况表"
    sheet.merge_cells("A1:D1")
    sheet["D2"] = "单位：亿元"
    for row in (
        ["项目", 2021, 2022, "2023年"],
        ["一般公共预算收入", 1021.3, 1100, 1234.5],
        ["增长率", 0.071, 0.0771, 0.1223],
    ):
        sheet.append(row)
    for cell in sheet[4][1:]:
        cell.number_format = "#,##0.0"
    for cell in sheet[5][1:]:
        cell.number_format = "0.0%"
    sheet["A6"] = "注：2023年为快报数。"


def projects(book: Any) -> None:
    sheet = book.create_sheet("项目")
    for row in (
        ["项目名称", "开工时间", "投资", None],
        [None, None, "计划", "完成"],
        ["滨河路改造", date(2024, 3, 1), 100, 25],
        ["东街", date(2024, 5, 1), 80, 40],
    ):
        sheet.append(row)
    for area in ("A1:A2", "B1:B2", "C1:D1"):
        sheet.merge_cells(area)
    for at in ("B3", "B4"):
        sheet[at].number_format = 'yyyy"年"m"月"d"日"'


def test_cells_are_read_as_they_are_shown() -> None:
    document = parse(saved(finances), "报表.xlsx")
    assert (document.title, document.date) == ("2023年全市财政收支情况表", "2023")
    assert quotes(document) == [
        (("收支", "2023年全市财政收支情况表"), "收支\n2023年全市财政收支情况表"),
        (
            ("收支", "2023年全市财政收支情况表"),
            "一般公共预算收入（单位：亿元）：2021年：1,021.3，2022年：1,100.0，2023年：1,234.5",
        ),
        (("收支", "2023年全市财政收支情况表"), "增长率（单位：亿元）：2021年：7.1%，2022年：7.7%，2023年：12.2%"),
        (("收支", "2023年全市财政收支情况表"), "注：2023年为快报数。"),
    ]
    assert document.warnings == ()


def test_sheets_are_headings_and_merged_headers_are_joined() -> None:
    document = parse(saved(finances, projects), "报表.xlsx")
    assert document.title == "报表"
    found = quotes(document)
    assert {path for path, _ in found} == {("收支", "2023年全市财政收支情况表"), ("项目",)}
    assert found[-3:] == [
        (("项目",), "项目"),
        (("项目",), "滨河路改造（项目名称）：开工时间：2024年3月1日，投资计划：100，投资完成：25"),
        (("项目",), "东街（项目名称）：开工时间：2024年5月1日，投资计划：80，投资完成：40"),
    ]


def test_tables_of_one_sheet_are_told_apart() -> None:
    def build(book: Any) -> None:
        for row in (["品名", "价格"], ["甲", 1], [], ["城市", "人口"], ["乙城", 2], [], ["丙城", 3]):
            book.active.append(row)

    assert parse(saved(build), "a.xlsx").text == ("甲（品名）：价格：1\n乙城（城市）：人口：2\n丙城（城市）：人口：3")


def test_a_title_above_an_empty_row_is_the_tables() -> None:
    def build(book: Any) -> None:
        for row in (["收支表"], [], [None, "单位：万元"], [], ["项目", "金额"], ["甲", 1], [], ["注：快报数。"]):
            book.active.append(row)

    document = parse(saved(build), "a.xlsx")
    assert document.title == "收支表"
    assert document.text == "收支表\n甲（单位：万元）：金额：1\n注：快报数。"


def test_what_is_hidden_or_not_calculated_is_said() -> None:
    def build(book: Any) -> None:
        finances(book)
        projects(book)
        book["项目"].sheet_state = "hidden"
        book["项目"].row_dimensions[4].hidden = True
        book["收支"]["B5"] = "=B4/100"
        book["收支"]["C5"] = "=C4/100"

    document = parse(saved(build), "报表.xlsx")
    assert "东街" in document.text
    assert "=B4" not in document.text
    assert document.warnings == (
        "2 formulas have no stored result: their cells are empty",
        "hidden sheets were read too: 项目",
        "1 hidden rows and columns were read too",
    )


def test_a_stored_result_is_read() -> None:
    data = changed(
        saved(finances),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<v>1234.5</v>", b'<f>WEBSERVICE("http://example.org")</f><v>4321.5</v>'),
    )
    assert "2023年：4,321.5" in parse(data, "a.xlsx").text


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "_rels/.rels": f'<Relationships><Relationship Id="r" Type="{OFFICE}/officeDocument" Target="xl/book.xml"/>'
    "</Relationships>",
    "xl/book.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="1"/><sheets>'
    '<sheet name="表一" r:id="a"/><sheet name="图" r:id="d"/><sheet name="外" r:id="e"/></sheets></workbook>',
    "xl/_rels/book.xml.rels": f'<Relationships><Relationship Id="a" Type="{OFFICE}/worksheet" Target="/xl/one.xml"/>'
    f'<Relationship Id="b" Type="{OFFICE}/sharedStrings" Target="strings.xml"/>'
    f'<Relationship Id="d" Type="{OFFICE}/chartsheet" Target="chart.xml"/>'
    f'<Relationship Id="e" Type="{OFFICE}/worksheet" Target="file:///etc/passwd" TargetMode="External"/>'
    "</Relationships>",
    "xl/strings.xml": f'<sst xmlns="{MAIN}"><si><t>品名</t></si>'
    "<si><r><t>价</t></r><r><t>格</t></r><rPh><t>jia</t></rPh></si><si><t>甲</t></si></sst>",
    "xl/one.xml": f'<worksheet xmlns="{MAIN}"><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
    '<row><c t="s"><v>2</v></c><c t="str"><f>A1</f><v>五元</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row>'
    "</sheetData></worksheet>",
}


def by_hand(**other: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in PARTS.items():
            made.writestr(name, other.get(name.rpartition("/")[2].partition(".")[0], content))
    return out.getvalue()


def test_shared_strings_and_cells_without_places() -> None:
    assert parse(by_hand(), "a.xlsx").text == "表一\n甲（品名）：价格：五元，TRUE，#N/A"


@pytest.mark.parametrize(
    "other",
    [
        {"strings": PARTS["xl/strings.xml"].replace("</si>", "", 1)},
        {"one": PARTS["xl/one.xml"].replace("<v>2</v>", "<v>two</v>")},
        {"one": PARTS["xl/one.xml"].replace("</worksheet>", "")},
    ],
)
def test_damaged_parts_are_told_in_one_line(other: dict[str, str]) -> None:
    with pytest.raises(DocumentError, match=r"a\.xlsx is damaged or no workbook\."):
        parse(by_hand(**other), "a.xlsx")


def test_a_million_empty_rows_are_nothing() -> None:
    def build(book: Any) -> None:
        finances(book)
        book.active["XFD1048576"] = "末尾"

    rows = b"".join(b'<row r="%d" s="1" customFormat="1"><c r="B%d" s="1"/></row>' % (i, i) for i in range(7, 20_000))
    data = changed(
        saved(finances), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")
    )
    assert parse(data, "a.xlsx") == parse(saved(finances), "a.xlsx")
    assert parse(saved(build), "a.xlsx").text == parse(saved(finances), "a.xlsx").text + "\n末尾"


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_CELLS", 10)
    with pytest.raises(DocumentError, match="more than 10 cells"):
        parse(saved(finances), "a.xlsx")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", b"</row>", b"</rov>"),
        ("xl/worksheets/sheet1.xml", b'<row r="1"', b'<row r="x"'),
        ("xl/worksheets/sheet1.xml", b'<row r="1"', b'<row r="99999999"'),
        ("xl/workbook.xml", b"<workbook", b"<werkbook"),
        ("xl/workbook.xml", b"workbook", b"document"),
        ("xl/styles.xml", b'numFmtId="', b'numFmtId="x'),
        ("xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet1.xml", b"/xl/worksheets/none.xml"),
    ],
)
def test_damage_is_told_in_one_line(part: str, old: bytes, new: bytes) -> None:
    data = saved(finances)
    broken = changed(data, part, lambda xml: xml.replace(old, new))
    assert broken != data
    with pytest.raises(DocumentError, match=r"a\.xlsx is damaged or no workbook\.") as caught:
        parse(broken, "a.xlsx")
    assert caught.value.hint
