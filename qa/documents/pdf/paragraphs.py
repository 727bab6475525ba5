"""From lines to paragraphs: which line goes on with the one before it, also over columns and pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from qa.documents.pdf.lines import Line, is_wide

# In ems of the line.
_INDENT = 1.3  # from the margin, that opens a paragraph
_ROOM = 0.5  # beyond what the next line begins with: room that running text would have used
_PITCH = 1.4  # times the ordinary distance of lines: a gap between paragraphs
_SAME_SIZE = 0.08
_TITLE = 1.15  # times the size of the text
_MARGIN_LINES = 6  # lines from which a column's margins are known
_SEVERAL = 0.15  # share of a column's lines
_NOTE = 0.92  # times the size of the text: notes at the foot of a page

_SENTENCE_END = re.compile(r"[。！？!?；;：:…][”’」』）)》]*$|[.][”’\"')]*$")
_NUMERAL = "[〇零一二三四五六七八九十百]"
_MARK = re.compile(
    rf"第(?:{_NUMERAL}|[0-9]){{1,7}}[编章节条款]|{_NUMERAL}{{1,4}}[、.．]|[（(](?:{_NUMERAL}{{1,4}}|[0-9]{{1,2}})[）)]"
    r"|[0-9]{1,2}(?:[.．、](?![0-9])|[.．][0-9]{1,2}\s)|[①-⑳]|[•●■◆○▪□]|——|附件|注[：:0-9]"
)
_CAPTION = re.compile(r"[图表]\s?[0-9一二三四五六七八九十]+(?:[-—.．][0-9]+)*[\s：:]")
_CONTENTS = re.compile(r"(?:[.…·．‥]\s*){4,}[0-9IVXivx-]*$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together; ``table`` numbers the table whose row it is."""

    lines: list[Line]
    table: int | None = None


def paragraphs(lines: Sequence[Line]) -> list[Paragraph]:
    """Paragraphs of a document's lines, which stand in reading order; every line is in one of them."""
    if not lines:
        return []
    layout = _Layout(lines)
    found: list[Paragraph] = []
    tables = 0
    row_before = False
    for i, line in enumerate(lines):
        row = line.cells and any(
            0 <= j < len(lines) and lines[j].cells and lines[j].page == line.page for j in (i - 1, i + 1)
        )
        if row or _CONTENTS.search(line.text):
            tables += not row_before
            found.append(Paragraph([line], tables))
        elif found and not row_before and layout.goes_on(found[-1].lines[-1], line, found[-1].lines):
            found[-1].lines.append(line)
        else:
            found.append(Paragraph([line]))
        row_before = found[-1].table is not None
    return _over_notes(found, layout)


def _over_notes(found: list[Paragraph], layout: _Layout) -> list[Paragraph]:
    """Join a paragraph that goes on behind the notes at the foot of its page; the notes go in front of it."""
    out: list[Paragraph] = []
    i = 0
    while i < len(found):
        here = found[i]
        j = i + 1
        while (
            j < len(found)
            and found[j].lines[0].page == here.lines[0].page == found[j].lines[-1].page
            and all(line.size <= _NOTE * layout.body for line in found[j].lines)
        ):
            j += 1
        if (
            i + 1 < j < len(found)
            and here.table is None
            and found[j].table is None
            and here.lines[-1].page == here.lines[0].page
            and found[j].lines[0].page == here.lines[0].page + 1
            and layout.goes_on(here.lines[-1], found[j].lines[0], here.lines)
        ):
            out += found[i + 1 : j]
            found[j] = Paragraph(here.lines + found[j].lines)
            i = j
            continue
        out.append(here)
        i += 1
    return out


class _Layout:
    """What is usual in a document: the size of its text, margins, the distance of lines, first lines set in."""

    def __init__(self, lines: Sequence[Line]) -> None:
        sizes: Counter[float] = Counter()
        for line in lines:
            sizes[line.size] += len(line.text)
        self.body = sizes.most_common(1)[0][0]
        self._place_margins(lines)
        pitches: dict[float, list[float]] = defaultdict(list)
        for before, line in pairwise(lines):
            if before.column == line.column and before.size == line.size and line.baseline > before.baseline:
                pitches[line.size].append(line.baseline - before.baseline)
        self._pitch = {size: median(values) for size, values in pitches.items()}
        # First lines are set in where lines behind a short one are, and where one that is set in has its next at the
        # margin.
        votes = 0
        for before, line in pairwise(lines):
            if before.column == line.column and self._is_body(before) and self._is_body(line):
                if _short(before, line):
                    votes += 1 if _is_set_in(line) else -1
                elif _is_set_in(before) and not _is_set_in(line):
                    votes += 1
        self.indents = votes > 0
        self.first_page = lines[0].page

    def _is_body(self, line: Line) -> bool:
        return abs(line.size - self.body) <= _SAME_SIZE * self.body

    def _place_margins(self, lines: Sequence[Line]) -> None:
        """Margins of every column, from all columns of the document that lie in the same place."""
        columns: dict[int, list[Line]] = defaultdict(list)
        for line in lines:
            columns[line.column].append(line)
        groups: list[tuple[float, float, list[Line]]] = []
        short: list[list[Line]] = []
        for members in columns.values():
            body = [line for line in members if self._is_body(line)] or members
            left, right = min(line.x0 for line in body), max(line.x1 for line in body)
            if len(body) < _MARGIN_LINES:
                short.append(members)
                continue
            for low, high, group in groups:
                if abs(low - left) < 2 * self.body and abs(high - right) < 2 * self.body:
                    group += members
                    break
            else:
                groups.append((left, right, list(members)))
        known = []
        for _, _, group in groups:
            left, right = self._margins(group)
            known.append((left, right))
            for line in group:
                line.left, line.right = left, right
        for members in short:
            left, right = min(line.x0 for line in members), max(line.x1 for line in members)
            around = [m for m in known if m[0] - self.body <= left and right <= m[1] + self.body]
            left, right = min(around, key=lambda m: m[1] - m[0], default=(left, right))
            for line in members:
                line.left, line.right = left, right

    def _margins(self, lines: Sequence[Line]) -> tuple[float, float]:
        body = [line for line in lines if self._is_body(line)] or list(lines)
        # Most lines of a notice may be first ones, set in: the margin is the leftmost place where several begin.
        begins = sorted(line.x0 for line in body)
        left = next(
            (x for x in begins if sum(abs(x - other) <= 1.5 for other in begins) >= max(2, _SEVERAL * len(begins))),
            begins[len(begins) // 10],
        )
        ends = sorted(line.x1 for line in body)
        right, share = _usual(ends)
        far = ends[int(0.9 * (len(ends) - 1))]
        return left, right if share >= 0.25 and right > far - 3 * self.body else far

    def goes_on(self, before: Line, line: Line, paragraph: Sequence[Line]) -> bool:
        """Whether ``line`` continues the paragraph that ends with ``before``."""
        if before.turn != line.turn or before.cells or line.cells or line.page > before.page + 1:
            return False
        if abs(before.size - line.size) > _SAME_SIZE * max(before.size, line.size):
            return False
        if self._is_title(before, line):
            return True
        if _short(before, line) or (before.font and line.font and before.font != line.font):
            return False
        if _CAPTION.match(line.text):
            return False
        ended = _SENTENCE_END.search(before.text) is not None
        if ended and _MARK.match(line.text):
            return False
        indent = (line.x0 - line.left) / line.size
        if before.column != line.column:
            # Over the edge of a column or page: the distance says nothing, and text goes on in a column as wide.
            if abs((before.right - before.left) - (line.right - line.left)) > 2 * line.size:
                return False
            if abs(indent) >= _INDENT and not self._set_in(paragraph, line):
                return False
            return self.indents or not ended
        pitch = line.baseline - before.baseline
        if not 0 < pitch <= _PITCH * self._pitch.get(line.size, 2 * line.size):
            return False
        if indent >= _INDENT:
            return self._set_in(paragraph, line) and not (ended and self.indents)
        return indent > -_INDENT

    def _set_in(self, paragraph: Sequence[Line], line: Line) -> bool:
        """Whether the whole paragraph is set in as far as this line is: where first lines are, two of them at least."""
        before = paragraph[-1]
        same = abs((before.x0 - before.left) - (line.x0 - line.left)) < 0.6 * line.size
        return same and not (self.indents and len(paragraph) == 1)

    def _is_title(self, before: Line, line: Line) -> bool:
        """Whether both are lines of a title in larger letters, each in the middle of the page."""
        return (
            before.page == line.page == self.first_page
            and before.column == line.column
            and before.size == line.size >= _TITLE * self.body
            and all(abs((each.x0 - each.left) - (each.right - each.x1)) < 2 * each.size for each in (before, line))
            # The first line may fill the whole width.
            and line.x0 - line.left > 0.5 * line.size
            and line.baseline - before.baseline <= 2.2 * line.size
            and not re.search(r"[。！？：；，,.:;!?]$", before.text)
            and not re.match(r"[—－（(-]", line.text)
            and not _MARK.match(line.text)
        )


def _usual(values: Sequence[float]) -> tuple[float, float]:
    """The most frequent place among ``values``, within two points, and the share of them that are there."""
    counts = Counter(round(value) for value in values)
    place = max(counts, key=lambda v: (sum(counts[v + d] for d in (-1, 0, 1)), counts[v]))
    near = [value for value in values if abs(value - place) <= 1.5]
    return median(near), len(near) / len(values)


def _is_set_in(line: Line) -> bool:
    return line.x0 - line.left >= _INDENT * line.size


def _short(before: Line, line: Line) -> bool:
    """Whether ``before`` ends early: what ``line`` begins with would have had room behind it."""
    room = before.right - before.x1
    middle = before.x0 - before.left
    if middle > 2 * before.size and abs(middle - room) < before.size:
        room += middle
    return room >= min(line.unit, 15 * line.size) + _ROOM * line.size


def joint(before: str, after: str, *, chinese: bool) -> tuple[bool, str]:
    """How a line of a paragraph is joined to the next: whether its last character, a hyphen, goes; what comes between.

    Chinese script is written without spaces; ``chinese`` says that most of the paragraph is.
    """
    last, first = before[-1], after[0]
    if last in "-\u00ad\u2010" and len(before) > 1 and before[-2].isalpha() and not is_wide(before[-2]):
        if first.islower():
            return True, ""
        if first.isalnum():
            return False, ""
    if is_wide(last) or is_wide(first):
        return False, ""
    if last in "-\u2010/" or first in "%‰,.;:!?)]}/":
        return False, ""
    if chinese and last.isdigit() and (first.isdigit() or first in ".,%"):
        return False, ""
    return False, " "
