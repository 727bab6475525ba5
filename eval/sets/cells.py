r"""Cells that a person sees and edits in a table: several texts in one, and yes or no.

>>> several(joined(("甲|乙", "丙")))
('甲|乙', '丙')
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# People type the full-width bar as often.
_BAR = re.compile(r"(?<!\\)[|｜]")
_TO_ESCAPE = re.compile(r"[|｜]")
_ESCAPED = re.compile(r"\\([|｜])")
_YES = frozenset(("1", "y", "yes", "true", "ok", "√", "✓", "✔", "是", "对", "要", "接受", "采用"))
_NO = frozenset(("", "0", "n", "no", "false", "×", "✗", "否", "不", "不要", "拒绝", "删除"))


def joined(texts: Iterable[str]) -> str:
    r"""Several texts in one cell, separated by a bar; one within a text is written ``\|``."""
    return " | ".join(_TO_ESCAPE.sub(r"\\\g<0>", text) for text in texts)


def places(cell: str) -> list[str]:
    """The texts of a cell, stripped, with "" where nothing stands between two bars."""
    return [_ESCAPED.sub(r"\1", part).strip() for part in _BAR.split(cell)]


def several(cell: str) -> tuple[str, ...]:
    """The texts of a cell, stripped; what is empty is left out."""
    return tuple(part for part in places(cell) if part)


def yes(cell: str) -> bool | None:
    """Whether a cell says yes or (also when empty) no; ``None`` when it says neither."""
    said = cell.strip().lower()
    return True if said in _YES else False if said in _NO else None
