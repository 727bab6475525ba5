"""Questions and passages in tokens, with what answers what: one compressed file that is easy to carry.

Numbers alone, so that training needs neither the tokenizer nor the texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PAD = 1
"""The id that fills rows up; it is the same in the small encoder's vocabulary as in the whole one."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Many lists of numbers: list ``i`` is ``values[bounds[i]:bounds[i + 1]]``."""

    values: NDArray[np.int32]
    bounds: NDArray[np.int64]

    @staticmethod
    def of(lists: Iterable[Sequence[int]]) -> Lists:
        """``lists`` end to end."""
        every = [*lists]
        values = np.array([number for each in every for number in each], dtype=np.int32)
        return Lists(values, np.cumsum([0, *(len(each) for each in every)], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, number: int) -> NDArray[np.int32]:
        return self.values[self.bounds[number] : self.bounds[number + 1]]

    def lengths(self) -> NDArray[np.int64]:
        """The size of each list."""
        return np.diff(self.bounds)

    def padded(self, chosen: Sequence[int] | NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The chosen lists as token ids with their mask, both of shape (chosen, longest), filled up with ``PAD``."""
        found = [self[int(number)] for number in chosen]
        ids = np.full((len(found), max(map(len, found))), PAD, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, each in enumerate(found):
            ids[row, : len(each)] = each
            mask[row, : len(each)] = 1
        return ids, mask


@dataclass(frozen=True, slots=True)
class HeldApart:
    """Questions that training never sees, the passages to find them in, and which are ``right`` for each."""

    questions: Lists
    passages: Lists
    right: Lists

    def first(self, questions: int) -> HeldApart:
        """Its first questions, among the passages that are right for them: enough to see that all works."""
        some = [self.right[number] for number in range(min(questions, len(self.right)))]
        kept = np.unique(np.concatenate(some))
        return HeldApart(
            Lists.of([self.questions[number].tolist() for number in range(len(some))]),
            Lists.of([self.passages[int(number)].tolist() for number in kept]),
            Lists.of([np.searchsorted(kept, each).tolist() for each in some]),
        )


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is trained on. Of each question: the passages that are ``right``, ``wrong`` ones that word search found,
    and those ``spared``, of which nobody knows. ``sources`` says which set a question is from."""

    questions: Lists
    passages: Lists
    right: Lists
    wrong: Lists
    spared: Lists
    sources: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.sources)


_TRAINED = ("questions", "passages", "right", "wrong", "spared")
_HELD = ("questions", "passages", "right")


def save(pairs: Pairs, held: Mapping[str, HeldApart], path: Path) -> None:
    """Write both to ``path``, whole or not at all."""
    arrays: dict[str, NDArray[Any]] = {"sources": pairs.sources}
    parts = {f"train.{part}": getattr(pairs, part) for part in _TRAINED}
    parts |= {f"held.{name}.{part}": getattr(each, part) for name, each in held.items() for part in _HELD}
    for name, lists in parts.items():
        small = len(lists.values) == 0 or lists.values.max() < 1 << 16
        arrays[f"{name}.values"] = lists.values.astype(np.uint16 if small else np.int32)
        arrays[f"{name}.lengths"] = lists.lengths().astype(np.uint16)
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def load(path: Path) -> tuple[Pairs, dict[str, HeldApart]]:
    """Read what ``save`` wrote."""
    with np.load(path) as stored:
        arrays = dict(stored)

    def lists(name: str) -> Lists:
        lengths = arrays[f"{name}.lengths"].astype(np.int64)
        return Lists(arrays[f"{name}.values"].astype(np.int32), np.concatenate([[0], np.cumsum(lengths)]))

    names = dict.fromkeys(name.split(".")[1] for name in arrays if name.startswith("held."))
    held = {name: HeldApart(*(lists(f"held.{name}.{part}") for part in _HELD)) for name in names}
    return Pairs(**{part: lists(f"train.{part}") for part in _TRAINED}, sources=arrays["sources"]), held


def batches(sources: NDArray[np.uint8], size: int, rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """All questions in a random order, in batches of about ``size``, each of one source.

    Passages of another source would be told apart at a glance, and teach nothing.
    """
    out: list[NDArray[np.int64]] = []
    for source in np.unique(sources):
        members = rng.permutation(np.flatnonzero(sources == source))
        out += np.array_split(members, max(1, round(len(members) / size)))
    return [out[number] for number in rng.permutation(len(out))]
