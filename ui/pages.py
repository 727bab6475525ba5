"""Pages that other packages add to the window. They announce themselves in the entry point group ``yinda.pages``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import gradio as gr

    from qa import Library

GROUP = "yinda.pages"


class Page(Protocol):
    """A page: its path below the window's address, what a link to it says, and how it is put there.

    ``TRANSLATIONS`` are texts for the labels of its components: language (zh or en) -> key -> text. The window has the
    keys of all pages in one, so that they begin with the page's ``PATH``.
    """

    PATH: str
    TRANSLATIONS: Mapping[str, Mapping[str, str]]

    def name(self, language: str) -> str:
        """What a link says, in a language (zh or en)."""
        ...

    def add_to(self, app: gr.Blocks, library: Callable[[str], Library], head: Callable[[], None]) -> None:
        """Add the page to the application.

        ``library`` gives a Library by the name that the page's address has (``?library=``; "" for the first), and
        ``head`` places the window's bar at the top of the page.
        """
        ...


def further_pages() -> list[Page]:
    """The pages of the packages that are installed."""
    return [cast("Page", entry.load()) for entry in sorted(entry_points(group=GROUP))]
