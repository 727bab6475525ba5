"""Errors that a person sees: one clear line, and a hint at what to do."""

from __future__ import annotations

import os


class YindaError(Exception):
    """Something the person can mend. ``str(error)`` is one line; ``hint`` says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[YindaError], tuple[str, str]]:
        return type(self), (self.message, self.hint)


class DocumentError(YindaError):
    """A document that cannot be read: empty, of an unknown format, binary, undecodable, missing."""


class LibraryError(YindaError):
    """A Library that cannot be opened or changed: newer version, other model, busy, damaged."""


class Damaged(LibraryError):
    """A file of the Library that is damaged, so that it cannot be read, or not whole."""


class QuestionError(YindaError):
    """A question that cannot be answered as it stands: empty or far too long."""


def no_library(folder: str | os.PathLike[str]) -> LibraryError:
    """The error for a folder that is named as a Library, and holds none."""
    return LibraryError(f"no Library at {folder}", "check the path, or make one with: yinda add PATH")
