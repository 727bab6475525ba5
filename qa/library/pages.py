"""Pages of PDF documents as pictures, with the places of words on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.errors import DocumentError, LibraryError
from qa.types import Box, Document, PageImage

if TYPE_CHECKING:
    from qa.documents.isolation import IsolatedReader


def page_image(
    reader: IsolatedReader,
    document: Document,
    name: str,
    data: bytes,
    *,
    page: int,
    spans: Sequence[tuple[int, int]],
    width: int,
) -> PageImage:
    """A page of a PDF document from its original bytes; raises ``LibraryError`` when it cannot be shown."""
    try:
        shown, png = reader.page(data, name, page, width, spans, document.text)
    except DocumentError as error:
        raise LibraryError(error.message, error.hint) from error
    if not png:
        raise LibraryError(
            f"《{document.title}》 has no page {page}",
            f"name a page from 1 to {shown.pages}" if shown.pages > 1 else "it has one page",
        )
    return PageImage(png, shown.width, shown.height, shown.pages, tuple(Box(*box) for box in shown.boxes))
