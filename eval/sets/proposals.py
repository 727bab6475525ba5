"""Tables of proposed questions, of which a person accepts some: their columns, and what an edited row means.

A proposal's offsets hold for the answer, phrase and document that were proposed. ``check`` is a digest of these: where
it fits no more, because a cell was edited or a spreadsheet rewrote it, the offsets are not used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from eval.errors import SetError
from eval.sets import cells
from eval.types import Question
from qa.text.spreadsheet import guarded, unguarded

COLUMNS = (
    "accept",
    "id",
    "question",
    "answers",
    "kind",
    "evidence",
    "document",
    "history",
    "needs",
    "start",
    "end",
    "check",
)


def written(question: Question, needs: str = "") -> list[str]:
    """A question as the cells of a row, by ``COLUMNS``; not accepted yet."""
    columns = {
        "accept": "",
        "id": question.id,
        "question": question.question,
        "answers": cells.joined(question.answers),
        "kind": question.kind,
        "evidence": cells.joined(e.phrase or "" for e in question.evidence),
        "document": cells.joined(e.document or "" for e in question.evidence),
        "history": cells.joined(question.history),
        "needs": needs,
        "start": cells.joined("" if e.start is None else str(e.start) for e in question.evidence),
        "end": cells.joined("" if e.end is None else str(e.end) for e in question.evidence),
    }
    columns["check"] = _digest(columns)
    return [guarded(columns[name]) for name in COLUMNS]


def accepted(row: Mapping[str, str], path: Path, line: int) -> dict[str, object] | None:
    """The fields of a question, of a row's cells by name of ``COLUMNS``; ``None`` when the row is not accepted.

    Raises ``SetError`` when it is unclear whether it is accepted, or an accepted row has no question, needs an answer,
    or names other numbers of phrases and documents.
    """
    given = {name: unguarded(cell).strip() for name, cell in row.items()}
    verdict = cells.yes(given.get("accept", ""))
    if verdict is None:
        reason = f"unclear accept {given['accept']!r}"
        raise SetError(path, reason, "Write 1 or 是 to accept the row, 0 or nothing to drop it.", line=line)
    if not verdict:
        return None
    if not given.get("question"):
        raise SetError(path, "an accepted row without a question", "Write it, or clear accept.", line=line)
    answers = cells.several(given.get("answers", ""))
    if given.get("needs") and not answers:
        hint = "Fill in the answer, or clear accept; clear needs if the documents hold no answer."
        raise SetError(path, "an accepted row that needs an answer", hint, line=line)
    fields: dict[str, object] = {
        name: given[name] for name in ("id", "question", "kind") if given.get(name) or name == "question"
    }
    return fields | {
        "answers": list(answers),
        "evidence": _evidence(given, bool(answers), path, line),
        "history": list(cells.several(given.get("history", ""))),
    }


def _evidence(given: Mapping[str, str], answered: bool, path: Path, line: int) -> list[dict[str, object]]:
    sound = given.get("check") == _digest(given)
    if not answered and not sound:
        return []  # of an answer that was removed
    phrases, documents = (cells.places(given.get(name, "")) for name in ("evidence", "document"))
    if len(documents) == 1:
        documents *= len(phrases)
    if len(phrases) == 1:
        phrases += [""] * (len(documents) - 1)
    if len(phrases) != len(documents):
        reason = f"{len(phrases)} phrases of evidence and {len(documents)} documents"
        raise SetError(
            path, reason, r"Name a document for each phrase, or one; a bar in a name is written \|.", line=line
        )
    starts, ends = ([_number(cell) for cell in cells.places(given.get(name, ""))] for name in ("start", "end"))
    places = []
    for n, (phrase, document) in enumerate(zip(phrases, documents, strict=True)):
        place: dict[str, object] = {}
        if phrase:
            place["phrase"] = phrase
        if document:
            place["document"] = document
        start, end = _at(starts, n), _at(ends, n)
        if sound and document and start is not None and end is not None and 0 <= start < end:
            place |= {"start": start, "end": end}
        if place:
            places.append(place)
    return places


def _digest(given: Mapping[str, str]) -> str:
    """What the offsets hold for: the first answer, the phrases and documents, and the offsets themselves."""
    first = next(iter(cells.several(given.get("answers", ""))), "")
    parts = (first, *(given.get(name, "").strip() for name in ("evidence", "document", "start", "end")))
    # A letter in front: a spreadsheet would round a long number.
    return "c" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:10]


def _number(cell: str) -> int | None:
    return int(cell) if cell.isdecimal() else None


def _at(values: Sequence[int | None], n: int) -> int | None:
    return values[n] if n < len(values) else None
