"""From what people said in the chat to questions of an evaluation set, and adding questions to a set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.drafting.files import as_lines, write_file
from eval.drafting.types import Draft, draft_id
from eval.errors import SetError
from eval.sets import detect, load_set
from eval.sets.jsonl import is_list
from eval.sets.keys import asked_key
from eval.types import Evidence, Question
from qa.feedback import Feedback

LOCK_SECONDS = 30.0


def drafts_from_feedback(feedback: Iterable[Feedback]) -> list[Draft]:
    """A draft for each verdict.

    right: the answer with the places that were cited, or no answer where refusing was right. should_have_refused: a
    question without an answer. wrong: ``needs`` is "answer", for a person to fill in, with the answers that came
    second as ``suggestions`` and the reason given as ``note``. The question is as it was asked; the history is kept
    where the question was completed from it, or (wrong) may have had to be.
    """
    return [_draft(said) for said in feedback]


def append_to_set(drafts: Iterable[Draft], path: str | os.PathLike[str]) -> list[str]:
    """Add questions to a JSONL set (made when absent), whole or not at all; gives the ids of those added.

    Left out are questions that the set has already (with the same history) and drafts that still need an answer. An
    id that is taken gets a number behind it. What stands in the set stays as it is, byte for byte.

    Raises ``SetError``, with the line, when the set is not JSON Lines, or cannot be used as it is.
    """
    from filelock import FileLock, Timeout

    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=LOCK_SECONDS):
            return _append(drafts, path)
    except Timeout as error:
        raise SetError(path, "another process is writing to it", "wait for it to finish and try again") from error
    except OSError as error:
        raise SetError(path, f"cannot be written: {error.strerror}", "check the folder and the free space") from error


def _append(drafts: Iterable[Draft], path: Path) -> list[str]:
    data = path.read_bytes() if path.exists() else b""
    held = _held(path) if data.strip() else ()
    asked = {asked_key(question.question, question.history) for question in held}
    ids = {question.id for question in held}
    added: list[Draft] = []
    for draft in drafts:
        key = asked_key(draft.question, draft.history)
        if key in asked or (draft.needs and not draft.answers):
            continue
        identifier, number = draft.id, 2
        while identifier in ids:
            identifier, number = f"{draft.id}-{number}", number + 1
        asked.add(key)
        ids.add(identifier)
        added.append(replace(draft, id=identifier))
    if added:
        if data and not data.endswith(b"\n"):
            data += b"\n"
        write_file(path, data + as_lines(added))
    return [draft.id for draft in added]


def _held(path: Path) -> tuple[Question, ...]:
    """The questions of a set that lines can be added to. Raises ``SetError`` when it could not be used as it is."""
    if detect(path) != "jsonl" or is_list(path):
        raise SetError(path, "is not JSON Lines, so that no lines can be added", "Name another file for the questions.")
    return load_set(path).questions


def _draft(said: Feedback) -> Draft:
    asked = said.asked.strip()
    completed = asked != said.question.strip()
    base = Draft(
        id=draft_id("feedback", (said.exchange,)),
        question=asked,
        kind="follow-up" if completed else "feedback",
        rule=said.verdict,
        history=said.history if completed or said.verdict == "wrong" else (),
        note=said.reason,
    )
    if said.verdict == "wrong":
        suggestions = dict.fromkeys(str(other["text"]) for other in said.alternatives if other.get("text"))
        return replace(base, needs="answer", suggestions=tuple(suggestions))
    if said.verdict == "should_have_refused" or said.abstained:
        return replace(base, kind="unanswerable")
    first = said.citations[0] if said.citations else {}
    return replace(
        base,
        answers=(said.text,),
        evidence=tuple(_evidence(citation) for citation in said.citations),
        passage=str(first.get("phrase", "")),
        title=str(first.get("title", "")),
    )


def _evidence(citation: Mapping[str, Any]) -> Evidence:
    return Evidence(citation.get("phrase"), citation.get("file"), citation.get("start"), citation.get("end"))
