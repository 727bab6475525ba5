"""The scope of a question: some documents, an organisation, a range of dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import gradio as gr

from ui.elements import labels
from ui.texts import Texts

if TYPE_CHECKING:
    from qa import Library

# A title of more characters is cut in the list.
_TITLE = 40


@dataclass(frozen=True, slots=True)
class Scope:
    """The components: what they hold goes to the handlers, in this order, and what may be chosen comes from them."""

    inputs: list[Any]
    outputs: list[Any]


def layout() -> Scope:
    """Place the fields, folded away until they are wanted."""
    with gr.Accordion(labels("filters"), open=False, elem_id="filters"), gr.Row(elem_id="scope"):
        documents = gr.Dropdown(
            [], value=[], multiselect=True, label=labels("filter_documents"), elem_id="scope-documents", scale=3
        )
        # A part of a name will do, so that what is not in the list may be written, too.
        organisation = gr.Dropdown(
            [],
            value="",
            allow_custom_value=True,
            label=labels("filter_organisation"),
            elem_id="scope-organisation",
            scale=2,
        )
        since = gr.Textbox("", label=labels("filter_since"), placeholder=labels("date_example"), elem_id="scope-since")
        until = gr.Textbox("", label=labels("filter_until"), placeholder=labels("date_example"), elem_id="scope-until")
    return Scope([documents, organisation, since, until], [documents, organisation])


def choices(library: Library, texts: Texts) -> tuple[Any, Any]:
    """What may be chosen in a Library: its documents, its organisations."""
    documents = [
        (f"{entry.title[:_TITLE] or texts.untitled}{f' · {entry.date}' if entry.date else ''}", entry.id)
        for entry in library.catalogue()
    ]
    organisations = [(texts.filter_any, ""), *((name, name) for name in library.organisations())]
    return gr.update(choices=documents, value=[]), gr.update(choices=organisations, value="")


def options(documents: Sequence[str], organisation: str, since: str, until: str) -> dict[str, Any]:
    """The filters as ``Library.search`` takes them, only those that are set; dates are checked there."""
    out: dict[str, Any] = {}
    if documents:
        out["documents"] = list(documents)
    for key, value in (("organisation", organisation), ("since", since), ("until", until)):
        if value and value.strip():
            out[key] = value.strip()
    return out
