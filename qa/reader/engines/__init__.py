"""Engines: what runs the reader's model over batches of token ids. Torch always; ONNX Runtime where it is installed."""

from qa.reader.engines.base import PADDED, Engine, EngineError, Precision
from qa.reader.engines.batching import WindowLogits, batches, read_windows
from qa.reader.engines.choice import EngineName, open_engine
from qa.reader.engines.words import word_rows

__all__ = [
    "PADDED",
    "Engine",
    "EngineError",
    "EngineName",
    "Precision",
    "WindowLogits",
    "batches",
    "open_engine",
    "read_windows",
    "word_rows",
]
