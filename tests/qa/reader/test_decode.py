"""From logits to spans: exact, trimmed, never through a figure or a date."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.default_model import ensure_default_model
from qa.reader.decode import KEPT, spans, trimmed
from qa.reader.engines import WindowLogits
from qa.reader.narrow import to_the_year
from qa.reader.pairs import room, row, windows
from qa.reader.tokens import load_tokenizer, tokenise
from qa.reader.whole import uncut, whole_figures

TEXT = "2024年3月5日，全市一般公共预算收入1,080.5亿元，增长8.5个百分点，新建学校12所，获“先进单位”称号。"


@pytest.mark.parametrize(
    ("cut", "whole"),
    [
        ("2024年3月", "2024年3月5日"),
        ("80.5亿", "1,080.5亿元"),
        ("1,080.5", "1,080.5亿元"),
        ("8.5个", "8.5个百分点"),
        ("12", "12所"),
        ("先进单位”", "“先进单位”"),
        ("“先进单位", "“先进单位”"),
        ("，增长8.5个百分点，", "增长8.5个百分点"),
    ],
)
def test_what_is_cut_grows_whole(cut: str, whole: str) -> None:
    start = TEXT.index(cut)
    a, b = trimmed(TEXT, start, start + len(cut))
    assert TEXT[a:b] == whole


@given(st.integers(0, len(TEXT)), st.integers(0, len(TEXT)))
def test_no_edge_stands_within_a_figure(a: int, b: int) -> None:
    start, end = uncut(TEXT, min(a, b), max(a, b))
    assert start <= min(a, b)
    assert end >= max(a, b)
    for low, high in whole_figures(TEXT):
        assert not low < start < high
        assert not low < end < high


def test_the_best_spans_of_all_windows_without_overlap() -> None:
    text = TEXT * 12
    tokenizer = load_tokenizer(ensure_default_model())
    asked, above, passage = (tokenise(tokenizer, each) for each in ("收入是多少？", "2024年报告", text))
    rows = [row(asked, above, passage, a, b) for a, b in windows(len(passage), room(asked, above))]
    assert len(rows) > 2
    wanted = text.rindex("1,080.5亿元")
    first = max(i for i, start in enumerate(passage.starts) if start <= wanted)
    last = max(i for i, end in enumerate(passage.ends) if end <= wanted + len("1,080.5亿元"))
    read = []
    for each in rows:
        start = np.full(len(each.ids), -5.0, dtype=np.float32)
        end = start.copy()
        start[0] = end[0] = 0.0
        if each.first <= first and last < each.last:
            start[each.offset + first - each.first] = 9.0
            end[each.offset + last - each.first] = 9.0
        read.append(WindowLogits(start, end, 1.0))
    found = spans(text, passage, rows, read)
    assert 1 <= len(found) <= KEPT
    assert (found[0].start, found[0].end) == (wanted, wanted + len("1,080.5亿元"))
    assert found[0].margin == pytest.approx(18.0)
    for i, one in enumerate(found):
        assert all(one.end <= other.start or other.end <= one.start for other in found[i + 1 :])


def test_the_shorter_of_two_close_spans_where_one_thing_is_asked_for() -> None:
    text = "由日本北里大学化学家大村智发现。"
    tokenizer = load_tokenizer(ensure_default_model())
    asked, above, passage = (tokenise(tokenizer, each) for each in ("由谁发现？", "", text))
    shown = row(asked, above, passage, 0, len(passage))
    name = next(i for i, start in enumerate(passage.starts) if start >= text.index("大村智"))
    last = max(i for i, end in enumerate(passage.ends) if end <= text.index("发现"))
    start = np.full(len(shown.ids), -5.0, dtype=np.float32)
    end = start.copy()
    start[shown.offset + 1], start[shown.offset + name], end[shown.offset + last] = 4.1, 4.0, 4.0
    read = [WindowLogits(start, end, 1.0)]
    long, short = (spans(text, passage, [shown], read, brief)[0] for brief in (0.0, 0.5))
    assert short.end - short.start < long.end - long.start
    assert long.margin > short.margin  # the score is told as the model gave it


@pytest.mark.parametrize("cut", ["澜政发〔", "2023", "澜政发", "〕14"])
def test_a_documents_number_is_not_cut(cut: str) -> None:
    text = "由市政府印发，文号为澜政发〔2023〕14号。"
    start, end = uncut(text, text.index(cut), text.index(cut) + len(cut))
    assert text[start:end].endswith("发〔2023〕14号")


@pytest.mark.parametrize(
    ("text", "cut", "whole"),
    [
        ("利润同比增长-3.2%，", "3.2%", "-3.2%"),
        ("最低气温−12℃。", "12℃", "−12℃"),
        ("收入15.8 亿元", "15.8", "15.8 亿元"),
        ("于2023 年 3 月 5 日开工", "3 月", "2023 年 3 月 5 日"),
        ("于二○二三年五月一日", "五月", "二○二三年五月一日"),
        ("补助两千三百元", "两千三百", "两千三百元"),
        ("罚款5千元", "5", "5千元"),
        ("按万分之五收取", "五", "万分之五"),
        ("罚款5000—10000元", "5000", "5000—10000元"),
        ("每户3—5万元", "3", "3—5万元"),
        ("增长5%-6%", "5%", "5%-6%"),
        ("在2016—2020年间", "2016", "2016—2020年"),
        ("上午9:30开会", "9", "9:30"),
        ("每吨120元/吨", "120元", "120元/吨"),
        ("装机500MW。", "500", "500MW"),
        ("沿G312国道", "312", "312"),
        ("位于A区-3栋", "3栋", "3栋"),
        ("用电35千瓦时。", "35", "35千瓦时"),
        ("人均GDP89358元", "89358", "89358元"),
        # Nothing is taken that is no part of it.
        ("由800元/月提高到900元", "800元/月", "800元/月"),
        ("共3人/组长李明", "3人", "3人"),
        ("收入\n35.2\n支出", "35.2", "35.2"),
        ("收入 35.2 支出", "35.2", "35.2"),
        ("学生数\n320\n年份", "320", "320"),
        ("交押金-3000元", "3000元", "3000元"),
        ("3000元+10%提成", "10%", "10%"),
        ("增长8.2%——5年来最快", "8.2%", "8.2%"),
    ],
)
def test_signs_ranges_and_words_belong_to_a_figure(text: str, cut: str, whole: str) -> None:
    start = text.rindex(cut)
    low, high = uncut(text, start, start + len(cut))
    assert text[low:high] == whole


@pytest.mark.parametrize(("year", "answer"), [(False, "1926年3月18日"), (True, "1926年")])
def test_where_a_year_is_asked_for_the_date_ends_with_it(year: bool, answer: str) -> None:
    text = "1926年3月18日，他被迫下野。"
    tokenizer = load_tokenizer(ensure_default_model())
    asked, above, passage = (tokenise(tokenizer, each) for each in ("何时下野？", "", text))
    shown = row(asked, above, passage, 0, len(passage))
    start = np.full(len(shown.ids), -5.0, dtype=np.float32)
    end = start.copy()
    # The model says 1926年3月: half a date, which is either all of it, or the year.
    start[shown.offset + next(i for i, e in enumerate(passage.ends) if e > 0)] = 4.0
    end[shown.offset + next(i for i, e in enumerate(passage.ends) if e >= text.index("月") + 1)] = 4.0
    found = spans(text, passage, [shown], [WindowLogits(start, end, 1.0)], 0.0, to_the_year if year else None)[0]
    assert text[found.start : found.end] == answer
