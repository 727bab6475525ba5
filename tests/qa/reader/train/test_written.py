"""Questions written by hand: each has its passage, and its answer stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval import load_set
from eval.bench.reports import QUESTIONS
from eval.samples import questions as sample_questions
from qa.period import asked as asked_for
from qa.reader.train import corpus, written
from qa.reader.train.examples import on_written
from qa.reader.train.families import shingles
from qa.reader.train.prepare import HELD_REPORTS
from qa.text.normalise import fold


def test_answers_of_offices_stand_in_their_texts() -> None:
    asked = list(written.offices())
    assert len(asked) > 300
    assert len({one.question for one in asked}) == len(asked)
    for line in written.OFFICES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert set(row) == {"title", "text", "asked"}
        assert all(answer in row["text"] and answer == answer.strip("，。；、 \n") for _, answer in row["asked"])
    some = [one for one in asked if one.end > one.start]
    assert 0.5 < len(some) / len(asked) < 0.9


@pytest.fixture(scope="module")
def asked(shared: Path) -> list[written.Written]:
    passages = corpus.passages(list(corpus.reports(shared)))
    return written.load(shared, [p for p in passages if p.report % HELD_REPORTS])


def test_every_question_has_its_passage(asked: list[written.Written]) -> None:
    rows = written.QUESTIONS.read_text(encoding="utf-8").splitlines()
    by_hash = [one for one in asked if one.kind != "office"]
    assert len(by_hash) == len(rows)
    assert {one.kind for one in by_hash} == {"statute", "report"}
    for one in asked:
        assert 0 <= one.start <= one.end <= len(one.text)
        answer = one.text[one.start : one.end]
        assert answer == answer.strip("，。；、 \n")


def test_what_is_held_apart_shares_no_text_with_what_is_learned(asked: list[written.Written]) -> None:
    apart = written.held_apart(asked)
    sides: tuple[set[str], set[str]] = (set(), set())
    for one, its in zip(asked, apart, strict=True):
        if one.kind != "report":
            sides[its].update(shingles(one.text))
    assert not sides[0] & sides[1]
    assert 0.08 < sum(apart) / len(apart) < 0.2
    assert not any(one.kind == "report" for one, its in zip(asked, apart, strict=True) if its)


def test_questions_on_whole_reports_are_of_reports_held_apart(shared: Path) -> None:
    passages = corpus.passages(list(corpus.reports(shared)))
    rows = written.WHOLE.read_text(encoding="utf-8").splitlines()
    found = list(written.on_whole_reports([p for p in passages if p.report % HELD_REPORTS == 0]))
    assert len(found) == len(rows)
    assert not list(written.on_whole_reports([p for p in passages if p.report % HELD_REPORTS]))
    known = {written.identity(p.text): p.text for p in passages}
    for row, (_, _, gold) in zip(map(json.loads, rows), found, strict=True):
        start, end = row["at"]
        assert 0 <= start <= end <= len(known[row["of"]])
        assert gold == gold.strip("，。；、 \n")
    assert 0.3 < sum(not gold for *_, gold in found) / len(found) < 0.6


def test_nothing_written_asks_what_an_evaluation_set_asks(shared: Path) -> None:
    evaluated = [row["question"] for row in map(json.loads, QUESTIONS.read_text(encoding="utf-8").splitlines())]
    for path in (sample_questions(), *(shared / "seed").glob("*.jsonl")):
        evaluated += [one.question for one in load_set(path).questions]
    assert len(evaluated) > 200
    theirs = [pairs(question) for question in evaluated]
    by_hand = [one.question for one in written.offices()]
    for path in (written.QUESTIONS, written.WHOLE):
        by_hand += [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    alike = [
        (one, other)
        for one, mine in ((question, pairs(question)) for question in by_hand)
        for other, its in zip(evaluated, theirs, strict=True)
        if len(mine & its) >= 0.7 * len(mine | its) and asked_for(one).places == asked_for(other).places
    ]
    assert not alike


def pairs(text: str) -> set[str]:
    """The text's pairs of letters and digits that follow each other."""
    bare = "".join(c for c in fold(text) if c.isalnum())
    return {bare[i : i + 2] for i in range(len(bare) - 1)}


def test_wrong_texts_lack_the_answer_and_reports_have_none() -> None:
    def one(kind: str, text: str, question: str, answer: str) -> written.Written:
        start = text.index(answer)
        return written.Written(kind, "甲", f"{kind}之上", text, question, start, start + len(answer))

    asked = [
        one("office", "停车每小时收费五元。", "停车一小时收多少钱？", "五元"),
        one("office", "停车收费从八点开始，每小时五元。", "停车几点开始收费？", "八点"),
        one("office", "停车证由物业办公室发。", "停车证由谁发？", ""),
        one("report", "新建停车位六百个。", "新建停车位多少个？", "六百个"),
        one("report", "停车位收费下调。", "停车位收费怎么变？", "下调"),
    ]
    made = [(e.group, e.question, e.passage, e.end > e.start) for e in on_written(asked)]
    assert ("written-wrong", "停车几点开始收费？", "停车每小时收费五元。", False) in made
    assert ("written-wrong", "停车一小时收多少钱？", "停车收费从八点开始，每小时五元。", False) not in made
    assert [group for group, *_ in made if group.startswith("written-report")] == ["written-report"] * 2
    assert ("written-office-none", "停车证由谁发？", "停车证由物业办公室发。", False) in made
    wrong = {(question, passage) for group, question, passage, _ in made if group == "written-wrong"}
    assert {question for question, _ in wrong} <= {"停车一小时收多少钱？", "停车几点开始收费？"}


def test_passages_that_are_missing_leave_their_questions_out(tmp_path: Path) -> None:
    (tmp_path / written.STATUTES).parent.mkdir(parents=True)
    (tmp_path / written.STATUTES).write_text("[]", encoding="utf-8")
    assert {one.kind for one in written.load(tmp_path, [])} == {"office"}
    assert not list(written.on_whole_reports([]))
