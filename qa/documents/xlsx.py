"""Workbooks (.xlsx, .xlsm): every sheet's tables, each cell as it is shown, every row with its columns' names.

Read from the archive's parts directly, row by row: cells without a value cost nothing, and no formula is evaluated, no
link followed, no macro looked at. A sheet is a heading where there are several. Hidden sheets, rows and columns are
read as well, and a warning says so: what is hidden is often what a figure was made of.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from qa.documents import package
from qa.documents.model import Content, Kind, Metadata
from qa.documents.number_format import CHINESE, GENERAL, shown
from qa.documents.tables import MAX_AREA, Grid, Header, Merge, blocks_of, render
from qa.documents.writing import Writer
from qa.errors import DocumentError

MAX_CELLS = 2_000_000
"""Workbooks with more cells that hold something are refused."""
MAX_COLUMNS = 16_384
MAX_ROWS = 1_048_576
_MOST_MERGES = 100_000

_SHEET = 2  # the level of a sheet's name: the outermost is a document's own title
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_DEFAULT_NAME = re.compile(r"(?:Sheet|工作表|表)\s*\d*", re.IGNORECASE)


@dataclass(slots=True)
class _Sheet:
    """What a sheet holds: rows that are not empty, from 1, with cells by column from 0; merged areas; the hidden."""

    rows: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    uncounted: int = 0


def read(data: bytes, name: str) -> Content:
    """Text, blocks and warnings of a workbook.

    Raises ``DocumentError`` when the file is damaged or no workbook, or has too many cells.
    """
    damaged = DocumentError(
        f"{name} is damaged or no workbook.", "Open it in a spreadsheet program and save it as XLSX again."
    )
    with package.open_package(data, name, damaged) as archive, package.broken(damaged):
        return _read(_Workbook(archive, name, damaged))


def _read(book: _Workbook) -> Content:
    writer = Writer()
    hidden: list[str] = []
    shy = uncounted = tables = 0
    title = book.title
    sheets = [(label, state, sheet) for label, state, sheet in book.sheets() if sheet.rows or sheet.uncounted]
    for label, state, sheet in sheets:
        headed = len(sheets) > 1 or not _DEFAULT_NAME.fullmatch(label)
        if sheet.rows and headed:
            writer.add(label, Kind.HEADING, _SHEET)
        before: Header | None = None
        for run in blocks_of(sheet.rows, lambda row: len(row) == 1):
            tables += 1
            rendered = render(_grid(run, sheet.merges), _SHEET + 1, before)
            writer.add_table(rendered.lines, tables)
            before = rendered.header or before
            if len(sheets) == 1 and tables == 1:
                title = rendered.title or title
        if state != "visible":
            hidden.append(label)
        shy += sheet.hidden_rows + sheet.hidden_columns
        uncounted += sheet.uncounted
    if title is None and len(sheets) == 1 and not _DEFAULT_NAME.fullmatch(sheets[0][0]):
        title = sheets[0][0]
    warnings = []
    if uncounted:
        warnings.append(f"{uncounted:,} formulas have no stored result: their cells are empty")
    if hidden:
        warnings.append(f"hidden sheets were read too: {'、'.join(hidden)}")
    if shy:
        warnings.append(f"{shy:,} hidden rows and columns were read too")
    return Content(
        writer.text,
        tuple(writer.blocks),
        Metadata(title=title or book.stem),
        page_starts=(),
        warnings=tuple(warnings),
    )


def _grid(run: list[tuple[int, dict[int, str]]], merges: list[Merge]) -> Grid:
    first, last = run[0][0], run[-1][0]
    used = sorted({column for _, row in run for column in row})
    inside = merges[bisect_left(merges, first, key=_top) : bisect_right(merges, last, key=_top)]
    if len(run) * len(used) > MAX_AREA:
        return Grid([list(row.values()) for _, row in run], header=0)
    # Columns without any cell are left out: a sheet may be used at A and at XFD.
    held = dict(run)
    rows = [[held.get(number, {}).get(column, "") for column in used] for number in range(first, last + 1)]
    return Grid(
        rows,
        [
            Merge(
                m.top - first,
                bisect_left(used, m.left),
                min(m.bottom, last + 1) - first,
                bisect_left(used, m.right),
            )
            for m in inside
        ],
        record=True,
    )


class _Workbook:
    """The parts of a workbook that all its sheets need."""

    def __init__(self, archive: zipfile.ZipFile, name: str, damaged: DocumentError) -> None:
        self._archive = archive
        self._name = name
        self._damaged = damaged
        self._cells = 0
        self._part = self._main_part()
        root = self._tree(self._part)
        if root is None or not _is(root, "workbook"):
            raise damaged
        self._root: Any = root
        properties = next(_children(root, "workbookPr"), None)
        self._from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self._formats = self._number_formats()
        self._strings = list(self._shared_strings())
        self.stem = posixpath.splitext(re.split(r"[\\/]", name)[-1])[0] or name
        self.title = self._stated_title()
        self._shown = cache(self._number)

    def _tree(self, part: str) -> Any | None:
        return package.tree(self._archive, part, self._damaged)

    def _main_part(self) -> str:
        root = self._tree("_rels/.rels")
        for relation in root if root is not None else ():
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return (relation.get("Target") or "").lstrip("/")
        return "xl/workbook.xml"

    def _relations(self) -> dict[str, tuple[str, str]]:
        """Type and part of what the workbook refers to inside the archive, by identifier."""
        return package.relations(self._archive, self._part, self._damaged)

    def _stated_title(self) -> str | None:
        root = self._tree("docProps/core.xml")
        if root is None:
            return None
        return next((" ".join(e.text.split()) for e in root if _is(e, "title") and (e.text or "").strip()), None)

    def sheets(self) -> Iterator[tuple[str, str, _Sheet]]:
        """Name, state (visible, hidden, veryHidden) and content of the worksheets, in their order."""
        relations = self._relations()
        for listed in self._root.iter("{*}sheet"):
            identifier = next((v for k, v in listed.attrib.items() if k.endswith("}id")), "")
            kind, part = relations.get(identifier, ("", ""))
            if kind.endswith("/worksheet"):
                label = " ".join(listed.get("name", "").split()) or part
                yield label, listed.get("state", "visible"), self._sheet(part)

    def _sheet(self, part: str) -> _Sheet:
        from lxml import etree

        sheet = _Sheet()
        number = 0
        try:
            source = self._archive.open(part)
        except KeyError:
            raise self._damaged from None
        with source:
            tags = ("{*}row", "{*}mergeCell", "{*}col")
            for _, element in etree.iterparse(
                source, tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
            ):
                if element.tag.endswith("}row"):
                    number = int(element.get("r") or number + 1)
                    if not 0 < number <= MAX_ROWS:
                        raise self._damaged
                    cells = self._row(element, sheet)
                    if cells:
                        sheet.rows.append((number, cells))
                        sheet.hidden_rows += element.get("hidden") in ("1", "true")
                elif _is(element, "col"):
                    if element.get("hidden") in ("1", "true"):
                        sheet.hidden_columns += min(
                            int(element.get("max", "1")) - int(element.get("min", "1")) + 1, MAX_COLUMNS
                        )
                elif len(sheet.merges) < _MOST_MERGES:
                    sheet.merges.extend(_merge(element.get("ref") or ""))
                # What was read is let go, with what stands before it.
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        sheet.rows.sort(key=lambda row: row[0])
        sheet.merges.sort(key=_top)
        last = max((column for _, cells in sheet.rows for column in cells), default=0)
        sheet.hidden_columns = min(sheet.hidden_columns, last + 1)
        return sheet

    def _row(self, element: Any, sheet: _Sheet) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = -1
        if next(element.iter("{*}v", "{*}is", "{*}f"), None) is None:
            return cells  # formatted, but empty: there may be a million such rows
        for cell in element:
            if not _is(cell, "c"):
                continue
            reference = _REFERENCE.fullmatch(cell.get("r") or "")
            column = _column(reference[1]) if reference else column + 1
            if not len(cell):
                continue
            if column >= MAX_COLUMNS:
                raise self._damaged
            text = self._cell(cell, sheet)
            if text:
                cells[column] = text
        self._cells += len(cells)
        if self._cells > MAX_CELLS:
            raise DocumentError(f"{self._name} has more than {MAX_CELLS:,} cells.", "Split it into parts.")
        return cells

    def _cell(self, cell: Any, sheet: _Sheet) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(_text(child) for child in _children(cell, "is")).strip()
        value = next((child.text for child in _children(cell, "v")), None)
        if value is None or not value.strip():
            sheet.uncounted += kind != "str" and any(True for _ in _children(cell, "f"))
            return ""
        if kind == "s":
            at = int(value)
            return self._strings[at] if 0 <= at < len(self._strings) else ""
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind == "n":
            style = int(cell.get("s") or 0)
            return self._shown(value.strip(), self._formats[style] if 0 <= style < len(self._formats) else GENERAL)
        text: str = value.strip()
        return text.removesuffix("T00:00:00") if kind == "d" else text

    def _number(self, value: str, code: str) -> str:
        try:
            return shown(float(value), code, from_1904=self._from_1904)
        except (ValueError, OverflowError):
            return value

    def _number_formats(self) -> list[str]:
        """The format of each style, as cells refer to it."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        codes: dict[int, str] = {**BUILTIN_FORMATS, **CHINESE}
        part = next((p for kind, p in self._relations().values() if kind.endswith("/styles")), "")
        root = self._tree(part) if part else None
        if root is None:
            return []
        for stated in root.iter("{*}numFmt"):
            if _is(stated.getparent(), "numFmts"):
                codes[int(stated.get("numFmtId") or 0)] = stated.get("formatCode") or GENERAL
        return [
            codes.get(int(style.get("numFmtId") or 0), GENERAL)
            for styles in _children(root, "cellXfs")
            for style in _children(styles, "xf")
        ]

    def _shared_strings(self) -> Iterator[str]:
        from lxml import etree

        part = next((p for kind, p in self._relations().values() if kind.endswith("/sharedStrings")), "")
        if not part:
            return
        with self._archive.open(part) as source:
            for _, element in etree.iterparse(
                source, tag="{*}si", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
            ):
                yield _text(element).strip()
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]


def _top(merge: Merge) -> int:
    return merge.top


def _is(element: Any, name: str) -> bool:
    tag = element.tag
    return isinstance(tag, str) and tag.rpartition("}")[2] == name


def _children(element: Any, name: str) -> Iterator[Any]:
    return (child for child in element if _is(child, name))


def _text(element: Any) -> str:
    """The text of a string, without the reading that is set above its characters."""
    out = []
    for child in element:
        if _is(child, "t"):
            out.append(child.text or "")
        elif _is(child, "r"):
            out.extend(t.text or "" for t in _children(child, "t"))
    return "".join(out).replace("_x000D_", "")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number - 1


def _merge(reference: str) -> Iterator[Merge]:
    first, _, last = reference.partition(":")
    start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
    if start and end:
        yield Merge(int(start[2]), _column(start[1]), int(end[2]) + 1, _column(end[1]) + 1)
