"""A small copy of the encoder to train from, easy to carry to another machine: a few megabytes instead of 470.

The default model's weights came as 4-bit blocks (32 values that share a scale), so they can be kept as such without
loss. Of the vocabulary, only Chinese and English pieces, digits and punctuation stay.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.reader.train.material import Material

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

BLOCK = 32
WORDS = "embeddings.word_embeddings.weight"
_KEPT = re.compile("▁?[\u4e00-\u9fff\u3400-\u4dbf\u3000-\u303f\uff00-\uffef\u2010-\u2027\u2030-\u203b·×°℃ -~]*")


def kept_pieces(tokenizer: Tokenizer) -> NDArray[np.int32]:
    """Ids of the pieces that stay, ascending: the special ones, Chinese, English, digits, punctuation."""
    vocabulary: dict[str, int] = tokenizer.get_vocab()
    special = {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}
    kept = [number for piece, number in vocabulary.items() if piece in special or _KEPT.fullmatch(piece)]
    return np.array(sorted(kept), dtype=np.int32)


def write(encoder: Any, kept: NDArray[np.int32], path: Path) -> None:
    """Write ``encoder`` (a ``BertModel``) with the word embeddings ``kept`` to ``path``."""
    arrays: dict[str, NDArray[Any]] = {"kept": kept}
    for name, tensor in encoder.state_dict().items():
        values = tensor.detach().float().cpu().numpy()
        if name == WORDS:
            values = values[kept]
        packed = pack(values) if values.ndim == 2 else None
        if packed is None:
            arrays[name] = values
        else:
            arrays[f"{name}.codes"], arrays[f"{name}.scales"] = packed
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    temporary.replace(path)


def read(path: Path, attention: str = "eager") -> tuple[Any, NDArray[np.int32]]:
    """The ``BertModel`` that ``write`` wrote, and the ids that its rows of word embeddings stand for.

    ``attention``: the fused one ("sdpa") is quick on accelerators, but its backward pass is slow on processors.
    """
    import torch
    from transformers import BertConfig, BertModel

    with np.load(path) as stored:
        arrays = dict(stored)
    kept = arrays.pop("kept")
    state = {name: values for name, values in arrays.items() if not name.endswith((".codes", ".scales"))}
    for name in {each.rpartition(".")[0] for each in arrays if each.endswith(".codes")}:
        state[name] = unpack(arrays[f"{name}.codes"], arrays[f"{name}.scales"])
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layer."))
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=state[WORDS].shape[1],
        num_hidden_layers=layers,
        num_attention_heads=state[WORDS].shape[1] // 32,
        intermediate_size=state["encoder.layer.0.intermediate.dense.weight"].shape[0],
        max_position_embeddings=state["embeddings.position_embeddings.weight"].shape[0],
        type_vocab_size=state["embeddings.token_type_embeddings.weight"].shape[0],
        layer_norm_eps=1e-12,
    )
    config._attn_implementation = attention
    model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    return model, kept


def renumbered(material: Material, kept: NDArray[np.int32], unknown: int = 3) -> Material:
    """``material`` with ids that count ``kept`` instead of the whole vocabulary."""
    places = np.searchsorted(kept, material.ids)
    places[places == len(kept)] = 0
    found = kept[places] == material.ids
    ids = np.where(found, places, np.searchsorted(kept, unknown)).astype(np.int32)
    return replace(material, ids=ids)


def pack(values: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]] | None:
    """4-bit codes, two a byte, and a scale a block, for values of shape (rows, columns); ``None`` where that loses."""
    rows, columns = values.shape
    if columns % BLOCK:
        return None
    blocks = values.reshape(-1, BLOCK)
    # In a block, the value furthest from 0 has the code -8: that is how Q4_0 chooses the scale.
    furthest = blocks[np.arange(len(blocks)), np.abs(blocks).argmax(axis=1)]
    scales = (furthest / -8).astype(np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        codes = np.where(scales[:, None] == 0, 0, np.rint(blocks / scales[:, None]))
    if not np.array_equal((codes * scales[:, None]).astype(np.float32), blocks):
        return None
    shifted = (codes + 8).astype(np.uint8).reshape(rows, columns)
    both = (shifted[:, ::2] | (shifted[:, 1::2] << 4)).astype(np.uint8)
    return both, scales.reshape(rows, columns // BLOCK)


def unpack(codes: NDArray[np.uint8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """What ``pack`` packed, exactly."""
    rows, half = codes.shape
    both = np.empty((rows, 2 * half), dtype=np.float32)
    both[:, ::2] = (codes & 15).astype(np.float32) - 8
    both[:, 1::2] = (codes >> 4).astype(np.float32) - 8
    return (both.reshape(rows, -1, BLOCK) * scales[:, :, None]).reshape(rows, -1)
