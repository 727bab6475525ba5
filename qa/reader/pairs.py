"""What the reader is shown: question, the passage's heading, and a window of the passage, as one row of tokens.

``<s> question </s></s> heading </s> passage </s>``. The heading says what a person sees above the passage: the
document's title, the headings, and the period it tells of. Nothing of it can be quoted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.reader.tokens import BEGIN, END, Tokens

QUESTION = 64
HEADING = 48
WINDOW = 256
"""Tokens of a question, of a heading, and of a whole row, at most."""
OVERLAP = 64
"""Tokens that two neighbouring windows of one passage share: longer than all but a few answers."""
SEPARATORS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids of a row; the passage's tokens ``first:last`` stand in it from ``offset`` on."""

    ids: tuple[int, ...]
    offset: int
    first: int
    last: int


def row(question: Tokens, heading: Tokens, passage: Tokens, first: int, last: int) -> Row:
    """The row that shows the tokens ``first:last`` of the passage."""
    front = (BEGIN, *question.ids[:QUESTION], END, END, *heading.ids[:HEADING], END)
    return Row((*front, *passage.ids[first:last], END), len(front), first, last)


def room(question: Tokens, heading: Tokens, size: int = WINDOW) -> int:
    """How many tokens of the passage a row of ``size`` tokens has room for."""
    return size - SEPARATORS - min(len(question), QUESTION) - min(len(heading), HEADING)


def windows(length: int, size: int, overlap: int = OVERLAP) -> Iterator[tuple[int, int]]:
    """Windows of at most ``size`` tokens over ``length`` ones: of like size, and neighbours share ``overlap``."""
    if length <= size:
        yield 0, length
        return
    count = -(-(length - overlap) // (size - overlap))
    for number in range(count):
        start = round(number * (length - size) / (count - 1))
        yield start, start + size


def heading(title: str, heading_path: Sequence[str], period: str = "") -> str:
    """The line above a passage: its period, the document's title, and its two innermost headings."""
    return " › ".join(part for part in (period, title, *heading_path[-2:]) if part)
