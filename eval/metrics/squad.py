"""Exact match and F1 by the rules of SQuAD (Rajpurkar et al. 2016, 2018), as its script for 2.0 has them.

The script for 1.1 gives the same wherever a reference holds a word: it neither knows questions without an answer nor
leaves out references of which nothing is left.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")


def normalise(text: str) -> str:
    """Lower case, without ASCII punctuation, then without English articles; white space becomes single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, references: Sequence[str]) -> float:
    """1.0 if the normalised prediction equals a normalised reference, otherwise 0.0.

    References of which normalising leaves nothing do not count; without any, an empty prediction is right.
    """
    return float(normalise(prediction) in _normalised(references))


def f1(prediction: str, references: Sequence[str]) -> float:
    """The best F1 = 2PR / (P + R) over the references, on bags of words.

    P is the number of common words over the prediction's, R over the reference's. If either has none, F1 is whether
    they are equal. References of which normalising leaves nothing do not count; without any, an empty prediction is
    right.
    """
    predicted = normalise(prediction).split()
    return max(_f1(predicted, reference.split()) for reference in _normalised(references))


def _normalised(references: Sequence[str]) -> list[str]:
    return [text for reference in references if (text := normalise(reference))] or [""]


def _f1(prediction: list[str], reference: list[str]) -> float:
    if not prediction or not reference:
        return float(prediction == reference)
    common = (Counter(prediction) & Counter(reference)).total()
    if common == 0:
        return 0.0
    precision, recall = common / len(prediction), common / len(reference)
    return 2 * precision * recall / (precision + recall)
