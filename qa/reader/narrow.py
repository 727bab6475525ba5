"""Spans that say more than was asked: the day where a year is asked for, and what the question itself has named."""

from __future__ import annotations

import re

from qa.reader.question import Question
from qa.reader.things import things
from qa.reader.whole import DAY, YEAR
from qa.text.normalise import fold

_DATE = re.compile(f"(?P<year>{YEAR}){DAY}")
_BESIDE = re.compile(r"除了|除[^,]{1,20}[外还]|以外|之外|另外?[一两]|还有|其余")
"""Words of a question for what there is beside what it names."""
_QUOTES = "《》“”「」『』\"' "
_SHORTEST = 2


def narrowed(asked: Question, text: str, start: int, end: int) -> tuple[int, int]:
    """``start:end`` of ``text`` without what ``asked`` does not ask for, at its edges; never less than one thing."""
    if asked.year:
        start, end = to_the_year(text, start, end)
    if _BESIDE.search(asked.text):
        start, end = _without_named(asked.text, text, start, end)
    return start, end


def to_the_year(text: str, start: int, end: int) -> tuple[int, int]:
    """``start:end``, which ends with a date and has no other, without what stands behind its year."""
    dates = list(_DATE.finditer(fold(text[start:end])))
    if len(dates) == 1 and dates[0].end() == end - start:
        return start, start + dates[0].end("year")
    return start, end


def _without_named(question: str, text: str, start: int, end: int) -> tuple[int, int]:
    """What is listed, but for those first and last of it that the question has named."""
    said = fold(text[start:end])
    listed = things(said)

    def named(thing: tuple[int, int]) -> bool:
        words = said[slice(*thing)].strip(_QUOTES)
        return len(words) >= _SHORTEST and words in question

    while len(listed) > 1 and named(listed[0]):
        del listed[0]
    while len(listed) > 1 and named(listed[-1]):
        del listed[-1]
    return start + listed[0][0], start + listed[-1][1]
