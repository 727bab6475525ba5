"""From what training learned to the file of adapters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_DOWN, _UP = ".lora_A.default.weight", ".lora_B.default.weight"


def export(learned: Mapping[str, Tensor], scale: float, path: Path) -> None:
    """Write peft's parameters by the linear layer that they adapt, in half precision, whole or not at all.

    ``{layer}.down`` is of shape (rank, in) and ``{layer}.up``, with ``scale`` (alpha / rank) in it, (out, rank):
    ``up @ down`` is what the layer's weight gains.
    """
    import torch
    from safetensors.torch import save_file

    halves = {}
    for name, down in learned.items():
        if name.endswith(_DOWN):
            layer = name.removesuffix(_DOWN)
            short = layer[layer.index("layer.") :]
            for part, tensor in (("down", down), ("up", scale * learned[f"{layer}{_UP}"])):
                halves[f"{short}.{part}"] = tensor.detach().to("cpu", torch.float16).contiguous()
    temporary = path.with_name(f".{path.name}.part")
    save_file(halves, temporary, metadata={"format": "pt"})
    temporary.replace(path)
