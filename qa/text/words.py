"""Words for the lexical index: jieba's search cut, with numbers, dates and percentages kept whole."""

from __future__ import annotations

import re
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
            out.extend(_jieba().cut_for_search(piece))
    return out
