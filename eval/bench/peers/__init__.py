"""Yinda beside what a person would otherwise install: txtai, Haystack, LangChain with FAISS.

Each system runs in a process of its own, each peer with the Python of an environment that is made for it once, on the
same texts and questions, with the same embedding model, on the same number of threads, one after another.
"""

from __future__ import annotations

from eval.bench.peers.protocol import Paragraph, Row, compare, paragraphs_of
from eval.bench.peers.systems import ALL, NAMES, Peer, Setup
from eval.bench.peers.table import table

__all__ = ["ALL", "NAMES", "Paragraph", "Peer", "Row", "Setup", "compare", "paragraphs_of", "table"]
