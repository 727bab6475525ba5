"""The default model's tuning for finding a question's paragraph: low-rank adapters, added when it is loaded.

The unpacked folder holds the model as it was published, which others (the reader) build on. ``python -m
qa.retriever.train`` makes the file of adapters; without it the default model is the published one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from embeddings.errors import ModelError

FILE = Path(__file__).with_name("adapters.safetensors")


def identity(path: Path) -> str:
    """A digest of the adapters, which tells vectors with them from vectors without."""
    return hashlib.sha256(_content(path)).hexdigest()[:12]


def merge(encoder: Any, path: Path) -> None:
    """Add ``up @ down`` to the weight of each linear layer of ``encoder`` (a ``BertModel``) that ``path`` adapts.

    The file holds ``{layer}.down`` of shape (rank, in) and ``{layer}.up`` of shape (out, rank). Raises ``ModelError``
    and leaves the encoder as it was where they do not fit it.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(_content(path))
        weights = {}
        for layer in dict.fromkeys(name.rpartition(".")[0] for name in tensors):
            weight = encoder.encoder.get_submodule(layer).weight
            gain = tensors.pop(f"{layer}.up").float() @ tensors.pop(f"{layer}.down").float()
            if gain.shape != weight.shape:
                raise ValueError(f"{layer} is of another shape")
            weights[layer] = (weight, gain)
        if tensors:
            raise ValueError(f"{next(iter(tensors))} is of no use")
    except (SafetensorError, AttributeError, KeyError, RuntimeError, ValueError) as error:
        raise ModelError(f"{path} does not fit the default model: {error}", "Install the package again.") from error
    with torch.no_grad():
        for weight, gain in weights.values():
            weight += gain.to(weight)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}", "Install the package again.") from error
