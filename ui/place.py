"""Where a page of the window is."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the window is: in which Library and which conversation ("" for one not begun).

    The page holds it, not the server, so that it outlives a restart of the server.
    """

    library: str
    conversation: str = ""

    def text(self) -> str:
        """As the page holds it."""
        return json.dumps([self.library, self.conversation])

    @classmethod
    def read(cls, text: str) -> Place:
        """From what the page holds; the first Library where that is nothing."""
        try:
            library, conversation = json.loads(text)
        except (TypeError, ValueError):
            return cls("")
        return cls(str(library), str(conversation))
