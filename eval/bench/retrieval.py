"""Does retrieval put the right paragraph first? Paragraphs of CMRC 2018 and DRCD as a Library."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.data import Paragraph
from eval.bench.statistics import share
from qa import Hit, Library

# So many hits that every order below finds its first five paragraphs among them.
DEPTH = 100
RRF_K = 60

Score = Callable[[Hit], float]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's right document, and the hits that retrieval returned."""

    document: str
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


def ask_all(paragraphs: Sequence[Paragraph], every: int = 1) -> tuple[list[Asked], int]:
    """Make a Library of the paragraphs, a document each, and search it for every ``every``-th question.

    Returns what was asked, and the number of passages in the Library.
    """
    from rich.progress import track

    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
        documents: dict[str, str] = {}
        for p in track(paragraphs, "indexing", transient=True):
            # A paragraph that occurs twice is one document: either is right.
            (addition,) = library.add_bytes(p.text.encode(), f"{p.id}.txt").additions
            if addition.document_id is None:
                raise ValueError(f"paragraph {p.id}: {addition.reason}")
            documents[p.id] = addition.document_id
        pairs = [(question, p.id) for p in paragraphs for question in p.questions][::every]
        asked = [
            Asked(documents[owner], tuple(library.search(question, DEPTH)))
            for question, owner in track(pairs, "asking", transient=True)
        ]
        return asked, sum(library.passage_counts().values())


def rank_of(asked: Asked, score: Score) -> int:
    """The rank from 1 of the right document when hits are ordered by ``score``; 0 when it is not there.

    A document counts with its best passage.
    """
    order = dict.fromkeys(h.passage.document_id for h in sorted(asked.hits, key=score, reverse=True))
    return next((rank for rank, document in enumerate(order, 1) if document == asked.document), 0)


def row(label: str, ranks: Iterable[int]) -> str:
    """One line of the table: right document first, and among the first five, with 95% intervals."""
    known = list(ranks)
    first, five = sum(r == 1 for r in known), sum(1 <= r <= 5 for r in known)
    return f"  {label:<26} {share(first, len(known))}   {share(five, len(known))}"


def table(name: str, asked: Sequence[Asked], orders: dict[str, Score]) -> str:
    """The lines for one data set, one for each order."""
    head = f"{name}: {len(asked)} questions; right paragraph first, and in the first five (95% interval)"
    return "\n".join([head, *(row(label, (rank_of(a, score) for a in asked)) for label, score in orders.items())])
