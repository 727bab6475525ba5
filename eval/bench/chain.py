"""The whole way of a question, and the reader alone: the figures of runs that the README quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eval.metrics.catalogue import METRICS
from eval.results import Measure, Outcome, SetResult, Stage
from eval.scoring import measures

ANSWERS = ("contained", "em_cmrc", "f1_cmrc", "best_em_cmrc", "best_f1_cmrc")
CHAIN = ("recall@1", "recall@5", "contained", "em_cmrc", "f1_cmrc", "cited_in_evidence", "false_refusal")
TIME = ("latency_p50", "latency_p95")


def chain_table(name: str, result: SetResult) -> str:
    """A set asked openly: standalone answerable, unanswerable, and follow-up questions apart, with intervals."""
    with_answer, without = answerable(result), unanswerable(result)
    leaning = [o for o in result.outcomes if o.question.history]
    lines = [f"{name}: {len(with_answer)} answerable, {len(without)} unanswerable, {len(leaning)} follow-ups"]
    lines += _rows("answerable", measures(with_answer), CHAIN)
    lines += _rows("unanswerable", measures(without), ("false_answer",))
    lines += _rows("follow-ups", measures(leaning), ("contained",))
    lines += _rows("all", result.measures, ("aurc", "ece", "brier", "distracted_unchanged", "quote_intact", *TIME))
    return "\n".join(lines)


def answerable(result: SetResult) -> list[Outcome]:
    """The standalone questions that have an answer."""
    return [o for o in result.outcomes if o.question.answerable and not o.question.history]


def unanswerable(result: SetResult) -> list[Outcome]:
    """The standalone questions that have none."""
    return [o for o in result.outcomes if not o.question.answerable and not o.question.history]


def reader_table(name: str, given: SetResult | None, found: SetResult | None, paragraphs: int = 0) -> str:
    """The same questions with the right paragraph given, and with retrieval first among so many ``paragraphs``."""
    asked = given or found
    lines = [f"{name}: {len(asked.outcomes) if asked else 0} questions"]
    if found is not None:
        lines[0] += f", asked openly among {paragraphs:,} paragraphs"
    if given is not None:
        lines += _rows("given", given.measures, (*ANSWERS, "false_refusal", "aurc", "ece", "brier"))
    if found is not None:
        lines += _rows("open", found.measures, ("recall@1", "recall@5", *ANSWERS, "cited_in_evidence", *TIME))
    return "\n".join(lines)


def errors(outcomes: Sequence[Outcome]) -> str:
    """The questions that went wrong, two lines each."""
    lines = []
    for o in outcomes:
        if o.stage in (Stage.RIGHT, Stage.RIGHTLY_REFUSED):
            continue
        q, p = o.question, o.prediction
        got = f"(abstained; best {p.best})" if p.abstained else p.text
        lines.append(
            f"  {q.id} [{q.kind}] {q.question}: {o.stage}\n      expected {' | '.join(q.answers) or '(none)'};"
            f" got {got} ({p.confidence:.2f}); evidence at {o.evidence_rank or '-'}"
        )
    return "\n".join(lines)


def _rows(group: str, values: Mapping[str, Measure], names: Sequence[str]) -> list[str]:
    return [f"  {group:<13} {METRICS[name].label:<38} {shown(name, values[name])}" for name in names if name in values]


def shown(name: str, measure: Measure) -> str:
    """``36/45   80.0% (66.2%-89.1%)`` for a metric of 0 and 1; value and interval for the others."""
    metric = METRICS[name]
    if metric.unit == "seconds":
        return f"{measure.value:.3f} s"
    if metric.unit == "MiB":
        return f"{measure.value:,.0f} MiB"
    form = ".1%" if metric.unit == "share" else ".4f"
    text = f"{measure.value:{form}}"
    if metric.binary and metric.mean:
        text = f"{round(measure.value * measure.n):>5}/{measure.n:<5} {text:>6}"
    if measure.low is not None and measure.high is not None:
        text += f" ({measure.low:{form}}-{measure.high:{form}})"
    return text
