"""Drafts as rows of the table that a person edits, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from eval.drafting import Draft
from eval.types import Evidence
from qa import YindaError

# Columns: accepted, question, answers, kind, evidence, document, history, id.
WIDTHS: list[str | int] = ["64px", "26%", "16%", "90px", "24%", "130px", "120px", "110px"]
Type = Literal["str", "number", "bool", "date", "markdown", "html"]
TYPES: list[Type] = ["bool", "str", "str", "str", "str", "str", "str", "str"]
_BETWEEN = " | "
Row = list[Any]


def joined(drafts: Sequence[Draft], table: Sequence[Row], proposed: Sequence[Draft]) -> tuple[list[Draft], list[Row]]:
    """The drafts and the table with the proposals that are new to it at the end; edited rows stay as they are."""
    known = {draft.id for draft in drafts}
    new = [draft for draft in proposed if draft.id not in known]
    return [*drafts, *new], [*_whole(table), *(_row(draft) for draft in new)]


def accepted(table: Sequence[Row], value: bool) -> list[Row]:
    """The table with every row accepted, or none."""
    return [[value, *row[1:]] for row in _whole(table)]


def chosen(drafts: Sequence[Draft], table: Sequence[Row]) -> tuple[list[Draft], list[Row]]:
    """The accepted rows as drafts, with the person's edits, and the rows that are left.

    Raises ``YindaError`` for an accepted row without a question, or without the answer that it needs.
    """
    by_id = {draft.id: draft for draft in drafts}
    rows = _whole(table)
    taken = [row for row in rows if _true(row[0]) and row[-1] in by_id]
    return [_edited(by_id[row[-1]], row) for row in taken], [row for row in rows if row not in taken]


def _row(draft: Draft) -> Row:
    place = draft.evidence[0] if draft.evidence else Evidence()
    return [
        False,
        draft.question,
        _BETWEEN.join(draft.answers),
        draft.kind,
        place.phrase or "",
        place.document or "",
        _BETWEEN.join(draft.history),
        draft.id,
    ]


def _edited(draft: Draft, row: Row) -> Draft:
    _, question, answers, kind, phrase, document, history, _ = (str(cell or "").strip() for cell in row)
    if not question:
        raise YindaError("勾选的一行没有问题", "写上问题，或不勾选这一行")
    given = tuple(part.strip() for part in answers.split("|") if part.strip())
    if draft.needs == "answer" and not given:
        hint = (
            f"填上答案（例如 {draft.suggestions[0]}），或不勾选这一行"
            if draft.suggestions
            else "填上答案，或不勾选这一行"
        )
        raise YindaError(f"「{question}」还没有答案", hint)
    evidence = draft.evidence
    if given != draft.answers or (phrase, document) != tuple(_row(draft)[4:6]):
        # The offsets were those of the answer as proposed.
        evidence = (Evidence(phrase or None, document or None),) if given and (phrase or document) else ()
    earlier = tuple(part.strip() for part in history.split("|") if part.strip())
    return replace(draft, question=question, answers=given, kind=kind, evidence=evidence, history=earlier, needs="")


def _whole(table: Sequence[Row]) -> list[Row]:
    """The rows that are proposals; an empty table shows one empty row, which is none."""
    return [list(row) for row in table if len(row) == len(WIDTHS) and row[-1]]


def _true(cell: object) -> bool:
    return cell is True or str(cell).lower() == "true"
