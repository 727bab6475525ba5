"""The word embeddings, looked up outside of the exported graph: they are four fifths of the weights."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader.engines.base import EngineError

if TYPE_CHECKING:
    from qa.reader.engines.base import Floats

WEIGHTS = "model.safetensors"
TENSOR = "embeddings.word_embeddings.weight"


def word_rows(folder: Path) -> Floats:
    """The word embeddings of a model folder, shape (vocabulary, hidden), mapped into memory: rows are read when used.

    The layout is that of https://github.com/huggingface/safetensors: the header's length in 8 bytes, a JSON header,
    the tensors. Raises ``EngineError``.
    """
    import numpy as np

    path = folder / WEIGHTS
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > path.stat().st_size:
                raise ValueError("its header is longer than the file")
            facts = json.loads(file.read(length))[TENSOR]
        if facts["dtype"] != "F32":
            raise EngineError(f"{path} holds its word embeddings as {facts['dtype']}, not as F32")
        shape = tuple(int(size) for size in facts["shape"])
        return np.memmap(path, dtype="<f4", mode="r", offset=8 + length + facts["data_offsets"][0], shape=shape)
    except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
        raise EngineError(f"{path} has no readable word embeddings: {error}") from error
