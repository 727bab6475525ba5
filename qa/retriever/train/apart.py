"""What is held apart from training, so that nothing of it was seen under another name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.reader.train.families import families, shingles

EVERY = 8
"""Every so many-th family of texts, or report, is held apart."""


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
