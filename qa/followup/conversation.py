"""From the turns of a conversation to the last question that was understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.followup.anatomy import asking, mark, stripped
from qa.followup.leaning import inner
from qa.followup.resolve import Earlier, resolved
from qa.followup.slots import official_places, time_slots
from qa.followup.vocabulary import INTERLUDE
from qa.followup.woven import own
from qa.text.normalise import fold
from qa.types import Turn

REMEMBERED = 8
"""So many of the last turns are looked at."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """How a question was understood.

    ``asked`` is the question as it was asked, ``standalone`` as it stands alone; ``leaned`` says whether anything was
    carried over from the conversation, and ``parts`` which pieces of ``standalone``: ``(start, end)`` in characters,
    end exclusive, in order.
    """

    asked: str
    standalone: str
    leaned: bool
    parts: tuple[tuple[int, int], ...] = ()


def understood(question: str, history: Sequence[str | Turn]) -> Understanding:
    """``question`` in the light of ``history``, earlier questions or turns, oldest first.

    Answers in the turns are used where a question points back at what one of them named. A question that stands alone
    comes back as it is.
    """
    as_asked = Understanding(question, question, leaned=False)
    earlier = conversation(history) if history else None
    if earlier is None or INTERLUDE.fullmatch(fold(question.strip())):
        return as_asked
    whole = resolved(stripped(question), earlier)
    if whole is None:
        return as_asked
    text = whole + own(mark(question))
    return Understanding(question, text.text, leaned=bool(text.parts()), parts=text.parts())


def conversation(history: Sequence[str | Turn]) -> Earlier | None:
    """The last question of ``history`` that says something, made to stand alone with those before it."""
    earlier: Earlier | None = None
    for turn in history[-REMEMBERED:]:
        question, answer = said(turn), "" if isinstance(turn, str) else _answer(turn)
        if not question:
            continue
        whole = resolved(question, earlier) if earlier else None
        if whole is not None:
            text = whole.text
        else:
            text = question[inner(fold(question)) :]
            text = _framed(text, earlier) if earlier else text
        earlier = Earlier(text, answer, earlier)
    return earlier


def said(turn: str | Turn) -> str:
    """The question of a turn without idle words and marks; "" for one that asks nothing, as 谢谢."""
    question = stripped(turn if isinstance(turn, str) else turn.question)
    return "" if INTERLUDE.fullmatch(fold(question)) else question


def _answer(turn: Turn) -> str:
    return turn.answer.text if turn.answer is not None and not turn.answer.abstained else ""


def _framed(question: str, earlier: Earlier) -> str:
    """With the earlier question's time, where both ask for figures and this one names none.

    Only what leans on it sees that: after 2019年…增长目标 and 财政赤字安排了多少, 赤字率呢 is asked of 2019.
    """
    folded, before = fold(question), fold(earlier.question)
    ask, asked = asking(folded), asking(before)
    times = time_slots(before)
    if not (ask and asked and ask.kind == asked.kind == "figure" and times) or time_slots(folded, compared=True):
        return question
    frame = earlier.question[times[0].start : times[0].end]
    places = official_places(before)
    if places and not official_places(folded):
        frame = earlier.question[places[0].start : places[0].end] + frame
    return frame + question
