"""Search over a Library: scripts, widths, titles, headings, contributions, bad questions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from embeddings import Embedder
from qa import Library, QuestionError

TEXTS = {
    "budget.txt": "全年一般公共预算收入完成317.2亿元。",
    "library.txt": "圖書館每週一閉館，其餘各日上午九時開放。",
    "bridge.md": "# 跨江大桥\n\n## 工程进度\n\n主塔封顶，年底合龙。",
    "sport.txt": "运动会有1,080名选手参加。",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("library"), model=embedder) as opened:
        for name, text in TEXTS.items():
            opened.add_bytes(text.encode(), name)
        yield opened


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("一般公共預算收入是多少", "预算收入"),
        ("图书馆什么时候开放", "圖書館"),
        ("哪里有３１７．２亿元", "317.2"),
        ("1080名选手", "1,080"),
        ("跨江大桥怎么样了", "主塔"),
        ("工程进度如何", "主塔"),
    ],
)
def test_finds_across_scripts_widths_titles_and_headings(library: Library, question: str, found: str) -> None:
    # The title's own line is a passage too, and may stand first.
    first = [hit for hit in library.search(question, 2) if found in hit.passage.text]
    assert first
    assert first[0].lexical is not None


def test_hits_say_what_each_part_contributed(library: Library) -> None:
    hits = library.search("预算收入", 10)
    assert len(hits) == sum(library.passage_counts().values())
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
    assert sorted(h.dense.rank for h in hits if h.dense) == list(range(1, len(hits) + 1))
    assert all(h.dense is not None and -1 <= h.dense.score <= 1 for h in hits)
    assert hits[0].lexical is not None
    assert hits[0].lexical.rank == 1
    assert hits[-1].lexical is None
    assert library.search("预算收入", 1) == hits[:1]


@pytest.mark.parametrize("question", ["", " \n\u3000", "问" * 50_000])
def test_bad_questions_are_refused_in_one_line(library: Library, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        library.search(question)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_k_below_one_is_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="k must be at least 1"):
        library.search("预算", 0)


def test_no_documents_no_hits_and_punctuation_is_no_error(library: Library) -> None:
    assert library.search("预算", documents=[]) == []
    assert library.search("预算", documents=["unknown"]) == []
    assert library.search("？？？", 1)[0].lexical is None


def test_an_empty_library_answers_with_nothing(tmp_path: Path) -> None:
    with Library.open(tmp_path / "new") as empty:
        assert empty.search("预算") == []
        assert empty.documents() == []
        assert empty.problems() == []
