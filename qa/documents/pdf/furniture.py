"""Running heads and page numbers: what stands at the top and bottom of pages and is no part of the text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median

from qa.documents.pdf.lines import Line

_ROWS = 3  # so many lines at either end of a page are looked at
_REPEATED = 3  # pages on which a running head stands
_SHARE = 0.6  # share of the pages whose outermost line, smaller than the text, stands at one height
_SMALLER = 0.93
_APART = 1.2  # times the distance of lines
_NUMBER = re.compile(r"[0-9]+")
_DASH = r"[-—–－―·•~～]"
# — 3 —, 第3页, 第 3 页 共 10 页, 3/10, Page 3 of 10
_DECORATED = re.compile(
    rf"{_DASH}+\s*[0-9]{{1,4}}\s*{_DASH}+"
    r"|第\s*[0-9]{1,4}\s*页(?:\s*[，,/／]?\s*共\s*[0-9]{1,4}\s*页)?"
    r"|[0-9]{1,4}\s*[/／]\s*[0-9]{1,4}"
    r"|(?:page|p\.)\s*[0-9]{1,4}(?:\s*(?:of|/)\s*[0-9]{1,4})?",
    re.IGNORECASE,
)
_BARE = re.compile(r"[0-9]{1,4}|[ivxlc]{1,7}|[IVXLC]{1,7}")
# Annexes, figures and tables are numbered, too, one to a page perhaps.
_NO_HEAD = re.compile(r"附|图|表|第\s*[0-9一二三四五六七八九十百]+\s*[编章节条]")


_Row = list[Line]
_Ends = tuple[list[_Row], list[_Row]]
"""The first and the last rows of a page by their height on it, each from the edge inwards."""


def furniture(pages: Mapping[int, Sequence[Line]], heights: Mapping[int, float]) -> set[int]:
    """``id``s of the lines that are running heads or page numbers. ``heights`` are the pages', in points."""
    rows = {page: _rows(lines) for page, lines in pages.items() if lines}
    outer = {page: _outermost(each) for page, each in rows.items()}
    sizes = [line.size for lines in pages.values() for line in lines for _ in line.text]
    body = median(sizes) if sizes else 0.0
    numbers = _numbers(outer)
    known = numbers | _repeated(outer, heights) | _zones(outer, heights, body)
    pitch = _pitch(pages)
    taken: set[int] = set()
    for page, ends in outer.items():
        for side, edge in enumerate(ends):
            inwards = rows[page][::-1] if side else rows[page]
            # From the edge inwards: what has text outside of it is text.
            count = next((i for i, row in enumerate(edge) if not all(id(line) in known for line in row)), len(edge))
            # What stands as close to the text as its lines stand to each other, and as large, is text, too.
            while 0 < count < len(inwards) and not (
                all(id(line) in numbers or line.size < _SMALLER * body for line in inwards[count - 1])
                or abs(inwards[count - 1][0].baseline - inwards[count][0].baseline) > _APART * pitch
            ):
                count -= 1
            taken.update(id(line) for row in inwards[:count] for line in row)
    return taken


def _pitch(pages: Mapping[int, Sequence[Line]]) -> float:
    """The ordinary distance of lines."""
    steps = [
        below.baseline - above.baseline
        for lines in pages.values()
        for above, below in pairwise(lines)
        if above.column == below.column and below.baseline > above.baseline
    ]
    return median(steps) if steps else 0.0


def _rows(lines: Sequence[Line]) -> list[_Row]:
    """What stands at the same height of a page, from top to bottom."""
    rows: list[_Row] = []
    turn = lines[0].turn
    for line in sorted((line for line in lines if line.turn == turn), key=lambda line: line.baseline):
        if rows and line.baseline - rows[-1][0].baseline <= 0.5 * line.size:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _outermost(rows: list[_Row]) -> _Ends:
    half = len(rows) // 2
    return rows[: min(_ROWS, half + len(rows) % 2)], rows[::-1][: min(_ROWS, half)]


def _repeated(outer: Mapping[int, _Ends], heights: Mapping[int, float]) -> set[int]:
    """The same words at the same height of several pages; a number in them may count the pages."""
    places: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for ends in outer.values():
        for side, end in enumerate(ends):
            for row in end:
                for line in row:
                    if not _NO_HEAD.match(line.text):
                        words = _NUMBER.sub("#", "".join(line.text.split()))
                        places[words, _place(line, side, heights)].append(line)
    taken: set[int] = set()
    for (words, height), lines in places.items():
        close = lines + places.get((words, height + 1), []) + places.get((words, height - 1), [])
        pages = {line.page for line in close}
        both = len(pages) == len(outer) == 2 and all(_is_apart(line, outer[line.page]) for line in close)
        if (len(pages) >= _REPEATED or both) and _counts(close):
            taken.update(id(line) for line in lines)
    return taken


def _place(line: Line, side: int, heights: Mapping[int, float]) -> int:
    """How far a line is from its page's top (side 0) or bottom (side 1), in steps of 8 points."""
    return round((heights[line.page] - line.baseline if side else line.baseline) / 8)


def _counts(lines: Sequence[Line]) -> bool:
    """Whether each number in lines of the same words is the same on every page, or rises with the pages."""
    rows = [(line.page, [int(n[:9]) for n in _NUMBER.findall(line.text)]) for line in lines]
    for slot in range(len(rows[0][1])):
        values = {(page, numbers[slot]) for page, numbers in rows}
        same = len({n for _, n in values}) == 1
        if not same and len({n - page for page, n in values}) > max(1, len(values) // 4):
            return False
    return True


def _numbers(outer: Mapping[int, _Ends]) -> set[int]:
    """Page numbers: decorated ones, and bare ones that count with the pages or stand apart on a single page."""
    taken: set[int] = set()
    bare: list[tuple[int, int, Line]] = []
    for page, ends in outer.items():
        for end in ends:
            for place, row in enumerate(end):
                for line in row:
                    text = line.text.strip()
                    if _DECORATED.fullmatch(text):
                        taken.add(id(line))
                    elif _BARE.fullmatch(text) and len(row) == 1:
                        bare.append((page, _value(text), line))
                        if len(outer) == 1 and place == 0 and _value(text) == 1 and _is_apart(line, ends):
                            taken.add(id(line))
    offsets: dict[int, set[int]] = defaultdict(set)
    for page, value, _ in bare:
        offsets[value - page].add(page)
    for page, value, line in bare:
        if len(offsets[value - page]) >= 2:
            taken.add(id(line))
    return taken


def _is_apart(line: Line, ends: _Ends) -> bool:
    """Whether a line is the outermost of its page and further from the next than that from the one behind it."""
    for end in ends:
        if len(end) >= 3 and line in end[0]:
            gaps = [abs(end[i + 1][0].baseline - end[i][0].baseline) for i in range(2)]
            return gaps[0] > 1.5 * gaps[1]
    return False


def _value(text: str) -> int:
    if text.isdigit():
        return int(text)
    digits = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[c] for c in text.lower()]
    return sum(-d if any(e > d for e in digits[i + 1 : i + 2]) else d for i, d in enumerate(digits))


def _zones(outer: Mapping[int, _Ends], heights: Mapping[int, float], body: float) -> set[int]:
    """Outermost lines in smaller letters at one height of most pages: heads that change from chapter to chapter."""
    taken: set[int] = set()
    if len(outer) < _REPEATED + 1:
        return taken
    for end in (0, 1):
        places: dict[int, list[Line]] = defaultdict(list)
        for ends in outer.values():
            row = ends[end][0] if ends[end] else []
            if row and all(line.size < _SMALLER * body for line in row):
                places[_place(row[0], end, heights)].extend(row)
        for lines in places.values():
            if len({line.page for line in lines}) >= max(_REPEATED, _SHARE * len(outer)):
                taken.update(id(line) for line in lines)
    return taken
