"""Pages as pictures, with boxes around words: what the reading process does for the window's source panel."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.documents import limits, pdf
from qa.documents.pdf import Layout, PageBox
from qa.errors import DocumentError

# Eight bytes a character: at most 64 MB, or one document that has more.
_KEPT_CHARACTERS = 8_000_000


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page of a document with so many ``pages``, as a picture of ``width`` by ``height`` pixels, 0 without one."""

    pages: int
    width: int = 0
    height: int = 0
    boxes: tuple[PageBox, ...] = ()


class Pages:
    """Makes pictures of pages; where the words of the last documents stand is kept in memory."""

    def __init__(self) -> None:
        self._layouts: OrderedDict[str, Layout | None] = OrderedDict()

    def shown(
        self, data: bytes, name: str, page: int, width: int, spans: Sequence[tuple[int, int]], digest: str
    ) -> tuple[ShownPage, bytes]:
        """A page (from 1) and its PNG, b"" where there is no such page; raises ``DocumentError`` when it is damaged.

        ``spans`` are offsets into the text with this ``digest`` (``text_digest``); of another text than is read today
        there are no boxes, so that there are none in a document any page of which was recognised.
        """
        made = pdf.picture(data, name, page, width)
        if made is None:
            return ShownPage(pdf.count_pages(data, name)), b""
        boxes: list[PageBox] = []
        if spans:
            layout = self._layout(data, name)
            if layout is not None and text_digest(layout.content.text) == digest:
                boxes = pdf.boxes(data, name, layout, page, spans)
        return ShownPage(made.pages, made.width, made.height, tuple(boxes)), made.png

    def _layout(self, data: bytes, name: str) -> Layout | None:
        """Where the words stand, without recognising any: that takes seconds a page. None where there are none."""
        key = hashlib.sha256(data).hexdigest()
        layout = self._layouts.pop(key) if key in self._layouts else _laid_out(data, name)
        self._layouts[key] = layout
        while len(self._layouts) > 1 and sum(map(_characters, self._layouts.values())) > _KEPT_CHARACTERS:
            self._layouts.popitem(last=False)
        return layout


def _laid_out(data: bytes, name: str) -> Layout | None:
    try:
        with limits.held(replace(limits.current(), ocr=False)):
            return pdf.lay_out(data, name)
    except DocumentError:
        return None


def _characters(layout: Layout | None) -> int:
    return 0 if layout is None else len(layout.glyphs)


def text_digest(text: str) -> str:
    """What tells a document's text from another one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
