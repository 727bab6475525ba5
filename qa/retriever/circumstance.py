"""Year and place in ranking: what agrees with the question's goes up, what disagrees goes down.

Every year's report says the same things about the same indicators, and so every year's passages are alike to a dense
and to a lexical part; titles and headings in the text tell them apart only weakly. ``qa.period`` says whether a
passage's years, its aspect (achieved or planned) and its place are those asked for; this adds a constant for each to
the fused score. The constants are sums on the scale of a cosine, large enough to decide between passages that say the
same, small enough that a passage on another subject stays behind. A question that names no year and no place is
ranked by the fused score alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from qa.period import Agreement, Asked, Told, Verdict, agreement, told
from qa.types import Passage


@dataclass(frozen=True, slots=True)
class Weights:
    """What is added to a fused score for each part of an ``Agreement``."""

    period: float
    words: float
    aspect: float
    place: float


# Chosen on questions made by rule: `python -m qa.retriever.fit_period --shared ../shared` prints the table.
WEIGHTS = Weights(period=0.1, words=0.0, aspect=0.08, place=0.08)


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a document beside its text; ``extent`` is where its last passage ends, in characters."""

    title: str = ""
    date: str | None = None
    organisation: str | None = None
    extent: int = 0

    def position(self, passage: Passage) -> float | None:
        """Where a passage stands in the document, 0 to 1."""
        return passage.start / self.extent if self.extent else None


_SIGN = {Verdict.MATCH: 1.0, Verdict.UNKNOWN: 0.0, Verdict.MISMATCH: -1.0}


@lru_cache(maxsize=4096)
def told_of(passage: Passage, about: About) -> Told:
    """What a passage tells; kept, because the same reports are found again for the next question."""
    return told(
        passage.text,
        title=about.title,
        date=about.date,
        heading_path=passage.heading_path,
        position=about.position(passage),
        organisation=about.organisation,
    )


def agreement_of(asked: Asked, passage: Passage, about: About) -> Agreement:
    """How a passage agrees with what was asked."""
    return agreement(asked, told_of(passage, about), about.date)


def bonus(agreed: Agreement, weights: Weights = WEIGHTS) -> float:
    """What is added to the fused score: positive for agreement, negative for disagreement, 0 for the unknown."""
    total = weights.period * _SIGN[agreed.period] + weights.place * _SIGN[agreed.place]
    if agreed.period is Verdict.MATCH:
        # Achieved or planned tells apart what is told of the same year in two reports.
        total += weights.aspect * _SIGN[agreed.aspect] + (weights.words if agreed.words else 0.0)
    return total


def rerank(
    fused: list[tuple[int, float]],
    asked: Asked,
    passages: Mapping[int, Passage],
    abouts: Mapping[str, About],
    weights: Weights = WEIGHTS,
) -> list[tuple[int, float]]:
    """``fused`` with the agreement added, best first; unchanged for a question without year and place.

    Passages that are not in ``passages`` are left out. Ties go to the smaller id, as in fusion.
    """
    if not asked.any:
        return [item for item in fused if item[0] in passages]
    out = []
    for identifier, score in fused:
        passage = passages.get(identifier)
        if passage is not None:
            about = abouts.get(passage.document_id, About())
            out.append((identifier, score + bonus(agreement_of(asked, passage, about), weights)))
    return sorted(out, key=lambda item: (-item[1], item[0]))
