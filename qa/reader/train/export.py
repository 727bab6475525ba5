"""From what training learned to files: the adapters that the reader ships with, and teachers for later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader import weights

if TYPE_CHECKING:
    from torch import Tensor

    from qa.reader.model import ReaderModel

_DOWN, _UP = ".lora_A.default.weight", ".lora_B.default.weight"


def adapters(learned: Mapping[str, Tensor], scale: float) -> dict[str, tuple[Tensor, Tensor]]:
    """Of peft's parameters, ``(down, up)`` by the linear layer they adapt, ``scale`` (alpha / rank) folded into ``up``.

    ``down`` is of shape (rank, in), ``up`` of (out, rank). Empty where no adapters learned.
    """
    out = {}
    for name, down in learned.items():
        if name.endswith(_DOWN):
            layer = name.removesuffix(_DOWN)
            out[layer[layer.index("layer.") :]] = (down, scale * learned[f"{layer}{_UP}"])
    return out


def export(learned: Mapping[str, Tensor], scale: float, path: Path) -> None:
    """Write the adapters and the heads; where the layers themselves learned, all that did, in half precision."""
    found = adapters(learned, scale)
    if found:
        weights.save(found, (learned["heads.weight"], learned["heads.bias"]), path)
    else:
        weights.save_tensors(learned, path)


def mean(files: Sequence[Path], path: Path) -> None:
    """Write the mean of what ``export`` wrote to ``files``, tensor by tensor, in half precision."""
    import torch
    from safetensors.torch import load_file

    loaded = [load_file(file) for file in files]
    weights.save_tensors(
        {name: torch.stack([each[name].float() for each in loaded]).mean(0) for name in loaded[0]}, path
    )


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


def go_on_from(model: ReaderModel, scale: float, path: Path) -> None:
    """Give a model with adapters of peft the adapters and heads in ``path``: the inverse of ``export``.

    Raises ``ValueError`` where the file's adapters are of another rank, or for other layers.
    """
    import torch
    from safetensors.torch import load_file

    found = load_file(path)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.startswith("heads."):
                parameter.copy_(found.pop(name))
            elif name.endswith((_DOWN, _UP)):
                layer = name.removesuffix(_DOWN).removesuffix(_UP)
                stored = found.pop(f"{layer[layer.index('layer.') :]}.{'down' if name.endswith(_DOWN) else 'up'}", None)
                if stored is None or stored.shape != parameter.shape:
                    raise ValueError(f"{path} has no adapter of this shape for {layer}")
                parameter.copy_(stored if name.endswith(_DOWN) else stored / scale)
    if found:
        raise ValueError(f"{path} has adapters for other layers: {', '.join(sorted(found)[:3])}")
