"""The source panel: a document at the cited place, its outline, the page image of a PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from urllib.parse import quote as in_address

from qa import Box, Document, Passage
from qa.conversations import KeptPassage
from ui.components.marks import facts, marked, panel_head
from ui.texts import Texts

# A text of more than this many characters is shown in part.
WHOLE = 200_000
OUTLINE = 400


@dataclass(frozen=True, slots=True)
class Around:
    """The citations of the answer: which one is shown, of how many, and what asks for another."""

    exchange: str
    kind: str
    place: int
    count: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a PDF: its number from 1, of how many, and where the quote stands on it."""

    number: int
    count: int
    boxes: tuple[Box, ...] = ()


def source(
    document: Document,
    passages: Sequence[Passage],
    library: str,
    texts: Texts,
    *,
    passage: tuple[int, int] | None = None,
    quote: tuple[int, int] | None = None,
    around: Around | None = None,
    page: Page | None = None,
) -> str:
    """The document with the passage and the quote marked in it (offsets in its text); from its beginning without.

    ``passages`` are all of the document's, for the outline.
    """
    text = document.text
    at = quote or passage or (0, 0)
    inner = passage or at
    first, last = 0, len(text)
    if len(text) > WHOLE:
        first, last = max(0, at[0] - WHOLE // 2), min(len(text), at[1] + WHOLE // 2)
    headings = _headings(passages)
    body = _text(text, first, last, inner, quote or (at[0], at[0]), [offset for offset, _, _ in headings])
    if first or last < len(text):
        body = f'<p class="y-note">{escape(texts.shown_in_part)}</p>{body}'
    head = (
        f'<p class="y-facts">{facts(_facts(document, page, texts))}</p>'
        + (_moves(around, texts) if around is not None and around.count > 1 else "")
        + _tools(document, quote or (0, 0), library, texts)
        + _outline(headings, at[0], document.id, (first, last), texts)
    )
    shown = f'<div class="y-text" tabindex="0" data-scroll="1">{body}</div>'
    if page is not None:
        shown = _pages(document.id, page, library, texts) + shown
    return (
        panel_head(texts.source, "source", texts.close)
        + f'<article class="y-source{" y-with-page" if page is not None else ""}">'
        + f"<h3>{escape(document.title or texts.untitled)}</h3>{head}{shown}</article>"
    )


def kept_source(kept: KeptPassage, quote: tuple[int, int], removed: bool, texts: Texts) -> str:
    """The passage as it was when it was cited, of a document that has changed since; of a removed one, the quote."""
    start, end = quote[0] - kept.start, quote[1] - kept.start
    title = f"<h3>{escape(kept.title or texts.untitled)}</h3>"
    if removed:
        said = f"<p>{escape(texts.source_gone_quote)}</p><blockquote>{escape(kept.text[start:end])}</blockquote>"
        body = f'<p class="y-note y-warning">{escape(texts.source_gone)}</p>' + (said if end > start else "")
    else:
        body = (
            f'<p class="y-note y-warning">{escape(texts.source_was)}</p>'
            f'<button type="button" class="y-act" data-event="open" data-document="{escape(kept.document_id)}">'
            f"{escape(texts.source_now)}</button>"
            f'<div class="y-text" tabindex="0"><span class="y-passage">{marked(kept.text, start, end)}</span></div>'
        )
    return f'{panel_head(texts.source, "source", texts.close)}<article class="y-source">{title}{body}</article>'


def no_source(text: str, texts: Texts) -> str:
    """The source panel with a note instead of a source."""
    return f'{panel_head(texts.source, "source", texts.close)}<p class="y-note">{escape(text)}</p>'


def _facts(document: Document, page: Page | None, texts: Texts) -> list[str]:
    out = [document.number or "", document.organisation or "", document.date or ""]
    if document.source and document.source != document.organisation:
        out.append(f"{texts.sources_of} {document.source}")
    if page is not None:
        out.append(texts.page.format(page=page.number))
    return out


def _headings(passages: Sequence[Passage]) -> list[tuple[int, int, str]]:
    """Offset, depth and text of each heading, in order: where the first passage under it begins."""
    out: list[tuple[int, int, str]] = []
    open_path: tuple[str, ...] = ()
    for passage in passages:
        path = passage.heading_path
        same = 0
        while same < min(len(path), len(open_path)) and path[same] == open_path[same]:
            same += 1
        out += [(passage.start, depth, path[depth]) for depth in range(same, len(path))]
        open_path = path
    return out[:OUTLINE]


def _text(
    text: str, first: int, last: int, passage: tuple[int, int], quote: tuple[int, int], anchors: Sequence[int]
) -> str:
    """``text[first:last]`` with the passage and the quote in it marked, and empty anchors to scroll to."""
    inner = (max(first, passage[0]), min(last, passage[1]))
    marks = {offset for offset in anchors if first <= offset <= last}

    def piece(start: int, end: int) -> str:
        """Text with its anchors and the part of the quote that lies in it."""
        cuts = sorted({start, end, *(o for o in marks if start <= o < end), *(o for o in quote if start < o < end)})
        out = []
        for left, right in pairwise(cuts):
            if left in marks:
                marks.discard(left)
                out.append(f'<a class="y-anchor" data-at="{left}"></a>')
            words = escape(text[left:right])
            out.append(f"<mark>{words}</mark>" if quote[0] <= left and right <= quote[1] else words)
        return "".join(out)

    if inner[0] >= inner[1]:
        return f'<span class="y-around">{piece(first, last)}</span>'
    return (
        f'<span class="y-around">{piece(first, inner[0])}</span>'
        f'<span class="y-passage">{piece(*inner)}</span>'
        f'<span class="y-around">{piece(inner[1], last)}</span>'
    )


def _moves(around: Around, texts: Texts) -> str:
    def move(step: int, label: str, sign: str) -> str:
        place = around.place + step
        disabled = "" if 0 <= place < around.count else " disabled"
        return (
            f'<button type="button" class="y-act" data-event="cite" data-kind="{escape(around.kind)}"'
            f' data-exchange="{escape(around.exchange)}" data-place="{place}" aria-label="{escape(label)}"{disabled}>'
            f"{sign}</button>"
        )

    number = escape(texts.place_of.format(place=around.place + 1, count=around.count))
    return f'<p class="y-moves">{move(-1, texts.previous, "‹")}<span>{number}</span>{move(1, texts.next, "›")}</p>'


def _tools(document: Document, quote: tuple[int, int], library: str, texts: Texts) -> str:
    address = f"original/{in_address(document.id)}?library={in_address(library)}"
    copied = document.text[quote[0] : quote[1]]
    copy = ""
    if copied:
        line = "，".join(filter(None, (f"《{document.title}》", document.number, document.organisation, document.date)))
        copy = (
            f'<button type="button" class="y-act" data-copy="{escape(f"“{copied}”——{line}")}"'
            f' data-copied="{escape(texts.copied)}">{escape(texts.copy_quote)}</button>'
        )
    return (
        f'<p class="y-tools">{copy}'
        f'<a class="y-act" href="/{address}" target="_blank" rel="noopener">{escape(texts.open_original)}</a>'
        f'<a class="y-act" href="/{address}&amp;download=1" download>{escape(texts.download_original)}</a></p>'
    )


def _outline(
    headings: Sequence[tuple[int, int, str]], at: int, document: str, shown: tuple[int, int], texts: Texts
) -> str:
    if len(headings) < 2:
        return ""
    current = max((offset for offset, _, _ in headings if offset <= at), default=-1)
    rows = "".join(
        f'<li style="--depth:{depth}"><button type="button"'
        + (
            f' data-goto="{offset}"'
            if shown[0] <= offset <= shown[1]
            else f' data-event="open" data-document="{escape(document)}" data-from="{offset}" data-to="{offset}"'
        )
        + f"{' aria-current=location' if offset == current else ''}>{escape(heading)}</button></li>"
        for offset, depth, heading in headings
    )
    return f'<details class="y-outline"><summary>{escape(texts.outline)}</summary><ol>{rows}</ol></details>'


def _pages(document: str, page: Page, library: str, texts: Texts) -> str:
    address = f"page/{in_address(document)}/{page.number}?library={in_address(library)}"
    boxes = "".join(
        f'<i style="left:{box.left:.4%};top:{box.top:.4%};width:{box.right - box.left:.4%};'
        f'height:{box.bottom - box.top:.4%}"></i>'
        for box in page.boxes
    )
    alt = escape(texts.page_image.format(page=page.number))
    return (
        f'<p class="y-views" role="group"><button type="button" class="y-act" data-view="page" aria-pressed="true">'
        f'{escape(texts.as_page)}</button><button type="button" class="y-act" data-view="text" aria-pressed="false">'
        f"{escape(texts.as_text)}</button><span>{page.number} / {page.count}</span></p>"
        f'<div class="y-page" data-scroll="1"><div><img src="/{address}" alt="{alt}"/>{boxes}</div></div>'
    )
