"""Drafts as rows of the table that a person edits, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from eval.drafting import Draft
from eval.page.text import Texts
from eval.sets import cells
from eval.types import Evidence
from qa import YindaError

# Columns: accepted, question, answers, kind, evidence, document, history, id.
WIDTHS: list[str | int] = ["84px", "270px", "170px", "118px", "250px", "130px", "130px", "120px"]
Type = Literal["str", "number", "bool", "date", "markdown", "html"]
TYPES: list[Type] = ["bool", "str", "str", "str", "str", "str", "str", "str"]
Row = list[Any]


def joined(drafts: Sequence[Draft], table: Sequence[Row], proposed: Sequence[Draft]) -> tuple[list[Draft], list[Row]]:
    """The drafts and the table with the proposals that are new to it at the end; edited rows stay as they are."""
    known = {draft.id for draft in drafts}
    new = [draft for draft in proposed if draft.id not in known]
    return [*drafts, *new], [*_whole(table), *(_row(draft) for draft in new)]


def accepted(table: Sequence[Row], value: bool) -> list[Row]:
    """The table with every row accepted, or none."""
    return [[value, *row[1:]] for row in _whole(table)]


def chosen(drafts: Sequence[Draft], table: Sequence[Row], texts: Texts) -> tuple[list[Draft], list[Row]]:
    """The accepted rows as drafts, with the person's edits, and the rows that are left.

    Raises ``YindaError``, in the words of ``texts``, for an accepted row without a question, or without the answer
    that it needs.
    """
    by_id = {draft.id: draft for draft in drafts}
    rows = _whole(table)
    taken = [row for row in rows if _true(row[0]) and row[-1] in by_id]
    return [_edited(by_id[row[-1]], row, texts) for row in taken], [row for row in rows if row not in taken]


def _row(draft: Draft) -> Row:
    place = draft.evidence[0] if draft.evidence else Evidence()
    return [
        False,
        draft.question,
        cells.joined(draft.answers),
        draft.kind,
        place.phrase or "",
        place.document or "",
        cells.joined(draft.history),
        draft.id,
    ]


def _edited(draft: Draft, row: Row, texts: Texts) -> Draft:
    edited, shown = (_Cells(*(str(cell or "").strip() for cell in whole[1:-1])) for whole in (row, _row(draft)))
    if not edited.question:
        raise YindaError(texts.no_question, texts.no_question_hint)
    # Where the person left a cell as it was shown, the draft's own text holds.
    answers = draft.answers if edited.answers == shown.answers else cells.several(edited.answers)
    if draft.needs == "answer" and not answers:
        hint = texts.no_answer_hint
        if draft.suggestions:
            hint = texts.no_answer_hint_like.format(answer=draft.suggestions[0])
        raise YindaError(texts.no_answer.format(question=edited.question), hint)
    evidence = draft.evidence
    if answers[:1] != draft.answers[:1] or (edited.phrase, edited.document) != (shown.phrase, shown.document):
        # The offsets were those of the answer as proposed.
        phrase, document = edited.phrase or None, edited.document or None
        evidence = (Evidence(phrase, document),) if answers and (phrase or document) else ()
    return replace(
        draft,
        question=edited.question,
        answers=answers,
        kind=edited.kind,
        evidence=evidence,
        history=draft.history if edited.history == shown.history else cells.several(edited.history),
        needs="",
    )


class _Cells(NamedTuple):
    """What a person may edit of a row."""

    question: str
    answers: str
    kind: str
    phrase: str
    document: str
    history: str


def _whole(table: Sequence[Row]) -> list[Row]:
    """The rows that are proposals; an empty table shows one empty row, which is none."""
    return [list(row) for row in table if len(row) == len(WIDTHS) and row[-1]]


def _true(cell: object) -> bool:
    return cell is True or str(cell).lower() == "true"
