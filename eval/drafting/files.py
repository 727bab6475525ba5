"""Drafts as files: JSON Lines in the form of an evaluation set, and CSV to edit in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from eval.drafting.types import Draft, draft_id
from eval.errors import SetError
from eval.files import write_whole
from eval.sets import jsonl, tables
from eval.sets.proposals import COLUMNS, written
from eval.sets.reading import Log
from eval.types import Evidence, Question, Reference


def question_of(draft: Draft) -> Question:
    """The draft as a question of a set. Offsets without a document say nothing, and are left out."""
    return Question(
        id=draft.id,
        question=draft.question,
        references=tuple(Reference(answer) for answer in draft.answers),
        evidence=tuple(
            place
            if place.document is not None and None not in (place.start, place.end)
            else Evidence(place.phrase, place.document)
            for place in draft.evidence
            if place.phrase or place.document
        ),
        kind=draft.kind,
        history=draft.history,
    )


def as_lines(drafts: Iterable[Draft]) -> bytes:
    """Drafts as lines of a JSONL set, in UTF-8; half a character, which a set may not hold, becomes "?"."""
    lines = (json.dumps(jsonl.row_of(question_of(draft)), ensure_ascii=False) + "\n" for draft in drafts)
    return "".join(lines).encode("utf-8", "replace")


def write_jsonl(drafts: Iterable[Draft], path: str | os.PathLike[str]) -> None:
    """Write drafts as a JSONL set, whole or not at all; those that still need an answer are left out."""
    write_file(Path(path), as_lines(draft for draft in drafts if draft.answers or not draft.needs))


def write_csv(drafts: Iterable[Draft], path: str | os.PathLike[str]) -> None:
    r"""Write drafts as CSV for a spreadsheet (UTF-8 with a signature), whole or not at all.

    ``accept`` is empty: the person writes 1 or 是 there. Several answers are separated by | (one within an answer is
    written ``\|``), so are several places of evidence, with their documents and offsets in the same order. No answers
    means that there is none in the documents, unless ``needs`` says that a person has to fill it in. A cell that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(written(question_of(draft), draft.needs) for draft in drafts)
    write_file(Path(path), out.getvalue().encode("utf-8-sig", "replace"))


def read_back(path: str | os.PathLike[str], drafts: Iterable[Draft] = ()) -> list[Draft]:
    """Drafts that a person accepted in an edited table (CSV, TSV, XLSX), or all of a JSONL file.

    Offsets are kept where answer, phrase and document are unchanged. ``drafts`` are those that were written: of a row
    that keeps its id, what the file does not hold (passage, rule, title, note) is taken from there.

    Raises ``SetError`` with the line for a file that cannot be read, a missing column, an unclear ``accept``, and an
    accepted row that still needs an answer.
    """
    path = Path(path)
    known = {draft.id: draft for draft in drafts}
    if path.suffix.lower() in (".jsonl", ".json"):
        return [_draft(row, question, known) for row, question in jsonl.parsed(path, Log())]
    return [_draft(row, question, known) for row, question in tables.parsed(path, Log(), proposals=True)]


def write_file(path: Path, data: bytes) -> None:
    """Write a file, and the folders above it, whole or not at all. Raises ``SetError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise SetError(path, f"cannot be written: {error.strerror}", "check the folder and the free space") from error


def _draft(row: Mapping[str, object], question: Question, known: Mapping[str, Draft]) -> Draft:
    document = next((place.document for place in question.evidence if place.document), "")
    named = row.get("id") not in (None, "")
    identifier = question.id if named else draft_id("draft", (question.question, document or ""))
    return replace(
        known.get(identifier, Draft(identifier, question.question)),
        question=question.question,
        answers=question.answers,
        evidence=_places(question),
        kind=question.kind,
        history=question.history,
        needs="",
    )


def _places(question: Question) -> tuple[Evidence, ...]:
    """The evidence, with the offset that a set may state at the answer."""
    if not question.references or question.references[0].start is None:
        return question.evidence
    first = question.references[0]
    start = first.start or 0
    at = next((n for n, place in enumerate(question.evidence) if place.document is not None), None)
    if at is None or start < 0 or question.evidence[at].start is not None:
        return question.evidence
    place = replace(question.evidence[at], start=start, end=start + len(first.text))
    return (*question.evidence[:at], place, *question.evidence[at + 1 :])
