"""Does the confidence mean what it says? CMRC 2018 dev, each question with its own paragraph and with a wrong one.

The wrong one is the best that search finds without the right one: alike, and without the answer. For each pair, the
reader's best span and its confidence are taken; a span of a wrong paragraph that holds an accepted answer counts as
right. Beside the fitted confidence stand the single scores that it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.comparison.intervals import Interval, bootstrap_statistic
from eval.comparison.statistics import Indices, aurc_at
from eval.metrics.calibration import ece, reliability
from eval.metrics.contained import contained
from eval.metrics.refusal import aurc, excess_aurc
from eval.runs.corpus import Corpus
from eval.types import EvaluationSet
from qa.progress import Progress, Step, reporting
from qa.reader.contradiction import consistent
from qa.reader.selection import FEATURES, Selection, features
from qa.types import Hit

if TYPE_CHECKING:
    from qa.reader.trained import TrainedReader

DEPTH = 6
SINGLE = {"margin": "span above no answer", "share": "span's probability", "answer": "answerability head"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, by its id, with Hits of one paragraph: the best span by confidence, and by each single score.

    ``single`` holds the score, and whether the span that is best by it is right.
    """

    question: str
    answerable: bool
    confidence: float
    right: bool
    single: Mapping[str, tuple[float, bool]]


def pairs(
    data: EvaluationSet,
    corpus: Corpus,
    reader: TrainedReader,
    selection: Selection,
    *,
    progress: Progress = False,
) -> list[Pair]:
    """Two pairs a question; one where search finds nothing else, or the reader no span."""
    out = []
    with reporting(progress, "Asking") as report:
        for number, question in enumerate(data.questions):
            report(Step(number, len(data.questions), question.id))
            own = set(corpus.ids(question.evidence[0].document or ""))
            found = corpus.library.search(question.question, DEPTH)
            given = corpus.library.search(question.question, DEPTH, documents=sorted(own))
            wrong = [hit for hit in found if hit.passage.document_id not in own][:1]
            for hits, answerable in ((given, True), (wrong, False)):
                scored = _scored(question.question, question.answers, hits, reader, selection)
                if scored is not None:
                    (confidence, right), single = scored
                    out.append(Pair(question.id, answerable, confidence, right, single))
        report(Step(len(data.questions), len(data.questions), ""))
    return out


def _scored(
    question: str, accepted: Sequence[str], hits: Sequence[Hit], reader: TrainedReader, selection: Selection
) -> tuple[tuple[float, bool], dict[str, tuple[float, bool]]] | None:
    """The confidence and each single score of the span that is best by it, with whether that span is right."""
    # Once for all scores: reading is what takes the time. What the question rules out, no score would give.
    found = consistent(question, reader.spans(question, hits))
    if not found:
        return None
    rows = features(question, found)
    columns = {"": selection.confidences(rows)} | {name: rows[:, FEATURES.index(name)] for name in SINGLE}
    tops = {name: int(column.argmax()) for name, column in columns.items()}
    best = {name: (float(columns[name][top]), contained(found[top].text, accepted)) for name, top in tops.items()}
    return best.pop(""), best


def table(name: str, asked: Sequence[Pair], threshold: float) -> str:
    """Calibration, risk and coverage beside those of the single scores, and what the threshold does."""
    confidences, right = [p.confidence for p in asked], [p.right for p in asked]
    lines = [f"{name}: {sum(p.answerable for p in asked)} pairs with the answer, {len(asked)} in all"]
    area, excess = aurc(confidences, right), excess_aurc(confidences, right)
    lines.append(
        f"  ECE {ece(confidences, right):.4f}   AURC {area:.4f}, in the best order of these spans {area - excess:.4f}"
    )
    singles = {score: aurc(*_by(asked, score)) for score in SINGLE}
    shown = {score: difference(asked, score) for score in SINGLE}
    for score, label in SINGLE.items():
        lines.append(f"  AURC by the {label} alone: {singles[score]:.4f}; the confidence's less that: {shown[score]}")
    best = min(singles, key=lambda score: singles[score])
    lines.append(
        f"  the confidence's AURC is {'lower' if shown[best].lower else 'not lower'} than the best single score's"
        f" ({SINGLE[best]}): {shown[best]}"
    )
    said = [p for p in asked if p.confidence >= threshold]
    wrongly = sum(not p.answerable for p in said) / max(1, sum(not p.answerable for p in asked))
    refused = sum(p.answerable for p in asked if p.confidence < threshold) / max(1, sum(p.answerable for p in asked))
    lines.append(f"  at the threshold {threshold}: {wrongly:.1%} of wrong paragraphs answered, {refused:.1%} refused")
    lines.append("  confidence  right  pairs")
    lines += [
        f"  {one.confidence:10.3f} {one.accuracy:6.3f} {one.count:6d}"
        for one in reliability(confidences, right)
        if one.count
    ]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Difference:
    """The confidence's AURC less a single score's; ``interval`` is ``None`` where the difference does not move."""

    value: float
    interval: Interval | None

    @property
    def lower(self) -> bool:
        """Whether the confidence's is shown to be lower: the whole interval lies below 0."""
        return self.interval is not None and self.interval.high < 0

    def __str__(self) -> str:
        text = f"{self.value:+.4f}"
        return text if self.interval is None else f"{text} ({self.interval.low:+.4f} to {self.interval.high:+.4f})"


def difference(asked: Sequence[Pair], score: str) -> Difference:
    """The difference with its paired bootstrap interval: questions are drawn, each with its pairs and both scores."""
    import numpy as np

    members: dict[str, list[int]] = {}
    for number, pair in enumerate(asked):
        members.setdefault(pair.question, []).append(number)
    questions = [np.array(numbers, dtype=np.intp) for numbers in members.values()]
    values, right = _by(asked, score)
    fitted = aurc_at(np.array([p.confidence for p in asked]), np.array([p.right for p in asked], dtype=bool))
    single = aurc_at(np.array(values), np.array(right, dtype=bool))

    def less(drawn: Indices) -> float | None:
        numbers = np.concatenate([questions[i] for i in drawn])
        one, other = fitted(numbers), single(numbers)
        return None if one is None or other is None else one - other

    found = bootstrap_statistic(less, len(questions))
    return Difference(less(np.arange(len(questions))) or 0.0, None if found is None else found[0])


def _by(asked: Sequence[Pair], score: str) -> tuple[list[float], list[bool]]:
    return [p.single[score][0] for p in asked], [p.single[score][1] for p in asked]
