"""One default model for all tests of the package: loading it takes seconds."""

from __future__ import annotations

import pytest

from embeddings import Embedder, load_embedder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return load_embedder()
