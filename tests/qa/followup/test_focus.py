"""A follow-up is first asked of the documents from which the question before it was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from embeddings import Embedder
from qa import Answer, Library, Turn, ask
from qa.followup import documents_meant, understood

REPORT = """{town}政府工作报告

{year}年1月12日

一、{before}年工作回顾

{before}年，全镇粮食产量{grain}万吨，种植蔬菜{vegetables}亩。办理群众来信{letters}件。

二、{year}年工作安排

{year}年，粮食产量的目标是{target}万吨。
"""


class Given:
    """An earlier answer, from one document."""

    def __init__(self, document: str, text: str = "3.2亿元") -> None:
        self.text, self.abstained, self.cited_documents = text, not document, (document,) if document else ()


def never(question: str, before: Sequence[str | Turn]) -> Answer:
    raise AssertionError("the answer is known")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("focus"), model=embedder) as opened:
        towns = [("青石镇", 2023, 6.1, 830, 41, 6.4), ("白水镇", 2025, 9.7, 1260, 58, 9.9)]
        for town, year, grain, vegetables, letters, target in towns:
            text = REPORT.format(
                town=town,
                year=year,
                before=year - 1,
                grain=grain,
                vegetables=vegetables,
                letters=letters,
                target=target,
            )
            opened.add_bytes(text.encode(), f"{town}.txt")
        yield opened


@pytest.mark.parametrize("town", ["青石镇", "白水镇"])
@pytest.mark.parametrize("kept", [True, False], ids=["answers kept", "questions alone"])
def test_what_follows_is_answered_from_the_same_report(library: Library, town: str, kept: bool) -> None:
    year = {"青石镇": 2022, "白水镇": 2024}[town]
    first = f"{town}{year}年的粮食产量是多少？"
    answer = ask(first, library=library)
    assert answer.citations[0].document.title.startswith(town)
    history = [Turn(first, answer)] if kept else [first]
    following = ask("那今年的目标呢？", library=library, history=history)
    assert {"青石镇": "6.4", "白水镇": "9.9"}[town] in following.text
    assert following.cited_documents == answer.cited_documents


def test_a_filter_goes_before_it(library: Library) -> None:
    first = ask("青石镇2022年的粮食产量是多少？", library=library)
    (other,) = (d.id for d in library.documents() if d.id not in first.cited_documents)
    answer = ask("那今年的目标呢？", library=library, history=[Turn(first.question, first)], documents=[other])
    assert set(answer.cited_documents) <= {other}


def test_what_it_does_not_answer_is_asked_of_all(library: Library) -> None:
    only = (
        library.add_bytes("黑土镇公告\n\n黑土镇的粮食产量是4.5万吨。\n".encode(), "公告.txt").additions[0].document_id
    )
    try:
        first = ask("黑土镇的粮食产量是多少？", library=library)
        assert first.cited_documents == (only,)
        following = ask("办理了多少件群众来信？", library=library, history=[Turn(first.question, first)])
        assert only not in following.cited_documents
    finally:
        library.remove(str(only))


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("增长了多少？", ("a",)),
        ("那今年的目标呢？", ("a",)),
        ("2024年呢？", ()),  # another year may be told of in another report
        ("山西省呢？", ()),
        ("青石大桥全长多少米？", ()),  # leans on nothing
    ],
)
def test_a_year_or_a_place_of_its_own_asks_all(question: str, meant: tuple[str, ...]) -> None:
    history = [Turn("2022年财政收入是多少？", Given("a")), "谢谢"]
    assert documents_meant(understood(question, history), history, never) == meant


def test_nothing_is_meant_after_an_abstention() -> None:
    history = [Turn("2022年财政收入是多少？", Given(""))]
    assert documents_meant(understood("增长了多少？", history), history, never) == ()
