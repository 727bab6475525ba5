"""What is compared: each system's versions, and the settings of each of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["own", "defaults", "best"]

HERE = Path(__file__).parent

# The parts that decide speed and vectors are the same in every environment. torch as in constraints.txt.
_SAME = ("torch==2.13.0", "sentence-transformers==6.2.0", "transformers==5.23.0", "numpy==2.4.6", "jieba==0.42.1")
_FAISS = "faiss-cpu==1.15.1"


@dataclass(frozen=True, slots=True)
class Setup:
    """One row: a system with its settings. ``says`` is what a reader of the table is told of them."""

    name: str
    kind: Kind
    says: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Peer:
    """A system: ``runner`` is the file that drives it, run by the Python of an environment with ``requirements``.

    ``requirements`` of ``None`` means the Python that runs the benchmark.
    """

    name: str
    runner: Path
    setups: tuple[Setup, ...]
    requirements: tuple[str, ...] | None = None


YINDA = Peer(
    "yinda",
    HERE / "run_yinda.py",
    (
        Setup(
            "as installed",
            "own",
            "Library.add of a folder with a text file for each paragraph, Library.search; no settings",
        ),
    ),
)
TXTAI = Peer(
    "txtai",
    HERE / "run_txtai.py",
    (
        Setup(
            "hybrid",
            "defaults",
            "Embeddings(path, hybrid=True): its BM25 takes each Chinese character for a word; weights 0.5 and 0.5; it"
            " reads the model's prefixes from the model folder by itself",
            {"words": False},
        ),
        Setup(
            "hybrid, jieba",
            "best",
            "the same with BM25 of jieba's words, by a scoring class of one's own",
            {"words": True},
        ),
    ),
    ("txtai==9.14.0", _FAISS, *_SAME),
)
HAYSTACK = Peer(
    "haystack",
    HERE / "run_haystack.py",
    (
        Setup(
            "BM25",
            "defaults",
            "InMemoryDocumentStore and InMemoryBM25Retriever: BM25L, each Chinese character is a word",
            {"dense": False, "lexical": True, "tuned": False},
        ),
        Setup(
            "embeddings",
            "defaults",
            "SentenceTransformers embedders and InMemoryEmbeddingRetriever: no prefixes, dot product",
            {"dense": True, "lexical": False, "tuned": False},
        ),
        Setup(
            "embeddings, prefixes",
            "best",
            "prefixes 'query: ' and 'passage: ', normalised, cosine",
            {"dense": True, "lexical": False, "tuned": True},
        ),
        Setup(
            "hybrid, jieba",
            "best",
            "these embeddings and BM25L of jieba's words, ten of each in a DocumentJoiner with reciprocal rank fusion",
            {"dense": True, "lexical": True, "tuned": True},
        ),
    ),
    ("haystack-ai==3.4.0", "sentence-transformers-haystack==2.0.0", *_SAME),
)
LANGCHAIN = Peer(
    "langchain",
    HERE / "run_langchain.py",
    (
        Setup(
            "FAISS",
            "defaults",
            "HuggingFaceEmbeddings and FAISS.from_texts: no prefixes, Euclidean distance",
            {"lexical": False, "tuned": False},
        ),
        Setup(
            "FAISS, prefixes",
            "best",
            "prefixes 'query: ' and 'passage: ', normalised, inner product",
            {"lexical": False, "tuned": True},
        ),
        Setup(
            "ensemble, jieba",
            "best",
            "this FAISS store and BM25Retriever with jieba's words, ten of each in an EnsembleRetriever, weights 0.5"
            " and 0.5",
            {"lexical": True, "tuned": True},
        ),
    ),
    (
        "langchain-classic==1.0.8",
        "langchain-community==0.4.2",
        "langchain-huggingface==1.2.3",
        "rank-bm25==0.2.2",
        _FAISS,
        *_SAME,
    ),
)
ALL = (YINDA, TXTAI, HAYSTACK, LANGCHAIN)
NAMES = tuple(peer.name for peer in ALL)
