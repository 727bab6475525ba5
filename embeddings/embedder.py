"""Texts in, vectors out: a SentenceTransformer with its prompts, and an identity that names its vectors."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embeddings import adapters, default_model
from embeddings.errors import ModelError
from embeddings.packed_e5 import FloatArray

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUERY_PROMPTS = ("query",)
PASSAGE_PROMPTS = ("document", "passage", "corpus")
_E5 = re.compile(r"(?:^|/)(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?$", re.IGNORECASE)
"""Models of the E5 family need their prefixes, but most of them do not carry them as prompts."""


class Embedder:
    """A model that turns texts into vectors of length one. May be used from several threads."""

    def __init__(self, model: SentenceTransformer, *, name: str, identity: str) -> None:
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise ModelError(f"The model {name} does not say how many dimensions its vectors have.")
        self.model = model
        """The model itself, for those who want more from it."""
        self.name = name
        self.identity = identity
        """Stable and different for models whose vectors must not be mixed."""
        self.dimension = int(dimension)
        self.query_prompt = _prompt(model, QUERY_PROMPTS)
        self.passage_prompt = _prompt(model, PASSAGE_PROMPTS)
        self._lock = threading.Lock()

    def encode_queries(self, texts: Sequence[str]) -> FloatArray:
        """Return one vector a question: ``(len(texts), dimension)``, float32, of length one."""
        return self._encode(texts, self.query_prompt, batch_size=32, progress=None)

    def encode_passages(
        self, texts: Sequence[str], *, batch_size: int = 32, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        """Return one vector a passage: ``(len(texts), dimension)``, float32, of length one, in their order.

        ``progress`` is called after each batch with the number of passages in it. The model does not see what
        goes beyond its longest input.
        """
        return self._encode(texts, self.passage_prompt, batch_size=batch_size, progress=progress)

    def _encode(
        self, texts: Sequence[str], prompt: str, *, batch_size: int, progress: Callable[[int], None] | None
    ) -> FloatArray:
        if isinstance(texts, str):
            raise TypeError("expected a list of texts, not one text")
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda number: -len(texts[number]))
        for first in range(0, len(order), batch_size):
            batch = order[first : first + batch_size]
            with self._lock:  # a batch at a time, so that a question need not wait for a whole library
                encoded = self.model.encode(
                    [texts[number] for number in batch],
                    prompt=prompt,
                    batch_size=batch_size,
                    show_progress_bar=False,
                    normalize_embeddings=True,
                )
            vectors[batch] = encoded
            if progress is not None:
                progress(len(batch))
        return vectors


def load_embedder(
    name: str | None = None, *, device: str | None = None, tuning: Path | None = adapters.FILE
) -> Embedder:
    """Load a model: the default one, a folder, or a model of the Hugging Face hub by its name.

    Only a name that is neither the default's nor a folder's makes anything be fetched. ``device`` is torch's
    name of one, such as ``cpu`` or ``cuda``; by default the best one there is. ``tuning`` is the file of adapters
    that the default model gets where there is such a file; without it, it is the published model. Raises
    ``ModelError``.
    """
    if name is None or name == default_model.NAME:
        folder = default_model.ensure_default_model()
        model = _load(str(folder), default_model.NAME, device=device, local=True)
        identity = default_model.IDENTITY
        if tuning is not None and tuning.exists():
            adapters.merge(model[0].auto_model, tuning)
            identity += f"/{adapters.identity(tuning)}"
        return Embedder(model, name=default_model.NAME, identity=identity)
    path = Path(name).expanduser()
    if path.exists() or path.is_absolute() or name.startswith((".", "~")):
        if not path.is_dir():
            raise ModelError(
                f"There is no model folder {name}.",
                "Give a folder that SentenceTransformer wrote, or a hub name.",
            )
        model = _load(str(path), name, device=device, local=True)
        return Embedder(model, name=name, identity=f"folder/{folder_hash(path)[:16]}")
    model = _load(name, name, device=device, local=False)
    if _E5.search(name) and not any(model.prompts.values()):
        model.prompts.update(default_model.PROMPTS)
    return Embedder(model, name=name, identity=f"{name}/{_commit(model) or 'unknown'}")


def folder_hash(folder: Path) -> str:
    """Return a SHA-256 over a model folder's configuration, tokenizer and weights."""
    digest = hashlib.sha256()
    kept = {".json", ".safetensors", ".bin", ".pt", ".txt", ".model"}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in kept and path.name != default_model.MANIFEST:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def _prompt(model: SentenceTransformer, names: Sequence[str]) -> str:
    # SentenceTransformer gives each model empty prompts "query" and "document": the first filled one counts.
    return next((str(model.prompts[name]) for name in names if model.prompts.get(name)), "")


def _commit(model: SentenceTransformer) -> str | None:
    commit = getattr(getattr(model, "config", None), "_commit_hash", None)
    return str(commit) if commit else None


def _load(location: str, name: str, *, device: str | None, local: bool) -> SentenceTransformer:
    with _quiet():
        try:
            from sentence_transformers import SentenceTransformer

            model = SentenceTransformer(location, device=device, local_files_only=local)
        except Exception as error:  # whatever hub, tokenizer or torch raise: the person gets one line
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            hint = (
                "Check that the folder holds a whole model."
                if local
                else "Check the name and the network, or give a folder."
            )
            raise ModelError(f"The model {name} cannot be loaded: {reason}", hint) from error
    model.eval()
    return model


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the model libraries from writing to the terminal while a model is loaded."""
    loggers = [logging.getLogger(each) for each in ("transformers", "sentence_transformers", "huggingface_hub")]
    levels = [each.level for each in loggers]
    variables = ("HF_HUB_DISABLE_PROGRESS_BARS", "TRANSFORMERS_VERBOSITY")
    before: dict[str, Any] = {each: os.environ.get(each) for each in variables}
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from transformers.utils import logging as transformers_logging

            for each in loggers:
                each.setLevel(logging.ERROR)
            bars = transformers_logging.is_progress_bar_enabled()
            transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                yield
            finally:
                if bars:
                    transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    finally:
        for each, level in zip(loggers, levels, strict=True):
            each.setLevel(level)
        for variable, value in before.items():
            if value is None:
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = value
