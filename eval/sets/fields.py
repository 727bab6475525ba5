"""From a row of fields to a Question: what is wanted of each field, and what is said when it is something else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eval.errors import SetError
from eval.sets.lines import kind_of
from eval.sets.reading import Log
from eval.types import Evidence, Question, Reference

KNOWN = frozenset({"id", "question", "answers", "answer", "evidence", "document", "kind", "history"})
_EVIDENCE = frozenset({"phrase", "document", "start", "end"})
_ANSWERS = 'Write a list of strings, ["4人", "四人"], or of {"text": "4人", "start": 12}; [] when there is no answer.'
_EVIDENCE_HINT = (
    'Write a phrase as a string, or {"phrase": "…", "document": "report.txt", "start": 12, "end": 30}, '
    "or a list of these."
)


def question_of(row: Mapping[str, object], path: Path, line: int, log: Log, unnamed: str = "") -> Question:
    """The question of one row, with the id ``unnamed`` when it states none.

    Raises ``SetError`` for a field that is missing or of the wrong kind.
    """
    read = _Row(row, path, line)
    identity = read.identity() or unnamed or f"line-{line}"
    text = read.string("question", 'Each question needs a field "question" with its text.')
    if not text.strip():
        reason = "the question is empty" if "question" in row else 'the field "question" is missing'
        raise SetError(path, reason, 'Each question needs a field "question" with its text.', line=line)
    name = "answers" if row.get("answers") is not None or "answer" not in row else "answer"
    references = read.references(name)
    if any(not r.text.strip() for r in references):
        if len(references) > 1:
            log.note("empty-answer", identity, line, "an empty answer among others is passed over")
        references = tuple(r for r in references if r.text.strip())
    unknown = [key for key in row if key not in KNOWN or (key == "answer" and name == "answers")]
    for key in unknown:
        log.note("unknown-field", identity, line, str(key))
    return Question(
        id=identity,
        question=text,
        references=references,
        evidence=read.evidence(identity, log),
        kind=read.string("kind", 'Write it as a string, such as "figure".').strip(),
        history=read.strings("history", 'Write the earlier questions as a list of strings, oldest first: ["…", "…"].'),
        line=line,
    )


def text_of(value: object, what: str, path: Path, line: int | None, hint: str = "") -> str:
    """The value when it is a string of whole characters, otherwise ``SetError``."""
    if not isinstance(value, str):
        raise SetError(path, f"{what} is {kind_of(value)}, not a string", hint, line=line)
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise SetError(path, f"{what} holds half a character (a lone surrogate)", "Write the character out.", line=line)
    return value


def offset_of(value: object, what: str, path: Path, line: int | None) -> int | None:
    """The value when it is an integer or absent, otherwise ``SetError``."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise SetError(path, f"{what} is {kind_of(value)}, not an integer", "Offsets count characters.", line=line)
    return value


class _Row:
    def __init__(self, row: Mapping[str, object], path: Path, line: int) -> None:
        self.row, self.path, self.line = row, path, line

    def wrong(self, reason: str, hint: str) -> SetError:
        return SetError(self.path, reason, hint, line=self.line)

    def identity(self) -> str:
        value = self.row.get("id")
        if value is None or value == "":
            return ""
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return text_of(value, '"id"', self.path, self.line, 'Write it as a string, such as "report-001".')

    def string(self, name: str, hint: str) -> str:
        value = self.row.get(name)
        return "" if value is None else text_of(value, f'"{name}"', self.path, self.line, hint)

    def strings(self, name: str, hint: str) -> tuple[str, ...]:
        value = self.row.get(name)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value] if value.strip() else []
        if not isinstance(value, list):
            raise self.wrong(f'"{name}" is {kind_of(value)}, not a list of strings', hint)
        texts = [text_of(v, f'number {n} of "{name}"', self.path, self.line, hint) for n, v in enumerate(value, 1)]
        if any(not text.strip() for text in texts):
            raise self.wrong(f'"{name}" holds an empty string', hint)
        return tuple(texts)

    def references(self, name: str) -> tuple[Reference, ...]:
        value = self.row.get(name)
        if value is None:
            return ()
        if isinstance(value, str | dict):
            value = [value]
        if not isinstance(value, list):
            raise self.wrong(f'"{name}" is {kind_of(value)}, not a list of strings', _ANSWERS)
        return tuple(self._reference(item, f'number {n} of "{name}"') for n, item in enumerate(value, 1))

    def _reference(self, item: object, what: str) -> Reference:
        if not isinstance(item, dict):
            return Reference(text_of(item, what, self.path, self.line, _ANSWERS))
        if "text" not in item:
            raise self.wrong(f'{what} has no "text"', _ANSWERS)
        text = text_of(item["text"], f"the text of {what}", self.path, self.line, _ANSWERS)
        return Reference(text, offset_of(item.get("start"), f'the "start" of {what}', self.path, self.line))

    def evidence(self, identity: str, log: Log) -> tuple[Evidence, ...]:
        document = self.string("document", 'Write the file name of a document, such as "report.txt".') or None
        value = self.row.get("evidence")
        items = value if isinstance(value, list) else [] if value is None or value == "" else [value]
        found = [self._evidence(item, document, identity, log) for item in items]
        if not found and document is not None:
            return (Evidence(document=document),)
        return tuple(found)

    def _evidence(self, item: object, document: str | None, identity: str, log: Log) -> Evidence:
        if isinstance(item, str):
            if not item.strip():
                raise self.wrong("an evidence phrase is empty", _EVIDENCE_HINT)
            return Evidence(text_of(item, "the evidence", self.path, self.line), document)
        if not isinstance(item, dict):
            raise self.wrong(f'"evidence" holds {kind_of(item)}', _EVIDENCE_HINT)
        for key in item.keys() - _EVIDENCE:
            log.note("unknown-field", identity, self.line, f"evidence.{key}")
        phrase, named = item.get("phrase"), item.get("document")
        phrase = None if phrase is None else text_of(phrase, "the phrase", self.path, self.line, _EVIDENCE_HINT) or None
        named = None if named is None else text_of(named, "the document", self.path, self.line, _EVIDENCE_HINT) or None
        start = offset_of(item.get("start"), 'the "start" of the evidence', self.path, self.line)
        end = offset_of(item.get("end"), 'the "end" of the evidence', self.path, self.line)
        if start is not None and end is None and phrase is not None:
            end = start + len(phrase)
        if (start is None) != (end is None):
            raise self.wrong('evidence with only one of "start" and "end"', _EVIDENCE_HINT)
        if start is not None and end is not None and not 0 <= start < end:
            raise self.wrong(f"evidence from {start} to {end} is no place in a text", _EVIDENCE_HINT)
        if start is not None and (named or document) is None:
            raise self.wrong("evidence with offsets names no document", _EVIDENCE_HINT)
        if phrase is None and named is None and start is None:
            raise self.wrong("evidence without phrase, document or offsets", _EVIDENCE_HINT)
        return Evidence(phrase, named or document, start, end)
