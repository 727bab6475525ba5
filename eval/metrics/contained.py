"""Whether a text contains a reference answer, as a person would see it: a number only as that whole number.

Yinda's own measure of a right answer. An extractive answer may quote more than the reference ("收入为5.8亿元" for
"5.8亿元"), which exact match punishes, but "15.8亿元" does not contain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from qa.text.normalise import searchable

_THOUSANDS = re.compile(r"(?<![0-9.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
# White space between two numbers keeps them apart ("2022 300"); all other goes.
_SPACE = re.compile(r"(?P<keep>(?<=[0-9.])\s+(?=[0-9.]))|\s+")
_SIGN = re.compile(r"[-−–±](?=[0-9])")
# Code points that stand for no character (Unicode's noncharacters) mark signs while white space is dropped.
_MARKS = {"-": "\ufdd0", "−": "\ufdd0", "–": "\ufdd0", "±": "\ufdd1"}
_PLAIN = str.maketrans("−–\ufdd0\ufdd1", "---±")
# Before a dash: a number with its unit. If that is short, or stands behind the next number too, the dash says "to"
# ("3%-5%", "2019年-2020年", "10万公里-20万公里").
_NUMBER_BEFORE = re.compile(r"[0-9](?P<unit>[^\s0-9,.;:!?、。；：！？()（）]{0,4})$")
_SHORT_UNIT = 2
_NUMBER_AFTER = re.compile(r"[0-9][0-9.]*")
_WORD_BEFORE = re.compile(r"[A-Za-z)\]}）】》”’_\-−–—]$")  # a hyphen ("F-16"), a dash of two ("——3%")
_MAGNITUDES = "十百千万亿兆"
_ENDS_IN_NUMBER = re.compile(rf"[0-9][{_MAGNITUDES}]*$")


def contained(text: str, references: Iterable[str]) -> bool:
    """Whether a reference stands in the text.

    Both are compared without white space (except between two numbers), case, thousands separators and invisible
    characters, in half width and Simplified characters. What begins or ends in a number must stand there as the whole
    number: neither "5.8亿元" in "15.8亿元", "2%" in "3.2%", "3" in "3亿", nor "3%" in "-3%"; a unit after it ("83.4" in
    "83.4%") is only more of the quote. A sign counts when it stands right before the digits and is not the dash of a
    range ("3-5%", "3%—5%") or a hyphen ("F-16"). Empty references never count. Numbers in Chinese characters have no
    such boundaries: "三个" is in "十三个".
    """
    haystack = _Folded(text)
    return any(needle.text and needle.within(haystack) for needle in map(_Folded, references))


class _Folded:
    """A text folded for comparison, and where in it there are signs of numbers."""

    __slots__ = ("signs", "text")

    def __init__(self, text: str) -> None:
        folded = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), searchable(text).strip())
        # Signs are told from dashes while the white space is there ("3 -5" and "3-5"), and marked before it goes.
        marked = _SIGN.sub(lambda dash: _MARKS[dash[0]] if _is_sign(dash) else dash[0], folded)
        packed = _SPACE.sub(lambda space: " " if space["keep"] else "", marked)
        self.signs = {at for at, character in enumerate(packed) if character in _MARKS.values()}
        self.text = packed.translate(_PLAIN)

    def within(self, other: _Folded) -> bool:
        return any(self._fits(other, at) for at in _occurrences(self.text, other.text))

    def _fits(self, other: _Folded, at: int) -> bool:
        text, end = other.text, at + len(self.text)
        first = self.text[0]
        if "0" <= first <= "9" and (at - 1 in other.signs or re.search(r"[0-9]\.?$", text[max(0, at - 2) : at])):
            return False
        if 0 in self.signs and at not in other.signs:
            return False
        if not (number := _ENDS_IN_NUMBER.search(self.text)):
            return True
        if "0" <= number[0][-1] <= "9" and re.match(r"\.?[0-9]", text[end : end + 2]):
            return False
        return text[end : end + 1] not in tuple(_MAGNITUDES)


def _is_sign(dash: re.Match[str]) -> bool:
    before = dash.string[max(0, dash.start() - 5) : dash.start()]
    return not _WORD_BEFORE.search(before) and not _is_range(dash.string, dash.end(), before)


def _is_range(text: str, digits: int, before: str) -> bool:
    """Whether the dash between ``before`` and the number at ``digits`` joins two numbers."""
    first, second = _NUMBER_BEFORE.search(before), _NUMBER_AFTER.match(text, digits)
    if not first or not second:
        return False
    return len(first["unit"]) <= _SHORT_UNIT or text.startswith(first["unit"], second.end())


def _occurrences(needle: str, text: str) -> Iterator[int]:
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)
