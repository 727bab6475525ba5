"""What every report shows of a set: which metrics, in which order, and how a value is written."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from eval.metrics.catalogue import CATALOGUE, METRICS, Metric, Unit
from eval.reports.text import GROUPS, TEXTS, Language, Words, pick, words
from eval.results import Measure, RunResult, SetResult, Stage
from eval.scoring import FOLLOW_UPS, STANDALONE

ERROR_STAGES = (Stage.NOT_RETRIEVED, Stage.NOT_READ, Stage.WRONGLY_REFUSED, Stage.WRONGLY_ANSWERED, Stage.FAILED)
RIGHT_STAGES = (Stage.RIGHT, Stage.RIGHTLY_REFUSED)

_KEY_ANSWERS = (
    "right",
    "em_{rules}",
    "f1_{rules}",
    "recall@5",
    "cited_in_evidence",
    "quote_intact",
    "false_refusal",
    "false_answer",
    "followup_right",
    "ece",
    "latency_p50",
    "memory_peak",
)
_KEY_RETRIEVAL = ("recall@1", "recall@5", "recall@10", "mrr", "ndcg@10", "map", "latency_p50", "memory_peak")
# Of a kind of question, what may differ between kinds.
_KINDS = ("right", "em_{rules}", "f1_{rules}", "recall@5", "cited_in_evidence", "false_refusal", "false_answer")
# Between sets. By each set's own rules: a metric of the other rules stands in a column of its own.
_OVERVIEW = (
    "right",
    "em_cmrc",
    "f1_cmrc",
    "em_squad",
    "f1_squad",
    "false_refusal",
    "false_answer",
    "recall@1",
    "recall@5",
    "recall@10",
    "mrr",
    "latency_p50",
)
_LEANING = {STANDALONE: "standalone", FOLLOW_UPS: "follow_ups"}
_KINDS_RETRIEVAL = ("recall@1", "recall@5", "recall@10", "mrr", "ndcg@10")


@dataclass(frozen=True, slots=True)
class Confusion:
    """How many questions were answered and refused, by whether the best candidate is right and an answer exists.

    Each pair is (answered, refused).
    """

    right: tuple[int, int]
    wrong: tuple[int, int]
    unanswerable: tuple[int, int]

    @property
    def total(self) -> int:
        """All questions."""
        return sum(self.right) + sum(self.wrong) + sum(self.unanswerable)


@dataclass(frozen=True, slots=True)
class Group:
    """Metrics that stand in one table, with their measures."""

    name: str
    label: Words
    rows: tuple[tuple[Metric, Measure], ...]


def has_value(measure: Measure | None) -> TypeGuard[Measure]:
    """Whether there is something to show: a number over at least one question."""
    return measure is not None and measure.n > 0 and math.isfinite(measure.value)


def groups(result: SetResult) -> tuple[Group, ...]:
    """The metrics of a set by group, in the catalogue's order; what has no value is left out.

    Exact match and F1 by other rules than the set's stand in a group of their own, so that the numbers of CMRC's and
    SQuAD's rules never share a column.
    """
    found: dict[str, Group] = {}
    for metric in CATALOGUE:
        measure = result.measures.get(metric.name)
        if not has_value(measure):
            continue
        name, label = metric.group, GROUPS[metric.group]
        rules = _rules_of(metric)
        if rules and rules != result.set.rules:
            name = f"{metric.group} {rules}"  # type: ignore[assignment]
            title = {"cmrc": "CMRC", "squad": "SQuAD"}[rules]
            label = f"{label[0]}（{title} 规则）", f"{label[1]} ({title} rules)"
        earlier = found[name].rows if name in found else ()
        found[name] = Group(name, label, (*earlier, (metric, measure)))
    return tuple(found.values())


def key_metrics(result: SetResult) -> tuple[tuple[Metric, Measure], ...]:
    """The few metrics that sum a set up."""
    names = _KEY_RETRIEVAL if result.set.task == "retrieval" else _KEY_ANSWERS
    chosen = [name.format(rules=result.set.rules) for name in names]
    return tuple((METRICS[name], result.measures[name]) for name in chosen if has_value(result.measures.get(name)))


def kind_metrics(result: SetResult) -> tuple[Metric, ...]:
    """The columns of a set's table by kind: those with a value for at least one kind."""
    names = _KINDS_RETRIEVAL if result.set.task == "retrieval" else _KINDS
    chosen = [name.format(rules=result.set.rules) for name in names]
    return tuple(
        METRICS[name]
        for name in chosen
        if any(has_value(measures.get(name)) for measures in result.kinds.values())
        or (not result.kinds and has_value(result.measures.get(name)))
    )


def kinds(result: SetResult) -> list[tuple[str, int, Mapping[str, Measure]]]:
    """Kind, number of questions and measures, the commonest kind first; none where all are of one kind.

    Standalone questions and follow-ups, which are counted among the kinds too, come last.
    """
    found = [
        (kind, max((measure.n for measure in measures.values()), default=0), measures)
        for kind, measures in result.kinds.items()
    ]
    found.sort(key=lambda row: (row[0] in _LEANING, -row[1], row[0]))
    return found if len(found) > 1 or any(kind for kind, _, _ in found) else []


def kind_label(kind: str) -> Words:
    """What a kind is called in a table."""
    return TEXTS[_LEANING.get(kind, "no_kind")] if kind in _LEANING or not kind else (kind, kind)


def overview(result: RunResult) -> tuple[tuple[Metric, ...], list[tuple[SetResult, list[Measure | None]]]]:
    """Columns, and for each set its measures; a metric by other rules than the set's is ``None`` there."""

    def measure(one: SetResult, name: str) -> Measure | None:
        found, rules = one.measures.get(name), _rules_of(METRICS[name])
        return found if has_value(found) and rules in ("", one.set.rules) else None

    names = [name for name in _OVERVIEW if any(measure(one, name) is not None for one in result.sets)]
    return tuple(METRICS[name] for name in names), [(one, [measure(one, n) for n in names]) for one in result.sets]


def stage_counts(result: SetResult) -> dict[Stage, int]:
    """How many questions ended at each stage; stages that no question ended at are left out."""
    counts = Counter(outcome.stage for outcome in result.outcomes)
    return {stage: counts[stage] for stage in (*RIGHT_STAGES, *ERROR_STAGES) if counts[stage]}


def unanswerable(result: SetResult) -> int:
    """How many questions of a set of answers have none."""
    if result.set.task == "retrieval":
        return 0
    return sum(not outcome.question.answerable for outcome in result.outcomes)


def confusion(result: SetResult) -> Confusion | None:
    """Answered and refused against right and wrong; ``None`` for a set of retrieval or without outcomes.

    Questions that could not be asked were neither answered nor refused.
    """
    asked = [outcome for outcome in result.outcomes if not outcome.prediction.error]
    if result.set.task == "retrieval" or not asked:
        return None
    counts = {"right": [0, 0], "wrong": [0, 0], "unanswerable": [0, 0]}
    for outcome in asked:
        refused = outcome.prediction.abstained
        if not outcome.question.answerable:
            row = "unanswerable"
        else:
            # A refused question's candidate is right where the refusal alone was the mistake.
            right = outcome.stage is Stage.WRONGLY_REFUSED if refused else outcome.right
            row = "right" if right else "wrong"
        counts[row][refused] += 1
    return Confusion(*((row[0], row[1]) for row in counts.values()))


def latencies(result: SetResult) -> dict[str, tuple[float, ...]]:
    """Seconds by stage, the whole last; stages without a value are left out."""
    stages = sorted((stage for stage, seconds in result.latencies.items() if seconds), key=lambda s: s == "total")
    return {stage: tuple(result.latencies[stage]) for stage in stages}


def figure(value: float, unit: Unit) -> str:
    """``87.1%``, ``0.0413``, ``1.24 s``, ``36 ms`` or ``812 MiB``; a dash for what is no number."""
    if not math.isfinite(value):
        return "–"
    if unit == "share":
        return f"{100 * value:.1f}%"
    if unit == "seconds":
        return seconds(value)
    return f"{value:,.0f} MiB" if unit == "MiB" else f"{value:.4f}"


def seconds(value: float) -> str:
    """A time in seconds, or in milliseconds below one."""
    if value >= 1:
        return f"{value:.2f} s" if value < 100 else f"{value:,.0f} s"
    return f"{1000 * value:.0f} ms" if value >= 0.01 else f"{1000 * value:.1f} ms"


def interval(measure: Measure, unit: Unit) -> str:
    """``85.9–88.2%``, or "" where there is none."""
    if measure.low is None or measure.high is None:
        return ""
    low, high = figure(measure.low, unit), figure(measure.high, unit)
    for sign in ("%", " s", " ms", " MiB"):
        if low.endswith(sign) and high.endswith(sign):
            return f"{low.removesuffix(sign)}–{high}"
    return f"{low}–{high}"


def label(metric: Metric, language: Language) -> str:
    """A metric's name."""
    return pick((metric.label_zh, metric.label), language)


def meaning(metric: Metric) -> Words:
    """What a metric says, in both languages."""
    return metric.meaning_zh, metric.meaning


def unfinished(result: RunResult) -> str:
    """The key in ``TEXTS`` of what to say of a run that is not finished, or "".

    A process that was killed leaves ``running`` behind, one that was interrupted ``stopped``.
    """
    state = result.manifest.get("state")
    return state if state in ("running", "stopped") else ""


def failed(result: SetResult) -> int:
    """How many questions could not be asked: an error took the answer's place."""
    return sum(bool(outcome.prediction.error) for outcome in result.outcomes)


def facts(result: SetResult, language: Language) -> Sequence[str]:
    """A set in a few words: number of questions, how many have no answer or failed, and the rules."""
    parts = [words("n_questions", language).format(n=f"{len(result.outcomes):,}")]
    if without := unanswerable(result):
        parts.append(words("n_unanswerable", language).format(n=f"{without:,}"))
    if errors := failed(result):
        parts.append(words("n_failed", language).format(n=f"{errors:,}"))
    parts.append(words("retrieval_only" if result.set.task == "retrieval" else f"rules_{result.set.rules}", language))
    return parts


def _rules_of(metric: Metric) -> str:
    return next((rules for rules in ("cmrc", "squad") if metric.name.endswith(f"_{rules}")), "")
