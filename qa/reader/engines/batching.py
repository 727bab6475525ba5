"""Windows of different length, read in batches with little padding, their logits given back in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from qa.reader.engines.base import Engine, Floats

MAX_TOKENS = 512
"""Larger batches are no faster on a processor: what passes between two layers then leaves its caches."""
PADDING = 8
"""Rather than padding a window by more tokens than this, a batch of its own: a call costs about that much."""
PAD_ID = 1
"""The padding of XLM-R's vocabulary; the mask hides it, so that any id would do."""


class WindowLogits(NamedTuple):
    """Logits of one window: ``start`` and ``end`` have shape (tokens,), float32."""

    start: Floats
    end: Floats
    answer: float


def batches(lengths: Sequence[int], max_tokens: int = MAX_TOKENS, padding: int = PADDING) -> Iterator[list[int]]:
    """Positions of windows that are read together, longest first; each position occurs once.

    A batch has at most ``max_tokens`` tokens, its padding counted (or one window, however long), and no window in
    it is padded by more than ``padding`` tokens.
    """
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda each: -lengths[each]):
        if batch:
            longest = lengths[batch[0]]
            if longest - lengths[position] > padding or longest * (len(batch) + 1) > max_tokens:
                yield batch
                batch = []
        batch.append(position)
    if batch:
        yield batch


def read_windows(
    engine: Engine, windows: Sequence[Sequence[int]], *, max_tokens: int = MAX_TOKENS, padding: int = PADDING
) -> list[WindowLogits]:
    """Logits of each window of token ids, in their order, without padding."""
    import numpy as np

    read: dict[int, WindowLogits] = {}
    for batch in batches([len(window) for window in windows], max_tokens, padding):
        ids = np.full((len(batch), len(windows[batch[0]])), PAD_ID, dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, position in enumerate(batch):
            length = len(windows[position])
            ids[row, :length] = windows[position]
            mask[row, :length] = 1
        start, end, answer = engine(ids, mask)
        for row, position in enumerate(batch):
            length = len(windows[position])
            read[position] = WindowLogits(start[row, :length], end[row, :length], float(answer[row]))
    return [read[position] for position in range(len(windows))]
