"""The confidence beside the single scores that it is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bench import confidence, kept
from eval.bench.__main__ import app
from eval.bench.confidence import SINGLE, Pair
from eval.bench.data import public_set
from eval.bench.weights import SHIPPED
from eval.metrics.contained import contained
from eval.metrics.refusal import aurc


def made(singles: str, *, questions: int = 60) -> list[Pair]:
    """Pairs whose confidence tells right from wrong but for every tenth question.

    The single scores are ``alike`` (the confidence's own values), ``always`` right, or ``never``.
    """
    out = []
    for number in range(questions):
        for answerable in (True, False):
            knows = number % 10 != 0
            sure = 0.5 + (0.4 if answerable == knows else -0.4) + number / 10_000
            values = {"alike": sure, "always": float(answerable), "never": -float(answerable)}
            single = dict.fromkeys(SINGLE, (values[singles], answerable))
            out.append(Pair(f"q{number}", answerable, sure, answerable, single))
    return out


@pytest.mark.parametrize(("singles", "verdict"), [("alike", "not lower"), ("always", "not lower"), ("never", "lower")])
def test_whether_the_confidence_is_lower_than_the_best_single_score(singles: str, verdict: str) -> None:
    asked = made(singles)
    shown = confidence.difference(asked, "share")
    values = [p.single["share"][0] for p in asked]
    right = [p.right for p in asked]
    single = aurc(values, right)
    assert shown.value == pytest.approx(aurc([p.confidence for p in asked], right) - single)
    assert shown.lower == (verdict == "lower")
    if shown.interval is not None:
        assert shown.interval.low < shown.value < shown.interval.high
    lines = confidence.table("Made", asked, 0.5).splitlines()
    assert lines[0] == "Made: 60 pairs with the answer, 120 in all"
    assert sum(f"alone: {single:.4f}; " in line for line in lines) == len(SINGLE)
    (said,) = [line for line in lines if "the best single score's" in line]
    assert f"AURC is {verdict} than" in said
    assert f"{shown.value:+.4f}" in said


def test_the_best_single_score_is_the_one_that_is_compared() -> None:
    asked = [
        Pair(p.question, p.answerable, p.confidence, p.right, {**p.single, "answer": q.single["answer"]})
        for p, q in zip(made("never"), made("always"), strict=True)
    ]
    table = confidence.table("Made", asked, 0.5)
    assert f"not lower than the best single score's ({SINGLE['answer']})" in table


def test_the_pairs_are_what_the_reader_says(data: Path, cache: Path) -> None:
    dev, reader = public_set(data, "cmrc2018/dev.json"), SHIPPED.reader()
    with kept.kept_corpus(dev) as corpus:
        asked = confidence.pairs(dev, corpus, reader, SHIPPED.weighing())
        for pair in asked:
            question = next(q for q in dev.questions if q.id == pair.question)
            own = corpus.ids(question.evidence[0].document or "")
            hits = corpus.library.search(question.question, confidence.DEPTH)
            there = [hit for hit in hits if (hit.passage.document_id in own) == pair.answerable][:1]
            best = reader.read(question.question, there)[0]
            assert pair.confidence == pytest.approx(best.confidence)
            assert pair.right == contained(best.text, question.answers)
    assert sum(pair.answerable for pair in asked) == 4
    assert len({pair.question for pair in asked}) == 4


def test_the_command_reads_the_library_of_the_reader(data: Path, cache: Path, embedded: list[str]) -> None:
    for command in (["reader", "--mode", "open", "--set", "cmrc"], ["confidence", "--every", "1"]):
        done = CliRunner().invoke(app, [*command, "--shared", str(data)])
        assert done.exit_code == 0, done.output
    assert "CMRC 2018 dev: 4 pairs with the answer, " in done.stdout
    assert len(embedded) == 3
    assert len(list(cache.glob("cmrc2018-dev-*"))) == 1
