"""What the pages are built of: HTML that speaks with the page's script, labels in the browser's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from ui.texts import EN, ZH, Texts

STATIC = Path(__file__).parent / "static"
_LISTEN = (STATIC / "listen.js").read_text(encoding="utf-8")
HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""Options of an event that is for the page alone."""
CLICKED: dict[str, Any] = {**HIDDEN, "trigger_mode": "multiple"}
"""Options of an event of which several may be on their way; they are taken in their order. gradio's "once" would drop
the later ones, also for a moment after the first is shown, and its "always_last" would repeat the data of the first."""


def html(value: str, identifier: str) -> Any:
    """An element whose clicks come as events named in its HTML (``static/listen.js``)."""
    return gr.HTML(value, elem_id=identifier, js_on_load=_LISTEN, apply_default_css=False)


def _all(texts: Texts) -> dict[str, str]:
    return {field.name: getattr(texts, field.name) for field in fields(texts)}


def translations(further: Iterable[Mapping[str, Mapping[str, str]]] = ()) -> gr.I18n:
    """For gradio's own components, which the browser translates: the window's texts, and those of ``further`` pages.

    Each of ``further`` gives language (zh or en) -> key -> text.
    """
    texts = {"zh": _all(ZH), "en": _all(EN)}
    for page in further:
        for language, mine in texts.items():
            mine.update(page.get(language, {}))
    return gr.I18n(**{**texts, "zh-CN": texts["zh"]})


def labels(name: str) -> Any:
    """The text of that name, in the language that the browser takes."""
    return I18nData(name)
