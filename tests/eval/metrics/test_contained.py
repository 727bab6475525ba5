"""Whether a text contains an answer, with numbers only as whole numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.metrics.contained import contained

HAN = st.text(alphabet="收入增长达到的是了", max_size=6)
DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=4)
MIXED = st.text(alphabet="收入年0123. ,-−–%亿万aB（）０，", max_size=16)


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("2022年收入为5.8亿元。", "5.8亿元"),
        ("收入５．８億元", "5.8亿元"),
        ("GDP増長", "gdp"),
        ("北京 大学", "北京大学"),
        ("共1,234,567人", "1234567人"),
        ("共1234567人", "1,234,567人"),
        ("增长-3%", "-3%"),
        ("增长−3%", "-3%"),  # U+2212
        ("增长3-5%", "5%"),
        ("增长3—5%", "5%"),
        ("增长3%-5%", "5%"),
        ("增长3%–5%", "5%"),
        ("2019年-2020年", "2020年"),
        ("10万公里-20万公里", "20万公里"),
        ("3-5%", "3-5%"),
        ("F-16战机", "16"),
        ("——3%的增长", "3%"),
        ("共有15.", "15"),
        ("10亿元", "10亿"),
        ("占83.4%", "83.4"),
        ("零\u200b售额", "零售额"),
        ("5月11日,12日", "12日"),
        ("- 3个问题", "3个"),  # the mark of a list, not a sign
    ],
)
def test_contains(text: str, reference: str) -> None:
    assert contained(text, [reference])


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("15.8亿元", "5.8亿元"),
        ("15.8亿元", "8亿元"),
        ("3.2%", "2%"),
        ("3.25", "3.2"),
        ("3.2", "3"),
        ("3.2.1节", "3.2"),
        ("11月", "1月"),
        ("1,234", "234"),
        ("1,234", "1"),
        ("增长-3%", "3%"),
        ("2022年增长-3%", "3%"),
        ("2022年 -3%", "3%"),
        ("增长−3%", "3%"),
        ("温度为-3℃", "3℃"),
        ("3%-5%", "-5%"),
        ("3%", "-3%"),
        ("±3%", "3%"),
        ("3亿", "3"),
        ("10万亿元", "10万"),
        ("2022 300", "2022300"),
        ("15. 8", "15.8"),
        ("北京", "北京大学"),
        ("", "北京"),
        ("北京", ""),
        ("北京", " \u200b"),
    ],
)
def test_does_not_contain(text: str, reference: str) -> None:
    assert not contained(text, [reference])


def test_any_reference_will_do_and_none_never_does() -> None:
    assert contained("北京大学", ["清华", "北京"])
    assert not contained("北京大学", [])
    assert not contained("北京大学", ["", "清华"])


@settings(deadline=None)  # the first example loads OpenCC
@given(MIXED)
def test_a_text_contains_itself(text: str) -> None:
    assert contained(text, [text]) == bool(text.strip())


@settings(deadline=None)  # the first example loads OpenCC
@given(HAN, MIXED, HAN)
def test_words_around_it_change_nothing_but_a_number_s_edges(before: str, inner: str, after: str) -> None:
    """Behind characters that are no part of a number, a text still contains what it held."""
    if inner.strip() and before and after:
        assert contained(f"{before}（{inner}）{after}", [inner])


@settings(deadline=None)  # the first example loads OpenCC
@given(HAN, DIGITS, DIGITS, HAN)
def test_a_longer_number_is_another_number(before: str, number: str, more: str, after: str) -> None:
    assert contained(f"{before}{number}{after}", [number])
    for longer in (number + more, more + number):
        # "1" is in "11" as a string; only the whole number counts, and there is only one in the text.
        assert not contained(f"{before}{longer}{after}", [number])
        assert contained(f"{before}{longer}{after}", [longer])


@settings(deadline=None)  # the first example loads OpenCC
@given(st.integers(0, 10**10), HAN)
def test_thousands_separators_do_not_matter(number: int, unit: str) -> None:
    plain, separated = f"达到{number}{unit}", f"达到{number:,}{unit}"
    assert contained(plain, [f"{number:,}{unit}"])
    assert contained(separated, [f"{number}{unit}"])


@settings(deadline=None)  # the first example loads OpenCC
@given(MIXED, st.lists(MIXED, max_size=3))
def test_references_count_one_by_one(text: str, references: list[str]) -> None:
    assert contained(text, references) == any(contained(text, [reference]) for reference in references)
