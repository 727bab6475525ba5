"""What is held apart from training, so that nothing of it was seen under another name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

SHINGLE = 16
"""Characters that two texts must share in a row to count as near-identical."""
EVERY = 8
"""Every so many-th family of texts, or report, is held apart."""


def shingles(text: str) -> Iterator[str]:
    """All stretches of ``SHINGLE`` characters; a shorter text is one itself."""
    for place in range(max(1, len(text) - SHINGLE + 1)):
        yield text[place : place + SHINGLE]


def families(texts: Sequence[str]) -> list[list[int]]:
    """Numbers of the texts, those together that share a shingle, directly or through others."""
    parent = list(range(len(texts)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[str, int] = {}
    for number, text in enumerate(texts):
        for shingle in shingles(text):
            other = first.setdefault(shingle, number)
            if other != number:
                parent[root(number)] = root(other)
    found: dict[int, list[int]] = defaultdict(list)
    for number in range(len(texts)):
        found[root(number)].append(number)
    return sorted(found.values())


def held_apart(texts: Sequence[str], every: int = EVERY) -> list[bool]:
    """For each text, whether it is held apart: about one in ``every``, in whole families.

    The largest families are trained on, so that those held apart are many and alike in weight.
    """
    out = [False] * len(texts)
    wanted = len(texts) / every
    largest = max(4.0, wanted / 8)
    held = met = 0
    for family in families(texts):
        met += len(family)
        if held < met / every and len(family) <= largest and held + len(family) <= wanted + 1:
            held += len(family)
            for number in family:
                out[number] = True
    return out


def overlapping(texts: Sequence[str], held: Iterable[str]) -> list[bool]:
    """For each text, whether it shares a shingle with one of those ``held`` apart."""
    known = {shingle for text in held for shingle in shingles(text)}
    return [any(shingle in known for shingle in shingles(text)) for text in texts]
