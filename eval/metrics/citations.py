"""Citations of one answer against the evidence, after ALCE (Gao et al. 2023) with places instead of a judging model."""

from __future__ import annotations

from collections.abc import Sequence


def precision(cited: Sequence[bool]) -> float:
    """Share of an answer's citations that lie in the evidence: |cited and in evidence| / |cited|.

    ``cited`` has an item for each citation. ``ValueError`` without any: there is nothing to take a share of.
    """
    return _share(cited, "precision without citations is undefined")


def recall(covered: Sequence[bool]) -> float:
    """Share of the evidence that is cited: |evidence that a citation lies in| / |evidence|.

    ``covered`` has an item for each piece of evidence. ``ValueError`` without any.
    """
    return _share(covered, "recall without evidence is undefined")


def intact(quote: str, text: str, start: int, end: int) -> bool:
    """Whether the quote is, character by character, what stands at ``start:end`` of ``text`` (code points)."""
    return 0 <= start < end <= len(text) and text[start:end] == quote


def overlap(a_start: int, a_end: int, b_start: int, b_end: int) -> int:
    """How many places the half-open stretches ``a_start:a_end`` and ``b_start:b_end`` share."""
    return max(0, min(a_end, b_end) - max(a_start, b_start))


def _share(items: Sequence[bool], undefined: str) -> float:
    if not items:
        raise ValueError(undefined)
    return sum(items) / len(items)
