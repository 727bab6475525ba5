"""The cell of a table that a question names: by its row, by its column, and by nothing that stands elsewhere.

A row of a table reads 一般公共预算收入（单位：亿元）：2022年：1,100.0，2023年：1,234.5 (``qa.documents.tables``).
A model that learned from sentences is unsure of it; where the question's words are those of one row and one column,
there is nothing to be unsure of. Whatever else a question says has to stand in the headings: the row of another town
does not answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.period import years
from qa.reader.question import Kind
from qa.reader.selection import analysed
from qa.text.aliases import in_words_of
from qa.text.normalise import fold

if TYPE_CHECKING:
    from qa.types import Hit

CONFIDENCE = 0.9
"""Of a cell that a question names. It is no measured share: what is read of tables has not been measured on many."""
_NAME = r"(?:（[^（）\n]*）|[^：，（）\n])+"
_ROW = re.compile(rf"(?P<label>{_NAME})：(?P<cells>[^\n]+)")
_CELL = re.compile(rf"(?P<column>{_NAME})：(?P<value>[^：，]+)(?:，|$)")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_YEAR = re.compile(r"[0-9]{4}(?:年度?)?全?年?")


def named_cells(question: str, hits: Sequence[Hit]) -> list[tuple[Hit, int, int]]:
    """The cells that ``question`` names, with where their values stand in the Hits' passages.

    Of several rows those whose name is longest: 税收收入 is not asked for where 非税收收入 is.
    """
    found = [(hit, *cell) for hit in hits if (cell := _named(question, hit)) is not None]
    longest = max((label for _, _, _, label in found), default=0)
    return [(hit, start, end) for hit, start, end, label in found if label == longest]


def _named(question: str, hit: Hit) -> tuple[int, int, int] | None:
    """Start and end of the value, and the length of the row's name; None unless one cell of the row is named."""
    about = analysed(question)
    if about.kind in (Kind.LIST, Kind.REASON, Kind.DEFINITION, Kind.OTHER) or about.change:
        return None
    text = hit.passage.text
    row = _ROW.fullmatch(text.strip())
    if row is None:
        return None
    cells = list(_CELL.finditer(row["cells"]))
    if not cells or "".join(cell[0] for cell in cells) != row["cells"]:
        return None
    asked = fold(in_words_of(question, text))
    label = _ASIDE.sub("", fold(row["label"]))
    if label not in asked:
        return None
    columns = [_ASIDE.sub("", fold(cell["column"])) for cell in cells]
    wanted = years(asked)
    told = set().union(*(years(column) for column in columns))
    if wanted:
        fits = [wanted == years(column) for column in columns] if told else [True] * len(columns)
        if not told and not wanted <= years(fold(" ".join((hit.title, *hit.passage.heading_path)))):
            return None
    else:
        fits = [not told] * len(columns)
    # 预算 in 一般公共预算收入 is the row's name, and names no column.
    beside = asked.replace(label, "\n", 1)
    named = [i for i, column in enumerate(columns) if fits[i] and _YEAR.sub("", column) in beside]
    if not named and len(cells) == 1 and fits[0]:
        named = [0]
    if len(named) != 1:
        return None
    around = fold(" ".join((row["label"], cells[named[0]]["column"], hit.title, *hit.passage.heading_path)))
    # 数是 is cut so where 预算数是 stands in front of 多少.
    if not all(word in around or word.rstrip("是为有") in around for word in analysed(asked).content):
        return None
    first = text.index(row["cells"], text.index(row["label"]) + len(row["label"])) + cells[named[0]].start("value")
    value = cells[named[0]]["value"]
    if not any(character.isalnum() for character in value):
        return None
    return first, first + len(value), len(label)
