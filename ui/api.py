"""The two endpoints for programs, over HTTP and as MCP tools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from qa import YindaError
from qa import ask as ask_library
from ui.desk import Desk


def ask_endpoint(desk: Desk) -> Callable[..., dict[str, Any]]:
    """The endpoint ``ask``."""

    def ask(question: str, history: list[str] | None = None, library: str = "") -> dict[str, Any]:
        """Answer a question in the exact words of the person's own Chinese documents, with citations, or abstain.

        Args:
            question: The question, in Chinese.
            history: Earlier questions of the conversation, oldest first.
            library: Name of the Library; without it, the first one.

        Returns:
            The answer as ``yinda ask --json`` prints it: text, abstained, confidence (0 to 1), question as it was
            understood, citations, alternatives, disagreements, nearest, timings.
        """
        try:
            return ask_library(question, library=desk.library(library), history=history or ()).to_dict()
        except YindaError as error:
            raise _for_programs(error) from error

    return ask


def search_endpoint(desk: Desk) -> Callable[..., list[dict[str, Any]]]:
    """The endpoint ``search``."""

    def search(question: str, k: int = 10, library: str = "") -> list[dict[str, Any]]:
        """The passages of the person's own documents that fit a question best.

        Args:
            question: Words or a question, in Chinese.
            k: How many passages, 1 to 100.
            library: Name of the Library; without it, the first one.

        Returns:
            Passages as ``yinda search --json`` prints them, best first: document, offsets, text, headings, scores.
        """
        try:
            return [hit.to_dict() for hit in desk.library(library).search(question, max(1, min(int(k), 100)))]
        except YindaError as error:
            raise _for_programs(error) from error

    return search


def _for_programs(error: YindaError) -> gr.Error:
    return gr.Error(" — ".join(filter(None, (error.message, error.hint))), print_exception=False)
