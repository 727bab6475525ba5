"""How spans are weighed: year, place and indicator count beside the model's own scores."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.decode import Span
from qa.reader.selection import FEATURES, PLACE, Read, Selection, features, load_selection, scores
from qa.types import Contribution, Hit, Passage


def hit(text: str, heading: tuple[str, ...], *, score: float = 1.0, title: str = "2025年临江市政府工作报告") -> Hit:
    passage = Passage(1, "d", 1, 100, 100 + len(text), text, heading)
    return Hit(passage, score, Contribution(1, 0.88), None, title, "2025-01-10", "临江市人民政府", 0.1)


def read(where: Hit, words: str, rank: int = 0, margin: float = 6.0) -> Read:
    start = where.passage.text.index(words)
    return Read(where, rank, Span(start, start + len(words), margin, -0.5, 2.0))


ACHIEVED = hit("全年地区生产总值完成452.6亿元，增长6.1%。", ("一、2024年工作回顾",))
PLANNED = hit("今年主要预期目标：地区生产总值增长6%左右。", ("二、2025年工作安排",), score=0.98)


def named(question: str, *found: Read) -> list[dict[str, float]]:
    return [dict(zip(FEATURES, row, strict=True)) for row in features(question, found)]


def test_an_achievement_and_a_target_differ_in_year_and_aspect() -> None:
    spans = (read(ACHIEVED, "6.1%"), read(PLANNED, "6%", 1))
    achieved, planned = named("2024年地区生产总值增长了多少？", *spans)
    assert (achieved["other_period"], planned["other_period"]) == (0.0, 1.0)
    achieved, planned = named("2025年地区生产总值增长的目标是多少？", *spans)
    assert (achieved["other_period"], planned["other_period"]) == (1.0, 0.0)
    assert planned["aspect"] == 1.0


def test_a_question_without_a_year_disagrees_with_none() -> None:
    (one,) = named("地区生产总值增长多少？", read(ACHIEVED, "6.1%"))
    assert not one["other_period"]


def test_a_figure_is_expected_where_one_is_asked_for() -> None:
    wrong, right = named("地区生产总值增长了多少？", read(ACHIEVED, "地区生产总值"), read(ACHIEVED, "6.1%"))
    assert (wrong["figure"], right["figure"]) == (1.0, 0.0)


def test_only_what_may_answer_is_a_rival() -> None:
    first, second = read(ACHIEVED, "6.1%"), read(ACHIEVED, "452.6亿元", margin=2.0)
    one, other = named("地区生产总值增长了多少？", first, second)
    assert one["rival"] * 3 == other["rival"]
    for margin in (-1.0, -9.0):
        one, _ = named("地区生产总值增长了多少？", first, read(ACHIEVED, "452.6亿元", margin=margin))
        assert one["rival"] == 0.0


def row(**values: float) -> np.ndarray:
    return np.array([[values.get(name, 0.0) for name in FEATURES]])


WEIGHTS = np.array([float(name == "margin") for name in PLACE])


def test_confidences_are_probabilities_that_rise_with_the_score() -> None:
    selection = Selection(tuple(WEIGHTS), (0.0, 40.0), 2.0, -1.0, 0.4)
    margins = np.array([-1.0, 0.0, 1.0])
    found = selection.confidences(np.concatenate([row(margin=margin) for margin in margins]))
    assert found.tolist() == sorted(found.tolist())
    assert found == pytest.approx(1 / (1 + np.exp(-(2 * margins - 1))))


@given(margin=st.floats(-30, 30), share=st.floats(-2, 0))
def test_an_answer_is_right_where_its_place_and_its_edges_are(margin: float, share: float) -> None:
    (score,) = scores(row(margin=margin, share=share), WEIGHTS, (2.0, 1.0))
    there, whole = (1 / (1 + math.exp(-z)) for z in (margin, 2 * share + 1))
    assert 1 / (1 + math.exp(-score)) == pytest.approx(there * whole, abs=1e-6)


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "selection.json"
    path.write_text(json.dumps({"features": ["margin"], "weights": [1.0], "calibration": [1, 0], "threshold": 0.5}))
    with pytest.raises(ValueError, match="other features"):
        load_selection(path)
