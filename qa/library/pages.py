"""Pages of PDF documents as pictures, with the places of words on them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.errors import DocumentError, LibraryError
from qa.types import Box, Document, PageImage

if TYPE_CHECKING:
    from qa.documents.pdf import Layout

# Eight bytes a character: at most 64 MB, or one document that has more.
_KEPT_CHARACTERS = 8_000_000


class Pages:
    """Makes pictures of pages; where the words of the last documents stand is kept in memory. Safe with threads."""

    def __init__(self) -> None:
        self._layouts: OrderedDict[str, Layout] = OrderedDict()
        self._lock = threading.Lock()

    def image(
        self, document: Document, name: str, data: bytes, *, page: int, spans: Sequence[tuple[int, int]], width: int
    ) -> PageImage:
        """A page of a PDF document from its original bytes; raises ``LibraryError`` when it cannot be shown."""
        from qa.documents import pdf

        try:
            made = pdf.picture(data, name, page, width)
            if made is None:
                count = pdf.count_pages(data, name)
                raise LibraryError(
                    f"《{document.title}》 has no page {page}",
                    f"name a page from 1 to {count}" if count > 1 else "it has one page",
                )
            found = []
            if spans:
                layout = self._layout(document, name, data)
                if layout.content.text == document.text:
                    found = pdf.boxes(data, name, layout, page, spans)
        except DocumentError as error:
            raise LibraryError(error.message, error.hint) from error
        return PageImage(made.png, made.width, made.height, made.pages, tuple(Box(*box) for box in found))

    def _layout(self, document: Document, name: str, data: bytes) -> Layout:
        from qa.documents import pdf

        # Two threads that ask for pages of one document read it once.
        with self._lock:
            layout = self._layouts.pop(document.sha256, None)
            if layout is None:
                layout = pdf.lay_out(data, name)
            self._layouts[document.sha256] = layout
            while len(self._layouts) > 1 and sum(len(e.glyphs) for e in self._layouts.values()) > _KEPT_CHARACTERS:
                self._layouts.popitem(last=False)
            return layout
