"""Typed spans have exact offsets and never cut a figure from its unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.question import Kind
from qa.reader.spans import typed_spans
from qa.text.normalise import fold

FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT, Kind.DATE, Kind.DURATION))


def found(text: str, *kinds: Kind, head: str = "") -> list[str]:
    return [text[s.start : s.end] for s in typed_spans(fold(text), frozenset(kinds), head)]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("总值31.72万亿元", Kind.AMOUNT, ["31.72万亿元"]),
        ("补贴1,080元", Kind.AMOUNT, ["1,080元"]),
        ("绿化1000亩", Kind.AMOUNT, ["1000亩"]),
        ("新增企业１，２００家", Kind.COUNT, ["１，２００家"]),
        ("建成泊位1.2万多个", Kind.COUNT, ["1.2万多个"]),
        ("完成十二项任务", Kind.COUNT, ["十二项"]),
        ("增长3.2%左右", Kind.PERCENT, ["3.2%左右"]),
        ("提高0.5个百分点", Kind.PERCENT, ["0.5个百分点"]),
        ("下降千分之三", Kind.PERCENT, ["千分之三"]),
        ("三分之二的居民", Kind.PERCENT, ["三分之二"]),
        ("于2023年2月24日开幕", Kind.DATE, ["2023年2月24日"]),
        ("2023-02-24发布", Kind.DATE, ["2023-02-24"]),
        ("6月底前完工", Kind.DATE, ["6月底前"]),
        ("上半年开工", Kind.DATE, ["上半年"]),
        ("一九四九年十月一日", Kind.DATE, ["一九四九年十月一日"]),
        ("期限为3个月", Kind.DURATION, ["3个月"]),
        ("根据《劳动法》第三十六条规定", Kind.ARTICLE, ["《劳动法》第三十六条"]),
        ("區長王大明同志", Kind.PERSON, ["王大明"]),
    ],
)  # fmt: skip
def test_spans_of_a_kind(text: str, kind: Kind, expected: list[str]) -> None:
    assert found(text, kind) == expected


def test_quoted_names_and_nouns_with_a_head() -> None:
    assert "“周末会客厅”栏目" in found("开通“周末会客厅”栏目。", Kind.ENTITY, head="栏目")
    assert "《风筝》" in found("出版了《风筝》一书", Kind.ENTITY)


def test_lists_are_whole() -> None:
    text = "我们建成了钢铁、煤炭、光伏等产业。"
    assert any("钢铁、煤炭、光伏等" in s for s in found(text, Kind.LIST))


UNITS = (
    "元",
    "亿元",
    "万元",
    "家",
    "户",
    "个",
    "万吨",
    "平方公里",
    "%",
    "个百分点",
    "人次",
    "亩",
    "公里",
    "亿立方米",
    "万千瓦",
)
NUMBERS = st.one_of(
    st.integers(1, 99999).map(str),
    st.integers(1000, 9999999).map("{:,}".format),
    st.decimals(0, 999, places=2).map(str),
)
FIGURE = st.tuples(NUMBERS, st.sampled_from(UNITS)).map("".join)


@given(st.lists(FIGURE, min_size=1, max_size=4), st.sampled_from(("，增长", "；共投入", "。新建", "，其中出口")))
def test_a_figure_is_never_cut(figures: list[str], between: str) -> None:
    text = "全年完成" + between.join(figures) + "。"
    spans = typed_spans(fold(text), FIGURES)
    position = 0
    for figure in figures:
        start = text.index(figure, position)
        end = position = start + len(figure)
        touching = [s for s in spans if s.start < end and start < s.end]
        assert touching
        assert all(s.start <= start and end <= s.end for s in touching)


@given(st.text(alphabet="0123456789,.年月日%万亿元家个至-十二三第《》“”、等，。增长约以上abc ", max_size=50))
def test_offsets_are_within_the_text_and_no_digit_run_is_split(text: str) -> None:
    for span in typed_spans(fold(text), frozenset(Kind)):
        assert 0 <= span.start < span.end <= len(text)
        if span.kind in FIGURES:
            assert not (text[span.start].isdigit() and text[: span.start][-1:].isdigit())
            assert not (text[span.end - 1].isdigit() and text[span.end : span.end + 1].isdigit())
