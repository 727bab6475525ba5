"""Fixtures shared by all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from embeddings import Embedder, load_embedder

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real reports and public data beside the checkout; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "seed").is_dir():
        pytest.skip("needs the reports and data sets in ../shared, which are not part of the repository")
    return folder


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    """One default model for all tests: loading it takes seconds."""
    return load_embedder()
