"""Statistics, readers and tables of the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.bench import retrieval
from eval.bench.data import questions, squad_layout
from eval.bench.retrieval import Asked, rank_of, row, table, weighted
from eval.bench.statistics import median, percentile, share, wilson
from qa import Contribution, Hit, Passage


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [
        # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_against_published_values(right: int, of: int, low: float, high: float) -> None:
    assert wilson(right, of) == pytest.approx((low, high), abs=1e-4)
    assert wilson(of - right, of) == pytest.approx((1 - high, 1 - low), abs=1e-4)


def test_no_observations() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert share(0, 0) == "-"
    assert percentile([], 50) == 0.0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0, 100))
def test_percentile_agrees_with_numpy(values: list[float], q: float) -> None:
    assert percentile(values, q) == pytest.approx(float(np.percentile(values, q)), rel=1e-9, abs=1e-6)
    assert median(values) == pytest.approx(float(np.median(values)), abs=1e-6)


def hit(document: str, dense: tuple[int, float], lexical: tuple[int, float] | None, score: float) -> Hit:
    passage = Passage(0, document, 0, 0, 1, "文")
    return Hit(passage, score, Contribution(*dense), Contribution(*lexical) if lexical else None)


HITS = (
    hit("a", (2, 0.8), (1, 9.0), 1.0),
    hit("a", (4, 0.1), None, 0.1),
    hit("b", (1, 0.9), None, 0.9),
    hit("c", (3, 0.7), (2, 4.0), 0.8),
)


def test_ranks_by_each_score() -> None:
    def ranks(score: retrieval.Score) -> list[int]:
        return [rank_of(Asked(document, HITS), score) for document in "abcd"]

    assert ranks(retrieval.fused) == [1, 2, 3, 0]
    assert ranks(retrieval.cosine) == [2, 1, 3, 0]
    assert ranks(retrieval.bm25)[0::2] == [1, 2]
    assert ranks(retrieval.reciprocal_rank) == [1, 3, 2, 0]
    assert ranks(weighted(0.0, 100)) == ranks(retrieval.cosine)
    assert weighted(1.0, 9)(HITS[0]) == pytest.approx(0.8 + 9.0 / np.log(10))


def test_table() -> None:
    assert row("x", [1, 2, 6, 0]) == f"  {'x':<26} {share(1, 4)}   {share(2, 4)}"
    lines = table("Set", [Asked("a", HITS), Asked("d", HITS)], retrieval.ORDERS).splitlines()
    assert lines[0].startswith("Set: 2 questions")
    assert len(lines) == 1 + len(retrieval.ORDERS)
    assert " 50.0% " in lines[-1]


def squad(path: Path, paragraphs: int) -> Path:
    items = [
        {"id": f"P{i}", "context": f"第{i}座大桥在{i}号路上。", "qas": [{"question": f"第{i}座大桥在哪？"}]}
        for i in range(paragraphs)
    ]
    del items[0]["id"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [{"id": "A", "paragraphs": items}]}), "utf-8")
    return path


def test_reads_both_layouts(tmp_path: Path) -> None:
    first, second = squad_layout(squad(tmp_path / "s.json", 3), 2)
    assert (first.id, second.id) == ("A-0", "P1")
    assert second.questions == ("第1座大桥在哪？",)
    lines = tmp_path / "q.jsonl"
    lines.write_text(
        '{"id": "1", "question": "多少？", "answers": ["3"], "kind": "year", "history": ["甲？"]}\n\n'
        '{"id": "2", "question": "谁？"}\n',
        "utf-8",
    )
    one, two = questions(lines)
    assert (one.answerable, one.answers, one.history) == (True, ("3",), ("甲？",))
    assert (two.answerable, two.kind, two.evidence) == (False, "", None)


@pytest.mark.slow
def test_the_command_prints_its_table(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from eval.bench.__main__ import app

    for name in ("cmrc2018", "drcd"):
        squad(tmp_path / "data" / name / "dev.json", 4)
    done = CliRunner().invoke(app, ["retrieval", "--shared", str(tmp_path), "--limit", "3"])
    assert done.exit_code == 0, done.output
    assert "CMRC 2018 dev, 3 paragraphs: 3 questions" in done.output
    assert done.output.count("Yinda's fusion") == 2
