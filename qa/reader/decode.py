"""From logits to spans of characters: the best pairs of start and end in each window, exact and uncut."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.reader.pairs import Row
from qa.reader.tokens import Tokens
from qa.reader.whole import uncut

if TYPE_CHECKING:
    from qa.reader.engines import WindowLogits

LONGEST = 96
"""Tokens of an answer at most: 99.8% of CMRC train's answers are shorter."""
BEST = 12
"""Starts and ends that are paired in a window."""
KEPT = 3
"""Spans of a passage that are kept; none of them overlap."""
_EDGE = "、，,；;：:。.！!？?—… \t\n\r\u3000"
_PAIRS = {"《": "》", "“": "”", "「": "」", "『": "』", "（": "）", "(": ")", "〈": "〉", "‘": "’"}


@dataclass(frozen=True, slots=True)
class Span:
    """``passage.text[start:end]``.

    ``margin`` is its logits' sum above "no answer here" in its window, ``share`` the logarithm of its probability
    among the passage's tokens there, ``answer`` the logit of the answerability head.
    """

    start: int
    end: int
    margin: float
    share: float
    answer: float


def spans(
    text: str,
    tokens: Tokens,
    rows: Sequence[Row],
    read: Sequence[WindowLogits],
    brief: float = 0.0,
    mend: Callable[[str, int, int], tuple[int, int]] | None = None,
) -> list[Span]:
    """The best spans of a passage over its windows, best first: by their margin less ``brief`` times ln(characters).

    ``mend`` makes of ``text[start:end]`` what was asked for (``qa.reader.reached``, ``qa.reader.narrow``). What of one
    window comes to the same words by that, or by what ``trimmed`` does, has the sum of their probabilities.
    """
    import numpy as np

    found: dict[tuple[int, int], Span] = {}
    for row, logits in zip(rows, read, strict=True):
        place = slice(row.offset, row.offset + row.last - row.first)
        starts, ends = logits.start[place], logits.end[place]
        if not len(starts):
            continue
        none = float(logits.start[0] + logits.end[0])
        norm = _log_sum(starts) + _log_sum(ends)
        first, last = np.argsort(-starts)[:BEST], np.argsort(-ends)[:BEST]
        sums = starts[first][:, None] + ends[last][None, :]
        length = last[None, :] - first[:, None]
        shares: dict[tuple[int, int], list[float]] = {}
        tops: dict[tuple[int, int], float] = {}
        sums = np.where((length >= 0) & (length < LONGEST), sums, -np.inf)
        for flat in np.argsort(-sums, axis=None)[: 10 * KEPT]:
            i, j = np.unravel_index(flat, sums.shape)
            total = float(sums[i, j])
            if not np.isfinite(total):
                break
            start, end = trimmed(text, tokens.starts[row.first + int(first[i])], tokens.ends[row.first + int(last[j])])
            if mend is not None and start < end:
                start, end = mend(text, start, end)
            if start < end:
                shares.setdefault((start, end), []).append(total - norm)
                tops.setdefault((start, end), total - none)
        for (start, end), margin in tops.items():
            if (start, end) not in found or found[start, end].margin < margin:
                share = min(0.0, _log_sum(shares[start, end]))
                found[start, end] = Span(start, end, margin, share, logits.answer)
    kept: list[Span] = []
    for span in sorted(found.values(), key=lambda s: brief * math.log(s.end - s.start) - s.margin):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
            if len(kept) == KEPT:
                break
    return kept


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """``start:end`` without punctuation at its edges, with whole figures, and with the other half of its brackets."""
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE and not text[end - 1].isdigit():
        end -= 1
    if start >= end:
        return start, start
    start, end = uncut(text, start, end)
    inside = text[start:end]
    for opening, closing in _PAIRS.items():
        missing = inside.count(opening) - inside.count(closing)
        if missing == 1 and text[end : end + 1] == closing:
            end += 1
        elif missing == 1 and text[start] == opening:
            start += 1
        elif missing == -1 and text[start - 1 : start] == opening:
            start -= 1
        elif missing == -1 and text[end - 1] == closing:
            end -= 1
    return start, end


def _log_sum(values: object) -> float:
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    top = float(array.max())
    return top + float(np.log(np.exp(array - top).sum()))
