"""Presentations: slides, their titles, the order of what is on them, tables and notes."""

from __future__ import annotations

import io
from typing import Any

import pytest

from qa.documents import parse, pptx
from qa.errors import DocumentError
from tests.qa.documents.test_reading_properties import assert_complete


def deck() -> Any:
    from pptx import Presentation

    return Presentation()


def saved(presentation: Any) -> bytes:
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def box(slide: Any, text: str, left: float, top: float) -> None:
    from pptx.util import Inches

    made = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(3), Inches(1))
    made.text_frame.text = text


def full() -> Any:
    from pptx.util import Inches

    made = deck()
    first = made.slides.add_slide(made.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = "2023年工作汇报", "某市财政局"
    second = made.slides.add_slide(made.slide_layouts[5])
    box(second, "右边的话。", 5, 2)
    box(second, "左边的话。", 1, 2)
    box(second, "底下的话。", 1, 6)
    box(second, "下一行的话。", 1, 3)
    table = second.shapes.add_table(3, 3, Inches(1), Inches(4.2), Inches(6), Inches(1.5)).table
    for i, text in enumerate(["项目", "2022年", "2023年", "收入", "1,100", "1,234", "支出", "1,600", "1,700"]):
        table.cell(i // 3, i % 3).text = text
    second.shapes.title.text = "财政收支"
    second.notes_slide.notes_text_frame.text = "这里要强调增速。"
    made.slides.add_slide(made.slide_layouts[6])
    last = made.slides.add_slide(made.slide_layouts[6])
    box(last, "这一页没有标题，只有一句话。", 1, 1)
    last._element.set("show", "0")
    return made


def test_slides_are_pages_and_their_titles_headings() -> None:
    document = parse(saved(full()), "汇报.pptx")
    assert_complete(document)
    assert (document.title, document.date) == ("2023年工作汇报", "2023")
    assert [(p.page, p.heading_path, document.text[p.start : p.end]) for p in document.passages] == [
        (1, ("2023年工作汇报",), "2023年工作汇报\n某市财政局"),
        (2, ("财政收支",), "财政收支\n左边的话。\n右边的话。\n下一行的话。"),
        (2, ("财政收支",), "收入：2022年：1,100，2023年：1,234"),
        (2, ("财政收支",), "支出：2022年：1,600，2023年：1,700"),
        (2, ("财政收支",), "底下的话。\n备注：这里要强调增速。"),
        (4, ("第4页",), "第4页\n这一页没有标题，只有一句话。"),
    ]
    assert document.warnings == ("hidden slides were read too: 4",)
    assert len(document.page_starts) == 4
    assert list(document.page_starts) == sorted(document.page_starts)


def test_merged_cells_and_groups() -> None:
    from pptx.util import Inches

    made = deck()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "进度"
    table = slide.shapes.add_table(3, 3, Inches(1), Inches(1), Inches(6), Inches(1)).table
    for i, text in enumerate(["区", "投资", "", "", "计划", "完成", "东湖区", "10", "8"]):
        table.cell(i // 3, i % 3).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(5), Inches(1), Inches(1)).text_frame.text = "组里的话"
    text = parse(saved(made), "a.pptx").text
    assert "东湖区（区）：投资计划：10，投资完成：8" in text
    assert "组里的话" in text


def test_too_many_slides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pptx, "MAX_SLIDES", 3)
    with pytest.raises(DocumentError, match="more than 3 slides"):
        parse(saved(full()), "a.pptx")


def test_damage_is_told_in_one_line() -> None:
    from tests.qa.documents.test_spreadsheets import changed

    for part, old in (
        ("ppt/slides/slide2.xml", b"</p:sp>"),
        ("ppt/presentation.xml", b"<p:presentation"),
        ("ppt/notesSlides/notesSlide1.xml", b"</p:notes>"),
    ):
        data = changed(saved(full()), part, lambda xml, old=old: xml.replace(old, b"<"))  # type: ignore[misc]
        with pytest.raises(DocumentError, match=r"a\.pptx is damaged or no presentation\."):
            parse(data, "a.pptx")
