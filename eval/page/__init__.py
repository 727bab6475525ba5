"""The evaluation page of the chat window: run a set and read the report, draft a set and edit it.

The window finds it as an entry point (``yinda.pages``), since ``ui`` and ``eval`` do not import each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

    from qa import Library

NAME = "评测"
PATH = "evaluation"


def add_to(app: gr.Blocks, library: Library) -> None:
    """Add the page to the window's application over ``library``, under ``NAME`` and ``PATH``."""
    from eval.page.layout import EvaluationPage

    with app.route(NAME, f"/{PATH}", show_in_navbar=False):
        EvaluationPage(library).layout()
