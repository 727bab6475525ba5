"""What the window's server gives besides the pages: originals, page images, exports.

Addresses name the Library in their query; without one it is the first.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from qa import YindaError
from qa.conversations import as_markdown
from qa.feedback import export
from ui.texts.errors import told_line
from ui.visitor import visitor

if TYPE_CHECKING:
    from ui.desk import Desk

# Formats that a browser shows without running anything that stands in them. The others are only downloaded.
_SHOWN = {"application/pdf": "application/pdf", "text/plain": "text/plain; charset=utf-8"}
# No script, no form, no frame of a document is let run, should a browser show it all the same.
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; object-src 'self'"


def routes(desk: Desk) -> APIRouter:
    """The addresses over the Libraries of ``desk``."""
    router = APIRouter()

    @router.get("/original/{document}")
    def original(document: str, request: Request, library: str = "", download: int = 0) -> Response:
        """A document as it was given; with ``download`` as a file, which formats that may run scripts always are."""
        try:
            held = desk.library(library)
            name, data = held.original(document)
            found = held.document(document)
        except YindaError as error:
            return _missing(error, request)
        kind = _SHOWN.get(found.media_type)
        if kind is None or download:
            return _file(data, name, "application/octet-stream")
        if found.media_type == "text/plain":
            # As it was read: the bytes may be in an encoding that a browser cannot guess.
            return Response(found.text, media_type=kind, headers={"Content-Security-Policy": _SANDBOX})
        return Response(data, media_type=kind, headers={"Content-Disposition": _disposition("inline", name)})

    @router.get("/page/{document}/{number}")
    def page(document: str, number: int, request: Request, library: str = "") -> Response:
        """The image of a page of a PDF."""
        try:
            image = desk.library(library).page_image(document, number)
        except YindaError as error:
            return _missing(error, request)
        return Response(image.png, media_type="image/png", headers={"Cache-Control": "private, max-age=600"})

    @router.get("/export/{conversation}")
    def exported(conversation: str, request: Request, library: str = "", language: str = "zh") -> Response:
        """A conversation of this browser as Markdown, with all its citations."""
        owner = visitor(request).owner
        try:
            conversations = desk.conversations(library)
            found = conversations.get(owner, conversation)
            if found is None:
                return PlainTextResponse("no such conversation\n", 404)
            exchanges = conversations.exchanges(owner, conversation)
            text = as_markdown(found, exchanges, "en" if language == "en" else "zh")
        except YindaError as error:
            return _missing(error, request)
        return _file(text.encode(), f"{found.title or 'conversation'}.md", "text/markdown; charset=utf-8")

    @router.get("/feedback.csv")
    def feedback(request: Request, library: str = "") -> Response:
        """What people said of the answers, for a spreadsheet."""
        try:
            text = export(desk.library(library))
        except YindaError as error:
            return _missing(error, request)
        # The mark tells spreadsheets that it is UTF-8.
        return _file(text.encode("utf-8-sig"), f"feedback-{date.today()}.csv", "text/csv; charset=utf-8")

    return router


def _missing(error: YindaError, request: Request) -> Response:
    return PlainTextResponse(f"{told_line(error, visitor(request).texts)}\n", 404)


def _file(data: bytes, name: str, kind: str) -> Response:
    return Response(data, media_type=kind, headers={"Content-Disposition": _disposition("attachment", name)})


def _disposition(how: str, name: str) -> str:
    # RFC 6266: the name in UTF-8, percent-encoded.
    return f"{how}; filename*=UTF-8''{quote(name.replace('/', '_'), safe='')}"
