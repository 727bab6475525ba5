"""Numbers of documents: one number in its many ways to be written, and the document that a question names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text.document_number import NUMBER, key, named, written
from qa.text.numerals import numeral_value

BRACKETS = ["〔〕", "[]", "［］", "【】", "（）", "()", "﹝﹞", "〖〗"]
UNITS = ["", "十", "百", "千"]


def numeral(number: int) -> str:
    """1 to 9999 in Chinese numerals."""
    digits = "零一二三四五六七八九"
    out = ""
    for place, digit in zip(range(len(str(number)) - 1, -1, -1), map(int, str(number)), strict=True):
        out += digits[digit] + UNITS[place] if digit else "" if out.endswith("零") else "零"
    return out.rstrip("零")


@given(st.integers(1, 9999))
def test_numerals(number: int) -> None:
    assert numeral_value(numeral(number)) == number == numeral_value(str(number))
    assert numeral_value("".join("〇一二三四五六七八九"[int(d)] for d in f"2{number:03}")) == int(f"2{number:03}")
    assert numeral_value(f"{number}号") is None


wide = str.maketrans("0123456789", "０１２３４５６７８９")


@given(
    st.sampled_from(["国发", "国办发", "青政办字", "法释", "税总函"]),
    st.integers(1949, 2049),
    st.integers(1, 999),
    st.sampled_from(BRACKETS),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "第"]),
)
def test_one_number_however_it_is_written(
    code: str, year: int, number: int, brackets: str, is_wide: bool, spaced: bool, ordinal: str
) -> None:
    text = f"{code}{brackets[0]}{year}{brackets[1]}{ordinal}{number}号"
    text = text.translate(wide) if is_wide else text
    text = text.replace(brackets[1], f"{brackets[1]} ") if spaced else text
    assert NUMBER.fullmatch(text)
    assert written(text) == f"{code}〔{year}〕{ordinal}{number}号"
    assert written(written(text)) == written(text)
    assert key(text) == key(f"{code}〔{year}〕{number}号")
    numbers = {
        "it": f"{code}〔{year}〕{number}号",
        "other": f"{code}〔{year}〕{number}0号",
        "later": f"某{code}〔{year}〕1号",
    }
    assert named(f"请问{text}文件是怎么规定的？", numbers) == ["it"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("国务院令第714号", "国务院第714号令"),
        ("中华人民共和国主席令（第十三号）", "中华人民共和国主席令第13号"),
        ("青石市税务局公告 2023年第1号", "青石市税务局公告2023年第1号"),
        ("（2023）青01民终1234号", "(2023)青01民终 1234 号"),
        ("國發〔2023〕1號", "国发[2023]1号"),
        ("国办发〔二〇二三〕十二号", "国办发〔2023〕12号"),
    ],
)
def test_other_patterns(text: str, same: str) -> None:
    assert key(text) == key(same)


def test_what_a_question_names() -> None:
    numbers = [("a", "国发〔2023〕1号"), ("b", "国办发〔2023〕1号"), ("c", "发〔2023〕1号"), ("d", "QS-2024-0158")]
    assert named("国办发（2023）1号说了什么", numbers) == ["b"]
    assert named("比较国发[2023]1号和国办发[2023]1号", numbers) == ["a", "b"]
    assert named("合同QS-2024-0158的总价是多少", numbers) == ["d"]
    assert named("合同AQS-2024-0158的总价是多少", numbers) == []
    assert named("2023年1号文件", numbers) == []
    assert named("", numbers) == []
