"""The reader's weights: adapters and heads in one file, added to the encoder when it is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from qa.reader.model import ReaderModel

FILE = Path(__file__).with_name("reader.safetensors")


def identity(path: Path = FILE) -> str:
    """A digest of the weights, and of the encoder that they belong to."""
    from embeddings.default_model import IDENTITY

    return hashlib.sha256(path.read_bytes() + IDENTITY.encode()).hexdigest()[:16]


def save(adapters: Mapping[str, tuple[Tensor, Tensor]], heads: tuple[Tensor, Tensor], path: Path = FILE) -> None:
    """Write adapters by the linear layer that they belong to, and the heads' weight and bias, in half precision.

    An adapter is ``(down, up)`` of shapes (rank, in) and (out, rank): ``up @ down`` is added to the layer's weight.
    """
    save_tensors({"heads.weight": heads[0], "heads.bias": heads[1], **named(adapters)}, path)


def named(adapters: Mapping[str, tuple[Tensor, Tensor]]) -> dict[str, Tensor]:
    """Adapters as their file has them: ``{layer}.down`` and ``{layer}.up``."""
    return {
        f"{layer}.{part}": tensor
        for layer, pair in adapters.items()
        for part, tensor in zip(("down", "up"), pair, strict=True)
    }


def save_tensors(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Write tensors by their names in half precision, whole or not at all."""
    import torch
    from safetensors.torch import save_file

    halves = {name: tensor.detach().to("cpu", torch.float16).contiguous() for name, tensor in tensors.items()}
    temporary = path.with_name(f".{path.name}.part")
    save_file(halves, temporary, metadata={"format": "pt"})
    temporary.replace(path)


def load(encoder_folder: Path, path: Path = FILE) -> ReaderModel:
    """The reader over the encoder in ``encoder_folder``, adapters merged, in evaluation mode, float32, on the CPU."""
    from qa.reader.model import ReaderModel

    model = ReaderModel(load_encoder(encoder_folder))
    merge(model, path)
    return model.eval()


def merge(model: ReaderModel, path: Path) -> None:
    """Add the adapters in ``path`` to the encoder's linear layers, and take over the heads."""
    import torch
    from safetensors.torch import load_file

    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    with torch.no_grad():
        model.heads.weight.copy_(tensors.pop("heads.weight"))
        model.heads.bias.copy_(tensors.pop("heads.bias"))
        for layer in sorted({name.rpartition(".")[0] for name in tensors}):
            linear = model.encoder.encoder.get_submodule(layer)
            linear.weight += tensors[f"{layer}.up"] @ tensors[f"{layer}.down"]


def load_encoder(folder: Path, **options: Any) -> Any:
    """The ``BertModel`` of a model folder, in float32, without its pooler."""
    import torch
    from transformers import AutoModel
    from transformers.utils import logging

    bars, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    # That the folder holds a pooler beside what is wanted is no news.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        return AutoModel.from_pretrained(
            folder, local_files_only=True, add_pooling_layer=False, dtype=torch.float32, **options
        )
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
