"""How well the right passage is found by vectors alone, on what is held apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qa.retriever.train.pairs import HeldApart, Lists

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEEP = 10


@dataclass(frozen=True, slots=True)
class Measures:
    """Means over the questions of a set.

    ``recall_1`` and ``recall_5`` are the shares of the right passages that are among the first (at most so many can
    be: with two right ones and the first alone looked at, one is all), and ``mrr_10`` the mean of 1 / rank of the
    first right one, 0 beyond rank 10.
    """

    recall_1: float
    recall_5: float
    mrr_10: float


def measures(questions: NDArray[np.float32], passages: NDArray[np.float32], right: Lists) -> Measures:
    """From vectors of length one, shapes (questions, dimension) and (passages, dimension)."""
    found = np.argsort(-(questions @ passages.T), axis=1, kind="stable")[:, :DEEP]
    first, five, reciprocal = [], [], []
    for number, row in enumerate(found):
        hit = np.isin(row, right[number])
        first.append(float(hit[0]))
        five.append(hit[:5].sum() / min(5, len(right[number])))
        reciprocal.append(1 / (1 + hit.argmax()) if hit.any() else 0.0)
    return Measures(float(np.mean(first)), float(np.mean(five)), float(np.mean(reciprocal)))


def measure(held: Mapping[str, HeldApart], encode: Callable[[Lists], NDArray[np.float32]]) -> dict[str, Measures]:
    """The measures of each set; ``encode`` gives a vector of length one for each text."""
    return {name: measures(encode(each.questions), encode(each.passages), each.right) for name, each in held.items()}


def table(label: str, held: Mapping[str, HeldApart], found: Mapping[str, Measures]) -> str:
    """One line a set."""
    lines = [f"{label}: by vectors alone"]
    for name, each in found.items():
        size = f"{len(held[name].questions):,} in {len(held[name].passages):,}"
        lines.append(
            f"  {name:<9} {size:<16} recall@1 {each.recall_1:6.1%}   recall@5 {each.recall_5:6.1%}   "
            f"MRR@10 {each.mrr_10:.4f}"
        )
    mean = np.mean([each.mrr_10 for each in found.values()])
    return "\n".join([*lines, f"  mean of MRR@10 {mean:.4f}"])
