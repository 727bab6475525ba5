"""Adding a document that a page sends: one request a file, which tells how far it is."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.requests import ClientDisconnect

from qa import Addition, YindaError
from ui.components.documents import addition_row
from ui.documents import adding_bytes
from ui.server import MAX_UPLOAD
from ui.visitor import visitor

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.texts import Texts

LARGEST_MB = int(MAX_UPLOAD.removesuffix("mb"))
LARGEST = LARGEST_MB << 20
"""Bytes of the largest file that is taken."""
# A page of another place cannot send this kind without being asked for leave first, which it does not get.
_KIND = "application/octet-stream"


def receiving(desk: Desk) -> APIRouter:
    """The address ``/add`` over the Libraries of ``desk``."""
    router = APIRouter()

    @router.post("/add")
    async def add(
        request: Request,
        name: str,
        library: str = "",
        size: int = 0,
        versions: Literal["beside", "replace"] = "beside",
    ) -> Response:
        """Add the body under a file name. ``size``: what it will have, so that too large a file need not be sent.

        ``versions``: whether a newer version of a document stands beside it or replaces it.

        The response has a JSON object a line: ``{"part": 0..1}`` while it goes on, then ``{"status": …, "html": …}``;
        of an archive one for each document in it, with its path there as ``inside``.
        """
        if request.headers.get("content-type") != _KIND:
            return PlainTextResponse(f"a document comes as {_KIND}\n", 415)
        texts = visitor(request).texts
        name = PurePosixPath(name.replace("\\", "/")).name or "?"
        try:
            held = desk.library(library)
            body = await _body(request) if size <= LARGEST else None
        except YindaError as error:
            return _told(Addition(name, "failed", reason=error.message, hint=error.hint), name, texts)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            reason = f"{name} has more than {LARGEST_MB} MB, which is not taken."
            return _told(Addition(name, "failed", reason=reason, hint="Split it into parts."), name, texts)

        steps = adding_bytes(held, body, name, desk.warm, texts, versions)
        return StreamingResponse((_line(step, name, texts) for step in steps), media_type="application/x-ndjson")

    return router


async def _body(request: Request) -> bytes | None:
    """The body; None as soon as it is too large."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > LARGEST:
            return None
    return bytes(data)


def _told(addition: Addition, name: str, texts: Texts) -> Response:
    return Response(_line(addition, name, texts), media_type="application/x-ndjson")


def _line(step: float | Addition, name: str, texts: Texts) -> str:
    said: dict[str, object] = {"part": step}
    if isinstance(step, Addition):
        inside = step.path.removeprefix(name) if step.path.startswith(f"{name}/") else ""
        said = {"status": step.status, "html": addition_row(step, texts), "inside": inside}
    return json.dumps(said) + "\n"
