"""Errors of models and vector indexes: one clear line, and a hint at what to do."""

from __future__ import annotations


class ModelError(Exception):
    """A model that cannot be found, unpacked or loaded. ``message`` and ``hint`` are one line each."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[ModelError], tuple[str, str]]:
        return type(self), (self.message, self.hint)


class IndexUnreadable(Exception):
    """A saved vector index that is missing, damaged or of another kind: build it anew from the vectors."""
