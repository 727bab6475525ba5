"""The evaluation page of the chat window: run a set and read the report, draft a set and edit it.

The window finds it as an entry point (``yinda.pages``), since ``ui`` and ``eval`` do not import each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.page.text import in_language, translations

if TYPE_CHECKING:
    from collections.abc import Callable

    import gradio as gr

    from qa import Library

PATH = "evaluation"
TRANSLATIONS = translations()
"""Language (zh or en) -> key -> text, for the labels of gradio's components."""


def name(language: str) -> str:
    """What a link to the page says, in a language (zh or en)."""
    return in_language(language).heading


def add_to(app: gr.Blocks, library: Callable[[str], Library], head: Callable[[], None]) -> None:
    """Add the page to the window's application, under ``PATH``.

    ``library`` gives a Library by the name that the page's address has (``?library=``; "" for the first); ``head``
    places the window's bar.
    """
    from eval.page.layout import EvaluationPage

    with app.route(name("zh"), f"/{PATH}", show_in_navbar=False):
        head()
        EvaluationPage(library).layout(app)
