"""Retrieval metrics against trec_eval (pytrec_eval, called directly) and against their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics import retrieval

UNITS = ["d1", "d2", "d10", "D1", "文档一", "文档二", "é", "z", "a#0", "a#1", "a#2", "a#10"]
QUESTIONS = ["q1", "q2", "问题三", "q10"]
NAMES = {
    "recall@1": "recall_1",
    "recall@5": "recall_5",
    "recall@10": "recall_10",
    "recall@20": "recall_20",
    "mrr": "recip_rank",
    "ndcg@10": "ndcg_cut_10",
    "map": "map",
}

qrels = st.dictionaries(
    st.sampled_from(QUESTIONS), st.dictionaries(st.sampled_from(UNITS), st.integers(0, 3), max_size=8), max_size=4
)
runs = st.dictionaries(  # few different scores, so that many are equal
    st.sampled_from(QUESTIONS),
    st.dictionaries(st.sampled_from(UNITS), st.sampled_from([0.0, 0.5, 1.0, -2.5, 1e9, 0.1 + 0.2, 0.3]), max_size=12),
    max_size=4,
)
rankings = st.dictionaries(st.sampled_from(QUESTIONS), st.lists(st.sampled_from(UNITS), max_size=15), max_size=4)


@settings(max_examples=200, deadline=None)
@given(runs, qrels)
def test_a_run_scores_as_trec_eval_does(run: dict[str, dict[str, float]], grades: dict[str, dict[str, int]]) -> None:
    import pytrec_eval

    evaluator = pytrec_eval.RelevanceEvaluator(
        {question: units for question, units in grades.items() if units},
        {"recall.1,5,10,20", "recip_rank", "ndcg_cut.10", "map"},
    )
    expected = evaluator.evaluate({question: units for question, units in run.items() if units})
    scores = retrieval.score_trec_run(run, grades)
    assert set(scores) == {question for question, units in grades.items() if units}
    for question, values in scores.items():
        assert set(values) == set(NAMES)
        for ours, theirs in NAMES.items():
            assert values[ours] == pytest.approx(expected.get(question, {}).get(theirs, 0.0), abs=1e-9)


def test_equal_scores_stand_in_reverse_order_of_their_ids() -> None:
    run = {"q": {"a": 1.0, "b": 1.0, "c": 1.0, "文": 1.0}}
    ranks = {unit: 1 / retrieval.score_trec_run(run, {"q": {unit: 1}})["q"]["mrr"] for unit in run["q"]}
    assert ranks == {"文": 1, "c": 2, "b": 3, "a": 4}


@settings(max_examples=200, deadline=None)
@given(rankings, qrels)
def test_rankings_score_by_the_definitions(found: dict[str, list[str]], grades: dict[str, dict[str, int]]) -> None:
    scores = retrieval.measure(found, grades, cutoffs=(1, 3))
    assert list(scores) == [question for question, units in grades.items() if any(units.values())]
    for question, values in scores.items():
        relevant = {unit for unit, grade in grades[question].items() if grade > 0}
        ranking: list[str] = []
        for unit in found.get(question, []):
            if unit not in ranking:
                ranking.append(unit)
        ranks = [rank for rank, unit in enumerate(ranking, start=1) if unit in relevant]
        gains = [grades[question].get(unit, 0) for unit in ranking]
        ideal = sorted(grades[question].values(), reverse=True)
        dcg, best = (sum(g / math.log2(i + 2) for i, g in enumerate(gs[:10])) for gs in (gains, ideal))
        assert values == pytest.approx(
            {
                "recall@1": sum(rank <= 1 for rank in ranks) / len(relevant),
                "recall@3": sum(rank <= 3 for rank in ranks) / len(relevant),
                "mrr": 1 / ranks[0] if ranks else 0.0,
                "ndcg@10": dcg / best,
                "map": sum(i / rank for i, rank in enumerate(ranks, start=1)) / len(relevant),
            },
            abs=1e-9,
        )


@settings(max_examples=100, deadline=None)
@given(rankings, qrels)
def test_the_recall_curve_is_the_mean_recall(found: dict[str, list[str]], grades: dict[str, dict[str, int]]) -> None:
    scores = retrieval.measure(found, grades, cutoffs=range(1, 9))
    curve = retrieval.recall_curve(found, grades, 8)
    assert [k for k, _ in curve] == (list(range(1, 9)) if scores else [])
    for k, recall in curve:
        mean = sum(values[f"recall@{k}"] for values in scores.values()) / len(scores)
        assert recall == pytest.approx(mean, abs=1e-9)


def test_nothing_to_measure() -> None:
    assert retrieval.measure({}, {}) == retrieval.score_trec_run({}, {}) == {}
    assert retrieval.measure({"q": ["a"]}, {"q": {"a": 0}}) == {}
    assert retrieval.recall_curve({}, {}, 5) == ()
    assert set(retrieval.measure({}, {"q": {"a": 1}})["q"].values()) == {0.0}
