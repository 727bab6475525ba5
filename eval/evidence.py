"""Is this passage, or this document, where the set says the answer stands?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.types import Evidence, Question, StoredPassage
from qa.text.normalise import fold


def holds(evidence: Evidence, passage: StoredPassage) -> bool:
    """Whether the passage holds the evidence.

    A place counts with any overlap, a phrase when it stands in the passage (width, case and script aside), a document
    alone with any of its passages. Documents are named as ``eval.names.resolved`` leaves them.
    """
    if evidence.document not in (None, passage.document):
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
        if question.qrels:
            # A text that was judged under several names is each of them.
            ranking = list(dict.fromkeys(name for p in passages for name in aliases.get(p.document, (p.document,))))
            return ranking, {name: grade for name, grade in question.qrels.items() if grade > 0}
        ranking = list(dict.fromkeys(p.document for p in passages))
        return ranking, {e.document: 1 for e in question.evidence if e.document is not None}
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
