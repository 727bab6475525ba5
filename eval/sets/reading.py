"""What a reader of one layout hands on: the questions and documents as the file states them, and what it noticed.

Nothing is mended here: offsets are the file's own, also where they are off, so that ``check`` can see them.
``finished`` makes of it the set that runs use.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from eval.errors import SetError
from eval.types import EvaluationSet, Layout, Question, Reference, Rules, SetDocument, Task


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a reader noticed and passed over; ``kind`` is one of ``eval.sets.report.KINDS``."""

    kind: str
    id: str
    line: int | None
    detail: str


class Log:
    """Collects what readers notice. A fault is raised at once, or, for ``check``, recorded and its row left out."""

    def __init__(self, *, strict: bool = True) -> None:
        self.strict = strict
        self.faults: list[SetError] = []
        self.notes: list[Note] = []

    def fault(self, error: SetError) -> None:
        """Raise the error, or record it."""
        if self.strict:
            raise error
        self.faults.append(error)

    def note(self, kind: str, id: str, line: int | None, detail: str) -> None:
        """Record something that does not keep the set from being used."""
        self.notes.append(Note(kind, id, line, detail))


@dataclass(frozen=True, slots=True)
class Reading:
    """A set as its file states it; an answer's ``start`` may be off, and an id may occur twice."""

    path: Path
    layout: Layout
    questions: tuple[Question, ...]
    documents: tuple[SetDocument, ...] = ()
    sources: tuple[Path, ...] = ()
    task: Task = "answers"
    name: str = ""
    notes: tuple[Note, ...] = ()
    faults: tuple[SetError, ...] = field(default=(), compare=False)


def finished(reading: Reading, rules: Rules | None) -> EvaluationSet:
    """The set that runs use: ids are unique, and offsets that do not hold in the set's own documents are dropped.

    Raises ``SetError`` when an id occurs twice, or no question is left.
    """
    refuse_empty(reading)
    seen: dict[str, Question] = {}
    for question in reading.questions:
        first = seen.setdefault(question.id, question)
        if first is not question:
            where = f"on line {first.line}" if first.line else "further up"
            raise SetError(
                reading.path,
                f"id {question.id} also {where}",
                "Give each question its own id; `yinda eval check` lists all of them and can write a mended copy.",
                line=question.line,
            )
    texts = {document.name: document.text for document in reading.documents}
    return EvaluationSet(
        name=reading.name,
        path=reading.path,
        layout=reading.layout,
        questions=tuple(_with_sound_offsets(question, texts) for question in reading.questions),
        documents=reading.documents,
        sources=reading.sources,
        rules=rules or prevailing_rules(question.question for question in reading.questions),
        task=reading.task,
    )


def refuse_empty(reading: Reading) -> None:
    """Raise the first fault, or that the file holds no question, when no question is left."""
    if reading.questions:
        return
    if reading.faults:
        raise reading.faults[0]
    raise SetError(reading.path, "holds no question", "A set needs one question at least.")


def stands(text: str, start: int, phrase: str) -> bool:
    """Whether ``phrase`` is what stands at ``start`` in ``text``."""
    return start >= 0 and text.startswith(phrase, start)


def evidence_document(question: Question) -> str | None:
    """The document that the offsets of a question's answers count in: the first that its evidence names."""
    return next((e.document for e in question.evidence if e.document is not None), None)


def _with_sound_offsets(question: Question, texts: dict[str, str]) -> Question:
    if all(reference.start is None for reference in question.references):
        return question
    text = texts.get(evidence_document(question) or "")

    def sound(reference: Reference) -> Reference:
        if reference.start is None or (reference.start >= 0 and text is None):
            return reference  # files beside the set are not opened just to load it: check looks into them
        return reference if stands(text or "", reference.start, reference.text) else Reference(reference.text)

    return replace(question, references=tuple(sound(reference) for reference in question.references))


def prevailing_rules(questions: Iterable[str]) -> Rules:
    """CMRC's rules where Chinese characters prevail among the letters of the questions, otherwise SQuAD's."""
    han = other = 0
    for question in questions:
        for c in question:
            if "\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U0003ffff":
                han += 1
            elif unicodedata.category(c)[0] == "L":
                other += 1
    # A Chinese word has about two characters, an English one about five letters: half as many count as prevailing
    # in a mixed question like 《World of Warcraft》是哪年发行的？
    return "squad" if other > 2 * han else "cmrc"


def set_name(path: Path) -> str:
    """A set's name: the folder that its file lies in and the file's name without suffix."""
    whole = Path(path).resolve()
    return f"{whole.parent.name}/{whole.stem}"
