"""Numbers and dates as a spreadsheet shows them: ``shown(0.0523, "0.0%") == "5.2%"``.

The formats are those of ECMA-376 part 1, 18.8.30 and 18.8.31. What cannot be told (colours, widths, Chinese numerals by
``[DBNum1]``, fractions) is shown as the plain number.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

GENERAL = "General"
# What Chinese programs show for the numbers of formats that a file does not spell out, beside those of openpyxl.
CHINESE = {
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
}
_MOST_DIGITS = 1e21
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]'
    r"|\[(?P<elapsed>h+|m+|s+)\]|\[[^\]]*\]|(?P<half>AM/PM|A/P|上午/下午)"
    r"|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(?P<exponent>[eE][+-]0+)?(?P<thousands>,*)"
    r"|(?P<part>y+|m+|d+|h+|s+(?:\.0+)?|e+)|(?P<percent>%)|(?P<general>General|G/通用格式)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """A number in a cell of this format. Dates are counted in days from 1900, or from 1904."""
    section, magnitude = _section(value, code)
    tokens = _tokens(section)
    if any(kind in ("part", "half", "elapsed") for kind, _ in tokens):
        return _date(value, tokens, from_1904) or plain(value)
    if not any(kind == "digits" for kind, _ in tokens):
        if not tokens:
            return ""
        if all(kind in ("other", "literal") for kind, _ in tokens):
            return "".join(text for _, text in tokens).strip()
        return "".join(plain(magnitude) if kind in ("general", "text") else text for kind, text in tokens).strip()
    return _number(magnitude, tokens)


def plain(value: float) -> str:
    """A number without a format: up to eleven significant digits behind the point, all in front of it."""
    if value == int(value) and abs(value) < _MOST_DIGITS:
        return str(int(value))
    if abs(value) >= 1e11:
        return repr(value)
    text = f"{value:.11g}"
    return text if "e" not in text else repr(value)


def is_date(code: str) -> bool:
    """Whether a format shows dates or times."""
    return any(kind in ("part", "half", "elapsed") for kind, _ in _tokens(_sections(code)[0]))


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[str, ...]:
    """The parts between semicolons that are not quoted: for positive, negative, zero, and text."""
    parts, part, at = [], "", 0
    while at < len(code):
        c = code[at]
        if c == '"':
            end = code.find('"', at + 1)
            end = len(code) - 1 if end < 0 else end
            part += code[at : end + 1]
            at = end + 1
            continue
        if c == "\\":
            part += code[at : at + 2]
            at += 2
            continue
        if c == ";":
            parts.append(part)
            part = ""
        else:
            part += c
        at += 1
    return (*parts, part)


def _section(value: float, code: str) -> tuple[str, float]:
    """The part of a format that a number takes, and the number as that part shows it: without its sign, or with."""
    sections = _sections(code)
    for section in sections[:2]:
        condition = re.search(r"\[(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\]", section)
        if condition:
            limit = float(condition[2])
            holds = {
                "<": value < limit,
                ">": value > limit,
                "=": value == limit,
                "<=": value <= limit,
                ">=": value >= limit,
                "<>": value != limit,
            }[condition[1]]
            if holds:
                return section, value
    if re.search(r"\[[<>=]", code):
        return sections[min(2, len(sections) - 1)], value
    if value < 0 and len(sections) > 1:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


@lru_cache(maxsize=512)
def _tokens(section: str) -> tuple[tuple[str, str], ...]:
    out: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(section):
        kind = match.lastgroup
        if match["digits"]:
            out.append(("digits", match["digits"] + match["thousands"]))
            if match["exponent"]:
                out.append(("exponent", match["exponent"]))
        elif kind in ("quoted", "escaped", "currency"):
            out.append(("literal", match[kind]))
        elif kind is not None:
            out.append((kind, match[kind]))
    return tuple(out)


def _number(value: float, tokens: tuple[tuple[str, str], ...]) -> str:
    if any(kind == "other" and text == "/" for kind, text in tokens):
        return plain(value)  # a fraction
    percents = sum(kind == "percent" for kind, _ in tokens)
    pattern = "".join(text for kind, text in tokens if kind == "digits")
    thousands = len(pattern) - len(pattern.rstrip(","))
    pattern = pattern.rstrip(",")
    try:
        exact = Decimal(repr(value)).scaleb(2 * percents - 3 * thousands)
    except InvalidOperation:
        return plain(value)
    whole, _, fraction = pattern.partition(".")
    exponent = next((text for kind, text in tokens if kind == "exponent"), None)
    if exponent is not None:
        mantissa, _, power = f"{exact:.{len(fraction)}E}".partition("E")
        sign = "-" if power.startswith("-") else ("+" if "+" in exponent else "")
        body: str | None = f"{mantissa}E{sign}{power.lstrip('+-').zfill(exponent.count('0'))}"
    else:
        body = _digits(exact, whole, fraction)
    if body is None:
        return plain(value)
    sign = "-" if body.startswith("-") else ""
    if sign and not body.strip("-0.,"):
        sign = ""
    body = body.lstrip("-")
    # 0\.0,"万" shows 15000 as 1.5万: the last digits go to the last places, the first place takes the rest.
    out: list[str] = []
    places = [at for at, (kind, _) in enumerate(tokens) if kind == "digits"]
    if "." in pattern or exponent is not None:
        places = places[:1]
    for at, (kind, text) in reversed(list(enumerate(tokens))):
        if kind == "digits" and at in places:
            cut = 0 if at == places[0] else max(0, len(body) - sum(text.count(c) for c in "0#?"))
            out.append(body[cut:])
            body = body[:cut]
        elif kind not in ("digits", "exponent"):
            out.append(text)
    return f"{sign}{''.join(reversed(out)).strip()}"


def _digits(value: Decimal, whole: str, fraction: str) -> str | None:
    if abs(value) >= Decimal(_MOST_DIGITS):
        return None
    places = len(fraction)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    front, _, back = text.partition(".")
    least = fraction.rstrip("#?").__len__()
    while len(back) > least and back.endswith("0"):
        back = back[:-1]
    zeros = whole.count("0")
    front = front.zfill(zeros) if zeros > 1 and "," not in whole else front
    if front == "0" and not zeros:
        front = ""
    return f"{sign}{front}{'.' + back if back or (fraction and least) else ''}"


def _date(value: float, tokens: tuple[tuple[str, str], ...], from_1904: bool) -> str | None:
    moment = _moment(value, from_1904)
    if moment is None:
        return None
    halved = any(kind == "half" for kind, _ in tokens)
    out = ""
    for at, (kind, text) in enumerate(tokens):
        if kind == "part":
            out += _part(text.lower(), moment, halved, _is_minute(tokens, at))
        elif kind == "half":
            names = ("上午", "下午") if "上" in text else ("AM", "PM")
            out += names[moment.hour >= 12]
        elif kind == "elapsed":
            seconds = round(value * 86400)
            out += str(seconds // {"h": 3600, "m": 60, "s": 1}[text[0].lower()])
        elif kind in ("literal", "other"):
            out += text
    return out.strip()


def _moment(value: float, from_1904: bool) -> datetime | None:
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    if not from_1904 and 0 <= value < 60:
        start = datetime(1899, 12, 31)  # before the day that 1900 did not have
    try:
        return start + timedelta(seconds=round(value * 86400)) if value >= 0 else None
    except (OverflowError, ValueError):
        return None


def _is_minute(tokens: tuple[tuple[str, str], ...], at: int) -> bool:
    """Whether m means minutes: behind hours, or in front of seconds."""
    parts = [i for i, (kind, _) in enumerate(tokens) if kind in ("part", "elapsed")]
    here = parts.index(at)
    before = tokens[parts[here - 1]][1][0].lower() if here else ""
    behind = tokens[parts[here + 1]][1][0].lower() if here + 1 < len(parts) else ""
    return before == "h" or behind == "s"


_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _part(text: str, moment: datetime, halved: bool, minute: bool) -> str:
    letter, size = text[0], len(text)
    if letter in "ye":
        return f"{moment.year % 100:02d}" if letter == "y" and size < 3 else str(moment.year)
    if letter == "m" and minute:
        return f"{moment.minute:02d}" if size > 1 else str(moment.minute)
    if letter == "m":
        if size > 2:
            return _MONTHS[moment.month - 1][: 3 if size == 3 else (1 if size == 5 else None)]
        return f"{moment.month:02d}" if size == 2 else str(moment.month)
    if letter == "d":
        if size > 2:
            return _WEEK[moment.weekday()][: 3 if size == 3 else None]
        return f"{moment.day:02d}" if size == 2 else str(moment.day)
    if letter == "h":
        hour = (moment.hour % 12 or 12) if halved else moment.hour
        return f"{hour:02d}" if size > 1 else str(hour)
    return f"{moment.second:02d}" if text.startswith("ss") else str(moment.second)
