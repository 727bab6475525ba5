"""Does retrieval put the right paragraph first? Paragraphs of CMRC 2018 and DRCD as a Library."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eval.bench.kept import kept_corpus
from eval.metrics.intervals import share
from eval.types import EvaluationSet
from qa import Hit

# So many hits that every order below finds its first five paragraphs among them.
DEPTH = 100
RRF_K = 60

Score = Callable[[Hit], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's right documents, and the hits that retrieval returned."""

    documents: Sequence[str]
    hits: tuple[Hit, ...]


def bm25(hit: Hit) -> float:
    """The lexical score; below 0 for a passage that shares no word with the question."""
    return hit.lexical.score if hit.lexical else -1.0


def cosine(hit: Hit) -> float:
    """The dense score."""
    return hit.dense.score if hit.dense else -1.0


def reciprocal_rank(hit: Hit) -> float:
    """Reciprocal rank fusion, the sum of 1 / (60 + rank) (Cormack, Clarke and Büttcher 2009)."""
    return sum(1 / (RRF_K + part.rank) for part in (hit.dense, hit.lexical) if part)


def weighted(lexical_weight: float, size: int) -> Score:
    """Yinda's fusion with another weight, over ``size`` passages."""
    weight = lexical_weight / math.log1p(size)
    return lambda hit: cosine(hit) + weight * max(bm25(hit), 0.0)


def fused(hit: Hit) -> float:
    """Yinda's own score."""
    return hit.score


ORDERS: dict[str, Score] = {
    "dense (e5)": cosine,
    "BM25 (jieba)": bm25,
    "reciprocal rank fusion": reciprocal_rank,
    "Yinda's fusion": fused,
}


def ask_all(evaluation_set: EvaluationSet) -> tuple[list[Asked], int]:
    """Search the paragraphs of a set, a document each, for its questions.

    Returns what was asked, and the number of passages in the Library.
    """
    from rich.progress import track

    with kept_corpus(evaluation_set, progress=True) as corpus:
        asked = [
            # Many paragraphs are cut into several passages: a document counts with its best one.
            Asked(
                corpus.ids(question.evidence[0].document or ""), tuple(corpus.library.search(question.question, DEPTH))
            )
            for question in track(evaluation_set.questions, "asking", transient=True)
        ]
        return asked, sum(corpus.library.passage_counts().values())


def rank_of(asked: Asked, score: Score) -> int:
    """The rank from 1 of the right document when hits are ordered by ``score``; 0 when it is not there.

    A document counts with its best passage.
    """
    order = dict.fromkeys(h.passage.document_id for h in sorted(asked.hits, key=score, reverse=True))
    return next((rank for rank, document in enumerate(order, 1) if document in asked.documents), 0)


def row(label: str, ranks: Iterable[int]) -> str:
    """One line of the table: right document first, and among the first five, with 95% intervals."""
    known = list(ranks)
    first, five = sum(r == 1 for r in known), sum(1 <= r <= 5 for r in known)
    return f"  {label:<26} {share(first, len(known))}   {share(five, len(known))}"


def table(name: str, asked: Sequence[Asked], orders: dict[str, Score]) -> str:
    """The lines for one data set, one for each order."""
    head = f"{name}: {len(asked)} questions; right paragraph first, and in the first five (95% interval)"
    return "\n".join([head, *(row(label, (rank_of(a, score) for a in asked)) for label, score in orders.items())])
