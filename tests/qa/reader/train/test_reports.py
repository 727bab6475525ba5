"""Questions made by rule: their answers stand where they are said to, and what has none has none."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from embeddings.default_model import ensure_default_model
from qa.documents import parse
from qa.period import Aspect
from qa.reader.tokens import load_tokenizer, tokenise
from qa.reader.train import corpus, squad
from qa.reader.train.examples import on_reports, on_wrong_paragraphs, restates
from qa.reader.train.material import gather
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
    passages = list({id(fact.passage): fact.passage for fact in made}.values())
    examples = list(on_reports(made, passages, random.Random(1)))
    data = gather(examples, lambda text: tokenise(tokenizer, text))
    answered = {*data.members("report-figure"), *data.members("report-list"), *data.members("report-rank")}
    assert answered
    for number, example in enumerate(examples):
        row = data.labelled(number, random.Random(number))
        words = tokenizer.decode(list(row.ids[row.start : row.end + 1])).replace(" ", "")
        if number in answered:
            assert words == example.passage[example.start : example.end]
        elif example.group in ("report-elsewhere", "report-wrong"):
            assert (row.start, row.end) == (0, 0)


def test_held_apart_are_the_trial_set_and_parts_that_share_no_stretch_with_the_rest(shared: Path) -> None:
    paragraphs, questions = squad.load(shared)
    held = squad.held_apart(paragraphs)
    by_source = {s: [h for p, h in zip(paragraphs, held, strict=True) if p.source == s] for s in squad.SOURCES}
    assert all(by_source["trial"])
    assert 0.03 < sum(by_source["cmrc"]) / len(by_source["cmrc"]) < 0.06
    assert 0.1 < sum(by_source["drcd"]) / len(by_source["drcd"]) < 0.15
    for source in ("cmrc", "drcd"):
        sides: tuple[set[str], set[str]] = (set(), set())
        for paragraph, apart in zip(paragraphs, held, strict=True):
            if paragraph.source == source:
                text = paragraph.text
                sides[apart].update(text[i : i + 16] for i in range(len(text) - 15))
        assert not sides[0] & sides[1]
    for question in questions[::50]:
        text = paragraphs[question.paragraph].text
        assert text[question.start : question.end].strip()


def test_wrong_paragraphs_are_found_by_words_and_lack_the_answer() -> None:
    texts = [
        "老城区新建学校12所，学位增加。",
        "开发区新建学校30所，学位增加。",
        "老城区新建学校12所。",
        "粮食产量稳定。",
    ]
    paragraphs = [squad.Paragraph(text, "", "cmrc") for text in texts]
    asked = squad.Asked("老城区新建学校多少所？", 0, texts[0].index("12"), texts[0].index("12") + 3)
    found = list(on_wrong_paragraphs(paragraphs, [asked], range(4)))
    assert [example.passage for example in found] == [texts[1]]
    assert all(example.end == 0 for example in found)


def test_a_statement_that_repeats_the_question_is_told_from_an_answer() -> None:
    assert restates("相传夜刀神是什么？", "相传夜刀神是一条有角的长蛇")
    assert not restates("夜刀神是什么？", "一条有角的长蛇")
    assert not restates("该桥全长多少米？", "全长1268米")
