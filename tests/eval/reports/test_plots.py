"""The plots: well-formed, each value at its place, nothing outside the frame."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.reports import plots
from eval.reports.plots import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH
from eval.reports.summary import Confusion
from eval.reports.text import Language
from eval.results import ReliabilityBin, RiskPoint

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg: str) -> ElementTree.Element:
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label")
    return root


def marks(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [one for one in root.iter() if one.get("class") == name]


def number(one: ElementTree.Element, name: str) -> float:
    value = one.get(name)
    assert value is not None
    return float(value)


def title(one: ElementTree.Element) -> str:
    found = one.find(f"{SVG}title")
    assert found is not None
    return found.text or ""


def ticks(root: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in marks(root, "plot-tick")]


def test_recall_stands_at_its_place() -> None:
    root = parse(plots.recall_curve([(1, 0.5), (2, 0.75), (11, 1.0)]))
    dots = marks(root, "plot-dot")
    inner, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    places = [(number(dot, "cx"), number(dot, "cy")) for dot in dots]
    assert places == [
        pytest.approx((LEFT, TOP + high / 2), abs=0.01),
        pytest.approx((LEFT + inner / 10, TOP + high / 4), abs=0.01),
        pytest.approx((WIDTH - RIGHT, TOP), abs=0.01),
    ]
    assert [title(dot) for dot in dots] == ["k = 1: 50.0%", "k = 2: 75.0%", "k = 11: 100.0%"]


def test_the_risk_axis_ends_at_a_round_number_above_the_highest_risk() -> None:
    root = parse(plots.risk_coverage([RiskPoint(0.5, 0.05, 0.9), RiskPoint(1.0, 0.19, 0.1)]))
    assert "20%" in ticks(root)
    assert "40%" not in ticks(root)[:6]
    first, last = marks(root, "plot-dot")
    high = HEIGHT - TOP - BOTTOM
    assert number(first, "cy") == pytest.approx(HEIGHT - BOTTOM - high * 0.05 / 0.2, abs=0.01)
    assert number(last, "cx") == WIDTH - RIGHT
    assert "50.0%" in title(first)


def test_a_long_curve_is_thinned_and_keeps_its_ends() -> None:
    points = [RiskPoint((i + 1) / 10_000, i / 20_000, 0.5) for i in range(10_000)]
    svg = plots.risk_coverage(points)
    assert len(svg) < 20_000
    line = marks(parse(svg), "plot-line")[0].get("points", "").split()
    assert float(line[-1].split(",")[0]) == WIDTH - RIGHT
    assert float(line[0].split(",")[0]) == pytest.approx(LEFT, abs=0.1)


def test_bars_of_reliability_are_as_high_as_the_share_of_right_answers() -> None:
    bins = [
        ReliabilityBin(0.0, 0.1, 0, 0.0, 0.0),
        ReliabilityBin(0.3, 0.4, 12, 0.36, 0.25),
        ReliabilityBin(0.9, 1.0, 30, 0.97, 1.0),
    ]
    root = parse(plots.reliability(bins))
    bars = marks(root, "plot-bar")
    high, inner = HEIGHT - TOP - BOTTOM, WIDTH - LEFT - RIGHT
    assert [number(bar, "height") for bar in bars] == pytest.approx([high / 4, high], abs=0.01)
    assert number(bars[0], "x") == pytest.approx(LEFT + 0.3 * inner + 1, abs=0.01)
    assert [one.text for one in marks(root, "plot-count")] == ["12", "30"]
    diagonal = marks(root, "plot-diagonal")[0]
    ends = [number(diagonal, name) for name in ("x1", "y1", "x2", "y2")]
    assert ends == [LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, TOP]


def test_a_histogram_counts_every_question_and_keeps_slow_ones_in_the_last_bar() -> None:
    times = [0.1 * i for i in range(1, 200)] + [500.0]
    root = parse(plots.latency_histogram(times, language="en"))
    told = [title(bar) for bar in marks(root, "plot-bar")]
    counts = [int(re.search(r": ([\d,]+) question", text)[1].replace(",", "")) for text in told]  # type: ignore[index]
    assert sum(counts) == 200
    assert "or more" in told[-1]
    assert all("or more" not in text for text in told[:-1])
    p50 = marks(root, "plot-p50")[0]
    assert title(p50).startswith("Median: 10.0")
    assert marks(root, "plot-p95")


@given(st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=60))
def test_any_times_give_a_histogram_of_all_of_them_inside_its_frame(times: list[float]) -> None:
    root = parse(plots.latency_histogram(times, language="en"))
    bars = marks(root, "plot-bar")
    counts = [int(re.search(r": ([\d,]+) question", title(b))[1].replace(",", "")) for b in bars]  # type: ignore[index]
    assert sum(counts) == len(times)
    for bar in bars:
        assert number(bar, "x") >= LEFT - 0.01
        assert number(bar, "x") + number(bar, "width") <= WIDTH - RIGHT + 0.51
        assert number(bar, "y") >= TOP - 0.01


@pytest.mark.parametrize("language", ["zh", "en"])
def test_confusion_shows_each_count_and_leaves_out_an_empty_column(language: Language) -> None:
    root = parse(plots.confusion(Confusion((140, 18), (52, 7), (10, 20)), language=language))
    told = [title(cell) for cell in marks(root, "plot-cell")]
    assert [re.search(r"(\d+) \(", text)[1] for text in told] == ["140", "18", "52", "7", "10", "20"]  # type: ignore[index]
    without = parse(plots.confusion(Confusion((140, 18), (52, 7), (0, 0)), language=language))
    assert len(marks(without, "plot-cell")) == 4


def test_nothing_to_draw_draws_nothing() -> None:
    assert plots.recall_curve([]) == ""
    assert plots.risk_coverage([]) == ""
    assert plots.reliability([ReliabilityBin(0, 1, 0, 0, 0)]) == ""
    assert plots.latency_histogram([]) == ""
    assert plots.confusion(Confusion((0, 0), (0, 0), (0, 0))) == ""
    assert plots.stacked_bar([("a", 0, "#000")], title="x") == ""


def test_names_are_escaped() -> None:
    root = parse(plots.latency_histogram([0.1], title='<b>"&'))
    assert root.get("aria-label") == '<b>"&'
    parse(plots.stacked_bar([("<i>", 3, "#000")], title="<&>"))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_any_risk_lies_inside_its_frame(risks: list[float]) -> None:
    points = [RiskPoint((i + 1) / len(risks), risk, 0.5) for i, risk in enumerate(risks)]
    for dot in marks(parse(plots.risk_coverage(points)), "plot-dot"):
        assert TOP - 0.01 <= number(dot, "cy") <= HEIGHT - BOTTOM + 0.01
