"""What two sets share: the same questions and texts, and nearly the same ones by the character n-grams in common."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from eval.sets.texts import loosely

SHINGLE = 8
"""Characters of an n-gram."""
NEAR_TEXT = 0.5
"""Share of the shorter text's n-grams that near texts have in common at least."""
NEAR_QUESTION = 0.8
"""The same of the longer question's: questions that differ in a year or a name are different ones."""

_BUDGET = 500_000  # n-grams of the other set that are indexed: about 100 MB
_COMMON = 200  # an n-gram in more texts than this tells nothing
_FEWEST = 32  # a shorter text has too few n-grams to be judged by their share
_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Shared:
    """A text of ours, the text of theirs that it is like, and the share of n-grams in common (1.0 for the same)."""

    ours: str
    theirs: str
    share: float


def same(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[Shared]:
    """Texts by name that are the same but for width, case, script, punctuation and spaces."""
    known: dict[str, str] = {}
    for name, text in theirs.items():
        known.setdefault(loosely(text), name)
    return [Shared(name, known[key], 1.0) for name, text in ours.items() if (key := loosely(text)) and key in known]


def near_texts(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[Shared]:
    """Texts of which a large part stands in a text of the other set. Only a sample of n-grams is indexed when the
    other set is large, so that memory stays bounded; what that finds is then compared in full.
    """
    return _near(ours, theirs, of_longer=False, least=NEAR_TEXT, fewest=_FEWEST)


def near_questions(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[Shared]:
    """Questions that differ in a few characters alone."""
    return _near(ours, theirs, of_longer=True, least=NEAR_QUESTION, fewest=1)


def _near(
    ours: Mapping[str, str], theirs: Mapping[str, str], *, of_longer: bool, least: float, fewest: int
) -> list[Shared]:
    texts = {name: loosely(text) for name, text in theirs.items()}
    every = max(1, -(-sum(map(len, texts.values())) // _BUDGET))
    index: dict[int, list[str]] = {}
    for name, text in texts.items():
        for shingle in _sampled(text, every):
            holders = index.setdefault(shingle, [])
            if len(holders) <= _COMMON:
                holders.append(name)
    found = []
    for name, original in ours.items():
        text = loosely(original)
        votes: Counter[str] = Counter()
        for shingle in _sampled(text, every):
            holders = index.get(shingle, [])
            if len(holders) <= _COMMON:
                votes.update(holders)
        if not votes:
            continue
        mine = _shingles(text)
        best: Shared | None = None
        for other, _ in votes.most_common(_CANDIDATES):
            yours = _shingles(texts[other])
            of = (max if of_longer else min)(len(mine), len(yours))
            share = len(mine & yours) / of
            if of >= fewest and share >= least and (best is None or share > best.share):
                best = Shared(name, other, share)
        if best is not None:
            found.append(best)
    return found


def _shingles(text: str) -> set[str]:
    return {text[i : i + SHINGLE] for i in range(len(text) - SHINGLE + 1)}


def _sampled(text: str, every: int) -> set[int]:
    """The hashes of the n-grams of which about one in ``every`` is taken, the same ones in each text."""
    hashes = {zlib.crc32(shingle.encode("utf-8", "surrogatepass")) for shingle in _shingles(text)}
    return {value for value in hashes if value % every == 0}
