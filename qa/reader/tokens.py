"""Tokens of the reader: the encoder's own vocabulary, cut where answers begin and end.

The encoder's pieces often run across an answer's edge (``年的``, ``是一种``, ``。《``): on CMRC train only 91% of the
answers begin and end between two pieces. Cut also around punctuation, around numbers and behind the function words
below, it is 99%, for 4% more pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.text.normalise import simplify

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CUT = r"[0-9]+(?:[.,][0-9]+)*|(?<=[0-9])[年月日]|[^\w\s▁]|[的是在为于]"
BEGIN, PAD, END = 0, 1, 2
"""Ids of the tokens that begin a pair, fill a batch, and end a part, in XLM-R's vocabulary."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token ids of a text with their places in it: ``text[starts[i]:ends[i]]``, without outer spaces.

    The mark that begins a word has an empty place where the word is cut behind it.
    """

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids)


@lru_cache(maxsize=2)
def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, with the reader's cuts."""
    from tokenizers import Regex, Tokenizer, pre_tokenizers

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    cut = pre_tokenizers.Split(Regex(CUT), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([tokenizer.pre_tokenizer, cut])
    return tokenizer


def tokenise(tokenizer: Tokenizer, text: str) -> Tokens:
    """Tokens of ``text``, which is read in Simplified form, one character to one; the places are those of ``text``."""
    return tokenise_all(tokenizer, [text])[0]


def tokenise_all(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Tokens]:
    """``tokenise`` for several texts at once."""
    out = []
    mark = tokenizer.token_to_id("▁")
    for text, encoding in zip(
        texts,
        tokenizer.encode_batch([simplify(text) for text in texts], add_special_tokens=False),
        strict=True,
    ):
        ids, starts, ends = [], [], []
        for number, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
            while start < end and text[start].isspace():
                start += 1
            while end > start and text[end - 1].isspace():
                end -= 1
            if start < end:
                ids.append(number)
                starts.append(start)
                ends.append(start if number == mark else end)
        out.append(Tokens(tuple(ids), tuple(starts), tuple(ends)))
    return out
