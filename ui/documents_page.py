"""The page of documents: layout and handlers."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import gradio as gr

from qa import LibraryError, YindaError
from qa.documents import SUFFIXES
from ui.catalogue import ORDERS, listed
from ui.components import documents as parts
from ui.components.source import no_source, source
from ui.desk import Desk
from ui.elements import CLICKED, HIDDEN, STATIC, html
from ui.receiving import LARGEST_MB
from ui.telling import warn
from ui.texts import Texts
from ui.texts.errors import told, told_line
from ui.visitor import visitor

_SCRIPT = (STATIC / "documents.js").read_text(encoding="utf-8")
_numbers = itertools.count(1)


class DocumentsPage:
    """The page over the Libraries of ``desk``. Files come by ``ui.receiving``; the rest by the events below."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def layout(self, app: gr.Blocks) -> None:
        """Place the components into the present gradio context, that of ``app``, and connect them."""
        with gr.Column(elem_id="d-page", min_width=0):
            head = _element(parts.waiting(1), "d-head")
            drop = _element(parts.waiting(1), "d-drop")
            tools = _element(parts.waiting(1), "d-tools")
            rows = _element(parts.waiting(6), "d-rows")
        with gr.Column(elem_id="d-panel", min_width=0):
            panel = html("", "d-source")
        receipt = _element("", "d-receipt")

        app.load(self.loaded, None, [head, drop, tools, rows], **HIDDEN)
        rows.show(self.shown, None, [rows], **CLICKED)
        rows.save(self.saved, None, [rows, receipt], **CLICKED)
        rows.remove(self.removed, None, [rows, receipt], **CLICKED)
        rows.create(self.created, None, [receipt], **CLICKED)
        rows.display(self.displayed, None, [panel], **CLICKED)

    # -- what is shown ------------------------------------------------------------------------------------

    def loaded(self, request: gr.Request) -> tuple[str, ...]:
        """The page as its address has it."""
        texts = visitor(request).texts
        name = str((request.query_params or {}).get("library", ""))
        try:
            library = self.desk.library(name)
        except LibraryError as error:
            if self.desk.name(name) != self.desk.name():
                warn(error, texts)
            name, library = "", self.desk.shelf.first
        name = self.desk.name(name)
        return (
            parts.page_head(name, texts),
            parts.drop_zone(name, library.writable, SUFFIXES, LARGEST_MB, texts),
            parts.list_tools(ORDERS, texts),
            self._rows({"library": name}, texts),
        )

    def _rows(self, asked: Mapping[str, Any], texts: Texts) -> str:
        """The list; ``asked`` has library, search, order, and how many rows."""
        name, search = str(asked.get("library", "")), str(asked.get("search", "")).strip()
        try:
            library = self.desk.library(name)
            held = self.desk.held(name)
            organisations = library.organisations()
            unread = [] if search else library.unread()
        except YindaError as error:
            return parts.list_failed(*told(error, texts))
        found = listed(held.values(), search, str(asked.get("order", "")))
        return parts.document_list(
            found[: max(parts.ROWS, int(asked.get("count", 0)))],
            len(found),
            len(held),
            self.desk.name(name),
            texts,
            writable=library.writable,
            searched=bool(search),
            passages=sum(entry.passages for entry in held.values()),
            organisations=organisations,
            unread=unread,
        )

    def shown(self, request: gr.Request, event: gr.EventData) -> str:
        """The list as it is asked for."""
        return self._rows(event._data, visitor(request).texts)

    def displayed(self, request: gr.Request, event: gr.EventData) -> str:
        """A document, from an offset in it where one is given."""
        texts, data = visitor(request).texts, event._data
        start = int(data.get("from", 0))
        name = str(data.get("library", ""))
        try:
            library = self.desk.library(name)
            identifier = str(data["document"])
            document, passages = library.document(identifier), library.passages(identifier)
        except LibraryError as error:
            return no_source(told_line(error, texts), texts)
        return source(document, passages, self.desk.name(name), texts, passage=(start, start))

    # -- what is changed ----------------------------------------------------------------------------------

    def saved(self, request: gr.Request, event: gr.EventData) -> tuple[Any, str]:
        """Set title, date, organisation and number of a document."""
        texts, data = visitor(request).texts, event._data
        identifier = str(data["document"])
        try:
            document = self.desk.library(str(data["library"])).edit(
                identifier,
                title=str(data["title"]),
                date=str(data["date"]),
                organisation=str(data["organisation"]),
                number=str(data["number"]),
            )
        except YindaError as error:
            said = parts.receipt(next(_numbers), told_line(error, texts), document=identifier, failed=True, form="save")
            return gr.skip(), said
        said = texts.saved.format(title=document.title)
        return self._rows(data, texts), parts.receipt(next(_numbers), said, document=identifier, form="save")

    def removed(self, request: gr.Request, event: gr.EventData) -> tuple[str, str]:
        """Remove documents."""
        texts, data = visitor(request).texts, event._data
        try:
            library = self.desk.library(str(data["library"]))
            held = self.desk.held(str(data["library"]))
            # Another page may have removed some meanwhile.
            gone = library.remove([each for each in map(str, data["documents"]) if each in held])
        except YindaError as error:
            return self._rows(data, texts), parts.receipt(next(_numbers), told_line(error, texts), failed=True)
        said = texts.removed.format(count=len(gone))
        return self._rows(data, texts), parts.receipt(next(_numbers), said)

    def created(self, request: gr.Request, event: gr.EventData) -> str:
        """Make a new Library, to which the page goes."""
        texts, name = visitor(request).texts, str(event.name).strip()
        try:
            made = self.desk.shelf.create(name)
        except YindaError as error:
            return parts.receipt(next(_numbers), told_line(error, texts), failed=True, form="create")
        return parts.receipt(next(_numbers), form="create", library=made.folder.name)


def _element(value: str, identifier: str) -> Any:
    return gr.HTML(value, elem_id=identifier, js_on_load=_SCRIPT, apply_default_css=False)
