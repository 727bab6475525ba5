"""What every reader takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.types import Hit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of one Hit's Passage that may answer the question.

    ``start`` and ``end`` are offsets into the Document's text; ``text`` is exactly that piece of the Passage;
    ``confidence`` is the fitted probability, in 0..1, that the span answers the question.
    """

    hit: Hit
    start: int
    end: int
    text: str
    confidence: float


class Reader(Protocol):
    """Finds answers in passages; below ``threshold``, the best candidate is not to be given as an answer."""

    name: str

    @property
    def identity(self) -> str:
        """What tells this reader from another of its name: a digest of its weights."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence from which a candidate is an answer, in 0..1."""
        ...

    def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Candidates, best first; ``[]`` when there is nothing to read."""
        ...
