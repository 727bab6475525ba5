"""Value objects of evaluation: sets and their questions, and what a run predicted for them.

Offsets are code points, end exclusive, into the text of the named document as Yinda reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Rules = Literal["cmrc", "squad"]
Task = Literal["answers", "retrieval"]
Layout = Literal["jsonl", "squad", "table", "beir"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An accepted answer; ``start`` is its offset in the evidence document, where the set gives one."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer stands: a phrase of the right passage, a document, or a place ``start:end`` in a document."""

    phrase: str | None = None
    document: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a set. Without ``references`` the documents hold no answer (in a set of answers).

    ``history`` are earlier questions, oldest first, that it leans on. ``qrels`` are the relevance grades of documents
    by name, in a set of retrieval. ``line`` is where it stands in its file, from 1, for messages.
    """

    id: str
    question: str
    references: tuple[Reference, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    kind: str = ""
    history: tuple[str, ...] = ()
    qrels: Mapping[str, int] = field(default_factory=dict)
    line: int | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The texts of the references."""
        return tuple(r.text for r in self.references)

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.references)


@dataclass(frozen=True, slots=True)
class SetDocument:
    """A document whose text stands in the set itself."""

    name: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """Questions, with the documents they are asked of where the set brings them.

    ``documents`` stand in the set, ``sources`` are files beside it. ``rules`` says by whose rules answers are scored,
    ``task`` whether answers are asked for or retrieval alone.
    """

    name: str
    path: Path
    layout: Layout
    questions: tuple[Question, ...]
    documents: tuple[SetDocument, ...] = ()
    sources: tuple[Path, ...] = ()
    rules: Rules = "cmrc"
    task: Task = "answers"


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage that a run met, kept once beside the predictions that name it by ``key``.

    ``document`` is its name in the set (the file's name in a person's own Library).
    """

    key: str
    document: str
    title: str
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that retrieval returned, by key, with its score."""

    passage: str
    score: float


@dataclass(frozen=True, slots=True)
class PredictedCitation:
    """A citation: the quote, its document's name and offsets, its passage's key.

    ``intact`` says that the quote was found to be what stands at its place in the document.
    """

    quote: str
    document: str
    start: int
    end: int
    passage: str
    intact: bool = True


@dataclass(frozen=True, slots=True)
class Distracted:
    """The same question after a ``history`` that has nothing to do with it: how it was understood, and answered."""

    history: tuple[str, ...]
    question: str
    text: str
    abstained: bool


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a run got for one question.

    ``text`` is "" when abstained; ``best`` is then still the best candidate (with ``best_citation``), so that refusal
    and calibration can be judged. ``question`` is the standalone question as understood. ``retrieved`` are the first
    passages, best first; ``timings`` are seconds by stage with the whole under ``total``; ``memory_mib`` is the
    process's resident memory after it. ``error`` is the line of an error that took the answer's place.
    """

    set: str
    id: str
    text: str
    abstained: bool
    confidence: float
    citations: tuple[PredictedCitation, ...] = ()
    question: str = ""
    best: str = ""
    best_citation: PredictedCitation | None = None
    retrieved: tuple[Retrieved, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    memory_mib: float = 0.0
    distracted: Distracted | None = None
    error: str = ""
