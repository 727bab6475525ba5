"""Serving the window on this computer."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from qa.errors import YindaError

if TYPE_CHECKING:
    from qa import Library
    from ui.warm import WarmUp

HOST = "127.0.0.1"
FIRST_PORT = 7860
PORTS = 100
MAX_UPLOAD = "200mb"
"""The largest file that is taken."""


def bound_socket(wanted: int | None = None) -> socket.socket:
    """A socket on the loopback address, bound to ``wanted``, or without it to the first free port from 7860 on.

    Raises ``YindaError`` when the port is taken.
    """
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS):
        bound = socket.socket()
        # A port that was closed a moment ago is free. (On Windows the option means something else.)
        if os.name != "nt":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((HOST, port))
            bound.listen()  # until then another socket might be bound to the same port
            return bound
        except OSError as error:
            bound.close()
            if wanted is not None:
                busy = error.errno in (errno.EADDRINUSE, 10048)
                raise YindaError(
                    f"port {port} is {'in use by another program' if busy else 'not available'}",
                    "name another one with --port, or leave it out to take a free one",
                ) from None
    raise YindaError(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}", "name one with --port")


@contextmanager
def serving(
    library: Library,
    *,
    port: int | None = None,
    warm: WarmUp | None = None,
    coming: Callable[[str], object] | None = None,
) -> Iterator[str]:
    """Serve the window on the loopback address while the context lasts; gives its address once the window is there.

    ``coming`` is given the address as soon as pages are served there: the first page, until the window takes its place.

    Raises ``YindaError`` when the port is taken or the server does not start.
    """
    import uvicorn

    from ui.guard import Guard
    from ui.opening import Opening

    with bound_socket(port) as bound:
        port = int(bound.getsockname()[1])
        url = f"http://{HOST}:{port}/"
        opening = Opening(partial(application, library, port=port, warm=warm))
        # Pages that are open when the server ends are told by their closed connections; the log says nothing of it.
        server = uvicorn.Server(uvicorn.Config(Guard(opening), log_level="critical", access_log=False))
        thread = threading.Thread(target=server.run, args=([bound],), name="window", daemon=True)
        thread.start()
        try:
            while not server.started:
                if not thread.is_alive():
                    raise YindaError("the window's server did not start", "see the lines above, or report this")
                time.sleep(0.02)
            if coming is not None:
                coming(url)
            opening.settled.wait()
            if opening.failure is not None:
                raise opening.failure
            yield url
        finally:
            server.should_exit = True
            server.force_exit = True  # pages that are open hold connections that never end
            thread.join(10)


def application(library: Library, *, port: int, warm: WarmUp | None = None) -> Any:
    """The window as an ASGI application: the pages, originals, uploads and exports. ``ui.guard`` belongs before it."""
    import gradio as gr
    from fastapi import FastAPI

    from ui.app import FAVICON, mount_options, over
    from ui.desk import Desk
    from ui.early import Early
    from ui.elements import STATIC
    from ui.receiving import receiving
    from ui.routes import routes
    from ui.warm import WarmUp

    desk = Desk(library, warm or WarmUp(library))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.add_middleware(Early, script="".join((STATIC / name).read_text("utf-8") for name in ("stream.js", "head.js")))
    app.include_router(routes(desk))
    app.include_router(receiving(desk))
    pages = over(desk)
    with warnings.catch_warnings():
        # There is no rendering on the server to be had with several pages, and none was asked for.
        warnings.filterwarnings("ignore", message="SSR mode")
        return gr.mount_gradio_app(
            app,
            pages,
            path="/",
            server_name=HOST,
            server_port=port,
            favicon_path=str(FAVICON),
            max_file_size=MAX_UPLOAD,
            **mount_options(),
        )


def serve(library: Library, *, port: int | None = None, browser: bool = True) -> None:
    """Serve the window on the loopback address until Ctrl-C; the models load meanwhile."""
    from ui.warm import WarmUp

    warm = WarmUp(library)

    def coming(url: str) -> None:
        print(f"引答已经打开：{url}  （按 Ctrl-C 结束）", flush=True)
        if browser:
            _open(url)

    with serving(library, port=port, warm=warm, coming=coming):
        warm.start()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


def _open(url: str) -> None:
    # Some browsers only return when they are closed.
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(url,), name="browser", daemon=True).start()
