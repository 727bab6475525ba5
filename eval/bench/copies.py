"""Are copies and edited versions noticed when they are added, nothing else, and at what cost? Laws, edited by rule.

Every edit puts another character in the place of one, spread evenly; a version has another paragraph for each so many
of its own, taken from the law before it. What is found for a law that was not edited is a false alarm, or a law that
really stands twice in the collection: its name is given.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from eval.bench.structure import laws
from qa.text.sketch import SAME, VERSION, marks, overlap, sketch

EDITS = (0.001, 0.003, 0.01, 0.03)
"""Shares of a text's characters that are edited."""
VERSIONS = (10, 5, 3)
"""One paragraph in so many is another."""
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Measured:
    """``edited`` and ``versions``: by share, the laws that are noticed as copies, or as versions where they have the
    title, too; ``alarms``: pairs of different files with their overlap. Milliseconds are for one law.
    """

    laws: int
    characters: int
    edited: dict[float, int]
    versions: dict[int, int]
    alarms: list[tuple[float, str, str]]
    sketching: float
    finding: float


def measure(shared: Path, every: int) -> Measured:
    """Every so many-th law among all that are looked at; ``DocumentError`` when they are not there."""
    texts = [(name, text) for name, text in laws(shared, every) if len(text) > 200]
    begun = time.perf_counter()
    drawn = [sketch(text) for _, text in texts]
    sketching = time.perf_counter() - begun
    held: dict[int, list[int]] = defaultdict(list)
    for i, one in enumerate(drawn):
        for mark in marks(one):
            held[mark].append(i)

    def near(one: bytes) -> dict[int, float]:
        return {i: overlap(one, drawn[i]) for i in {i for mark in marks(one) for i in held.get(mark, ())}}

    begun = time.perf_counter()
    alarms = [
        (share, texts[i][0], texts[j][0])
        for i, one in enumerate(drawn)
        for j, share in near(one).items()
        if i < j and share >= SAME
    ]
    finding = time.perf_counter() - begun
    edited = {
        share: sum(near(sketch(_edited(text, share))).get(i, 0.0) >= SAME for i, (_, text) in enumerate(texts))
        for share in EDITS
    }
    versions = {
        each: sum(
            near(sketch(_version(text, texts[i - 1][1], each))).get(i, 0.0) >= VERSION
            for i, (_, text) in enumerate(texts)
        )
        for each in VERSIONS
    }
    count = max(1, len(texts))
    characters = sum(len(text) for _, text in texts)
    alarms.sort(reverse=True)
    return Measured(len(texts), characters, edited, versions, alarms, 1e3 * sketching / count, 1e3 * finding / count)


def _edited(text: str, share: float) -> str:
    step = max(1, round(1 / share))
    return "".join("某" if i % step == step // 2 else c for i, c in enumerate(text))


def _version(text: str, other: str, each: int) -> str:
    strange = other.split("\n")
    return "\n".join(
        strange[i % len(strange)] if i % each == each - 1 else line for i, line in enumerate(text.split("\n"))
    )


def table(found: Measured) -> str:
    """What was measured."""
    lines = [
        f"  {found.laws:,} laws, {found.characters:,} characters: {found.sketching:.2f} ms to sketch one,"
        f" {found.finding:.2f} ms to find what is like it"
    ]
    lines += [
        f"  {share:.1%} of the characters edited: {count:,} noticed as copies ({count / max(1, found.laws):.1%})"
        for share, count in found.edited.items()
    ]
    lines += [
        f"  one paragraph in {each} another: {count:,} noticed as versions ({count / max(1, found.laws):.1%})"
        for each, count in found.versions.items()
    ]
    lines.append(f"  {len(found.alarms)} pairs of different files are copies of each other:")
    lines += [f"    {share:.0%} {one} | {other}" for share, one, other in found.alarms[:_NAMED]]
    return "\n".join(lines)
