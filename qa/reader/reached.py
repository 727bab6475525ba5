"""The figure itself, where a span quotes the mark that it passed: 15.8亿元 of 突破15亿元大关，达15.8亿元.

Readers are drawn to the first figure behind an indicator. How sure one is of that, it is of what it quotes there; so
the span moves to the figure, with the score it has.
"""

from __future__ import annotations

import re

from qa.reader.question import Kind, Question
from qa.reader.whole import whole_figures
from qa.text.normalise import fold

_BOUND = re.compile(
    r"(?:突破|超过|跨过|跨越|迈上|站上|越过|登上)了?"
    r"(?P<bound>[0-9.,]+[万亿]*(?P<unit>[^\W\d_]{0,4}?)(?:大关|关口|(?:新)?台阶)?)[,、 ]*"
    r"(?:达到?|为|实现|完成)了?(?P<figure>[0-9])[0-9.,]*[万亿]*(?P=unit)(?!%|个?百分点)"
)
_MARK_ASKED = re.compile("突破|超过|跨过|跨越|迈上|站上|越过|登上|大关|关口|台阶")


def reached(asked: Question, text: str, start: int, end: int) -> tuple[int, int]:
    """``start:end`` of ``text``, or the figure behind it where it tells only which mark was passed.

    A question for the mark itself (突破了多少) gets the mark.
    """
    if asked.kind not in (Kind.AMOUNT, Kind.COUNT) or _MARK_ASKED.search(asked.text):
        return start, end
    for match in _BOUND.finditer(fold(text)):
        if match.start() < end and start < match.end("bound") and end <= match.start("figure"):
            figure = match.start("figure")
            return next((place for place in whole_figures(text) if place[0] == figure), (start, end))
    return start, end
