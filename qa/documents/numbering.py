"""The numbers that Word sets in front of paragraphs itself: 一、 第二章 (3) 4.1 a)

Read from a document's numbering part (ECMA-376 part 1, 17.9). Bullets are no numbers and are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_PLACE = re.compile(r"%([1-9])")
_HAN = "零一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"))
_ROMAN_SMALL = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_MOST = 9999


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False


@dataclass(slots=True)
class Numbering:
    """Counts a document's paragraphs, in their order."""

    _levels: dict[str, list[_Level]] = field(default_factory=dict)
    _abstract: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=lambda: defaultdict(lambda: [None] * _LEVELS))
    _styles: dict[str, tuple[str | None, int | None]] = field(default_factory=dict)
    _restarted: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def number(self, paragraph: Any) -> str:
        """What Word sets in front of this paragraph, with the space behind it; "" where it has no number."""
        identifier, depth = self._of(paragraph)
        levels = self._levels.get(identifier or "")
        if levels is None or depth >= _LEVELS:
            return ""
        # Lists of one definition count on together, except where one of them says where it begins.
        counts = self._counts[self._abstract[identifier or ""]]
        if (identifier or "") not in self._begun:
            self._begun.add(identifier or "")
            for at in self._restarted.get(identifier or "", ()):
                counts[at] = None
        level = levels[depth]
        count = counts[depth]
        counts[depth] = level.start if count is None else count + 1
        for above in range(depth):
            if counts[above] is None:
                counts[above] = levels[above].start
        for below in range(depth + 1, _LEVELS):
            if levels[below].restart is None or (levels[below].restart or 0) > depth:
                counts[below] = None
        if level.form in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            form = "decimal" if level.legal and at != depth else levels[at].form
            return in_form(counts[at] or 0, form)

        text = _PLACE.sub(shown, level.text).strip()
        if not text or level.suffix == "nothing" or text[-1] in "、．）】〕」：":
            return text
        return f"{text} "

    def _of(self, paragraph: Any) -> tuple[str | None, int]:
        """The list that a paragraph is in, by itself or by its style, and the level."""
        own = paragraph.find(f"{_W}pPr/{_W}numPr")
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        from_style = self._styles.get(style.get(f"{_W}val", "") if style is not None else "", (None, None))
        identifier, level = from_style
        if own is not None:
            identifier = _value(own, "numId") or identifier
            stated = _value(own, "ilvl")
            level = int(stated) if stated and stated.isdigit() else level
        return (None if identifier == "0" else identifier), level or 0


def read(numbering: Any | None, styles: Any) -> Numbering:
    """The numbering of a document, from its numbering part (``None`` without one) and its styles."""
    out = Numbering()
    if numbering is None:
        return out
    definitions = {
        abstract.get(f"{_W}abstractNumId"): abstract for abstract in numbering.iterchildren(f"{_W}abstractNum")
    }
    by_style = {_value(a, "styleLink"): i for i, a in definitions.items() if _value(a, "styleLink")}
    linked: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number in numbering.iterchildren(f"{_W}num"):
        identifier, reference = number.get(f"{_W}numId"), _value(number, "abstractNumId")
        abstract = definitions.get(reference)
        if identifier is None or abstract is None:
            continue
        link = _value(abstract, "numStyleLink")
        if link in by_style:
            reference = by_style[link]
            abstract = definitions[reference]
        levels = [_Level(text="") for _ in range(_LEVELS)]
        for stated in abstract.iterchildren(f"{_W}lvl"):
            at = _fill(levels, stated)
            style = _value(stated, "pStyle")
            if at is not None and style:
                linked[style].append((identifier, at))
        restarted = []
        for override in number.iterchildren(f"{_W}lvlOverride"):
            at = int(override.get(f"{_W}ilvl") or 0)
            whole = override.find(f"{_W}lvl")
            if whole is not None:
                _fill(levels, whole)
            start = _value(override, "startOverride")
            if start and start.isdigit() and 0 <= at < _LEVELS:
                levels[at].start = int(start)
                restarted.append(at)
        out._levels[identifier] = levels
        out._abstract[identifier] = reference or ""
        out._restarted[identifier] = tuple(restarted)
    out._styles = _styles(styles, linked)
    return out


def _fill(levels: list[_Level], stated: Any) -> int | None:
    at = int(stated.get(f"{_W}ilvl") or 0)
    if not 0 <= at < _LEVELS:
        return None
    restart = _value(stated, "lvlRestart")
    start = _value(stated, "start")
    levels[at] = _Level(
        int(start) if start and start.isdigit() else 1,
        _value(stated, "numFmt") or "decimal",
        _value(stated, "lvlText") or "",
        _value(stated, "suff") or "tab",
        int(restart) if restart and restart.isdigit() else None,
        stated.find(f"{_W}isLgl") is not None,
    )
    return at


def _styles(styles: Any, linked: dict[str, list[tuple[str, int]]]) -> dict[str, tuple[str | None, int | None]]:
    """The list and level of each paragraph style, its own or that of the style which it is based on."""
    by_identifier = {style.get(f"{_W}styleId"): style for style in styles.iter(f"{_W}style")}
    out: dict[str, tuple[str | None, int | None]] = {}
    for identifier, style in by_identifier.items():
        current, seen = style, set()
        while current is not None and identifier is not None:
            own = current.find(f"{_W}pPr/{_W}numPr")
            if own is not None:
                stated = _value(own, "ilvl")
                number = _value(own, "numId")
                level = int(stated) if stated and stated.isdigit() else None
                if level is None:
                    level = next((at for n, at in linked.get(current.get(f"{_W}styleId"), ()) if n == number), None)
                out[identifier] = (number, level)
                break
            base = _value(current, "basedOn")
            if base is None or base in seen:
                break
            seen.add(base)
            current = by_identifier.get(base)
    return out


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{_W}{name}")
    return None if child is None else child.get(f"{_W}val")


def in_form(number: int, form: str) -> str:
    """A number as Word writes it in this form; decimal where the form is not known, or does not reach so far."""
    write = _FORMS.get(form)
    return write(number) if write is not None and 0 < number <= _MOST else str(number)


def _han(number: int) -> str:
    out, zero = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, power)
        if digit:
            out += ("零" if zero and out else "") + _HAN[digit] + name
            zero = False
        else:
            zero = True
    return out.removeprefix("一") if out.startswith("一十") else out


def _digits(number: int) -> str:
    return "".join("〇" if c == "0" else _HAN[int(c)] for c in str(number))


def _letters(number: int) -> str:
    times, at = divmod(number - 1, 26)
    return chr(65 + at) * min(times + 1, 20)


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN + _ROMAN_SMALL:
        out += letters * (number // value)
        number %= value
    return out


def _circled(number: int) -> str:
    if number <= 20:
        return chr(0x2460 + number - 1)
    return chr(0x3251 + number - 21) if number <= 35 else str(number)


def _wide(number: int) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in str(number))


_FORMS: dict[str, Callable[[int], str]] = {
    "chineseCounting": _han,
    "chineseCountingThousand": _han,
    "japaneseCounting": _han,
    "taiwaneseCounting": _han,
    "taiwaneseCountingThousand": _han,
    "ideographDigital": _digits,
    "japaneseDigitalTenThousand": _digits,
    "taiwaneseDigital": _digits,
    "lowerLetter": lambda n: _letters(n).lower(),
    "upperLetter": _letters,
    "lowerRoman": lambda n: _roman(n).lower(),
    "upperRoman": _roman,
    "decimalZero": lambda n: f"{n:02d}",
    "decimalFullWidth": _wide,
    "decimalFullWidth2": _wide,
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    "decimalEnclosedParen": lambda n: f"({n})",
    "decimalEnclosedFullstop": lambda n: f"{n}.",
    "ideographTraditional": lambda n: _STEMS[n - 1] if n <= len(_STEMS) else str(n),
    "ideographZodiac": lambda n: _BRANCHES[n - 1] if n <= len(_BRANCHES) else str(n),
}
