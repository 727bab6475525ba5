"""Gates: limits are read or refused with a hint, and a miss names the metric."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.comparison import MAIN_METRICS, compare, fail_if_worse, fail_under
from eval.comparison.gates import parse_limit
from eval.errors import Regression, RunError
from eval.metrics.catalogue import METRICS
from eval.results import RunResult, SetResult

SetOf = Callable[..., SetResult]
RunOf = Callable[..., RunResult]


@pytest.fixture
def result(set_of: SetOf, run_of: RunOf) -> RunResult:
    """Right: 0.95 of cmrc-dev and 0.9 of 报告; seconds only in the first."""
    return run_of(
        set_of(np.arange(100) >= 5, measures={"latency_p95": 0.412, "false_refusal": 0.03}),
        set_of(np.arange(100) >= 10, name="报告"),
    )


@pytest.mark.parametrize(
    "limits",
    [
        ["right=0.9"],
        ["right=90%", "cmrc-dev:right=95%"],
        ["报告:right = 90%"],
        ["right=90％"],
        ["latency_p95=0.5"],
        ["false_refusal=3%"],
        [],
    ],
)
def test_kept_limits_pass(result: RunResult, limits: list[str]) -> None:
    fail_under(result, limits)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (["right=95%"], "limits missed: 报告: right 90.0% < 95.0%"),
        (["cmrc-dev:right=0.95001"], "limits missed: cmrc-dev: right 95.000% < 95.001%"),
        (["latency_p95=0.4"], "limits missed: cmrc-dev: latency_p95 0.41 s > 0.40 s"),
        (["false_refusal=0"], "limits missed: cmrc-dev: false_refusal 3.0% > 0.0%"),
        (["right=1", "false_refusal=2.5%"],
         "limits missed: cmrc-dev: right 95.0% < 100.0%; 报告: right 90.0% < 100.0%; "
         "cmrc-dev: false_refusal 3.0% > 2.5%"),
    ],
)  # fmt: skip
def test_missed_limits_are_named(result: RunResult, limits: list[str], message: str) -> None:
    with pytest.raises(Regression) as caught:
        fail_under(result, limits)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("limit", "message", "hint"),
    [
        ("right", "not a limit", "metric=value"),
        ("right=", "not a limit", "metric=value"),
        ("=3", "not a limit", "metric=value"),
        ("right=viel", "not a number", "0.98 or 98%"),
        ("right=nan", "not a number", "0.98 or 98%"),
        ("right=98", "between 0 and 1", "write 98%"),
        ("right=-1%", "between 0 and 1", ""),
        ("latency_p95=5%", "measured in seconds", "%"),
        ("rigth=0.9", "no metric is called 'rigth'", "right"),
        ("recall10=0.9", "no metric is called 'recall10'", "recall@10"),
        ("xyzzy=0.9", "no metric is called 'xyzzy'", "em_cmrc"),
        ("cmrc:right=0.9", "no set 'cmrc'", "cmrc-dev"),
        ("aurc=0.1", "did not measure aurc", "it measured"),
        ("报告:latency_p95=1", "did not measure latency_p95 of 报告", "latency_p95"),
    ],
)
def test_bad_limits(result: RunResult, limit: str, message: str, hint: str) -> None:
    with pytest.raises(RunError) as caught:
        fail_under(result, [limit])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert hint in caught.value.hint


@given(st.sampled_from(sorted(METRICS)), st.floats(0, 1), st.floats(0, 1))
def test_a_limit_is_a_bound_on_the_right_side(name: str, limit: float, value: float) -> None:
    parsed = parse_limit(f"集合:{name}={limit!r}")
    assert (parsed.metric.name, parsed.value, parsed.set) == (name, limit, "集合")
    if abs(value - limit) > 1e-9:
        assert parsed.missed_by(value) == ((value < limit) == METRICS[name].higher_is_better)
    assert not parsed.missed_by(limit)


def test_no_worse_passes_and_worse_does_not(set_of: SetOf, run_of: RunOf) -> None:
    good, bad = run_of(set_of([True] * 300)), run_of(set_of(np.arange(300) >= 30))
    fail_if_worse(compare(good, good))
    fail_if_worse(compare(bad, good))
    comparison = compare(good, bad)
    with pytest.raises(Regression, match=r"^shown to be worse: cmrc-dev: right 100\.0% -> 90\.0%$"):
        fail_if_worse(comparison)
    fail_if_worse(comparison, ["mrr"])
    with pytest.raises(RunError, match="no metric is called 'rihgt'"):
        fail_if_worse(comparison, ["rihgt"])


def test_a_loss_that_chance_explains_passes(set_of: SetOf, run_of: RunOf) -> None:
    fail_if_worse(compare(run_of(set_of([True] * 300)), run_of(set_of(np.arange(300) >= 4))))


def test_main_metrics_are_in_the_catalogue_and_about_answers() -> None:
    assert {METRICS[name].group for name in MAIN_METRICS}.isdisjoint({"latency", "memory"})


@pytest.mark.parametrize("state", ["stopped", "running", ""])
def test_an_unfinished_run_passes_no_gate(state: str, set_of: SetOf, run_of: RunOf) -> None:
    good, half = run_of(set_of([True] * 30)), run_of(set_of([True] * 30), state=state)
    with pytest.raises(RunError, match="run B is not finished") as caught:
        fail_if_worse(compare(good, half))
    assert "goes on where it stopped" in caught.value.hint
    with pytest.raises(RunError, match="the run is not finished"):
        fail_under(half, ["right=50%"])
    fail_if_worse(compare(half, good))


def test_a_run_that_lacks_what_the_other_has_is_not_judged(set_of: SetOf, run_of: RunOf) -> None:
    a = run_of(set_of([True] * 1000), set_of([True] * 5, name="报告"), set_of([True] * 5, name="公报"))
    b = run_of(set_of([True] * 3), set_of([True] * 5, name="公报", words="{}呢？"))
    with pytest.raises(RunError) as caught:
        fail_if_worse(compare(a, b))
    message = str(caught.value)
    assert "1 set (报告)" in message
    assert "997 of 1,000 questions of cmrc-dev" in message
    assert "5 of 5 questions of 公报, 5 of them in other words" in message
    assert caught.value.hint
    # More than A has is no fault.
    fail_if_worse(compare(run_of(set_of([True] * 3)), a))
