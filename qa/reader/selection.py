"""Which span of which passage answers, and how sure that is: the reader's scores weighed with everything else.

A span is right where the answer stands there and the span holds all of it. Each has a probability of its own, by
logistic regression on questions held apart from training (``python -m qa.reader.train select``): what tells that the
place is right (a rival that is far behind) tells little of the span's edges. Their product, calibrated, is the
confidence.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.period import Agreement, Asked, Told, Verdict, agreement, asked, piece_at
from qa.reader.decode import Span
from qa.reader.question import Kind, Question, analyse
from qa.text.normalise import fold
from qa.types import Hit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FILE = Path(__file__).with_name("selection.json")
PLACE = (
    "margin",
    "rival",
    "answer",
    "behind",
    "figure",
    "long",
    "passage",
    "other_period",
    "aspect",
    "other_aspect",
    "constant",
)
"""What tells whether the answer stands where the span is."""
EDGES = ("share",)
"""What tells whether the span then holds all of it."""
FEATURES = (*PLACE, *EDGES)
_FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT, Kind.DATE, Kind.DURATION))
_FIGURE = re.compile("[0-9〇零一二三四五六七八九十百千万亿两半几]|今年|明年|去年|当年|目前")


@dataclass(frozen=True, slots=True)
class Read:
    """A span that the reader found in a Hit, ``rank`` counted from 0."""

    hit: Hit
    rank: int
    span: Span

    @property
    def text(self) -> str:
        """Its words."""
        return self.hit.passage.text[self.span.start : self.span.end]


@dataclass(frozen=True, slots=True)
class Selection:
    """Weights of the features, their calibration, and the confidence from which a span is given as an answer.

    ``weights`` are those of ``PLACE``, ``edges`` that of ``EDGES`` and a constant; ``slope`` and ``intercept`` make a
    probability of both.
    """

    weights: tuple[float, ...]
    edges: tuple[float, float]
    slope: float
    intercept: float
    threshold: float

    def confidences(self, rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Probabilities of rows of features, shape (n, features)."""
        import numpy as np

        from qa.reader.logistic import sigmoid

        return sigmoid(self.slope * scores(rows, np.array(self.weights), self.edges) + self.intercept)


def scores(
    rows: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], edges: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """For each row, the logit of the probability that the answer stands there and the span holds all of it."""
    import numpy as np

    there = np.logaddexp(0.0, -(rows[:, : len(PLACE)] @ weights))
    whole = np.logaddexp(0.0, -(rows[:, len(PLACE)] * edges[0] + edges[1]))
    # Of p = exp(-surprise), the logit.
    surprise = np.maximum(there + whole, 1e-9)
    return np.asarray(-surprise - np.log(-np.expm1(-surprise)), dtype=np.float64)


def load_selection(path: Path = FILE) -> Selection:
    """Read the weights; raises ``ValueError`` when they were fitted for other features."""
    values = json.loads(path.read_text(encoding="utf-8"))
    if tuple(values["features"]) != FEATURES or "edges" not in values:
        raise ValueError(f"{path.name} was fitted for other features; run python -m qa.reader.train select")
    slope, intercept = values["calibration"]
    share, constant = values["edges"]
    return Selection(tuple(values["weights"]), (share, constant), slope, intercept, values["threshold"])


def features(question: str, found: Sequence[Read]) -> npt.NDArray[np.float64]:
    """One row a span, shape (len(found), len(FEATURES))."""
    import numpy as np

    about, looked_for = analysed(question), asked(question)
    margins = [read.span.margin for read in found]
    shares = _pooled(found)
    top = max((read.hit.score for read in found), default=0.0)
    rows = []
    for number, read in enumerate(found):
        span = read.span
        # What is itself less likely than that nothing answers is no rival, however near or far it is.
        rival = max((m for i, m in enumerate(margins) if i != number and found[i].text != read.text), default=0.0)
        agreed = _agreement(looked_for, read.hit, span.start)
        figures = about.kind in _FIGURES and not _FIGURE.search(fold(read.text))
        rows.append(
            (
                _scaled(span.margin),
                _scaled(max(0.0, rival)),
                max(-8.0, min(8.0, span.answer)) / 4,
                10 * (read.hit.score - top),
                float(figures),
                len(read.text) / 50,
                # The longer a passage, the more else in it could be meant.
                min(len(read.hit.passage.text), 1000) / 500,
                float(agreed.period is Verdict.MISMATCH),
                float(agreed.aspect is Verdict.MATCH),
                float(agreed.aspect is Verdict.MISMATCH),
                1.0,
                max(shares[number], -8.0) / 4,
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(found), len(FEATURES))


def _pooled(found: Sequence[Read]) -> list[float]:
    """Logarithms of the spans' probabilities, those of the same words in one passage added up.

    增长3.2% in two places of a passage is one answer, of which the model gives each place a part.
    """
    sums: dict[tuple[int, str], float] = {}
    for read in found:
        key = (read.rank, fold(read.text))
        sums[key] = sums.get(key, 0.0) + math.exp(read.span.share)
    return [math.log(min(1.0, sums[read.rank, fold(read.text)])) for read in found]


def _scaled(margin: float) -> float:
    return max(-20.0, min(20.0, margin)) / 8


@lru_cache(maxsize=256)
def analysed(question: str) -> Question:
    """``analyse``, remembered."""
    return analyse(question)


def agreement_with(question: str, hit: Hit, start: int) -> Agreement:
    """How what a span that begins at ``start`` of the Passage tells of agrees with a question in year, aspect and
    place.
    """
    return _agreement(asked(question), hit, start)


def _agreement(looked_for: Asked, hit: Hit, start: int) -> Agreement:
    if not (looked_for.any or looked_for.aspect):
        return Agreement()
    return agreement(looked_for, piece_of(hit, start)[2], hit.date)


def piece_of(hit: Hit, start: int) -> tuple[int, int, Told]:
    """The sentence, or part of one, that holds ``start``, and what it tells of; offsets are the Passage's."""
    return piece_at(
        hit.passage.text,
        start,
        title=hit.title,
        date=hit.date,
        heading_path=hit.passage.heading_path,
        position=hit.position,
        organisation=hit.organisation,
    )
