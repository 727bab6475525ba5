"""The window's first page: there at once, with a field to write in, while the window itself is still being made.

Importing gradio alone takes seconds. Until the window is there, its pages show this one, which keeps what is written
and makes room as soon as it can; all other requests wait.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from html import escape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from ui.texts import Texts, in_language

STATIC = Path(__file__).parent / "static"
READY = "/opened"
"""Asked by the first page: answered (204) once the window is there."""

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Opening:
    """ASGI application: the first page, and from the moment at which ``build`` has made it, the window.

    ``build`` runs in a thread of its own and gives an application of Starlette's; where it raises, ``failure`` holds
    what, and requests are answered with 503.
    """

    def __init__(self, build: Callable[[], Any]) -> None:
        self._build = build
        self._window: Application | None = None
        self._settled = asyncio.Event()
        self.failure: BaseException | None = None
        self.settled = threading.Event()
        """Set once the window is there, or has failed to be made."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request, or the server's start and end."""
        if scope["type"] == "lifespan":
            await self._life(receive, send)
            return
        if self._window is None and _is_page(scope):
            await _respond(scope, receive, send, page(*_asked_for(scope)), "text/html; charset=utf-8")
            return
        await self._settled.wait()
        if self._window is None:
            await _respond(scope, receive, send, "the window could not be opened\n", "text/plain", 503)
        elif scope["type"] == "http" and scope["path"] == READY:
            await _respond(scope, receive, send, "", None, 204)
        else:
            await self._window(scope, receive, send)

    async def _life(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        async with AsyncExitStack() as stack:
            making = asyncio.create_task(self._make(stack))
            await receive()  # the server ends
            await asyncio.gather(making, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _make(self, stack: AsyncExitStack) -> None:
        try:
            window = await asyncio.to_thread(self._build)
            # The outer application alone is told of the server's start and end.
            await stack.enter_async_context(window.router.lifespan_context(window))
            self._window = window
        except BaseException as failure:
            self.failure = failure
        finally:
            self._settled.set()
            self.settled.set()


def page(texts: Texts, theme: str) -> str:
    """The first page, whole; ``theme`` is "light" or "dark" where one was chosen, else empty."""
    style = (STATIC / "opening.css").read_text(encoding="utf-8")
    script = (STATIC / "opening.js").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="{texts.language}" data-theme="{escape(theme)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(texts.title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(texts.name)}</h1><p>{escape(texts.claim)}</p></header>"
        f'<main><p role="status" data-failed="{escape(texts.opening_failed)}"'
        f' data-sent="{escape(texts.opening_sent)}">{escape(texts.opening)}</p></main>'
        f'<form><textarea rows="1" autofocus placeholder="{escape(texts.question_placeholder)}"'
        f' aria-label="{escape(texts.question_label)}" autocomplete="off" enterkeyhint="send"></textarea>'
        f"<button>{escape(texts.send)}</button></form><script>{script}</script></body></html>"
    )


def _is_page(scope: Any) -> bool:
    """Whether a browser asks for a page to show."""
    from starlette.datastructures import Headers

    return (
        scope["type"] == "http" and scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
    )


def _asked_for(scope: Any) -> tuple[Texts, str]:
    """The language and the theme of a request."""
    from starlette.datastructures import Headers

    from ui.visitor import LANGUAGE

    headers = Headers(scope=scope)
    cookies = SimpleCookie(headers.get("cookie", ""))
    chosen, theme = (cookies[name].value if name in cookies else "" for name in (LANGUAGE, "yinda_theme"))
    return in_language(chosen, headers.get("accept-language", "")), theme if theme in ("light", "dark") else ""


async def _respond(scope: Any, receive: Any, send: Any, body: str, media_type: str | None, status: int = 200) -> None:
    from starlette.responses import Response

    if scope["type"] != "http":  # a web socket's client asks again
        await send({"type": "websocket.close", "code": 1013})
        return
    headers = {"cache-control": "no-store", "retry-after": "5"} if status != 204 else {"cache-control": "no-store"}
    await Response(body, status, headers, media_type)(scope, receive, send)
