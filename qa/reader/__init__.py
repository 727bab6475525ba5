"""Readers: from a question and the Hits that retrieval found to the exact spans that answer it."""
