"""A Library: documents with their passages and indexes, in one folder. A Shelf: Libraries beside one another."""

from qa.library.library import Library
from qa.library.shelf import Shelf

__all__ = ["Library", "Shelf"]
