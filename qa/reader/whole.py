"""What a span must not cut: a number with its unit, a date, the number of a document."""

from __future__ import annotations

import re
from functools import lru_cache

from qa.reader import units
from qa.text.normalise import fold

_UNIT = "|".join(re.escape(u) for u in units.LONGEST_FIRST)
_SCALE = "(?:万亿|[十百千]?[万亿]|[十百千](?=余|多))"
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
YEAR = r"(?:公元前?)?(?:\d{1,4}|[〇零一二三四五六七八九]{4})年"
DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号])?"
"""Patterns of a date's year, and of the month, with or without its day, behind it."""
_WHOLE = re.compile(
    # numbers of documents, from the last letter of their first part: 国发〔2023〕1号
    r"[\u4e00-\u9fff][〔(\[【﹝]\d{4}[〕)\]】﹞]第?\d{1,5}号"
    # dates
    rf"|{YEAR}(?:{DAY})?|\d{{1,2}}月\d{{1,2}}[日号]|\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}(?!\d)"
    # shares
    rf"|(?:{_NUMBER})(?:%|‰|个?百分点)|百分之[一二三四五六七八九十百零点\d.]+"
    # numbers with scale and unit
    rf"|(?:{_NUMBER}){_SCALE}?[余多]?{_SCALE}?(?:{_UNIT})?"
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
