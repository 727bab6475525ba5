"""What a span must not cut: a number with its unit, a date, the number of a document."""

from __future__ import annotations

import re
from functools import lru_cache

from qa.reader import units
from qa.text.normalise import fold

_UNIT = "|".join(re.escape(u) for u in units.LONGEST_FIRST)
_SCALE = "(?:万亿|[十百千]?[万亿]|[十百千](?=余|多|元|块|人))"
_NUMBER = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SIGN = r"(?:(?<![^长降比为是达至到温润率幅速度(:,\n])[-−+])?"
"""Only behind what rises or falls, and where a cell or a line begins: A-3, 5-10 and 押金-3000元 have none."""
_NO_CODE = r"(?<![^a-z&][a-z])(?<![^a-z&][a-z]{2})"
"""A number behind a letter or two (G312, A4) bears no unit; behind GDP it does."""
_ALONE = r"(?![\u4e00-\u9fffa-z])"
_UNITS = rf"(?:{_SCALE}?[余多]?{_SCALE}?(?:{_UNIT})(?![a-z])|{_SCALE}[余多]?)"
_PER = (
    "(?:月|年|天|日|小时|吨|公斤|千克|斤|亩|㎡|平米|[平立]方米|人次?|户|件|套|台|次|度|千瓦时|公里|升|股|份|张|个|辆)"
)
YEAR = r"(?:公元前?)?(?:\d{4} ?|\d{1,4}|[〇○零一二三四五六七八九]{4})年"
DAY = r" ?(?:\d{1,2}|[一二三四五六七八九十]{1,2}) ?月(?: ?(?:\d{1,2}|[一二三四五六七八九十]{1,3}) ?[日号])?"
"""Patterns of a date's year, and of the month, with or without its day, behind it."""
_HAN = "[一二两三四五六七八九]?[十百千万亿][零一二两三四五六七八九十百千万亿]*"
_WHOLE = re.compile(
    # numbers of documents, from the last letter of their first part: 国发〔2023〕1号
    r"[\u4e00-\u9fff][〔(\[【﹝]\d{4}[〕)\]】﹞]第?\d{1,5}号"
    # dates, and spans of years
    rf"|(?<!\d)\d{{4}}[-~—–]\d{{4}} ?年|{YEAR}(?:{DAY})?|\d{{1,2}} ?月 ?\d{{1,2}} ?[日号]"
    r"|\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)"
    # times of day
    r"|(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?![\d:])"
    # ranges
    rf"|{_SIGN}(?:{_NUMBER})%[-~—–](?:{_NUMBER})%|{_SIGN}(?:{_NUMBER})[-~—–](?:{_NUMBER})(?:%|{_UNITS})?"
    # shares
    rf"|{_SIGN}(?:{_NUMBER}) ?(?:%|‰|个?百分点)|[百千万]分之[一二三四五六七八九十百零点\d.]+"
    # numbers with scale and unit, and what they are counted by: 120元/吨
    rf"|{_SIGN}{_NO_CODE}(?<!\d)(?:{_NUMBER})(?:{_UNITS}(?:/{_PER})?| {_UNITS}{_ALONE}|[a-z]{{1,4}}(?![a-z]))"
    rf"|{_SIGN}(?:{_NUMBER})"
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
