"""Gates for continuous integration: limits that a run must keep, and another run that it must not be worse than."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from eval.comparison.compare import Comparison, Verdict
from eval.comparison.show import number
from eval.errors import Regression, RunError
from eval.metrics.catalogue import METRICS, Metric
from eval.reports.text import plain
from eval.results import RunResult

MAIN_METRICS = (
    "recall@5",
    "mrr",
    "ndcg@10",
    "right",
    "f1_cmrc",
    "f1_squad",
    "cited_in_evidence",
    "quote_intact",
    "false_refusal",
    "false_answer",
    "aurc",
    "followup_right",
    "distracted_right",
)
"""What ``fail_if_worse`` looks at unless told: each group's most telling; neither latency nor memory."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a metric, of one set or (``set`` empty) of every set: lower, or upper where less is better."""

    metric: Metric
    value: float
    set: str = ""

    def missed_by(self, value: float) -> bool:
        """Whether ``value`` is on the wrong side of the limit (by more than rounding)."""
        short = self.value - value if self.metric.higher_is_better else value - self.value
        return not short <= 1e-12


def parse_limit(text: str) -> Limit:
    """``metric=value`` or ``set:metric=value``; shares as ``0.98`` or ``98%``, times in seconds, memory in MiB.

    Raises:
        RunError: if it does not have that form, or there is no such metric.
    """
    left, equals, right = (part.strip() for part in text.rpartition("="))
    if not equals or not left or not right:
        raise RunError(f"not a limit: {text!r}", "write metric=value or set:metric=value, as in right=98%")
    name, _, metric_name = (part.strip() for part in left.rpartition(":"))
    metric = _metric(metric_name)
    percent = right.endswith(("%", "％"))
    try:
        value = float(right[:-1] if percent else right) / (100 if percent else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RunError(f"not a number in the limit {text!r}: {right!r}", "write it like 0.98 or 98%")
    if percent and metric.unit in ("seconds", "MiB"):
        raise RunError(f"{metric.name} is measured in {metric.unit}, not in per cent: {text!r}", "leave out the %")
    if metric.unit in ("share", "score") and not 0 <= value <= 1:
        meant = f"for {value:g} per cent write {value:g}%" if 1 < value <= 100 and not percent else ""
        raise RunError(f"{metric.name} lies between 0 and 1: {text!r}", meant or "write it like 0.98 or 98%")
    return Limit(metric, value, name)


def fail_under(result: RunResult, limits: Sequence[str]) -> None:
    """Hold a run to limits (see ``parse_limit``); one without a set's name holds for every set that has the metric.

    Raises:
        RunError: if a limit cannot be read, the run has no such set or metric, or it is not finished.
        Regression: naming each metric that missed its limit, in one line.
    """
    parsed = [parse_limit(limit) for limit in limits]
    if parsed:
        _finished(str(result.manifest.get("state") or ""), "the run")
    missed = []
    for limit in parsed:
        names = [s.set.name for s in result.sets]
        if limit.set and limit.set not in names:
            raise RunError(f"the run has no set {limit.set!r}", _close(limit.set, names, "its sets are"))
        having = [
            s for s in result.sets if limit.metric.name in s.measures and (not limit.set or s.set.name == limit.set)
        ]
        if not having:
            measured = sorted({name for s in result.sets for name in s.measures})
            raise RunError(
                f"the run did not measure {limit.metric.name}" + (f" of {limit.set}" if limit.set else ""),
                _close(limit.metric.name, measured, "it measured"),
            )
        for s in having:
            value = s.measures[limit.metric.name].value
            if limit.missed_by(value):
                missed.append(f"{plain(s.set.name)}: {limit.metric.name} {_against(limit, value)}")
    if missed:
        raise Regression("limits missed: " + "; ".join(missed))


def fail_if_worse(comparison: Comparison, metrics: Sequence[str] | None = None) -> None:
    """Pass unless B is shown to be worse than A in one of ``metrics`` (``MAIN_METRICS`` unless named) in some set.

    B must be finished and have asked all that A asked: what it lacks could hide anything.

    Raises:
        RunError: if one of ``metrics`` is unknown, B is not finished, or sets or questions of A are missing in it.
        Regression: naming each that is worse, in one line.
    """
    looked_at = [_metric(name).name for name in (MAIN_METRICS if metrics is None else metrics)]
    _finished(comparison.state_b, "run B")
    _complete(comparison)
    worse = [
        f"{plain(s.name)}: {m.metric.name} {number(m.a, m.metric)} -> {number(m.b, m.metric)}"
        for s in comparison.sets
        for m in s.metrics
        if m.metric.name in looked_at and m.verdict is Verdict.WORSE
    ]
    if worse:
        raise Regression("shown to be worse: " + "; ".join(worse), "the comparison lists the questions that broke")


def _finished(state: str, which: str) -> None:
    if state != "finished":
        told = f"its state is {plain(state)!r}" if state else "it has no state"
        raise RunError(
            f"{which} is not finished ({told}): it cannot pass a gate",
            "call yinda eval run again as before: it goes on where it stopped",
        )


def _complete(comparison: Comparison) -> None:
    missing = []
    if comparison.only_a:
        count = len(comparison.only_a)
        names = ", ".join(map(plain, comparison.only_a))
        missing.append(f"{count} set{'' if count == 1 else 's'} ({names})")
    for s in comparison.sets:
        if lacking := s.only_a + s.altered:
            total = s.shared + lacking
            other = f", {s.altered:,} of them in other words or with another answer" if s.altered else ""
            missing.append(f"{lacking:,} of {total:,} questions of {plain(s.name)}{other}")
    if missing:
        raise RunError(
            f"run B lacks what run A has: {'; '.join(missing)}", "make both runs of the same sets with the same --limit"
        )


def _metric(name: str) -> Metric:
    try:
        return METRICS[name]
    except KeyError:
        raise RunError(f"no metric is called {name!r}", _close(name, list(METRICS), "metrics are")) from None


def _close(name: str, known: Sequence[str], otherwise: str) -> str:
    """A hint: the known names that are like this one, or all of them."""
    close = get_close_matches(name.lower(), known, n=3, cutoff=0.5) or [k for k in known if name and name in k]
    if close:
        return f"did you mean {' or '.join(close)}?"
    return f"{otherwise} {', '.join(known) or 'none'}"


def _against(limit: Limit, value: float) -> str:
    """``97.9% < 98.0%``, with as many digits as it takes to tell the two apart."""
    sign = "<" if limit.metric.higher_is_better else ">"
    digits = next((d for d in range(1, 9) if number(value, limit.metric, d) != number(limit.value, limit.metric, d)), 9)
    digits = max(digits, 4) if limit.metric.unit == "score" else digits
    return f"{number(value, limit.metric, digits)} {sign} {number(limit.value, limit.metric, digits)}"
