"""A comparison as text, Markdown and data."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len

from eval.comparison import Comparison, compare, lines, markdown, to_dict
from eval.comparison.compare import Aggregate
from eval.results import RunResult, SetResult
from eval.types import Reference

SetOf = Callable[..., SetResult]
RunOf = Callable[..., RunResult]


@pytest.fixture
def comparison(set_of: SetOf, run_of: RunOf, aggregates: Mapping[str, Aggregate]) -> Comparison:
    """30 broken, 5 fixed, of 300; questions with signs that Markdown and tables would trip over."""
    at = np.arange(300)
    words = "第{}条|*规定*<b>\n的罚款是多少？" + "长" * 60
    more = {"memory_peak": 812.0}
    seconds = 0.1 + at / 1000
    a = set_of(at >= 5, words=words, measures=more, seconds=seconds)
    b = set_of((at < 5) | (at >= 35), words=words, measures=more, seconds=2 * seconds)
    same = set_of(at >= 0, name="报告", seconds=seconds)
    return compare(run_of(a, same), run_of(b, same, machine="server"), aggregates=aggregates)


def test_a_table_in_which_columns_stand_below_each_other(comparison: Comparison) -> None:
    text = lines(comparison)
    head = next(i for i, line in enumerate(text) if line.startswith("metric"))
    row = text[head + 1]
    assert row.split()[:5] == ["Right", "300", "98.3%", "90.0%", "-8.33"]
    assert row.endswith("worse")
    end = text[head].index("questions") + len("questions")
    assert row[end - 3 : end] == "300"
    assert not any("\n" in line for line in text)
    assert max(map(cell_len, text)) < 160


def test_says_plainly_what_is_shown(comparison: Comparison) -> None:
    text = lines(comparison)
    assert "B is worse in Right, AURC. No difference shown in the others." in text
    assert "No difference shown in any metric." in text
    assert text.index("cmrc-dev: 300 questions in both") < text.index("报告: 300 questions in both")
    assert any(line.strip() == "Median time: not judged: not the same machine" for line in text)
    assert any(line.strip() == "Peak memory: one number a run" for line in text)


def test_changed_questions_are_listed_up_to_a_number(comparison: Comparison) -> None:
    text = "\n".join(lines(comparison, changed=7))
    assert "broken (right in A, wrong in B): 30" in text
    assert "fixed (wrong in A, right in B): 5" in text
    assert "and 23 more" in text
    assert text.count("expected  ") == 7 + 5
    assert "A         [right, 0.90] q5亿元" in text
    assert "B         [not read, 0.90] 不详" in text
    assert "expected  " not in "\n".join(lines(comparison, changed=0))


def test_chinese_labels_count_double(set_of: SetOf, run_of: RunOf) -> None:
    run = run_of(set_of([True] * 3, name="政府工作报告"))
    other = run_of(set_of([False] * 3, name="政府工作报告", words="第{}年的一般公共预算收入是多少？"))
    listed = [line for line in lines(compare(run, other)) if line.startswith("  第")]
    assert len(listed) == 3
    assert all(cell_len(line) <= 80 for line in listed)


def test_markdown_is_a_table_whatever_the_question_holds(comparison: Comparison) -> None:
    text = markdown(comparison, changed=3)
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert html.count("<table>") == 2 + 2  # a table a set, and those of broken and fixed
    assert "<b>" not in html
    assert "|*规定*&lt;b&gt; 的罚款是多少？" in html
    assert "<strong>No difference shown in any metric.</strong>" in html
    rows = [line for line in text.splitlines() if line.startswith("| 第")]
    assert len(rows) == 3 + 3
    assert "and 27 more" in text


def test_data_goes_through_json(comparison: Comparison) -> None:
    found = json.loads(json.dumps(to_dict(comparison), ensure_ascii=False, allow_nan=False))
    assert found == to_dict(comparison)
    assert found["difference_shown"] is True
    first, second = found["sets"]
    assert second["conclusion"] == "No difference shown in any metric."
    right = next(m for m in first["metrics"] if m["metric"] == "right")
    assert (right["wins"], right["losses"], right["verdict"], right["test"]) == (5, 30, "worse", "McNemar")
    assert right["low"] < right["difference"] < right["high"] < 0
    assert len(first["broken"]) == 30
    assert first["fixed"][0]["b"]["stage"] == "right"


def test_nothing_to_list_for_a_run_and_itself(set_of: SetOf, run_of: RunOf) -> None:
    run = run_of(set_of([True, False] * 20))
    found = compare(run, run)
    assert lines(found)[-1] == "No difference shown in any metric."
    assert "###" not in markdown(found)
    assert to_dict(found)["difference_shown"] is False


def test_a_question_without_an_answer_and_an_error(set_of: SetOf, run_of: RunOf) -> None:
    def unanswerable(given: SetResult, **prediction: object) -> SetResult:
        return replace(
            given,
            outcomes=tuple(
                replace(o, question=replace(o.question, references=()), prediction=replace(o.prediction, **prediction))
                for o in given.outcomes
            ),
        )

    a = unanswerable(set_of([True]), text="", abstained=True)
    b = unanswerable(set_of([False]), error="the reader ran out of memory")
    text = "\n".join(lines(compare(run_of(a), run_of(b))))
    assert "expected  (no answer)" in text
    assert "(refused)" in text
    assert "[not read] (could not be asked) the reader ran out of memory" in text


def test_predictions_without_a_confidence_are_shown_without_one(set_of: SetOf, run_of: RunOf) -> None:
    a, b = run_of(set_of([True], confidence=[math.nan])), run_of(set_of([False], confidence=[0.4]))
    found = compare(a, b)
    text = "\n".join((*lines(found), markdown(found)))
    assert "[right] q0亿元" in text
    assert "[not read, 0.40] 不详" in text
    assert "nan" not in text
    data = json.loads(json.dumps(to_dict(found), allow_nan=False))
    assert [data["sets"][0]["broken"][0][side]["confidence"] for side in "ab"] == [None, 0.4]


def test_control_characters_do_not_reach_the_terminal(set_of: SetOf, run_of: RunOf) -> None:
    bad = "坏\x1b[2J\x07\x9b31m\u202e\ud800名"

    def spoilt(right: bool) -> SetResult:
        made = set_of([right], name=bad, words=bad + "{}", ids=["1"])
        changed = tuple(
            replace(
                o,
                question=replace(o.question, kind=bad, references=(Reference(bad),)),
                prediction=replace(o.prediction, text=bad, error=bad if right else ""),
            )
            for o in made.outcomes
        )
        return replace(made, outcomes=changed)

    def alone(letter: str) -> SetResult:
        return set_of([True], name=letter + bad)

    found = compare(run_of(spoilt(True), alone("a")), run_of(spoilt(False), alone("b")))
    for text in ("\n".join(lines(found)), markdown(found)):
        assert text.count("坏") >= 6
        assert not set(text) & set("\x1b\x07\x9b\u202e\ud800")


def test_an_unfinished_run_can_be_compared_and_what_it_lacks_is_told(set_of: SetOf, run_of: RunOf) -> None:
    a = run_of(set_of([True] * 40), set_of([True], name="报告"))
    for state, why in (("stopped", "it was stopped"), ("running", "it is still running, or was killed")):
        found = compare(a, run_of(set_of([True] * 30), state=state))
        for text in ("\n".join(lines(found)), markdown(found)):
            assert f"B is unfinished: {why}" in text
            assert "Only in A: 报告." in text
            assert "30 questions in both, 10 only in A" in text
        assert to_dict(found)["state_b"] == state
    assert "unfinished" not in "\n".join(lines(compare(a, a)))
