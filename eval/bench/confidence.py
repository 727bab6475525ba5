"""Does the confidence mean what it says? CMRC 2018 dev, each question with its own paragraph and with a wrong one.

The wrong one is the best that search finds without the right one: alike, and without the answer. For each pair, the
reader's best span and its confidence are taken; a span of a wrong paragraph that holds an accepted answer counts as
right. Beside the fitted confidence stand the single scores that it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.metrics.calibration import ece, reliability
from eval.metrics.contained import contained
from eval.metrics.refusal import aurc
from eval.runs.corpus import Corpus
from eval.types import EvaluationSet
from qa.reader.selection import FEATURES, Read, features
from qa.reader.trained import TrainedReader
from qa.types import Hit

DEPTH = 6
SINGLE = {"margin": "span above no answer", "share": "span's probability", "answer": "answerability head"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with Hits of one paragraph: the best span by confidence, and by each single score."""

    answerable: bool
    confidence: float
    right: bool
    single: dict[str, tuple[float, bool]]


def pairs(data: EvaluationSet, corpus: Corpus, reader: TrainedReader) -> list[Pair]:
    """Two pairs a question; one where search finds nothing else."""
    out = []
    for question in data.questions:
        own = set(corpus.ids(question.evidence[0].document or ""))
        found = corpus.library.search(question.question, DEPTH)
        given = corpus.library.search(question.question, DEPTH, documents=sorted(own))
        wrong = [hit for hit in found if hit.passage.document_id not in own][:1]
        for hits, answerable in ((given, True), (wrong, False)):
            if pair := _pair(question.question, question.answers, hits, reader, answerable):
                out.append(pair)
    return out


def _pair(
    question: str, accepted: Sequence[str], hits: Sequence[Hit], reader: TrainedReader, answerable: bool
) -> Pair | None:
    found = reader.spans(question, hits)
    if not found:
        return None

    def right(read: Read) -> bool:
        return contained(read.text, accepted)

    best = reader.read(question, hits)[0]
    rows = features(question, found)
    single = {}
    for name in SINGLE:
        column = rows[:, FEATURES.index(name)]
        top = int(column.argmax())
        single[name] = (float(column[top]), right(found[top]))
    return Pair(answerable, best.confidence, contained(best.text, accepted), single)


def table(name: str, asked: Sequence[Pair], threshold: float) -> str:
    """Calibration, risk and coverage, and what the default threshold does."""
    confidences, right = [p.confidence for p in asked], [p.right for p in asked]
    lines = [f"{name}: {sum(p.answerable for p in asked)} pairs with the answer, {len(asked)} in all"]
    lines.append(f"  ECE {ece(confidences, right):.4f}   AURC {aurc(confidences, right):.4f}")
    for score, label in SINGLE.items():
        values = [p.single[score] for p in asked]
        lines.append(f"  AURC by the {label} alone: {aurc([v for v, _ in values], [r for _, r in values]):.4f}")
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
