"""Numbers that documents go by: 国发〔2023〕1号, 国务院令第714号, 公告2023年第1号, （2023）青01民终1234号.

They are written in many ways, with [ ] 【】 （） or ﹝﹞ for 〔〕, with spaces, in letters of full width, in numerals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from qa.text.normalise import searchable
from qa.text.numerals import numeral_value

_HAN = "\u4e00-\u9fff"
_OPEN, _CLOSE = "〔[［【（(﹝〖", "〕]］】）)﹞〗"
_DIGIT = "0-9０-９"
_NUMERAL = "〇零○一二三四五六七八九十百千"
_YEAR = rf"(?:[12１２]\s*[{_DIGIT}]\s*[{_DIGIT}]\s*[{_DIGIT}]|[一二][〇零○一二三四五六七八九]{{3}})"
_BRACKETED = rf"[{re.escape(_OPEN)}]\s*{_YEAR}\s*年?\s*[{re.escape(_CLOSE)}]"
_ORDINAL = rf"第?\s*(?:[{_DIGIT}][{_DIGIT}\s]{{0,8}}|[{_NUMERAL}]{{1,8}})\s*"
_TEXT = rf"(?:[{_HAN}A-Za-z]|(?<=[{_HAN}])\s(?=[{_HAN}]))"

NUMBER = re.compile(
    # 国发〔2023〕1号, 青水务会纪〔2024〕第12期; without letters before it, the number of a series
    rf"(?:[{_HAN}A-Za-z]{{1,20}}[{_HAN}]?\s?)?{_BRACKETED}\s*{_ORDINAL}[号號期]"
    # （2023）青01民终1234号, （2023）租字第018号
    rf"|{_BRACKETED}\s*{_TEXT}{{1,6}}[{_DIGIT}]{{0,6}}{_TEXT}{{0,10}}{_ORDINAL}[号號](?:之[{_NUMERAL}{_DIGIT}]{{1,2}})?"
    # 国务院令第714号, 中华人民共和国主席令（第十三号）
    rf"|[{_HAN}]{{2,40}}(?:令|公告|通告)\s*[（(〔]?\s*(?:{_YEAR}\s*年\s*)?{_ORDINAL}[号號]\s*[）)〕]?"
)
"""A document's number where it is written by itself; in running text its beginning cannot be told."""

_SPACE = re.compile(r"\s+")
_TO_OPEN = str.maketrans(dict.fromkeys(_OPEN, "〔") | dict.fromkeys(_CLOSE, "〕"))
_ORDER = re.compile(r"第?([0-9]+)号令")
_NUMBERED = re.compile(r"第?([0-9]+)([号期])")
_IN_NUMERALS = re.compile(rf"(?<=[第〔〕令告])[{_NUMERAL}]+(?=[号期年〕])|[一二][〇零○一二三四五六七八九]{{3}}(?=年)")


def written(text: str) -> str:
    """A number as it is kept and shown: 〔〕 around the year, digits of half width, no spaces.

    Numbers of courts keep their round brackets, and one of another pattern keeps its own signs.
    """
    plain = _SPACE.sub("", "".join(_narrow(c) for c in text))
    head = re.match(rf"[{re.escape(_OPEN)}]({_YEAR})年?[{re.escape(_CLOSE)}](?=[{_HAN}A-Za-z]{{1,6}}[^期]*号)", plain)
    if head is not None and not plain[head.end() :].startswith("第"):
        return f"（{head[1]}）{plain[head.end() :]}"
    year = re.search(rf"[{re.escape(_OPEN)}]({_YEAR})年?[{re.escape(_CLOSE)}]", plain)
    if year is not None:
        return f"{plain[: year.start()]}〔{year[1]}〕{plain[year.end() :]}"
    return re.sub(r"[（(〔]((?:第|[12][0-9]{3}年).*号)[）)〕]$", r"\1", plain)


def key(text: str) -> str:
    """What two ways to write one number have in common."""
    folded = _SPACE.sub("", searchable(text)).translate(_TO_OPEN)
    folded = _IN_NUMERALS.sub(lambda match: str(numeral_value(match.group())), folded)
    folded = re.sub(r"〔([12][0-9]{3})年〕", r"〔\1〕", folded)
    folded = _ORDER.sub(r"令\1号", folded)
    folded = _NUMBERED.sub(lambda match: f"{int(match[1])}{match[2]}", folded)
    return re.sub(r"(?<=[令告])〔(.+?号)〕", r"\1", folded)


def named(question: str, numbers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[str]:
    """Which documents a question names by their numbers; ``numbers`` are pairs of id and number.

    Where one number is a part of another that the question has in the same place, the longer one is meant.
    """
    asked = key(question)
    found: list[tuple[int, int, str]] = []
    for identifier, number in numbers.items() if isinstance(numbers, Mapping) else numbers:
        wanted = key(number)
        at = asked.find(wanted) if len(wanted) > 2 else -1
        while at >= 0:
            if not (_is_latin(wanted[0]) and _is_latin(asked[:at][-1:])):
                found.append((at, at + len(wanted), identifier))
            at = asked.find(wanted, at + 1)
    return list(
        dict.fromkeys(
            identifier
            for start, end, identifier in found
            if not any(a <= start and end <= b and (a, b) != (start, end) for a, b, _ in found)
        )
    )


def may_name(question: str) -> bool:
    """Whether a question has what every number has: digits or numerals."""
    return re.search(rf"[{_DIGIT}{_NUMERAL}]", question) is not None


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _narrow(char: str) -> str:
    return chr(ord(char) - 0xFEE0) if "０" <= char <= "９" or ("Ａ" <= char <= "ｚ" and char not in "［］") else char
