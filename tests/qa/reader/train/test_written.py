"""Questions written by hand: each has its passage, and its answer stands there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.reader.train import corpus, written
from qa.reader.train.prepare import HELD_REPORTS


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
    texts = [{one.text for one, its in zip(asked, apart, strict=True) if its is side} for side in (False, True)]
    assert not texts[0] & texts[1]
    assert 0.08 < sum(apart) / len(apart) < 0.2
    assert not any(one.kind == "report" for one, its in zip(asked, apart, strict=True) if its)


def test_questions_on_whole_reports_are_of_reports_held_apart(shared: Path) -> None:
    passages = corpus.passages(list(corpus.reports(shared)))
    rows = written.WHOLE.read_text(encoding="utf-8").splitlines()
    found = list(written.on_whole_reports([p for p in passages if p.report % HELD_REPORTS == 0]))
    assert len(found) == len(rows)
    assert not list(written.on_whole_reports([p for p in passages if p.report % HELD_REPORTS]))
    by_report = {report: [p.text for p in passages if p.report == report] for _, report, _ in found}
    assert all(any(gold in text for text in by_report[report]) for _, report, gold in found)
    assert 0.3 < sum(not gold for *_, gold in found) / len(found) < 0.6


def test_passages_that_are_missing_leave_their_questions_out(tmp_path: Path) -> None:
    (tmp_path / written.STATUTES).parent.mkdir(parents=True)
    (tmp_path / written.STATUTES).write_text("[]", encoding="utf-8")
    assert {one.kind for one in written.load(tmp_path, [])} == {"office"}
    assert not list(written.on_whole_reports([]))
