"""From what training learned to files: the adapters that the reader ships with, and teachers for later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader import weights

if TYPE_CHECKING:
    from torch import Tensor

    from qa.reader.model import ReaderModel

_DOWN, _UP = ".lora_A.default.weight", ".lora_B.default.weight"


def export(learned: Mapping[str, Tensor], scale: float, path: Path) -> None:
    """Write peft's parameters by the linear layer that they adapt, ``scale`` (alpha / rank) folded into ``up``.

    Where the layers themselves learned, they are written as they are, in half precision.
    """
    adapters = {}
    for name, down in learned.items():
        if name.endswith(_DOWN):
            layer = name.removesuffix(_DOWN)
            adapters[layer[layer.index("layer.") :]] = (down, scale * learned[f"{layer}{_UP}"])
    if adapters:
        weights.save(adapters, (learned["heads.weight"], learned["heads.bias"]), path)
    else:
        weights.save_tensors(learned, path)


def take_up(model: ReaderModel, path: Path) -> ReaderModel:
    """``model``, which is over the plain encoder, with what ``export`` wrote."""
    import torch
    from safetensors.torch import load_file

    tensors = load_file(path)
    if any(name.endswith(".down") for name in tensors):
        weights.merge(model, path)
        return model
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name in tensors:
                parameter.copy_(tensors[name])
    return model
