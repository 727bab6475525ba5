"""PDF: the text in reading order without running heads, and where each character stands on its page.

``read`` gives what every format's reader gives. ``lay_out`` gives the same with the map from the text's offsets to
the pages' glyphs, from which ``boxes`` finds an answer's place and ``picture`` shows its page.
"""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from qa.documents import limits
from qa.documents.model import Block, Content, Kind, Metadata
from qa.documents.pdf import pdfium
from qa.documents.pdf.condition import RECOGNISABLE, UNREADABLE, Condition, condition, warnings
from qa.documents.pdf.furniture import furniture
from qa.documents.pdf.lines import Gutter, Line, is_wide, page_lines
from qa.documents.pdf.paragraphs import Paragraph, joint, paragraphs
from qa.documents.pdf.recognition import recognised
from qa.errors import DocumentError

__all__ = [
    "Layout",
    "PageBox",
    "Picture",
    "boxes",
    "count_pages",
    "lay_out",
    "picture",
    "read",
]


_TITLE_SIZE = 1.2
_LETTERHEAD = re.compile(r".*(?:文件|简报|公报|公告|函件|内部资料)$|.*[〔\[（(][12][0-9]{3}[〕\]）)]\s*[0-9]+\s*号")

PageBox = tuple[float, float, float, float]
"""Left, top, right and bottom, as shares of the page as it is seen, 0..1 from its top left corner."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A PDF's text with the place of each character.

    ``glyphs[i]`` is PDFium's number of the glyph behind ``content.text[i]`` on its page, -1 where there is none (line
    breaks, spaces put in); ``lines[i]`` numbers the line that it stands in.
    """

    content: Content
    glyphs: array[int]
    lines: array[int]

    @property
    def pages(self) -> int:
        """The number of pages."""
        return len(self.content.page_starts)


def read(data: bytes, name: str) -> Content:
    """Text, blocks, pages and warnings of a PDF.

    Raises ``DocumentError`` when it is damaged, needs a password, is too long, or no page has text.
    """
    return lay_out(data, name).content


def lay_out(data: bytes, name: str) -> Layout:
    """The same with the map from offsets to glyphs; two calls with the same bytes give the same."""
    begun, bounds = time.monotonic(), limits.current()
    pages: dict[int, list[Line]] = {}
    heights: dict[int, float] = {}
    conditions: list[Condition] = []
    gutters: list[Gutter] = []
    column = 0
    with pdfium.opened(data, name) as document:
        count = len(document)
        if count > bounds.pages:
            raise DocumentError(
                f"{name} has {count:,} pages; at most {bounds.pages:,} are read.", "Split it into parts."
            )
        for number in range(1, count + 1):
            if time.monotonic() - begun > bounds.seconds:
                raise DocumentError(
                    f"{name} takes too long to read: page {number} of {count} after {bounds.seconds:.0f} seconds.",
                    "Split it into parts, or print it to a new PDF.",
                )
            page = pdfium.glyphs(document, number)
            conditions.append(condition(page))
            if page is not None and bounds.ocr and conditions[-1] in RECOGNISABLE:
                page = recognised(document, number, page.size)
                conditions[-1] = Condition.RECOGNISED if page.glyphs else conditions[-1]
            if page is None or conditions[-1] in UNREADABLE:
                continue
            lines = page_lines(page.glyphs, number, column, gutters)
            if lines:
                pages[number] = lines
                column = lines[-1].column + 1
                heights[number] = page.size[lines[0].turn in (0, 180)]
    if not pages:
        raise _without_text(name, conditions)
    taken = furniture(pages, heights)
    kept = [line for lines in pages.values() for line in lines if id(line) not in taken]
    if not kept:
        kept = [line for lines in pages.values() for line in lines]
    return _written(paragraphs(kept), count, warnings(conditions))


def _without_text(name: str, conditions: Sequence[Condition]) -> DocumentError:
    if Condition.SCAN in conditions:
        return DocumentError(
            f"{name} holds no text, only pictures of its pages: it looks like a scan.",
            "Let Yinda recognise its letters (OCR): yinda add --ocr, with the extra 'ocr' installed.",
        )
    if Condition.GARBLED in conditions:
        return DocumentError(
            f"{name} holds no text that can be read: its fonts do not say which characters they show.",
            "Run it through an OCR program, or add the file that it was made from.",
        )
    if Condition.DRAWN in conditions:
        return DocumentError(
            f"{name} holds no text, only drawings: its letters may have been turned into lines.",
            "Run it through an OCR program, or add the file that it was made from.",
        )
    if Condition.BROKEN in conditions:
        return DocumentError(f"{name} is damaged: none of its pages can be read.", "Fetch it anew, or save it again.")
    return DocumentError(f"{name} is empty: it holds no text.", "Check that the file was saved completely.")


def _written(found: Sequence[Paragraph], count: int, said: tuple[str, ...]) -> Layout:
    text: list[str] = []
    glyphs, lines = array("i"), array("i")
    blocks: list[Block] = []
    starts: list[int] = []
    number = 0

    def put(piece: str, indices: Sequence[int]) -> None:
        text.extend(piece)
        glyphs.extend(indices)
        lines.extend([number] * len(piece))

    for paragraph in found:
        if text:
            put("\n", [-1])
        start = len(text)
        chinese = 2 * sum(map(is_wide, paragraph.lines[0].text)) > len(paragraph.lines[0].text)
        for line in paragraph.lines:
            if len(text) > start:
                drop, between = joint("".join(text[max(start, len(text) - 2) :]), line.text, chinese=chinese)
                if drop:
                    text.pop(), glyphs.pop(), lines.pop()
                put(between, [-1] * len(between))
            # Pages without text of their own begin where the next one does.
            starts += [len(text)] * (line.page - len(starts))
            number += 1
            put(line.text, line.indices)
        kind = Kind.TEXT if paragraph.table is None else Kind.ROW
        blocks.append(Block(start, len(text), kind, table=paragraph.table))
    starts += [len(text)] * (count - len(starts))
    whole = "".join(text)
    content = Content(whole, tuple(blocks), _stated(whole, blocks, found), page_starts=tuple(starts), warnings=said)
    return Layout(content, glyphs, lines)


def _stated(text: str, blocks: Sequence[Block], found: Sequence[Paragraph]) -> Metadata:
    """The title, where a letterhead stands above it: what is set in the largest letters of the first page besides."""
    sizes = sorted(line.size for paragraph in found for line in paragraph.lines for _ in line.text)
    first = [(b, p) for b, p in zip(blocks[:10], found[:10], strict=True) if p.lines[0].page == found[0].lines[0].page]
    heads = [
        (p.lines[0].size, -b.start, text[b.start : b.end])
        for b, p in first
        if p.lines[0].size >= _TITLE_SIZE * sizes[len(sizes) // 2] and 4 <= b.end - b.start <= 80
    ]
    above = [head for head in heads if _LETTERHEAD.fullmatch(head[2])]
    titles = [head for head in heads if head not in above]
    # A title of two lines may end its first one with 文件, too, but a letterhead is set in larger letters.
    if not above or (titles and max(titles)[0] >= max(above)[0]):
        return Metadata()
    return Metadata(title=max(titles)[2] if titles else None)


def boxes(data: bytes, name: str, layout: Layout, page: int, spans: Sequence[tuple[int, int]]) -> list[PageBox]:
    """Where ``spans`` of the text stand on a page: a box for each line of each span, in the order of the spans."""
    starts = layout.content.page_starts
    first = starts[page - 1]
    last = starts[page] if page < len(starts) else len(layout.glyphs)
    pieces: list[list[int]] = []
    for start, end in spans:
        line = -1
        for i in range(max(first, start), min(last, end)):
            if layout.glyphs[i] < 0:
                continue
            if layout.lines[i] != line:
                line = layout.lines[i]
                pieces.append([])
            pieces[-1].append(layout.glyphs[i])
    if not pieces:
        return []
    with pdfium.opened(data, name) as document:
        return pdfium.boxes(document, page, pieces)


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as PNG, ``width`` by ``height`` pixels, of a document with so many ``pages``."""

    png: bytes
    width: int
    height: int
    pages: int


def picture(data: bytes, name: str, page: int, width: int) -> Picture | None:
    """A picture of a page (from 1), about ``width`` pixels wide; None when the document has no such page.

    Raises ``DocumentError`` when the page is damaged.
    """
    with pdfium.opened(data, name) as document:
        count = len(document)
        return Picture(*pdfium.picture(document, page, width), count) if 1 <= page <= count else None


def count_pages(data: bytes, name: str) -> int:
    """How many pages a PDF has."""
    with pdfium.opened(data, name) as document:
        return len(document)
