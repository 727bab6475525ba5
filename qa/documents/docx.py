"""Word documents (.docx): paragraphs, tables and notes in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from qa.documents import numbering, package
from qa.documents.model import Content, Kind
from qa.documents.tables import Grid, Merge, render
from qa.documents.writing import Writer
from qa.errors import DocumentError

_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])$", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|标题|標題)$", re.IGNORECASE)
MAX_CELLS = 1_000_000
"""Documents with more cells in their tables are refused."""
_MOST_COLUMNS = 63  # as Word has it
_NOTES = {"footnote": "脚注", "endnote": "尾注"}
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK})
_BREAKS = frozenset({f"{_W}br", f"{_W}cr"})
_BOXES = frozenset({f"{_W}txbxContent"})


def read(data: bytes, name: str) -> Content:
    """Text and blocks of a Word document; nothing outside the file is opened.

    The text is the paragraphs, with the numbers that Word sets in front of them. A table's row names its columns
    (``qa.documents.tables``). Foot- and endnotes stand behind the paragraph or table that refers to them, each on a
    line of its own: 脚注1：…, 尾注1：…. Raises ``DocumentError`` when the file is damaged or no Word document.
    """
    damaged = DocumentError(
        f"{name} is damaged or no Word document.", "Open it in a word processor and save it as DOCX again."
    )
    document = _open(data, name, damaged)
    writer = Writer()
    with package.broken(damaged):
        _write(document, writer, name)
    return Content(writer.text, tuple(writer.blocks))


def _open(data: bytes, name: str, damaged: DocumentError) -> Any:
    import docx
    from docx.opc.exceptions import OpcError

    package.open_package(data, name, damaged).close()
    with package.broken(damaged):
        try:
            return docx.Document(BytesIO(data))
        except OpcError as error:
            raise damaged from error


def _write(document: Any, writer: Writer, name: str) -> None:
    styles = _heading_levels(document)
    numbers = numbering.read(_part(document, "numbering"), document.styles.element)
    notes = _Notes(document)
    tables = cells = 0
    for element in _flat(document.element.body):
        if element.tag == f"{_W}p":
            level = _level(element, styles)
            line = _text(element)
            if line.strip():
                line = numbers.number(element) + line
            # A heading that is a whole paragraph of prose was styled by mistake.
            if level is not None and len(line) <= 120:
                writer.add(line.replace("\n", " "), Kind.HEADING, level)
            else:
                writer.add(line)
            for box in element.iter(*_BOXES):
                if not any(parent.tag in _DELETED for parent in box.iterancestors()):
                    for paragraph in box.iter(f"{_W}p"):
                        writer.add(_text(paragraph))
        else:
            tables += 1
            grid = _grid(element, numbers)
            cells += sum(map(len, grid.rows))
            if cells > MAX_CELLS:
                raise DocumentError(f"{name} has more than {MAX_CELLS:,} cells.", "Split it into parts.")
            writer.add_table(render(grid).lines, tables)
        for note in notes.of(element):
            writer.add(note)


class _Notes:
    """The foot- and endnotes of a document, numbered as it refers to them."""

    def __init__(self, document: Any) -> None:
        self._texts = {
            kind: {
                note.get(f"{_W}id"): " ".join(" ".join(map(_text, note.iter(f"{_W}p"))).split())
                for note in (root if root is not None else ())
                if note.get(f"{_W}type") in (None, "normal")
            }
            for kind, root in ((kind, _part(document, f"{kind}s")) for kind in _NOTES)
        }
        self._counts = dict.fromkeys(_NOTES, 0)

    def of(self, element: Any) -> Iterator[str]:
        """The notes that a paragraph or table refers to, in their order."""
        for reference in element.iter(*(f"{_W}{kind}Reference" for kind in _NOTES)):
            if any(parent.tag in _DELETED for parent in reference.iterancestors()):
                continue
            kind = reference.tag.removeprefix(_W).removesuffix("Reference")
            text = self._texts[kind].pop(reference.get(f"{_W}id"), "")
            self._counts[kind] += 1
            if text:
                yield f"{_NOTES[kind]}{self._counts[kind]}：{text}"


def _part(document: Any, kind: str) -> Any | None:
    """The root of a part that the document refers to (lxml), ``None`` where there is none."""
    from lxml import etree

    for relation in document.part.rels.values():
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
            return etree.fromstring(relation.target_part.blob, parser)
    return None


def _flat(body: Any) -> Iterator[Any]:
    """Paragraphs and tables of the body, also those inside content controls and inserted text."""
    for child in body:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _flat(child)


def _inside(part: Any, whole: Any) -> bool:
    """Whether a row or cell is one of this table or row itself, not of a table nested in it."""
    parent = part.getparent()
    while parent is not None and parent.tag != whole.tag:
        parent = parent.getparent()
    return parent is whole


def _grid(table: Any, numbers: numbering.Numbering) -> Grid:
    rows: list[list[str]] = []
    merges: list[Merge] = []
    open_cells: dict[int, int] = {}  # the top row of what goes on downwards, by column
    header = 0
    for row in table.iter(f"{_W}tr"):
        if not _inside(row, table):
            continue
        at, texts = len(rows), [""] * _skipped(row, "gridBefore")
        for cell in row.iter(f"{_W}tc"):
            if not _inside(cell, row):
                continue
            column, wide = len(texts), _span(cell)
            below = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = below is not None and below.get(f"{_W}val", "continue") != "restart"
            if goes_on and column in open_cells:
                merges.append(Merge(open_cells[column], column, at + 1, column + wide))
                texts.append("")
            else:
                if below is not None:
                    open_cells[column] = at
                else:
                    open_cells.pop(column, None)
                if wide > 1:
                    merges.append(Merge(at, column, at + 1, column + wide))
                texts.append(_cell(cell, numbers))
            texts.extend([""] * (wide - 1))
        if header == at and row.find(f"{_W}trPr/{_W}tblHeader") is not None:
            header += 1
        rows.append(texts)
    return Grid(rows, _longest(merges), header or None)


def _longest(merges: list[Merge]) -> list[Merge]:
    """Of merged areas that begin at the same cell, the one that reaches furthest."""
    by_place: dict[tuple[int, int], Merge] = {}
    for merge in merges:
        by_place[merge.top, merge.left] = merge
    return list(by_place.values())


def _span(cell: Any) -> int:
    stated = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = stated.get(f"{_W}val", "1") if stated is not None else "1"
    return min(max(int(value), 1), _MOST_COLUMNS) if value.isdigit() else 1


def _skipped(row: Any, name: str) -> int:
    stated = row.find(f"{_W}trPr/{_W}{name}")
    value = stated.get(f"{_W}val", "0") if stated is not None else "0"
    return min(int(value), _MOST_COLUMNS) if value.isdigit() else 0


def _cell(cell: Any, numbers: numbering.Numbering) -> str:
    lines = ((paragraph, _text(paragraph)) for paragraph in cell.iter(f"{_W}p"))
    return " ".join(numbers.number(p) + " ".join(line.split()) for p, line in lines if line.strip())


def _text(paragraph: Any) -> str:
    """The visible text of a paragraph: insertions and links included, deletions and field codes not."""
    out: list[str] = []
    _collect(paragraph, out)
    return "".join(out)


def _collect(element: Any, out: list[str]) -> None:
    for child in element:
        tag = child.tag
        if tag in (f"{_W}t", _MATH_TEXT):
            out.append(child.text or "")
        elif tag in _BREAKS:
            out.append("\n")
        elif tag in (f"{_W}tab", f"{_W}ptab"):
            out.append("\t")
        elif tag == f"{_W}noBreakHyphen":
            out.append("-")
        elif tag in _DELETED or tag in _BOXES or tag in (f"{_W}pPr", f"{_W}rPr") or not isinstance(tag, str):
            continue
        else:
            _collect(child, out)


def _heading_levels(document: Any) -> dict[str, int]:
    """Style identifiers of headings, by their names or the outline level they or their base styles set."""
    levels: dict[str, int] = {}
    styles = {s.get(f"{_W}styleId"): s for s in document.styles.element.iter(f"{_W}style")}
    for identifier, style in styles.items():
        seen: set[str] = set()
        current = style
        while current is not None and identifier is not None:
            name = current.find(f"{_W}name")
            value = name.get(f"{_W}val", "") if name is not None else ""
            match = _HEADING_STYLE.match(value)
            outline = current.find(f"{_W}pPr/{_W}outlineLvl")
            if match:
                levels[identifier] = int(match[1])
                break
            if outline is not None and outline.get(f"{_W}val", "9").isdigit() and int(outline.get(f"{_W}val")) < 9:
                levels[identifier] = int(outline.get(f"{_W}val")) + 1
                break
            if _TITLE_STYLE.match(value):
                levels[identifier] = 0
                break
            base = current.find(f"{_W}basedOn")
            parent = base.get(f"{_W}val") if base is not None else None
            if parent is None or parent in seen:
                break
            seen.add(parent)
            current = styles.get(parent)
    return levels


def _level(paragraph: Any, styles: dict[str, int]) -> int | None:
    outline = paragraph.find(f"{_W}pPr/{_W}outlineLvl")
    if outline is not None and outline.get(f"{_W}val", "9").isdigit():
        value = int(outline.get(f"{_W}val"))
        return value + 1 if value < 9 else None
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return styles.get(style.get(f"{_W}val")) if style is not None else None
