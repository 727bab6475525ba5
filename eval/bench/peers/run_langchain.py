"""LangChain: a FAISS store, alone or with its BM25 retriever."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import jieba  # type: ignore[import-untyped, unused-ignore]
from langchain_community.vectorstores import FAISS  # type: ignore[import-not-found, unused-ignore]
from langchain_huggingface import HuggingFaceEmbeddings  # type: ignore[import-not-found, unused-ignore]


def words(text: str) -> list[str]:
    """jieba's words for search, lower case, without punctuation."""
    return [word for word in jieba.cut_for_search(text.lower()) if any(c.isalnum() for c in word)]


class System:
    """A store, and the retriever that asks it."""

    def __init__(self, model: str, k: int, lexical: bool, tuned: bool) -> None:
        packages = ("langchain-community", "langchain-huggingface", "torch", "sentence-transformers", "faiss-cpu")
        self.versions = {name: version(name) for name in packages}
        self.k, self.lexical, self.tuned = k, lexical, tuned
        if lexical:
            jieba.setLogLevel(60)
            jieba.initialize()
        if tuned:
            self.embeddings = HuggingFaceEmbeddings(
                model_name=model,
                encode_kwargs={"prompt": "passage: ", "normalize_embeddings": True},
                query_encode_kwargs={"prompt": "query: ", "normalize_embeddings": True},
            )
        else:
            self.embeddings = HuggingFaceEmbeddings(model_name=model)
        self.retriever: Any = None

    def index(self, texts: list[str]) -> None:
        """Put the texts into the store, and into BM25 where it is used."""
        numbers = [{"number": number} for number in range(len(texts))]
        if not self.tuned:
            self.store = FAISS.from_texts(texts, self.embeddings, metadatas=numbers)
            return
        from langchain_community.vectorstores.utils import (  # type: ignore[import-not-found, unused-ignore]
            DistanceStrategy,
        )

        strategy = DistanceStrategy.MAX_INNER_PRODUCT
        self.store = FAISS.from_texts(texts, self.embeddings, metadatas=numbers, distance_strategy=strategy)
        if self.lexical:
            from langchain_classic.retrievers import EnsembleRetriever  # type: ignore[import-not-found, unused-ignore]
            from langchain_community.retrievers import BM25Retriever  # type: ignore[import-not-found, unused-ignore]

            bm25 = BM25Retriever.from_texts(texts, metadatas=numbers, preprocess_func=words, k=self.k)
            dense = self.store.as_retriever(search_kwargs={"k": self.k})
            self.retriever = EnsembleRetriever(retrievers=[bm25, dense], weights=[0.5, 0.5])

    def search(self, question: str, k: int) -> list[int]:
        """The numbers of the best texts; each retriever is asked for ``k``."""
        ensemble = self.retriever
        found = self.store.similarity_search(question, k=k) if ensemble is None else ensemble.invoke(question)
        return [document.metadata["number"] for document in found]


def start(job: dict[str, Any]) -> System:
    """Load the model."""
    return System(job["model"], job["k"], **job["settings"])
