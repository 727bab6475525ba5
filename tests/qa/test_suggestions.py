"""Suggested questions: each one is answered with its words, and reads well by itself."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from embeddings import Embedder
from eval.samples import directory
from qa import Library, Suggestion, ask, suggested
from qa.drafting import Corpus, in_turn, proposals_of
from qa.drafting.legible import is_legible

HEAD = """# 政府工作报告

——2024年1月25日在青石县第五届人民代表大会第三次会议上

各位代表：现在，我代表县人民政府向大会报告工作。

## 一、2023年工作回顾

"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("suggestions"), model=embedder) as opened:
        opened.add([directory() / name for name in ("report-2023.html", "regulation.txt", "handbook.md")])
        yield opened


def test_what_is_suggested_is_answered_with_those_words(library: Library) -> None:
    found = suggested(library, 6)
    assert len(found) == len({each.question for each in found}) == 6
    assert len({each.document_id for each in found}) > 1
    for each in found:
        answer = ask(each.question, library=library)
        assert (answer.text, answer.abstained, answer.disagreements) == (each.answer, False, ())
        places = {(citation.document.id, citation.passage.id) for citation in answer.citations}
        assert (each.document_id, each.passage_id) in places


def test_the_seed_decides(library: Library) -> None:
    first = suggested(library, 2, seed=1)
    assert suggested(library, 2, seed=1) == first
    assert any(suggested(library, 2, seed=seed) != first for seed in (2, 3))


def test_only_of_the_documents_named(library: Library) -> None:
    rules = next(d.id for d in library.documents() if "管理办法" in d.title)
    found = suggested(library, 2, documents=[rules])
    assert {each.document_id for each in found} == {rules}
    assert suggested(library, 2, documents=["none"]) == suggested(library, 2, documents=[]) == []


def test_near_a_passage_its_own_content_is_asked(library: Library) -> None:
    report = next(d for d in library.documents() if d.title == "政府工作报告")
    passages = library.passages(report.id)
    near = next(p for p in passages if "一般公共预算收入" in p.text)
    found = suggested(library, 2, near=[near])
    assert found
    ordinals = {p.id: p.ordinal for p in passages}
    assert all(abs(ordinals[each.passage_id] - near.ordinal) <= 2 for each in found)
    hits = library.search("试用期的工资是多少？", 3)
    assert {s.document_id for s in suggested(library, 2, near=hits)} <= {h.passage.document_id for h in hits}


def test_no_time_no_documents_nothing_asked_for(library: Library, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert suggested(library, deadline=0) == []
    assert suggested(library, 0) == []
    with Library.open(tmp_path_factory.mktemp("empty")) as empty:
        assert suggested(empty) == []


def test_a_suggestion_is_a_value() -> None:
    assert len({Suggestion("多长？", "d", 1, "3米"), Suggestion("多长？", "d", 1, "3米")}) == 1


def shown(corpus: Corpus) -> list[str]:
    made = [p for statement in in_turn(corpus, random.Random(0)) for p in proposals_of(statement, corpus)]
    return [proposal.question for proposal in made if is_legible(proposal, corpus)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("一般公共预算收入达15.8亿元，增长12.4%。", "2023年一般公共预算收入增长了多少？"),
        ("一般公共预算收入达15.8亿元，粮食总产量38.7万吨。", "2023年粮食总产量是多少？"),
        ("新建公共充电桩1620个。", "2023年新建公共充电桩多少个？"),
        ("打通青石路、桐花巷、南浦街3条断头路。", "2023年打通了哪3条断头路？"),
        ("滨江快速路于11月8日建成通车。", "滨江快速路是什么时候建成通车的？"),
        ("望湖社区党委书记李秀兰坚守岗位。", "望湖社区党委书记是谁？"),
    ],
)
def test_a_question_that_stands_by_itself_is_shown(corpus_of: Callable[..., Corpus], text: str, question: str) -> None:
    assert question in shown(corpus_of(报告_md=HEAD + text))


@pytest.mark.parametrize(
    "text",
    [
        "望澜大桥顺利合龙，大桥全长2.3公里。",
        "支持研究院建设中试基地，总面积2.2万平方米。",
        "科技创新平台120家。",
        "协调解决问题320个。",
        "抓好源头治理、排查调处、集体会商三个环节。",
        "前十大工业企业中传统企业占7家。",
        "公司董事长李秀兰坚守岗位。",
        "城镇居民48524元。",
    ],
)
def test_a_question_that_leans_on_its_document_is_not(corpus_of: Callable[..., Corpus], text: str) -> None:
    assert shown(corpus_of(报告_md=HEAD + text)) == []
