"""The chat window as a Gradio application over one Library."""

from __future__ import annotations

import os

# Before gradio is imported, which otherwise reports imports and launches, and looks for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from qa import Library, LibraryError, YindaError, ask
from ui import cards, feedback
from ui.conversation import Exchange, answering
from ui.documents import adding, has_samples, sample_files
from ui.pages import further_pages
from ui.text import ZH, Texts
from ui.upload import upload_button
from ui.warm import WarmUp

_HERE = Path(__file__).parent
_LISTEN = (_HERE / "listen.js").read_text(encoding="utf-8")
# One writer at a time; questions go on meanwhile.
_WRITING = "library-writing"
_ASKING = 4

Files = Sequence[tuple[Path, str]]


def build(library: Library, *, warm: WarmUp | None = None, texts: Texts = ZH) -> gr.Blocks:
    """The application over ``library``, ready to ``launch`` with ``launch_options``.

    Its API has two endpoints, ``/ask`` and ``/search``. Each browser session has its own conversation; the
    Library is shared. ``warm`` is asked whether the models are loaded; without one they load with the first question.
    """
    return _Window(library, warm or WarmUp(library), texts).blocks()


def launch_options(texts: Texts = ZH) -> dict[str, Any]:
    """Keyword arguments for ``Blocks.launch``: theme, styles, page language, no footer, no run history."""
    fonts = ["PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC", "sans-serif"]
    return {
        "theme": gr.themes.Base(
            primary_hue="teal",
            neutral_hue="stone",
            font=fonts,
            font_mono=["Noto Sans Mono CJK SC", "monospace"],
        ),
        "css_paths": [_HERE / "style.css"],
        # The language decides which shapes the system's fonts give to Chinese characters.
        "js": f"() => {{ document.documentElement.lang = '{texts.language}'; }}",
        "footer_links": [],
        "run_history": False,
        "ssr_mode": False,
    }


class _Window:
    """Layout and handlers. Holds nothing of any one session."""

    def __init__(self, library: Library, warm: WarmUp, texts: Texts) -> None:
        self.library = library
        self.warm = warm
        self.texts = texts

    def blocks(self) -> gr.Blocks:
        texts = self.texts
        app: gr.Blocks
        with gr.Blocks(title=texts.title, fill_width=True, analytics_enabled=False) as app:
            exchanges = gr.State([])
            pages = further_pages()
            _html(cards.header(texts, [(page.NAME, page.PATH) for page in pages]), "header")
            with gr.Row(elem_id="columns", equal_height=False):
                with gr.Column(elem_id="documents", min_width=0):
                    documents = _html("", "document-list")
                    upload = upload_button(texts.upload, size="md", elem_id="upload")
                with gr.Column(elem_id="chat", min_width=0):
                    conversation = _html("", "conversation")
                    with gr.Row(elem_id="start", visible=False) as start:
                        samples = gr.Button(texts.add_samples, variant="primary", elem_id="samples")
                        first_upload = upload_button(texts.upload_own, elem_id="first-upload")
                    additions = _html("", "additions")
                    with gr.Row(elem_id="asking"):
                        new = gr.Button(texts.new_conversation, elem_id="new", size="md", min_width=0, scale=0)
                        question = gr.Textbox(
                            placeholder=texts.question_placeholder,
                            label=texts.question_label,
                            show_label=False,
                            container=False,
                            lines=1,
                            max_lines=5,
                            autofocus=True,
                            elem_id="question",
                            min_width=0,
                            scale=1,
                            html_attributes=gr.InputHTMLAttributes(enterkeyhint="send", autocomplete="off"),
                        )
                        send = gr.Button(texts.send, variant="primary", elem_id="send", size="md", min_width=0, scale=0)
                with gr.Column(elem_id="source", min_width=0):
                    source = _html(cards.no_source(texts.source_empty, texts), "source-panel")

            receipt = _html("", "feedback-receipt")
            hidden: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
            answered = [question, conversation, exchanges, source, start, additions]
            kept = [documents, conversation, start]
            asking = {**hidden, "concurrency_limit": _ASKING, "concurrency_id": "asking"}
            writing = {**hidden, "concurrency_limit": 1, "concurrency_id": _WRITING}
            app.load(self.shown, [exchanges], kept, **hidden)
            running = [
                question.submit(self.asked, [question, exchanges], answered, **asking),
                send.click(self.asked, [question, exchanges], answered, **asking),
                conversation.example(self.example, [exchanges], answered, **asking),
            ]
            new.click(self.new, None, answered, cancels=running, **hidden)
            # Several clicks may be on their way at once, also while a question is being answered.
            conversation.judge(self.judged, [exchanges], [receipt], trigger_mode="multiple", **hidden)
            conversation.cite(self.cited, [exchanges], [source], **hidden)
            for component in (documents, source):
                component.open(self.opened, None, [source], **hidden)
            documents.remove(self.removed, [exchanges], kept, **writing)
            for button in (upload, first_upload):
                button.upload(self.uploaded, [button, exchanges], [additions, *kept], **writing)
            samples.click(self.samples, [exchanges], [additions, *kept], **writing)
            gr.events.api(self.api_ask, api_name="ask", concurrency_limit=_ASKING)
            gr.events.api(self.api_search, api_name="search", concurrency_limit=_ASKING)
        for page in pages:
            page.add_to(app, self.library)
        return app

    # -- what is shown ------------------------------------------------------------------------------------

    def shown(self, exchanges: Sequence[Exchange]) -> tuple[Any, ...]:
        """Document list, conversation, and the offer for an empty Library."""
        documents, counts = self.library.documents(), self.library.passage_counts()
        empty = not documents
        return (
            cards.document_list(documents, counts, self.texts),
            self._conversation(exchanges),
            gr.update(visible=empty and not exchanges),
        )

    def _conversation(self, exchanges: Sequence[Exchange]) -> str:
        welcome = ""
        if not exchanges:
            counts = self.library.passage_counts()
            questions = self.texts.sample_questions if has_samples(self.library) else ()
            welcome = cards.welcome(len(counts), sum(counts.values()), questions, self.texts)
        return cards.conversation(exchanges, welcome, self.texts)

    def _first_source(self, exchange: Exchange) -> Any:
        if exchange.answer is None:
            return gr.skip()
        if exchange.answer.abstained:
            return cards.no_source(self.texts.source_empty, self.texts)
        cited = exchange.answer.citations[0]
        return cards.source(cited.document, cited.passage, (cited.start, cited.end), self.texts)

    # -- the conversation ---------------------------------------------------------------------------------

    def asked(self, question: str, exchanges: list[Exchange]) -> Iterator[tuple[Any, ...]]:
        """Answer, showing how it proceeds."""
        question = question.strip()
        if not question:
            yield (gr.skip(),) * 6
            return
        for exchange in answering(question, exchanges, self.library, self.warm, self.texts):
            now = [*exchanges, exchange]
            yield (
                "",
                self._conversation(now),
                now if exchange.finished else gr.skip(),
                self._first_source(exchange),
                gr.update(visible=False),
                "",
            )

    def example(self, exchanges: list[Exchange], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask the question of the chip that was clicked."""
        yield from self.asked(str(event.question), exchanges)

    def new(self) -> tuple[Any, ...]:
        """Forget this session's conversation."""
        _, conversation, start = self.shown(())
        return "", conversation, [], cards.no_source(self.texts.source_empty, self.texts), start, ""

    def judged(self, exchanges: list[Exchange], event: gr.EventData) -> str:
        """Store what was said of an answer; the receipt tells the page's script what to show."""
        data = event._data
        return feedback.stored(
            self.library,
            exchanges,
            str(data["judged"]),
            str(data["verdict"]),
            str(data.get("reason", "")),
            self.texts,
        )

    # -- the source ---------------------------------------------------------------------------------------

    def cited(self, exchanges: list[Exchange], event: gr.EventData) -> str:
        """Show the source of the card that was clicked."""
        try:
            answer = exchanges[int(event.exchange)].answer
            place = int(event.place)
            if answer is None:
                raise IndexError
            if event.kind == "nearest":
                passage = answer.nearest[place].passage
                return cards.source(self.library.document(passage.document_id), passage, None, self.texts)
            citation = answer.citations[place] if event.kind == "citation" else answer.alternatives[place].citation
            self.library.document(citation.document.id)  # what was removed is not shown again
            return cards.source(citation.document, citation.passage, (citation.start, citation.end), self.texts)
        except (LibraryError, IndexError):
            return cards.no_source(self.texts.source_gone, self.texts)

    def opened(self, event: gr.EventData) -> str:
        """Show a whole document; with offsets, from the passage that was shown."""
        try:
            document = self.library.document(str(event.document))
        except LibraryError:
            return cards.no_source(self.texts.source_gone, self.texts)
        data = event._data
        quote = (int(data["from"]), int(data["to"])) if "from" in data else None
        return cards.source(document, None, quote, self.texts, whole=True)

    # -- documents ----------------------------------------------------------------------------------------

    def uploaded(self, files: Files, exchanges: list[Exchange]) -> Iterator[tuple[Any, ...]]:
        """Add the uploaded files."""
        yield from self._adding(files, exchanges)

    def samples(self, exchanges: list[Exchange]) -> Iterator[tuple[Any, ...]]:
        """Add the sample documents."""
        yield from self._adding(sample_files(), exchanges)

    def _adding(self, files: Files, exchanges: list[Exchange]) -> Iterator[tuple[Any, ...]]:
        for step in adding(self.library, files, self.warm, self.texts):
            report = cards.additions(step.done, step.total, step.current, self.texts)
            if step.current:
                yield report, gr.skip(), gr.skip(), gr.update(visible=False)
            else:
                yield report, *self.shown(exchanges)

    def removed(self, exchanges: list[Exchange], event: gr.EventData) -> tuple[Any, ...]:
        """Remove a document from the Library."""
        try:
            self.library.remove(str(event.document))
        except YindaError as error:
            gr.Warning(escape(" ".join(filter(None, (error.message, error.hint)))))
        return self.shown(exchanges)

    # -- for programs -------------------------------------------------------------------------------------

    def api_ask(self, question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question in the documents' own words, or abstain.

        Parameters:
            question: The question, in Chinese.
            history: Earlier questions of the conversation, oldest first.
        Returns:
            The answer as ``yinda ask --json`` prints it: text, abstained, confidence, question, citations,
            alternatives, nearest, timings.
        """
        try:
            return ask(question, library=self.library, history=history or ()).to_dict()
        except YindaError as error:
            raise _for_programs(error) from error

    def api_search(self, question: str, k: int = 10) -> list[dict[str, Any]]:
        """The passages that fit a question best.

        Parameters:
            question: Words or a question.
            k: How many passages, 1 to 100.
        Returns:
            Passages as ``yinda search --json`` prints them, best first.
        """
        try:
            return [hit.to_dict() for hit in self.library.search(question, max(1, min(int(k), 100)))]
        except YindaError as error:
            raise _for_programs(error) from error


def _for_programs(error: YindaError) -> gr.Error:
    return gr.Error(" — ".join(filter(None, (error.message, error.hint))), print_exception=False)


def _html(value: str, identifier: str) -> gr.HTML:
    return gr.HTML(value, elem_id=identifier, js_on_load=_LISTEN, apply_default_css=False)
