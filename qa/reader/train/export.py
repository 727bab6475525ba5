"""From what training learned to the file that the reader ships with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader import weights

if TYPE_CHECKING:
    from torch import Tensor

_DOWN, _UP = ".lora_A.default.weight", ".lora_B.default.weight"


def export(learned: Mapping[str, Tensor], scale: float, path: Path) -> None:
    """Write peft's parameters by the linear layer that they adapt, ``scale`` (alpha / rank) folded into ``up``."""
    adapters = {}
    for name, down in learned.items():
        if name.endswith(_DOWN):
            layer = name.removesuffix(_DOWN)
            adapters[layer[layer.index("layer.") :]] = (down, scale * learned[f"{layer}{_UP}"])
    weights.save(adapters, (learned["heads.weight"], learned["heads.bias"]), path)
