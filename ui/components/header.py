"""The bar at the top of every page of the window."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from ui.texts import Texts


def header(
    libraries: Sequence[str], library: str, page: str, texts: Texts, further: Sequence[tuple[str, str]] = ()
) -> str:
    """Name, pages, the choice of a Library, language and theme.

    ``library`` is the open one of ``libraries``; ``page`` the path of this page ("" for the chat); ``further`` are
    pages that other packages add, as (name, path).
    """
    query = f"?library={quote(library)}" if library != (libraries[0] if libraries else "") else ""
    pages = [(texts.chat, ""), (texts.documents, "documents"), *further]
    links = "".join(
        f'<a href="/{escape(path)}{query}"{" aria-current=page" if path == page else ""}>{escape(name)}</a>'
        for name, path in pages
    )
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == library else ""}>{escape(name)}</option>'
        for name in libraries
    )
    choice = (
        ""
        if len(libraries) < 2
        else (
            f'<label class="y-library"><span class="y-unseen">{escape(texts.library_label)}</span>'
            f'<select data-choose="library" aria-label="{escape(texts.library_label)}">{options}</select></label>'
        )
    )
    other = "en" if texts.code == "zh" else "zh"
    menu = (
        f'<button type="button" class="y-menu" data-show="sidebar" aria-label="{escape(texts.menu)}">☰</button>'
        if page == ""
        else ""
    )
    return (
        f'<header class="y-header">{menu}<h1><a href="/{query}">{escape(texts.name)}</a></h1>'
        f"<p>{escape(texts.claim)}</p>"
        f'<nav class="y-pages" aria-label="{escape(texts.name)}">{links}</nav>{choice}'
        f'<button type="button" class="y-tool" data-language="{other}" lang="{other}">'
        f"{escape(texts.switch_language)}</button>"
        f'<button type="button" class="y-tool" data-theme="1" aria-label="{escape(texts.switch_theme)}"'
        f' title="{escape(texts.switch_theme)}">◐</button></header>'
    )
