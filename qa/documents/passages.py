"""From blocks to passages: never across headings, whole paragraphs where they fit, else even pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.documents.model import Kind, PassageDraft
from qa.documents.plain import trim
from qa.documents.structure import Placed
from qa.pages import page_at
from qa.text.sentences import split_sentences

LIMIT = 500
"""Most characters of a passage."""
WHOLE = 420
"""Most characters of a paragraph that stays whole."""
TARGET = 320
"""Characters that the pieces of a longer paragraph aim at."""
SHORT = 80
"""Fewer characters than this make a block that is joined to a neighbour."""
JOINED = 350
"""Most characters of short blocks that are joined to each other."""
TINY = 40
"""Fewer characters than this never stand alone where there is a neighbour; the whole is cut evenly again."""

_INSIDE = 400.0  # squared characters: a cut at a line's end may be 20 off the mean instead
_ADDRESS = re.compile(r"(?:各位|同志们|女士们|朋友们).{0,10}[！!，,。]?$")
_BREAK = re.compile(r"[，、,：:；;）)”」』\s]")


@dataclass(slots=True)
class _Chunk:
    """Neighbouring blocks that will share a passage, as long as they fit."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    table: int | None
    headings_only: bool
    last: int
    named: bool = False

    @property
    def size(self) -> int:
        return self.end - self.start


def draft(
    text: str,
    placed: Sequence[Placed],
    boilerplate: Sequence[tuple[int, int]] = (),
    page_starts: Sequence[int] = (),
) -> tuple[PassageDraft, ...]:
    """Passages that cover every block, in order; no passage reaches over a span of ``boilerplate``.

    ``page_starts`` are the offsets at which the document's pages begin; a passage may go over several.
    """
    drafts: list[PassageDraft] = []
    for chunk in _chunks(text, placed, boilerplate):
        for start, end in split(text, chunk.start, chunk.end):
            drafts.append(PassageDraft(start, end, chunk.heading_path, page_at(page_starts, start)))
    return tuple(drafts)


def _chunks(text: str, placed: Sequence[Placed], boilerplate: Sequence[tuple[int, int]]) -> Iterator[_Chunk]:
    walls = sorted(boilerplate)
    wall = 0
    chunk: _Chunk | None = None
    for index, item in enumerate(placed):
        block = item.block
        following = placed[index + 1] if index + 1 < len(placed) else None
        while wall < len(walls) and walls[wall][1] <= block.start:
            if chunk is not None and walls[wall][0] >= chunk.end:
                yield chunk
                chunk = None
            wall += 1
        if chunk is not None and _joins(text, chunk, item, following):
            if chunk.headings_only and _visible(text[block.start : block.end]):
                chunk.heading_path = item.heading_path
                chunk.headings_only = item.is_heading
            chunk.end = block.end
            chunk.last = block.end - block.start
            continue
        if chunk is not None:
            yield chunk
        chunk = _Chunk(
            block.start,
            block.end,
            item.heading_path,
            block.table,
            item.is_heading,
            block.end - block.start,
            block.named,
        )
    if chunk is not None:
        yield chunk


def _joins(text: str, chunk: _Chunk, item: Placed, following: Placed | None) -> bool:
    block = item.block
    if chunk.named or block.named:
        # A row that names its columns says all that it has to say: beside a title or a neighbour it is found less well.
        return False
    total = block.end - chunk.start
    size = block.end - block.start
    if chunk.headings_only:
        # A heading goes with what stands below it, never with its neighbour's text.
        below = item.heading_path[: len(chunk.heading_path)] == chunk.heading_path
        return below and (block.start - chunk.end < SHORT)
    if item.heading_path != chunk.heading_path or item.is_heading or _opens(item, chunk, text):
        return False
    if not _visible(text[block.start : block.end]):
        return total <= LIMIT
    if block.kind is Kind.ROW and chunk.table == block.table:
        return total <= JOINED
    if chunk.size < TINY:
        return True
    if size < TINY:
        # What announces or addresses goes with the paragraph behind it, where that does not fit here too.
        line = text[block.start : block.end]
        if following is not None and following.heading_path == item.heading_path:
            fits = following.block.end - chunk.start <= JOINED
            if not fits and (line[-1] in "：:" or _ADDRESS.match(line)):
                return False
        if total > JOINED:
            return total <= 4 * LIMIT
    if chunk.size < SHORT:
        return total <= LIMIT if size >= SHORT else total <= JOINED
    return (size < SHORT or chunk.last < SHORT) and total <= JOINED


def _opens(item: Placed, chunk: _Chunk, text: str) -> bool:
    """Whether the block itself opens a section of the same name (a run-in heading that repeats)."""
    if not item.heading_path or item.block.start == chunk.start:
        return False
    label = item.heading_path[-1]
    return text.startswith(label, item.block.start) and text.startswith(label, chunk.start)


def _visible(text: str) -> bool:
    return any(c.isprintable() and not c.isspace() for c in text)


def split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut ``text[start:end]`` into even pieces at sentence ends; it stays whole up to 420 characters.

    Every piece has at most 500 characters. The cuts minimise the squared distance of the pieces' lengths
    from the mean; a sentence that is too long alone is cut at commas, or anywhere as a last resort.
    """
    if end - start <= WHOLE:
        return [(start, end)]
    units = [piece for span in split_sentences(text, start, end) for piece in _fit(text, *span)]
    if len(units) < 2:
        return units
    mean = (end - start) / -(-(end - start) // TARGET)
    # best[i]: least cost of covering units[:i]; a piece is text[units[j].start : units[i-1].end].
    best = [0.0] + [float("inf")] * len(units)
    cut = [0] * (len(units) + 1)
    for i in range(1, len(units) + 1):
        # Pieces that end in the middle of a line cost a little more than those that end with it.
        inside = i < len(units) and not _line_break(text, units[i - 1][1], units[i][0])
        extra = _INSIDE if inside else 0.0
        for j in range(i - 1, -1, -1):
            size = units[i - 1][1] - units[j][0]
            if size > LIMIT:
                break
            cost = best[j] + (size - mean) ** 2 + extra
            if cost < best[i]:
                best[i], cut[i] = cost, j
    pieces: list[tuple[int, int]] = []
    i = len(units)
    while i:
        pieces.append((units[cut[i]][0], units[i - 1][1]))
        i = cut[i]
    return pieces[::-1]


def _line_break(text: str, start: int, end: int) -> bool:
    return any(c in "\n\r\u2028\u2029\x0b\x0c\x85" for c in text[start:end])


def _fit(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut one sentence that is longer than a passage may be."""
    while end - start > LIMIT:
        parts = -(-(end - start) // TARGET)
        ideal = start + min(LIMIT, -(-(end - start) // parts))
        at = _nearest_break(text, start, ideal)
        span = trim(text, start, at)
        if span is not None:
            yield span
        start = at
    span = trim(text, start, end)
    if span is not None:
        yield span


def _nearest_break(text: str, start: int, ideal: int) -> int:
    """The cut nearest to ``ideal``, behind a comma or space; within a passage's limit of ``start``."""
    lowest, highest = start + (ideal - start) // 3, start + LIMIT
    cuts = [m.end() for m in _BREAK.finditer(text, lowest, highest)]
    if cuts:
        return min(cuts, key=lambda c: abs(c - ideal))
    at = ideal
    while at > lowest and text[at - 1].isascii() and text[at - 1].isalnum() and text[at].isalnum():
        at -= 1
    return at if at > lowest else ideal
