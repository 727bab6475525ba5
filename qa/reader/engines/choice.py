"""Which engine runs the reader: ONNX Runtime where it is installed and agrees with torch, else torch."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from qa.reader.engines.base import Engine, EngineError, Precision

if TYPE_CHECKING:
    from torch import nn

    from qa.reader.engines.base import Floats

logger = logging.getLogger(__name__)

EngineName = Literal["auto", "onnxruntime", "torch"]


def open_engine(
    identity: str,
    load: Callable[[], nn.Module],
    words: Floats,
    *,
    name: EngineName = "auto",
    precision: Precision = "float32",
) -> Engine:
    """The engine for the reader's merged model.

    ``identity`` names its weights: whatever changes them must change it. ``load`` gives the model, called as
    ``model(input_ids, attention_mask)``, with a ``BertModel`` as ``encoder`` and a linear layer as ``heads``; it is
    called only where torch runs it, or nothing is exported yet. ``words`` are its word embeddings (``word_rows``).
    ``precision`` is that of the exported model; torch has the model's own.

    By default torch takes over when ONNX Runtime is missing or fails; with ``name="onnxruntime"`` that raises
    ``EngineError``.
    """
    if name != "torch":
        try:
            if importlib.util.find_spec("onnxruntime") is None:
                raise EngineError("ONNX Runtime is not installed: pip install onnxruntime")
            from qa.reader.engines.onnx_engine import open_onnx_engine

            try:
                return open_onnx_engine(identity, load, words, precision)
            except ImportError as error:  # its library does not load on this machine
                raise EngineError(f"ONNX Runtime cannot be imported: {error}") from error
        except EngineError as error:
            if name == "onnxruntime":
                raise
            logger.info("the reader runs on torch: %s", error)
    from qa.reader.engines.torch_engine import TorchEngine

    return TorchEngine(load())
