"""The part-of-speech tagger, over the same dictionary as the words of the lexical index."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jieba.posseg import POSTokenizer


@cache
def tagger() -> POSTokenizer:
    """jieba's tagger; ``cut(text)`` gives tokens with ``word`` and ``flag``. Loaded once."""
    from jieba.posseg import POSTokenizer

    from qa.text.words import _jieba

    return POSTokenizer(_jieba())
