"""The command ``yinda chat``."""

from __future__ import annotations

from typing import Annotated, Any

import typer


def chat(
    context: typer.Context,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; without it, the first free one from 7860 on.")
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the window in the browser.")] = True,
) -> None:
    """Open the chat window in the browser, on this computer only."""
    from qa import Library
    from ui.server import bound_socket, serve

    options: dict[str, Any] = context.obj
    if port is not None:
        bound_socket(port).close()  # a wrong one is told before the Library is opened
    with Library.open(options["library"], model=options["model"], create=True) as library:
        serve(library, port=port, browser=browser)
