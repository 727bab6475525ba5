"""The page of documents: layout and handlers."""

from __future__ import annotations

from ui.desk import Desk
from ui.elements import html


class DocumentsPage:
    """The page over the Libraries of ``desk``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def layout(self) -> None:
        """Place the components into the present gradio context and connect them."""
        html("", "documents")
