"""The lexical index against a reference BM25, and its life as a cache."""

from __future__ import annotations

import math
import random
from collections import Counter
from pathlib import Path

import pytest

from qa.retriever.lexical import FORMAT, LexicalEntry, LexicalIndex, LexicalUnreadable
from qa.text.words import bigrams, words

K1, B = 1.2, 0.75
VOCABULARY = [
    "财政",
    "收入",
    "支出",
    "教育",
    "医疗",
    "就业",
    "交通",
    "环境",
    "住房",
    "农业",
    "工业",
    "旅游",
    "文化",
    "科技",
    "能源",
]


def entries(texts: list[str]) -> list[LexicalEntry]:
    return [LexicalEntry(i, f"d{i % 3}", text, "") for i, text in enumerate(texts, 1)]


def bm25(documents: list[list[str]], query: list[str]) -> list[float]:
    """Robertson and Zaragoza 2009, equation 3.15, with Lucene's idf, which is never negative."""
    mean = sum(map(len, documents)) / len(documents)
    counted = [Counter(d) for d in documents]
    out = [0.0] * len(documents)
    for term in query:
        n = sum(term in c for c in counted)
        idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
        for i, c in enumerate(counted):
            norm = 1 - B + B * len(documents[i]) / mean
            out[i] += idf * c[term] * (K1 + 1) / (c[term] + K1 * norm)
    return out


@pytest.mark.parametrize("seed", range(6))
def test_scores_agree_with_a_reference(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    # Lengths below 40 are stored exactly by tantivy, which rounds longer ones.
    texts = ["，".join(chance.choices(VOCABULARY, k=chance.randint(3, 10))) for _ in range(40)]
    index = LexicalIndex(tmp_path)
    index.update((), entries(texts), 1)
    question = "，".join(chance.choices(VOCABULARY, k=3))
    expected = [
        (a + b) / 2
        for a, b in zip(
            bm25([words(t) for t in texts], words(question)),
            bm25([bigrams(t) for t in texts], bigrams(question)),
            strict=True,
        )
    ]
    found = dict(index.search(question, 100))
    assert set(found) == {i for i, score in enumerate(expected, 1) if score > 0}
    for i, score in found.items():
        assert score == pytest.approx(expected[i - 1], rel=1e-4)
    ordered = [score for _, score in index.search(question, 10)]
    assert ordered == sorted(found.values(), reverse=True)[:10]


def test_removed_passages_are_gone_also_after_reopening(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update((), entries(["桥梁工程", "桥梁检测", "学校食堂"]), 5)
    other = LexicalIndex(tmp_path)
    assert {i for i, _ in other.search("桥梁", 9)} == {1, 2}
    index.update([1], [], 6)
    assert {i for i, _ in index.search("桥梁", 9)} == {i for i, _ in other.search("桥梁", 9)} == {2}
    reopened = LexicalIndex(tmp_path)
    assert reopened.change() == 6
    assert reopened.ids() == {2, 3}


def test_adding_the_same_passage_again_changes_nothing(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update((), entries(["桥梁工程"]), 1)
    index.update((), entries(["桥梁工程"]), 2)
    assert len(index.search("桥梁", 9)) == 1


def test_an_indicator_is_found_under_its_other_names(tmp_path: Path) -> None:
    texts = ["全市地区生产总值完成317亿元", "市场总体平稳", "全年降水偏多", "城市面貌一新"]
    index = LexicalIndex(tmp_path)
    index.update((), entries(texts), 1)
    assert index.search("去年GDP多少", 4)[0][0] == 1
    # What has the very words of the question goes before it.
    index.update((), [LexicalEntry(9, "d", "去年GDP完成300亿元", "")], 2)
    assert index.search("去年GDP多少", 4)[0][0] == 9


def test_filter_context_and_nothing_to_look_for(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update((), [LexicalEntry(1, "a", "今年完成三成。", "桥梁工程"), LexicalEntry(2, "b", "桥梁工程。", "")], 1)
    assert [i for i, _ in index.search("桥梁", 9)] == [2, 1]
    assert [i for i, _ in index.search("桥梁", 9, ["a"])] == [1]
    assert index.search("桥梁", 9, []) == index.search("？", 9) == index.search("桥梁", 0) == []


@pytest.mark.parametrize("victim", ["meta.json", ".managed.json", "*.idx", "*.term", "*.store"])
def test_damage_is_named_and_cleared(tmp_path: Path, victim: str) -> None:
    LexicalIndex(tmp_path).update((), entries(["桥梁工程"]), 1)
    for file in (tmp_path / "index").glob(victim):
        file.write_bytes(b"\x07" * file.stat().st_size)
    index = LexicalIndex(tmp_path)
    with pytest.raises(LexicalUnreadable):
        index.search("桥梁", 9)
    index.clear()
    assert index.change() == 0
    index.update((), entries(["桥梁工程"]), 2)
    assert len(index.search("桥梁", 9)) == 1


def test_the_change_number_counts_for_nothing_without_an_index(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    index.update((), entries(["桥梁工程"]), 4)
    (tmp_path / "index" / "meta.json").unlink()
    assert LexicalIndex(tmp_path).change() == 0


def scores(index: LexicalIndex) -> dict[int, float]:
    return {identifier: pytest.approx(score, rel=1e-6) for identifier, score in index.search("财政收入和教育", 40)}


@pytest.mark.parametrize("in_memory", [False, True])
def test_deleted_passages_are_counted_until_all_is_written_anew(tmp_path: Path, in_memory: bool) -> None:
    texts = [f"{a}和{b}" for a in VOCABULARY[:6] for b in VOCABULARY[:5]]
    fresh = LexicalIndex(tmp_path / "fresh")
    fresh.update((), entries(texts)[10:], 1)
    index = LexicalIndex(None if in_memory else tmp_path / "index")
    assert index.in_memory == in_memory
    assert index.change() == 0
    index.update((), entries(texts), 1)
    index.update(range(1, 11), (), 2)
    assert (index.change(), index.ghosts()) == (2, 10)
    assert index.ids() == fresh.ids()
    assert dict(index.search("财政收入和教育", 40)) != scores(
        fresh
    )  # tantivy's statistics; this is why they are counted
    index.update((), entries(texts)[10:], 3, whole=True)
    assert (index.change(), index.ghosts()) == (3, 0)
    assert dict(index.search("财政收入和教育", 40)) == scores(fresh)
    index.clear()
    assert index.change() == 0
    assert index.ids() == set()


def test_a_copy_goes_its_own_way(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "index")
    index.update((), entries(["财政", "教育"]), 5)
    copy = index.copy_to(tmp_path / "copy")
    assert copy.change() == 5
    assert copy.ids() == {1, 2}
    copy.update([1], (), 6)
    assert copy.ids() == {2}
    assert (index.change(), index.ids()) == (5, {1, 2})
    assert LexicalIndex(None).copy_to(tmp_path / "of nothing").change() == 0


@pytest.mark.parametrize("stamp", ["", "\n", "3", "3 x", "3 7 x", "2 7 0", "3 -7", "\xff"])
def test_a_stamp_that_is_none_means_an_index_of_nothing(tmp_path: Path, stamp: str) -> None:
    index = LexicalIndex(tmp_path)
    index.update((), entries(["财政"]), 7)
    assert index.change() == 7
    (tmp_path / "change").write_text(stamp, "latin-1")
    assert index.change() == 0
    (tmp_path / "change").write_text(f"{FORMAT} 7\n", "ascii")  # as it was written before ghosts were counted
    assert (index.change(), index.ghosts()) == (7, 0)
