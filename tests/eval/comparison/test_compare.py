"""Two runs compared: what is shown, what is not, and which questions changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from eval.comparison import Comparison, Verdict, compare
from eval.comparison.compare import LATENCY_MARGIN, LEAST_CHANGED, Aggregate
from eval.comparison.compare import Test as TestOf
from eval.errors import RunError
from eval.results import Measure, RunResult, SetResult, Stage
from eval.types import Reference

SetOf = Callable[..., SetResult]
RunOf = Callable[..., RunResult]
Aggregates = Mapping[str, Aggregate]


def of(comparison: Comparison, name: str, at: int = 0):  # type: ignore[no-untyped-def]
    return next(m for m in comparison.sets[at].metrics if m.metric.name == name)


def answers(n: int, seed: int = 0) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Right or wrong, other metrics that go with it, and a confidence, of n questions."""
    rng = np.random.default_rng(seed)
    confidence = rng.beta(6, 1, n)
    right = rng.random(n) < confidence
    values = {
        "em_cmrc": right & (rng.random(n) < 0.8),
        "f1_cmrc": np.where(right, rng.beta(8, 1, n), rng.beta(1, 4, n)),
        "brier": (confidence - right) ** 2,
        "recall@1": rng.random(n) < 0.8,
        "mrr": rng.choice([1, 0.5, 0.25, 0], n, p=[0.8, 0.1, 0.05, 0.05]),
    }
    return right, values, confidence


def spoiled(
    right: np.ndarray, values: Mapping[str, np.ndarray], share: float, seed: int = 1
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    hit = np.random.default_rng(seed).random(len(right)) < share
    return right & ~hit, {**values, **{key: np.where(hit, 0, values[key]) for key in ("em_cmrc", "f1_cmrc")}}


def test_a_run_and_itself_show_no_difference(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    right, values, confidence = answers(500)
    run = run_of(set_of(right, values=values, confidence=confidence, seconds=confidence))
    found = compare(run, run, aggregates=aggregates)
    assert not found.difference_shown
    assert {m.metric.name for m in found.sets[0].metrics} == {*values, "right", "aurc", "latency_p50"}
    for m in found.sets[0].metrics:
        assert (m.difference, m.verdict) == (0, Verdict.NO_DIFFERENCE)
        assert m.p in (1.0, None)
        assert m.interval is None or m.interval.low < 0 < m.interval.high
        assert (m.wins, m.losses) in ((0, 0), (None, None))
    assert found.sets[0].fixed == found.sets[0].broken == found.sets[0].changed == ()


def test_the_same_system_asked_twice_shows_no_difference(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    """Answers are the same but for rounding of the confidence, and the machine is busier the second time."""
    right, values, confidence = answers(500)
    rng = np.random.default_rng(5)
    seconds = rng.gamma(4, 0.05, 500)
    again = confidence + rng.normal(0, 1e-6, 500)
    a = run_of(set_of(right, values=values, confidence=confidence, seconds=seconds))
    b = run_of(set_of(right, values=values, confidence=again, seconds=seconds * rng.normal(1.1, 0.02, 500)))
    found = compare(a, b, aggregates=aggregates)
    assert not found.difference_shown
    assert of(found, "latency_p50").interval.excludes_zero


def test_three_per_cent_spoiled_answers_are_shown(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    right, values, confidence = answers(3000)
    worse, worse_values = spoiled(right, values, 0.03)
    a = run_of(set_of(right, values=values, confidence=confidence))
    b = run_of(set_of(worse, values=worse_values, confidence=confidence))
    found = compare(a, b, aggregates=aggregates)
    shown = {m.metric.name: m.verdict for m in found.sets[0].shown}
    assert shown == dict.fromkeys(("right", "em_cmrc", "f1_cmrc", "aurc"), Verdict.WORSE)
    m = of(found, "right")
    broken = int((right & ~worse).sum())
    assert (m.wins, m.ties, m.losses, m.n) == (0, 3000 - broken, broken, 3000)
    assert m.difference == pytest.approx(-broken / 3000)
    assert m.test is TestOf.MCNEMAR
    assert of(found, "f1_cmrc").test is TestOf.SIGN_FLIPS
    assert of(found, "aurc").test is TestOf.BOOTSTRAP
    assert len(found.sets[0].broken) == broken
    assert found.sets[0].fixed == found.sets[0].changed == ()
    # The other way round the same is a gain.
    back = compare(b, a, aggregates=aggregates)
    assert {m.verdict for m in back.sets[0].shown} == {Verdict.BETTER}
    assert of(back, "right").interval.low > 0


@pytest.mark.parametrize(("n", "often"), [(100, False), (500, True)])
def test_from_which_size_three_per_cent_are_found(n: int, often: bool, set_of: SetOf, run_of: RunOf) -> None:
    """With six metrics looked at: hardly ever among 100 questions, in most of the runs among 500."""
    shown = 0
    for seed in range(20):
        right, values, _ = answers(n, seed)
        worse, worse_values = spoiled(right, values, 0.03, seed + 100)
        found = compare(run_of(set_of(right, values=values)), run_of(set_of(worse, values=worse_values)), resamples=500)
        shown += of(found, "right").verdict is Verdict.WORSE
    assert shown >= 14 if often else shown <= 2


def false_alarms(times: int, n: int, set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> int:
    """Comparisons, of as many, that call one of two systems that are equally good better in anything."""
    alarms = 0
    for seed in range(times):
        rng = np.random.default_rng(seed)
        confidence = rng.beta(6, 1, n)
        sides = []
        # Each system draws anew for one question in five; the questions are as hard for both.
        right, ranks, overlap = rng.random(n) < confidence, rng.geometric(0.7, n), rng.beta(3, 1, n)
        for _ in range(2):
            anew = rng.random(n) < 0.2
            own = np.where(anew, rng.random(n) < confidence, right)
            rank = np.where(anew, rng.geometric(0.7, n), ranks)
            values = {
                "recall@1": rank == 1,
                "recall@5": rank <= 5,
                "mrr": 1 / rank,
                "f1_cmrc": np.where(own, np.where(anew, rng.beta(3, 1, n), overlap), 0),
                "brier": (confidence - own) ** 2,
            }
            sides.append(run_of(set_of(own, values=values, confidence=confidence)))
        alarms += compare(*sides, aggregates=aggregates, resamples=400, seed=seed).difference_shown
    return alarms


def test_few_false_alarms(set_of: SetOf, run_of: RunOf) -> None:
    # A rate of 5% gives more than 12 of 100 less than one time in 500.
    assert false_alarms(100, 200, set_of, run_of, {}) <= 12


@pytest.mark.slow
def test_few_false_alarms_in_many_comparisons(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    # A rate of 5% gives more than 21 of 250 one time in 120.
    assert false_alarms(250, 300, set_of, run_of, aggregates) <= 21


def test_holm_stands_between_an_interval_without_zero_and_a_verdict(set_of: SetOf, run_of: RunOf) -> None:
    same = np.ones(200)
    lost = np.where(np.arange(200) < 7, 0, 1)  # 7 against 0: p = 0.016
    alone = compare(run_of(set_of(same)), run_of(set_of(lost)))
    assert of(alone, "right").verdict is Verdict.WORSE
    others = dict.fromkeys(("recall@1", "recall@5", "recall@10", "em_cmrc"), same)
    among = compare(run_of(set_of(same, values=others)), run_of(set_of(lost, values=others)))
    m = of(among, "right")
    assert m.p == pytest.approx(2 / 2**7)
    assert m.p_holm == pytest.approx(5 * 2 / 2**7)
    assert m.interval.excludes_zero
    assert m.verdict is Verdict.NO_DIFFERENCE


def test_less_is_better_for_refusals(set_of: SetOf, run_of: RunOf) -> None:
    right = np.ones(300)
    refused = (np.arange(300) < 40) * 1
    found = compare(
        run_of(set_of(right, values={"false_refusal": refused})),
        run_of(set_of(right, values={"false_refusal": refused * 0})),
    )
    m = of(found, "false_refusal")
    assert m.difference < 0
    assert (m.verdict, m.wins, m.losses) == (Verdict.BETTER, 40, 0)


def test_time_is_judged_on_one_machine_only_and_by_a_margin(
    set_of: SetOf, run_of: RunOf, aggregates: Aggregates
) -> None:
    rng = np.random.default_rng(0)
    right, seconds = rng.random(300) < 0.8, rng.gamma(4, 0.05, 300)
    a = run_of(set_of(right, seconds=seconds))
    for factor, machine, verdict in (
        (2.0, "laptop, 2 cores", Verdict.WORSE),
        (0.5, "laptop, 2 cores", Verdict.BETTER),
        (2.0, "server, 64 cores", Verdict.NO_DIFFERENCE),
        (1 + LATENCY_MARGIN / 2, "laptop, 2 cores", Verdict.NO_DIFFERENCE),
    ):
        b = run_of(set_of(right, seconds=seconds * factor), machine=machine)
        m = of(compare(a, b, aggregates=aggregates), "latency_p50")
        assert m.verdict is verdict
        assert m.interval.excludes_zero
        assert bool(m.note) == (verdict is Verdict.NO_DIFFERENCE)
    unnamed = RunResult({}, a.sets)
    slow = RunResult({}, run_of(set_of(right, seconds=seconds * 2)).sets)
    assert not compare(unnamed, slow, aggregates=aggregates).difference_shown


def test_memory_is_shown_without_an_interval(set_of: SetOf, run_of: RunOf) -> None:
    right = [True] * 50
    a, b = (run_of(set_of(right, measures={"memory_peak": mib})) for mib in (800.0, 4000.0))
    m = of(compare(a, b), "memory_peak")
    assert (m.a, m.b, m.interval, m.p, m.verdict) == (800, 4000, None, None, Verdict.NO_DIFFERENCE)
    assert m.note


def test_a_handful_of_changes_gives_aurc_no_interval(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    right = np.ones(300, dtype=bool)
    for changed, has_one in ((LEAST_CHANGED - 1, False), (LEAST_CHANGED, True)):
        b = run_of(set_of(np.arange(300) >= changed))
        m = of(compare(run_of(set_of(right)), b, aggregates=aggregates), "aurc")
        assert (m.interval is not None) == has_one
        assert m.difference > 0


def test_questions_are_matched_by_id_and_by_what_they_ask(set_of: SetOf, run_of: RunOf) -> None:
    a = set_of([True] * 4, ids=["甲", "乙", "丙", "丁"])
    b = set_of([False] * 4, ids=["戊", "丁", "丙", "乙"])
    other = replace(b.outcomes[1], question=replace(b.outcomes[1].question, references=(Reference("另一个答案"),)))
    b = replace(b, outcomes=(b.outcomes[0], other, *b.outcomes[2:]))
    s = compare(run_of(a), run_of(b)).sets[0]
    assert (s.shared, s.only_a, s.only_b, s.altered) == (2, 1, 1, 1)
    assert [c.id for c in s.broken] == ["乙", "丙"]
    assert s.metrics[0].n == 2


def test_sets_are_matched_by_name(set_of: SetOf, run_of: RunOf) -> None:
    ok = [True] * 30
    a = run_of(set_of(ok, name="cmrc"), set_of(ok, name="报告"))
    b = run_of(set_of(ok, name="drcd"), set_of(ok, name="报告"))
    found = compare(a, b)
    assert [s.name for s in found.sets] == ["报告"]
    assert (found.only_a, found.only_b) == (("cmrc",), ("drcd",))
    with pytest.raises(RunError, match="no question in common"):
        compare(run_of(set_of(ok, name="cmrc")), b)
    with pytest.raises(RunError, match="no question in common"):
        compare(run_of(set_of(ok, words="{}？")), run_of(set_of(ok)))


def test_changed_questions_side_by_side(set_of: SetOf, run_of: RunOf) -> None:
    a = set_of([True, False, False, False, True])
    b = set_of([False, True, False, False, True], confidence=[0.4] * 5)
    third, fourth = b.outcomes[2:4]
    b = replace(
        b,
        outcomes=(
            *b.outcomes[:2],
            replace(third, prediction=replace(third.prediction, text="又一个错的答案")),
            replace(fourth, stage=Stage.NOT_RETRIEVED),
            b.outcomes[4],
        ),
    )
    s = compare(run_of(a), run_of(b)).sets[0]
    assert [[c.id for c in group] for group in (s.broken, s.fixed, s.changed)] == [["q0"], ["q1"], ["q2", "q3"]]
    broken = s.broken[0]
    assert (broken.question, broken.kind, broken.expected) == (a.outcomes[0].question.question, "数字", ("q0亿元",))
    assert (broken.a.text, broken.a.confidence, broken.a.stage) == ("q0亿元", 0.9, Stage.RIGHT)
    assert (broken.b.text, broken.b.confidence, broken.b.stage) == ("不详", 0.4, Stage.NOT_READ)


def test_a_metric_is_compared_where_both_runs_have_it(set_of: SetOf, run_of: RunOf) -> None:
    a, b = set_of([True] * 10, values={"mrr": [1.0] * 10}), set_of([True] * 10, values={"mrr": [0.5] * 10})
    first = b.outcomes[0]
    b = replace(b, outcomes=(replace(first, values={"right": 1.0}), *b.outcomes[1:]))
    found = compare(run_of(a), run_of(b))
    assert (of(found, "mrr").n, of(found, "right").n) == (9, 10)


def test_what_is_not_resampled_comes_from_the_runs(set_of: SetOf, run_of: RunOf) -> None:
    a, b = set_of([True] * 10), set_of([True] * 10)
    b = replace(b, measures={**b.measures, "ece": Measure(0.2, 10)})
    a = replace(a, measures={**a.measures, "ece": Measure(0.1, 10)})
    m = of(compare(run_of(a), run_of(b)), "ece")
    assert (m.a, m.b, m.interval, m.verdict) == (0.1, 0.2, None, Verdict.NO_DIFFERENCE)


def test_the_seed_fixes_everything(set_of: SetOf, run_of: RunOf, aggregates: Aggregates) -> None:
    right, values, confidence = answers(300)
    worse, worse_values = spoiled(right, values, 0.2)
    a = run_of(set_of(right, values=values, confidence=confidence))
    b = run_of(set_of(worse, values=worse_values, confidence=confidence))
    assert compare(a, b, aggregates=aggregates, seed=4) == compare(a, b, aggregates=aggregates, seed=4)
    assert compare(a, b, aggregates=aggregates, seed=4) != compare(a, b, aggregates=aggregates, seed=5)


def test_an_aggregate_that_is_not_defined_is_left_out(set_of: SetOf, run_of: RunOf) -> None:
    def nothing(outcomes: Sequence[object]) -> float | None:
        return None

    run = run_of(set_of([True] * 10))
    names = [m.metric.name for m in compare(run, run, aggregates={"refusal_precision": nothing}).sets[0].metrics]
    assert names == ["right"]
