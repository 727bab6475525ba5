"""Rows of tokens with their labels, kept in one compressed file a stage of training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row; ``start`` and ``end`` are the places of the answer's first and last token in it, both 0 for none."""

    ids: Sequence[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rows:
    """Many rows: the ids of row ``i`` are ``ids[bounds[i]:bounds[i + 1]]``."""

    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each row."""
        return np.diff(self.bounds)

    def batch(self, chosen: Sequence[int], pad: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Ids and attention mask of these rows, shape (rows, longest), filled up with ``pad``."""
        lengths = self.lengths()[list(chosen)]
        ids = np.full((len(chosen), int(lengths.max())), pad, dtype=np.int64)
        mask = np.zeros_like(ids)
        for place, number in enumerate(chosen):
            found = self.ids[self.bounds[number] : self.bounds[number + 1]]
            ids[place, : len(found)] = found
            mask[place, : len(found)] = 1
        return ids, mask


def gather(labelled: Iterable[Labelled]) -> Rows:
    """Rows from labelled ones, in their order."""
    rows = list(labelled)
    return Rows(
        np.array([number for each in rows for number in each.ids], dtype=np.int32),
        np.cumsum([0, *(len(each.ids) for each in rows)]),
        np.array([each.start for each in rows], dtype=np.int64),
        np.array([each.end for each in rows], dtype=np.int64),
    )


def save(rows: Rows, path: Path) -> None:
    """Write to ``path``, whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        np.savez_compressed(file, ids=rows.ids, bounds=rows.bounds, starts=rows.starts, ends=rows.ends)
    temporary.replace(path)


def load(path: Path) -> Rows:
    """Read what ``save`` wrote."""
    with np.load(path) as stored:
        return Rows(stored["ids"], stored["bounds"], stored["starts"], stored["ends"])


def batches(lengths: Sequence[int] | NDArray[np.int64], tokens: int, rng: np.random.Generator) -> list[list[int]]:
    """All rows in a random order, in batches of at most ``tokens`` tokens with padding, of rows of like length."""
    order = rng.permutation(len(lengths))
    out: list[list[int]] = []
    for first in range(0, len(order), 512):
        chunk = sorted(order[first : first + 512], key=lambda number: int(lengths[number]))
        found: list[list[int]] = [[]]
        for number in chunk:
            if found[-1] and (len(found[-1]) + 1) * int(lengths[number]) > tokens:
                found.append([])
            found[-1].append(int(number))
        out += [found[number] for number in rng.permutation(len(found))]
    return out
