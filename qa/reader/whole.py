"""What a span must not cut: a number with its unit, a date, the number of a document."""

from __future__ import annotations

import re
from functools import lru_cache

from qa.reader import units
from qa.text.normalise import fold

_UNIT = "|".join(re.escape(u) for u in units.LONGEST_FIRST)
_SCALE = "(?:万亿|[十百千]?[万亿]|[十百千](?=余|多|元|块|人|米|克|瓦))"
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SIGN = r"(?:(?<![0-9a-z%.)~—–\-区栋号楼层室座幢期版卷])[-−+])?"
"""Of 增长-3.2%; what stands before the mark in A-3, 5-10 and 2号楼-3 makes it no sign."""
_NAME = r"(?<![a-z0-9])"
"""A number with letters before it (G312, A4) bears no unit."""
YEAR = r"(?:公元前?)?(?:\d{1,4}|[〇○零一二三四五六七八九]{4})\s?年"
DAY = r"\s?(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s?月(?:\s?(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s?[日号])?"
"""Patterns of a date's year, and of the month, with or without its day, behind it."""
_HAN = "[一二两三四五六七八九]?[十百千万亿][零一二两三四五六七八九十百千万亿]*"
_WHOLE = re.compile(
    # numbers of documents, from the last letter of their first part: 国发〔2023〕1号
    r"[\u4e00-\u9fff][〔(\[【﹝]\d{4}[〕)\]】﹞]第?\d{1,5}号"
    # dates, and spans of years
    rf"|(?<!\d)\d{{4}}\s?[-~—–]{{1,2}}\s?\d{{4}}\s?年|{YEAR}(?:{DAY})?|\d{{1,2}}\s?月\s?\d{{1,2}}\s?[日号]"
    r"|\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)"
    # times of day
    r"|(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])"
    # ranges
    rf"|{_SIGN}(?:{_NUMBER})%?[-~—–]{{1,2}}(?:{_NUMBER})(?:%|{_SCALE}?(?:{_UNIT})?(?![a-z]))"
    # shares
    rf"|{_SIGN}(?:{_NUMBER})\s?(?:%|‰|个?百分点)|[百千万]分之[一二三四五六七八九十百零点\d.]+"
    # numbers with scale and unit, and what they are counted by: 120元/吨
    rf"|{_SIGN}{_NAME}(?:{_NUMBER})\s?{_SCALE}?[余多]?{_SCALE}?(?:(?:{_UNIT}|[a-z]{{1,4}})(?![a-z])(?:/[\u4e00-\u9fff]{{1,2}})?)?"
    # the same in words
    rf"|(?<![一二三四五六七八九十百千万亿零]){_HAN}(?:{_UNIT})"
)


@lru_cache(maxsize=512)
def whole_figures(text: str) -> tuple[tuple[int, int], ...]:
    """Places of figures with their units, of dates, and of documents' numbers, in ``text``, which may not be cut."""
    return tuple(match.span() for match in _WHOLE.finditer(fold(text)))


def uncut(text: str, start: int, end: int) -> tuple[int, int]:
    """``start:end``, grown to the edges of what it cuts of these."""
    for low, high in whole_figures(text):
        if low < start < high:
            start = low
        if low < end < high:
            end = high
    return start, end
