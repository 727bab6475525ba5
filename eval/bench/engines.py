"""What runs the reader's model how fast: engines and precisions beside each other, in one process, in turns."""

from __future__ import annotations

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.default_model import ensure_default_model
from qa.reader.engines import Engine, read_windows, word_rows

if TYPE_CHECKING:
    from torch import nn

    from qa.reader.engines.base import Floats, Ids, Logits

SHAPES = ((5, 200), (1, 200))
"""Windows read together, and tokens of each."""
MIXED = (230, 215, 200, 190, 165)
"""Lengths of five windows, as passages have them."""


def untrained_reader() -> nn.Module:
    """The default encoder with heads of random weights: as fast as a trained one, and as large."""
    import torch

    from qa.reader.model import ReaderModel
    from qa.reader.weights import load_encoder

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = ReaderModel(load_encoder(ensure_default_model()))
        torch.nn.init.normal_(model.heads.weight, std=0.5)
    return model.eval()


def table(rounds: int = 7, threads: int = 0) -> str:
    """Tokens a second, how many times torch's, and the largest difference from it in probability.

    Each engine reads each batch once a round, so that all of them meet the same load of the machine; the fastest
    round counts. ``threads`` is how many each computes with; 0 means torch's own choice.
    """
    import torch

    from qa.reader.engines.onnx_engine import difference

    if threads:
        torch.set_num_threads(threads)
    model, words = untrained_reader(), word_rows(ensure_default_model())
    lines = [f"{torch.get_num_threads()} threads; the fastest of {rounds} rounds; words of random ids"]
    with tempfile.TemporaryDirectory() as folder:
        engines = dict(_engines(model, words, Path(folder)))
        for shape in SHAPES:
            inputs = _windows([shape[1]] * shape[0], len(words))
            seconds = _alternating({name: _call(engine, inputs) for name, engine in engines.items()}, rounds)
            expected = engines[_BASE](*inputs)
            differences = {name: difference(engine(*inputs), expected) for name, engine in engines.items()}
            lines += ["", f"{shape[0]} x {shape[1]} tokens", *_rows(seconds, shape[0] * shape[1], differences)]
        ids, mask = _windows(MIXED, len(words))
        listed = [row[:length].tolist() for row, length in zip(ids, MIXED, strict=True)]
        ways: dict[str, Callable[[], object]] = {}
        for name in (_BASE, "onnxruntime float32", "openvino float32"):
            if name in engines:
                ways[name if name == _BASE else f"{name}, one batch"] = _call(engines[name], (ids, mask))
                ways[f"{name}, by length"] = _by_length(engines[name], listed)
        lines += ["", f"windows of {', '.join(map(str, MIXED))} tokens", *_rows(_alternating(ways, rounds), sum(MIXED))]
    return "\n".join(lines)


_BASE = "torch float32"


def _engines(model: nn.Module, words: Floats, folder: Path) -> Iterator[tuple[str, Engine]]:
    """Torch, and what else is installed. The exported files go into ``folder``."""
    from qa.reader.engines.onnx_engine import OnnxEngine
    from qa.reader.engines.onnx_graph import onnx_model
    from qa.reader.engines.torch_engine import TorchEngine

    yield _BASE, TorchEngine(model)
    yield "torch float32, eager", _Eager(model)
    yield "torch bfloat16", _Autocast(model)
    for precision in ("float32", "int8"):
        path = folder / f"{precision}.onnx"
        path.write_bytes(b"".join(onnx_model(model, precision)))
        if importlib.util.find_spec("onnxruntime"):
            yield f"onnxruntime {precision}", OnnxEngine(path, words)
    if importlib.util.find_spec("openvino"):
        for name, hint in (("float32", "f32"), ("bfloat16", "bf16")):
            yield f"openvino {name}", _OpenVino(folder / "float32.onnx", words, hint)


class _Eager:
    """Torch with attention written out, instead of its fused one."""

    name = "torch"

    def __init__(self, model: Any) -> None:
        from qa.reader.engines.torch_engine import TorchEngine

        self._model, self._engine = model, TorchEngine(model)

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        before = self._model.encoder.config._attn_implementation
        self._model.encoder.set_attn_implementation("eager")
        try:
            return self._engine(input_ids, attention_mask)
        finally:
            self._model.encoder.set_attn_implementation(before)


class _Autocast:
    """Torch in bfloat16 where it deems that safe."""

    name = "torch"

    def __init__(self, model: nn.Module) -> None:
        from qa.reader.engines.torch_engine import TorchEngine

        self._engine = TorchEngine(model)

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        import torch

        with torch.autocast("cpu", torch.bfloat16):
            return self._engine(input_ids, attention_mask)


class _OpenVino:
    """OpenVINO over the same exported file; only measured."""

    name = "openvino"

    def __init__(self, path: Path, words: Floats, precision: str) -> None:
        # Importing openvino sends an event to its makers, unless this package is missing.
        sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
        import openvino

        from qa.reader.engines.base import threads

        settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": threads(), "NUM_STREAMS": 1}
        self._request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()
        self._words = words

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        import numpy as np

        from qa.reader.engines.base import without_padding

        result = self._request.infer([np.asarray(self._words[input_ids]), attention_mask.astype(np.int32)])
        logits = np.array(result[0])
        return *without_padding(logits[..., 0], logits[..., 1], attention_mask), logits[:, 0, 2]


def _windows(lengths: tuple[int, ...] | list[int], vocabulary: int) -> tuple[Ids, Ids]:
    import numpy as np

    mask = np.arange(max(lengths)) < np.array(lengths)[:, None]
    ids = np.random.default_rng(0).integers(vocabulary, size=mask.shape)
    return ids, mask.astype(np.int64)


def _call(engine: Engine, inputs: tuple[Ids, Ids]) -> Callable[[], object]:
    return lambda: engine(*inputs)


def _by_length(engine: Engine, windows: list[list[int]]) -> Callable[[], object]:
    return lambda: read_windows(engine, windows)


def _alternating(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for each in ways.values():
        each()
    for _ in range(rounds):
        for name, each in ways.items():
            start = time.perf_counter()
            each()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def _rows(seconds: dict[str, list[float]], tokens: int, differences: dict[str, float] | None = None) -> list[str]:
    base = min(seconds[_BASE])
    rows = []
    for name, values in seconds.items():
        row = f"{name:<32} {tokens / min(values):7.0f} tokens/s  x{base / min(values):4.2f}"
        row += f"  {min(values) * 1000:6.0f} ms, median {statistics.median(values) * 1000:.0f}"
        rows.append(row + (f"  differs by {differences[name]:.1e}" if differences else ""))
    return rows
