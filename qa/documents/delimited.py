"""Tables in text files (.csv, .tsv): cells between commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from qa.documents.decode import decode
from qa.documents.model import Content, Metadata
from qa.documents.tables import Grid, Header, blocks_of, render
from qa.documents.writing import Writer
from qa.errors import DocumentError
from qa.text.spreadsheet import unguarded

MAX_CELLS = 2_000_000
"""Larger tables are refused."""

_DELIMITERS = ",\t;|，；"
_SAMPLE = 200  # lines by which the delimiter is told
_MOST = 10_000_000  # characters of a cell that csv takes


def read(data: bytes, name: str) -> Content:
    """The tables of a file, those that an empty line sets apart each by itself; every row names its columns.

    Raises ``DocumentError`` when the bytes are no text, or it has too many cells.
    """
    text = decode(data, name).replace("\x00", " ")
    writer = Writer()
    before: Header | None = None
    title = None
    for number, block in enumerate(blocks_of(_rows(text, name), _alone)):
        rendered = render(Grid([row for _, row in block], record=True), 1, before)
        writer.add_table(rendered.lines, number)
        before = rendered.header or before
        if not number and rendered.title:
            title = rendered.title
    return Content(writer.text, tuple(writer.blocks), Metadata(title=title))


def _alone(row: list[str]) -> bool:
    return sum(bool(cell.strip()) for cell in row) == 1


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with their numbers."""
    csv.field_size_limit(_MOST)
    delimiter = _delimiter(list(islice(StringIO(text, newline=""), _SAMPLE)), name)
    cells = 0
    try:
        spaced = delimiter != "\t"
        table = csv.reader(StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced)
        for number, row in enumerate(table):
            if not any(cell.strip() for cell in row):
                continue
            cells += len(row)
            if cells > MAX_CELLS:
                raise DocumentError(f"{name} has more than {MAX_CELLS:,} cells.", "Split it into parts.")
            yield number, [unguarded(cell) for cell in row]
    except csv.Error as error:
        raise DocumentError(
            f"{name} is damaged or no table: {error}.", "Open it in a spreadsheet program and save it again."
        ) from error


def _delimiter(lines: list[str], name: str) -> str:
    """What cuts the lines into the same number of cells most often; a tab for .tsv, a comma where nothing does."""
    usual = "\t" if name.lower().endswith((".tsv", ".tab")) else ","
    best, most = usual, 0.0
    for delimiter in _DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        counts = {width: widths.count(width) for width in set(widths) if width > 1}
        if not counts:
            continue
        width = max(counts, key=lambda w: (counts[w], w))
        # Full-width marks stand in prose, too: they have to cut far more evenly.
        share = counts[width] / len(widths) * (0.8 if delimiter in "，；" else 1.0)
        share += 0.15 if delimiter == usual else 0.0
        if share > most:
            best, most = delimiter, share
    return best
