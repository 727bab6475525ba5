"""txtai: a hybrid index, kept in memory."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import jieba  # type: ignore[import-untyped, unused-ignore]
from txtai import Embeddings  # type: ignore[import-not-found, unused-ignore]
from txtai.scoring import BM25  # type: ignore[import-not-found, unused-ignore]


def words(text: str) -> list[str]:
    """jieba's words for search, lower case, without punctuation."""
    return [word for word in jieba.cut_for_search(text.lower()) if any(c.isalnum() for c in word)]


class WordBM25(BM25):  # type: ignore[misc, unused-ignore]
    """txtai's BM25 with jieba's words, given by its name as the scoring method."""

    def tokenize(self, text: str) -> list[str]:
        """The words of a text or a question."""
        return words(text)


class System:
    """An Embeddings object."""

    def __init__(self, model: str, own_words: bool) -> None:
        self.versions = {name: version(name) for name in ("txtai", "torch", "transformers", "faiss-cpu")}
        if own_words:
            jieba.setLogLevel(60)
            jieba.initialize()
            # What hybrid=True stands for, but for the method.
            scoring = {"method": f"{__name__}.{WordBM25.__name__}", "terms": True, "normalize": True}
            self.embeddings = Embeddings(path=model, scoring=scoring)
        else:
            self.embeddings = Embeddings(path=model, hybrid=True)

    def index(self, texts: list[str]) -> None:
        """Index the texts; they get the numbers from 0."""
        self.embeddings.index(texts)

    def search(self, question: str, k: int) -> list[int]:
        """The numbers of the best texts."""
        return [number for number, _ in self.embeddings.search(question, k)]


def start(job: dict[str, Any]) -> System:
    """Load the model."""
    return System(job["model"], job["settings"]["words"])
