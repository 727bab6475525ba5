"""Sentences of Chinese and English text, as offsets into it."""

from __future__ import annotations

import re

_PAIRS = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "（": "）",
    "(": ")",
    "【": "】",
    "〔": "〕",
    "［": "］",
    "[": "]",
}
_CLOSERS = frozenset(_PAIRS.values()) | {'"', "＂", "'"}
# How far a quote may reach and still be kept whole.
_QUOTE_LIMIT = 60

_LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_MARK = re.compile(rf"[{_LINE_BREAKS}]|[。！？；｡]|[!?;.]|[{re.escape(''.join(_PAIRS))}]")
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "no", "vs", "etc", "eg", "ie", "al", "fig", "vol", "st"})


def split_sentences(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Sentence spans of ``text[start:end]``, as offsets into ``text``.

    They are ordered, do not overlap, carry no outer whitespace, and cover every character that is not
    whitespace. A sentence ends after 。！？； (half width too, where no word goes on), after a full stop
    that ends an English word, and at line breaks; the quotes and brackets that close there belong to it.
    The point in 3.2 ends nothing, and a quote of up to 60 characters is not cut inside.
    """
    stop = len(text) if end is None else min(end, len(text))
    spans: list[tuple[int, int]] = []
    begin = position = start
    protected = start
    while match := _MARK.search(text, position, stop):
        at = match.start()
        mark = match.group()
        position = match.end()
        if mark in _PAIRS:
            protected = max(protected, _closing(text, at, stop))
            continue
        if mark not in _LINE_BREAKS:
            if not _ends(text, at, stop):
                continue
            while position < stop and text[position] in _CLOSERS | frozenset("。！？!?；;"):
                position += 1
            # A short quote goes on behind the mark, or the mark is the quote's own and its sentence goes on.
            if position < protected or (
                position == protected and text[position - 1] in _CLOSERS and _goes_on(text, position, stop)
            ):
                continue
        _append(spans, text, begin, position)
        begin = position
    _append(spans, text, begin, stop)
    return spans


_CLAUSE_EDGE = re.compile(r"[;:]|(?<!\d),|,(?!\d{3})|(?<=\d),(?=\d{4,})")


def clauses(folded: str) -> list[tuple[int, int]]:
    """Clauses of a folded sentence, without the marks between them: cut at , ; and : but not inside 1,080."""
    out, begin = [], 0
    for match in _CLAUSE_EDGE.finditer(folded):
        if match.start() > begin:
            out.append((begin, match.start()))
        begin = match.end()
    if begin < len(folded):
        out.append((begin, len(folded)))
    return out


def _closing(text: str, opener: int, stop: int) -> int:
    """Offset behind the quote or bracket that closes ``text[opener]``, or ``opener`` where none is near."""
    closer = text.find(_PAIRS[text[opener]], opener + 1, min(stop, opener + _QUOTE_LIMIT))
    if closer < 0 or any(c in _LINE_BREAKS for c in text[opener:closer]):
        return opener
    return closer + 1


def _goes_on(text: str, position: int, stop: int) -> bool:
    return position < stop and text[position] in "，、,的地得和与及等就并也还都而则是、：:"


def _ends(text: str, at: int, stop: int) -> bool:
    """Whether the mark at ``at`` ends a sentence; half-width marks also stand in numbers and addresses."""
    mark = text[at]
    if mark not in "!?;.":
        return True
    following = text[at + 1] if at + 1 < stop else " "
    if mark == ".":
        word = re.search(r"[A-Za-z]+$", text[max(0, at - 24) : at])
        known = word is None or len(word.group()) < 2 or word.group().lower() in _ABBREVIATIONS
        return not known and (following.isspace() or following in _CLOSERS)
    return following.isspace() or following in _CLOSERS or following in "!?" or ord(following) > 0x2E7F


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))
