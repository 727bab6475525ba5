"""Tables of any format: which rows are a header, what each row is called, and the rows as lines that name columns.

A reader gives a ``Grid`` of shown texts; ``lines`` gives the table's text. A row of values becomes a line such as

    一般公共预算收入（单位：亿元）：2022年：1,100.0，2023年：1,234.5
    滨河路改造（项目名称）：总投资（万元）：21,450，开工时间：2024年5月

so that a quote of it can be understood alone, search finds it by row and column, and a cell's value is one span. The
names are the table's own words; what is not there is never supplied. Of twenty renderings of six tables, the reader
answered best on this one: what matters most is that the unit stands with the row's name, in front of the values.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from qa.documents.model import Kind
from qa.documents.passages import WHOLE

Row = TypeVar("Row")

MAX_AREA = 10_000_000
"""Rows times columns of a table that is looked into; a larger one, mostly empty, is read row by row as it stands."""

_ROOM = WHOLE - 20
"""Characters of a row's line; a longer row becomes several lines, each with the row's name."""
_MOST_HEADERS = 4
_GAP = 2  # empty rows between a title and its table
_LEAD_ROWS = 4  # rows of a title, a unit, who made it
_NAME = 40  # characters of a column's name, where no format states it
_GROUP = 40  # characters of a line inside a table that heads the rows below it

_NUMBER = re.compile(
    r"[-+−–(（]?\s*[¥￥$€£]?\s*[-+−]?(?:\d[\d,，\s]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*"
    r"(?:[%％‰]|[^\W\d_]{1,3}|[^\W\d_]{1,3}/[^\W\d_]{1,3})?\s*[)）]?[*＊]?"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_TOLD = re.compile(r"(?:19|20)\d\d年")
_TIME = re.compile(
    r"(?:19|20)\d\d\s*(?:年度?)?|(?:(?:19|20)\d\d\s*年)?\s*(?:上半年|下半年|[第前]?[一二三四1-4]季度|[一二三四1-4]季度末|年末|年底|初)"
    r"|(?:(?:19|20)\d\d\s*年)?\s*(?:1[0-2]|0?[1-9])(?:[-—–~至](?:1[0-2]|0?[1-9]))?\s*月份?"
    r"|(?:19|20)\d\d[-/.年](?:1[0-2]|0?[1-9])(?:[-/.月](?:3[01]|[12]\d|0?[1-9])日?)?|(?:19|20)\d\d\s*[Qq][1-4]"
)
_NOTHING = re.compile(r"[-—–－/\\.…·*＊\s]*|N/?A|无|暂无")
_UNIT = re.compile(
    r"[（(【\[]?\s*(?:计量|货币|金额|数量|统计|计价)?单\s*位\s*[:：]\s*(?P<unit>[^:：]{1,20}?)\s*[)）】\]]?"
)
_NOTE = re.compile(
    r"\s*[*＊※（(]?\s*(?:附?注|备注|说明|注释|资料来源|数据来源|来源|注意|填表|制表|审核|编制)[^:：]{0,6}[:：]"
)
_ORDINAL = re.compile(r"序\s*号|编\s*号|行\s*次|栏\s*次|[Nn][Oo]\.?|#|项\s*次")
_YEARS = re.compile(r"年\s*[份度]?|年份|会计年度|统计年度")
_HEAD_WORDS = re.compile(
    r"(?:序号|编号|行次|栏次|项目|指标|名称|姓名|地区|年份|年度|月份|单位|类别|分类|种类|品种|时间|日期|科目|行业|部门|内容|区域|城市|县区"
    r"|课程|产品|职务|职位|电话|地址|备注|科室|学校|班级|型号|规格|数量|金额|价格|单价|合计|责任单位|牵头单位)"
    r"|.{0,6}(?:项目|指标|名称|姓名|类别|科目|编号)"
)
_TOTAL = re.compile(r"(?:[全总]?合\s*计|总\s*计|共\s*计).{0,10}")
_GENERIC = re.compile("项目|指标|指标名称|名称|地区|区域|单位|科目|类别|分类|行业|内容|月份|时间|日期")
_UNITS = re.compile(
    r"[（(]?(?:[%％‰]|个百分点|[十百千]?[万亿]?(?:美元|元|人次|人|户|家|个|吨|公里|千米|米|亩|公顷|平方米|平方公里|立方米|千瓦时|千瓦|辆|台|套|件|张|座|天|年|岁"
    r"|元/[^\W\d_]{1,4}|[^\W\d_]/[^\W\d_]{1,3})|[万亿]|[a-zA-Z]{1,3}[²³]?)[)）]?"
)
_LABELLED = re.compile(r".{1,20}[:：]")
_SPACES = re.compile(r"\s+")
_CJK_GAP = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])\s+(?=[\u2e80-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged area of a grid: rows ``top`` to ``bottom`` and columns ``left`` to ``right``, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as it is seen: a text for each cell, "" where it is empty or covered by a merged area.

    ``header`` is the number of header rows where the format states it (th, a repeated row), 0 for none; ``record`` says
    that a first row of names is the rule here, as it is in spreadsheets; in a document, a table may well be a form.
    """

    rows: Sequence[Sequence[str]]
    merges: Sequence[Merge] = ()
    header: int | None = None
    record: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table's text; ``named`` and ``above`` as in ``Block``."""

    text: str
    kind: Kind
    level: int | None = None
    named: bool = False
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Header:
    """The names of columns, which the rows of a following part without a header take over."""

    names: tuple[str, ...]
    unit: str = ""


@dataclass(slots=True)
class Rendered:
    """A table's lines, and its header and title where it has them."""

    lines: list[Line] = field(default_factory=list)
    header: Header | None = None
    title: str | None = None


def render(grid: Grid, level: int | None = None, before: Header | None = None) -> Rendered:
    """The lines of a table.

    ``level`` is that of its title as a heading, which reaches to the next heading; without it, the title stands above
    the table's own rows only. ``before`` is the header of the part above, from which an empty row sets this one apart.
    """
    if len(grid.rows) * max(map(len, grid.rows), default=0) > MAX_AREA:
        texts = ("\t".join(cell for cell in row if cell.strip()) for row in grid.rows)
        return Rendered([Line(" ".join(text.split("\n")), Kind.ROW) for text in texts if text])
    table = _Table(grid)
    if not table.rows:
        return Rendered()
    if table.width == 1:
        return Rendered([Line(row[0], Kind.TEXT) for row in table.rows if row[0]])
    return _render(table, grid, level, before)


def _render(table: _Table, grid: Grid, level: int | None, before: Header | None) -> Rendered:
    out = Rendered()
    unit = ""
    first = 0
    lead: list[str] = []
    while first < len(table.rows) and (found := table.lead(first)) is not None:
        for text in found:
            match = _UNIT.fullmatch(text)
            if match and not unit:
                unit = match["unit"]
            else:
                lead.append(text)
        first += 1
    if first == len(table.rows):
        # Nothing but lines.
        out.lines = [Line(text, Kind.TEXT) for i in range(first) for text in table.lead(i) or ()]
        return out
    count = table.headers(first, grid.header, grid.record)
    taken = None
    if not count and before is not None and len(before.names) == table.width and table.values(first):
        taken = before
    above: tuple[str, ...] = ()
    if lead:
        title, *others = lead
        if _is_title(title) and count + (taken is not None):
            out.title = title
            above = () if level is not None else (title,)
            heading = Kind.ROW if level is None else Kind.HEADING
            out.lines.append(Line(title, heading, level, above=above))
        else:
            others = lead
        out.lines.extend(Line(text, Kind.TEXT) for text in others)
    if taken is not None:
        names, unit = list(taken.names), unit or taken.unit
    else:
        names = table.names(first, count)
    if count or taken is not None:
        out.header = Header(tuple(names), unit)
    body = range(first + count, len(table.rows))
    table.repeated = {tuple(row) for row in table.rows[first : first + count]}
    _body(table, body, names, bool(count) or taken is not None, unit, above, out)
    if unused := [names[i] for i in range(table.width) if names[i] and not any(table.rows[r][i] for r in body)]:
        out.lines.append(Line("\t".join(unused), Kind.ROW))
    if unit and not any(f"单位：{unit}" in line.text for line in out.lines):
        out.lines.insert(0, Line(f"单位：{unit}", Kind.TEXT))
    return out


def _body(
    table: _Table, body: range, names: list[str], named: bool, unit: str, above: tuple[str, ...], out: Rendered
) -> None:
    labels = table.label_columns(body, names) if named else []
    last = max((i for i in body if table.lead(i) is None), default=-1)
    group = above
    for i in body:
        alone = table.lead(i)
        if alone is not None:
            for text in alone:
                heads = i < last and len(text) <= _GROUP and not _NOTE.match(text) and named
                group = (*above, text) if heads else above
                out.lines.append(Line(text, Kind.ROW if heads else Kind.TEXT, above=group))
            continue
        row = table.rows[i]
        if tuple(row) in table.repeated:
            continue  # the header once more, at the top of a printed page
        if not named:
            out.lines.append(_unnamed(row))
            continue
        if any(_TOTAL.fullmatch(row[column]) for column in labels):
            group = above
        lines = row_lines(row, names, labels, unit, table.spans(i))
        out.lines.extend(Line(text, Kind.ROW, named=True, above=group) for text in lines)


def _unnamed(row: Sequence[str]) -> Line:
    """A row of a table without a header: a pair of name and value, or the cells with tabs between them."""
    cells = [cell for cell in row if cell]
    if len(cells) == 2 and len(cells[0]) <= _NAME and not _is_value(cells[0]):
        return Line(f"{cells[0].rstrip('：:')}：{cells[1]}", Kind.ROW)
    return Line("\t".join(row).strip("\t") if "\t".join(row).strip() else "", Kind.ROW)


def row_lines(
    row: Sequence[str], names: Sequence[str], labels: Sequence[int], unit: str, spans: dict[int, int]
) -> list[str]:
    """A row as one line that names its columns; as several, each with the row's name, where it is long."""
    label = " ".join(dict.fromkeys(_label(row[i], names[i]) for i in labels if row[i]))
    pairs = []
    for i, cell in enumerate(row):
        if cell and i not in labels:
            covered = dict.fromkeys(name for name in names[i : i + spans.get(i, 1)] if name)
            pairs.append(_pair("、".join(covered), cell))
    told = f"（单位：{unit}）" if unit else ""
    if not pairs or not label:
        return [f"{label or '，'.join(pairs)}{told}"] if len("，".join(pairs)) <= _ROOM else _packed("", pairs)
    return _packed(f"{label}{told}：", pairs)


def _packed(head: str, pairs: Sequence[str]) -> list[str]:
    lines, line = [], ""
    for pair in pairs:
        if line and len(head) + len(line) + 1 + len(pair) > _ROOM:
            lines.append(head + line)
            line = ""
        line += f"，{pair}" if line else pair
    return [*lines, head + line]


def _label(cell: str, name: str) -> str:
    """What a row is called: its first words, and what kind of thing they name, where the column says that."""
    if _YEARS.fullmatch(name):
        return f"{cell}年" if _YEAR.fullmatch(cell) else cell
    return cell if not name or _GENERIC.fullmatch(name) else f"{cell}（{name}）"


def _pair(name: str, cell: str) -> str:
    if not name:
        return cell
    return f"{name}：{cell}"


def _is_value(cell: str) -> bool:
    """Whether a cell holds a figure; a year or a month alone names something."""
    if _TIME.fullmatch(cell) or _YEAR_TOLD.match(cell):
        return False
    match = _NUMBER.fullmatch(cell)
    return match is not None and any(c.isdigit() for c in cell)


def _is_title(text: str) -> bool:
    return len(text) <= 2 * _NAME and not _NOTE.match(text) and text[-1] not in "。；;：:" and not _is_value(text)


class _Table:
    """A grid without its empty edges, its cells on one line each, merged areas known."""

    def __init__(self, grid: Grid) -> None:
        cells = [[" ".join(cell.split()) for cell in row] for row in grid.rows]
        width = max((i + 1 for row in cells for i, cell in enumerate(row) if cell), default=0)
        left = min((i for row in cells for i, cell in enumerate(row) if cell), default=0)
        for merge in grid.merges:
            if merge.left < left < merge.right:
                left = merge.left
        used = [i for i, row in enumerate(cells) if any(row)]
        self.width = width - left
        self.rows = [(cells[i] + [""] * width)[left:width] for i in used]
        self._spans: dict[int, dict[int, int]] = defaultdict(dict)  # by row and column, how many columns
        self._down: dict[tuple[int, int], int] = {}  # by row and column, how many rows
        self.repeated: set[tuple[str, ...]] = set()  # the header's rows
        self._covered: set[int] = set()  # rows with a cell that began above
        room = len(self.rows) * self.width  # areas that lie over each other would cover more
        for merge in grid.merges:
            top, bottom = bisect_left(used, merge.top), bisect_left(used, merge.bottom)
            room -= bottom - top
            if room >= 0 and top < bottom and used[top] == merge.top:
                self._merge(range(top, bottom), merge, left)

    def _merge(self, rows: range, merge: Merge, left: int) -> None:
        first, last = max(0, merge.left - left), min(self.width, merge.right - left)
        top = rows[0]
        if first >= last or not self.rows[top][first]:
            return
        text = self.rows[top][first]
        if last - first > 1:
            self._spans[top][first] = last - first
        if len(rows) > 1:
            self._down[top, first] = len(rows)
            self._covered.update(rows[1:])
        for i in rows:
            # Downwards a merged cell's text holds for each row; sideways it is told once, with all its columns' names.
            if i != top and not self.rows[i][first]:
                self.rows[i][first] = text
                if last - first > 1:
                    self._spans[i][first] = last - first

    def spans(self, row: int) -> dict[int, int]:
        """Columns over which cells of a row reach, by the first of them."""
        return self._spans.get(row, {})

    def lead(self, row: int) -> list[str] | None:
        """The texts of a row that holds no values but a line: one cell alone, or a unit with who made the table."""
        cells = [cell for cell in self.rows[row] if cell]
        if len(cells) == 1:
            only = next(i for i, cell in enumerate(self.rows[row]) if cell)
            across = only == 0 or self.spans(row).get(only, 1) > 1 or _UNIT.fullmatch(cells[0]) is not None
            return cells if across and not _is_value(cells[0]) and row not in self._covered else None
        if len(cells) < max(self.width, 3) and any(_UNIT.fullmatch(c) for c in cells):
            return None if any(_is_value(c) for c in cells) else cells
        return None

    def values(self, first: int) -> bool:
        """Whether the row holds a figure."""
        return any(map(_is_value, self.rows[first]))

    def headers(self, first: int, stated: int | None, record: bool) -> int:
        """The number of header rows from ``first``; 0 when the table has none."""
        left = len(self.rows) - first
        if stated is not None:
            return min(max(stated - first, self._levels(first)), left - 1) if stated and left > 1 else 0
        if left < 2 or not self._names_only(first):
            return 0
        count = self._levels(first)
        if count >= left:
            return 0
        top = self.rows[first]
        if any(_LABELLED.fullmatch(cell) for cell in top):
            return 0
        words = sum(_HEAD_WORDS.fullmatch(_SPACES.sub("", cell)) is not None for cell in top)
        if words * 2 >= sum(map(bool, top)) or (record and (words or count > 1)):
            return count
        figures = [self._figures(column, first + count) for column in range(1, self.width)]
        told = [found for found in figures if found is not None]
        # In a form, names and values stand side by side; in a table of figures, all columns behind the first hold some.
        if told and (any(told) if record else all(told)):
            return count
        full = all(top) or (not top[0] and all(top[1:]))
        return count if record and full and self.width > 2 and len(set(top)) == len(top) else 0

    def _figures(self, column: int, first: int) -> bool | None:
        """Whether most cells of a column hold figures, 2009.01 among them, ``None`` for an empty one."""
        cells = [row[column] for row in self.rows[first:] if row[column] and not _NOTHING.fullmatch(row[column])]
        if not cells:
            return None
        figures, times = sum(map(_is_value, cells)), sum(_TIME.fullmatch(cell) is not None for cell in cells)
        return figures > 0 and (figures + times) * 2 > len(cells)

    def _names_only(self, row: int) -> bool:
        cells = [cell for cell in self.rows[row] if cell]
        return (
            len(cells) >= 2
            and all(len(cell) <= _NAME and not _is_value(cell) for cell in cells)
            and not all(_NOTHING.fullmatch(cell) for cell in cells)
        )

    def _levels(self, first: int) -> int:
        """Rows of the header that begins here: further ones stand below cells that reach over several columns."""
        count = 1
        while count < _MOST_HEADERS and first + count < len(self.rows) - 1:
            row = first + count
            above, here = self.rows[row - 1], self.rows[row]
            if not self._names_only(row):
                break
            reaches = any(
                span > 1 and any(here[c + 1 : c + span])
                for c, span in self.spans(row - 1).items()
                if not (here[c] == above[c] and self._down.get((row - 1, c)))
            )
            tall = any(first <= top < row < top + size for (top, _), size in self._down.items())
            # Without merged cells: names under the gaps of the row above, and a gap under its first cell.
            if self._units(row):
                return count + 1
            gaps = not here[0] and bool(above[0]) and any(h and not a for a, h in zip(above[1:], here[1:], strict=True))
            if not (reaches or tall or gaps):
                break
            count += 1
        return count

    def _units(self, row: int) -> bool:
        """Whether a row below a header says the columns' units."""
        rest = [cell for cell in self.rows[row][1:] if cell]
        return bool(rest) and self.rows[row][0] in ("", "单位", "计量单位") and all(map(_UNITS.fullmatch, rest))

    def names(self, first: int, count: int) -> list[str]:
        """The name of each column: the texts above it from the top down, each once."""
        names = []
        units = self.rows[first + count - 1] if count > 1 and self._units(first + count - 1) else None
        count -= units is not None
        rows = [self._filled(i) if count > 1 else list(self.rows[i]) for i in range(first, first + count)]
        for column in range(self.width):
            parts = dict.fromkeys(_CJK_GAP.sub("", row[column]) for row in rows if row[column])
            name = _joined(parts)
            if units is not None and (unit := units[column]) and column:
                name = f"{name}（{unit.strip('（()）')}）"
            names.append(name)
        if any(_YEAR.fullmatch(name) for name in names) and not any(map(_is_value, names)):
            names = [f"{name}年" if _YEAR.fullmatch(name) else name for name in names]
        return names

    def _filled(self, row: int) -> list[str]:
        """A header's row, its texts carried to the right where they reach over columns that have names below."""
        cells = list(self.rows[row])
        spans = self.spans(row)
        if spans:
            for column, span in spans.items():
                for i in range(column + 1, column + span):
                    cells[i] = cells[i] or cells[column]
            return cells
        for i in range(1, self.width):
            below = row + 1 < len(self.rows) and self.rows[row + 1][i]
            if not cells[i] and below and i > 1:
                cells[i] = cells[i - 1]
        return cells

    def label_columns(self, body: range, names: Sequence[str]) -> list[int]:
        """The columns whose cells say what a row is about: the first of words, and what divides its merged cells."""
        labels: list[int] = []
        for column in range(self.width):
            cells = [self.rows[i][column] for i in body if self.lead(i) is None and self.rows[i][column]]
            if not cells or _ORDINAL.fullmatch(names[column]):
                continue
            if sum(map(_is_value, cells)) * 2 > len(cells):
                break
            labels.append(column)
            if not any((i, column) in self._down for i in body):
                break
        return labels


def _joined(parts: Iterable[str]) -> str:
    """Names of several levels as one; words in Latin letters keep a space between them."""
    out = ""
    for part in parts:
        out += f" {part}" if out and out[-1].isascii() and out[-1].isalpha() and part[0].isascii() else part
    return out


def blocks_of(rows: Iterable[tuple[int, Row]], alone: Callable[[Row], bool]) -> Iterator[list[tuple[int, Row]]]:
    """Runs of numbered rows without an empty row between them.

    Rows of one cell (``alone``), such as a title and a unit, go with the table up to ``_GAP`` empty rows below them.
    """
    run: list[tuple[int, Row]] = []
    lead = True  # whether the run has only rows of one cell
    for number, row in rows:
        gap = number - run[-1][0] - 1 if run else 0
        if gap and not (lead and gap <= _GAP and len(run) <= _LEAD_ROWS):
            yield run
            run, lead = [], True
        run.append((number, row))
        lead = lead and alone(row)
    if run:
        yield run
