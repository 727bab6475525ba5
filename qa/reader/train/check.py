"""How well a model in training reads what is held apart: a quick look, in tokens, without weights of selection.

Exact and F1 here compare the tokens of the best span with those of the marked answer; the figures of the README
compare words and characters by the sets' own rules (``python -m eval.bench reader``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from qa.reader.decode import LONGEST
from qa.reader.model import ReaderModel
from qa.reader.pairs import Row
from qa.reader.tokens import PAD
from qa.reader.train.material import Material, padded

BATCH = 64


@dataclass(frozen=True, slots=True)
class Score:
    """Means over a group's examples, in 0..1; ``margin`` is the span's score above "no answer"."""

    group: str
    count: int
    exact: float
    f1: float
    margin: float


def check(model: ReaderModel, held: Material, device: str) -> list[Score]:
    """Scores of each group; groups without answers have 1 where the model says that there is none."""
    model.eval()
    out = []
    for group in held.counts():
        numbers = held.members(group)
        rows = [(number, row) for number in numbers for row in held.read(number)]
        best: dict[int, tuple[float, int, int]] = {}
        for (number, _), found in zip(rows, _spans(model, [row for _, row in rows], device), strict=True):
            best[number] = max(best.get(number, (-np.inf, 0, 0)), found)
        exact: list[float] = []
        f1: list[float] = []
        for number in numbers:
            margin, low, high = best[number]
            first, last = int(held.first[number]), int(held.last[number]) + 1
            if first < 0:
                exact.append(margin < 0)
                f1.append(margin < 0)
                continue
            exact.append((low, high) == (first, last))
            f1.append(2 * max(0, min(high, last) - max(low, first)) / (high - low + last - first))
        margins = float(np.mean([best[number][0] for number in numbers]))
        out.append(Score(group, len(numbers), float(np.mean(exact)), float(np.mean(f1)), margins))
    return out


@torch.no_grad()
def _spans(model: ReaderModel, rows: Sequence[Row], device: str) -> list[tuple[float, int, int]]:
    """For each row the best span's margin, and its tokens in the passage."""
    out: list[tuple[float, int, int]] = [(0.0, 0, 0)] * len(rows)
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].ids))
    for at in range(0, len(order), BATCH):
        batch = order[at : at + BATCH]
        ids, mask = padded([rows[i].ids for i in batch], PAD)
        starts, ends, _ = model(torch.from_numpy(ids).to(device), torch.from_numpy(mask).to(device))
        sums = starts[:, :, None] + ends[:, None, :]
        allowed = torch.ones(sums.shape[1:], dtype=torch.bool, device=sums.device).triu().tril(LONGEST - 1)
        inside = torch.zeros(starts.shape, dtype=torch.bool)
        for place, i in enumerate(batch):
            inside[place, rows[i].offset : rows[i].offset + rows[i].last - rows[i].first] = True
        inside = inside.to(sums.device)
        sums = sums.masked_fill(~(allowed & inside[:, :, None] & inside[:, None, :]), -1e9).flatten(1)
        values, places = sums.max(1)
        none = (starts[:, 0] + ends[:, 0]).tolist()
        for i, value, flat, away in zip(batch, values.tolist(), places.tolist(), none, strict=True):
            begin, end = divmod(flat, ids.shape[1])
            row = rows[i]
            out[i] = (value - away, row.first + begin - row.offset, row.first + end - row.offset + 1)
    return out


def table(scores: Sequence[Score]) -> str:
    """One line a group."""
    lines = [f"  {'held apart':18s}{'n':>6s}{'exact':>8s}{'F1':>8s}{'margin':>8s}"]
    lines += [f"  {s.group:18s}{s.count:6d}{s.exact:8.1%}{s.f1:8.1%}{s.margin:8.1f}" for s in scores]
    return "\n".join(lines)
