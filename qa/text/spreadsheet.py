"""Text in the cells of a spreadsheet, which would run some of it as formulas."""

from __future__ import annotations

import re

# A spreadsheet would run a cell that begins with one of these as a formula; an apostrophe is guarded to be kept.
_FORMULA = re.compile(r"^['=+\-@\t\r]")
_GUARDED = re.compile(r"^'(?=['=+\-@\t\r])")


def guarded(cell: str) -> str:
    """The cell as a spreadsheet takes it for text: with an apostrophe in front where it could be a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell without the apostrophe that ``guarded`` put there."""
    return _GUARDED.sub("", cell)
