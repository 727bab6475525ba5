"""From a question that leans on earlier ones to one that stands alone, by rule.

A question leans when it points back with a pronoun, is an ellipsis (东城片区呢？), corrects (我是说2023年的), or wants
something said of a subject that it does not name (增长了多少？). What it lacks comes from the conversation; what it
names in the place of something there, a year, a place, an ordinal, a group of people, a noun of the same kind,
replaces that. Years are carried as they were written: 今年 stays 今年, and is counted from the Document's own date
where the question is answered; it takes the place of an earlier 2022年, never stands beside it. Every other question
is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.followup.anatomy import stripped
from qa.followup.conversation import Understanding, understood
from qa.followup.focus import documents_meant
from qa.followup.leaning import inner, manner_of
from qa.text.normalise import fold
from qa.types import Turn

__all__ = ["Understanding", "documents_meant", "leans", "standalone", "understood"]


def standalone(question: str, history: Sequence[str | Turn]) -> str:
    """``question`` so that it is understood without ``history`` (earlier questions or turns, oldest first).

    A question that stands alone already comes back as it is.
    """
    return understood(question, history).standalone


def leans(question: str) -> bool:
    """Whether ``question`` surely needs the history to be understood."""
    folded = fold(stripped(question))
    how = manner_of(folded[inner(folded) :])
    return how is not None and (how.surely or how.manner == "pronoun")
