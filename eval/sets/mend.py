"""A mended copy of a set: offsets found again, what cannot be read left out, ids made unique, repetitions dropped.

Answers and questions are never rewritten: what needs a person's judgement stays, and is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.errors import SetError
from eval.sets import jsonl, squad
from eval.sets.beside import inline_path
from eval.sets.examine import check, evidence_stands, shown
from eval.sets.keys import answers_key, question_key
from eval.sets.layout import read
from eval.sets.reading import Log, Reading, evidence_document, refuse_empty, stands
from eval.sets.report import CheckReport, Example
from eval.sets.texts import Texts, nearest, texts_of
from eval.sets.writing import json_text, write_text
from eval.types import Evidence, Question, Reference

if TYPE_CHECKING:
    from qa import Library

_EXAMPLES = 5
_CHANGES = {
    "found": "Offsets found again",
    "dropped-offset": "Offsets removed, because the text stands nowhere as it is written",
    "unreadable": "Parts left out that cannot be read",
    "repeated": "Questions left out that were asked before, with the same answers",
    "renamed": "Ids changed that were used before",
    "merged": "Paragraphs put together that have the same text",
    "empty-answer": "Empty answers left out",
}


@dataclass(frozen=True, slots=True)
class Change:
    """All changes of a kind: how many, and the first few."""

    title: str
    count: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class MendReport:
    """What was changed in the copy at ``path``, and what checking the copy still finds (``remaining``)."""

    path: Path
    changes: tuple[Change, ...]
    remaining: CheckReport
    remarks: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        text = [f"written: {self.path}"]
        for change in self.changes:
            text.append(f"{change.title}: {change.count:,}")
            text += [f"    {example}" for example in change.examples]
            if change.count > len(change.examples):
                text.append(f"    and {change.count - len(change.examples):,} more")
        if not self.changes:
            text.append("nothing needed mending")
        text += self.remarks
        if self.remaining.findings:
            text.append("left for you to decide:")
            text += [f"    {line}" for finding in self.remaining.findings for line in finding.lines()]
        return text


class _Changes:
    def __init__(self) -> None:
        self._cases: dict[str, tuple[int, list[Example]]] = {}

    def add(self, kind: str, id: str, line: int | None, detail: str) -> None:
        count, examples = self._cases.get(kind, (0, []))
        if len(examples) < _EXAMPLES:
            examples.append(Example(id, line, detail))
        self._cases[kind] = (count + 1, examples)

    def result(self) -> tuple[Change, ...]:
        return tuple(
            Change(title, self._cases[kind][0], tuple(self._cases[kind][1]))
            for kind, title in _CHANGES.items()
            if kind in self._cases
        )


class _Kept:
    """The questions that are kept, so that later ones can be told to repeat them."""

    def __init__(self, changes: _Changes, taken: Iterable[str]) -> None:
        self._changes = changes
        self._asked: dict[tuple[object, ...], str] = {}
        self._used: set[str] = set()
        self._taken = set(taken)  # ids of the whole set: a new one must not be another's

    def take(self, question: Question) -> str | None:
        """The id to keep the question under, or ``None`` when it repeats another."""
        key = (*question_key(question), answers_key(question), question.kind)
        if key in self._asked:
            detail = f"{shown(question.question)} is {self._asked[key]} again"
            self._changes.add("repeated", question.id, question.line, detail)
            return None
        identity, number = question.id, 1
        while identity in self._used or (number > 1 and identity in self._taken):
            number += 1
            identity = f"{question.id}-{number}"
        if identity != question.id:
            self._changes.add("renamed", question.id, question.line, f"now {identity}")
        self._used.add(identity)
        self._asked[key] = identity
        return identity


def write_mended(
    path_in: Path | str,
    path_out: Path | str,
    *,
    documents: Iterable[Path | str] = (),
    library: Library | None = None,
) -> MendReport:
    """Write a mended copy of the set at ``path_in`` to a new file, and say what was changed and what is left.

    The layout stays, but a table becomes JSON Lines. An offset moves to the nearest place where the text stands, a
    negative one to the first; where it stands nowhere it is left away. Raises ``SetError`` when ``path_out`` exists,
    has the wrong suffix, or the set is a folder of retrieval, which is not mended.
    """
    source, target = Path(path_in), Path(path_out)
    documents = tuple(documents)
    reading = read(source, Log(strict=False), documents) if not source.is_dir() else None
    if reading is None or reading.layout == "beir":
        raise SetError(source, "a folder of retrieval is not mended", "Mend the lines that check names by hand.")
    refuse_empty(reading)
    suffixes = {"squad": (".json",), "table": (".jsonl",), "jsonl": (".jsonl", ".ndjson", ".json")}[reading.layout]
    if target.suffix.lower() not in suffixes:
        raise SetError(target, f"a mended copy of {source.name} ends in {suffixes[0]}", "Give it that suffix.")
    _refuse_existing(target)
    changes = _Changes()
    for fault in reading.faults:
        if fault.path == source:
            changes.add("unreadable", "", fault.line, fault.reason)
    for note in reading.notes:
        if note.kind == "empty-answer":
            changes.add("empty-answer", note.id, note.line, note.detail)
    remarks: list[str] = []
    if reading.layout == "squad":
        text = _squad(source, changes)
    else:
        texts = texts_of(reading.documents, reading.sources, library, lambda kind, name, detail: None)
        rows = _rows(reading, texts, changes)
        text = json_text(rows, 1) + "\n" if target.suffix.lower() == ".json" else jsonl.lines_of(rows)
        remarks = _documents(reading, target, bool(documents))
    write_text(target, text)
    sources = reading.sources if reading.layout != "squad" else documents
    return MendReport(target, changes.result(), check(target, documents=sources, library=library), tuple(remarks))


def _refuse_existing(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise SetError(target, "is there already, and is not overwritten", "Give the mended copy another name.")


def _documents(reading: Reading, target: Path, given: bool) -> list[str]:
    """Take the documents' texts along; say when their files stay behind."""
    remarks = []
    beside, wanted = inline_path(reading.path), inline_path(target)
    if reading.documents and beside.resolve() != wanted.resolve():
        _refuse_existing(wanted)
        rows = [{"name": d.name, "text": d.text} | ({"title": d.title} if d.title else {}) for d in reading.documents]
        write_text(wanted, jsonl.lines_of(rows))
        remarks.append(f"its documents: {wanted}")
    if reading.sources and not given and reading.path.parent.resolve() != target.parent.resolve():
        folder = reading.sources[0].parent
        remarks.append(f"its documents stay in {folder}: give that folder, or copy it beside the mended set")
    return remarks


def _rows(reading: Reading, texts: Texts, changes: _Changes) -> list[dict[str, Any]]:
    """The set's rows in Yinda's own layout. Fields that nothing was wrong with are the file's own."""
    own: list[dict[str, Any] | None] = [None] * len(reading.questions)
    if reading.layout == "jsonl":
        own = [row for row, _ in jsonl.parsed(reading.path, Log(strict=False))]
    kept = _Kept(changes, (question.id for question in reading.questions))
    rows = []
    for question, stated in zip(reading.questions, own, strict=True):
        mended = _mended(question, texts, changes)
        identity = kept.take(mended)
        if identity is None:
            continue
        mended = replace(mended, id=identity)
        fresh = jsonl.row_of(mended)
        if stated is None:
            rows.append(fresh)
            continue
        row: dict[str, Any] = {"id": identity} | stated | {"id": identity}
        if mended.references != question.references or len(stated.get("answers") or []) != len(question.references):
            row.pop("answer", None)
            row["answers"] = fresh["answers"]
        if mended.evidence != question.evidence:
            row.pop("document", None)
            row |= {name: fresh[name] for name in ("evidence", "document") if name in fresh}
        rows.append(row)
    return rows


def _mended(question: Question, texts: Texts, changes: _Changes) -> Question:
    named = evidence_document(question)
    body = texts.body(named) if named is not None else None
    # An offset in no document says nothing: it is looked up in an empty text, and so left away.
    text = body.text if body is not None else "" if named is None else None
    say = _teller(changes, question.id, question.line)
    references = tuple(_reference(reference, text, say) for reference in question.references)
    evidence = tuple(_evidence(item, texts, say) for item in question.evidence)
    return replace(question, references=references, evidence=evidence)


_Say = Callable[[str, str], None]


def _teller(changes: _Changes, identity: str, line: int | None) -> _Say:
    return lambda kind, detail: changes.add(kind, identity, line, detail)


def _reference(reference: Reference, text: str | None, say: _Say) -> Reference:
    start = reference.start
    if start is None or (text is None and start >= 0) or (text is not None and stands(text, start, reference.text)):
        return reference
    found = nearest(reference.text, text, start) if text is not None else None
    if found is None:
        say("dropped-offset", f"{shown(reference.text)} at {start}")
    else:
        say("found", f"{shown(reference.text)} at {found}, not {start}")
    return replace(reference, start=found)


def _evidence(evidence: Evidence, texts: Texts, say: _Say) -> Evidence:
    body = texts.body(evidence.document) if evidence.document is not None else None
    if body is None or evidence.start is None or evidence_stands(evidence, body.text):
        return evidence
    found = nearest(evidence.phrase or "", body.text, evidence.start)
    if found is None:
        say("dropped-offset", f"evidence {evidence.start}:{evidence.end} of {body.name}")
        return replace(evidence, start=None, end=None)
    say("found", f"evidence {shown(evidence.phrase or '')} at {found}, not {evidence.start}")
    return replace(evidence, start=found, end=found + len(evidence.phrase or ""))


def _squad(path: Path, changes: _Changes) -> str:
    """The file's own object, with its paragraphs and questions mended in place."""
    whole = squad.load(path)
    log = Log(strict=False)
    paragraphs = list(squad.paragraphs(whole, path, log))
    kept = _Kept(changes, (str(qa.get("id")) for p in paragraphs for _, qa in p.qas if isinstance(qa, dict)))
    first: dict[str, squad.Paragraph] = {}
    names: set[str] = set()
    for paragraph in paragraphs:
        home = first.setdefault(paragraph.context, paragraph)
        name = squad.unused(paragraph.name, names) if home is paragraph else ""
        if home is paragraph:
            names.add(name)
            paragraph.paragraph["qas"] = []
            if name != paragraph.name and paragraph.paragraph.get("id"):
                changes.add("renamed", paragraph.name, None, f"paragraph, now {name}")
                paragraph.paragraph["id"] = name
        else:
            changes.add("merged", paragraph.name, None, f"{paragraph.where} has the text of {home.where}")
        for where, qa in paragraph.qas:
            mended = _squad_question(where, qa, paragraph.context, home.where, path, kept, changes)
            if mended is not None:
                home.paragraph["qas"].append(mended)
    good = {id(paragraph.paragraph) for paragraph in first.values()}
    for article in whole["data"]:
        if isinstance(article, dict) and isinstance(article.get("paragraphs"), list):
            article["paragraphs"] = [p for p in article["paragraphs"] if id(p) in good]
    whole["data"] = [a for a in whole["data"] if isinstance(a, dict) and a.get("paragraphs")]
    return json_text(whole)


def _squad_question(
    where: str, qa: dict[str, Any], context: str, document: str, path: Path, kept: _Kept, changes: _Changes
) -> dict[str, Any] | None:
    """The question with its answers mended, or ``None`` when it cannot be read or repeats another."""
    try:
        question = squad.question_of(qa, where, document, path, Log(strict=False))
    except SetError:
        return None
    identity = kept.take(question)
    if identity is None:
        return None
    say = _teller(changes, question.id, None)
    answers: Sequence[dict[str, Any]] = qa.get("answers") or []
    return qa | {
        "id": qa["id"] if identity == question.id else identity,
        "answers": [_squad_answer(answer, context, say) for answer in answers if answer["text"].strip()],
    }


def _squad_answer(answer: dict[str, Any], context: str, say: _Say) -> dict[str, Any]:
    start = _reference(Reference(answer["text"], answer.get("answer_start")), context, say).start
    rest = {name: value for name, value in answer.items() if name != "answer_start"}
    return answer | {"answer_start": start} if start is not None else rest
