"""Fixtures shared by all tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embeddings import Embedder, load_embedder
from qa import Document, Passage
from qa.documents import parse
from qa.drafting import Corpus

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


def _corpus(**files: str) -> Corpus:
    entries = []
    for name, text in files.items():
        name = name.replace("_", ".")
        parsed = parse(text.encode(), name)
        document = Document(
            name, parsed.title, parsed.text, parsed.date, parsed.organisation, parsed.source, parsed.media_type
        )
        passages = [
            Passage(i, name, i, p.start, p.end, parsed.text[p.start : p.end], p.heading_path, p.page)
            for i, p in enumerate(parsed.passages)
        ]
        entries.append((document, name, passages))
    return Corpus(entries)


@pytest.fixture(scope="session")
def corpus_of() -> Callable[..., Corpus]:
    """Texts as a Corpus, read by the real parsers, without the embedding that a Library would need."""
    return _corpus
