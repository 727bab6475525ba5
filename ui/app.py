"""The window as a Gradio application over one Library and those beside it."""

from __future__ import annotations

import os

# Before gradio is imported, which otherwise reports imports and launches, and looks for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from functools import partial
from typing import Any

import gradio as gr

from qa import Library
from ui.api import ask_endpoint, search_endpoint
from ui.chat import ASKING, ChatPage
from ui.components.header import header
from ui.desk import Desk
from ui.documents_page import DocumentsPage
from ui.elements import HIDDEN, STATIC, html, translations
from ui.pages import further_pages
from ui.place import Place
from ui.texts import ZH
from ui.visitor import visitor
from ui.warm import WarmUp

FAVICON = STATIC / "favicon.svg"


def build(library: Library, *, warm: WarmUp | None = None) -> gr.Blocks:
    """The application over ``library``, ready to be mounted with ``mount_options``.

    Its API and MCP endpoints are ``ask`` and ``search``. Each browser has its own conversations; the Libraries are
    shared. ``warm`` is asked whether the models are loaded; without one they load with the first question.
    """
    return over(Desk(library, warm or WarmUp(library)))


def over(desk: Desk) -> gr.Blocks:
    """The application over the Libraries of ``desk``."""
    app: gr.Blocks
    with gr.Blocks(title=ZH.title, fill_width=True, analytics_enabled=False) as app:
        _header(app, desk, "")
        ChatPage(desk).layout(app)
        gr.events.api(ask_endpoint(desk), api_name="ask", concurrency_limit=ASKING)
        gr.events.api(search_endpoint(desk), api_name="search", concurrency_limit=ASKING)
    with app.route(ZH.documents, "/documents", show_in_navbar=False):
        _header(app, desk, "documents")
        DocumentsPage(desk).layout(app)
    for page in further_pages():
        page.add_to(app, desk.library, partial(_header, app, desk, page.PATH))
    return app


def _header(app: gr.Blocks, desk: Desk, path: str) -> None:
    # Its height is there from the beginning, so that nothing below it moves.
    bar = html('<header class="y-header"></header>', "header" if not path else f"header-{path}")

    def shown(request: gr.Request) -> str:
        who = visitor(request)
        library = Place(str((request.query_params or {}).get("library", ""))).library
        names = desk.shelf.names()
        pages = [(page.name(who.texts.code), page.PATH) for page in further_pages()]
        return header(names, library if library in names else desk.name(), path, who.texts, pages)

    app.load(shown, None, [bar], **HIDDEN)


def mount_options() -> dict[str, Any]:
    """Keyword arguments for ``gr.mount_gradio_app``: theme, styles, languages, MCP, no footer."""
    fonts = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif"]
    return {
        "theme": gr.themes.Base(
            primary_hue="teal",
            neutral_hue="stone",
            font=fonts,
            font_mono=["Noto Sans Mono CJK SC", "monospace"],
        ),
        "css_paths": [STATIC / "style.css", STATIC / "documents.css"],
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
        "show_error": False,
        "i18n": translations(page.TRANSLATIONS for page in further_pages()),
        "mcp_server": True,
        "enable_monitoring": False,
    }
