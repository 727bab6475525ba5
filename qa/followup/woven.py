"""Text that knows which of its characters came from the history."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Woven:
    """``text``, and for each of its characters whether it was carried over from the history."""

    text: str
    carried: tuple[bool, ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.carried):
            raise ValueError(f"{len(self.text)} characters, {len(self.carried)} marks")

    def __add__(self, other: Woven) -> Woven:
        return Woven(self.text + other.text, self.carried + other.carried)

    def __getitem__(self, part: slice) -> Woven:
        return Woven(self.text[part], self.carried[part])

    def __bool__(self) -> bool:
        return bool(self.text)

    def parts(self) -> tuple[tuple[int, int], ...]:
        """``(start, end)`` of each stretch that was carried over, in order."""
        out = []
        at = 0
        for carried, run in groupby(self.carried):
            size = len(list(run))
            if carried:
                out.append((at, at + size))
            at += size
        return tuple(out)


def own(text: str) -> Woven:
    """``text`` of the question itself, or that was put in to make it a sentence."""
    return Woven(text, (False,) * len(text))


def carried(text: str) -> Woven:
    """``text`` of an earlier question or answer."""
    return Woven(text, (True,) * len(text))


def edited(text: str, edits: list[tuple[int, int, Woven]]) -> Woven:
    """The earlier ``text`` with each ``(start, end, instead)`` put in; the edits must not overlap."""
    out = own("")
    at = 0
    for start, end, instead in sorted(edits, key=lambda edit: edit[:2]):
        if start < at:
            raise ValueError("edits overlap")
        out = out + carried(text[at:start]) + instead
        at = end
    return out + carried(text[at:])
