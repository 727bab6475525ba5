"""Questions made by rule: their answers stand where they are said to, and what has none has none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from embeddings.default_model import ensure_default_model
from qa.documents import parse
from qa.period import Aspect
from qa.reader.tokens import load_tokenizer
from qa.reader.train import corpus, rows, squad, stages
from qa.reader.train.negatives import WordSearch
from qa.reader.train.reports import Fact, ask, elsewhere, facts

REPORT = """2025年临江市政府工作报告

一、2024年工作回顾

全年地区生产总值完成452.6亿元，增长6.1%。一般公共预算收入达到38.4亿元。新建改建农村公路126公里。
建成滨江公园、文化广场、体育公园等12个公园。出台民营经济促进办法。水电装机规模居全省第二位。

二、2025年工作安排

地区生产总值预期增长6%左右。改造老旧小区43个。推进临江大桥、青山隧道、东环快速路等重点工程。
"""


@pytest.fixture(scope="module")
def made() -> list[Fact]:
    document = parse(REPORT.encode(), "2025年临江市政府工作报告.txt")
    return list(facts(corpus.passages([document])))


def answers(made: list[Fact]) -> dict[str, Fact]:
    return {fact.passage.text[fact.start : fact.end]: fact for fact in made}


def test_figures_lists_names_and_ranks_are_seen(made: list[Fact]) -> None:
    found = answers(made)
    assert {"452.6亿元", "38.4亿元", "126公里", "滨江公园、文化广场、体育公园", "民营经济促进办法", "第二位"} <= set(
        found
    )
    assert "地区生产总值" in found["452.6亿元"].wordings[0]
    assert "12" in " ".join(found["滨江公园、文化广场、体育公园"].wordings)


def test_the_year_asked_for_is_the_one_told(made: list[Fact]) -> None:
    found = answers(made)
    asked = {ask(found["126公里"], random.Random(seed)).question for seed in range(60)}
    assert any(question.startswith("2024年") for question in asked)
    assert any("去年" in question or "上年" in question for question in asked)
    assert not any("2025" in question or "今年" in question for question in asked)
    assert found["43个"].told.aspect is Aspect.PLANNED
    planned = {ask(found["43个"], random.Random(seed)).question for seed in range(60)}
    assert not any("2024" in question or "去年" in question for question in planned)


def test_what_is_asked_elsewhere_is_not_told(made: list[Fact]) -> None:
    for fact in made:
        for seed in range(10):
            question = elsewhere(fact, random.Random(seed))
            assert question is None or question not in fact.wordings


def test_a_wrong_decoding_is_no_text() -> None:
    assert corpus.is_text("全年地区生产总值完成452.6亿元，增长6.1%。")
    assert not corpus.is_text("鍏ㄥ勾鍦板尯鐢熶骇鎬诲€煎畬鎴")
    assert not corpus.is_text("2024 GDP")


def test_word_search_finds_what_shares_rare_words() -> None:
    search = WordSearch(["老旧小区改造了43个", "新建农村公路126公里", "粮食产量保持稳定"])
    assert search.search("农村公路新建了多少公里", 2)[0] == 1
    assert search.search("完全无关", 2) == []


def test_rows_hold_the_answer_they_are_labelled_with(made: list[Fact]) -> None:
    tokenizer = load_tokenizer(ensure_default_model())
    maker = stages.Maker(tokenizer, random.Random(1))
    for fact in made:
        passage = fact.passage
        row = maker.answered(fact.wordings[0], passage.above, passage.text, fact.start, fact.end)
        assert row is not None
        words = tokenizer.decode(list(row.ids[row.start : row.end + 1])).replace(" ", "")
        assert words == passage.text[fact.start : fact.end]


def test_held_apart_is_the_trial_set_and_a_part_of_drcd(shared: Path) -> None:
    paragraphs, questions = squad.load(shared)
    held = stages.held_apart(paragraphs)
    by_source = {s: [h for p, h in zip(paragraphs, held, strict=True) if p.source == s] for s in squad.SOURCES}
    assert all(by_source["trial"])
    assert not any(by_source["cmrc"])
    assert 0.1 < sum(by_source["drcd"]) / len(by_source["drcd"]) < 0.15
    for question in questions[::50]:
        text = paragraphs[question.paragraph].text
        assert text[question.start : question.end].strip()


def test_a_window_without_the_answer_touches_none_of_it() -> None:
    tokenizer = load_tokenizer(ensure_default_model())
    text = "全市完成投资。" * 60 + "新建学校12所。" + "全市完成投资。" * 60
    place = text.index("12所")
    maker = stages.Maker(tokenizer, random.Random(2))
    made = [maker.unanswered("新建学校多少所？", "", text, [(place, place + 3)]) for _ in range(12)]
    assert any(made)
    for row in made:
        assert row is None or ("12" not in tokenizer.decode(list(row.ids)) and (row.start, row.end) == (0, 0))
    assert isinstance(rows.gather(row for row in made if row is not None), rows.Rows)
