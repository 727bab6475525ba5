"""Models and vector indexes: texts in, vectors and neighbours out. Knows nothing of questions.

``load_embedder()`` gives the default model, ``VectorIndex`` holds vectors. Nothing heavy is imported before
it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embeddings.errors import IndexUnreadable, ModelError

if TYPE_CHECKING:
    from embeddings.default_model import cache_folder, ensure_default_model, verify_default_model
    from embeddings.embedder import Embedder, load_embedder
    from embeddings.index import VectorIndex

__all__ = [
    "Embedder",
    "IndexUnreadable",
    "ModelError",
    "VectorIndex",
    "cache_folder",
    "ensure_default_model",
    "load_embedder",
    "verify_default_model",
]

_HOMES = {
    "Embedder": "embedder",
    "VectorIndex": "index",
    "cache_folder": "default_model",
    "ensure_default_model": "default_model",
    "load_embedder": "embedder",
    "verify_default_model": "default_model",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"embeddings.{_HOMES[name]}"), name)
