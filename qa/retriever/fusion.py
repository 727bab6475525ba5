"""Fusion of dense and lexical scores into one ranking.

The fused score is ``cosine + LEXICAL_WEIGHT * BM25 / ln(1 + N)``: a sum of the raw scores, not of ranks. Reciprocal
rank fusion throws away by how much the first is better than the second, and so loses to BM25 alone where that is by
far the better part (DRCD). ``ln(1 + N)``, with N the number of passages, is about the inverse document frequency of a word that
occurs once: it takes from BM25 what only the size of the Library adds, so that one weight serves small and large ones.
Compare Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval" (ACM TOIS 42(1)), which finds
a convex combination better than rank fusion, and insensitive to how scores are normalised.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

# Chosen on CMRC trial and parts of CMRC train and DRCD train: `python -m eval.bench fusion` prints the table.
LEXICAL_WEIGHT = 0.045


def fuse(
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
    size: int,
    *,
    lexical_weight: float = LEXICAL_WEIGHT,
) -> list[tuple[int, float]]:
    """Passage ids with fused scores, best first.

    ``dense`` holds the cosine of every candidate, ``lexical`` the BM25 score of those that share a word with the
    question (the others' is 0), ``size`` is the number of passages in the Library. Candidates without a cosine are
    left out. Ties go to the smaller id.
    """
    weight = lexical_weight / math.log1p(max(size, 1))
    scores = {i: cosine + weight * lexical.get(i, 0.0) for i, cosine in dense.items()}
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
