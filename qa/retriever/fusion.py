"""Fusion of dense and lexical scores into one ranking.

The fused score is ``cosine + BM25 / BM25_SCALE``: a sum of the raw scores, not of ranks. Reciprocal rank fusion throws
away by how much the first is better than the second, and so loses to BM25 alone where that is by far the better part
(DRCD). A fixed scale also needs no statistics of the candidates at hand, so that one candidate more or less does not
move the others. Compare Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS
42(1)), which finds a convex combination better than rank fusion, and insensitive to how scores are normalised.
"""

from __future__ import annotations

from collections.abc import Mapping

# One cosine point (0.01) weighs as much as 1.5 BM25 points. Chosen on CMRC trial, parts of CMRC train and of DRCD
# train: `python -m eval.bench fusion` prints the table.
BM25_SCALE = 150.0


def fuse(
    dense: Mapping[int, float], lexical: Mapping[int, float], *, bm25_scale: float = BM25_SCALE
) -> list[tuple[int, float]]:
    """Passage ids with fused scores, best first.

    ``dense`` holds the cosine of every candidate, ``lexical`` the BM25 score of those that share a word with the
    question; the others' is 0. Candidates without a cosine are left out. Ties go to the smaller id.
    """
    scores = {i: cosine + lexical.get(i, 0.0) / bm25_scale for i, cosine in dense.items()}
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
