"""What a conversation consists of."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from qa.conversations.kept import KeptAnswer


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what became of it: an answer, or an error with its hint.

    ``id`` names it, also in the feedback (a UUID in hexadecimal); ``time`` is an ISO time in UTC; ``asked`` the
    question as it was typed, ``question`` the standalone one that was answered ("" when unknown), and ``carried`` the
    parts of ``question`` (start, end) that came from the history; ``within`` are the titles of the documents from
    which the question before was answered, where this one was answered from them alone. ``options`` are the filters
    and other keywords that ``ask`` was given: values that JSON has; a ``date`` is kept as its ISO form.
    """

    id: str
    time: str
    asked: str
    question: str = ""
    carried: tuple[tuple[int, int], ...] = ()
    answer: KeptAnswer | None = None
    error: str = ""
    hint: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    within: tuple[str, ...] = ()

    @classmethod
    def new(cls, asked: str, options: Mapping[str, Any] | None = None) -> Exchange:
        """A question that was asked just now."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        return cls(id=uuid.uuid4().hex, time=now, asked=asked, options=options or {})

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, from which ``from_dict`` makes an equal exchange."""
        return {
            "id": self.id,
            "time": self.time,
            "asked": self.asked,
            "question": self.question,
            "carried": [list(part) for part in self.carried],
            "within": list(self.within),
            "answer": None if self.answer is None else self.answer.to_dict(),
            "error": self.error,
            "hint": self.hint,
            "options": {key: _plain(value) for key, value in self.options.items()},
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Exchange:
        """What ``to_dict`` gave. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
        answer = value["answer"]
        return cls(
            **{
                **value,
                "carried": tuple((start, end) for start, end in value["carried"]),
                "within": tuple(value.get("within", ())),
                "answer": None if answer is None else KeptAnswer.from_dict(answer),
            }
        )


@dataclass(frozen=True, slots=True)
class Conversation:
    """A named conversation.

    ``created`` and ``changed`` (when its exchanges last changed) are ISO times in UTC; ``exchanges`` is their number.
    """

    id: str
    title: str
    created: str
    changed: str
    exchanges: int

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "id": self.id,
            "title": self.title,
            "created": self.created,
            "changed": self.changed,
            "exchanges": self.exchanges,
        }


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple | set | frozenset) else value
