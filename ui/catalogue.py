"""Which documents a list shows, and in which order."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa import CatalogueEntry


def _by_title(entry: CatalogueEntry) -> Any:
    # GB 18030 has the common characters in the order of their sounds.
    return unicodedata.normalize("NFKC", entry.title).casefold().encode("gb18030", "replace")


_ORDERS: dict[str, tuple[Callable[[CatalogueEntry], Any], bool]] = {
    "added": (lambda entry: entry.added, True),
    "title": (_by_title, False),
    "newest": (lambda entry: entry.date or "", True),
    "oldest": (lambda entry: entry.date or "9999", False),
    "passages": (lambda entry: entry.passages, True),
}
_BRACKETS = str.maketrans("〔[【(﹝〕]】)﹞", "〔〔〔〔〔〕〕〕〕〕")
ORDERS = tuple(_ORDERS)
"""By name: latest added, title, latest and earliest date, most passages. Documents without a date come last."""


def listed(entries: Iterable[CatalogueEntry], search: str = "", order: str = ORDERS[0]) -> list[CatalogueEntry]:
    """The entries in whose title, number, organisation, file name or date each word of ``search`` occurs, in an order.

    ``order`` is one of ``ORDERS``; another one counts as the first. Case and width of letters do not count.
    """
    words = _folded(search).split()
    found = [entry for entry in entries if all(word in _said(entry) for word in words)] if words else list(entries)
    key, descending = _ORDERS.get(order, _ORDERS[ORDERS[0]])
    return sorted(found, key=key, reverse=descending)


def _said(entry: CatalogueEntry) -> str:
    said = (entry.title, entry.organisation or "", entry.file or "", entry.date or "", entry.number or "")
    return _folded("\n".join(said))


def _folded(text: str) -> str:
    # A document's number is found with any brackets around its year.
    return unicodedata.normalize("NFKC", text).translate(_BRACKETS).casefold()
