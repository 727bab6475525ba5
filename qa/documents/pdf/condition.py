"""What is wrong with a page's text: there is none, or it is not what the page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum

from qa.documents.decode import plausibility
from qa.documents.pdf.pdfium import PageGlyphs


class Condition(Enum):
    """How a page reads; the value is what is said of such pages, behind "page 3" or "pages 3, 5-9"."""

    GOOD = ""
    SCAN = "no text, only a picture: it may be a scan"
    DRAWN = "no text, only drawings: its letters may have been turned into lines"
    GARBLED = "text that does not say what the page shows, and was left out: the fonts do not name their characters"
    SPOILT = "some characters that cannot be read: the fonts do not name them"
    BROKEN = "damage and cannot be read"
    RECOGNISED = "text that was recognised in a picture: compare quotes with the page"


UNREADABLE = frozenset({Condition.SCAN, Condition.DRAWN, Condition.GARBLED, Condition.BROKEN})
"""Pages that give no text."""

RECOGNISABLE = frozenset({Condition.SCAN, Condition.DRAWN, Condition.GARBLED})
"""Pages whose letters can be recognised in their picture."""

_FEW = 30  # characters: a page number and a stamp, not a page of text
_COVERED = 0.5  # share of the page
_MOST = 0.3  # share of characters that cannot be read, above which the page's text is worth nothing
_SOME = 0.02
_SAMPLE = 50  # characters from which a page's writing is judged
_NONSENSE = 0.12  # share of common characters; Chinese prose has 0.5, lists of names 0.3


def condition(page: PageGlyphs | None) -> Condition:
    """How a page reads; None is a page that cannot be loaded."""
    if page is None:
        return Condition.BROKEN
    text = [glyph.char for glyph in page.glyphs if not glyph.char.isspace()]
    if len(text) < _FEW and page.picture_share >= _COVERED:
        return Condition.SCAN
    if not text:
        if page.pictures:
            return Condition.SCAN
        return Condition.DRAWN if page.drawings > 20 else Condition.GOOD
    bad = sum(map(_unreadable, text))
    if bad > _MOST * len(text) or _nonsense(text):
        return Condition.GARBLED
    return Condition.SPOILT if bad >= 3 and bad > _SOME * len(text) else Condition.GOOD


def _unreadable(char: str) -> bool:
    code = ord(char)
    # F020-F0FF are the signs of the symbol fonts: bullets and ticks.
    private = (0xE000 <= code <= 0xF8FF and not 0xF020 <= code <= 0xF0FF) or code >= 0xF0000
    return private or char == "\ufffd" or not (char.isprintable() or char.isspace() or char == "\u00ad")


def _nonsense(text: Sequence[str]) -> bool:
    """Characters of a wrong encoding: accented Latin letters and signs in a row, or Chinese that nobody writes."""
    if len(text) < _SAMPLE:
        return False
    latin = sum(1 for c in text if "\x80" <= c <= "\u024f" and c not in "·×÷°±²³§©®«»")
    han = [c for c in text if "\u3400" <= c <= "\u9fff"]
    if latin > 0.4 * len(text):
        return True
    return len(han) >= _SAMPLE and plausibility("".join(han)) < _NONSENSE


def warnings(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """One line for each thing that is wrong, with the pages (from 1) where it is."""
    out = []
    for kind in Condition:
        pages = [number for number, found in enumerate(conditions, 1) if found is kind]
        if pages and kind is not Condition.GOOD:
            out.append(f"{ranges(pages)} {'has' if len(pages) == 1 else 'have'} {kind.value}")
    return tuple(out)


def ranges(pages: Iterable[int]) -> str:
    """Ascending page numbers as people write them: page 3; pages 3, 5-9."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    text = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)
    return f"page {text}" if text.isdigit() else f"pages {text}"
