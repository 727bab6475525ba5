"""Letters recognised in pictures of pages: what was printed comes back, in its order, and is said to be recognised."""

from __future__ import annotations

import difflib
import importlib.util
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from qa import Library, LibraryError
from qa.documents import WITH_OCR, Limits, parse, pdf
from qa.documents.isolation import shared_reader
from qa.documents.limits import held
from qa.documents.pdf import recognition
from qa.documents.pdf.pages import Pages, text_digest
from qa.errors import DocumentError

TEXTS = [
    "青石镇二〇二三年国民经济和社会发展统计公报由镇人民政府办公室于三月五日发布，全文共分为六个部分。",
    "2023年，全镇粮食总产量38.7万吨，比上年增长3.2%；新建农村公路126公里，改造老旧小区12个。",
    "全年一般公共预算收入15.84亿元，其中税收收入11.02亿元；城镇新增就业2,360人，登记失业率为3.1%。",
]

needs_ocr = pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="needs the extra 'ocr'")


@pytest.fixture(scope="module")
def scan(printer: Any) -> bytes:
    """Two pages of printed text as pictures, as a scanner gives them."""
    printed = printer()
    printed.flow(TEXTS[:2])
    printed.flow(TEXTS[2:])
    data = bytes(printed.bytes())
    pages = []
    for number in (1, 2):
        made = pdf.picture(data, "a.pdf", number, 1240)
        assert made is not None
        pages.append(Image.open(BytesIO(made.png)).convert("L"))
    if min(page.getextrema()[0] for page in pages) > 200:
        pytest.skip("no font here that shows Chinese")
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=150)
    return out.getvalue()


@needs_ocr
@pytest.mark.slow
def test_a_scan_is_read_where_it_is_wanted(scan: bytes, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="looks like a scan"):
        parse(scan, "扫描.pdf")
    with Library.open(tmp_path / "library", limits=WITH_OCR) as library:
        (added,) = library.add_bytes(scan, "扫描.pdf").added
        assert added.warnings == ("pages 1-2 have text that was recognised in a picture: compare quotes with the page",)
        (document,) = library.documents()
        said, printed = document.text.replace("\n", ""), "".join(TEXTS)
        assert difflib.SequenceMatcher(None, said, printed, autojunk=False).ratio() > 0.98
        for figure in ("38.7万吨", "3.2%", "126公里", "15.84亿元", "11.02亿元"):
            assert figure in said
        at = document.text.index("15.84亿元")
        assert library.page_of(document.id, at) == 2
        # The page is shown; where its words stand is not known to PDFium.
        shown = library.page_image(document.id, 2, spans=[(at, at + 7)])
        assert shown.png
        assert shown.boxes == ()
        assert any("38.7万吨" in hit.passage.text for hit in library.search("粮食总产量是多少？", 3))


@pytest.mark.parametrize("limits", [Limits(), WITH_OCR], ids=["as the window reads", "as --ocr reads"])
def test_a_page_is_shown_without_recognising_it_once_more(
    scan: bytes, monkeypatch: pytest.MonkeyPatch, limits: Limits
) -> None:
    monkeypatch.setattr(recognition, "_engine", lambda: pytest.fail("nothing is to be recognised"))
    with held(limits):
        shown, png = Pages().shown(scan, "扫描.pdf", 2, 300, [(0, 7)], text_digest(TEXTS[2]))
    assert (shown.pages, shown.width, shown.boxes) == (2, 300, ())
    assert png.startswith(b"\x89PNG")


def test_pages_with_text_of_their_own_are_read_as_ever(printer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = printer()
    printed.flow(TEXTS)
    data = bytes(printed.bytes())
    monkeypatch.setattr(recognition, "_engine", lambda: pytest.fail("nothing is to be recognised"))
    assert parse(data, "a.pdf", Limits(ocr=True)) == parse(data, "a.pdf")


def test_without_the_extra_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "find_spec", lambda name: None)
    with pytest.raises(LibraryError, match="cannot be recognised") as caught:
        Library.open(tmp_path / "library", limits=WITH_OCR)
    assert "yinda[ocr]" in caught.value.hint
    assert not (tmp_path / "library").exists()


def test_the_letters_of_a_line_stand_over_its_box() -> None:
    glyphs = recognition._spread("增长 3.2%", 100.0, 190.0, 50.0, 62.0)
    assert "".join(glyph.char for glyph in glyphs) == "增长3.2%"
    assert [glyph.spaced for glyph in glyphs] == [False, False, True, False, False, False]
    assert (glyphs[0].x0, glyphs[-1].x1) == (100.0, 190.0)
    assert all(left.x1 <= right.x0 for left, right in pairwise(glyphs))
    assert {glyph.index for glyph in glyphs} == {-1}


def test_one_process_does_not_serve_both_ways_of_reading() -> None:
    assert shared_reader(WITH_OCR) is not shared_reader()
