"""Texts that are the same under other names: they must not stand on both sides of a division."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

SHINGLE = 16
"""Characters that two texts must share in a row to count as near-identical."""


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
