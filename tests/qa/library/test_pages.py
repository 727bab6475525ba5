"""Pages of PDF documents in a Library: pictures with boxes, the page of a quote, and what could not be read."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from embeddings import Embedder
from qa import Box, Hit, Library, LibraryError, PageImage, answer_from
from qa.documents.isolation import IsolatedReader, shared_reader
from qa.documents.limits import Limits
from qa.errors import DocumentError
from qa.reader.base import Candidate
from qa.terminal import show_report

SENTENCE = "沿河两岸的步道已经修好，新建的三座水厂也都通了水。"
FACTS = [f"{SENTENCE * 5}第{n}座水厂由{name}管理，每天供水{n}万吨。" for n, name in enumerate("甲乙丙丁", 1)]


@pytest.fixture
def library(tmp_path: Path, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path / "library", model=embedder) as opened:
        yield opened


@pytest.fixture
def report(printer: Any) -> bytes:
    """A report of several pages, with a running head, page numbers and a scanned page at the end."""
    printed = printer()
    printed.flow(FACTS * 3, head="青石市水务局年度工作汇编", number="— {} —", bottom=260)
    printed.picture(0, 0, 595, 842)
    printed.page()
    return bytes(printed.bytes())


def test_a_quote_is_shown_on_its_page(library: Library, report: bytes) -> None:
    (added,) = library.add_bytes(report, "报告.pdf").added
    assert added.document_id is not None
    document = library.document(added.document_id)
    pages = library.page_image(document.id, 1).pages
    assert added.warnings == (f"page {pages} has no text, only a picture: it may be a scan",)
    assert document.media_type == "application/pdf"
    # Every sentence, wherever it lies: each page shows the part of it that stands there.
    at = document.text.find("座水厂由")
    while at >= 0:
        span = (at - 2, at + 16)
        first, last = (library.page_of(document.id, offset) for offset in (span[0], span[1] - 1))
        assert first is not None
        assert last is not None
        for page in range(1, pages + 1):
            shown = library.page_image(document.id, page, spans=[span], width=300)
            assert bool(shown.boxes) == (first <= page <= last)
            assert all(0 <= b.left < b.right <= 1 and 0 <= b.top < b.bottom <= 1 for b in shown.boxes)
        at = document.text.find("座水厂由", at + 1)
    passages = library.passages(document.id)
    assert all(p.page == library.page_of(document.id, p.start) for p in passages)
    assert any(library.page_of(document.id, p.end - 1) != p.page for p in passages)
    shown = library.page_image(document.id, 2, width=640)
    assert isinstance(shown, PageImage)
    assert (shown.width, shown.boxes) == (640, ())
    assert Image.open(BytesIO(shown.png)).size == (shown.width, shown.height)


def test_a_citation_is_on_the_page_of_its_quote(library: Library, report: bytes) -> None:
    (added,) = library.add_bytes(report, "报告.pdf").added
    document = library.document(added.document_id or "")
    passages = library.passages(document.id)
    crossing = next(p for p in passages if library.page_of(document.id, p.end - 1) != p.page)
    hit = replace(library.search(FACTS[0], 1)[0], passage=crossing)

    class Last:
        """Reads the last three characters of a passage as the answer."""

        name = identity = "last"
        threshold = 0.5

        def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
            return [Candidate(h, h.passage.end - 3, h.passage.end, h.passage.text[-3:], 0.9) for h in hits]

    answer = answer_from("每天供水多少？", [hit], library=library, reader=Last())
    (citation,) = answer.citations
    assert crossing.page is not None
    assert citation.page == library.page_of(document.id, citation.start) == crossing.page + 1
    assert answer.to_dict()["citations"][0]["page"] == citation.page
    assert library.page_image(document.id, citation.page, spans=[(citation.start, citation.end)]).boxes


def test_the_command_line_says_what_could_not_be_read(
    library: Library, report: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    show_report(library.add_bytes(report, "报告.pdf"))
    shown = capsys.readouterr()
    assert "1 added" in shown.out
    assert shown.err.startswith("yinda: 报告.pdf: page ")
    assert "no text, only a picture" in shown.err


def test_what_cannot_be_shown_is_said(library: Library, report: bytes) -> None:
    library.add_bytes(report, "报告.pdf")
    library.add_bytes("没有页的文字。".encode(), "a.txt")
    paged, plain = library.documents()
    pages = library.page_image(paged.id, 1).pages
    for document, page, width, says in (
        (plain.id, 1, 1000, "has no pages"),
        (paged.id, 0, 1000, "no page 0"),
        (paged.id, pages + 1, 1000, f"no page {pages + 1}"),
        (paged.id, 1, 0, "pixels wide"),
        (paged.id, 1, 100_000, "pixels wide"),
        ("nothing", 1, 1000, "no document"),
    ):
        with pytest.raises(LibraryError, match=says) as caught:
            library.page_image(document, page, width=width)
        assert caught.value.hint
    assert library.page_of(plain.id, 0) is None


def test_pages_go_with_their_document(library: Library, report: bytes, tmp_path: Path, printer: Any) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(report)
    (added,) = library.add(tmp_path / "报告.pdf").added
    assert added.document_id is not None
    assert library.page_of(added.document_id, 2000) != 1
    printed = printer()
    printed.flow(["短了的报告，只有一页。"])
    path.write_bytes(printed.bytes())
    assert library.update().replaced[0].document_id == added.document_id
    assert library.page_of(added.document_id, 2000) == 1
    library.remove(added.document_id)
    assert library.page_of(added.document_id, 0) is None
    assert library.problems() == []


def test_pages_are_not_drawn_in_the_librarys_own_process(library: Library, report: bytes) -> None:
    library.add_bytes(report, "报告.pdf")
    code = (
        "import sys; from qa import Library\n"
        f"with Library.open({str(library.folder)!r}) as library:\n"
        "    (document,) = library.documents()\n"
        "    assert library.page_image(document.id, 1, spans=[(0, 20)]).boxes\n"
        "assert not [name for name in sys.modules if name.startswith('pypdfium2')]\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)


def test_many_may_ask_for_pages_at_the_same_time(library: Library, report: bytes) -> None:
    library.add_bytes(report, "报告.pdf")
    (document,) = library.documents()
    results: list[tuple[Box, ...]] = []

    def show() -> None:
        results.append(library.page_image(document.id, 2, spans=[(0, 10**9)], width=100).boxes)

    threads = [threading.Thread(target=show) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert len(set(results)) == 1
    assert results[0]


def test_boxes_are_left_out_where_the_text_was_read_in_another_way(library: Library, report: bytes) -> None:
    library.add_bytes(report, "报告.pdf")
    (document,) = library.documents()
    reader = shared_reader()
    assert reader.page(report, "报告.pdf", 1, 100, [(0, 50)], document.text)[0].boxes
    shown, png = reader.page(report, "报告.pdf", 1, 100, [(0, 50)], document.text + "。")
    assert png
    assert shown.boxes == ()


def test_a_page_that_takes_too_long_is_given_up(report: bytes) -> None:
    reader = IsolatedReader(Limits(seconds=0.001))
    with pytest.raises(DocumentError, match="takes longer"):
        reader.page(report, "报告.pdf", 1, 4000, [(0, 50)], "")
    reader.close()


def test_a_folder_with_pdfs_is_walked(library: Library, report: bytes, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "报告.PDF").write_bytes(report)
    (tmp_path / "files" / "扫描.pdf").write_bytes(b"%PDF-1.7 broken")
    result = library.add(tmp_path / "files")
    assert [Path(a.path).name for a in result.added] == ["报告.PDF"]
    assert "damaged" in result.failed[0].reason
