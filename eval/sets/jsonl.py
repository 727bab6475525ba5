"""Yinda's own layout: one question a line, as README.md beside this file says; also a JSON list of such objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.sets.beside import inline_path, with_documents
from eval.sets.fields import question_of
from eval.sets.lines import json_lines, json_objects, read_text
from eval.sets.reading import Log, Reading
from eval.sets.writing import json_text, write_text
from eval.types import Evidence, Question, SetDocument


def read(path: Path, log: Log, documents: Iterable[Path | str] = ()) -> Reading:
    """The set at ``path``. Raises ``SetError`` with the line of what is wrong."""
    return with_documents(path, "jsonl", tuple(question for _, question in parsed(path, log)), log, documents)


def parsed(path: Path, log: Log) -> Iterator[tuple[dict[str, Any], Question]]:
    """The rows of the file that can be read, each with its question."""
    many = is_list(path)
    for position, (line, row) in enumerate(rows(path, log), 1):
        try:
            yield row, question_of(row, path, line, log, f"item-{position}" if many else f"line-{line}")
        except SetError as error:
            log.fault(error)


def rows(path: Path, log: Log) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of the file with the lines that they begin on: JSON Lines, or one JSON list of objects."""
    if is_list(path):
        yield from json_objects(read_text(path), path, log)
    else:
        yield from json_lines(path, log)


def is_list(path: Path) -> bool:
    """Whether the file is one JSON list rather than JSON Lines."""
    try:
        with path.open("rb") as file:
            return next((line.strip() for line in file if line.strip()), b"").removeprefix(b"\xef\xbb\xbf")[:1] == b"["
    except OSError:
        return False


def row_of(question: Question) -> dict[str, object]:
    """The row that reads as this question again; fields that say nothing are left out."""
    row: dict[str, object] = {"id": question.id, "question": question.question}
    row["answers"] = [r.text if r.start is None else {"text": r.text, "start": r.start} for r in question.references]
    evidence = [_evidence(e) for e in question.evidence]
    only = evidence[0] if len(evidence) == 1 else {}
    if only and "start" not in only:
        row |= {"evidence" if key == "phrase" else key: value for key, value in only.items()}
    elif evidence:
        row["evidence"] = only or [e for e in evidence if e]
    if question.kind:
        row["kind"] = question.kind
    if question.history:
        row["history"] = list(question.history)
    return row


def write_jsonl(path: Path | str, questions: Iterable[Question], documents: Iterable[SetDocument] = ()) -> None:
    """Write a set, and its documents to ``<stem>.documents.jsonl`` beside it. Each file is replaced as a whole."""
    path = Path(path)
    texts = [{"name": d.name, "text": d.text} | ({"title": d.title} if d.title else {}) for d in documents]
    if texts:
        write_text(inline_path(path), lines_of(texts))
    write_text(path, lines_of(row_of(question) for question in questions))


def lines_of(rows: Iterable[dict[str, Any]]) -> str:
    """JSON Lines, with Chinese as it is."""
    return "".join(json_text(row) + "\n" for row in rows)


def _evidence(evidence: Evidence) -> dict[str, object]:
    fields = {
        "phrase": evidence.phrase,
        "document": evidence.document,
        "start": evidence.start,
        "end": evidence.end,
    }
    return {key: value for key, value in fields.items() if value is not None}
