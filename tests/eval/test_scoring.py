"""From predictions to metrics: stages, evidence, refusals, and rules that are never mixed."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from eval.results import SetResult, Stage
from eval.scoring import AGGREGATES, score_set
from eval.types import (
    Distracted,
    EvaluationSet,
    Evidence,
    PredictedCitation,
    Prediction,
    Question,
    Reference,
    Retrieved,
    StoredPassage,
)

PASSAGES = {
    p.key: p
    for p in (
        StoredPassage("r:0-20", "r.txt", "报告", 0, 20, "全年财政收入15.8亿元，增长12.4%。"),
        StoredPassage("r:21-40", "r.txt", "报告", 21, 40, "全年粮食总产量38万吨，创历史新高。"),
        StoredPassage("s:0-20", "s.txt", "公报", 0, 20, "全年财政收入20.1亿元。"),
        *(StoredPassage(f"o:{i}", f"o{i}.txt", "其他", 0, 5, "其他内容。") for i in range(6)),
    )
}
PHRASE = Question("q", "财政收入是多少？", (Reference("15.8亿元"),), (Evidence(phrase="财政收入15.8"),))
NONE = Question("n", "人口是多少？")


def prediction(
    question: Question, text: str, *retrieved: str, confidence: float = 0.9, best: str | None = None, cites: str = ""
) -> Prediction:
    cited = tuple(PredictedCitation(text, PASSAGES[key].document, 0, len(text), key) for key in cites.split())
    return Prediction(
        "s",
        question.id,
        text,
        not text,
        confidence,
        citations=cited,
        question=question.question,
        best=text if best is None else best,
        retrieved=tuple(Retrieved(key, 1.0) for key in retrieved),
        timings={"total": 0.1},
    )


def scored(*pairs: tuple[Question, Prediction], **fields: object) -> SetResult:
    base = EvaluationSet("s", Path("s.jsonl"), "jsonl", tuple(q for q, _ in pairs))
    return score_set(replace(base, **fields), [p for _, p in pairs], PASSAGES)  # type: ignore[arg-type]


def stage(question: Question, predicted: Prediction) -> Stage:
    return scored((question, predicted)).outcomes[0].stage


FAR = ("o:0", "o:1", "o:2", "o:3", "o:4", "r:0-20")


def test_stages() -> None:
    assert stage(PHRASE, prediction(PHRASE, "达15.8亿元", "r:0-20")) is Stage.RIGHT
    assert stage(PHRASE, prediction(PHRASE, "20.1亿元", "s:0-20", "r:0-20")) is Stage.NOT_READ
    assert stage(PHRASE, prediction(PHRASE, "20.1亿元", "s:0-20")) is Stage.NOT_RETRIEVED
    assert stage(PHRASE, prediction(PHRASE, "", *FAR, best="其他")) is Stage.NOT_RETRIEVED
    assert stage(PHRASE, prediction(PHRASE, "", "r:0-20", best="15.8亿元")) is Stage.WRONGLY_REFUSED
    assert stage(PHRASE, prediction(PHRASE, "", "r:0-20", best="12.4%")) is Stage.NOT_READ
    assert stage(NONE, prediction(NONE, "")) is Stage.RIGHTLY_REFUSED
    assert stage(NONE, prediction(NONE, "20.1亿元")) is Stage.WRONGLY_ANSWERED


def test_without_evidence_the_stage_is_judged_by_the_answer() -> None:
    bare = replace(PHRASE, evidence=())
    assert stage(bare, prediction(bare, "12.4%", "r:0-20")) is Stage.NOT_READ
    assert stage(bare, prediction(bare, "20.1亿元", "s:0-20")) is Stage.NOT_RETRIEVED
    assert scored((bare, prediction(bare, "x", "r:0-20"))).outcomes[0].evidence_rank is None


def test_a_number_inside_another_is_not_the_answer() -> None:
    five = Question("q", "?", (Reference("5.8亿元"),))
    assert not scored((five, prediction(five, "15.8亿元"))).outcomes[0].right


def test_evidence_as_phrase_place_and_document() -> None:
    predicted = prediction(PHRASE, "", "s:0-20", "r:21-40", "r:0-20")
    for evidence, rank in [
        (Evidence(phrase="财政收入１５.8"), 3),
        (Evidence(phrase="财政收入", document="s.txt"), 1),
        (Evidence(phrase="财政收入", document="r.txt"), 3),
        (Evidence(document="r.txt", start=22, end=25), 2),
        (Evidence(document="r.txt", start=19, end=21), 3),
        (Evidence(phrase="没有的话"), 0),
        (Evidence(document="r.txt"), 2),
        (Evidence(document="s.txt"), 1),
        (Evidence(document="t.txt"), 0),
    ]:
        question = replace(PHRASE, evidence=(evidence,))
        assert scored((question, predicted)).outcomes[0].evidence_rank == rank, evidence


def test_a_document_counts_once_with_its_best_passage() -> None:
    question = replace(PHRASE, evidence=(Evidence(document="s.txt"),))
    result = scored((question, prediction(question, "", "r:0-20", "r:21-40", "s:0-20")))
    assert result.measures["mrr"].value == pytest.approx(1 / 2)
    assert result.recall_curve[:3] == ((1, 0.0), (2, 1.0), (3, 1.0))


def test_several_pieces_of_evidence() -> None:
    both = replace(PHRASE, evidence=(Evidence(phrase="财政收入15.8"), Evidence(phrase="粮食总产量")))
    result = scored((both, prediction(both, "15.8亿元", "r:0-20", "o:0", "r:21-40", cites="r:0-20 o:0")))
    values = result.outcomes[0].values
    assert values["recall@1"] == 0.5
    assert values["recall@5"] == 1.0
    assert values["map"] == pytest.approx((1 + 2 / 3) / 2)
    assert values["citation_precision"] == 0.5
    assert values["citation_recall"] == 0.5
    assert values["cited_in_evidence"] == 1.0


def test_refusals() -> None:
    pairs = [
        (PHRASE, prediction(PHRASE, "15.8亿元", "r:0-20", confidence=0.9)),
        (replace(PHRASE, id="q2"), replace(prediction(PHRASE, "", confidence=0.2, best="15.8亿元"), id="q2")),
        (NONE, prediction(NONE, "", confidence=0.1)),
        (replace(NONE, id="n2"), replace(prediction(NONE, "38万吨", confidence=0.8), id="n2")),
    ]
    measures = scored(*pairs).measures
    assert measures["false_refusal"].value == 0.5
    assert measures["false_refusal"].n == 2
    assert measures["false_answer"].value == 0.5
    assert measures["refusal_precision"].value == 0.5
    assert measures["refusal_recall"].value == 0.5
    assert measures["brier"].value == pytest.approx((0.1**2 + 0.8**2 + 0.1**2 + 0.8**2) / 4)
    assert measures["right"].value == 0.5
    assert measures["em_cmrc"].n == 2
    assert "refusal_precision" not in scored(*pairs[:2]).measures
    # Risk by confidence: right, wrong (no answer), right (though refused), wrong.
    assert [round(p.risk, 3) for p in scored(*pairs).risk_coverage] == [0.0, 0.5, 0.333, 0.5]


def test_rules_are_never_mixed() -> None:
    pair = (PHRASE, prediction(PHRASE, "15.8亿元"))
    cmrc, squad = scored(pair), scored(pair, rules="squad")
    assert {n for n in cmrc.measures if n.endswith(("_cmrc", "_squad"))} == {
        "em_cmrc",
        "f1_cmrc",
        "best_em_cmrc",
        "best_f1_cmrc",
    }
    assert {n for n in squad.measures if n.endswith("_cmrc")} == set()
    refused = scored((NONE, prediction(NONE, "")), rules="squad")
    assert refused.measures["em_squad"].value == 1.0
    assert "em_cmrc" not in scored((NONE, prediction(NONE, ""))).measures


def test_follow_ups_and_distraction() -> None:
    leaning = replace(PHRASE, id="f", history=("去年呢？",))
    answered = replace(prediction(leaning, "15.8亿元"), id="f")
    changed = replace(
        prediction(PHRASE, "15.8亿元"), distracted=Distracted(("粮食产量？",), "粮食产量财政收入是多少？", "", True)
    )
    measures = scored((leaning, answered), (PHRASE, changed)).measures
    assert (measures["followup_right"].value, measures["followup_right"].n) == (1.0, 1)
    assert measures["distracted_unchanged"].value == 0.0
    assert measures["distracted_right"].value == 0.0


def test_unknown_confidence_is_not_judged() -> None:
    measures = scored((PHRASE, prediction(PHRASE, "15.8亿元", confidence=math.nan))).measures
    assert not {"brier", "ece", "aurc"} & measures.keys()


def test_aggregates_over_nothing() -> None:
    assert {name: aggregate([]) for name, aggregate in AGGREGATES.items()} == dict.fromkeys(AGGREGATES)
    empty = scored()
    assert empty.measures == {}
    assert empty.outcomes == ()


def test_questions_without_a_prediction_are_left_out() -> None:
    one = EvaluationSet("s", Path("s.jsonl"), "jsonl", (PHRASE, NONE))
    assert len(score_set(one, [prediction(NONE, "")], PASSAGES).outcomes) == 1


def test_a_question_that_could_not_be_asked_is_wrong_and_no_refusal() -> None:
    failed = replace(prediction(NONE, ""), error="too long")
    result = scored((NONE, failed), (PHRASE, prediction(PHRASE, "15.8亿元")))
    assert result.outcomes[0].stage is Stage.FAILED
    assert not result.outcomes[0].right
    assert result.measures["right"].value == 0.5
    assert "false_answer" not in result.measures
    assert "refusal_recall" not in result.measures
    assert result.measures["brier"].n == 1


def test_aggregates_say_over_how_many_they_are() -> None:
    measures = scored(
        (PHRASE, prediction(PHRASE, "15.8亿元")),
        (NONE, prediction(NONE, "")),
        (replace(NONE, id="2"), replace(prediction(NONE, "x"), id="2")),
    ).measures
    assert (measures["refusal_precision"].n, measures["refusal_recall"].n) == (1, 2)
    assert measures["refusal_recall"].low == pytest.approx(0.0945, abs=1e-4)
    assert measures["ece"].n == 3
