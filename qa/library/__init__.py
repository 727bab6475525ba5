"""A Library: documents with their passages and indexes, in one folder. A Shelf: Libraries beside one another."""

from qa.library.library import Library
from qa.library.shelf import Shelf
from qa.library.watching import Change, Watch

__all__ = ["Change", "Library", "Shelf", "Watch"]
