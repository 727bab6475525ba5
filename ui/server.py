"""Serving the window on this computer."""

from __future__ import annotations

import errno
import os
import socket
from typing import TYPE_CHECKING

from qa.errors import YindaError

if TYPE_CHECKING:
    from qa import Library

HOST = "127.0.0.1"
FIRST_PORT = 7860
PORTS = 100


def free_port(wanted: int | None = None) -> int:
    """``wanted``, or without it the first free port from 7860 on; raises ``YindaError`` when it is taken."""
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as probe:
            # As the server does: a port that was closed a moment ago is free.
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
                return port
            except OSError as error:
                if wanted is not None:
                    busy = error.errno in (errno.EADDRINUSE, 10048)
                    raise YindaError(
                        f"port {port} is {'in use by another program' if busy else 'not available'}",
                        "name another one with --port, or leave it out to take a free one",
                    ) from None
    raise YindaError(f"no free port from {FIRST_PORT} to {FIRST_PORT + PORTS - 1}", "name one with --port")


def serve(library: Library, *, port: int | None = None, browser: bool = True) -> None:
    """Serve the window on the loopback address until Ctrl-C; the models load meanwhile."""
    port = free_port(port)
    # The server asks itself whether it is up; a proxy for the outside must not be asked that.
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST, "localhost")))
    from ui.app import build, launch_options
    from ui.warm import WarmUp

    warm = WarmUp(library)
    app = build(library, warm=warm)
    _, url, _ = app.launch(
        server_name=HOST,
        server_port=port,
        inbrowser=False,
        share=False,
        prevent_thread_lock=True,
        quiet=True,
        max_file_size="100mb",
        enable_monitoring=False,
        **launch_options(),
    )
    warm.start()
    print(f"引答已经打开：{url}  （按 Ctrl-C 结束）", flush=True)
    if browser:
        import webbrowser

        webbrowser.open(url)
    try:
        app.server.thread.join()
    except KeyboardInterrupt:
        print()
    finally:
        app.close(verbose=False)
