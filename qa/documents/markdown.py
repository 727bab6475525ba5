"""Markdown: the text is the source itself, the headings come from its syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.documents.metadata import iso_date
from qa.documents.model import Block, Content, Kind, Metadata
from qa.documents.plain import blocks as plain_blocks
from qa.documents.plain import trim

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
    """Blocks of a Markdown source; front matter and comments are set apart as boilerplate."""
    stated, asides = _front_matter(text)
    asides.extend(_comments(text, asides[-1][1] if asides else 0))
    # markdown-it counts lines by \n after folding \r\n and \r into it: fold likewise, one for one in lines.
    starts = _line_starts(text)
    body = "\n".join(_blank(text, a, b, asides) for a, b in zip(starts, [*starts[1:], len(text)], strict=True))
    found: list[Block] = []
    columns: dict[int, str] = {}
    for first, last, kind, level, table in _tokens(body):
        start = starts[first]
        end = starts[last] if last < len(starts) else len(text)
        for a, b in _outside(start, end, asides):
            for block in _blocks(text, a, b, kind, level, table):
                if block.table is not None:
                    block = _named(text, block, columns)
                found.append(block)
    found.sort(key=lambda b: b.start)
    return Content(text, tuple(_gaps(text, found, asides)), stated, tuple(asides))


def _named(text: str, row: Block, columns: dict[int, str]) -> Block:
    """A table's row with the names of its columns, which its first row has said (``columns``, by table)."""
    assert row.table is not None
    if row.table in columns:
        return replace(row, columns=columns[row.table] or None)
    cells = re.split(r"(?<!\\)\|", text[row.start : row.end])
    names = (_EMPHASIS.sub(r"\2", _LINK.sub(r"\1", cell)).strip() for cell in cells)
    columns[row.table] = "、".join(name for name in names if name)
    return row


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


def _line_starts(text: str) -> list[int]:
    starts = [0]
    starts.extend(m.end() for m in re.finditer(r"\r\n|\r|\n", text))
    return starts


def _blank(text: str, start: int, end: int, asides: list[tuple[int, int]]) -> str:
    line = text[start:end].rstrip("\r\n").replace("\x00", " ")
    for a, b in asides:
        low, high = max(a, start) - start, min(b, end) - start
        if low < high:
            line = line[:low] + " " * (min(high, len(line)) - low) + line[high:]
    return line


def _tokens(body: str) -> Iterator[tuple[int, int, Kind, int | None, int | None]]:
    from markdown_it import MarkdownIt

    tables = 0
    for token in MarkdownIt("commonmark").enable("table").parse(body):
        if token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open":
            yield first, last, Kind.HEADING, int(token.tag[1]), None
        elif token.type in ("fence", "code_block"):
            yield first, last, Kind.CODE, None, None
        elif token.type == "table_open":
            tables += 1
            for line in range(first, last):
                yield line, line + 1, Kind.ROW, None, tables
        elif token.type in ("paragraph_open", "html_block", "hr"):
            yield first, last, Kind.TEXT, None, None


def _outside(start: int, end: int, asides: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for a, b in asides:
        if b <= start or a >= end:
            continue
        if a > start:
            yield start, a
        start = max(start, b)
    if start < end:
        yield start, end


def _blocks(text: str, start: int, end: int, kind: Kind, level: int | None, table: int | None) -> Iterator[Block]:
    if kind is Kind.TEXT:
        yield from plain_blocks(text, start, end)
        return
    span = trim(text, start, end)
    if span is not None:
        heading = label(text[slice(*span)]) if kind is Kind.HEADING else None
        yield Block(*span, kind=kind, level=level, table=table, label=heading)


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
