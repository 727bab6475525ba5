"""The first sheet of an Excel file as rows of text, each cell as a person sees it there."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from eval.errors import SetError

_CLOCK = re.compile(r'"([^"]*)"|\\(.)|(\[[^\]]*\])|(y+|m+|d+|h+|s+|AM/PM|上午/下午)|(.)', re.IGNORECASE)


def rows(path: Path, data: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet with their numbers from 1; formulas give the values that were last calculated.

    Raises ``SetError`` for what is no Excel file, and for a formula that was never calculated.
    """
    import openpyxl

    books = []
    try:
        try:
            for values in (True, False):
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values)
                books.append(book)
            sheets = [book.worksheets[0] for book in books]
        except Exception as error:  # the library raises whatever the damaged part of the file leads to
            raise SetError(path, "is no Excel file that can be read", "Save it again as .xlsx or .csv.") from error
        for sheet in sheets:
            sheet.reset_dimensions()  # what programs write there is often wrong, and rows would be cut off
        for number, (shown, stated) in enumerate(zip(*(sheet.iter_rows() for sheet in sheets), strict=True), 1):
            for cell, formula in zip(shown, stated, strict=True):
                if cell.value is None and isinstance(formula.value, str) and formula.value.startswith("="):
                    raise SetError(
                        path,
                        f"cell {formula.coordinate} holds a formula that was never calculated",
                        "Open the file in a spreadsheet program and save it there.",
                        line=number,
                    )
            yield number, [as_shown(cell.value, getattr(cell, "number_format", None)) for cell in shown]
    finally:
        for book in books:
            book.close()


def as_shown(value: Any, number_format: str | None = None) -> str:
    """A cell's value as text: 3, not 3.0; 12.5% and 2022年1月26日 where the cell's format says so."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format or "General")
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format or "General")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def _number(value: float, number_format: str) -> str:
    if not math.isfinite(value):
        return str(value)
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    plain = re.sub(r'"([^"]*)"|\\(.)|_.|\*.', "", number_format.split(";")[0])
    wanted = re.fullmatch(r"(#,##)?0(\.0+)?(%)?", plain)
    if wanted is None:
        text = format(exact, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    digits = len(wanted[2] or ".") - 1
    if wanted[3]:
        exact *= 100
    exact = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    number = format(exact, ",f" if wanted[1] else "f")
    before, _, after = number_format.split(";")[0].partition(wanted[0])
    return _literal(before) + number + (wanted[3] or "") + _literal(after)


def _literal(part: str) -> str:
    """The text that a format puts beside a number: "亿元" in 0.0"亿元"."""
    return "".join(quoted or escaped for quoted, escaped in re.findall(r'"([^"]*)"|\\(.)', part))


def _moment(value: date | time, number_format: str) -> str:
    tokens = list(_CLOCK.finditer(number_format.split(";")[0]))
    if not any(token[4] for token in tokens) or number_format == "General":
        plain = isinstance(value, datetime) and value.time() == time()
        return value.date().isoformat() if plain and isinstance(value, datetime) else str(value)
    twelve = any(token[4] and "/" in token[4] for token in tokens)
    text, last = "", ""
    for n, token in enumerate(tokens):
        letters = (token[4] or "").lower()
        if not letters:
            text += token[1] or token[2] or token[5] or ""
            continue
        following = next(((t[4] or "").lower() for t in tokens[n + 1 :] if t[4]), "")
        # The same letter stands for months and for minutes: minutes are next to hours or seconds.
        minutes = letters[0] == "m" and (last.startswith("h") or following.startswith("s"))
        text += _part(value, "n" * len(letters) if minutes else letters, twelve)
        last = letters
    return text


def _part(value: date | time, letters: str, twelve: bool) -> str:
    if "/" in letters:
        return "" if not hasattr(value, "hour") else "上午" if value.hour < 12 else "下午"
    if letters[0] == "y":
        year = getattr(value, "year", 0)
        return f"{year:04}" if len(letters) > 2 else f"{year % 100:02}"
    hour = getattr(value, "hour", 0)
    number = {
        "m": getattr(value, "month", 0),
        "d": getattr(value, "day", 0),
        "h": (hour % 12 or 12) if twelve else hour,
        "n": getattr(value, "minute", 0),
        "s": getattr(value, "second", 0),
    }[letters[0]]
    return f"{number:02}" if len(letters) > 1 else str(number)
