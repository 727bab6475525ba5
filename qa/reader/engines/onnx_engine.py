"""The reader's model through ONNX Runtime: exported once, kept in the user's cache, checked against torch."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.default_model import cache_folder
from embeddings.durable import replacing, sync_folder, write_synced
from qa.reader.engines.base import EngineError, Precision, threads, without_padding
from qa.reader.engines.onnx_graph import EMBEDDINGS, FORMAT, LOGITS, MASK, onnx_model
from qa.reader.engines.torch_engine import TorchEngine

if TYPE_CHECKING:
    from torch import nn

    from qa.reader.engines.base import Floats, Ids, Logits

logger = logging.getLogger(__name__)

AGREEMENT = 1e-3
"""The most by which a probability may differ from torch's; with 8-bit weights it is not asked for."""
FILE, MANIFEST = "model.onnx", "manifest.json"
_QUIET = 3
_PROBES = (3, 17, 40)


class OnnxEngine:
    """Runs an exported model. ``words`` are the word embeddings, shape (vocabulary, hidden)."""

    name = "onnxruntime"

    def __init__(self, model: Path | bytes, words: Floats) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads()
        options.log_severity_level = _QUIET
        # A plan of memory would be kept for every shape of batch ever met: tens of MiB over thousands of questions.
        options.enable_mem_pattern = False
        # Threads wait actively between operators, but not after the last one: torch wants the processors then.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        try:
            self._session = onnxruntime.InferenceSession(
                str(model) if isinstance(model, Path) else model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no common class of their own
            raise EngineError(f"ONNX Runtime cannot load the exported model: {_line(error)}") from error
        self._words = words

    def __call__(self, input_ids: Ids, attention_mask: Ids) -> Logits:
        """See ``Engine``."""
        import numpy as np

        embeddings = np.asarray(self._words[input_ids])
        inputs = {EMBEDDINGS: embeddings, MASK: attention_mask.astype(np.int32)}
        logits: Any = self._session.run([LOGITS], inputs)[0]
        return *without_padding(logits[..., 0], logits[..., 1], attention_mask), logits[:, 0, 2]


def open_onnx_engine(
    identity: str, load: Callable[[], nn.Module], words: Floats, precision: Precision = "float32"
) -> OnnxEngine:
    """The engine for the weights that ``identity`` names, exported from ``load()`` where the cache does not hold it.

    Safe with several processes at once. Raises ``EngineError`` when the model cannot be exported, or the exported one
    differs from torch.
    """
    folder = export_folder(identity, precision)
    if not _problem(folder):
        with contextlib.suppress(EngineError):  # then it is exported anew
            return OnnxEngine(folder / FILE, words)
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / f"{folder.name}.lock"):
            if not _problem(folder):  # another process exported it meanwhile, or it does not load
                with contextlib.suppress(EngineError):
                    return OnnxEngine(folder / FILE, words)
            if folder.exists():
                logger.warning("the exported reader is built anew: %s", _problem(folder) or "it does not load")
            return _export(folder, load(), words, precision)
    except OSError as error:
        logger.warning("the exported reader is not kept: %s cannot be written: %s", folder, error.strerror or error)
        model = load()
        return _agreeing(OnnxEngine(b"".join(onnx_model(model, precision)), words), model, words, precision)


def export_folder(identity: str, precision: Precision = "float32") -> Path:
    """Where the exported model stands, or will stand."""
    key = hashlib.sha256(f"{identity}\0{FORMAT}\0{precision}".encode()).hexdigest()
    return cache_folder() / "engines" / f"reader-{key[:16]}"


def _export(folder: Path, model: nn.Module, words: Floats, precision: Precision) -> OnnxEngine:
    """Write the folder beside its place, its manifest last, and rename it; the caller holds the lock."""
    with replacing(folder) as building:
        digest = write_synced(building / FILE, onnx_model(model, precision))
        engine = _agreeing(OnnxEngine(building / FILE, words), model, words, precision)
        state = (building / FILE).stat()
        facts = {"size": state.st_size, "mtime_ns": state.st_mtime_ns, "sha256": digest}
        write_synced(building / MANIFEST, [json.dumps(facts).encode("utf-8")])
        sync_folder(building)
    return engine


def _problem(folder: Path) -> str:
    """What is wrong with an exported model, in one line; "" when all is well."""
    path = folder / FILE
    try:
        facts = json.loads((folder / MANIFEST).read_text("utf-8"))
        state = path.stat()
        if state.st_size != facts["size"]:
            return f"{path} has {state.st_size} bytes instead of {facts['size']}"
        if state.st_mtime_ns != facts["mtime_ns"]:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
                    return f"{path} is damaged: its SHA-256 differs"
    except (OSError, ValueError, KeyError, TypeError) as error:
        return f"{folder} is unreadable: {error}"
    return ""


def _agreeing(engine: OnnxEngine, model: nn.Module, words: Floats, precision: Precision) -> OnnxEngine:
    """The engine, if it gives torch's probabilities for a few made windows."""
    import numpy as np

    random = np.random.default_rng(0)
    mask = np.arange(max(_PROBES)) < np.array(_PROBES)[:, None]
    ids = random.integers(len(words), size=mask.shape)
    inputs = ids, mask.astype(np.int64)
    worst = difference(engine(*inputs), TorchEngine(model)(*inputs))
    # Written so that a difference that is not a number does not pass.
    if not worst <= AGREEMENT and precision == "float32":
        raise EngineError(f"the exported model differs from torch by {worst:.2g} in probability")
    return engine


def difference(one: Logits, other: Logits) -> float:
    """The largest difference of two results in probability: softmax of start and of end, sigmoid of the answer."""
    import numpy as np

    def probabilities(logits: Logits) -> list[Floats]:
        start, end, answer = logits
        spans = [np.exp(each - each.max(axis=1, keepdims=True)) for each in (start, end)]
        return [*(each / each.sum(axis=1, keepdims=True) for each in spans), 1 / (1 + np.exp(-answer))]

    pairs = zip(probabilities(one), probabilities(other), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
