"""Word documents (.docx): paragraphs and tables in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from qa.documents import package
from qa.documents.model import Block, Content, Kind
from qa.documents.plain import trim
from qa.errors import DocumentError

_HEADING_STYLE = re.compile(r"(?:heading|标题|標題)\s*([1-9])$", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"(?:title|标题|標題)$", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETED = frozenset({f"{_W}del", f"{_W}moveFrom", _FALLBACK})
_BREAKS = frozenset({f"{_W}br", f"{_W}cr"})
_BOXES = frozenset({f"{_W}txbxContent"})


def read(data: bytes, name: str) -> Content:
    """Text and blocks of a Word document; nothing outside the file is opened.

    The text is the paragraphs joined with line breaks, a table's row one line with tabs between its cells.
    Raises ``DocumentError`` when the file is damaged or no Word document.
    """
    document = _open(data, name)
    parts: list[str] = []
    blocks: list[Block] = []
    length = 0
    for line, kind, level, table in _lines(document):
        start = length
        parts.append(line)
        length += len(line) + 1
        if kind is Kind.TEXT:
            begin = 0
            for piece in line.split("\n"):
                span = trim(line, begin, begin + len(piece))
                if span is not None:
                    blocks.append(Block(start + span[0], start + span[1]))
                begin += len(piece) + 1
            continue
        span = trim(line, 0, len(line))
        if span is not None:
            blocks.append(Block(start + span[0], start + span[1], kind, level, table=table))
    text = "\n".join(parts)
    return Content(text, tuple(blocks))


def _open(data: bytes, name: str) -> Any:
    import docx
    from docx.opc.exceptions import OpcError

    damaged = DocumentError(
        f"{name} is damaged or no Word document.", "Open it in a word processor and save it as DOCX again."
    )
    package.open_package(data, name, damaged).close()
    with package.broken(damaged):
        try:
            return docx.Document(BytesIO(data))
        except OpcError as error:
            raise damaged from error


def _lines(document: Any) -> Iterator[tuple[str, Kind, int | None, int | None]]:
    styles = _heading_levels(document)
    tables = 0
    body = document.element.body
    for element in _flat(body):
        if element.tag == f"{_W}p":
            level = _level(element, styles)
            line = _text(element)
            # A heading that is a whole paragraph of prose was styled by mistake.
            heading = level is not None and len(line) <= 120
            yield ((line.replace("\n", " "), Kind.HEADING, level, None) if heading else (line, Kind.TEXT, None, None))
            for box in element.iter(*_BOXES):
                if not any(parent.tag in _DELETED for parent in box.iterancestors()):
                    for paragraph in box.iter(f"{_W}p"):
                        yield _text(paragraph), Kind.TEXT, None, None
        else:
            tables += 1
            for row in element.iter(f"{_W}tr"):
                if _inside(row, element):
                    yield _row(row), Kind.ROW, None, tables


def _flat(body: Any) -> Iterator[Any]:
    """Paragraphs and tables of the body, also those inside content controls and inserted text."""
    for child in body:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _flat(child)


def _inside(row: Any, table: Any) -> bool:
    """Whether ``row`` is a row of this table itself, not of one nested in it."""
    parent = row.getparent()
    while parent is not None and parent.tag != f"{_W}tbl":
        parent = parent.getparent()
    return parent is table


def _row(row: Any) -> str:
    cells = []
    for cell in row.iter(f"{_W}tc"):
        parent = cell.getparent()
        while parent is not None and parent.tag != f"{_W}tr":
            parent = parent.getparent()
        if parent is not row:
            continue
        lines = (_text(p) for p in cell.iter(f"{_W}p"))
        cells.append(" ".join(" ".join(line.split()) for line in lines if line.strip()))
    return "\t".join(cells)


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
