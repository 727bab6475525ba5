"""Which text is the first to hold something, for many things sought in many texts at once.

Asking every text for every thing takes their product. Instead each thing that is sought by its words is known by its
first characters, and each thing sought by its place by its offsets; one pass over the texts then tells which few things
a text may hold, and only those are asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_LENGTHS = (8, 4, 2, 1)  # of the beginnings by which words are known


@dataclass(frozen=True, slots=True)
class Text:
    """A text that begins at ``start`` of its document."""

    document: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Something sought for ``key``: ``holds`` decides, and is asked only of texts that may hold it.

    Those are texts of ``document`` (of any when ``None``) that have one of ``words`` in them or the whole of one of
    ``places`` (offsets in the document). With ``anywhere`` each text of the document holds it.
    """

    key: str
    holds: Callable[[Text], bool]
    document: str | None = None
    words: tuple[str, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    anywhere: bool = False


def first_holding(wanted: Sequence[Sought], texts: Sequence[Text]) -> dict[str, int]:
    """For each key the number of the first text that holds something sought for it; keys without one are left out."""
    found: dict[str, int] = {}
    _by_place([one for one in wanted if one.places or one.anywhere], texts, found)
    _by_words([one for one in wanted if any(one.words)], texts, found)
    return found


def _by_place(wanted: Sequence[Sought], texts: Sequence[Text], found: dict[str, int]) -> None:
    named = {one.document for one in wanted}
    numbers: dict[str | None, list[int]] = defaultdict(list)
    for number, text in enumerate(texts) if wanted else ():
        for document in (text.document, None):
            if document in named:
                numbers[document].append(number)
    ordered: dict[str | None, tuple[list[int], list[int], int]] = {}
    for document, members in numbers.items():
        by_start = sorted(members, key=lambda number: texts[number].start)
        longest = max(len(texts[number].text) for number in members)
        ordered[document] = by_start, [texts[number].start for number in by_start], longest
    for one in wanted:
        if one.document not in ordered:
            continue
        by_start, starts, longest = ordered[one.document]
        if one.anywhere:
            number = numbers[one.document][0]
            found[one.key] = min(number, found.get(one.key, number))
        candidates: set[int] = set()
        for start, end in one.places:
            candidates.update(by_start[bisect_left(starts, end - longest) : bisect_right(starts, start)])
        for number in sorted(candidates):
            if number >= found.get(one.key, len(texts)):
                break
            if one.holds(texts[number]):
                found[one.key] = number
                break


def _by_words(wanted: Sequence[Sought], texts: Sequence[Text], found: dict[str, int]) -> None:
    # By document, then by length, then by the beginning itself.
    known: dict[str | None, dict[int, dict[str, list[tuple[Sought, str]]]]] = {}
    for one in wanted:
        for words in filter(None, one.words):
            length = next(length for length in _LENGTHS if length <= len(words))
            of_document = known.setdefault(one.document, {})
            of_document.setdefault(length, {}).setdefault(words[:length], []).append((one, words))
    for number, text in enumerate(texts) if known else ():
        for document in (text.document, None):
            for length, beginnings in known.get(document, {}).items():
                if not beginnings:
                    continue
                parts = {text.text[i : i + length] for i in range(len(text.text) - length + 1)}
                for part in parts & beginnings.keys():
                    left = []
                    for one, words in beginnings[part]:
                        if found.get(one.key, len(texts)) <= number:
                            continue  # no later text can be the first
                        if words in text.text and one.holds(text):
                            found[one.key] = number
                        else:
                            left.append((one, words))
                    if left:
                        beginnings[part] = left
                    else:
                        del beginnings[part]
