"""Makes small scored runs out of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from eval.results import Measure, Outcome, RunResult, SetResult, Stage
from eval.types import EvaluationSet, Prediction, Question, Reference

MakeRun = Callable[..., RunResult]


def make_set(
    right: Sequence[bool],
    *,
    name: str = "cmrc-dev",
    confidence: Sequence[float] | None = None,
    values: Mapping[str, Sequence[float]] | None = None,
    seconds: Sequence[float] | None = None,
    ids: Sequence[str] | None = None,
    words: str = "第{}年的一般公共预算收入是多少？",
    measures: Mapping[str, float] | None = None,
) -> SetResult:
    """A set whose question i is answered right or not; ``values`` hold more metrics, an array each."""
    ids = ids or [f"q{i}" for i in range(len(right))]
    outcomes = tuple(
        Outcome(
            Question(id, words.format(id), (Reference(f"{id}亿元"),), kind="数字"),
            Prediction(
                name,
                id,
                f"{id}亿元" if ok else "不详",
                False,
                0.9 if confidence is None else float(confidence[i]),
                timings={"total": 0.1 if seconds is None else float(seconds[i])},
            ),
            bool(ok),
            Stage.RIGHT if ok else Stage.NOT_READ,
            None,
            {"right": float(ok), **{key: float(of[i]) for key, of in (values or {}).items()}},
        )
        for i, (id, ok) in enumerate(zip(ids, right, strict=True))
    )
    known = {
        key: Measure(float(np.mean([o.values[key] for o in outcomes])), len(outcomes)) for key in outcomes[0].values
    }
    known |= {key: Measure(value, len(outcomes)) for key, value in (measures or {}).items()}
    questions = tuple(o.question for o in outcomes)
    return SetResult(EvaluationSet(name, Path(f"{name}.jsonl"), "jsonl", questions), outcomes, known, {})


def make_run(*sets: SetResult, machine: str = "laptop, 2 cores", state: str = "finished") -> RunResult:
    return RunResult({"machine": {"processor": machine}, "state": state}, sets)


def aurc(outcomes: Sequence[Outcome]) -> float | None:
    """The mean share of wrong answers among the surest 1, 2, …, n."""
    if not outcomes:
        return None
    confidence = np.array([o.prediction.confidence for o in outcomes])
    wrong = np.array([not o.right for o in outcomes])[np.argsort(-confidence, kind="stable")]
    return float((np.cumsum(wrong) / np.arange(1, len(wrong) + 1)).mean())


def median_seconds(outcomes: Sequence[Outcome]) -> float | None:
    return float(np.median([o.prediction.timings["total"] for o in outcomes])) if outcomes else None


@pytest.fixture(scope="session")
def set_of() -> Callable[..., SetResult]:
    return make_set


@pytest.fixture(scope="session")
def run_of() -> Callable[..., RunResult]:
    return make_run


@pytest.fixture(scope="session")
def aggregates() -> Mapping[str, Callable[[Sequence[Outcome]], float | None]]:
    return {"aurc": aurc, "latency_p50": median_seconds}
