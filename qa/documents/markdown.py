"""Markdown: the text is the source itself, but for the rows of tables; the headings come from its syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.documents.metadata import iso_date
from qa.documents.model import Block, Content, Kind, Metadata
from qa.documents.plain import blocks as plain_blocks
from qa.documents.plain import trim
from qa.documents.tables import Grid, render

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(
    r"\s*---[ \t]*(?:\r\n|\r|\n)(?P<body>.*?)(?:\r\n|\r|\n)(?:---|\.\.\.)[ \t]*(?=\r|\n|$)", re.S
)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_\u4e00-\u9fff]+)[ \t]*[:：][ \t]*(?P<value>.+?)[ \t]*$", re.M)
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_KEYS = {
    "title": ("title", "标题", "題目", "题目"),
    "date": ("date", "日期", "发布日期", "发布时间", "published"),
    "organisation": ("organisation", "organization", "publisher", "机构", "单位", "发文机关", "发布机构"),
    "source": ("source", "来源", "信息来源"),
}


def read(text: str) -> Content:
    """Blocks of a Markdown source; front matter and comments are set apart as boilerplate.

    The text is the source itself, but for its tables: their rows are written as lines that name their columns
    (``qa.documents.tables``), as they are for every other format.
    """
    stated, asides = _front_matter(text)
    asides.extend(_comments(text, asides[-1][1] if asides else 0))
    text, asides, rows = _tables_written(text, asides)
    apart = sorted([*asides, *((row.start, row.end) for row in rows)])
    starts, body = _lines(text, apart)
    found = list(rows)
    for first, last, kind, level in _tokens(body):
        start = starts[first]
        end = starts[last] if last < len(starts) else len(text)
        for a, b in _outside(start, end, apart):
            found.extend(_blocks(text, a, b, kind, level))
    found.sort(key=lambda b: b.start)
    return Content(text, tuple(_gaps(text, found, asides)), stated, tuple(asides))


def _tables_written(text: str, asides: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]], list[Block]]:
    """The text with its tables' rows as lines, the asides where they are now, and the blocks that the lines are.

    A table with an aside inside stays as it stands.
    """
    starts, body = _lines(text, asides)
    parts: list[str] = []
    blocks: list[Block] = []
    shifts = [(0, 0)]  # from an offset on, by how much the text has moved
    gone = length = 0
    for number, (first, last, rows) in enumerate(_tables(body)):
        start = starts[first]
        end = starts[last] if last < len(starts) else len(text)
        lines = [line for line in render(Grid(rows, header=1)).lines if line.text.strip()]
        if not lines or any(a < end and start < b for a, b in asides):
            continue
        parts.append(text[gone:start])
        length += start - gone
        for line in lines:
            span = trim(line.text, 0, len(line.text))
            assert span is not None
            place = (length + span[0], length + span[1])
            table = number if line.kind is Kind.ROW else None
            blocks.append(Block(*place, line.kind, table=table, named=line.named, above=line.above))
            parts.append(line.text + "\n")
            length += len(line.text) + 1
        shifts.append((end, length - end))
        gone = end

    def moved(at: int) -> int:
        return at + next(by for begin, by in reversed(shifts) if begin <= at)

    return "".join([*parts, text[gone:]]), [(moved(a), moved(b)) for a, b in asides], blocks


def label(source: str) -> str:
    """A heading's text without Markdown's marks."""
    line = re.sub(r"^\s{0,3}#{1,6}(?=\s|$)|(?:(?<=\s)|^)#+\s*$", "", source.strip())
    line = re.sub(r"\s*(?:\r\n|\r|\n)\s*[=-]+\s*$", "", line)
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", line)).strip()


def _front_matter(text: str) -> tuple[Metadata, list[tuple[int, int]]]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), []
    fields = {m["key"].lower(): m["value"].strip("\"'“”") for m in _FIELD.finditer(match["body"])}
    if not fields:
        return Metadata(), []
    values = {name: next((fields[k] for k in keys if fields.get(k)), None) for name, keys in _KEYS.items()}
    span = trim(text, *match.span())
    stated = Metadata(
        title=values["title"],
        date=iso_date(values["date"]) if values["date"] else None,
        organisation=values["organisation"],
        source=values["source"],
    )
    return stated, [span] if span else []


def _comments(text: str, position: int) -> Iterator[tuple[int, int]]:
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        position = end + 3
        yield start, position


def _lines(text: str, apart: list[tuple[int, int]]) -> tuple[list[int], str]:
    """Where each line starts, and the lines as markdown-it is to see them: with blanks for what is set apart.

    It counts lines by \\n after folding \\r\\n and \\r into it: they are folded likewise, one for one in lines.
    """
    starts = [0, *(m.end() for m in re.finditer(r"\r\n|\r|\n", text))]
    return starts, "\n".join(_blank(text, a, b, apart) for a, b in zip(starts, [*starts[1:], len(text)], strict=True))


def _blank(text: str, start: int, end: int, asides: list[tuple[int, int]]) -> str:
    line = text[start:end].rstrip("\r\n").replace("\x00", " ")
    for a, b in asides:
        low, high = max(a, start) - start, min(b, end) - start
        if low < high:
            line = line[:low] + " " * (min(high, len(line)) - low) + line[high:]
    return line


def _parsed(body: str) -> list[Token]:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").parse(body)


def _tables(body: str) -> Iterator[tuple[int, int, list[list[str]]]]:
    """The tables: first line, the line behind the last, and the texts of the cells, a header row first."""
    if "|" not in body:
        return
    place = (0, 0)
    rows: list[list[str]] = []
    for token in _parsed(body):
        if token.type == "table_open":
            assert token.map is not None
            place, rows = (token.map[0], token.map[1]), []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type in ("th_open", "td_open"):
            rows[-1].append("")
        elif token.type == "inline" and token.level and rows and rows[-1]:
            rows[-1][-1] = _shown(token)
        elif token.type == "table_close":
            yield *place, rows
            rows = []


def _shown(inline: Token) -> str:
    """What is seen of a cell: its text without marks."""
    shown = []
    for part in inline.children or ():
        if part.type in ("text", "code_inline", "image"):
            shown.append(part.content)
        elif part.type.endswith("break") or part.content.lower().startswith("<br"):
            shown.append(" ")
    return " ".join("".join(shown).split())


def _tokens(body: str) -> Iterator[tuple[int, int, Kind, int | None]]:
    for token in _parsed(body):
        if token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open":
            yield first, last, Kind.HEADING, int(token.tag[1])
        elif token.type in ("fence", "code_block"):
            yield first, last, Kind.CODE, None
        elif token.type == "table_open":
            for line in range(first, last):
                yield line, line + 1, Kind.ROW, None
        elif token.type in ("paragraph_open", "html_block", "hr"):
            yield first, last, Kind.TEXT, None


def _outside(start: int, end: int, asides: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for a, b in asides:
        if b <= start or a >= end:
            continue
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end


def _blocks(text: str, start: int, end: int, kind: Kind, level: int | None) -> Iterator[Block]:
    if kind is Kind.TEXT:
        yield from plain_blocks(text, start, end)
        return
    span = trim(text, start, end)
    if span is not None:
        heading = label(text[slice(*span)]) if kind is Kind.HEADING else None
        yield Block(*span, kind=kind, level=level, label=heading)


def _gaps(text: str, found: list[Block], asides: list[tuple[int, int]]) -> Iterator[Block]:
    """The blocks, and as plain text whatever no token covers (link definitions, marks of empty items)."""
    position = 0
    for block in [*found, Block(len(text), len(text))]:
        if block.start > position:
            for a, b in _outside(position, block.start, asides):
                yield from plain_blocks(text, a, b)
        if block.end > max(position, block.start):
            yield block if block.start >= position else Block(position, block.end)
        position = max(position, block.end)
