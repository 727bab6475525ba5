"""Rows and windows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from qa.reader.pairs import WINDOW, heading, room, row, windows
from qa.reader.tokens import BEGIN, END, Tokens


def tokens(first: int, count: int) -> Tokens:
    return Tokens(tuple(range(first, first + count)), tuple(range(0, 2 * count, 2)), tuple(range(1, 2 * count + 1, 2)))


@given(st.integers(0, 900), st.integers(70, 300))
def test_windows_cover_everything_and_share_their_edges(length: int, size: int) -> None:
    found = list(windows(length, size, 64))
    assert found[0][0] == 0
    assert found[-1][1] == length
    assert all(b - a <= size for a, b in found)
    if size > 128:
        assert all(before[1] - after[0] >= 63 for before, after in pairwise(found))
    else:
        assert all(before[1] > after[0] for before, after in pairwise(found))


@given(st.integers(0, 90), st.integers(0, 70), st.integers(1, 600))
def test_a_row_shows_the_window_where_it_says(question: int, above: int, passage: int) -> None:
    asked, head, text = tokens(1000, question), tokens(2000, above), tokens(3000, passage)
    space = room(asked, head)
    for first, last in windows(len(text), space):
        made = row(asked, head, text, first, last)
        assert made.ids[made.offset : made.offset + last - first] == text.ids[first:last]
        assert len(made.ids) <= WINDOW
        assert made.ids[0] == BEGIN
        assert made.ids[-1] == END


def test_the_heading_names_period_title_and_the_innermost_headings() -> None:
    assert heading("2025年报告", ("一、回顾", "（一）经济", "1.工业"), "2024年完成情况") == (
        "2024年完成情况 › 2025年报告 › （一）经济 › 1.工业"
    )
    assert heading("", ()) == ""
