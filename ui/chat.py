"""The chat page: layout and handlers. Everything that is computed is computed elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from qa import Document, Library, YindaError
from qa.conversations import Conversation, Exchange, KeptCitation, KeptPassage
from ui import filters, verdicts
from ui.answering import answering
from ui.components import answer as parts
from ui.components.documents import additions
from ui.components.sidebar import sidebar, sidebar_head
from ui.components.source import Around, Page, kept_source, no_source, source
from ui.desk import Desk
from ui.documents import adding, sample_files
from ui.elements import CLICKED, HIDDEN, html, labels
from ui.keeping import Keeper, exchanges
from ui.place import Place
from ui.telling import telling, warn
from ui.texts import Texts
from ui.texts.errors import told, told_line
from ui.upload import upload_button
from ui.visitor import Visitor, visitor

ASKING = 4
"""Questions that are answered at the same time."""
TOLD = 8
"""What a question changes: its own field, and the whole of what is shown."""

Files = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A conversation as it is to be shown: its place, and what it holds."""

    place: Place
    exchanges: list[Exchange]


class ChatPage:
    """The page over the Libraries of ``desk``. Holds nothing of any one visitor."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def layout(self, app: gr.Blocks) -> None:
        """Place the components into the present gradio context, that of ``app``, and connect them."""
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(elem_id="sidebar", min_width=0):
                head = html("", "sidebar-head")
                side = html("", "conversations")
            with gr.Column(elem_id="chat", min_width=0):
                with gr.Column(elem_id="scroll", min_width=0):
                    log = html("", "conversation")
                    pending = html("", "pending")
                    with gr.Row(elem_id="start", visible=False) as start:
                        samples = gr.Button(labels("add_samples"), variant="primary", elem_id="samples")
                        upload = upload_button(labels("upload_own"), elem_id="first-upload")
                    additions = html("", "additions")
                    offers = html("", "offers")
                scope = filters.layout()
                with gr.Row(elem_id="asking"):
                    question = gr.Textbox(
                        placeholder=labels("question_placeholder"),
                        label=labels("question_label"),
                        show_label=False,
                        container=False,
                        lines=1,
                        max_lines=6,
                        autofocus=True,
                        elem_id="question",
                        min_width=0,
                        scale=1,
                        html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                    )
                    send = gr.Button(labels("send"), variant="primary", elem_id="send", min_width=0, scale=0)
                    stop = gr.Button(labels("stop"), elem_id="stop", min_width=0, scale=0)
            with gr.Column(elem_id="source", min_width=0):
                panel = html("", "source-panel")
        place = gr.Textbox("", visible="hidden", elem_id="place")
        receipt = html("", "feedback-receipt")

        whole = [place, log, pending, side, start, offers, panel]
        asking: dict[str, Any] = {**CLICKED, "concurrency_limit": ASKING, "concurrency_id": "asking"}
        inputs = [place, *scope.inputs]
        told = [question, *whole]
        offering: dict[str, Any] = {"fn": self.offered, "inputs": [place], "outputs": [offers], **HIDDEN}
        loaded = app.load(self.opened_first, None, [head, *whole, *scope.outputs], **HIDDEN)
        loaded.then(**offering)
        running = [
            question.submit(self.asked, [question, *inputs], told, **asking),
            send.click(self.asked, [question, *inputs], told, **asking),
            log.again(self.asked_again, inputs, told, **asking),
            offers.example(self.example, inputs, told, **asking),
        ]
        for event in running:
            event.then(**offering)
            event.then(None, js="() => { window.yinda.settled(); }", **HIDDEN)
        stop.click(self.stopped, [place], whole, cancels=running, **HIDDEN)
        log.judge(self.judged, [place], [receipt], **CLICKED)
        for component in (log, panel):
            component.cite(self.cited, [place], [panel], **CLICKED)
            component.open(self.opened, [place], [panel], **CLICKED)
        for leave, show in ((head.new, self.new), (side.open_conversation, self.open_conversation)):
            leave(show, [place], whole, **CLICKED).then(**offering)
        # With a question still being answered. Where none is, gradio would end the next one in its place.
        for leave, show in ((head.new_instead, self.new), (side.open_conversation_instead, self.open_conversation)):
            leave(show, [place], whole, cancels=running, **CLICKED).then(**offering)
        side.rename(self.renamed, [place], [side], **CLICKED)
        side.delete(self.deleted, [place], whole, **CLICKED)
        head.find(self.found, [place], [side], **CLICKED)
        writing: dict[str, Any] = {**HIDDEN, "concurrency_limit": 1, "concurrency_id": "library-writing"}
        samples.click(self.samples, [place], [additions, *whole], **writing).then(**offering)
        upload.upload(self.uploaded, [upload, place], [additions, *whole], **writing).then(**offering)

    # -- what is shown ------------------------------------------------------------------------------------

    def _side(self, owner: str, place: Place, texts: Texts, search: str = "") -> str:
        conversations: list[Conversation] = []
        kept = True
        try:
            kept = self.desk.library(place.library).writable
            conversations = self.desk.conversations(place.library).list(owner, search)
        except YindaError as error:
            warn(error, texts)
        return sidebar(conversations, place, texts, search=search, kept=kept)

    def _log(self, shown: _Shown, texts: Texts, working: Mapping[str, str] | None = None) -> str:
        welcome = ""
        if not shown.exchanges:
            counts = self.desk.library(shown.place.library).passage_counts()
            welcome = parts.welcome(len(counts), sum(counts.values()), texts)
        return parts.conversation(
            shown.exchanges, self.desk.held(shown.place.library), texts, welcome=welcome, working=working
        )

    def _whole(self, owner: str, shown: _Shown, texts: Texts) -> tuple[Any, ...]:
        """Values for place, log, pending, side, start, offers and panel."""
        empty = not shown.exchanges and not self.desk.library(shown.place.library).passage_counts()
        return (
            shown.place.text(),
            self._log(shown, texts),
            "",
            self._side(owner, shown.place, texts),
            gr.update(visible=empty),
            "",
            no_source(texts.source_empty, texts),
        )

    def _read(self, owner: str, place: Place) -> _Shown:
        """The conversation at a place; a new one where it is not there. Raises ``LibraryError`` when unreadable."""
        self.desk.library(place.library)
        place = replace(place, library=self.desk.name(place.library))
        if place.conversation:
            found = exchanges(self.desk, owner, place)
            if found is not None:
                return _Shown(place, found)
        return _Shown(replace(place, conversation=""), [])

    def opened_first(self, request: gr.Request) -> tuple[Any, ...]:
        """The page as its address has it."""
        who = visitor(request)
        query = request.query_params or {}
        wanted = Place(str(query.get("library", "")), str(query.get("conversation", "")))
        try:
            return self._opened_at(who, wanted)
        except YindaError as error:
            if self.desk.name(wanted.library) == self.desk.name():
                return self._unopened(error, who.texts)
            warn(error, who.texts)
        try:
            return self._opened_at(who, Place(""))
        except YindaError as error:
            return self._unopened(error, who.texts)

    def _opened_at(self, who: Visitor, wanted: Place) -> tuple[Any, ...]:
        shown = self._read(who.owner, wanted)
        if wanted.conversation and not shown.place.conversation:
            gr.Info(escape(who.texts.conversation_gone))
        library = self.desk.library(shown.place.library)
        return (
            sidebar_head(who.texts),
            *self._whole(who.owner, shown, who.texts),
            *filters.choices(library, who.texts),
        )

    @staticmethod
    def _unopened(error: YindaError, texts: Texts) -> tuple[Any, ...]:
        """The page without a Library, saying why."""
        log = parts.conversation([], {}, texts, welcome=parts.unopened(*told(error, texts)))
        whole = ("", log, "", "", gr.update(visible=False), "", no_source(texts.source_empty, texts))
        return sidebar_head(texts), *whole, gr.skip(), gr.skip()

    def offered(self, place: str, request: gr.Request) -> str:
        """Questions to begin with, or those that the nearest passages of an abstention answer."""
        who = visitor(request)
        try:
            return self._offered(self._read(who.owner, Place.read(place)), who.texts)
        except YindaError:
            return ""  # what is wrong was said where it matters

    def _offered(self, shown: _Shown, texts: Texts) -> str:
        if not shown.exchanges:
            offers = self.desk.offers(shown.place.library)
            return parts.offers([offer.question for offer in offers], texts.suggestions)
        last = shown.exchanges[-1]
        if last.answer is None or not last.answer.abstained:
            return ""
        instead = self.desk.instead(shown.place.library, last)
        return parts.offers([offer.question for offer in instead], texts.could_ask)

    # -- asking -------------------------------------------------------------------------------------------

    @telling
    def asked(
        self,
        question: str,
        place: str,
        documents: list[str],
        organisation: str,
        since: str,
        until: str,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question, showing how it proceeds."""
        options = filters.options(documents, organisation, since, until)
        yield from self._asked(question.strip(), place, options, request)

    @telling
    def example(
        self,
        place: str,
        documents: list[str],
        organisation: str,
        since: str,
        until: str,
        request: gr.Request,
        event: gr.EventData,
    ) -> Iterator[tuple[Any, ...]]:
        """Ask the question of the chip that was clicked."""
        options = filters.options(documents, organisation, since, until)
        yield from self._asked(str(event.question), place, options, request)

    @telling
    def asked_again(
        self,
        place: str,
        documents: list[str],
        organisation: str,
        since: str,
        until: str,
        request: gr.Request,
        event: gr.EventData,
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question of the conversation once more: as it was, in other words, or otherwise understood."""
        who = visitor(request)
        shown = self._read(who.owner, Place.read(place))
        data = event._data
        at = next((i for i, each in enumerate(shown.exchanges) if each.id == str(data["exchange"])), None)
        if at is None:
            gr.Warning(escape(who.texts.conversation_gone))
            yield gr.skip(), *self._whole(who.owner, shown, who.texts)
            return
        old, words = shown.exchanges[at], str(data.get("question", "")).strip()
        if data["mode"] == "edit":
            # What came after leans on what is changed.
            self.desk.conversations(shown.place.library).drop_from(who.owner, shown.place.conversation, old.id)
            shown.exchanges[at:] = []
            options = filters.options(documents, organisation, since, until)
            yield from self._answer(who.owner, shown, Exchange.new(words or old.asked, options), who.texts)
            return
        understood = {"correct": words, "literal": old.asked}.get(str(data["mode"]), "")
        again = replace(old, question=understood, carried=(), answer=None, error="", hint="")
        yield from self._answer(who.owner, shown, again, who.texts, at)

    def _asked(
        self, question: str, place: str, options: Mapping[str, Any], request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        who = visitor(request)
        if not question:
            yield (gr.skip(),) * TOLD
            return
        shown = self._read(who.owner, Place.read(place))
        yield from self._answer(who.owner, shown, Exchange.new(question, options), who.texts)

    def _answer(
        self, owner: str, shown: _Shown, exchange: Exchange, texts: Texts, at: int | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """Answer ``exchange``, the last one of the conversation, or its ``at``-th once more."""
        library = self.desk.library(shown.place.library)
        keeper = Keeper(self.desk, owner, shown.place, partial(warn, texts=texts))
        place = keeper.put(exchange)
        shown = _Shown(place, shown.exchanges)
        earlier = shown.exchanges if at is None else shown.exchanges[:at]
        skip = gr.skip()
        yield (
            "",
            place.text(),
            skip if shown.exchanges else self._log(_Shown(place, []), texts),
            *(skip,) * 2,
            (gr.update(visible=False)),
            "",
            skip,
        )
        side = self._side(owner, place, texts)
        for stage in answering(exchange, earlier, library, self.desk.warm, texts):
            if self.desk.is_stopped(exchange.id):
                return
            exchange = stage.exchange
            if stage.status:
                doing = parts.working(stage.status, stage.found, texts)
                if at is None:
                    log: Any = "" if not earlier else skip
                    drawn = parts.conversation([exchange], {}, texts, working={exchange.id: doing})
                    yield skip, skip, log, drawn, side, skip, skip, skip
                else:
                    now = [*shown.exchanges[:at], exchange, *shown.exchanges[at + 1 :]]
                    log = self._log(_Shown(place, now), texts, {exchange.id: doing})
                    yield skip, skip, log, skip, side, skip, skip, skip
                side = skip
                continue
            keeper.put(exchange)
            now = [*earlier, exchange, *(shown.exchanges[at + 1 :] if at is not None else ())]
            yield (
                skip,
                skip,
                self._log(_Shown(place, now), texts),
                "",
                self._side(owner, place, texts),
                skip,
                skip,
                self._first_source(exchange, place, texts),
            )

    @telling
    def stopped(self, place: str, request: gr.Request) -> tuple[Any, ...]:
        """Stop waiting for the answer; the question stays, to be asked again."""
        who = visitor(request)
        shown = self._read(who.owner, Place.read(place))
        for at, exchange in enumerate(shown.exchanges):
            if exchange.answer is None and not exchange.error:
                self.desk.stop(exchange.id)
                shown.exchanges[at] = replace(exchange, error=who.texts.stopped)
                Keeper(self.desk, who.owner, shown.place, partial(warn, texts=who.texts)).put(shown.exchanges[at])
        return self._whole(who.owner, shown, who.texts)

    # -- conversations ------------------------------------------------------------------------------------

    @telling
    def new(self, place: str, request: gr.Request) -> tuple[Any, ...]:
        """An empty conversation over the same Library."""
        who = visitor(request)
        library = Place.read(place).library
        return self._whole(who.owner, self._read(who.owner, Place(library)), who.texts)

    @telling
    def open_conversation(self, place: str, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        """A conversation of the list."""
        who = visitor(request)
        wanted = Place(Place.read(place).library, str(event.conversation))
        return self._whole(who.owner, self._read(who.owner, wanted), who.texts)

    @telling
    def renamed(self, place: str, request: gr.Request, event: gr.EventData) -> str:
        """Give a conversation another name."""
        who, here = visitor(request), Place.read(place)
        try:
            conversations = self.desk.conversations(here.library)
            conversations.rename(who.owner, str(event.conversation), str(event.value))
        except YindaError as error:
            warn(error, who.texts)
        return self._side(who.owner, here, who.texts)

    @telling
    def deleted(self, place: str, request: gr.Request, event: gr.EventData) -> tuple[Any, ...]:
        """Delete a conversation; the open one makes room for a new one."""
        who, here = visitor(request), Place.read(place)
        identifier = str(event.conversation)
        try:
            self.desk.conversations(here.library).delete(who.owner, identifier)
            self.desk.unkept.drop(who.owner, replace(here, conversation=identifier))
        except YindaError as error:
            warn(error, who.texts)
        if identifier == here.conversation:
            return self._whole(who.owner, self._read(who.owner, Place(here.library)), who.texts)
        skip = gr.skip()
        return skip, skip, skip, self._side(who.owner, here, who.texts), skip, skip, skip

    @telling
    def found(self, place: str, request: gr.Request, event: gr.EventData) -> str:
        """The conversations in which words occur."""
        who = visitor(request)
        return self._side(who.owner, Place.read(place), who.texts, str(event.words).strip())

    @telling
    def judged(self, place: str, request: gr.Request, event: gr.EventData) -> str:
        """Store what was said of an answer; the receipt tells the page's script what to show."""
        who = visitor(request)
        shown = self._read(who.owner, Place.read(place))
        data = event._data
        return verdicts.stored(
            self.desk.library(shown.place.library),
            shown.exchanges,
            str(data["judged"]),
            str(data["verdict"]),
            str(data.get("reason", "")),
            who.texts,
        )

    # -- the source ---------------------------------------------------------------------------------------

    def _first_source(self, exchange: Exchange, place: Place, texts: Texts) -> str:
        if exchange.answer is None or not exchange.answer.citations:
            return no_source(texts.source_empty, texts)
        return self._source(exchange, "citation", 0, place, texts)

    @telling
    def cited(self, place: str, request: gr.Request, event: gr.EventData) -> str:
        """Show the source of the card that was clicked."""
        who = visitor(request)
        shown = self._read(who.owner, Place.read(place))
        data = event._data
        exchange = next((each for each in shown.exchanges if each.id == str(data["exchange"])), None)
        if exchange is None or exchange.answer is None:
            return no_source(who.texts.source_empty, who.texts)
        return self._source(exchange, str(data["kind"]), int(data["place"]), shown.place, who.texts)

    def _source(self, exchange: Exchange, kind: str, at: int, place: Place, texts: Texts) -> str:
        cited = _citations(exchange, kind)
        if not 0 <= at < len(cited):
            return no_source(texts.source_empty, texts)
        passage, quote = cited[at]
        held = self.desk.held(place.library).get(passage.document_id)
        if held is None or held.sha256 != passage.sha256:
            return kept_source(passage, quote, held is None, texts)
        return self._document(
            passage.document_id,
            place,
            texts,
            passage=(passage.start, passage.end),
            quote=quote if quote[0] < quote[1] else None,
            around=Around(exchange.id, kind, at, len(cited)),
        )

    @telling
    def opened(self, place: str, request: gr.Request, event: gr.EventData) -> str:
        """Show a document, from an offset in it where one is given."""
        who, data = visitor(request), event._data
        start = int(data.get("from", 0))
        here = Place.read(place)
        return self._document(str(data["document"]), here, who.texts, passage=(start, start))

    def _document(self, identifier: str, place: Place, texts: Texts, **where: Any) -> str:
        try:
            library = self.desk.library(place.library)
            if identifier not in self.desk.held(place.library):
                return no_source(texts.source_gone, texts)
            document, passages = library.document(identifier), library.passages(identifier)
        except YindaError as error:
            return no_source(told_line(error, texts), texts)
        page = _page(library, document, where.get("quote") or where["passage"])
        return source(document, passages, self.desk.name(place.library), texts, page=page, **where)

    # -- the first documents ------------------------------------------------------------------------------

    @telling
    def uploaded(self, files: Files, place: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Add the uploaded files."""
        yield from self._adding(files, place, request)

    @telling
    def samples(self, place: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Add the sample documents."""
        yield from self._adding(sample_files(), place, request)

    def _adding(self, files: Files, place: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        who = visitor(request)
        here = self._read(who.owner, Place.read(place))
        skip = gr.skip()
        for step in adding(self.desk.library(here.place.library), files, self.desk.warm, who.texts):
            report = additions(step.done, step.total, step.current, who.texts)
            if step.current:
                yield report, *(skip,) * 4, gr.update(visible=False), skip, skip
            else:
                yield report, *self._whole(who.owner, self._read(who.owner, here.place), who.texts)


def _citations(exchange: Exchange, kind: str) -> list[tuple[KeptPassage, tuple[int, int]]]:
    """What the cards of one kind cite, in their order: the passage, and the quote's offsets in the document."""
    answer = exchange.answer
    if answer is None:
        return []
    if kind == "nearest":
        return [(passage, (passage.start, passage.start)) for passage in answer.nearest[: parts.NEAREST_SHOWN]]
    cited: Sequence[KeptCitation]
    if kind == "citation":
        cited = answer.citations
    else:
        others = answer.disagreements if kind == "disagreement" else answer.alternatives
        cited = [other.citation for other in others]
    return [(citation.passage, (citation.start, citation.end)) for citation in cited]


def _page(library: Library, document: Document, at: tuple[int, int]) -> Page | None:
    """The page of a PDF on which a place of its text stands; None where it cannot be drawn."""
    if document.media_type != "application/pdf":
        return None
    try:
        number = library.page_of(document.id, at[0])
        if number is None:
            return None
        image = library.page_image(document.id, number, spans=[at] if at[0] < at[1] else [])
    except YindaError:
        return None
    return Page(number, image.pages, image.boxes)
