"""Pages that other packages add to the window. They announce themselves in the entry point group ``yinda.pages``."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import gradio as gr

    from qa import Library

GROUP = "yinda.pages"


class Page(Protocol):
    """A page: what a link to it says, its path below the window's address, and how it is put there."""

    NAME: str
    PATH: str

    def add_to(self, app: gr.Blocks, library: Library) -> None:
        """Add the page to the application over the Library."""
        ...


def further_pages() -> list[Page]:
    """The pages of the packages that are installed."""
    return [cast("Page", entry.load()) for entry in sorted(entry_points(group=GROUP))]
