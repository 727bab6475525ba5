"""The default threshold: how many questions were written on one kind of text does not move it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa.reader.selection import FEATURES
from qa.reader.train.__main__ import app
from qa.reader.train.select import ANSWERED_WRONGLY, Question, Weighed, _threshold, rightness, select

scores = st.lists(st.floats(0.0, 1.0, width=32), min_size=10, max_size=40)


@given(easy=scores, hard=scores)
def test_a_tenth_is_answered_in_the_mean_of_the_kinds(easy: list[float], hard: list[float]) -> None:
    confidence = np.array([*easy, *hard])
    sources = np.array(["easy"] * len(easy) + ["hard"] * len(hard))
    threshold = _threshold(confidence, sources)
    above = [float(np.mean(np.array(each) > threshold)) for each in (easy, hard)]
    reached = [float(np.mean(np.array(each) >= threshold)) for each in (easy, hard)]
    assert np.mean(above) <= ANSWERED_WRONGLY + 1e-9
    assert np.mean(reached) >= ANSWERED_WRONGLY - 1e-9


@given(easy=scores, hard=scores, times=st.integers(2, 6))
def test_more_questions_of_one_kind_change_nothing(easy: list[float], hard: list[float], times: int) -> None:
    once = _threshold(np.array([*easy, *hard]), np.array(["easy"] * len(easy) + ["hard"] * len(hard)))
    often = _threshold(np.array([*easy, *hard * times]), np.array(["easy"] * len(easy) + ["hard"] * len(hard) * times))
    below = sorted({*easy, *hard})
    assert abs(below.index(once) - below.index(often)) <= 1  # but for what rounding does at an edge


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("增长5.8%", 1.0),
        ("全市地区生产总值比上年增长5.8%", 1.0),
        ("5.8%", 0.5),
        ("增长15.8%", 0.0),
        ("增长", 0.0),
        ("全市地区生产总值完成一千二百多亿元的总量，在全省各市里排在第三，比上年增长5.8%", 0.5),
    ],
)
def test_what_holds_the_whole_answer_is_more_surely_right(answer: str, right: float) -> None:
    assert rightness(answer, "增长5.8%") == right


def test_nothing_is_right_where_there_is_no_answer() -> None:
    assert rightness("增长5.8%", "") == 0.0


def test_features_that_are_left_out_weigh_nothing_and_the_others_still_tell() -> None:
    rng = np.random.default_rng(1)
    data = []
    for number in range(60):
        rows = rng.normal(size=(3, len(FEATURES)))
        rows[:, FEATURES.index("constant")] = 1.0
        right = (rows[:, FEATURES.index("margin")] > 0.5).astype(float)
        data.append(Weighed(Question(f"{number}？", "是" if number % 3 else "", "made", []), rows, right))
    said: list[str] = []
    fitted = select(data, said.append, ("margin", "constant"))
    weights = dict(zip(FEATURES, [*fitted["weights"], fitted["edges"][0]], strict=True))
    assert weights["margin"] > 1.0
    assert all(weights[name] == 0.0 for name in FEATURES if name not in ("margin", "constant"))
    assert any(line.split()[:1] == ["made"] for line in said)


def test_a_feature_that_there_is_not_is_named() -> None:
    result = CliRunner().invoke(app, ["select", "--only", "margins"])
    assert result.exit_code == 2
    assert "there is no margins" in " ".join(result.output.split())
