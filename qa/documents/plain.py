"""Plain text: lines are blocks, and wide gaps cut very long lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.documents.model import Block, Content

_LINE = re.compile("[^\n\r\x0b\x0c\x85\u2028\u2029]+")
# Texts saved without line breaks keep the indent of each paragraph: two ideographic or em spaces, or a tab.
_GAP = re.compile("(?:[\u3000\u2003][ \u00a0]?){2,}|\u3000\u00a0\u00a0?|\t")
_LONG_LINE = 300


def read(text: str) -> Content:
    """Blocks of plain text."""
    return Content(text, tuple(blocks(text, 0, len(text))))


def blocks(text: str, start: int, end: int) -> Iterator[Block]:
    """Lines of ``text[start:end]`` as blocks; a very long line is also cut at its wide gaps."""
    for line in _LINE.finditer(text, start, end):
        pieces = [line.span()]
        if line.end() - line.start() > _LONG_LINE:
            pieces = list(_pieces(text, *line.span()))
        for piece in pieces:
            span = trim(text, *piece)
            if span is not None:
                yield Block(*span)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for gap in _GAP.finditer(text, start, end):
        yield start, gap.start()
        start = gap.end()
    yield start, end


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """``text[start:end]`` without outer whitespace, or ``None`` when nothing else is there."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
