"""A conversation: questions, answers with their citations, and what can be done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from qa import CatalogueEntry, Hit
from qa.conversations import Exchange, KeptAlternative, KeptAnswer, KeptCitation, KeptPassage
from ui.components.feedback import buttons
from ui.components.marks import beginning, emphasised, excerpt, facts
from ui.texts import Texts

# A card without a quote shows the passage's beginning.
CARD_LENGTH = 140
NEAREST_SHOWN = 3
_SHORT, _MIDDLE = 30, 80

Held = Mapping[str, CatalogueEntry]
"""What the Library holds now, by document id."""


def conversation(
    exchanges: Sequence[Exchange],
    held: Held,
    texts: Texts,
    *,
    welcome: str = "",
    working: Mapping[str, str] | None = None,
) -> str:
    """The whole conversation, or ``welcome`` (HTML) before the first question.

    ``working`` holds what is shown instead of the answer of an exchange that is being answered, by its id.
    """
    inner = "".join(exchange(each, held, texts, (working or {}).get(each.id)) for each in exchanges) or welcome
    label = escape(texts.log_label)
    return f'<div class="y-log" role="log" aria-live="polite" aria-label="{label}">{inner}</div>'


def welcome(documents: int, passages: int, texts: Texts) -> str:
    """What the conversation shows before the first question."""
    if documents:
        heading, text = texts.ready_heading, texts.ready_text.format(documents=documents, passages=passages)
    else:
        heading, text = texts.empty_heading, texts.empty_text
    return f'<div class="y-welcome"><h2>{escape(heading)}</h2><p>{escape(text)}</p></div>'


def unopened(message: str, hint: str) -> str:
    """What the conversation shows where the Library cannot be read."""
    return f'<div class="y-welcome">{error(message, hint)}</div>'


def error(message: str, hint: str) -> str:
    """What hindered something, and what can be done."""
    advice = f"<small>{escape(hint)}</small>" if hint else ""
    return f'<p class="y-error" role="alert">{escape(message)}{advice}</p>'


def offers(questions: Sequence[str], heading: str) -> str:
    """Questions to click; "" where there are none."""
    if not questions:
        return ""
    chips = "".join(
        f'<button type="button" class="y-chip" data-event="example" data-question="{escape(question)}">'
        f"{escape(question)}</button>"
        for question in questions
    )
    return f'<div class="y-offers"><h3>{escape(heading)}</h3><div class="y-chips">{chips}</div></div>'


def exchange(exchange: Exchange, held: Held, texts: Texts, working: str | None = None) -> str:
    """One question and what became of it; ``working`` is shown instead of the answer while there is none."""
    identifier = escape(exchange.id)
    parts = []
    if exchange.question and exchange.question.strip() != exchange.asked.strip():
        parts.append(_understood(exchange, texts))
    if exchange.options:
        parts.append(f'<p class="y-scope">{escape(texts.asked_with.format(filters=scope(exchange.options, held)))}</p>')
    if working is not None:
        parts.append(working)
    elif exchange.answer is not None:
        parts.append(answer(exchange.id, exchange.answer, held, texts))
    else:
        parts.append(error(exchange.error or texts.unfinished, exchange.hint))
    if working is None:
        again = (
            f'<button type="button" class="y-act" data-event="again" data-mode="again" data-exchange="{identifier}">'
            f"{escape(texts.again)}</button>"
        )
        judged = buttons(exchange.id, exchange.answer.abstained, texts) if exchange.answer is not None else ""
        parts.append(f'<div class="y-after">{judged}{again}</div>')
    edit = (
        f'<button type="button" class="y-act y-edit" data-open-editor="edit">{escape(texts.edit)}</button>'
        + editor(exchange.id, "edit", exchange.asked, texts)
        if working is None
        else ""
    )
    return (
        f'<section class="y-exchange" data-id="{identifier}"><div class="y-turn"><div class="y-asked">'
        f'{escape(exchange.asked)}</div>{edit}</div><div class="y-reply">{"".join(parts)}</div></section>'
    )


def _understood(exchange: Exchange, texts: Texts) -> str:
    identifier = escape(exchange.id)
    titles = "".join(f"《{title}》" for title in exchange.within)
    within = escape(texts.asked_within.format(documents=titles)) if titles else ""
    return (
        f'<div class="y-understood"><p>{escape(texts.understood)}<q>{emphasised(exchange.question, exchange.carried)}'
        f"</q>{within}</p><span>"
        f'<button type="button" class="y-act" data-open-editor="correct">{escape(texts.change_understood)}</button>'
        f'<button type="button" class="y-act" data-event="again" data-mode="literal" data-exchange="{identifier}">'
        f"{escape(texts.take_literally)}</button></span>"
        f"{editor(exchange.id, 'correct', exchange.question, texts)}</div>"
    )


def editor(identifier: str, mode: str, text: str, texts: Texts) -> str:
    """A field to put a question in other words, hidden until it is wanted."""
    label = texts.edit if mode == "edit" else texts.change_understood
    return (
        f'<div class="y-editor" data-editor="{mode}" hidden><textarea rows="2" maxlength="2000"'
        f' aria-label="{escape(label)}">{escape(text)}</textarea><div>'
        f'<button type="button" class="y-act y-primary" data-event="again" data-mode="{mode}"'
        f' data-exchange="{escape(identifier)}">{escape(texts.ask_changed)}</button>'
        f'<button type="button" class="y-act" data-close-editor="1">{escape(texts.cancel)}</button></div></div>'
    )


def scope(options: Mapping[str, Any], held: Held) -> str:
    """Filters as a person reads them; a document that is gone goes under its id."""
    names = [f"《{held[d].title}》" if d in held else str(d) for d in options.get("documents", ())]
    since, until = str(options.get("since") or ""), str(options.get("until") or "")
    shown = ["".join(names), str(options.get("organisation") or ""), f"{since} – {until}" if since or until else ""]
    return " · ".join(filter(None, shown))


def working(status: str, found: Sequence[Hit], texts: Texts) -> str:
    """What is being done for an exchange, and the passages found so far."""
    line = f'<p class="y-status" role="status"><span class="y-dots"></span>{escape(status)}</p>'
    cards = "".join(_found(hit, texts) for hit in found[:NEAREST_SHOWN])
    return f'<div class="y-working">{line}{cards}</div>'


def _found(hit: Hit, texts: Texts) -> str:
    passage = hit.passage
    quote = beginning(passage.text, passage.heading_path, CARD_LENGTH)
    line = facts((hit.date or "", hit.organisation or "", " › ".join(passage.heading_path)))
    return (
        f'<div class="y-card y-found"><span class="y-number">·</span><span class="y-card-body">'
        f'<span class="y-quote">{quote}</span><span class="y-line"><b>{escape(hit.title or texts.untitled)}</b>{line}'
        "</span></span></div>"
    )


# -- one answer ---------------------------------------------------------------------------------------------


def answer(identifier: str, answer: KeptAnswer, held: Held, texts: Texts) -> str:
    """An answer with its citations, or that there is none, with what is nearest."""
    if answer.abstained:
        return _abstention(identifier, answer, held, texts)
    out = [_text(identifier, answer), confidence(answer.confidence, texts)]
    if answer.disagreements:
        out.append(_disagreement(identifier, answer, held, texts))
    else:
        out += [_citation_card(identifier, "citation", i, c, held, texts) for i, c in enumerate(answer.citations)]
    if answer.alternatives:
        out.append(_folded(identifier, answer.alternatives, texts.other_answers, held, texts))
    return "".join(out)


def parts(answer: KeptAnswer) -> list[tuple[str, list[int]]]:
    """The parts of an answer, with the places of their citations: one, or several to a question for several things.

    ``answer.text`` is the parts' quotes, a mark between them; the citations come part by part.
    """
    out: list[tuple[str, list[int]]] = []
    position = 0
    for place, citation in enumerate(answer.citations):
        if position < len(answer.text) and answer.text.startswith(citation.quote, position):
            out.append((citation.quote, [place]))
            position += len(citation.quote) + 1
        elif out:
            out[-1][1].append(place)
    return out if position == len(answer.text) + 1 else [(answer.text, list(range(len(answer.citations))))]


def _text(identifier: str, answer: KeptAnswer) -> str:
    given = [
        (escape(text), "".join(_reference(identifier, place) for place in places)) for text, places in parts(answer)
    ]
    longest = max((len(text) for text, _ in given), default=0)
    size = "short" if longest <= _SHORT else "middle" if longest <= _MIDDLE else "long"
    if len(given) > 1:
        size = "middle" if size == "short" else size
        items = "".join(f"<li><span class='y-words'>{text}</span>{references}</li>" for text, references in given)
        return f'<ol class="y-answer y-{size}">{items}</ol>'
    text, references = given[0]
    return f'<p class="y-answer y-{size}"><span class="y-words">{text}</span>{references}</p>'


def _reference(identifier: str, place: int) -> str:
    return (
        f'<button type="button" class="y-reference" data-event="cite" data-show="source" data-kind="citation"'
        f' data-exchange="{escape(identifier)}" data-place="{place}">[{place + 1}]</button>'
    )


def _abstention(identifier: str, answer: KeptAnswer, held: Held, texts: Texts) -> str:
    note = texts.abstained_note if answer.nearest else texts.abstained_nothing
    out = [f'<div class="y-abstained"><strong>{escape(texts.abstained)}</strong><p>{escape(note)}</p></div>']
    out += [
        _passage_card(identifier, "nearest", place, passage, _tag(passage, held, texts), texts)
        for place, passage in enumerate(answer.nearest[:NEAREST_SHOWN])
    ]
    if answer.alternatives:
        out.append(_folded(identifier, answer.alternatives, texts.uncertain_answers, held, texts))
    return "".join(out)


def _disagreement(identifier: str, answer: KeptAnswer, held: Held, texts: Texts) -> str:
    def column(text: str, value: float, date: str | None, card: str, head: str) -> str:
        return (
            f'<div class="y-side"><p class="y-side-head"><b>{escape(date or "—")}</b>{head}</p>'
            f'<p class="y-side-text">{escape(text)}</p>{confidence(value, texts)}{card}</div>'
        )

    first = "".join(_citation_card(identifier, "citation", i, c, held, texts) for i, c in enumerate(answer.citations))
    date = answer.citations[0].passage.date if answer.citations else None
    columns = [column(answer.text, answer.confidence, date, first, f"<small>{escape(texts.this_answer)}</small>")]
    columns += [
        column(
            other.text,
            other.confidence,
            other.citation.passage.date,
            _citation_card(identifier, "disagreement", place, other.citation, held, texts),
            "",
        )
        for place, other in enumerate(answer.disagreements)
    ]
    return (
        f'<div class="y-disagree"><p><strong>{escape(texts.disagree)}</strong> {escape(texts.disagree_note)}</p>'
        f'<div class="y-sides">{"".join(columns)}</div></div>'
    )


def _folded(identifier: str, others: Sequence[KeptAlternative], summary: str, held: Held, texts: Texts) -> str:
    inner = "".join(
        f'<p class="y-other">{escape(other.text)}</p>{confidence(other.confidence, texts)}'
        + _citation_card(identifier, "alternative", place, other.citation, held, texts)
        for place, other in enumerate(others)
    )
    summary = summary.format(count=len(others))
    return f'<details class="y-folded"><summary>{escape(summary)}</summary>{inner}</details>'


def confidence(value: float, texts: Texts) -> str:
    """``value`` (0..1) in words, with a small bar."""
    percent = round(100 * min(max(value, 0.0), 1.0))
    level = "high" if percent >= 80 else "middle" if percent >= 50 else "low"
    words = {"high": texts.confidence_high, "middle": texts.confidence_middle, "low": texts.confidence_low}[level]
    label = escape(texts.confidence_label.format(percent=percent))
    return (
        f'<p class="y-confidence y-is-{level}" title="{label}">'
        f'<span class="y-bar" role="img" aria-label="{label}"><span style="width:{percent}%"></span></span>'
        f"{escape(words)}<small>{percent}%</small></p>"
    )


# -- cards --------------------------------------------------------------------------------------------------


def _citation_card(identifier: str, kind: str, place: int, citation: KeptCitation, held: Held, texts: Texts) -> str:
    passage = citation.passage
    quote = excerpt(passage.text, citation.start - passage.start, citation.end - passage.start)
    number = f"[{place + 1}]" if kind == "citation" else "·"
    line = source_line(passage, texts)
    if citation.also:
        copies = ("；" if texts.code == "zh" else "; ").join(citation.also)
        line += f'<span class="y-also">{escape(texts.also_in.format(documents=copies))}</span>'
    return _card(identifier, kind, place, number, quote, line, _tag(passage, held, texts))


def _passage_card(identifier: str, kind: str, place: int, passage: KeptPassage, tag: str, texts: Texts) -> str:
    quote = beginning(passage.text, passage.heading_path, CARD_LENGTH)
    return _card(identifier, kind, place, "·", quote, source_line(passage, texts), tag)


def _card(identifier: str, kind: str, place: int, number: str, quote: str, line: str, tag: str) -> str:
    return (
        f'<button type="button" class="y-card" data-event="cite" data-show="source" data-kind="{kind}"'
        f' data-exchange="{escape(identifier)}" data-place="{place}"><span class="y-number">{number}</span>'
        f'<span class="y-card-body"><span class="y-quote">{quote}</span>'
        f'<span class="y-line">{line}{tag}</span></span></button>'
    )


def _tag(passage: KeptPassage, held: Held, texts: Texts) -> str:
    entry = held.get(passage.document_id)
    if entry is not None and entry.sha256 == passage.sha256:
        return ""
    return f'<span class="y-tag">{escape(texts.source_removed if entry is None else texts.source_changed)}</span>'


def source_line(passage: KeptPassage, texts: Texts) -> str:
    """Title, number, date, organisation, headings and page, as one line of HTML."""
    page = texts.page.format(page=passage.page) if passage.page is not None else ""
    known = (passage.number or "", passage.date or "", passage.organisation or "")
    line = facts((*known, " › ".join(passage.heading_path), page))
    return f"<b>{escape(passage.title or texts.untitled)}</b>{line}"
