"""What the indexes are given of a passage. The title and the headings count for search, never for quoting."""

from __future__ import annotations

from collections.abc import Sequence

from qa.text.normalise import simplify

SEPARATOR = " › "


def context(title: str, heading_path: Sequence[str]) -> str:
    """Title and headings as one line."""
    return SEPARATOR.join(part for part in (title, *heading_path) if part)


def embedded_text(text: str, title: str, heading_path: Sequence[str]) -> str:
    """The text that is embedded for a passage: its context on a line of its own, then its words, simplified."""
    return simplify(f"{context(title, heading_path)}\n{text}")
