"""Year and place in ranking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings import Embedder
from qa import Library
from qa.period import Agreement, Verdict, asked
from qa.retriever.circumstance import About, bonus, rerank
from qa.types import Hit, Passage

YEARS = (2015, 2016, 2017, 2018)
PLACES = ("青山区", "洪山区")


def report(year: int, place: str) -> str:
    return (
        f"# {year}年{place}政府工作报告\n\n## 一、{year - 1}年工作回顾\n\n"
        f"地区生产总值增长{year % 10}.1%。一般公共预算收入完成{year % 100}.5亿元，新建学校{year % 10}所。\n\n"
        f"## 二、{year}年工作安排\n\n"
        f"地区生产总值预期增长{year % 10}.9%左右。一般公共预算收入增长{year % 10 + 1}%，再建学校{year % 10 + 2}所。\n"
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("reports"), model=embedder) as opened:
        for place in PLACES:
            for year in YEARS:
                opened.add_bytes(report(year, place).encode(), f"{year}{place}.md")
        opened.add_bytes("# 图书馆\n\n图书馆每周一闭馆，其余各日上午九时开放。".encode(), "library.md")
        yield opened


def first(library: Library, question: str) -> tuple[str, str]:
    hit = library.search(question, 1)[0]
    return hit.title, hit.passage.heading_path[-1] if hit.passage.heading_path else ""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("year", YEARS[:-1])
def test_an_achieved_figure_comes_from_the_next_years_report(library: Library, year: int, place: str) -> None:
    title, heading = first(library, f"{place}{year}年地区生产总值增长了多少？")
    assert (title, heading) == (f"{year + 1}年{place}政府工作报告", f"一、{year}年工作回顾")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("year", YEARS)
def test_a_target_comes_from_the_years_own_report(library: Library, year: int, place: str) -> None:
    title, heading = first(library, f"{year}年{place}地区生产总值的增长目标是多少？")
    assert (title, heading) == (f"{year}年{place}政府工作报告", f"二、{year}年工作安排")


def test_relative_years_are_counted_from_each_document(library: Library) -> None:
    one = next(d for d in library.documents() if d.title == "2016年洪山区政府工作报告")
    for question, heading in (
        ("去年新建学校多少所？", "一、2015年工作回顾"),
        ("今年再建学校多少所？", "二、2016年工作安排"),
    ):
        hit = library.search(question, 1, documents=one.id)[0]
        assert hit.passage.heading_path[-1] == heading


@pytest.mark.parametrize("question", ["地区生产总值增长多少？", "新建学校几所", "图书馆什么时候闭馆", "目标是什么"])
def test_questions_without_year_and_place_are_ranked_by_the_fused_score(library: Library, question: str) -> None:
    assert not asked(question).any
    hits = library.search(question, 20)
    fused = library._retriever.fused(question, 60).scores[:20]
    assert [(h.passage.id, h.score) for h in hits] == fused


def test_a_year_that_no_document_has_hides_nothing(library: Library) -> None:
    total = sum(library.passage_counts().values())
    assert len(library.search("1999年图书馆什么时候闭馆", total)) == total
    assert library.search("1999年图书馆什么时候闭馆", 1)[0].title == "图书馆"


def test_hits_bear_their_documents_title_and_date(library: Library) -> None:
    hit = library.search("2017年青山区地区生产总值的增长目标是多少？", 1)[0]
    document = library.document(hit.passage.document_id)
    assert (hit.title, hit.date, hit.organisation) == (document.title, document.date, document.organisation)
    assert hit.position is not None
    assert 0 <= hit.position < 1
    assert hit.to_dict()["title"] == document.title
    assert hit.to_dict()["date"] == document.date


def test_old_hits_need_no_title() -> None:
    hit = Hit(Passage(1, "d", 0, 0, 2, "文本"), 0.5)
    assert (hit.title, hit.date, hit.organisation, hit.position) == ("", None, None, None)


VERDICTS = st.sampled_from(list(Verdict))


@given(VERDICTS, VERDICTS, VERDICTS)
def test_agreement_never_counts_against(period: Verdict, aspect: Verdict, place: Verdict) -> None:
    better = {Verdict.MISMATCH: Verdict.UNKNOWN, Verdict.UNKNOWN: Verdict.MATCH, Verdict.MATCH: Verdict.MATCH}
    base = bonus(Agreement(period, aspect, place))
    assert bonus(Agreement(better[period], aspect, place)) >= base
    assert bonus(Agreement(period, better[aspect], place)) >= base
    assert bonus(Agreement(period, aspect, better[place])) >= base
    assert bonus(Agreement()) == 0


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(-99, 99).map(lambda n: n / 100)),
        unique_by=lambda t: t[0],
        max_size=12,
    )
)
def test_reranking_keeps_every_candidate_and_the_order_of_those_alike(scores: list[tuple[int, float]]) -> None:
    fused = sorted(scores, key=lambda item: (-item[1], item[0]))
    passages = {i: Passage(i, "d", i, i, i + 1, "增长8%。", ("一、2017年工作回顾",)) for i, _ in fused}
    abouts = {"d": About("2018年青山区政府工作报告", "2018-01-05", None, 100)}
    ranked = rerank(fused, asked("青山区2017年增长多少"), passages, abouts)
    assert [i for i, _ in ranked] == [i for i, _ in fused]
    assert rerank(fused, asked("增长多少"), passages, abouts) == fused


def test_the_store_tells_of_documents_without_their_texts(library: Library, tmp_path: Path) -> None:
    for document in library.documents():
        about = library._store.about([document.id])[document.id]
        assert (about.title, about.date, about.organisation) == (document.title, document.date, document.organisation)
        assert 0 < about.extent <= len(document.text)
    assert library._store.about(["unknown"]) == {}
