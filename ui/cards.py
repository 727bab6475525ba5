"""Answers, passages and documents as HTML.

Pure functions. Whatever comes from outside (questions, document texts, titles, file names, error messages)
goes through ``escape``, so that markup in it shows as text. Elements carry ``data-event`` and its arguments
for ``listen.js``; none carries a script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from qa import Addition, Answer, Citation, Document, Hit, Passage
from ui import feedback
from ui.conversation import Exchange
from ui.text import Texts

# Characters shown on each side of a quote on its card, and of a passage in the source panel.
CARD_AROUND = 60
SOURCE_AROUND = 600
# A card without a quote shows the passage's beginning.
CARD_LENGTH = 140
# A text of more than this many characters is shown in part.
WHOLE_DOCUMENT = 200_000
NEAREST_SHOWN = 3
_SENTENCE_ENDS = "。！？；!?\n"


def marked(text: str, start: int, end: int) -> str:
    """``text`` as HTML with ``text[start:end]`` in a mark; without one where the range is empty."""
    if start >= end:
        return escape(text)
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


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


def excerpt(text: str, start: int, end: int, around: int = CARD_AROUND) -> str:
    """The quote ``text[start:end]`` in its sentence, marked, with an ellipsis where the sentence is cut."""
    first, last = window(text, start, end, around)
    cut_before = first > 0 and text[first - 1] not in _SENTENCE_ENDS
    cut_after = last < len(text) and text[last - 1] not in _SENTENCE_ENDS
    while last > end and text[last - 1] == "\n":
        last -= 1
    inner = marked(text[first:last], start - first, end - first)
    return ("…" if cut_before else "") + inner + ("…" if cut_after else "")


def conversation(exchanges: Sequence[Exchange], welcome: str, texts: Texts) -> str:
    """The whole conversation, or ``welcome`` (HTML) before the first question."""
    inner = "".join(_exchange(index, exchange, texts) for index, exchange in enumerate(exchanges)) or welcome
    label = escape(texts.log_label)
    return f'<div class="y-log" role="log" aria-live="polite" aria-label="{label}">{inner}</div>'


def welcome(documents: int, passages: int, questions: Sequence[str], texts: Texts) -> str:
    """What the conversation shows before the first question; ``questions`` become chips to click."""
    if documents:
        heading, text = texts.ready_heading, texts.ready_text.format(documents=documents, passages=passages)
    else:
        heading, text = texts.empty_heading, texts.empty_text
    chips = "".join(
        f'<button type="button" class="y-chip" data-event="example" data-question="{escape(question)}">'
        f"{escape(question)}</button>"
        for question in questions
    )
    return (
        f'<div class="y-welcome"><h2>{escape(heading)}</h2><p>{escape(text)}</p>'
        + (f'<div class="y-chips">{chips}</div>' if chips else "")
        + "</div>"
    )


def _exchange(index: int, exchange: Exchange, texts: Texts) -> str:
    if exchange.error:
        reply = f'<p class="y-error" role="alert">{escape(exchange.error)}'
        reply += f"<small>{escape(exchange.hint)}</small></p>" if exchange.hint else "</p>"
    elif exchange.answer is not None:
        reply = answer(index, exchange.question, exchange.answer, exchange.documents, texts)
        reply += feedback.buttons(exchange.id, exchange.answer.abstained, texts)
    else:
        reply = f'<p class="y-status" role="status"><span class="y-dots"></span>{escape(exchange.status)}</p>'
    asked = f'<div class="y-asked">{escape(exchange.question)}</div>'
    return f'<section class="y-exchange">{asked}<div class="y-reply">{reply}</div></section>'


def answer(index: int, asked: str, answer: Answer, documents: Mapping[str, Document], texts: Texts) -> str:
    """The reply to one question: the answer with its citations, or that there is none, with what is nearest.

    ``index`` is the exchange's place in the conversation; ``documents`` are those of ``answer.nearest``
    by id.
    """
    parts = []
    if answer.question.strip() != asked.strip():
        understood = texts.understood.format(question=answer.question)
        parts.append(f'<p class="y-understood">{escape(understood)}</p>')
    nearest = [
        hit_card(index, place, hit, documents.get(hit.passage.document_id), texts)
        for place, hit in enumerate(answer.nearest[:NEAREST_SHOWN])
    ]
    if answer.abstained:
        note = texts.abstained_note if nearest else texts.abstained_nothing
        parts.append(f'<div class="y-abstained"><strong>{escape(texts.abstained)}</strong><p>{escape(note)}</p></div>')
        parts += nearest
        if answer.alternatives:
            parts.append(_alternatives(index, answer, texts.uncertain_answers, texts))
        return "".join(parts)
    size = "short" if len(answer.text) <= 30 else "middle" if len(answer.text) <= 80 else "long"
    parts.append(f'<p class="y-answer y-{size}">{escape(answer.text)}</p>')
    parts.append(confidence(answer.confidence, texts))
    parts += [citation_card(index, place, cited, "citation", texts) for place, cited in enumerate(answer.citations)]
    if answer.alternatives:
        parts.append(_alternatives(index, answer, texts.other_answers, texts))
    return "".join(parts)


def _alternatives(index: int, answer: Answer, summary: str, texts: Texts) -> str:
    inner = "".join(
        f'<p class="y-other">{escape(other.text)}</p>{confidence(other.confidence, texts)}'
        + citation_card(index, place, other.citation, "alternative", texts)
        for place, other in enumerate(answer.alternatives)
    )
    summary = summary.format(count=len(answer.alternatives))
    return f'<details class="y-folded"><summary>{escape(summary)}</summary>{inner}</details>'


def confidence(value: float, texts: Texts) -> str:
    """``value`` (0..1) in words, with a small bar."""
    percent = round(100 * min(max(value, 0.0), 1.0))
    level = "high" if percent >= 80 else "middle" if percent >= 50 else "low"
    words = {
        "high": texts.confidence_high,
        "middle": texts.confidence_middle,
        "low": texts.confidence_low,
    }[level]
    label = escape(texts.confidence_label.format(percent=percent))
    return (
        f'<p class="y-confidence y-{level}" title="{label}">'
        f'<span class="y-bar" role="img" aria-label="{label}"><span style="width:{percent}%"></span></span>'
        f"{escape(words)}<small>{percent}%</small></p>"
    )


def citation_card(index: int, place: int, citation: Citation, kind: str, texts: Texts) -> str:
    """A card with the quote in its sentence and its source; ``kind`` is citation or alternative."""
    passage = citation.passage
    quote = excerpt(passage.text, citation.start - passage.start, citation.end - passage.start)
    number = f"[{place + 1}]" if kind == "citation" else "·"
    return _card(index, place, kind, number, quote, source_line(citation.document, passage, texts))


def hit_card(index: int, place: int, hit: Hit, document: Document | None, texts: Texts) -> str:
    """A card with the beginning of a passage that was found; its heading stands in the source line already."""
    text = hit.passage.text.strip()
    if hit.passage.heading_path:
        # A Markdown heading carries its signs in the text.
        text = text.lstrip("# ").removeprefix(hit.passage.heading_path[-1]).strip() or text
    quote = escape(text[:CARD_LENGTH].rstrip()) + ("…" if len(text) > CARD_LENGTH else "")
    line = source_line(document, hit.passage, texts) if document is not None else ""
    return _card(index, place, "nearest", "·", quote, line)


def _card(index: int, place: int, kind: str, number: str, quote: str, line: str) -> str:
    return (
        f'<button type="button" class="y-card" data-event="cite" data-show="source" data-exchange="{index}"'
        f' data-kind="{kind}" data-place="{place}"><span class="y-number">{number}</span>'
        f'<span class="y-card-body"><span class="y-quote">{quote}</span>'
        f'<span class="y-line">{line}</span></span></button>'
    )


def source_line(document: Document, passage: Passage | None, texts: Texts) -> str:
    """Title, date, organisation, headings and page, as one line of HTML."""
    parts = [document.date or "", document.organisation or ""]
    if passage is not None:
        parts.append(" › ".join(passage.heading_path))
        parts.append(texts.page.format(page=passage.page) if passage.page is not None else "")
    title = f"<b>{escape(document.title or texts.untitled)}</b>"
    return title + "".join(f"<span>{escape(part)}</span>" for part in parts if part)


def source(
    document: Document,
    passage: Passage | None,
    quote: tuple[int, int] | None,
    texts: Texts,
    *,
    whole: bool = False,
) -> str:
    """The source panel: the passage in its surroundings with the quote marked, or the whole document.

    ``quote`` holds offsets into the document's text. With neither passage nor quote the document is shown
    from its beginning.
    """
    text = document.text
    inner_start, inner_end = (passage.start, passage.end) if passage is not None else (quote or (0, 0))
    start, end = quote or (inner_start, inner_start)
    reach = WHOLE_DOCUMENT // 2 if whole or passage is None else SOURCE_AROUND
    first, last = max(0, inner_start - reach), min(len(text), inner_end + reach)
    if whole and len(text) <= WHOLE_DOCUMENT:
        first, last = 0, len(text)
    inner = marked(text[inner_start:inner_end], start - inner_start, end - inner_start)
    body = (
        f'<span class="y-around">{"…" if first else ""}{escape(text[first:inner_start])}</span>'
        f'<span class="y-passage">{inner}</span>'
        f'<span class="y-around">{escape(text[inner_end:last])}{"…" if last < len(text) else ""}</span>'
    )
    headings = " › ".join(passage.heading_path) if passage is not None else ""
    facts = [document.organisation or "", document.date or ""]
    if document.source and document.source != document.organisation:
        facts.append(f"{texts.sources_of} {document.source}")
    if passage is not None and passage.page is not None:
        facts.append(texts.page.format(page=passage.page))
    whole_button = ""
    if passage is not None and not whole and (first > 0 or last < len(text)):
        whole_button = (
            f'<button type="button" class="y-link" data-event="open" data-document="{escape(document.id)}"'
            f' data-start="{inner_start}" data-end="{inner_end}"'
            f' data-from="{start}" data-to="{end}">{escape(texts.whole_document)}</button>'
        )
    return (
        _panel_head(texts.source, "source", texts)
        + f'<article class="y-source"><h3>{escape(document.title or texts.untitled)}</h3>'
        + f'<p class="y-facts">{"".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)}</p>'
        + (f'<p class="y-headings">{escape(headings)}</p>' if headings else "")
        + f'<div class="y-text" tabindex="0">{body}</div>{whole_button}</article>'
    )


def no_source(text: str, texts: Texts) -> str:
    """The source panel with a note instead of a source."""
    return f'{_panel_head(texts.source, "source", texts)}<p class="y-note">{escape(text)}</p>'


def document_list(documents: Sequence[Document], counts: Mapping[str, int], texts: Texts) -> str:
    """The documents with date, number of passages, and buttons to read and to remove each."""
    head = _panel_head(texts.documents, "documents", texts, len(documents))
    if not documents:
        return head + f'<p class="y-note">{escape(texts.no_documents)}</p>'
    rows = "".join(
        '<li class="y-document">'
        f'<button type="button" class="y-title" data-event="open" data-show="source"'
        f' data-document="{escape(document.id)}" title="{escape(texts.open_document)}">'
        f"{escape(document.title or texts.untitled)}</button>"
        f'<span class="y-facts">{_facts(document, counts.get(document.id, 0), texts)}'
        f'<button type="button" class="y-link y-remove" data-event="remove"'
        f' data-document="{escape(document.id)}"'
        f' data-confirm="{escape(texts.remove_confirm)}">{escape(texts.remove)}</button></span></li>'
        for document in documents
    )
    return f'{head}<ul class="y-documents">{rows}</ul>'


def _facts(document: Document, passages: int, texts: Texts) -> str:
    facts = (document.date or "", texts.passages.format(count=passages))
    return "".join(f"<span>{escape(fact)}</span>" for fact in facts if fact)


def additions(done: Sequence[Addition], total: int, current: str, texts: Texts) -> str:
    """What became of each source so far, and which one is being added now (``current``, "" at the end)."""
    rows = "".join(_addition(addition, texts) for addition in done)
    progress = ""
    if current:
        percent = round(100 * len(done) / total) if total else 0
        text = texts.adding.format(name=current, done=len(done) + 1, total=total)
        progress = (
            f'<p class="y-status" role="status"><span class="y-dots"></span>{escape(text)}</p>'
            f'<span class="y-bar y-wide"><span style="width:{percent}%"></span></span>'
        )
    close = (
        ""
        if current
        else f'<button type="button" class="y-close" data-dismiss="1" aria-label="{escape(texts.close)}">×</button>'
    )
    return f'<div class="y-additions">{close}{progress}<ul>{rows}</ul></div>'


def _addition(addition: Addition, texts: Texts) -> str:
    words = {
        "added": texts.added.format(passages=addition.passages),
        "replaced": texts.replaced.format(passages=addition.passages),
        "unchanged": texts.unchanged,
        "failed": texts.failed.format(reason=addition.reason),
    }.get(addition.status, addition.status)
    hint = f"<small>{escape(addition.hint)}</small>" if addition.hint else ""
    name = addition.path.replace("\\", "/").rsplit("/", 1)[-1]
    status = escape(addition.status)
    return f'<li class="y-{status}"><b>{escape(name)}</b><span>{escape(words)}{hint}</span></li>'


def header(texts: Texts, pages: Sequence[tuple[str, str]] = ()) -> str:
    """The bar at the top: links to further pages (name, path), and what opens the documents on a narrow screen."""
    links = "".join(f'<a href="{escape(path)}">{escape(name)}</a>' for name, path in pages)
    return (
        f'<header class="y-header"><h1>{escape(texts.name)}</h1><p>{escape(texts.claim)}</p>'
        f'<nav class="y-pages">{links}</nav>'
        f'<button type="button" class="y-menu" data-show="documents">{escape(texts.documents)}</button>'
        "</header>"
    )


def _panel_head(title: str, panel: str, texts: Texts, count: int = 0) -> str:
    number = f"<small>{count}</small>" if count else ""
    label = escape(texts.close)
    return (
        f'<div class="y-panel-head"><h2>{escape(title)}{number}</h2>'
        f'<button type="button" class="y-close" data-hide="{panel}" aria-label="{label}">×</button></div>'
    )
