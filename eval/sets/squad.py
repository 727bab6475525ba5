"""The layout of SQuAD 1.1 and 2.0, which CMRC 2018 and DRCD share: articles of paragraphs with their questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.sets.beside import sources_of
from eval.sets.fields import offset_of, text_of
from eval.sets.lines import kind_of, parse_json, read_text
from eval.sets.reading import Log, Reading, set_name
from eval.types import Evidence, Question, Reference, SetDocument

_LAYOUT = 'The layout is {"data": [{"title", "paragraphs": [{"context", "qas": [{"id", "question", "answers"}]}]}]}.'


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as it stands in the file: the objects are the file's own, not copies."""

    where: str
    name: str
    title: str
    context: str
    paragraph: dict[str, Any]
    qas: list[tuple[str, dict[str, Any]]]


def read(path: Path, log: Log, documents: Iterable[Path | str] = ()) -> Reading:
    """The set at ``path``; paragraphs of the same text are one document. Raises ``SetError``."""
    texts: dict[str, SetDocument] = {}
    names: set[str] = set()
    questions: list[Question] = []
    for paragraph in paragraphs(load(path), path, log):
        document = texts.get(paragraph.context)
        if document is None:
            name = unused(paragraph.name, names)
            if name != paragraph.name:
                log.note("paragraph-id", paragraph.name, None, f"{paragraph.where}: another text has this id")
            names.add(name)
            document = texts[paragraph.context] = SetDocument(name, paragraph.context, paragraph.title)
        else:
            log.note(
                "duplicate-document", paragraph.name, None, f"{paragraph.where}: the text of {document.name} again"
            )
        for where, qa in paragraph.qas:
            try:
                questions.append(question_of(qa, where, document.name, path, log))
            except SetError as error:
                log.fault(error)
    return Reading(
        path,
        "squad",
        tuple(questions),
        tuple(texts.values()),
        sources_of(path, documents) if documents else (),
        name=set_name(path),
        notes=tuple(log.notes),
        faults=tuple(log.faults),
    )


def load(path: Path) -> dict[str, Any]:
    """The file's JSON object."""
    whole = parse_json(read_text(path), path)
    if not isinstance(whole, dict) or not isinstance(whole.get("data"), list):
        raise SetError(path, 'no list "data" in it', _LAYOUT)
    return whole


def paragraphs(whole: dict[str, Any], path: Path, log: Log) -> Iterator[Paragraph]:
    """The paragraphs in file order. What is no paragraph, or has no context, is a fault."""
    for a, article in enumerate(whole["data"]):
        try:
            parts = _list(article, "paragraphs", f"data[{a}]", path)
            title = text_of(article.get("title") or "", f'the "title" of data[{a}]', path, None)
        except SetError as error:
            log.fault(error)
            continue
        for p, paragraph in enumerate(parts):
            where = f"data[{a}].paragraphs[{p}]"
            try:
                qas = _list(paragraph, "qas", where, path)
                context = text_of(paragraph.get("context"), f'the "context" of {where}', path, None, _LAYOUT)
                if not context.strip():
                    raise SetError(path, f'the "context" of {where} is empty', _LAYOUT)
            except SetError as error:
                log.fault(error)
                continue
            identity = paragraph.get("id")
            named = identity if identity not in (None, "") else f"{article.get('id') or a + 1}-{p + 1}"
            rows = [(f"{where}.qas[{q}]", qa) for q, qa in enumerate(qas)]
            yield Paragraph(where, str(named), title, context, paragraph, rows)


def question_of(qa: object, where: str, document: str, path: Path, log: Log) -> Question:
    """One question; its answers' offsets are the file's own. Raises ``SetError``."""
    if not isinstance(qa, dict):
        raise SetError(path, f"{where} is {kind_of(qa)}, not an object", _LAYOUT)
    identity = qa.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int) or identity == "":
        raise SetError(path, f'{where} has no "id"', "Give each question an id of its own.")
    text = text_of(qa.get("question"), f'the "question" of {where}', path, None, _LAYOUT)
    if not text.strip():
        raise SetError(path, f"the question {identity} ({where}) is empty", "Write its text, or leave it out.")
    references = tuple(
        _reference(answer, f"{where}.answers[{n}]", path)
        for n, answer in enumerate(_list(qa, "answers", where, path, absent=True))
    )
    references = tuple(r for r in references if r.text.strip())
    impossible = qa.get("is_impossible", False)
    if not isinstance(impossible, bool):
        raise SetError(path, f'"is_impossible" of {where} is {kind_of(impossible)}', "Write true or false.")
    if impossible and references:
        given = "、".join(f"「{r.text}」" for r in references[:3])
        log.note("contradiction", str(identity), None, f"is_impossible, yet the answer {given} is given")
        references = ()
    return Question(str(identity), text, references, (Evidence(document=document),))


def _reference(answer: object, where: str, path: Path) -> Reference:
    if not isinstance(answer, dict):
        raise SetError(path, f"{where} is {kind_of(answer)}, not an object", 'Write {"text": "…", "answer_start": 12}.')
    text = text_of(answer.get("text"), f"the text of {where}", path, None)
    return Reference(text, offset_of(answer.get("answer_start"), f'"answer_start" of {where}', path, None))


def _list(holder: object, name: str, where: str, path: Path, *, absent: bool = False) -> list[Any]:
    if not isinstance(holder, dict):
        raise SetError(path, f"{where} is {kind_of(holder)}, not an object", _LAYOUT)
    value = holder.get(name)
    if value is None and absent:
        return []
    if not isinstance(value, list):
        found = "missing" if name not in holder else kind_of(value)
        raise SetError(path, f'the list "{name}" of {where} is {found}', _LAYOUT)
    return value


def unused(name: str, names: set[str]) -> str:
    """The name, or the name with the first number that makes it new."""
    number, candidate = 1, name
    while candidate in names:
        number += 1
        candidate = f"{name}-{number}"
    return candidate
