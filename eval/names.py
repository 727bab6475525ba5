"""Which document a set means by a name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from eval.types import EvaluationSet, Evidence
from qa.documents import SUFFIXES


def resolve(named: str, known: Collection[str]) -> str | None:
    """The known document that ``named`` means; ``None`` when it means none, or could mean several.

    Its name as it stands; else the only file with the same end of the path (``report.txt`` for ``2023/report.txt``, and
    the other way round); else the only one with the same name without its suffix.
    """
    if named in known:
        return named
    wanted = _parts(named)
    for form in (_parts, _without_suffix):
        fitting = [name for name in known if _same_end(form(name), wanted)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def resolved(evaluation_set: EvaluationSet, known: Collection[str] | None = None) -> EvaluationSet:
    """The set with every piece of evidence naming its document as it is known, for exact comparison from here on.

    ``known`` are the names in the Library that is asked; by default those of the documents in the set. A text that
    stands in the set under several names is known by the first.
    """
    first = first_names(evaluation_set)
    names = known if known is not None else [document.name for document in evaluation_set.documents]
    if not names:
        return evaluation_set
    known_as = {name: first.get(name, name) for name in names}
    seen: dict[str, str] = {}

    def known_name(named: str) -> str:
        if named not in seen:
            name = resolve(named, known_as)
            seen[named] = known_as[name] if name is not None else named
        return seen[named]

    def known_evidence(evidence: Evidence) -> Evidence:
        return evidence if evidence.document is None else replace(evidence, document=known_name(evidence.document))

    questions = tuple(
        replace(question, evidence=tuple(dict.fromkeys(map(known_evidence, question.evidence))))
        for question in evaluation_set.questions
    )
    return replace(evaluation_set, questions=questions)


def first_names(evaluation_set: EvaluationSet) -> Mapping[str, str]:
    """For each name of a document in the set, the first name under which the same text stands there."""
    firsts: dict[str, str] = {}
    return {
        d.name: firsts.setdefault(document_text(evaluation_set, d.title, d.text), d.name)
        for d in evaluation_set.documents
    }


def aliases_of(evaluation_set: EvaluationSet) -> dict[str, tuple[str, ...]]:
    """For the first name of a text that stands in the set several times, all its names."""
    names: dict[str, list[str]] = {}
    for name, first in first_names(evaluation_set).items():
        names.setdefault(first, []).append(name)
    return {first: tuple(known) for first, known in names.items() if len(known) > 1}


def document_text(evaluation_set: EvaluationSet, title: str, text: str) -> str:
    """The text that goes into a Library for a document of the set.

    The title goes in front where offsets do not matter: in sets of retrieval, as their authors do it.
    """
    return f"{title}\n\n{text}" if title and evaluation_set.task == "retrieval" else text


def _parts(name: str) -> tuple[str, ...]:
    return PurePath(name).parts


def _without_suffix(name: str) -> tuple[str, ...]:
    path = PurePath(name)
    return (path.with_suffix("") if path.suffix.lower() in SUFFIXES else path).parts


def _same_end(one: Sequence[str], other: Sequence[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter > 0 and one[-shorter:] == other[-shorter:]
