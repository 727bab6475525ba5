"""Haystack: its store in memory, asked by a pipeline of its retrievers."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import jieba  # type: ignore[import-untyped, unused-ignore]
from haystack import Document, Pipeline  # type: ignore[import-not-found, unused-ignore]
from haystack.components.joiners import DocumentJoiner  # type: ignore[import-not-found, unused-ignore]
from haystack.components.retrievers.in_memory import (  # type: ignore[import-not-found, unused-ignore]
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore  # type: ignore[import-not-found, unused-ignore]


def words(text: str) -> list[str]:
    """jieba's words for search, lower case, without punctuation."""
    return [word for word in jieba.cut_for_search(text.lower()) if any(c.isalnum() for c in word)]


class System:
    """A document store and the pipeline that asks it."""

    def __init__(self, model: str, dense: bool, lexical: bool, tuned: bool) -> None:
        packages = ("haystack-ai", "sentence-transformers-haystack", "torch", "sentence-transformers")
        self.versions = {name: version(name) for name in packages}
        self.store = InMemoryDocumentStore(**({"embedding_similarity_function": "cosine"} if tuned else {}))
        if tuned and lexical:
            jieba.setLogLevel(60)
            jieba.initialize()
            self.store.tokenizer = words
        self.dense, self.lexical = dense, lexical
        self.pipeline = Pipeline()
        if lexical:
            self.pipeline.add_component("lexical", InMemoryBM25Retriever(self.store))
        if dense:
            from haystack_integrations.components.embedders.sentence_transformers import (  # type: ignore[import-not-found, unused-ignore]
                SentenceTransformersDocumentEmbedder,
                SentenceTransformersTextEmbedder,
            )

            def settings(prefix: str) -> dict[str, Any]:
                own = {"prefix": prefix, "normalize_embeddings": True} if tuned else {}
                return {"model": model, "progress_bar": False, **own}

            self.documents = SentenceTransformersDocumentEmbedder(**settings("passage: "))
            self.documents.warm_up()
            embedder = SentenceTransformersTextEmbedder(**settings("query: "))
            embedder.warm_up()
            self.pipeline.add_component("embedder", embedder)
            self.pipeline.add_component("dense", InMemoryEmbeddingRetriever(self.store))
            self.pipeline.connect("embedder.embedding", "dense.query_embedding")
        if dense and lexical:
            self.pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
            self.pipeline.connect("lexical", "joiner")
            self.pipeline.connect("dense", "joiner")

    def index(self, texts: list[str]) -> None:
        """Embed the texts, where embeddings are used, and write them to the store."""
        documents = [Document(content=text, meta={"number": number}) for number, text in enumerate(texts)]
        if self.dense:
            documents = self.documents.run(documents)["documents"]
        self.store.write_documents(documents)

    def search(self, question: str, k: int) -> list[int]:
        """The numbers of the best texts; each retriever is asked for ``k``."""
        data: dict[str, dict[str, Any]] = {}
        if self.lexical:
            data["lexical"] = {"query": question, "top_k": k}
        if self.dense:
            data |= {"embedder": {"text": question}, "dense": {"top_k": k}}
        last = "joiner" if self.dense and self.lexical else "dense" if self.dense else "lexical"
        return [document.meta["number"] for document in self.pipeline.run(data)[last]["documents"]]


def start(job: dict[str, Any]) -> System:
    """Load the model, where one is used, and build the pipeline."""
    return System(job["model"], **job["settings"])
