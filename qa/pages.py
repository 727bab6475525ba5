"""From offsets to pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


def page_at(page_starts: Sequence[int], offset: int) -> int | None:
    """The page, from 1, on which the character at ``offset`` stands; None for a document without pages.

    ``page_starts`` are the offsets at which the pages begin, ascending; a page without text begins where the next does.
    """
    return max(1, bisect_right(page_starts, offset)) if page_starts else None
