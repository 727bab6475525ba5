"""A Library: documents with their passages and indexes, in one folder."""

from qa.library.library import Library

__all__ = ["Library"]
