"""The formats that are read: by the suffix of a file's name, its media type and its reader.

A reader's module is imported when a file of its format comes: most Libraries hold a few formats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from qa.documents.model import Content


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its media type, and the function that takes a file's bytes and name and gives its content."""

    media_type: str
    read: Callable[[bytes, str], Content]


def _plain(data: bytes, name: str) -> Content:
    from qa.documents import plain
    from qa.documents.decode import decode

    return plain.read(decode(data, name))


def _markdown(data: bytes, name: str) -> Content:
    from qa.documents import markdown
    from qa.documents.decode import decode

    return markdown.read(decode(data, name))


def _html(data: bytes, name: str) -> Content:
    from qa.documents import html

    return html.read(data, name)


def _pdf(data: bytes, name: str) -> Content:
    from qa.documents import pdf

    return pdf.read(data, name)


def _docx(data: bytes, name: str) -> Content:
    from qa.documents import docx

    return docx.read(data, name)


def _message(data: bytes, name: str) -> Content:
    from qa.documents import mail

    return mail.read_message(data, name)


def _saved_page(data: bytes, name: str) -> Content:
    from qa.documents import mail

    return mail.read_page(data, name)


PLAIN = Format("text/plain", _plain)
MARKDOWN = Format("text/markdown", _markdown)
HTML = Format("text/html", _html)
PDF = Format("application/pdf", _pdf)
DOCX = Format("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _docx)
MESSAGE = Format("message/rfc822", _message)
SAVED_PAGE = Format("multipart/related", _saved_page)

FORMATS: dict[str, Format] = {
    ".txt": PLAIN,
    ".text": PLAIN,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".html": HTML,
    ".htm": HTML,
    ".pdf": PDF,
    ".docx": DOCX,
    ".eml": MESSAGE,
    ".mht": SAVED_PAGE,
    ".mhtml": SAVED_PAGE,
}
"""The formats by suffix, in lower case."""
