"""From a question to a cited answer. ``from qa import Library, ask`` is the public face.

Importing this package loads no model and no index library; they come when they are first needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from qa.errors import DocumentError, LibraryError, QuestionError, YindaError
from qa.types import (
    Addition,
    AddReport,
    Alternative,
    Answer,
    Box,
    CatalogueEntry,
    Citation,
    Contribution,
    Document,
    Hit,
    PageImage,
    Passage,
    Span,
    Turn,
    Unread,
)

if TYPE_CHECKING:
    from qa.assistant import Stage, answer_from, ask, ask_async, ask_in_stages, ask_many, default_reader
    from qa.conversations import Conversations
    from qa.feedback import Feedback
    from qa.followup import standalone
    from qa.library import Library, Shelf
    from qa.sample_documents import sample_directory
    from qa.suggestions import Suggestion, suggested

__all__ = [
    "AddReport",
    "Addition",
    "Alternative",
    "Answer",
    "Box",
    "CatalogueEntry",
    "Citation",
    "Contribution",
    "Conversations",
    "Document",
    "DocumentError",
    "Feedback",
    "Hit",
    "Library",
    "LibraryError",
    "PageImage",
    "Passage",
    "QuestionError",
    "Shelf",
    "Span",
    "Stage",
    "Suggestion",
    "Turn",
    "Unread",
    "YindaError",
    "answer_from",
    "ask",
    "ask_async",
    "ask_in_stages",
    "ask_many",
    "default_reader",
    "sample_directory",
    "standalone",
    "suggested",
]

_LAZY = {
    "Conversations": "qa.conversations",
    "Feedback": "qa.feedback",
    "Library": "qa.library",
    "Shelf": "qa.library",
    "Stage": "qa.assistant",
    "Suggestion": "qa.suggestions",
    "answer_from": "qa.assistant",
    "ask": "qa.assistant",
    "ask_async": "qa.assistant",
    "ask_in_stages": "qa.assistant",
    "ask_many": "qa.assistant",
    "default_reader": "qa.assistant",
    "sample_directory": "qa.sample_documents",
    "standalone": "qa.followup",
    "suggested": "qa.suggestions",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
