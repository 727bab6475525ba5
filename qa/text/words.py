"""Words and character pairs for the lexical index; numbers, dates and percentages are kept whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING

from qa.text.normalise import searchable

if TYPE_CHECKING:
    from jieba import Tokenizer

# A number with its grouping and decimal marks, and the one sign or date unit that belongs to it.
_NUMBER = r"\d+(?:[.,]\d+)*(?:[%‰]|年|月|日|号)?"
_LATIN = r"[a-z]+(?:[-_.+&'][a-z0-9]+|[0-9])*\+*"
_PIECE = re.compile(rf"(?P<number>{_NUMBER})|(?P<latin>{_LATIN})|(?P<rest>[^\W\da-z_]+)")
_TRAILING_UNIT = re.compile(r"[^\d.,]+$")


@cache
def _jieba() -> Tokenizer:
    import jieba

    # A Tokenizer of our own: a dictionary that the host program loads into jieba's global one does not
    # change how a Library was cut.
    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer


def words(text: str) -> list[str]:
    """Cut ``text`` into search words, folded; sub-words of long words are included.

    ``2022年`` gives both ``2022年`` and ``2022``, ``3.2%`` both ``3.2%`` and ``3.2``, ``1,080`` also ``1080``;
    a number is never split at its decimal mark.
    """
    return _cut(text, lambda han: _jieba().cut_for_search(han))


def bigrams(text: str) -> list[str]:
    """Cut ``text`` into overlapping pairs of characters, folded; numbers and Latin words as in ``words``.

    Pairs find what a dictionary cuts differently in question and passage: names, new terms, Traditional usage.
    """
    return _cut(text, lambda han: [han[i : i + 2] for i in range(len(han) - 1)] or [han])


def _cut(text: str, cut_han: Callable[[str], Iterable[str]]) -> list[str]:
    out: list[str] = []
    for match in _PIECE.finditer(searchable(text)):
        piece = match.group()
        if match.lastgroup == "number":
            out.append(piece)
            bare = _TRAILING_UNIT.sub("", piece)
            if bare != piece:
                out.append(bare)
            if "," in bare:
                out.append(bare.replace(",", ""))
        elif match.lastgroup == "latin":
            out.append(piece)
        else:
            out.extend(cut_han(piece))
    return out
