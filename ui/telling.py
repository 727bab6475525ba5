"""What hinders an event is told over the page, which stays as it is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from html import escape
from typing import Any, TypeVar

import gradio as gr

from qa import YindaError
from ui.texts import Texts
from ui.texts.errors import told_line
from ui.visitor import visitor

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def warn(error: YindaError, texts: Texts) -> None:
    """Show an error over the page for some seconds, in its language."""
    gr.Warning(escape(told_line(error, texts)))


def telling(handler: _Handler) -> _Handler:
    """A handler of events that tells an error of qa's, and then changes nothing more of the page.

    What the person has typed and what is shown stays there, so that it can be tried again.
    """

    def tell(error: YindaError, given: tuple[Any, ...]) -> Any:
        request = next(each for each in given if isinstance(each, gr.Request))
        warn(error, visitor(request).texts)
        return gr.skip()

    @wraps(handler)
    def once(*given: Any) -> Any:
        try:
            return handler(*given)
        except YindaError as error:
            return tell(error, given)

    @wraps(handler)
    def step_by_step(*given: Any) -> Iterator[Any]:
        try:
            yield from handler(*given)
        except YindaError as error:
            yield tell(error, given)

    return step_by_step if inspect.isgeneratorfunction(handler) else once  # type: ignore[return-value]
