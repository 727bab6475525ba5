"""What training reads: texts in tokens, and examples over them, in one compressed file that is easy to carry.

An example is a question on a passage, with the headings that may stand above it, and the place of its answer. Rows
are made from examples anew in each pass: another heading, another window around the answer, now and then a window
beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qa.reader.pairs import Row, room, row, windows
from qa.reader.tokens import Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES = (128, 192, 256)
"""Tokens of a training row at most, drawn anew for each: shorter ones cost less, and answers get close to an edge."""
BESIDE = 0.1
"""How often, where a passage is longer than a row, a window without the answer is shown in the place of the right
one."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question on a passage; ``passage[start:end]`` answers it, or nothing does, and both are 0.

    ``headings`` are the lines that may stand above the passage, of which a row shows one.
    """

    group: str
    question: str
    headings: tuple[str, ...]
    passage: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row of token ids; ``start`` and ``end`` are the places of the answer's first and last token in it, both 0 for
    none. ``taught``: what teachers say of it is learned, too."""

    ids: Sequence[int]
    start: int
    end: int
    taught: bool = True


@dataclass(frozen=True)
class Material:
    """Examples by number. The ids of text ``i`` are ``ids[bounds[i]:bounds[i + 1]]``.

    ``questions``, ``passages`` and the entries of ``headings`` are numbers of texts; the headings of example ``i`` are
    ``headings[heading_bounds[i]:heading_bounds[i + 1]]``. ``first`` and ``last`` count the passage's tokens; -1: no
    answer. ``groups`` counts ``names``.
    """

    ids: NDArray[np.int32]
    bounds: NDArray[np.int64]
    questions: NDArray[np.int32]
    passages: NDArray[np.int32]
    headings: NDArray[np.int32]
    heading_bounds: NDArray[np.int64]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    groups: NDArray[np.int32]
    names: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def _texts(self) -> list[Tokens]:
        ids = self.ids.tolist()
        return [Tokens(tuple(ids[a:b]), (), ()) for a, b in zip(self.bounds[:-1], self.bounds[1:], strict=True)]

    def counts(self) -> dict[str, int]:
        """How many examples each group has."""
        return {str(name): int((self.groups == number).sum()) for number, name in enumerate(self.names)}

    def members(self, group: str) -> list[int]:
        """Numbers of the examples of a group; none where there is no such group."""
        return [int(i) for i in np.flatnonzero(self.names[self.groups] == group)] if len(self) else []

    def _parts(self, number: int, heading: int) -> tuple[Tokens, Tokens, Tokens]:
        texts = self._texts
        return (
            texts[self.questions[number]],
            texts[self.headings[self.heading_bounds[number] + heading]],
            texts[self.passages[number]],
        )

    def labelled(self, number: int, rng: random.Random) -> Labelled:
        """A row of example ``number``: its answer at a random place of a random window."""
        heading = rng.randrange(int(self.heading_bounds[number + 1] - self.heading_bounds[number]))
        question, above, passage = self._parts(number, heading)
        begin, last = int(self.first[number]), int(self.last[number])
        size = room(question, above, rng.choice(SIZES))
        if begin < 0:
            return _unanswered(question, above, passage, rng.randint(0, max(0, len(passage) - size)), size)
        if rng.random() < BESIDE:
            free = [*range(0, begin - size + 1), *range(last + 1, len(passage) - size + 1)]
            if free:
                return _unanswered(question, above, passage, rng.choice(free), size)
        if last - begin >= size:
            size = room(question, above)
        low, high = max(0, last + 1 - size), min(begin, max(0, len(passage) - size))
        first = rng.randint(min(low, high), max(low, high))
        made = row(question, above, passage, first, min(len(passage), first + size))
        return Labelled(made.ids, made.offset + begin - first, made.offset + last - first)

    def read(self, number: int) -> list[Row]:
        """All windows of example ``number``, as the reader reads a passage, under its first heading."""
        question, above, passage = self._parts(number, 0)
        return [row(question, above, passage, a, b) for a, b in windows(len(passage), room(question, above))]

    def epoch(
        self, shares: Mapping[str, float], rng: random.Random, untaught: Set[str] = frozenset()
    ) -> list[Labelled]:
        """One pass: rows of each group's examples, each example ``share`` times on average."""
        out = []
        for group, share in shares.items():
            for number in self.members(group):
                times = int(share) + (rng.random() < share % 1)
                out += [replace(self.labelled(number, rng), taught=group not in untaught) for _ in range(times)]
        return out


def _unanswered(question: Tokens, above: Tokens, passage: Tokens, first: int, size: int) -> Labelled:
    return Labelled(row(question, above, passage, first, min(len(passage), first + size)).ids, 0, 0)


def gather(examples: Iterable[Example], tokens_of: Callable[[str], Tokens]) -> Material:
    """Tokenise examples; those whose answer is longer than a row has room for are left out."""
    numbers: dict[str, int] = {}
    texts: list[Tokens] = []

    def number(text: str) -> int:
        if text not in numbers:
            numbers[text] = len(texts)
            texts.append(tokens_of(text))
        return numbers[text]

    columns: list[tuple[int, int, int, int, str]] = []
    headings: list[list[int]] = []
    for one in examples:
        question, passage = number(one.question), number(one.passage)
        above = [number(each) for each in one.headings]
        first = last = -1
        if one.end > one.start:
            starts, ends = texts[passage].starts, texts[passage].ends
            covering = [i for i in range(len(starts)) if starts[i] < one.end and ends[i] > one.start]
            least = min(room(texts[question], texts[each]) for each in above)
            if not covering or covering[-1] - covering[0] >= least:
                continue
            first, last = covering[0], covering[-1]
        columns.append((question, passage, first, last, one.group))
        headings.append(above)
    names = sorted({group for *_, group in columns})
    return Material(
        np.array([each for text in texts for each in text.ids], dtype=np.int32),
        np.cumsum([0, *(len(text) for text in texts)]),
        np.array([c[0] for c in columns], dtype=np.int32),
        np.array([c[1] for c in columns], dtype=np.int32),
        np.array([each for above in headings for each in above], dtype=np.int32),
        np.cumsum([0, *(len(above) for above in headings)]),
        np.array([c[2] for c in columns], dtype=np.int32),
        np.array([c[3] for c in columns], dtype=np.int32),
        np.array([names.index(c[4]) for c in columns], dtype=np.int32),
        np.array(names, dtype=np.str_),
    )


def save(material: Material, path: Path) -> None:
    """Write to ``path``, whole or not at all."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        np.savez_compressed(file, **{name: getattr(material, name) for name in Material.__dataclass_fields__})
    temporary.replace(path)


def load(path: Path) -> Material:
    """Read what ``save`` wrote."""
    with np.load(path) as stored:
        return Material(**{name: stored[name] for name in Material.__dataclass_fields__})


def batches(lengths: Sequence[int], tokens: int, rng: np.random.Generator) -> list[list[int]]:
    """All rows in a random order, in batches of at most ``tokens`` tokens with padding, of rows of like length."""
    order = rng.permutation(len(lengths))
    out: list[list[int]] = []
    for first in range(0, len(order), 512):
        chunk = sorted(order[first : first + 512], key=lambda number: lengths[number])
        found: list[list[int]] = [[]]
        for number in chunk:
            if found[-1] and (len(found[-1]) + 1) * lengths[number] > tokens:
                found.append([])
            found[-1].append(int(number))
        out += [found[number] for number in rng.permutation(len(found))]
    return out


def padded(rows: Sequence[Sequence[int]], pad: int, multiple: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ids and attention mask of rows of ids, shape (rows, longest), filled up with ``pad`` to a ``multiple``."""
    longest = -(-max(len(each) for each in rows) // multiple) * multiple
    ids = np.full((len(rows), longest), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    for place, each in enumerate(rows):
        ids[place, : len(each)] = each
        mask[place, : len(each)] = 1
    return ids, mask
