"""The value objects of reading: blocks of a document's text, passages to be, and the parsed document."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a block is."""

    TEXT = "text"
    HEADING = "heading"
    ROW = "row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A line, paragraph, heading or table row: ``text[start:end]``, without outer whitespace.

    ``level`` is a heading's level where the format states one (# of Markdown, h1-h6, Word's heading styles),
    1 for the outermost and 0 for a title; ``label`` is its text where the source has marks around it;
    ``table`` numbers the tables, so that rows of different ones stay apart. ``named`` says that a row names its
    columns itself: it is a passage of its own. ``above`` is what stands above it in its table, a title or a group of
    rows: it goes behind the headings; a line that is the last of these itself heads the rows below it.
    """

    start: int
    end: int
    kind: Kind = Kind.TEXT
    level: int | None = None
    table: int | None = None
    label: str | None = None
    named: bool = False
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the format itself states of a document (front matter, ``<meta>``); ``None`` where it is silent."""

    title: str | None = None
    date: str | None = None
    organisation: str | None = None
    source: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a format's reader returns: the text, its blocks in order, what it states of itself, asides.

    ``boilerplate`` are spans that the format marks as navigation or footer; no block overlaps them. ``page_starts``
    are the offsets at which the pages begin, in ascending order, where the format has pages; ``warnings`` say in one
    line each what of the source could not be read.
    """

    text: str
    blocks: tuple[Block, ...]
    stated: Metadata = Metadata()
    boilerplate: tuple[tuple[int, int], ...] = ()
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage of a document that has no identity yet: ``text[start:end]`` under ``heading_path``.

    ``page`` is the page, from 1, on which it begins, where the format has pages.
    """

    start: int
    end: int
    heading_path: tuple[str, ...]
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document as it was read.

    ``passages`` are ordered, do not overlap and cover every character that is not whitespace, except those in
    ``boilerplate``: spans of navigation and footers. ``date`` is ISO of the precision that the source gives.
    ``page_starts`` are the offsets at which the pages begin; a passage may go over several. ``warnings`` say in one
    line each what of the source could not be read. ``number`` is the document's own, such as 国发〔2023〕1号.
    """

    text: str
    title: str
    date: str | None
    organisation: str | None
    source: str | None
    media_type: str
    passages: tuple[PassageDraft, ...]
    boilerplate: tuple[tuple[int, int], ...]
    page_starts: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    number: str | None = None
