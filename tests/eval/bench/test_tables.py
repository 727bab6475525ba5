"""The data and the tables of the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval import run
from eval.bench import chain, retrieval
from eval.bench.data import public_set
from eval.bench.retrieval import Asked, rank_of, row, table, weighted
from eval.metrics.intervals import share
from qa import Contribution, DocumentError, Hit, Library, Passage


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
        return [rank_of(Asked([document], HITS), score) for document in "abcd"]

    assert ranks(retrieval.fused) == [1, 2, 3, 0]
    assert ranks(retrieval.cosine) == [2, 1, 3, 0]
    assert ranks(retrieval.bm25)[0::2] == [1, 2]
    assert ranks(retrieval.reciprocal_rank) == [1, 3, 2, 0]
    assert ranks(weighted(0.0, 100)) == ranks(retrieval.cosine)
    assert weighted(1.0, 9)(HITS[0]) == pytest.approx(0.8 + 9.0 / np.log(10))


def test_table() -> None:
    assert row("x", [1, 2, 6, 0]) == f"  {'x':<26} {share(1, 4)}   {share(2, 4)}"
    lines = table("Set", [Asked(["a"], HITS), Asked(["d"], HITS)], retrieval.ORDERS).splitlines()
    assert lines[0].startswith("Set: 2 questions")
    assert len(lines) == 1 + len(retrieval.ORDERS)
    assert " 50.0% " in lines[-1]


def squad(path: Path, paragraphs: int) -> Path:
    items = [
        {
            "id": f"P{i}",
            "context": f"第{i}座大桥在{i}号路上。",
            "qas": [
                {"id": f"q{i}", "question": f"第{i}座大桥在哪？", "answers": [{"text": f"{i}号路", "answer_start": 6}]}
            ],
        }
        for i in range(paragraphs)
    ]
    del items[0]["id"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"data": [{"id": "A", "paragraphs": items}]}), "utf-8")
    return path


def test_public_sets_in_part(tmp_path: Path) -> None:
    squad(tmp_path / "data" / "cmrc2018" / "dev.json", 3)
    part = public_set(tmp_path, "cmrc2018/dev.json", paragraphs=2)
    assert [document.text for document in part.documents] == ["第0座大桥在0号路上。", "第1座大桥在1号路上。"]
    assert [question.question for question in part.questions] == ["第0座大桥在哪？", "第1座大桥在哪？"]
    assert len(public_set(tmp_path, "cmrc2018/dev.json", every=2).questions) == 2
    with pytest.raises(DocumentError, match="drcd") as error:
        public_set(tmp_path, "drcd/dev.json")
    assert "--shared" in error.value.hint


def test_chain_table(set_path: Path, town: Library) -> None:
    result = run(set_path, library=town).sets[0]
    lines = chain.chain_table("Town", result).splitlines()
    assert lines[0] == "Town: 3 answerable, 1 unanswerable, 1 follow-ups"
    row = next(line for line in lines if line.startswith("  answerable    Contains the answer"))
    answerable = [o for o in result.outcomes if o.question.answerable and not o.question.history]
    assert f"{sum(o.right for o in answerable)}/3" in row
    wrong = [o.question.id for o in result.outcomes if not o.right]
    assert [line.split()[0] for line in chain.errors(result.outcomes).splitlines()[::2]] == wrong


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
