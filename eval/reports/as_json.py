"""A scored run as values ready for JSON: what was run, and for each set its metrics, kinds, stages and curves."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.files import write_whole
from eval.reports.summary import confusion, failed, has_value, kinds, latencies, stage_counts, unanswerable
from eval.results import Measure, RunResult, SetResult

FORMAT = 1


def to_dict(result: RunResult) -> dict[str, Any]:
    """The whole run; what JSON cannot hold becomes text, or null where it is no number (NaN, infinity).

    A measure is ``{"value", "low", "high", "n"}``; shares are 0..1, times seconds, memory MiB. A metric without a value
    is left out. ``latency`` holds the median, the 95th percentile, the mean and the longest time of each stage.
    """
    return {"format": FORMAT, "run": _ready(result.manifest), "sets": [_set(one) for one in result.sets]}


def write_json(result: RunResult, path: Path | str) -> Path:
    """Write ``to_dict`` to ``path`` (UTF-8, indented) and return it."""
    path = Path(path)
    text = json.dumps(to_dict(result), ensure_ascii=False, indent=2, allow_nan=False)
    write_whole(path, (text + "\n").encode("utf-8", "replace"))
    return path


def _set(result: SetResult) -> dict[str, Any]:
    from eval.metrics.latency import percentile

    counts = confusion(result)
    by_kind = {kind: (count, found) for kind, count, found in kinds(result)}
    return {
        "name": result.set.name,
        "path": str(result.set.path),
        "task": result.set.task,
        "rules": result.set.rules,
        "layout": result.set.layout,
        "questions": len(result.outcomes),
        "unanswerable": unanswerable(result),
        "failed": failed(result),
        "measures": _measures(result.measures),
        "kinds": {kind: {"questions": n, "measures": _measures(found)} for kind, (n, found) in by_kind.items()},
        "stages": {stage.value: count for stage, count in stage_counts(result).items()},
        "confusion": None
        if counts is None
        else {
            name: {"answered": pair[0], "refused": pair[1]}
            for name, pair in (
                ("answerable, best right", counts.right),
                ("answerable, best wrong", counts.wrong),
                ("unanswerable", counts.unanswerable),
            )
        },
        "recall_curve": [[k, recall] for k, recall in result.recall_curve],
        "risk_coverage": [
            {"coverage": p.coverage, "risk": p.risk, "threshold": _number(p.threshold)} for p in result.risk_coverage
        ],
        "reliability": [
            {"low": b.low, "high": b.high, "count": b.count, "confidence": b.confidence, "accuracy": b.accuracy}
            for b in result.reliability
            if b.count
        ],
        "latency": {
            stage: {
                "n": len(times),
                "p50": percentile(list(times), 50),
                "p95": percentile(list(times), 95),
                "mean": sum(times) / len(times),
                "longest": max(times),
            }
            for stage, times in latencies(result).items()
        },
    }


def _measures(measures: Mapping[str, Measure]) -> dict[str, dict[str, Any]]:
    return {
        name: {"value": m.value, "low": _number(m.low), "high": _number(m.high), "n": m.n}
        for name, m in measures.items()
        if has_value(m)
    }


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _ready(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _ready(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ready(inner) for inner in value]
    if isinstance(value, float):
        return _number(value)
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
