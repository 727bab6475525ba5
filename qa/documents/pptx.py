"""Presentations (.pptx): each slide a page, its title a heading, its text in reading order, tables row by row, notes.

Notes stand behind their slide, marked 备注：. Hidden slides are read as well, and a warning says which they are.
Pictures, charts and macros are not looked at; nothing outside the file is opened.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from qa.documents import package
from qa.documents.model import Content, Kind
from qa.documents.tables import Grid, Merge, render
from qa.documents.writing import Writer
from qa.errors import DocumentError

MAX_SLIDES = 2_000
"""Longer presentations are refused."""
MAX_CELLS = 200_000
"""Cells of a table; more are refused."""

NOTE = "备注："
"""What stands in front of a slide's notes."""

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_TITLES = frozenset(("title", "ctrTitle"))
_FURNITURE = frozenset(("sldNum", "dt", "ftr", "hdr"))
_SHAPES = frozenset(("sp", "grpSp", "graphicFrame"))
_TITLE = 60  # characters of a first line that stands for a title
_SENTENCE = re.compile(r"[。；;，,！!：:]")
_DEPTH = 40  # groups in groups

_Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Something on a slide that holds text, and where it stands: left, top, right, bottom, where that is stated."""

    element: Any
    box: _Box | None


def read(data: bytes, name: str) -> Content:
    """Text, blocks, slides as pages, and warnings of a presentation.

    Raises ``DocumentError`` when the file is damaged or no presentation, or has too many slides.
    """
    damaged = DocumentError(
        f"{name} is damaged or no presentation.", "Open it in a presentation program and save it as PPTX again."
    )
    with package.open_package(data, name, damaged) as archive, package.broken(damaged):
        return _Presentation(archive, name, damaged).read()


class _Presentation:
    def __init__(self, archive: zipfile.ZipFile, name: str, damaged: DocumentError) -> None:
        self._archive = archive
        self._name = name
        self._damaged = damaged
        self._writer = Writer()
        self._tables = 0

    def read(self) -> Content:
        slides = self._slides()
        if len(slides) > MAX_SLIDES:
            raise DocumentError(f"{self._name} has more than {MAX_SLIDES:,} slides.", "Split it into parts.")
        starts: list[int] = []
        hidden: list[int] = []
        for number, part in enumerate(slides, 1):
            root = package.tree(self._archive, part, self._damaged)
            if root is None:
                raise self._damaged
            starts.append(self._writer.position)
            self._slide(root, part, number)
            if root.get("show") in ("0", "false"):
                hidden.append(number)
        text = self._writer.text
        warnings = (f"hidden slides were read too: {', '.join(map(str, hidden))}",) if hidden else ()
        return Content(
            text,
            tuple(self._writer.blocks),
            page_starts=tuple(min(start, len(text)) for start in starts),
            warnings=warnings,
        )

    def _slides(self) -> list[str]:
        root = package.tree(self._archive, "_rels/.rels", self._damaged)
        main = next(
            (
                (relation.get("Target") or "").lstrip("/")
                for relation in (root if root is not None else ())
                if (relation.get("Type") or "").endswith("/officeDocument")
            ),
            "ppt/presentation.xml",
        )
        presentation = package.tree(self._archive, main, self._damaged)
        if presentation is None or _name(presentation) != "presentation":
            raise self._damaged
        related = package.relations(self._archive, main, self._damaged)
        listed = (_related(slide) for slide in presentation.iter("{*}sldId"))
        return [related[identifier][1] for identifier in listed if identifier in related]

    def _slide(self, root: Any, part: str, number: int) -> None:
        related = package.relations(self._archive, part, self._damaged)
        tree = next(root.iter("{*}spTree"), None)
        shapes = [] if tree is None else list(_shapes(tree))
        titles = [shape for shape in shapes if _placeholder(shape.element) in _TITLES]
        title = " ".join(" ".join(_paragraphs(shape.element)) for shape in titles).strip()
        lines: list[tuple[Any, list[str]]] = []
        for shape in _ordered([s for s in shapes if s not in titles]):
            lines.extend(self._content(shape.element, related, 0))
        notes = self._notes(related)
        if not title and (lines or notes):
            # A short first line stands for the title; what is below must not seem to belong to the slide before.
            first = lines[0][1] if lines and lines[0][0] is None else []
            if first and len(first[0]) <= _TITLE and not _SENTENCE.search(first[0]):
                title = first.pop(0)
            else:
                title = f"第{number}页"
        if title:
            self._writer.add(title, Kind.HEADING, 1)
        for table, texts in lines:
            if table is not None:
                self._tables += 1
                self._writer.add_table(render(table).lines, self._tables)
            for text in texts:
                self._writer.add(text)
        for at, text in enumerate(notes):
            self._writer.add(text if at else NOTE + text)

    def _content(
        self, element: Any, related: dict[str, tuple[str, str]], depth: int
    ) -> Iterator[tuple[Grid | None, list[str]]]:
        if _name(element) == "grpSp":
            if depth < _DEPTH:
                for shape in _ordered(list(_shapes(element))):
                    yield from self._content(shape.element, related, depth + 1)
        elif _name(element) == "graphicFrame":
            for table in element.iter(f"{_A}tbl"):
                yield self._grid(table), []
            for diagram in element.iter("{*}relIds"):
                yield None, self._diagram(related, diagram)
        elif _placeholder(element) not in _FURNITURE:
            yield None, _paragraphs(element)

    def _diagram(self, related: dict[str, tuple[str, str]], ids: Any) -> list[str]:
        identifier = next((value for key, value in ids.attrib.items() if key.endswith("}dm")), "")
        part = related.get(identifier, ("", ""))[1]
        root = package.tree(self._archive, part, self._damaged) if part else None
        if root is None:
            return []
        points = (p for p in root.iter("{*}pt") if p.get("type", "node") in ("node", "asst"))
        return [text for point in points for text in _paragraphs(point)]

    def _notes(self, related: dict[str, tuple[str, str]]) -> list[str]:
        part = next((part for kind, part in related.values() if kind.endswith("/notesSlide")), "")
        root = package.tree(self._archive, part, self._damaged) if part else None
        if root is None:
            return []
        bodies = (shape for shape in root.iter("{*}sp") if _placeholder(shape) == "body")
        return [text for body in bodies for text in _paragraphs(body)]

    def _grid(self, table: Any) -> Grid:
        rows: list[list[str]] = []
        merges: list[Merge] = []
        cells = 0
        for at, row in enumerate(table.iterchildren(f"{_A}tr")):
            texts: list[str] = []
            for column, cell in enumerate(row.iterchildren(f"{_A}tc")):
                covered = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
                texts.append("" if covered else " ".join(_paragraphs(cell)))
                wide, tall = int(cell.get("gridSpan") or 1), int(cell.get("rowSpan") or 1)
                if wide > 1 or tall > 1:
                    merges.append(Merge(at, column, at + tall, column + wide))
            rows.append(texts)
            cells += len(texts)
            if cells > MAX_CELLS:
                raise DocumentError(f"{self._name} has more than {MAX_CELLS:,} cells.", "Split it into parts.")
        stated = next(table.iterchildren(f"{_A}tblPr"), None)
        first = stated is not None and stated.get("firstRow") in ("1", "true")
        return Grid(rows, merges, header=1 if first else None)


def _name(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _related(element: Any) -> str:
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _shapes(tree: Any) -> Iterator[_Shape]:
    """What holds text in a group or slide; of alternatives, the first."""
    for child in tree:
        if _name(child) == "AlternateContent":
            choice = next((c for c in child if _name(c) == "Choice"), None)
            if choice is not None:
                yield from _shapes(choice)
        elif _name(child) in _SHAPES:
            yield _Shape(child, _box(child))


def _box(element: Any) -> _Box | None:
    frame = next((e for e in element.iterchildren("{*}xfrm")), None)
    if frame is None:
        properties = next((e for e in element if _name(e) in ("spPr", "grpSpPr")), None)
        frame = None if properties is None else next(properties.iterchildren("{*}xfrm"), None)
    if frame is None:
        return None
    place, size = next(frame.iterchildren("{*}off"), None), next(frame.iterchildren("{*}ext"), None)
    if place is None or size is None:
        return None
    left, top = int(place.get("x") or 0), int(place.get("y") or 0)
    return left, top, left + int(size.get("cx") or 0), top + int(size.get("cy") or 0)


def _ordered(shapes: Sequence[_Shape]) -> list[_Shape]:
    """Shapes as they are read: those whose place the layout gives first, in their own order, then by place."""
    unplaced = [shape for shape in shapes if shape.box is None]
    placed = [(shape.box, shape) for shape in shapes if shape.box is not None]
    return unplaced + [shape for _, shape in _cut(placed, 1, 0)]


def _cut(placed: list[tuple[_Box, _Shape]], axis: int, failed: int) -> list[tuple[_Box, _Shape]]:
    """Cut into bands from top to bottom (axis 1) and those into columns (axis 0), as long as gaps let it."""
    if len(placed) < 2:
        return placed
    placed = sorted(placed, key=lambda item: item[0][axis])
    bands: list[list[tuple[_Box, _Shape]]] = []
    reach = 0
    for item in placed:
        # Boxes overlap a little where their frames are larger than their text.
        slack = (item[0][axis + 2] - item[0][axis]) // 10
        if bands and item[0][axis] + slack < reach:
            bands[-1].append(item)
        else:
            bands.append([item])
        reach = max(reach, item[0][axis + 2]) if len(bands[-1]) > 1 else item[0][axis + 2]
    if len(bands) == 1:
        return _cut(placed, 1 - axis, failed + 1) if not failed else sorted(placed, key=lambda i: (i[0][1], i[0][0]))
    return [item for band in bands for item in _cut(band, 1 - axis, 0)]


def _placeholder(shape: Any) -> str | None:
    """The kind of a placeholder, ``None`` for other shapes."""
    for child in shape:
        if _name(child) == "nvSpPr":
            mark = next(child.iter("{*}ph"), None)
            return None if mark is None else mark.get("type", "obj")
    return None


def _paragraphs(element: Any) -> list[str]:
    texts = (" ".join("".join(_pieces(paragraph)).split()) for paragraph in element.iter(f"{_A}p"))
    return [text for text in texts if text]


def _pieces(paragraph: Any) -> Iterator[str]:
    for element in paragraph.iter():
        name = _name(element)
        if name == "t" and not any(_name(parent) == "Fallback" for parent in element.iterancestors()):
            yield element.text or ""
        elif name in ("br", "tab"):
            yield " "
