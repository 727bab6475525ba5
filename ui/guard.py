"""What the window's server answers to: this computer's own names, and pages of its own.

A web page elsewhere may make a browser send requests to the loopback address, or point a name of its own at it; and a
document's text must not make the window load anything from outside, whatever stands in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

NAMES = ("127.0.0.1", "localhost", "[::1]")
# gradio's page makes functions of texts and has its scripts in line; nothing comes from another place.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; connect-src 'self' data: blob:;"
    " worker-src 'self' blob:; frame-src 'self' data: blob:; object-src 'none'; base-uri 'self';"
    " form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

Scope = Any
Receive = Any
Send = Any


class Guard:
    """ASGI middleware: refuses requests under other names, and sends the headers above with what has none."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from starlette.datastructures import Headers, MutableHeaders
        from starlette.responses import PlainTextResponse

        host = Headers(scope=scope).get("host", "")
        if host.rsplit(":", 1)[0] not in NAMES and host not in NAMES:
            response = PlainTextResponse("this is not the name of this computer: use http://127.0.0.1\n", 421)
            await response(scope, receive, send)
            return

        async def guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, guarded)
