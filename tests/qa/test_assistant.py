"""``ask``: exact citations on the sample documents, and how answers are chosen from what a reader gives."""

from __future__ import annotations

import asyncio
import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from embeddings import Embedder
from eval.samples import directory, questions
from qa import Hit, Library, LibraryError, QuestionError, Turn, ask, ask_async, ask_in_stages, ask_many
from qa.assistant import _answer_key, says_the_same
from qa.reader.base import Candidate

ASKED = [json.loads(line) for line in questions().read_text("utf-8").splitlines()]


class Finder:
    """Reads out every occurrence of the given texts, each with its confidence."""

    name = "finder"
    threshold = 0.5

    def __init__(self, **confidences: float) -> None:
        self.confidences = confidences

    def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        found = []
        for hit in hits:
            for text, confidence in self.confidences.items():
                at = hit.passage.text.find(text)
                if at >= 0:
                    start = hit.passage.start + at
                    found.append(Candidate(hit, start, start + len(text), text, confidence))
        return found


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("samples"), model=embedder) as library:
        assert library.add(directory() / "report-2023.html").added
        yield library


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("small"), model=embedder) as library:
        library.add_bytes("大桥全长1,080米。".encode(), "a.txt")
        library.add_bytes("新闻：大桥全长１０８０米。".encode(), "b.txt")
        library.add_bytes("大桥全长-1080米（误）。".encode(), "c.txt")
        yield library


def test_every_citation_is_an_exact_piece(samples: Library) -> None:
    for row in ASKED[:: len(ASKED) // 12][:12]:
        answer = ask(row["question"], library=samples, history=row.get("history", ()))
        assert 0 <= answer.confidence <= 1
        assert answer.abstained == (not answer.citations) == (answer.text == "")
        for citation in (*answer.citations, *(a.citation for a in (*answer.disagreements, *answer.alternatives))):
            document, passage = citation.document, citation.passage
            assert document == samples.document(document.id)
            assert document.text[citation.start : citation.end] == citation.quote != ""
            assert passage.start <= citation.start < citation.end <= passage.end
        if answer.citations:
            quotes = list(dict.fromkeys(_answer_key(c.quote) for c in answer.citations))
            assert [_answer_key(part) for part in answer.text.split("；")] == quotes or answer.text in (
                c.quote for c in answer.citations
            )
        assert pickle.loads(pickle.dumps(answer)) == answer
        assert json.loads(json.dumps(answer.to_dict(), ensure_ascii=False))["question"] == answer.question
        assert answer.timings["total"] >= max(v for k, v in answer.timings.items() if k != "total")


def test_equal_answers_are_one_with_several_citations(small: Library) -> None:
    reader = Finder(**{"1,080米": 0.9, "１０８０米": 0.8, "-1080米": 0.6})
    answer = ask("大桥多长？", library=small, reader=reader)
    assert answer.text == "1,080米"
    assert [c.quote for c in answer.citations] == ["1,080米", "１０８０米"]
    assert len({c.document.id for c in answer.citations}) == 2
    assert [(a.text, a.citation.document.title) for a in answer.disagreements] == [("-1080米", "c")]
    assert answer.alternatives == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1,080", "１０８０", True),
        ("《江上灯火》", "江上灯火", True),
        ("2022 年", "2022年", True),
        ("財政收入", "财政收入。", True),
        ("3.2%", "32%", False),
        ("-3%", "3%", False),
        ("3‰", "3", False),
        ("3-5天", "35天", False),
        ("1:10", "110", False),
        ("25℃", "25", False),
        ("C++", "C", False),
        ("《》", "（）", False),
    ],
)
def test_which_answers_are_the_same(one: str, other: str, same: bool) -> None:
    assert (_answer_key(one) == _answer_key(other)) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("6%", "6%左右", True),
        ("增长６%", "6%", True),
        ("县长范永星", "范永星", True),
        ("15.8亿元", "5.8亿元", False),
        ("-3%", "3%", False),
        ("15", "15万", False),
        ("3天", "3-5天", False),
        ("2023年", "2022年", False),
        ("五日内", "十五日内", False),
        ("三十元", "二百三十元", False),
        ("三十元", "三十元以下", True),
    ],
)
def test_more_words_say_the_same_and_a_part_of_a_number_does_not(one: str, other: str, same: bool) -> None:
    assert says_the_same(one, other) is says_the_same(other, one) is same


def test_below_the_readers_threshold_there_is_no_answer(small: Library) -> None:
    answer = ask("大桥多长？", library=small, reader=Finder(大桥=0.49))
    assert answer.abstained
    assert (answer.text, answer.citations, answer.confidence) == ("", (), 0.49)
    assert [a.text for a in answer.alternatives] == ["大桥"]
    assert len(answer.nearest) == 3


def test_the_person_decides_how_sure_an_answer_has_to_be(small: Library) -> None:
    reader = Finder(大桥=0.49)
    assert ask("大桥多长？", library=small, reader=reader, min_confidence=0.4).text == "大桥"
    assert ask("大桥多长？", library=small, reader=reader, min_confidence=0.0).text == "大桥"
    assert ask("大桥多长？", library=small, reader=reader, min_confidence=0.5).abstained
    assert ask("大桥多长？", library=small, reader=Finder(大桥=0.9), min_confidence=0.95).abstained
    with pytest.raises(QuestionError, match="between 0 and 1"):
        ask("大桥多长？", library=small, min_confidence=1.5)


def test_the_same_words_that_are_far_less_sure_are_not_cited(small: Library) -> None:
    reader = Finder(**{"1,080米": 0.9, "１０８０米": 0.2})
    answer = ask("大桥多长？", library=small, reader=reader)
    assert [c.quote for c in answer.citations] == ["1,080米"]


def test_several_things_are_all_given_each_cited(tmp_path: Path, embedder: Embedder) -> None:
    with Library.open(tmp_path, model=embedder) as library:
        library.add_bytes("建成青云街。又改造文昌街，另有一条未定。".encode(), "a.txt")
        reader = Finder(文昌街=0.8, 青云街=0.7, 未定=0.2)
        answer = ask("建成和改造了哪些街？", library=library, reader=reader)
        assert answer.text == "青云街；文昌街"
        assert [c.quote for c in answer.citations] == ["青云街", "文昌街"]
        assert [a.text for a in answer.alternatives] == ["未定"]
        assert ask("改造了哪条街？", library=library, reader=reader).text == "文昌街"


BULLETIN = """{place}统计公报

发布时间：{issued}-03-02

{year}年，全县实现地区生产总值{product}亿元，比上年增长{growth}%。粮食总产量{grain}万吨，接待游客{guests}万人次。
"""


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    told = (
        {"year": 2022, "issued": 2023, "product": "186.4", "growth": "6.1", "grain": "38.7", "guests": "520"},
        {"year": 2023, "issued": 2024, "product": "198.9", "growth": "6.7", "grain": "39.2", "guests": "610"},
    )
    with Library.open(tmp_path_factory.mktemp("years"), model=embedder) as library:
        for each in told:
            assert library.add_bytes(BULLETIN.format(place="青石县", **each).encode(), f"{each['year']}.txt").added
        yield library


@pytest.mark.parametrize(
    ("asked", "figures"),
    [
        ("青石县粮食总产量是多少？", {"38.7万吨": "2023-03-02", "39.2万吨": "2024-03-02"}),
        ("接待游客多少人次？", {"520万人次": "2023-03-02", "610万人次": "2024-03-02"}),
        ("地区生产总值增长了多少？", {"6.1%": "2023-03-02", "6.7%": "2024-03-02"}),
    ],
)
def test_two_years_disagree_unless_the_year_is_asked(two_years: Library, asked: str, figures: dict[str, str]) -> None:
    answer = ask(asked, library=two_years)
    both = [(answer.text, answer.citations[0])] + [(a.text, a.citation) for a in answer.disagreements]
    assert {text: citation.document.date for text, citation in both} == figures
    assert not {a.text for a in answer.alternatives} & figures.keys()
    assert [a["text"] for a in answer.to_dict()["disagreements"]] == [a.text for a in answer.disagreements]
    for year, text in zip(("2022", "2023"), figures, strict=True):
        answer = ask(f"{year}年{asked}", library=two_years)
        assert (answer.text, answer.disagreements) == (text, ())


def test_another_places_figure_is_no_disagreement(tmp_path: Path, embedder: Embedder) -> None:
    told = {"year": 2023, "issued": 2024, "growth": "6.7", "guests": "610"}
    with Library.open(tmp_path, model=embedder) as library:
        for place, grain, product in (("青石县", "39.2", "198.9"), ("白石县", "21.4", "93.5")):
            text = BULLETIN.format(place=place, grain=grain, product=product, **told)
            assert library.add_bytes(text.encode(), f"{place}.txt").added
        for place, grain in (("青石县", "39.2万吨"), ("白石县", "21.4万吨")):
            answer = ask(f"{place}粮食总产量是多少？", library=library)
            assert (answer.text, answer.disagreements) == (grain, ())
        assert len(ask("粮食总产量是多少？", library=library).disagreements) == 1


def test_what_is_a_disagreement(tmp_path: Path, embedder: Embedder) -> None:
    with Library.open(tmp_path, model=embedder) as library:
        library.add_bytes("大桥长6米，引桥长7米。".encode(), "a.txt")
        library.add_bytes("大桥长8米，不是9米。".encode(), "b.txt")
        library.add_bytes("都说约长6米。".encode(), "c.txt")

        def said(asked: str = "大桥多长？", least: float | None = None, **read: float) -> tuple[list[str], list[str]]:
            answer = ask(asked, library=library, reader=Finder(**read), min_confidence=least)
            return [a.text for a in answer.disagreements], [a.text for a in answer.alternatives]

        assert said(**{"长6米": 0.9, "8米": 0.6, "9米": 0.55}) == (["8米"], ["9米"])  # one of a document
        assert said(**{"长6米": 0.9, "7米": 0.8}) == ([], ["7米"])  # of the same document
        same = {"大桥长6米": 0.9, "长6米": 0.8}  # in fewer words elsewhere
        assert said(**same, **{"8米": 0.7}) == (["8米"], ["长6米"])
        assert said(**{"长6米": 0.9, "8米": 0.44}) == ([], ["8米"])  # far less sure
        assert said(**{"长6米": 0.6, "8米": 0.4}) == ([], ["8米"])  # below the reader's threshold
        assert said(least=0.3, **{"长6米": 0.6, "8米": 0.4}) == (["8米"], [])
        assert said(**{"长6米": 0.4, "8米": 0.4}) == ([], ["长6米", "8米"])  # not answered
        assert said("为什么说大桥长？", **{"长6米": 0.9, "8米": 0.8}) == ([], ["8米"])
        assert said("大桥有哪些？", **{"长6米": 0.9, "8米": 0.8}) == ([], ["8米"])


def test_filters_leave_nothing_to_read(small: Library) -> None:
    answer = ask("大桥多长？", library=small, documents=[])
    assert answer.abstained
    assert answer.nearest == ()
    assert answer.confidence == 0
    (first, *_) = small.documents()
    only = ask("大桥多长？", library=small, documents=first.id, reader=Finder(大桥=0.9))
    assert {h.passage.document_id for h in only.nearest} == {first.id}


def test_history_as_strings_and_turns(small: Library) -> None:
    reader, earlier = Finder(大桥=0.9), "2022年大桥全长是多少？"
    by_text = ask("2023年呢？", library=small, history=[earlier], reader=reader)
    by_turn = ask("2023年呢？", library=small, history=[Turn(earlier)], reader=reader)
    alone = ask("2023年呢？", library=small, history=earlier, reader=reader)
    assert by_text.question == by_turn.question == alone.question
    assert "大桥" in by_text.question


def test_the_stages_end_in_the_answer_that_ask_gives(small: Library) -> None:
    reader = Finder(**{"1,080米": 0.9})
    first = ask("2022年大桥全长是多少？", library=small, reader=reader)
    history, asked = [Turn(first.question, first)], "那总投资呢？"
    understood, *found, last = ask_in_stages(asked, library=small, history=history, reader=reader)
    given = ask(asked, library=small, history=history, reader=reader)
    assert last.answer is not None
    assert replace(last.answer, timings={}) == replace(given, timings={})
    assert understood.question == given.question
    assert "大桥" in "".join(understood.question[start:end] for start, end in understood.carried)
    assert understood.hits == ()
    assert all(stage.hits and stage.answer is None for stage in found)
    assert found[0].within == (first.citations[0].document.id,)
    assert last.hits == given.nearest


def test_many_async_and_by_path(small: Library) -> None:
    reader = Finder(大桥=0.9)
    some = iter([d.id for d in small.documents()[:1]])
    answers = list(ask_many(["大桥多长？", "哪座桥？"], library=small, reader=reader, documents=some))
    assert [a.question for a in answers] == ["大桥多长？", "哪座桥？"]
    assert not any(a.abstained for a in answers)
    assert asyncio.run(ask_async("大桥多长？", library=small, reader=reader)).text == "大桥"
    assert ask("大桥多长？", library=str(small.folder), reader=reader).text == "大桥"


def test_errors(small: Library, tmp_path: Path) -> None:
    for question in ("", "问" * 50_000):
        with pytest.raises(QuestionError):
            ask(question, library=small)
    with pytest.raises(LibraryError, match="no Library"):
        ask("大桥多长？", library=tmp_path / "none")
