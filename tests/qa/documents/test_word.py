"""Word documents: notes, numbers that Word sets itself, tables with merged cells."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from qa.documents import parse
from qa.documents.numbering import in_form
from tests.qa.documents.test_formats import LONG, word
from tests.qa.documents.test_reading_properties import assert_complete

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_parts(data: bytes, body: str, **parts: str) -> bytes:
    """The same document with another body, and parts of these kinds (footnotes, endnotes, numbering)."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    xml = held["word/document.xml"].decode()
    start, end = xml.index("<w:body>") + len("<w:body>"), xml.index("<w:sectPr")
    held["word/document.xml"] = (xml[:start] + body + xml[end:]).encode()
    for kind, content in parts.items():
        held[f"word/{kind}.xml"] = content.encode()
        rels = held["word/_rels/document.xml.rels"].decode()
        if f"/{kind}" not in rels:
            relation = f'<Relationship Id="x{kind}" Type="{OFFICE}/{kind}" Target="{kind}.xml"/>'
            held["word/_rels/document.xml.rels"] = rels.replace(
                "</Relationships>", f"{relation}</Relationships>"
            ).encode()
            types = held["[Content_Types].xml"].decode()
            override = (
                f'<Override PartName="/word/{kind}.xml" ContentType="application/vnd.openxmlformats-officedocument'
                f'.wordprocessingml.{kind}+xml"/>'
            )
            held["[Content_Types].xml"] = types.replace("</Types>", f"{override}</Types>").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in held.items():
            archive.writestr(name, content)
    return out.getvalue()


def paragraph(text: str, properties: str = "", behind: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r>{behind}</w:p>"


def note(kind: str, identifier: int, text: str, properties: str = "") -> str:
    return f'<w:{kind} w:id="{identifier}" {properties}>{paragraph(text)}</w:{kind}>'


def test_notes_stand_behind_what_refers_to_them() -> None:
    refers = '<w:r><w:{0}Reference w:id="{1}"/></w:r>'
    body = (
        paragraph(LONG, behind=refers.format("footnote", 2) + refers.format("endnote", 2))
        + paragraph("第二段。", behind=refers.format("footnote", 3))
        + f"<w:tbl><w:tr><w:tc>{paragraph('格', behind=refers.format('footnote', 4))}</w:tc></w:tr></w:tbl>"
        + paragraph("末段。")
    )
    footnotes = (
        note("footnote", -1, "分隔", 'w:type="separator"'),
        *(
            note("footnote", i, text)
            for i, text in ((2, "口径为全市。"), (3, "按可比价。"), (4, "表里的注。"), (9, "无引用。"))
        ),
    )
    data = with_parts(
        word(),
        body,
        footnotes=f"<w:footnotes {W}>{''.join(footnotes)}</w:footnotes>",
        endnotes=f"<w:endnotes {W}>{note('endnote', 2, '见统计年鉴。')}</w:endnotes>",
    )
    document = parse(data, "a.docx")
    assert_complete(document)
    assert document.text == (
        f"{LONG}\n脚注1：口径为全市。\n尾注1：见统计年鉴。\n第二段。\n脚注2：按可比价。\n格\n脚注3：表里的注。\n末段。"
    )


def levels(*forms: tuple[str, str]) -> str:
    return "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(forms)
    )


def test_the_numbers_that_word_sets_are_read() -> None:
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">'
        + levels(("chineseCountingThousand", "%1、"), ("decimal", "（%2）"), ("decimal", "%2.%3"))
        + '</w:abstractNum><w:abstractNum w:abstractNumId="8">'
        + levels(("bullet", "•"))
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'
        + '<w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num>'
        + '<w:num w:numId="3"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>'
        + "</w:lvlOverride></w:num></w:numbering>"
    )

    def item(text: str, number: int, level: int = 0) -> str:
        return paragraph(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')

    body = (
        item("总体要求", 1)
        + item("原则", 1, 1)
        + item("目标", 1, 1)
        + item("细目", 1, 2)
        + item("圆点", 2)
        + item("", 1)
        + item("重点任务", 1)
        + item("任务甲", 1, 1)
        + item("另起", 3)
        + item("不编号", 0)
    )
    assert parse(with_parts(word(), body, numbering=numbering), "a.docx").text.split("\n") == [
        *(
            "一、总体要求",
            "（1）原则",
            "（2）目标",
            "2.1 细目",
            "圆点",
            "",
            "二、重点任务",
            "（1）任务甲",
            "一、另起",
            "不编号",
        )
    ]


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (10, "chineseCounting", "十"),
        (12, "chineseCountingThousand", "十二"),
        (20, "japaneseCounting", "二十"),
        (105, "chineseCountingThousand", "一百零五"),
        (110, "chineseCountingThousand", "一百一十"),
        (1001, "chineseCountingThousand", "一千零一"),
        (20, "ideographDigital", "二〇"),
        (27, "upperLetter", "AA"),
        (9, "lowerRoman", "ix"),
        (3, "decimalEnclosedCircle", "③"),
        (2, "ideographTraditional", "乙"),
        (12, "decimalFullWidth", "１２"),
        (4, "cardinalText", "4"),
        (0, "upperLetter", "0"),
    ],
)
def test_forms_of_numbers(number: int, form: str, text: str) -> None:
    assert in_form(number, form) == text


def test_merged_cells_of_a_table() -> None:
    def table(document: Any) -> None:
        made = document.add_table(rows=4, cols=4)
        for i, text in enumerate(
            ["地区", "指标", "数值", "", "", "", "2022年", "2023年", "东湖区", "产值", "10", "12", "", "人口", "3", "4"]
        ):
            made.cell(i // 4, i % 4).text = text
        for first, last in (((0, 0), (1, 0)), ((0, 1), (1, 1)), ((0, 2), (0, 3)), ((2, 0), (3, 0))):
            made.cell(*first).merge(made.cell(*last))

    document = parse(word(table), "a.docx")
    assert document.text == "东湖区 产值：数值2022年：10，数值2023年：12\n东湖区 人口：数值2022年：3，数值2023年：4"


def test_the_title_of_a_table_does_not_reach_over_it() -> None:
    def table(document: Any) -> None:
        made = document.add_table(rows=3, cols=2)
        for i, text in enumerate(["附表一", "", "品名", "价格", "甲", "1"]):
            made.cell(i // 2, i % 2).text = text
        made.cell(0, 0).merge(made.cell(0, 1))

    document = parse(word(lambda d: d.add_paragraph(LONG), table, lambda d: d.add_paragraph(LONG)), "a.docx")
    assert [p.heading_path for p in document.passages] == [(), ("附表一",), ("附表一",), ()]
    assert document.text.split("\n")[1:3] == ["附表一", "甲（品名）：价格：1"]
