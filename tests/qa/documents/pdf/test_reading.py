"""PDF: reading order, paragraphs over lines and pages, what is left out, what is refused and what is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qa.documents import Limits, ParsedDocument, parse
from qa.documents.pdf import Layout, boxes, lay_out, pdfium
from qa.errors import DocumentError

SENTENCES = [
    "全年实现地区生产总值稳步增长，城乡居民收入继续提高。",
    "新建的三座水厂已经通水，沿河两岸的步道也修好了。",
    "我们坚持把群众的事放在心上，一件接着一件办。",
    "（括号里的话）也要算进去；分号后面还有半句。",
    "他说：“今年的收成比去年好。”",
    "对照计划，各项任务进展顺利！",
]
LONG = "".join(SENTENCES)
HEAD = "青石市水务局年度工作汇编"
TWO = ((70, 286), (310, 526))


def passages(document: ParsedDocument) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages]


def assert_exact(data: bytes, layout: Layout) -> None:
    """Every character of the text is the glyph that it is said to be, on the page that it is said to be on."""
    content = layout.content
    assert len(content.text) == len(layout.glyphs) == len(layout.lines)
    with pdfium.opened(data, "a.pdf") as document:
        for page, start in enumerate(content.page_starts, 1):
            end = content.page_starts[page] if page < layout.pages else len(content.text)
            found = pdfium.glyphs(document, page)
            assert found is not None
            known = {glyph.index: glyph.char for glyph in found.glyphs}
            for i in range(start, end):
                if layout.glyphs[i] >= 0:
                    assert known[layout.glyphs[i]] == content.text[i]
                else:
                    assert content.text[i] in " \n\t"


paragraphs = st.lists(
    st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=9).map("".join), min_size=1, max_size=14
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs, st.booleans(), st.sampled_from(["", "{}", "— {} —", "第{}页"]))
def test_paragraphs_come_back_whole(printer: Any, texts: list[str], head: bool, number: str) -> None:
    # Three pages at least, so that a running head can be seen to be one.
    texts = [LONG * 4, *texts, LONG * 4]
    printed = printer()
    begins = printed.flow(texts, head=HEAD if head else "", number=number, bottom=260)
    data = printed.bytes()
    layout = lay_out(data, "a.pdf")
    assert layout.content.text == "\n".join(texts)
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 1)
    document = parse(data, "a.pdf")
    assert document.text == layout.content.text
    by_start = {p.start: p.page for p in document.passages}
    assert [by_start.get(start, page) for start, page in zip(starts, begins, strict=False)] == begins
    assert_exact(data, layout)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(paragraphs)
# On the last page a paragraph's two closing marks hang over the end of the first column, beside the second.
@example([SENTENCES[0]] * 6 + [SENTENCES[0] * 3 + SENTENCES[2] + (SENTENCES[4] + SENTENCES[5]) + SENTENCES[4]])
def test_two_columns_are_read_one_after_the_other(printer: Any, texts: list[str]) -> None:
    texts = [LONG * 8, *texts, LONG * 3]
    printed = printer(size=9)
    printed.middle(80, "关于城乡供水一体化的两栏文章", 18)
    printed.flow(texts, columns=TWO, first_top=130, bottom=300, number="{}")
    data = printed.bytes()
    layout = lay_out(data, "a.pdf")
    assert layout.content.text == "\n".join(["关于城乡供水一体化的两栏文章", *texts])
    assert_exact(data, layout)


def test_a_passage_that_goes_over_a_page_is_one_and_begins_where_it_begins(printer: Any) -> None:
    printed = printer()
    first = "一、供水情况"
    printed.flow([first, LONG, LONG], bottom=200, head=HEAD, number="- {} -")
    document = parse(printed.bytes(), "a.pdf")
    assert "".join(passages(document)).count(LONG) == 2
    assert len(document.page_starts) == 2
    assert [p.page for p in document.passages if p.start < document.page_starts[1] < p.end] == [1]
    assert {p.heading_path for p in document.passages} == {(first,)}
    assert document.media_type == "application/pdf"


def test_laws_and_notices_have_their_outline(printer: Any) -> None:
    printed = printer()
    printed.line(90, 60, "青石市人民政府文件", 30)
    printed.line(220, 90, "青政发〔2024〕7号")
    printed.middle(130, "青石市人民政府关于印发", 20)
    printed.middle(160, "节约用水管理办法的通知", 20)
    texts = ["各区人民政府，市政府各部门：", "第一章　总则", "第一条　为了节约用水，制定本办法。" + LONG]
    texts += ["第二条　本办法适用于全市。" + LONG, "第二章　用水", "第三条　用水实行计划管理。" + LONG]
    printed.flow(texts, first_top=200)
    document = parse(printed.bytes(), "办法.pdf")
    assert document.title == "青石市人民政府关于印发节约用水管理办法的通知"
    paths = [p.heading_path for p in document.passages]
    assert ("第一章 总则", "第二条") in paths
    assert ("第二章 用水", "第三条") in paths


def test_hyphens_spaces_and_ligatures_of_latin_text(printer: Any) -> None:
    printed = printer()
    lines = [
        "The supply of water to the villages has been a matter of con-",
        "siderable importance since the reform. Well-known and first-",
        "class eﬃcient pumps were bought, and in the end of the year",
        "all of them worked.",
    ]
    for i, line in enumerate(lines):
        printed.line(90, 100 + 18 * i, line.replace("ﬃ", "ffi"), font="Helvetica")
    printed.page()
    data = printed.bytes()
    assert parse(data, "a.pdf").text == (
        "The supply of water to the villages has been a matter of considerable importance since the reform. "
        "Well-known and firstclass efficient pumps were bought, and in the end of the year all of them worked."
    )
    layout = lay_out(data, "a.pdf")
    at = layout.content.text.index("considerable")
    assert len(boxes(data, "a.pdf", layout, 1, [(at, at + 12)])) == 2


def test_tables_keep_their_rows(printer: Any) -> None:
    printed = printer()
    printed.line(90, 100, "各区用水量如下。")
    for i, row in enumerate([("区名", "用水量", "增长"), ("东城区", "3.2", "5.1%"), ("西城区", "2.8", "4.0%")]):
        for j, cell in enumerate(row):
            printed.line(100 + 140 * j, 130 + 20 * i, cell)
    printed.page()
    document = parse(printed.bytes(), "a.pdf")
    assert document.text == "各区用水量如下。\n区名\t用水量\t增长\n东城区\t3.2\t5.1%\n西城区\t2.8\t4.0%"


def test_columns_between_what_stands_across_the_page(printer: Any) -> None:
    printed = printer(size=9)
    for i in range(6):
        printed.line(70, 100 + 14 * i, (LONG * 2)[24 * i : 24 * i + 24])
        printed.line(310, 100 + 14 * i, (LONG * 2)[24 * i + 7 : 24 * i + 31])
    printed.line(70, 230, "表1　各区用水量")
    for i, row in enumerate([("区名", "用水量（万吨）", "说明"), ("东城区", "3.2", "持平")]):
        for j, cell in enumerate(row):
            printed.line(70 + 160 * j, 250 + 20 * i, cell)
    printed.line(70, 300, LONG[:50])
    printed.page()
    printed.line(70, 100, "摘要：" + SENTENCES[0] + SENTENCES[1][:20])
    left, right = (LONG * 2)[:240], (LONG * 2)[240:280]
    for i in range(10):
        printed.line(70, 130 + 14 * i, left[24 * i : 24 * i + 24])
        if right[24 * i : 24 * i + 24]:
            printed.line(310, 130 + 14 * i, right[24 * i : 24 * i + 24])
    printed.page()
    lines = parse(printed.bytes(), "a.pdf").text.split("\n")
    assert lines[0] == (LONG * 2)[:144] + (LONG * 2)[7:151]
    assert lines[-2:] == ["摘要：" + SENTENCES[0] + SENTENCES[1][:20], (LONG * 2)[:280]]
    assert lines[-6:-2] == ["表1　各区用水量", "区名\t用水量（万吨）\t说明", "东城区\t3.2\t持平", LONG[:50]]


def test_lines_of_the_text_that_repeat_are_no_running_heads(printer: Any) -> None:
    printed = printer()
    line = SENTENCES[0][:24] + SENTENCES[1][:11]
    for page in range(1, 5):
        for i in range(20):
            printed.line(90, 100 + 18 * i, line)
        printed.line(290, 800, str(page))
        printed.page()
    assert parse(printed.bytes(), "a.pdf").text == line * 80


def test_notes_at_the_foot_do_not_cut_the_paragraph(printer: Any) -> None:
    printed = printer()
    lines = [(LONG * 3)[i * 35 : i * 35 + 35] for i in range(8)]
    for i, line in enumerate(lines[:4]):
        printed.line(90, 650 + 18 * i, line)
    printed.line(90, 740, "注：数据来自水务局。", 8)
    printed.page()
    for i, line in enumerate(lines[4:]):
        printed.line(90, 100 + 18 * i, line)
    printed.page()
    document = parse(printed.bytes(), "a.pdf")
    assert "".join(lines) in document.text
    assert "注：数据来自水务局。" in document.text.split("\n")


def test_what_repeats_but_is_text_stays(printer: Any) -> None:
    printed = printer()
    for i in range(1, 5):
        printed.line(90, 100, f"附件{i}")
        for j in range(4):
            printed.line(90, 130 + 18 * j, SENTENCES[(i + j) % len(SENTENCES)])
        printed.line(90, 220, str(2020 + i * i))
        printed.page()
    text = parse(printed.bytes(), "a.pdf").text
    assert all(f"附件{i}" in text and str(2020 + i * i) in text for i in range(1, 5))


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_turned_pages_read_like_upright_ones(printer: Any, turn: int) -> None:
    printed = printer()
    if turn != 180:
        printed.canvas.setPageSize((printed.HEIGHT, printed.WIDTH))  # reportlab turns the paper, too
    printed.canvas.setPageRotation(turn)
    printed.flow([LONG, LONG])
    assert parse(printed.bytes(), "a.pdf").text == f"{LONG}\n{LONG}"


def test_text_turned_on_the_page_and_watermarks(printer: Any) -> None:
    printed = printer()
    printed.canvas.saveState()
    printed.canvas.translate(300, 400)
    printed.canvas.rotate(45)
    printed.line(-200, 842, "仅供内部使用", 40)
    printed.canvas.restoreState()
    printed.canvas.saveState()
    printed.canvas.translate(595, 0)
    printed.canvas.rotate(90)
    for i in range(6):
        printed.line(60, 342 + 18 * i, (LONG * 2)[i * 40 : i * 40 + 40])
    printed.canvas.restoreState()
    printed.page()
    assert parse(printed.bytes(), "a.pdf").text == (LONG * 2)[:240]


def test_pages_that_are_pictures_are_named(printer: Any) -> None:
    printed = printer()
    printed.line(90, 100, LONG[:30])
    printed.page()
    for _ in range(2):
        printed.picture(0, 0, 595, 842)
        printed.line(280, 810, "扫描")
        printed.page()
    printed.page()
    printed.line(90, 100, "最后一页的话。")
    printed.page()
    document = parse(printed.bytes(), "a.pdf")
    assert document.warnings == ("pages 2-3 have no text, only a picture: it may be a scan",)
    assert document.text == f"{LONG[:30]}\n最后一页的话。"
    assert [p.page for p in document.passages][-1] in (1, 5)
    assert document.page_starts == (0, 31, 31, 31, 31)


def test_a_scan_is_refused(printer: Any) -> None:
    printed = printer()
    printed.picture(0, 0, 595, 842)
    printed.page()
    with pytest.raises(DocumentError, match="looks like a scan") as caught:
        parse(printed.bytes(), "a.pdf")
    assert "OCR" in caught.value.hint


def garbled(printer: Any, text: str) -> bytes:
    printed = printer()
    printed.line(90, 100, LONG[:30])
    printed.page()
    for i in range(4):
        printed.line(
            60, 100 + 18 * i, text, font="Helvetica" if text.isascii() or text[0] < "\u0250" else "STSong-Light"
        )
    printed.page()
    return bytes(printed.bytes())


@pytest.mark.parametrize(
    "text",
    [
        "全市经济".encode("gb18030").decode("latin-1") * 4,
        "\ue123\ue124\ue125\ue126\ue127" * 4,
        "煢錕斤拷燙鐶鑊鱻龘靐齉爨驫麤" * 2,
    ],
)
def test_pages_whose_text_is_garbled_are_named_and_left_out(printer: Any, text: str) -> None:
    document = parse(garbled(printer, text), "a.pdf")
    (warning,) = document.warnings
    assert warning.startswith("page 2 has text that does not say what the page shows")
    assert document.text == LONG[:30]


def test_passwords(printer: Any) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    for user, opens in (("geheim", False), ("", True)):
        printed = printer(encrypt=StandardEncryption(user, ownerPassword="owner", strength=128))
        printed.line(90, 100, LONG[:30])
        printed.page()
        data = printed.bytes()
        if opens:
            assert parse(data, "a.pdf").text == LONG[:30]
            continue
        with pytest.raises(DocumentError, match="needs a password") as caught:
            parse(data, "a.pdf")
        assert caught.value.hint


def test_damage(printer: Any) -> None:
    printed = printer()
    printed.flow([LONG] * 10)
    data = printed.bytes()
    for broken in (
        b"%PDF-1.7 ...",
        data[: len(data) // 3],
        b"no PDF at all",
        data.replace(b"/Type /Pages", b"/Type /Nothin"),
    ):
        problem = None
        try:
            parse(broken, "a.pdf")
        except DocumentError as error:
            problem = error
        # PDFium mends some files; what it cannot mend is said in one line.
        assert problem is None or ("a.pdf" in problem.message and problem.hint and "\n" not in problem.message)
    with pytest.raises(DocumentError, match="damaged or no PDF"):
        parse(b"%PDF-1.7 ...", "a.pdf")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_read_or_refused_in_one_line(printer: Any, data: st.DataObject) -> None:
    printed = printer(pageCompression=0)
    printed.flow([LONG] * 3)
    whole = bytearray(printed.bytes())
    for _ in range(data.draw(st.integers(1, 30))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    problem, layout = None, None
    try:
        layout = lay_out(bytes(whole), "a.pdf")
    except DocumentError as error:
        problem = error
    assert problem is None or (problem.hint and "\n" not in problem.message)
    assert layout is None or len(layout.content.text) == len(layout.glyphs)


def test_too_long_a_document_is_refused(printer: Any) -> None:
    printed = printer()
    for _ in range(3):
        printed.line(90, 100, "一页。")
        printed.page()
    data = printed.bytes()
    with pytest.raises(DocumentError, match="3 pages; at most 2"):
        parse(data, "a.pdf", Limits(pages=2))
    with pytest.raises(DocumentError, match="takes too long"):
        parse(data, "a.pdf", Limits(pages=3, seconds=-1.0))


def test_scripts_and_embedded_files_are_ignored(printer: Any) -> None:
    from io import BytesIO

    import pypdfium2

    printed = printer(pageCompression=0)
    printed.line(90, 100, LONG[:30])
    printed.page()
    data = printed.bytes().replace(
        b"/Type /Catalog", b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /Type /Catalog"
    )
    with pdfium.opened(data, "a.pdf") as document:
        document.new_attachment("secret.txt").set_data("附件里的字".encode())
        out = BytesIO()
        document.save(out)
    assert b"secret" in out.getvalue() or b"s\x00e\x00c" in out.getvalue()
    read = parse(out.getvalue(), "a.pdf")
    assert (read.text, read.warnings) == (LONG[:30], ())
    assert pypdfium2.PdfDocument(out.getvalue()).count_attachments() == 1


def test_words_drawn_twice_are_read_once(printer: Any) -> None:
    printed = printer()
    for shift in (0, 0.4):
        printed.line(90 + shift, 100, "加粗的标题")
    printed.line(90, 130, LONG[:30])
    printed.page()
    assert parse(printed.bytes(), "a.pdf").text == f"加粗的标题\n{LONG[:30]}"


def test_a_page_made_to_be_slow_is_read_all_the_same(printer: Any) -> None:
    printed = printer(size=1)
    for i in range(6000):
        printed.line(10 + i * 37 % 570, 10 + i * 53 % 800, "字")
    printed.page()
    assert parse(printed.bytes(), "a.pdf").text.count("字") == 6000


def test_a_title_of_two_lines_whose_first_one_looks_like_a_letterhead(printer: Any) -> None:
    printed = printer()
    printed.middle(100, "青石市人民代表大会常务委员会规范性文件", 22)
    printed.middle(132, "备案审查条例", 22)
    printed.flow([LONG, LONG], first_top=180)
    assert parse(printed.bytes(), "条例.pdf").title == "青石市人民代表大会常务委员会规范性文件备案审查条例"
