"""Is this passage, or this document, where the set says the answer stands?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from eval.types import EvaluationSet, Evidence, Question, StoredPassage
from qa.text.normalise import fold


def same_name(known: str, named: str) -> bool:
    """Whether a set means this document: by its name, or a file by its name without folder and suffix."""
    return known == named or (PurePath(known).name == PurePath(named).name or PurePath(known).stem == named)


def holds(evidence: Evidence, passage: StoredPassage) -> bool:
    """Whether the passage holds the evidence.

    A place counts with any overlap, a phrase when it stands in the passage (width, case and script aside), a document
    alone with any of its passages.
    """
    if evidence.document is not None and not same_name(passage.document, evidence.document):
        return False
    if evidence.start is not None and evidence.document is not None:
        end = evidence.end if evidence.end is not None else evidence.start + 1
        return passage.start < end and evidence.start < passage.end
    if evidence.phrase is not None:
        return fold(evidence.phrase) in fold(passage.text)
    return evidence.document is not None


def by_document(question: Question) -> bool:
    """Whether the evidence is whole documents, so that a document counts once, with its best passage."""
    if question.qrels:
        return True
    return bool(question.evidence) and all(e.start is None and e.phrase is None for e in question.evidence)


def units(
    question: Question, passages: Sequence[StoredPassage], aliases: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, int]]:
    """The ranking as the metrics of retrieval take it: unit names, best first, and the grades of the relevant ones.

    Units are documents where whole documents are asked for (``aliases``: all names of a text that stands in the set
    several times); otherwise each piece of evidence is one, which the first passage that holds it finds, and every
    passage that holds none is one.
    """
    if by_document(question):
        ranking = list(dict.fromkeys(name for p in passages for name in aliases.get(p.document, (p.document,))))
        if question.qrels:
            return ranking, {name: grade for name, grade in question.qrels.items() if grade > 0}
        wanted = [e.document for e in question.evidence if e.document is not None]
        known = {name: next((w for w in wanted if same_name(name, w)), name) for name in ranking}
        return list(dict.fromkeys(known[name] for name in ranking)), dict.fromkeys(wanted, 1)
    found: dict[str, None] = {}
    for passage in passages:
        held = [f"evidence {i}" for i, e in enumerate(question.evidence) if holds(e, passage)]
        new = [unit for unit in held if unit not in found]
        # A further passage with the same evidence is neither a new find nor a miss.
        found.update(dict.fromkeys(new if held else [passage.key]))
    return list(found), {f"evidence {i}": 1 for i in range(len(question.evidence))}


def first_rank(
    question: Question, passages: Sequence[StoredPassage], aliases: Mapping[str, Sequence[str]]
) -> int | None:
    """The rank from 1 of the first unit of evidence, 0 when it is not among the passages, ``None`` without evidence."""
    ranking, grades = units(question, passages, aliases)
    if not grades:
        return None
    return next((rank for rank, unit in enumerate(ranking, 1) if grades.get(unit, 0) > 0), 0)


def is_evidence(question: Question, passage: StoredPassage) -> bool:
    """Whether the passage holds some evidence of the question."""
    if question.qrels:
        return question.qrels.get(passage.document, 0) > 0
    return any(holds(e, passage) for e in question.evidence)


def aliases_of(evaluation_set: EvaluationSet) -> dict[str, tuple[str, ...]]:
    """For the name under which a text is known first, all the names it has in the set."""
    names: dict[str, list[str]] = {}
    for document in evaluation_set.documents:
        names.setdefault(document_text(evaluation_set, document.title, document.text), []).append(document.name)
    return {known[0]: tuple(known) for known in names.values() if len(known) > 1}


def document_text(evaluation_set: EvaluationSet, title: str, text: str) -> str:
    """The text that goes into a Library for a document of the set.

    The title goes in front where offsets do not matter: in sets of retrieval, as their authors do it.
    """
    return f"{title}\n\n{text}" if title and evaluation_set.task == "retrieval" else text
