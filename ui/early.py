"""Puts the window's script first on its pages.

gradio runs the script of its option ``head`` only once its own scripts have chosen language and theme; the visitor's
choice has to be there before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_PAGE = b"window.gradio_config"
_HEAD = b"<head>"


class Early:
    """ASGI middleware: ``script`` comes before every other one on gradio's pages."""

    def __init__(self, app: Callable[[Any, Any, Any], Awaitable[None]], script: str) -> None:
        self._app = app
        self._script = _HEAD + f"<script>{script}</script>".encode()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        from starlette.datastructures import Headers, MutableHeaders

        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        # Compressed, the page could not be changed; it does not leave this computer.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        start: Any = None
        body = b""

        async def changed(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                    start = message
                    return
            elif message["type"] == "http.response.body" and start is not None:
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                if _PAGE in body:
                    body = body.replace(_HEAD, self._script, 1)
                    MutableHeaders(scope=start)["content-length"] = str(len(body))
                await send(start)
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app({**scope, "headers": plain}, receive, changed)
