"""Whole numbers as documents write them: 12, １２, 十二, 一百二十, 二〇二三."""

from __future__ import annotations

_DIGITS = {
    c: d for d, same in enumerate(("〇零○", "一", "二两", "三", "四", "五", "六", "七", "八", "九")) for c in same
}
_UNITS = {"十": 10, "百": 100, "千": 1000}


def numeral_value(text: str) -> int | None:
    """The value; None for what is no number of these kinds.

    >>> numeral_value("一百零五"), numeral_value("二〇二三"), numeral_value("十二"), numeral_value("1２")
    (105, 2023, 12, 12)
    """
    if text.isdecimal():
        return int(text)
    if not text or any(c not in _UNITS and c not in _DIGITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total, digit = 0, 0
    for c in text:
        if c in _UNITS:
            total += (digit or 1) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit
