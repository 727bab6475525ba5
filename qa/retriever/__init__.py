"""From a question to Hits: dense and lexical search over a Library's passages, fused."""

from qa.retriever.retriever import Retriever

__all__ = ["Retriever"]
