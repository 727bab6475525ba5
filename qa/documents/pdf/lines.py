"""From the glyphs of a page to its lines in reading order, in one column or several."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median

from qa.documents.pdf.pdfium import Glyph

# All in ems.
_APART = 1.5  # a gap that ends a run
_BACK = -0.6  # a step back that ends a run
_CELL = 2.2  # a gap inside a line that makes it a row with cells
_WIDE_SPACE = 0.6  # a gap between Chinese characters that is a space
_GUTTER = 0.8  # the least width of the gap between columns

_COLUMN_LINES = 5  # the least number of lines of a column
_FULL = 0.55  # share of its column's width that an ordinary line of running text has
_CROSSING = 0.2  # share of the lines beside it that may cross a gutter: titles, figures
_BLANK = 0.8  # ems of white between two rows that stand apart
_TAIL = 1.6  # times the distance of lines: a gap above what stands below both columns
_GUTTERS = 8  # so many gutters of earlier pages are tried
_LOOK_BACK = 100  # a page made to be slow has thousands of pieces in one place
_CLOSERS = "，。、；：！？）》」』】〕”’,.;:!?)]}%％…"
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
# Radicals that Unicode does not equate with the characters they are drawn as; some programs write them into PDFs.
_RADICALS = dict(
    zip(
        "⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰",
        "民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙",
        strict=True,
    )
)
# Bullets of the fonts Symbol and Wingdings, which have no characters of their own.
_BULLETS = dict.fromkeys("\uf0b7\uf06c\uf06e\uf0a7\uf0d8\uf0fc\uf076\uf075\uf071\uf0a8", "•")


Gutter = tuple[float, float]
"""The gap between two columns: where it begins and ends from the left, in points."""


@dataclass(slots=True)
class Line:
    """A line of a page: its text, the glyph behind each character (-1: none), and its place in points.

    ``unit`` is the width of what cannot be broken at its beginning; ``cells`` says that it has wide gaps, written
    as tabs; ``font`` is the font of its Chinese characters, or of all where it has none, "" where there are several.
    ``column`` numbers the columns of the whole document's pages; ``left`` and ``right`` are its column's margins.
    """

    page: int
    text: str
    indices: list[int]
    x0: float
    x1: float
    baseline: float
    size: float
    unit: float
    turn: int
    cells: bool
    font: str
    column: int = 0
    left: float = 0.0
    right: float = 0.0


@dataclass(slots=True)
class _Run:
    """Glyphs that stand side by side."""

    glyphs: list[Glyph]
    x0: float
    x1: float
    baseline: float
    size: float

    @property
    def top(self) -> float:
        return self.baseline - 0.8 * self.size

    @property
    def bottom(self) -> float:
        return self.baseline + 0.1 * self.size

    @property
    def end(self) -> float:
        """The right edge without closing marks, which may hang over the end of a column into the gutter."""
        last = len(self.glyphs) - 1
        while last and (self.glyphs[last].char in _CLOSERS or self.glyphs[last].char.isspace()):
            last -= 1
        return self.glyphs[last].x1


def is_wide(char: str) -> bool:
    """Whether a character is Chinese script or its punctuation, which are written without spaces."""
    return unicodedata.east_asian_width(char) in "WF" or char in "“”‘’…—·"


def page_lines(glyphs: Sequence[Glyph], page: int, first_column: int, gutters: list[Gutter]) -> list[Line]:
    """The lines of one page, in reading order; its columns are numbered from ``first_column``.

    Text that runs in another direction than most of the page's comes behind the rest. ``gutters`` are those of the
    pages before, and are added to: the last page of an article may have a line or two in its second column.
    """
    turns = Counter(glyph.turn for glyph in glyphs)
    out: list[Line] = []
    column = first_column
    for turn, _ in turns.most_common():
        runs = _runs([glyph for glyph in glyphs if glyph.turn == turn])
        for region in _regions(runs, gutters):
            for row in _rows(region):
                line = _line(row, page, turn, column)
                if line is not None:
                    out.append(line)
            column += 1
    return out


def _runs(glyphs: Sequence[Glyph]) -> list[_Run]:
    runs: list[_Run] = []
    for glyph in glyphs:
        run = runs[-1] if runs else None
        if run is not None:
            em = max(run.size, glyph.size)
            gap = glyph.x0 - run.x1
            last = run.glyphs[-1]
            if glyph.index == last.index + 1 and (glyph.x0, glyph.x1) == (last.x0, last.x1):
                # One sign for two characters: a ligature, a dash of two.
                run.glyphs.append(glyph)
                continue
            beside = abs(glyph.baseline - run.baseline) <= 0.3 * min(run.size, glyph.size)
            if beside and _BACK * em <= gap <= _APART * em and 0.6 <= glyph.size / run.size <= 1.7:
                run.glyphs.append(glyph)
                run.x1 = max(run.x1, glyph.x1)
                continue
        if not glyph.char.isspace():
            runs.append(_Run([glyph], glyph.x0, glyph.x1, glyph.baseline, glyph.size))
    # The same words drawn twice in one place are bold letters, or a shadow.
    seen: set[tuple[str, int, int]] = set()
    kept: list[_Run] = []
    for run in runs:
        # Spaces at the end have a width, too, but nothing stands there.
        run.x1 = max(glyph.x1 for glyph in run.glyphs if not glyph.char.isspace())
        text = "".join(glyph.char for glyph in run.glyphs)
        x, y = int(run.x0 / (0.3 * run.size)), int(run.baseline / (0.3 * run.size))
        if not any((text, x + i, y + j) in seen for i in (-1, 0, 1) for j in (-1, 0, 1)):
            seen.add((text, x, y))
            kept.append(run)
    return kept


def _regions(runs: list[_Run], gutters: list[Gutter], depth: int = 3) -> list[list[_Run]]:
    """Cut what stands on a page into columns, in reading order; what stands across them stays between."""
    gutter = (_gutter(runs) or _known(runs, gutters)) if depth else None
    if gutter is None:
        return [runs] if runs else []
    if not any(abs(gutter[0] - low) + abs(gutter[1] - high) < 20 for low, high in gutters):
        gutters.append(gutter)
    out: list[list[_Run]] = []
    across: list[_Run] = []
    for band, in_columns in _bands(runs, gutter):
        if not in_columns:
            across += band
            continue
        if across:
            out.append(across)
            across = []
        left, right = _sides(band, gutter)
        left, below = _without_tail(left, right)
        for side in (left, right):
            out += _regions(side, gutters, depth - 1)
        across += below
    if across:
        out.append(across)
    return out


def _sides(runs: Sequence[_Run], gutter: Gutter) -> tuple[list[_Run], list[_Run]]:
    middle = (gutter[0] + gutter[1]) / 2
    return [run for run in runs if run.end <= middle], [run for run in runs if run.x0 >= middle]


def _bands(runs: Sequence[_Run], gutter: Gutter) -> Iterator[tuple[list[_Run], bool]]:
    """What stands on a page from top to bottom: in two columns beside the gutter (True), or across it or alone."""
    middle = (gutter[0] + gutter[1]) / 2
    edges = min(run.x0 for run in runs), max(run.x1 for run in runs)

    def in_columns(band: Sequence[_Run]) -> bool:
        left, right = _sides(band, gutter)
        widths = gutter[0] - edges[0], edges[1] - gutter[1]
        # The second column may have no more than the end of a paragraph.
        return bool(left and right) and _fills(left, widths[0]) and (len(right) <= 2 or _fills(right, widths[1]))

    def cut(band: Sequence[list[_Run]]) -> Iterator[tuple[list[_Run], bool]]:
        # A table below the columns has both sides, too, but no running text on them.
        groups = list(_groups(band))
        last = max((i for i, group in enumerate(groups) if in_columns(group)), default=None)
        whole = [run for group in groups for run in group]
        if last is None:
            yield whole, in_columns(whole)
        elif any(all(_sides(group, gutter)) for group in groups[last + 1 :]):
            yield [run for group in groups[: last + 1] for run in group], True
            yield [run for group in groups[last + 1 :] for run in group], False
        else:
            yield whole, True

    band: list[list[_Run]] = []
    for row in _rows(runs):
        if any(run.x0 < middle < run.end for run in row):
            if band:
                yield from cut(band)
                band = []
            yield row, False
        else:
            band.append(row)
    if band:
        yield from cut(band)


def _groups(rows: Sequence[list[_Run]]) -> Iterator[list[_Run]]:
    """Rows that stand close below each other."""
    group: list[_Run] = []
    bottom = 0.0
    for row in rows:
        if group and min(run.top for run in row) - bottom > _BLANK * row[0].size:
            yield group
            group = []
        group += row
        bottom = max(bottom, *(run.bottom for run in row))
    if group:
        yield group


def _fills(runs: Sequence[_Run], width: float) -> bool:
    """Whether the ordinary line of a column is as long as those of running text are."""
    return median(sum(run.x1 - run.x0 for run in row) for row in _rows(runs)) >= _FULL * width


def _without_tail(left: list[_Run], right: Sequence[_Run]) -> tuple[list[_Run], list[_Run]]:
    """Take from a column what stands below both columns, a gap apart, where both end at the same height."""
    rows = _rows(left)
    bottom = max(run.baseline for run in right)
    steps = [below[0].baseline - above[0].baseline for above, below in pairwise(rows)]
    for i, step in enumerate(steps):
        if abs(rows[i][0].baseline - bottom) < step and rows[i + 1][0].top > bottom and step > _TAIL * median(steps):
            return [run for row in rows[: i + 1] for run in row], [run for row in rows[i + 1 :] for run in row]
    return left, []


def _same_row(one: _Run, other: _Run) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= 0.5 * min(one.bottom - one.top, other.bottom - other.top)


def _known(runs: Sequence[_Run], gutters: Sequence[Gutter]) -> Gutter | None:
    """A gutter of an earlier page that this page has, too, with few lines beside it."""
    for gutter in reversed(gutters[-_GUTTERS:]):
        if runs and any(in_columns for _, in_columns in _bands(runs, gutter)):
            return gutter
    return None


def _gutter(runs: Sequence[_Run]) -> Gutter | None:
    """The gap between two columns of running text, or None; a table's columns have short lines and are none."""
    if len(runs) < 2 * _COLUMN_LINES:
        return None
    em = median(run.size for run in runs)
    left, right = min(run.x0 for run in runs), max(run.x1 for run in runs)
    if right - left < 12 * em:
        return None
    step = max(1.0, em / 4, (right - left) / 1000)
    count = int((right - left) / step) + 1
    changes = [0] * (count + 1)
    for run in runs:
        changes[int((run.x0 - left) / step)] += 1
        changes[min(count, int((run.x1 - left) / step) + 1)] -= 1
    covered = list(accumulate(changes[:count]))
    allowed = _CROSSING * max(covered)
    best: tuple[float, float, float] | None = None
    i = 0
    while i < count:
        j = i
        while j < count and covered[j] <= allowed:
            j += 1
        if j > i:
            low, high = left + i * step, left + j * step
            if high - low >= _GUTTER * em and _is_gutter(runs, (low, high), left, right):
                crossing = sum(covered[i:j]) / (j - i)
                if best is None or crossing < best[0]:
                    best = (crossing, low, high)
        i = max(j, i + 1)
    return None if best is None else best[1:]


def _is_gutter(runs: Sequence[_Run], gutter: Gutter, left: float, right: float) -> bool:
    sides = _sides(runs, gutter)
    widths = gutter[0] - left, right - gutter[1]
    return all(
        len(side) >= _COLUMN_LINES and len(_rows(side)) >= _COLUMN_LINES and _fills(side, width)
        for side, width in zip(sides, widths, strict=True)
    )


def _rows(runs: Sequence[_Run]) -> list[list[_Run]]:
    """Runs that stand in one line, from left to right; raised and lowered small ones with what they belong to."""
    rows: list[list[_Run]] = []
    largest: list[_Run] = []
    near: dict[int, list[int]] = {}
    unit = max((run.size for run in runs), default=1.0)
    # The largest first, so that an exponent finds its line; the lines are put in order at the end.
    for run in sorted(runs, key=lambda r: (-round(r.size), r.baseline, r.x0)):
        place = int(run.baseline / unit)
        candidates = [i for p in (place - 1, place, place + 1) for i in near.get(p, ())]
        for i in candidates[-_LOOK_BACK:]:
            if _same_row(largest[i], run) and not any(
                min(run.x1, o.x1) - max(run.x0, o.x0) > 0.4 * min(run.size, o.size) for o in rows[i][-_LOOK_BACK:]
            ):
                rows[i].append(run)
                break
        else:
            near.setdefault(place, []).append(len(rows))
            rows.append([run])
            largest.append(run)
    order = sorted(range(len(rows)), key=lambda i: (largest[i].baseline, largest[i].x0))
    return [sorted(rows[i], key=lambda r: r.x0) for i in order]


def _line(row: Sequence[_Run], page: int, turn: int, column: int) -> Line | None:
    text: list[str] = []
    indices: list[int] = []
    before: Glyph | None = None
    cells = False
    for glyph in (glyph for run in row for glyph in run.glyphs):
        if before is not None:
            gap = (glyph.x0 - before.x1) / max(before.size, glyph.size)
            # Spaces that were typed may stand there already; a wide gap is one between cells all the same.
            blank = bool(text) and text[-1].isspace()
            if gap >= _CELL:
                cells = True
                text.append("\t")
                indices.append(-1)
            elif not blank and not glyph.char.isspace() and _is_space(before, glyph, gap):
                text.append(" ")
                indices.append(-1)
        for char in _LIGATURES.get(glyph.char, _plain(glyph.char)):
            text.append(char)
            indices.append(glyph.index)
        before = glyph
    while text and text[-1].isspace():
        text.pop()
        indices.pop()
    lead = next((i for i, char in enumerate(text) if not char.isspace()), len(text))
    if lead == len(text):
        return None
    visible = [glyph for run in row for glyph in run.glyphs if not glyph.char.isspace()]
    sizes = Counter(round(glyph.size * 2) / 2 for glyph in visible)
    size = sizes.most_common(1)[0][0]
    return Line(
        page,
        "".join(text[lead:]),
        indices[lead:],
        visible[0].x0,
        max(glyph.x1 for glyph in visible),
        max(row, key=lambda r: r.size).baseline,
        size,
        _unit(visible, size),
        turn,
        cells,
        _font(visible),
        column,
    )


def _is_space(before: Glyph, glyph: Glyph, gap: float) -> bool:
    if is_wide(before.char) or is_wide(glyph.char):
        return gap >= _WIDE_SPACE
    return glyph.spaced or gap >= 0.3


def _plain(char: str) -> str:
    """Radicals that files give in place of the characters they look like, and bullets without a character."""
    if "\u2e80" <= char <= "\u2fd5":
        plain = _RADICALS.get(char, unicodedata.normalize("NFKC", char))
        return plain if len(plain) == 1 else char
    return _BULLETS.get(char, char)


def _font(glyphs: Sequence[Glyph]) -> str:
    fonts = {glyph.font for glyph in glyphs if is_wide(glyph.char)} or {glyph.font for glyph in glyphs}
    return fonts.pop() if len(fonts) == 1 else ""


def _unit(glyphs: Sequence[Glyph], size: float) -> float:
    end = 1
    if not is_wide(glyphs[0].char):
        while end < len(glyphs) and not is_wide(glyphs[end].char) and glyphs[end].x0 - glyphs[end - 1].x1 < 0.15 * size:
            end += 1
    while end < len(glyphs) and glyphs[end].char in _CLOSERS:
        end += 1
    return glyphs[end - 1].x1 - glyphs[0].x0
