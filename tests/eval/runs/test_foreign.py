"""Predictions of other programs: the official layouts, and TREC runs scored as trec_eval does."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from eval import RunError, load_set
from eval.metrics import cmrc
from eval.runs.foreign import score_predictions, score_trec_run


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "mini" / "dev.json"
    path.parent.mkdir()
    qas = [
        {"id": f"q{i}", "question": f"第{i}座桥多长？", "answers": [{"text": f"{i}米", "answer_start": 0}]}
        for i in range(4)
    ]
    path.write_text(
        json.dumps({"data": [{"paragraphs": [{"id": "p", "context": "0米1米2米3米", "qas": qas}]}]}), "utf-8"
    )
    return path


def test_official_layout(answers: Path, tmp_path: Path) -> None:
    path = tmp_path / "predictions.json"
    predicted = {"q0": "0米", "q1": "长1米", "q2": ""}  # q3 is missing
    path.write_text(json.dumps(predicted), "utf-8")
    result = score_predictions(load_set(answers), path).sets[0]
    expected = [cmrc.f1(predicted.get(f"q{i}", ""), [f"{i}米"]) for i in range(4)]
    assert result.measures["f1_cmrc"].value == pytest.approx(sum(expected) / 4, abs=1e-12)
    assert result.measures["em_cmrc"].value == 1 / 4
    assert result.measures["false_refusal"].value == 2 / 4
    assert not {"recall@1", "ece"} & result.measures.keys()


def test_json_lines_with_confidences(answers: Path, tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    rows = [{"id": f"q{i}", "text": f"{i}米", "confidence": 0.5 + i / 10, "abstained": i == 0} for i in range(4)]
    rows[3]["text"] = "3\u2028米"  # a separator that JSON may hold as it is, and that ends no line
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    measures = score_predictions(load_set(answers), path).sets[0].measures
    assert measures["contained"].value == 3 / 4
    assert measures["brier"].n == 4


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('{"id": "q0", "text": "1"}\n{"id": "q1"', "line 2"),
        ('{"id": "q0", "text": 3}', "must be texts"),
        ('{"q0": 1}', "'q0' is not a text"),
        ('{"other": "1"}', "none of its ids"),
        ("[1]", "line 1"),
        ('{"id": "q0", "text": "1", "confidence": "high"}', "line 1"),
        ('{"id": "q1", "text": "1"}\n{"id": "q0", "text": "1", "confidence": 3.2}', "line 2"),
    ],
)
def test_bad_predictions(answers: Path, tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(RunError, match=match) as error:
        score_predictions(load_set(answers), path)
    assert error.value.hint
    with pytest.raises(RunError, match="cannot be read"):
        score_predictions(load_set(answers), tmp_path / "none.json")


def test_a_trec_run_scores_as_trec_eval_does(tmp_path: Path) -> None:
    import pytrec_eval

    chance = random.Random(3)
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    documents = [f"d{i}" for i in range(40)]
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": d, "title": "", "text": f"文{d}"}) + "\n" for d in documents), "utf-8"
    )
    queries = [f"q{i}" for i in range(30)]
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": q, "text": f"问{q}"}) + "\n" for q in queries), "utf-8"
    )
    qrels = {q: {d: chance.choice([0, 1, 2]) for d in chance.sample(documents, 6)} for q in queries}
    for grades in qrels.values():
        grades[next(iter(grades))] = 1
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "".join(f"{q}\t{d}\t{g}\n" for q, ds in qrels.items() for d, g in ds.items()),
        "utf-8",
    )
    # Few distinct scores, some of them equal only in single precision, so that ties matter.
    run = {
        q: {d: chance.choice([0.5, 0.5 + 1e-12, 1.0, 2.0]) for d in chance.sample(documents, 25)} for q in queries[:-2]
    }
    path = tmp_path / "run.trec"
    path.write_text("".join(f"{q} Q0 {d} 1 {s!r} tag\n" for q, ds in run.items() for d, s in ds.items()), "utf-8")
    ours = score_trec_run(load_set(folder), path).sets[0]
    reference = pytrec_eval.RelevanceEvaluator(
        qrels, {"recip_rank", "map", "recall.1,5,10,20", "ndcg_cut.10"}
    ).evaluate(run)
    names = {
        "mrr": "recip_rank",
        "map": "map",
        "recall@5": "recall_5",
        "recall@20": "recall_20",
        "ndcg@10": "ndcg_cut_10",
    }
    for outcome in ours.outcomes:
        theirs = reference.get(outcome.question.id, dict.fromkeys(names.values(), 0.0))
        for name, other in names.items():
            assert outcome.values[name] == pytest.approx(theirs[other], abs=1e-9)
    assert ours.measures["map"].value == pytest.approx(sum(r["map"] for r in reference.values()) / 30, abs=1e-9)
