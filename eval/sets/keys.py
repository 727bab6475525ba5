"""What makes two questions, or two answers, the same."""

from __future__ import annotations

from collections.abc import Iterable

from eval.types import Question
from qa.text.normalise import searchable


def words_key(text: str) -> str:
    """The text folded, without spaces and closing marks; marks within count: C++ is not C."""
    return "".join(searchable(text).split()).rstrip("?。!.,;:…")


def asked_key(question: str, history: Iterable[str]) -> tuple[str, ...]:
    """What questions share that ask the same: their words, and those of the earlier questions."""
    return tuple(words_key(text) for text in (*history, question))


def question_key(question: Question) -> tuple[object, ...]:
    """What makes two questions of a set the same: words, earlier questions, document."""
    documents = tuple(sorted({e.document for e in question.evidence if e.document is not None}))
    return asked_key(question.question, question.history), documents


def answers_key(question: Question) -> frozenset[str]:
    """The answers of a question, as they are compared with those of another."""
    return frozenset(words_key(answer) for answer in question.answers)
