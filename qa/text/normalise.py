"""Folding of text for search and comparison, one character to one character.

Both folds keep the length, so an offset into the folded text is an offset into the original (invariant 1):
Traditional becomes Simplified, full width half width, and in ``fold`` upper case lower case. What cannot be
folded to exactly one character (㈱, ß upper-cased, ﬁ) stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
# Zero-width and other invisible characters that web pages and PDFs leave inside words.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")


@cache
def _simplified() -> dict[int, int]:
    """Traditional to Simplified, from OpenCC's character table (phrases are not used: they change lengths)."""
    import opencc

    han = [chr(c) for first, last in _HAN_RANGES for c in range(first, last)]
    folded = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(a): ord(b) for a, b in zip(han, folded, strict=True) if a != b and len(b) == 1}


class _FoldTable(dict[int, int]):
    """A ``str.translate`` table that works out each character once, when it is first met."""

    def __init__(self, *, lower: bool) -> None:
        super().__init__()
        self._lower = lower

    def __missing__(self, code: int) -> int:
        character = chr(code)
        wide = unicodedata.normalize("NFKC", character)
        if len(wide) == 1:
            character = wide
        simplified = _simplified().get(ord(character))
        if simplified is not None:
            character = chr(simplified)
        if self._lower and len(character.lower()) == 1:
            character = character.lower()
        self[code] = ord(character)
        return self[code]


_FOLD = _FoldTable(lower=True)
_SIMPLIFY = _FoldTable(lower=False)


def fold(text: str) -> str:
    """Fold ``text`` for comparison; ``len(fold(text)) == len(text)``, position by position."""
    return text.translate(_FOLD)


def simplify(text: str) -> str:
    """As ``fold``, but with case kept: what models read, which tell cases apart."""
    return text.translate(_SIMPLIFY)


def searchable(text: str) -> str:
    """Fold ``text`` and drop invisible characters: for indexes, where offsets do not matter."""
    return _INVISIBLE.sub("", fold(text))
