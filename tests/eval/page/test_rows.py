"""Drafts in the table and back, with a person's edits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.drafting import Draft
from eval.page.rows import accepted, chosen, joined
from eval.page.text import EN, ZH
from eval.types import Evidence
from qa import YindaError

BRIDGE = Draft(
    "d1",
    "大桥多长？",
    ("1268米",),
    (Evidence("大桥全长1268米", "公报.txt", 10, 15),),
    "figure",
    passage="大桥全长1268米。",
)
WRONG = Draft(
    "d2", "馆长是谁？", (), (), "feedback", history=("图书馆在哪？",), needs="answer", suggestions=("陈砚秋",)
)
NONE = Draft("d3", "火星人口？", (), (), "unanswerable")
EMPTY = [[False, "", "", "", "", "", "", ""]]


def test_what_is_not_edited_comes_back_as_it_was() -> None:
    drafts, table = joined([], EMPTY, [BRIDGE, NONE])
    assert [row[-1] for row in table] == ["d1", "d3"]
    taken, left = chosen(drafts, accepted(table, True), ZH)
    assert taken == [BRIDGE, NONE]
    assert left == []
    assert chosen(drafts, accepted(table, False), ZH) == ([], accepted(table, False))


def test_edited_rows_stay_when_more_are_proposed() -> None:
    drafts, table = joined([], EMPTY, [BRIDGE])
    table[0][1] = "大桥有多长？"
    drafts, table = joined(drafts, table, [replace(BRIDGE, question="别的"), NONE])
    assert [row[1] for row in table] == ["大桥有多长？", "火星人口？"]
    table[0][0] = "true"  # as a browser may send it
    taken, left = chosen(drafts, table, ZH)
    assert [draft.question for draft in taken] == ["大桥有多长？"]
    assert [row[-1] for row in left] == ["d3"]


def test_an_edited_answer_loses_its_offsets_but_not_its_phrase() -> None:
    drafts, table = joined([], EMPTY, [BRIDGE])
    table[0][:3] = [True, "大桥多长？", "全长1268米 | 1268米"]
    (taken,), _ = chosen(drafts, table, ZH)
    assert taken.answers == ("全长1268米", "1268米")
    assert taken.evidence == (Evidence("大桥全长1268米", "公报.txt"),)
    table[0][2] = ""
    (taken,), _ = chosen(drafts, table, ZH)
    assert (taken.answers, taken.evidence) == ((), ())


def test_a_wrong_answer_needs_the_right_one() -> None:
    drafts, table = joined([], EMPTY, [WRONG])
    with pytest.raises(YindaError, match="还没有答案") as error:
        chosen(drafts, accepted(table, True), ZH)
    assert "陈砚秋" in error.value.hint
    with pytest.raises(YindaError, match="has no answer yet"):
        chosen(drafts, accepted(table, True), EN)
    table[0][2] = "陈砚秋"
    (taken,), _ = chosen(drafts, accepted(table, True), ZH)
    assert (taken.answers, taken.needs, taken.history) == (("陈砚秋",), "", ("图书馆在哪？",))
    table[0][1] = " "
    with pytest.raises(YindaError, match="没有问题"):
        chosen(drafts, accepted(table, True), ZH)


def test_a_bar_within_an_answer_is_no_second_answer() -> None:
    barred = replace(BRIDGE, answers=("甲 | 乙", "丙｜丁"), history=("A|B？",), kind="follow-up")
    drafts, table = joined([], EMPTY, [barred])
    (taken,), _ = chosen(drafts, accepted(table, True), ZH)
    assert taken == barred
    table[0][:3] = [True, "大桥多长？", table[0][2] + "｜戊"]
    (taken,), _ = chosen(drafts, table, ZH)
    assert taken.answers == ("甲 | 乙", "丙｜丁", "戊")
    assert taken.evidence == barred.evidence  # the first answer is where it was
