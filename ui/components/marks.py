"""Texts with marks in them, and excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

# Characters shown on each side of a quote on its card.
AROUND = 60
_SENTENCE_ENDS = "。！？；!?\n"


def marked(text: str, start: int, end: int) -> str:
    """``text`` as HTML with ``text[start:end]`` in a mark; without one where the range is empty."""
    if start >= end:
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def emphasised(text: str, parts: Iterable[tuple[int, int]]) -> str:
    """``text`` as HTML with each ``text[start:end]`` of ``parts`` emphasised; what does not fit is left out."""
    out, last = [], 0
    for start, end in sorted(parts):
        if last <= start < end <= len(text):
            out += [escape(text[last:start]), f"<em>{escape(text[start:end])}</em>"]
            last = end
    return "".join((*out, escape(text[last:])))


def window(text: str, start: int, end: int, around: int) -> tuple[int, int]:
    """The part of ``text`` to show around ``start:end``: whole sentences where they are near, else cut.

    Returns offsets; the part holds ``start:end`` and at most ``around`` characters on each side of it.
    """
    first = max(0, start - around)
    for position in range(start, first, -1):
        if text[position - 1] in _SENTENCE_ENDS:
            first = position
            break
    last = min(len(text), end + around)
    for position in range(end, last):
        if text[position] in _SENTENCE_ENDS:
            last = position + 1
            break
    return first, last


def excerpt(text: str, start: int, end: int, around: int = AROUND) -> str:
    """The quote ``text[start:end]`` in its sentence, marked, with an ellipsis where the sentence is cut."""
    first, last = window(text, start, end, around)
    cut_before = first > 0 and text[first - 1] not in _SENTENCE_ENDS
    cut_after = last < len(text) and text[last - 1] not in _SENTENCE_ENDS
    while last > end and text[last - 1] == "\n":
        last -= 1
    inner = marked(text[first:last], start - first, end - first)
    return ("…" if cut_before else "") + inner + ("…" if cut_after else "")


def beginning(text: str, heading_path: Sequence[str], length: int) -> str:
    """The first ``length`` characters of a passage, as HTML, without its heading, which its source line has."""
    text = text.strip()
    if heading_path:
        # A Markdown heading carries its signs in the text.
        text = text.lstrip("# ").removeprefix(heading_path[-1]).lstrip("。；;：:，, \n\t").strip() or text
    return escape(text[:length].rstrip()) + ("…" if len(text) > length else "")


def facts(values: Iterable[str]) -> str:
    """The values that are not empty, each in an element of its own."""
    return "".join(f"<span>{escape(value)}</span>" for value in values if value)


def panel_head(title: str, panel: str, close: str, count: int = 0) -> str:
    """The head of a panel: its name, a number, and what closes it on a narrow screen."""
    number = f"<small>{count}</small>" if count else ""
    return (
        f'<div class="y-panel-head"><h2>{escape(title)}{number}</h2>'
        f'<button type="button" class="y-close" data-hide="{panel}" aria-label="{escape(close)}">×</button></div>'
    )
