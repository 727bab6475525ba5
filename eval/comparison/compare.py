"""Two scored runs against each other: every metric with its interval and test, and the questions that changed.

A is the run to compare with, B the new one: a difference is B less A, and "better" means that B is better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import numpy as np

from eval.comparison.intervals import Interval, bootstrap_statistic, paired_bootstrap
from eval.comparison.significance import holm, is_binary, mcnemar, sign_flips
from eval.comparison.statistics import Aggregate, Indices, on_indices
from eval.errors import RunError
from eval.metrics.catalogue import CATALOGUE, Metric
from eval.results import Outcome, RunResult, SetResult, Stage
from eval.types import Question

Pairs = Sequence[tuple[Outcome, Outcome]]

LEVEL = 0.05
AGGREGATE_RESAMPLES = 400  # enough for a standard error: it is then known to about 4%
LEAST_CHANGED = 20  # questions that must differ before a statistic over all of them gets an interval
LATENCY_MARGIN = 0.2  # of A's time; what one machine's load may well make between two runs of the same system


class Verdict(StrEnum):
    """What may be said of B against A."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no difference shown"


class Test(StrEnum):
    """How a p was computed."""

    __test__ = False  # not a test of pytest's

    MCNEMAR = "McNemar"
    SIGN_FLIPS = "sign flips"
    BOOTSTRAP = "bootstrap"


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """A metric of A and of B over the same ``n`` questions.

    ``interval`` is of the difference ``b - a``; ``p`` is the test's own and ``p_holm`` the one corrected for all
    metrics of the set, both ``None`` where nothing is tested. ``wins`` are the questions in which B is better, ``None``
    for metrics that single questions do not have. ``note`` says why there is no interval, or no verdict.
    """

    metric: Metric
    n: int
    a: float
    b: float
    interval: Interval | None = None
    test: Test | None = None
    p: float | None = None
    p_holm: float | None = None
    wins: int | None = None
    ties: int | None = None
    losses: int | None = None
    verdict: Verdict = Verdict.NO_DIFFERENCE
    note: str = ""

    @property
    def difference(self) -> float:
        """B less A."""
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Side:
    """What one run made of a question; ``error`` stands where an error took the answer's place.

    ``confidence`` is ``None`` where the prediction has none, as those of other programs may not.
    """

    text: str
    abstained: bool
    confidence: float | None
    stage: Stage
    right: bool
    evidence_rank: int | None
    error: str


@dataclass(frozen=True, slots=True)
class Change:
    """A question that the runs treat differently; ``expected`` are the accepted answers, none if there is no answer."""

    id: str
    question: str
    kind: str
    expected: tuple[str, ...]
    a: Side
    b: Side


@dataclass(frozen=True, slots=True)
class SetComparison:
    """A set that both runs have: ``shared`` questions are compared.

    ``only_a`` and ``only_b`` count the questions of one run alone, ``altered`` those that bear the same id and are not
    the same question (other words, history, answers or evidence). ``fixed`` went from wrong to right, ``broken`` from
    right to wrong; ``changed`` have another text or stage and are as right or wrong as before.
    """

    name: str
    shared: int
    only_a: int
    only_b: int
    altered: int
    metrics: tuple[MetricComparison, ...]
    fixed: tuple[Change, ...]
    broken: tuple[Change, ...]
    changed: tuple[Change, ...]

    @property
    def shown(self) -> tuple[MetricComparison, ...]:
        """The metrics in which a difference is shown."""
        return tuple(m for m in self.metrics if m.verdict is not Verdict.NO_DIFFERENCE)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The sets that both runs have, and the names of those that just one has.

    ``state_a`` and ``state_b`` are what the manifests say: ``finished``, or else ``stopped``, ``running`` (killed, or
    still going) or "" (unknown).
    """

    sets: tuple[SetComparison, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    same_machine: bool = False
    state_a: str = ""
    state_b: str = ""

    @property
    def difference_shown(self) -> bool:
        """Whether any metric of any set is shown to differ."""
        return any(s.shown for s in self.sets)


def compare(
    a: RunResult,
    b: RunResult,
    *,
    aggregates: Mapping[str, Aggregate] = MappingProxyType({}),
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Compare run B with run A, set by set (of the same name) over the questions that both asked.

    A metric is compared over the questions that have it in both runs, so its values may differ a little from the
    runs' own. Means get the smoothed paired bootstrap's interval and McNemar's test (values of 0 and 1) or sign flips
    (others); the metrics that are computed over all questions at once, by ``aggregates``, the bootstrap's standard
    error.

    **Verdicts.** Some twenty metrics are looked at, and one in twenty would differ "significantly" by chance. So the p
    values of a set go through Holm's procedure, which keeps the chance of even one false verdict in the set at 5%,
    whatever the metrics have to do with each other. B is called better or worse where the corrected p is at most 0.05
    *and* the 95% interval excludes 0; the interval itself is not widened, so that it can exclude 0 beside "no
    difference shown". Sets are separate questions: no correction is made across them.

    How small a difference is found depends on the set's size: with six metrics looked at, 3% of the answers spoiled
    was found in 13% of simulated runs of 200 questions, 70% of 400, 90% of 500 and all of 700 or more.

    Questions are treated as independent. Where several are asked of one paragraph, as in CMRC and DRCD (about three),
    the intervals are somewhat narrow and the p values somewhat small.

    Runs may be unfinished: what one of them lacks is counted and left out, and gates do not accept it.

    **Latency** gets a verdict only if both runs name the same machine and the difference is also at least 20%: the
    bootstrap draws questions, and cannot know how busy the machine was. **Memory** is one number a run, and gets none.

    Raises:
        RunError: if the runs have no question in common.
    """
    of_b = {s.set.name: s for s in b.sets}
    names = {s.set.name for s in a.sets}
    machine = a.manifest.get("machine")
    same_machine = bool(machine) and machine == b.manifest.get("machine")
    settings = _Settings(aggregates, resamples, seed, same_machine)
    sets = tuple(_compare_sets(s, of_b[s.set.name], settings) for s in a.sets if s.set.name in of_b)
    if not any(s.shared for s in sets):
        raise RunError(
            "the two runs have no question in common: "
            f"A has {_names(s.set.name for s in a.sets)}, B has {_names(s.set.name for s in b.sets)}",
            "compare runs of the same evaluation sets",
        )
    return Comparison(
        sets,
        tuple(s.set.name for s in a.sets if s.set.name not in of_b),
        tuple(s.set.name for s in b.sets if s.set.name not in names),
        same_machine,
        str(a.manifest.get("state") or ""),
        str(b.manifest.get("state") or ""),
    )


@dataclass(frozen=True, slots=True)
class _Settings:
    aggregates: Mapping[str, Aggregate]
    resamples: int
    seed: int
    same_machine: bool


def _names(names: Any) -> str:
    return ", ".join(names) or "no set"


def _compare_sets(a: SetResult, b: SetResult, settings: _Settings) -> SetComparison:
    of_b = {o.question.id: o for o in b.outcomes}
    ids = {o.question.id for o in a.outcomes}
    same_id = [(o, of_b[o.question.id]) for o in a.outcomes if o.question.id in of_b]
    pairs = [(x, y) for x, y in same_id if _asks(x.question) == _asks(y.question)]
    whole = len(pairs) == len(a.outcomes) == len(b.outcomes)
    found = [m for m in (_compare_metric(metric, a, b, pairs, whole, settings) for metric in CATALOGUE) if m]
    changes = [(x.right, y.right, _change(x, y)) for x, y in pairs if _differs(x, y)]
    return SetComparison(
        a.set.name,
        len(pairs),
        sum(o.question.id not in of_b for o in a.outcomes),
        sum(o.question.id not in ids for o in b.outcomes),
        len(same_id) - len(pairs),
        tuple(_judge(found)),
        tuple(c for before, after, c in changes if after and not before),
        tuple(c for before, after, c in changes if before and not after),
        tuple(c for before, after, c in changes if before == after),
    )


def _asks(question: Question) -> tuple[object, ...]:
    """All that the score of an answer depends on."""
    return question.question, question.history, question.answers, question.evidence, dict(question.qrels)


def _differs(a: Outcome, b: Outcome) -> bool:
    return a.right != b.right or a.stage != b.stage or a.prediction.text != b.prediction.text


def _change(a: Outcome, b: Outcome) -> Change:
    question = a.question
    return Change(question.id, question.question, question.kind, question.answers, _side(a), _side(b))


def _side(outcome: Outcome) -> Side:
    prediction = outcome.prediction
    return Side(
        prediction.text,
        prediction.abstained,
        None if prediction.error or math.isnan(prediction.confidence) else prediction.confidence,
        outcome.stage,
        outcome.right,
        outcome.evidence_rank,
        prediction.error,
    )


def _compare_metric(
    metric: Metric, a: SetResult, b: SetResult, pairs: Pairs, whole: bool, settings: _Settings
) -> MetricComparison | None:
    """The metric's comparison without its verdict, or ``None`` where one of the runs does not have it."""
    if metric.mean:
        return _compare_mean(metric, pairs, settings)
    if metric.name in settings.aggregates and metric.group != "memory":
        return _compare_aggregate(metric, settings.aggregates[metric.name], pairs, settings)
    # What the runs themselves computed: one number each, over all their questions.
    if metric.name not in a.measures or metric.name not in b.measures or not pairs:
        return None
    first, second = a.measures[metric.name], b.measures[metric.name]
    note = "one number a run" if metric.group == "memory" else "not resampled"
    if not whole:
        note += ", over each run's own questions"
    return MetricComparison(metric, len(pairs), first.value, second.value, note=note)


def _compare_mean(metric: Metric, pairs: Pairs, settings: _Settings) -> MetricComparison | None:
    name = metric.name
    both = [(x.values[name], y.values[name]) for x, y in pairs if name in x.values and name in y.values]
    if not both:
        return None
    a, b = np.array(both, dtype=np.float64).T
    if is_binary(a) and is_binary(b):
        test, p = Test.MCNEMAR, mcnemar(a, b)
    else:
        test, p = Test.SIGN_FLIPS, sign_flips(a, b, seed=settings.seed)
    gains = (b - a) if metric.higher_is_better else (a - b)
    wins, losses = int((gains > 0).sum()), int((gains < 0).sum())
    interval = paired_bootstrap(a, b, resamples=settings.resamples, seed=settings.seed)
    return MetricComparison(
        metric,
        len(both),
        float(a.mean()),
        float(b.mean()),
        interval,
        test,
        p,
        wins=wins,
        ties=len(both) - wins - losses,
        losses=losses,
    )


def _compare_aggregate(
    metric: Metric, statistic: Aggregate, pairs: Pairs, settings: _Settings
) -> MetricComparison | None:
    of_a, of_b = [x for x, _ in pairs], [y for _, y in pairs]
    a, b = (statistic(of_a), statistic(of_b)) if pairs else (None, None)
    if a is None or b is None:
        return None
    bare = MetricComparison(metric, len(pairs), a, b)
    if metric.group != "latency":
        changed = sum(_matters(x, y) for x, y in pairs)
        if changed < LEAST_CHANGED:
            return replace(bare, note=f"no interval: {changed} questions differ, {LEAST_CHANGED} are needed")

    on_a, on_b = (on_indices(metric.name, statistic, outcomes) for outcomes in (of_a, of_b))

    def difference(drawn: Indices) -> float | None:
        first, second = on_a(drawn), on_b(drawn)
        return None if first is None or second is None else second - first

    resamples = min(settings.resamples, AGGREGATE_RESAMPLES)
    found = bootstrap_statistic(difference, len(pairs), resamples=resamples, seed=settings.seed)
    if found is None:
        return replace(bare, note="no interval: resampling the questions does not tell")
    interval, p = found
    if metric.group == "latency":
        if not settings.same_machine:
            return replace(bare, interval=interval, note="not judged: not the same machine")
        if abs(b - a) < LATENCY_MARGIN * a:
            return replace(bare, interval=interval, note=f"not judged: less than {LATENCY_MARGIN:.0%}")
    return replace(bare, interval=interval, test=Test.BOOTSTRAP, p=p)


def _matters(a: Outcome, b: Outcome) -> bool:
    """Whether two outcomes differ in what statistics over all questions are made of, by more than rounding."""
    first, second = a.prediction, b.prediction
    if a.right != b.right or first.abstained != second.abstained:
        return True
    without = math.isnan(first.confidence), math.isnan(second.confidence)
    return without[0] != without[1] or abs(first.confidence - second.confidence) > 0.01


def _judge(found: Sequence[MetricComparison]) -> list[MetricComparison]:
    adjusted = iter(holm([m.p for m in found if m.p is not None]))
    judged = []
    for m in found:
        if m.p is None or m.interval is None:
            judged.append(m)
            continue
        p = next(adjusted)
        verdict = Verdict.NO_DIFFERENCE
        if p <= LEVEL and m.interval.excludes_zero:
            verdict = Verdict.BETTER if (m.difference > 0) == m.metric.higher_is_better else Verdict.WORSE
        judged.append(replace(m, p_holm=p, verdict=verdict))
    return judged
