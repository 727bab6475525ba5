"""Drafts as files: JSON Lines in the form of an evaluation set, and CSV to edit in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.drafting.types import Draft, draft_id
from eval.errors import SetError
from eval.files import write_whole
from eval.types import Evidence

COLUMNS = ("accept", "id", "question", "answers", "kind", "evidence", "document")
_YES = frozenset(("1", "y", "yes", "true", "ok", "√", "✓", "✔", "是", "对", "要", "接受", "采用"))
_NO = frozenset(("", "0", "n", "no", "false", "×", "✗", "否", "不", "不要", "拒绝", "删除"))
# A spreadsheet would run a cell that begins with one of these as a formula; an apostrophe is guarded to be kept.
_FORMULA = re.compile(r"^['=+\-@\t\r]")
_GUARDED = re.compile(r"^'(?=['=+\-@\t\r])")
_BAR = re.compile(r"(?<!\\)\|")


def as_line(draft: Draft) -> dict[str, Any]:
    """A draft as a question of the JSONL set form: id, question, answers, and kind, evidence, history if any."""
    line: dict[str, Any] = {"id": draft.id, "question": draft.question, "answers": list(draft.answers)}
    if draft.kind:
        line["kind"] = draft.kind
    places = [_place(evidence) for evidence in draft.evidence]
    if places:
        line["evidence"] = places[0] if len(places) == 1 else places
    if draft.history:
        line["history"] = list(draft.history)
    return line


def write_jsonl(drafts: Iterable[Draft], path: str | os.PathLike[str]) -> None:
    """Write drafts as a JSONL set, whole or not at all; those that still need an answer are left out."""
    lines = [json.dumps(as_line(d), ensure_ascii=False) for d in drafts if d.answers or not d.needs]
    write_file(Path(path), "".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def write_csv(drafts: Iterable[Draft], path: str | os.PathLike[str]) -> None:
    r"""Write drafts as CSV for a spreadsheet (UTF-8 with a signature), whole or not at all.

    ``accept`` is empty: the person writes 1 or 是 there. Several answers are separated by | (one within an answer is
    written ``\|``); no answers means that there is none in the documents. A cell that a spreadsheet would take for a
    formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for draft in drafts:
        first = draft.evidence[0] if draft.evidence else Evidence()
        answers = " | ".join(answer.replace("|", r"\|") for answer in draft.answers)
        cells = ("", draft.id, draft.question, answers, draft.kind, first.phrase or "", first.document or "")
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
    write_file(Path(path), out.getvalue().encode("utf-8-sig", "replace"))


def read_back(path: str | os.PathLike[str], drafts: Iterable[Draft] = ()) -> list[Draft]:
    """Drafts that a person accepted in an edited CSV file, or all of a JSONL file.

    ``drafts`` are those that were written: of a row that keeps its id, what the file does not hold (history, passage)
    is taken from there, and the offsets where answer, phrase and document are unchanged.

    Raises ``SetError`` with the line for a file that cannot be read, a missing column, and an unclear ``accept``.
    """
    path = Path(path)
    known = {draft.id: draft for draft in drafts}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SetError(path, f"cannot be read: {error.strerror}", "check the path") from error
    if path.suffix.lower() in (".jsonl", ".json"):
        return [_from_line(path, number, line, known) for number, line in json_lines(path, data)]
    return _from_table(path, _decoded(path, data), known)


def json_lines(path: Path, data: bytes) -> list[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers from 1; raises ``SetError`` with the line."""
    out = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as error:
            raise SetError(path, f"not JSON: {error}", "one JSON object a line, in UTF-8", line=number) from error
        if not isinstance(value, dict):
            raise SetError(path, "not a JSON object", "one JSON object a line", line=number)
        out.append((number, value))
    return out


def write_file(path: Path, data: bytes) -> None:
    """Write a file, and the folders above it, whole or not at all. Raises ``SetError``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise SetError(path, f"cannot be written: {error.strerror}", "check the folder and the free space") from error


def _place(evidence: Evidence) -> dict[str, Any]:
    values = {"phrase": evidence.phrase, "document": evidence.document, "start": evidence.start, "end": evidence.end}
    return {key: value for key, value in values.items() if value is not None}


def _from_line(path: Path, number: int, line: Mapping[str, Any], known: Mapping[str, Draft]) -> Draft:
    question, answers = line.get("question"), line.get("answers", [])
    if not isinstance(question, str) or not question.strip():
        raise SetError(path, "no question", 'every line needs a "question"', line=number)
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        raise SetError(path, "the answers are not a list of texts", 'write "answers": ["…"]', line=number)
    places = line.get("evidence", [])
    evidence = tuple(
        Evidence(*(place.get(key) for key in ("phrase", "document", "start", "end")))
        for place in (places if isinstance(places, list) else [places])
        if isinstance(place, dict)
    )
    identifier = str(line.get("id") or draft_id("draft", (question,)))
    return replace(
        known.get(identifier, Draft(identifier, question)),
        question=question,
        answers=tuple(answers),
        evidence=evidence,
        kind=str(line.get("kind", "")),
        history=tuple(str(earlier) for earlier in line.get("history") or ()),
        needs="",
    )


def _decoded(path: Path, data: bytes) -> str:
    # Spreadsheets on Chinese systems save CSV in the system's own encoding.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SetError(path, "neither UTF-8 nor GB18030", "save it as CSV UTF-8")


def _from_table(path: Path, text: str, known: Mapping[str, Draft]) -> list[Draft]:
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    out = []
    try:
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        missing = [column for column in ("accept", "question", "answers") if column not in names]
        if missing:
            raise SetError(path, f"no column {missing[0]!r}", f"the columns are {', '.join(COLUMNS)}", line=1)
        reader.fieldnames = names
        for row in reader:
            cells = {key: _GUARDED.sub("", row.get(key) or "").strip() for key in COLUMNS}
            accept = cells["accept"].lower()
            if accept not in _YES and accept not in _NO:
                raise SetError(path, f"unclear accept {accept!r}", "write 1 to accept, 0 to drop", line=reader.line_num)
            if accept in _YES:
                out.append(_from_row(path, reader.line_num, cells, known))
    except csv.Error as error:
        raise SetError(path, f"not CSV: {error}", "save it as CSV again", line=reader.line_num) from error
    return out


def _from_row(path: Path, line: int, cells: Mapping[str, str], known: Mapping[str, Draft]) -> Draft:
    question = cells["question"]
    if not question:
        raise SetError(path, "an accepted row without a question", "write it, or clear accept", line=line)
    parts = (part.replace(r"\|", "|").strip() for part in _BAR.split(cells["answers"]))
    answers = tuple(part for part in parts if part)
    identifier = cells["id"] or draft_id("draft", (question, cells["document"]))
    written = known.get(identifier, Draft(identifier, question))
    if written.needs and not answers:
        raise SetError(path, "an accepted row that needs an answer", "fill in the answer, or clear accept", line=line)
    phrase, document = cells["evidence"] or None, cells["document"] or None
    first = written.evidence[0] if written.evidence else Evidence()
    evidence: tuple[Evidence, ...] = ()
    if answers[:1] == written.answers[:1] and (first.phrase, first.document) == (phrase, document):
        evidence = written.evidence
    elif answers and (phrase or document):
        evidence = (Evidence(phrase, document),)
    return replace(written, question=question, answers=answers, kind=cells["kind"], evidence=evidence, needs="")
