"""Texts as a Corpus, read by the real parsers, without the embedding that a Library would need."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from eval.drafting.corpus import Corpus
from qa import Document, Passage
from qa.documents import parse


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
    return _corpus
