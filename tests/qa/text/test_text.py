"""Folding and cutting of text for search."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text.normalise import fold, searchable, simplify
from qa.text.words import bigrams, words

CHINESE = st.text(alphabet="繁體簡体漢汉財政收入與与０１２３９％，。（）ＡｂCd😀\u0301\u200b𠮷㈱ß \r\n年月日.,%")


@given(st.one_of(CHINESE, st.text()))
def test_folding_keeps_positions_and_folding_again_changes_nothing(text: str) -> None:
    for function in (fold, simplify):
        folded = function(text)
        assert len(folded) == len(text)
        assert function(folded) == folded
        assert [function(c) for c in text] == list(folded)


def test_every_character_folds_to_one_that_stays() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    for function in (fold, simplify):
        once = function(everything)
        assert len(once) == len(everything)
        assert function(once) == once


def test_folds_script_width_and_case() -> None:
    assert fold("財政收入Ａ１２３％") == "财政收入a123%"
    assert simplify("財政收入Ａ") == "财政收入A"
    assert searchable("预\u200b算\ufeff") == "预算"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("完成317.2亿元", "317.2"),
        ("完成３１７．２亿元", "317.2"),
        ("增长3.2%", "3.2%"),
        ("增長３．２％，", "3.2%"),
        ("在2022年里", "2022年"),
        ("在２０２２年里", "2022年"),
        ("共1,080个", "1,080"),
        ("共１，０８０个", "1,080"),
        ("千分之3.5‰", "3.5‰"),
    ],
)
def test_numbers_stay_whole(text: str, whole: str) -> None:
    assert whole in words(text)
    assert whole in bigrams(text)


def test_numbers_in_a_list_are_apart() -> None:
    assert words("2020，2021，2022年") == ["2020", "2021", "2022年", "2022"]
    assert words("增长3.2，5.1") == ["增长", "3.2", "5.1"]
    assert "1080" in words("1,080人")


def test_both_scripts_give_the_same_words() -> None:
    assert words("全年一般公共預算收入增長，財政支出減少") == words("全年一般公共预算收入增长，财政支出减少")
    assert bigrams("圖書館開放時間") == bigrams("图书馆开放时间") == ["图书", "书馆", "馆开", "开放", "放时", "时间"]


def test_long_words_bring_their_parts_and_lone_characters_stay() -> None:
    assert {"公共", "预算"} <= set(words("一般公共预算"))
    assert bigrams("我") == ["我"]
    assert words("？！……") == bigrams("？！……") == []


@given(CHINESE)
def test_pairs_of_any_text_are_folded_and_not_empty(text: str) -> None:
    for piece in bigrams(text):
        assert piece
        assert fold(piece) == piece
