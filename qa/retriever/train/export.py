"""From what training learned to the file of adapters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader import weights
from qa.reader.train.export import adapters

if TYPE_CHECKING:
    from torch import Tensor


def export(learned: Mapping[str, Tensor], scale: float, path: Path) -> None:
    """Write peft's parameters by the linear layer that they adapt, in half precision, whole or not at all.

    ``{layer}.down`` is of shape (rank, in) and ``{layer}.up``, with ``scale`` (alpha / rank) in it, (out, rank):
    ``up @ down`` is what the layer's weight gains.
    """
    weights.save_tensors(weights.named(adapters(learned, scale)), path)
