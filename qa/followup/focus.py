"""Which documents a follow-up question means: those from which the question before it was answered.

After a figure of one report, 那今年的目标呢 asks for that report's own, whatever else the Library holds. A question
that names a year, a place or an issue itself is asked of all documents, and so is one that those do not answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from qa.followup.conversation import Understanding, said
from qa.period import asked
from qa.types import Given, Turn


def documents_meant(
    understanding: Understanding,
    history: Sequence[str | Turn],
    answered: Callable[[str, Sequence[str | Turn]], Given],
) -> tuple[str, ...]:
    """The ids of the documents that a question understood from ``history`` is to be asked of first; none for all.

    Where the history has only the question, ``answered`` is called with it and those before it for its answer.
    """
    about = asked(understanding.asked)
    if not understanding.leaned or about.periods or about.places or about.reports:
        return ()
    at = next((at for at in reversed(range(len(history))) if said(history[at])), None)
    if at is None:
        return ()
    last = history[at]
    answer = None if isinstance(last, str) else last.answer
    if answer is None:
        answer = answered(last if isinstance(last, str) else last.question, history[:at])
    return () if answer.abstained else answer.cited_documents
