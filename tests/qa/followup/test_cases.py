"""The development set of follow-ups: own writing over invented topics, a case a line in ``cases.jsonl``.

``history`` holds earlier questions, or ``[question, answer]``; ``accepted`` the standalone forms that are right.
Kind ``alone`` are questions that stand alone whatever was asked before. The rules were written with these cases in
view, so the floors say that nothing was lost, not how well other questions are understood.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from qa import Answer, Turn
from qa.followup import Understanding, understood

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in Path(__file__).with_name("cases.jsonl").read_text("utf-8").splitlines()
]
LEANING = [case for case in CASES if case["kind"] != "alone"]
ALONE = [case for case in CASES if case["kind"] == "alone"]


def turns(history: list[str | list[str]]) -> list[str | Turn]:
    return [
        one if isinstance(one, str) else Turn(one[0], Answer(one[1], (), 1.0, False, question=one[0]))
        for one in history
    ]


def asked(case: dict[str, Any]) -> Understanding:
    return understood(case["question"], turns(case["history"]))


def share(cases: list[dict[str, Any]]) -> float:
    return sum(asked(case).standalone in case["accepted"] for case in cases) / len(cases)


def test_there_are_enough_cases_of_every_kind() -> None:
    counts = Counter(case["kind"] for case in CASES)
    assert len(LEANING) >= 150
    assert len(ALONE) >= 100
    assert all(count >= 3 for count in counts.values())
    assert len({json.dumps([case["history"], case["question"]]) for case in CASES}) == len(CASES)


def test_nearly_all_follow_ups_are_completed_to_an_accepted_form() -> None:
    assert share(LEANING) >= 0.96


@pytest.mark.parametrize("kind", sorted({case["kind"] for case in LEANING}))
def test_no_kind_of_follow_up_is_left_behind(kind: str) -> None:
    assert share([case for case in LEANING if case["kind"] == kind]) >= 0.9


def test_nearly_no_question_that_stands_alone_is_changed() -> None:
    assert share(ALONE) >= 0.96


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case["question"])
def test_a_question_that_stands_alone_is_not_changed_without_history(case: dict[str, Any]) -> None:
    assert understood(case["question"], []) == Understanding(case["question"], case["question"], leaned=False)


def test_what_was_carried_over_is_named_by_offsets_and_stands_in_the_history() -> None:
    for case in LEANING:
        result = asked(case)
        said = "".join(one if isinstance(one, str) else "".join(one) for one in case["history"])
        at = 0
        for start, end in result.parts:
            assert at <= start < end <= len(result.standalone)
            at = end
            # A year counted from an earlier one (次年), and the noun for a verb of spending, stand in no question.
            assert set(result.standalone[start:end]) <= set(said) | set("0123456789钱数额的人"), case
        assert result.leaned == bool(result.parts)
