"""Value objects of scoring: what became of each question, the metrics of a set, and a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from eval.types import EvaluationSet, Prediction, Question, StoredPassage


class Stage(StrEnum):
    """Where a question ended: right, or the first stage at which it went wrong."""

    RIGHT = "right"
    RIGHTLY_REFUSED = "rightly refused"
    NOT_RETRIEVED = "not retrieved"  # the evidence is not among the passages that were read
    NOT_READ = "not read"  # it is, but the best candidate is not an accepted answer
    WRONGLY_REFUSED = "wrongly refused"  # the best candidate is right, and was not given
    WRONGLY_ANSWERED = "wrongly answered"  # there is no answer, and one was given
    FAILED = "failed"  # the question could not be asked


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric's value over ``n`` questions with its 95% interval (``None`` where none can be given)."""

    value: float
    n: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """When only the surest ``coverage`` of the questions are answered (down to ``threshold``), ``risk`` are wrong."""

    coverage: float
    risk: float
    threshold: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Predictions of a confidence in ``low..high``: how many, how sure on average, which share of them is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question, its prediction, and its value in each metric that applies to it (``eval.metrics.catalogue``).

    ``right``: an accepted answer is contained in the text, or it was rightly refused. ``evidence_rank`` is the rank
    from 1 of the first passage with the evidence, 0 when it was not found, ``None`` when the set names none.
    """

    question: Question
    prediction: Prediction
    right: bool
    stage: Stage
    evidence_rank: int | None
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class SetResult:
    """A set's outcomes and what they come to; ``kinds`` holds the metrics for each kind of question.

    ``recall_curve`` is recall for k = 1, 2, …; ``latencies`` are seconds by stage, a value for each question.
    """

    set: EvaluationSet
    outcomes: tuple[Outcome, ...]
    measures: Mapping[str, Measure]
    kinds: Mapping[str, Mapping[str, Measure]]
    recall_curve: tuple[tuple[int, float], ...] = ()
    risk_coverage: tuple[RiskPoint, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    latencies: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunResult:
    """A scored run: ``manifest`` is ``run.json`` (sets, settings, versions, models, machine, seed, times).

    ``passages`` finds a ``StoredPassage`` by its key, or gives ``None``.
    """

    manifest: Mapping[str, Any]
    sets: tuple[SetResult, ...]
    passages: Mapping[str, StoredPassage] = field(default_factory=dict)
