"""Exact match and F1 by the rules of CMRC 2018 (Cui et al. 2019), as its script ``cmrc2018_evaluate.py`` (v5) has them.

A text is lower-cased and stripped, listed punctuation is dropped, and the rest is cut into segments: each character of
U+4E00..U+9FA5 is one, and what lies between them is cut by NLTK's word tokeniser. F1 counts the longest run of segments
that both texts share, not a bag of words.

Where this differs from the script: ``nltk.word_tokenize`` first cuts a stretch into sentences with a trained model,
which the package ``nltk`` does not bring and would download. Sentences matter, as the tokeniser cuts off only the last
full stop of each. Here NLTK's sentence splitter runs without the trained model, with a list of common abbreviations:
``mr. x`` is one sentence, ``t.f. x`` two. In CMRC and DRCD this gives the script's segments for every reference, and
for all but 7 of the 18,743 different stretches of the paragraphs (46 if each stretch were one sentence): the rest are
rare abbreviations before a word ("a.d. vision", "p. 1000"). In such a stretch one full stop is a segment of its own or
is not, which moves F1 only where the prediction ends within it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache

# The script also lists "……", which, compared with single characters, never matches: "…" stays in the text.
_PUNCTUATION = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
_DROP = dict.fromkeys(map(ord, _PUNCTUATION))
# After these a full stop ends no sentence.
_ABBREVIATIONS = frozenset(
    {
        "a.m",
        "co",
        "col",
        "corp",
        "d.c",
        "dr",
        "gen",
        "inc",
        "jr",
        "ltd",
        "mr",
        "mrs",
        "ms",
        "p.m",
        "ph.d",
        "prof",
        "rep",
        "sen",
        "sr",
        "st",
        "u.s",
        "vs",
    }
)


def strip_punctuation(text: str) -> str:
    """``text`` lower-cased, stripped, and without the listed punctuation; white space inside stays."""
    return text.lower().strip().translate(_DROP)


def segment(text: str, *, drop_punctuation: bool = False) -> list[str]:
    """The segments of ``text``: Chinese characters, listed punctuation (or none), and the words between them.

    What stood on both sides of a dropped mark becomes one stretch, as in the script: "3-5" is then ``35``.
    """
    text = strip_punctuation(text) if drop_punctuation else text.lower().strip()
    segments: list[str] = []
    start = 0
    for at, character in enumerate(text):
        if "\u4e00" <= character <= "\u9fa5" or character in _PUNCTUATION:
            if start < at:
                segments += _words(text[start:at])
            segments.append(character)
            start = at + 1
    if start < len(text):
        segments += _words(text[start:])
    return segments


def exact_match(prediction: str, references: Sequence[str]) -> float:
    """1.0 if the prediction is a reference but for case and punctuation, otherwise 0.0.

    Without references, which the script does not know, 1.0 for an empty prediction (as in SQuAD 2.0).
    """
    if not references:
        return float(not prediction.strip())
    predicted = strip_punctuation(prediction)
    return float(any(strip_punctuation(reference) == predicted for reference in references))


def f1(prediction: str, references: Sequence[str]) -> float:
    """The best F1 = 2PR / (P + R) over the references.

    P is the length of the longest common run of segments over the prediction's, R over the reference's. Nothing in
    common is 0.0. Without references, 1.0 for an empty prediction (as in SQuAD 2.0).
    """
    if not references:
        return float(not prediction.strip())
    predicted = segment(prediction, drop_punctuation=True)
    return max(_f1(segment(reference, drop_punctuation=True), predicted) for reference in references)


def _f1(reference: Sequence[str], prediction: Sequence[str]) -> float:
    common = _longest_common_run(reference, prediction)
    if common == 0:
        return 0.0
    precision, recall = common / len(prediction), common / len(reference)
    return 2 * precision * recall / (precision + recall)


def _longest_common_run(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest contiguous run of items that stands in both; time is the number of equal pairs."""
    if a == b:
        return len(a)
    places: dict[str, list[int]] = {}
    for at, item in enumerate(b):
        places.setdefault(item, []).append(at)
    best = 0
    runs: dict[int, int] = {}  # end in b -> length of the run that ends there and at the current item of a
    for item in a:
        runs = {at: runs.get(at - 1, 0) + 1 for at in places.get(item, ())}
        if runs:
            best = max(best, *runs.values())
    return best


@lru_cache(maxsize=16_384)
def _words(stretch: str) -> tuple[str, ...]:
    if stretch.isascii() and stretch.isdigit():  # the most frequent stretch: a year, a number
        return (stretch,)
    sentences, words = _tokenisers()
    if not any(mark in stretch for mark in ".?!"):
        return tuple(words(stretch))
    return tuple(word for sentence in sentences(stretch) for word in words(sentence))


@cache
def _tokenisers() -> tuple[Callable[[str], list[str]], Callable[[str], list[str]]]:
    """NLTK's sentence splitter and its improved Treebank tokeniser, the two halves of ``nltk.word_tokenize``."""
    from nltk.tokenize.destructive import NLTKWordTokenizer
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(_ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters).tokenize, NLTKWordTokenizer().tokenize
