"""Layout and handlers of the evaluation page. What is computed is computed elsewhere in ``eval``."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from eval.drafting import Draft, append_to_set, draft, drafts_from_feedback
from eval.page import rows
from eval.page.running import Standing, following
from eval.page.text import ZH, Texts, label, texts_of
from eval.reports import write
from eval.reports.html import html
from eval.runs.folder import PREDICTIONS
from eval.runs.runner import default_folder, run
from eval.runs.settings import Settings
from eval.samples import questions as sample_questions
from eval.sets import load_set
from qa import Library, YindaError
from qa.feedback import read as read_feedback

_log = logging.getLogger(__name__)
_STYLE = (Path(__file__).with_name("page.css")).read_text(encoding="utf-8")
_SAMPLES = "samples"
_ONE_RUN: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "evaluating"}
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_NAME = re.compile(r"[\w-]{1,60}")


class EvaluationPage:
    """The page over the Library that its address names, which ``library`` gives.

    Sets that are made here lie in the Library's folder under ``sets``, runs under ``runs``. Holds nothing of any one
    visitor but which runs are under way; which Library a page is over, the page itself keeps.
    """

    def __init__(self, library: Callable[[str], Library]) -> None:
        self.library = library
        self._stops: dict[str, threading.Event] = {}  # of the runs that are under way, by session
        self._scratch: Path | None = None
        self._lock = threading.Lock()

    def layout(self, app: gr.Blocks) -> None:
        """Place the components into the present gradio context of ``app`` and connect them."""
        place = gr.Textbox("", visible="hidden", elem_id="e-place")
        with gr.Column(elem_id="evaluation"):
            intro = _html("e-intro")
            with gr.Tabs():
                with gr.Tab(label("run_tab"), id="run"):
                    which, uploads = self._run_tab(place)
                with gr.Tab(label("draft_tab"), id="draft"):
                    drafted = self._draft_tab(place, which, uploads)
        app.load(self.opened, None, [place, intro, which, *drafted], **_PRIVATE)

    def opened(self, request: gr.Request) -> tuple[Any, ...]:
        """The page over the Library that its address names, in the visitor's language."""
        texts = texts_of(request)
        place = str((request.query_params or {}).get("library", ""))
        try:
            library = self.library(place)
        except YindaError as error:
            gr.Warning(escape(" ".join(filter(None, (error.message, error.hint)))))
            place, library = "", self.library("")
        return (
            place,
            f"<style>{_STYLE}</style>"
            f'<div class="e-head"><h1>{escape(texts.heading)}</h1><p>{escape(texts.intro)}</p></div>',
            gr.update(choices=_choices(library, texts), value=_SAMPLES),
            f'<p class="e-note">{escape(texts.draft_intro)}</p>'
            f'<p class="e-note"><a class="e-link" href="/feedback.csv?library={quote(place, safe="")}" download>'
            f"{escape(texts.all_feedback)}</a></p>",
            _table([], texts),
            texts.default_name,
        )

    # -- running ------------------------------------------------------------------------------------------

    def _run_tab(self, place: gr.Textbox) -> tuple[gr.Dropdown, gr.State]:
        uploads = gr.State([])
        with gr.Row(equal_height=False, elem_classes="e-settings"):
            which = gr.Dropdown(
                [(ZH.samples, _SAMPLES)], value=_SAMPLES, label=label("which"), elem_id="e-set", scale=2
            )
            whose = gr.Radio(
                [(label("whose_own"), "own"), (label("whose_library"), "library")],
                value="own",
                label=label("whose"),
                elem_id="e-whose",
                scale=2,
            )
            mode = gr.Radio(
                [(label("mode_open"), "open"), (label("mode_given"), "given-passage")],
                value="open",
                label=label("mode"),
                elem_id="e-mode",
                scale=2,
            )
            limit = gr.Number(0, label=label("limit"), precision=0, minimum=0, elem_id="e-limit", scale=1)
        with gr.Row():
            upload = gr.UploadButton(label("upload"), elem_id="e-upload", scale=1)
            start = gr.Button(label("start"), variant="primary", elem_id="e-start", scale=1)
            stop = gr.Button(label("stop"), elem_id="e-stop", interactive=False, scale=1)
        status, report = _html("e-status"), _html("e-report")
        downloads = gr.File(label=label("downloads"), visible=False, interactive=False, elem_id="e-downloads")
        upload.upload(self.uploaded, [upload, uploads, place], [which, uploads, status], **_PRIVATE)
        start.click(
            self.started,
            [which, whose, mode, limit, place],
            [status, report, downloads, start, stop],
            **_PRIVATE,
            **_ONE_RUN,
        )
        stop.click(self.stopped, None, [status], **_PRIVATE)
        return which, uploads

    def uploaded(self, file: str, uploads: list[str], place: str, request: gr.Request) -> tuple[Any, Any, str]:
        """Take an uploaded set beside those of this session, when it is one."""
        path = Path(file)
        try:
            load_set(path)
            uploads = list(dict.fromkeys((*uploads, str(path))))
            choices = _choices(self.library(place), texts_of(request), uploads)
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error)
        return gr.update(choices=choices, value=str(path)), uploads, ""

    def started(
        self, which: str | None, whose: str, mode: str, limit: float | None, place: str, request: gr.Request
    ) -> Generator[tuple[Any, ...], None, None]:
        """Run the chosen set, saying how it proceeds, and show the report."""
        texts = texts_of(request)
        busy, idle = (
            (gr.update(interactive=False), gr.update(interactive=True)),
            (gr.update(interactive=True), gr.update(interactive=False)),
        )
        if not which:
            yield _note(texts.choose_set), gr.skip(), gr.skip(), *idle
            return
        session = str(request.session_hash)
        stop = self._stops[session] = threading.Event()
        try:
            settings = Settings(
                mode="given-passage" if mode == "given-passage" else "open", limit=int(limit or 0) or None
            )
            chosen = load_set(sample_questions() if which == _SAMPLES else Path(which))
            open_one = self.library(place)
            library = open_one if whose == "library" else None
            out = default_folder([chosen], settings, (), library, below=self._runs(open_one))
            yield _note(texts.preparing), "", gr.update(visible=False), *busy
            for standing in following(
                lambda progress, stopped: run(
                    chosen, out=out, library=library, settings=settings, progress=progress, stop=stopped
                ),
                stop,
            ):
                if standing.error is not None:
                    raise standing.error
                if standing.result is None:
                    yield _progress(standing, texts), gr.skip(), gr.skip(), *busy
                    continue
                done = len(standing.result.sets[0].outcomes)
                ended = texts.stopped if standing.result.manifest["state"] == "stopped" else texts.finished
                files = write(standing.result, out)
                yield (
                    _note(ended.format(done=done)),
                    _framed(html(standing.result, language=texts.code), texts),
                    gr.update(value=self._handed_out(out.name, [*files, out / PREDICTIONS]), visible=True),
                    *idle,
                )
        except YindaError as error:
            yield _error(error), gr.skip(), gr.skip(), *idle
        except Exception as error:
            _log.exception("an evaluation failed")
            yield _note(texts.unexpected.format(error=error), "e-bad"), gr.skip(), gr.skip(), *idle
        finally:  # also when the person leaves, and gradio closes this
            if self._stops.get(session) is stop:
                del self._stops[session]

    def stopped(self, request: gr.Request) -> str:
        """Stop this session's run after the question that it is at."""
        stop = self._stops.get(str(request.session_hash))
        if stop is not None:
            stop.set()
        return _note(texts_of(request).stopping)

    def _runs(self, library: Library) -> Path:
        """Where runs over a Library are kept; of one that can only be read, until the server ends."""
        return (library.folder if library.writable else self._scratch_folder()) / "runs"

    def _handed_out(self, run: str, files: Sequence[Path]) -> list[str]:
        """Copies where gradio may hand files out from; it refuses those of a folder of the person's own.

        They lie in one temporary folder, those of a run where those of the same run lay before.
        """
        folder = self._scratch_folder() / run
        folder.mkdir(exist_ok=True)
        return [str(shutil.copy(path, folder / path.name)) for path in files if path.exists()]

    def _scratch_folder(self) -> Path:
        with self._lock:
            if self._scratch is None:
                self._scratch = Path(tempfile.mkdtemp(prefix="yinda-reports-"))
                # At exit at the latest; threads that still write then must not keep it from going.
                weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
            return self._scratch

    # -- drafting -----------------------------------------------------------------------------------------

    def _draft_tab(self, place: gr.Textbox, which: gr.Dropdown, uploads: gr.State) -> tuple[Any, Any, Any]:
        """The components that ``opened`` fills: what is said of it, the table, the name of the set."""
        drafts = gr.State([])
        intro = _html("e-draft-intro")
        with gr.Row(elem_classes="e-settings"):
            many = gr.Number(
                30, label=label("how_many"), precision=0, minimum=1, maximum=500, elem_id="e-many", scale=1
            )
            propose = gr.Button(label("draft"), variant="primary", elem_id="e-propose", scale=1)
            feedback = gr.Button(label("from_feedback"), elem_id="e-feedback", scale=1)
        status = _html("e-draft-status")
        table = gr.Dataframe(
            headers=list(ZH.columns),
            datatype=rows.TYPES,
            type="array",
            interactive=True,
            wrap=True,
            row_count=0,
            column_count=len(rows.TYPES),
            column_widths=rows.WIDTHS,
            max_height=560,
            elem_id="e-table",
            show_label=False,
        )
        with gr.Row(elem_classes="e-settings"):
            everything = gr.Button(label("all_accepted"), elem_id="e-all", scale=1)
            nothing = gr.Button(label("none_accepted"), elem_id="e-none", scale=1)
            name = gr.Textbox("", label=label("name"), elem_id="e-name", scale=2)
            save = gr.Button(label("save"), variant="primary", elem_id="e-save", scale=1)
        shown = [drafts, table, status]
        propose.click(self.propose, [many, drafts, table, place], shown, **_PRIVATE)
        feedback.click(self.take_feedback, [drafts, table, place], shown, **_PRIVATE)
        everything.click(self.accept_all, [table], [table], **_PRIVATE)
        nothing.click(self.accept_none, [table], [table], **_PRIVATE)
        save.click(self.save, [name, drafts, table, uploads, place], [drafts, table, status, which], **_PRIVATE)
        return intro, table, name

    def propose(
        self, many: float | None, drafts: list[Draft], table: list[rows.Row], place: str, request: gr.Request
    ) -> tuple[Any, ...]:
        """Add proposals from the Library's passages to the table."""
        texts = texts_of(request)
        try:
            proposed = draft(self.library(place), limit=max(1, int(many or 30)))
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error)
        note = texts.drafted.format(count=len(proposed)) if proposed else texts.nothing_drafted
        return *_joined(drafts, table, proposed, texts), _note(note)

    def take_feedback(
        self, drafts: list[Draft], table: list[rows.Row], place: str, request: gr.Request
    ) -> tuple[Any, ...]:
        """Add what people said of answers in the chat to the table."""
        texts = texts_of(request)
        try:
            proposed = drafts_from_feedback(read_feedback(self.library(place)))
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error)
        note = texts.feedback_added.format(count=len(proposed)) if proposed else texts.no_feedback
        return *_joined(drafts, table, proposed, texts), _note(note)

    def accept_all(self, table: list[rows.Row], request: gr.Request) -> dict[str, Any]:
        """The table with every row ticked."""
        return _table(rows.accepted(table, True), texts_of(request))

    def accept_none(self, table: list[rows.Row], request: gr.Request) -> dict[str, Any]:
        """The table with no row ticked."""
        return _table(rows.accepted(table, False), texts_of(request))

    def save(
        self,
        name: str,
        drafts: list[Draft],
        table: list[rows.Row],
        uploads: list[str],
        place: str,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """Add the accepted rows, as edited, to a set; they leave the table."""
        texts = texts_of(request)
        if not _NAME.fullmatch(name.strip()):
            return gr.skip(), gr.skip(), _note(texts.bad_name, "e-bad"), gr.skip()
        try:
            chosen, left = rows.chosen(drafts, table, texts)
            if not chosen:
                return gr.skip(), gr.skip(), _note(texts.nothing_chosen), gr.skip()
            library = self.library(place)
            path = _sets(library) / f"{name.strip()}.jsonl"
            count = len(append_to_set(chosen, path))
            total = len(load_set(path).questions)
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error), gr.skip()
        note = _note(texts.saved.format(count=count, path=f"{path.parent.name}/{path.name}", total=total))
        kept = {row[-1] for row in left}
        return (
            [each for each in drafts if each.id in kept],
            _table(left, texts),
            note,
            gr.update(choices=_choices(library, texts, uploads)),
        )


def _html(identifier: str) -> gr.HTML:
    return gr.HTML("", elem_id=identifier, apply_default_css=False)


def _sets(library: Library) -> Path:
    return library.folder / "sets"


def _choices(library: Library, texts: Texts, uploads: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Sets to choose from, as (shown, value): the samples, the Library's own, those uploaded in this session."""
    choices = [(texts.samples, _SAMPLES)]
    for path in sorted(_sets(library).glob("*.jsonl")) if _sets(library).is_dir() else ():
        with path.open("rb") as stream:
            count = sum(1 for line in stream if line.strip())
        choices.append((texts.own.format(name=path.stem, count=count), str(path)))
    return choices + [(texts.uploaded.format(name=Path(file).name), file) for file in uploads]


def _joined(
    drafts: Sequence[Draft], table: Sequence[rows.Row], proposed: Sequence[Draft], texts: Texts
) -> tuple[list[Draft], dict[str, Any]]:
    drafts, table = rows.joined(drafts, table, proposed)
    return drafts, _table(table, texts)


def _table(table: Sequence[rows.Row], texts: Texts) -> dict[str, Any]:
    """Rows for the component, with the headings of the language."""
    return {"headers": list(texts.columns), "data": list(table)}


def _progress(standing: Standing, texts: Texts) -> str:
    step = standing.step
    if step is None or not step.total:
        return _note(texts.preparing)
    words = (texts.asking if standing.asking else texts.indexing).format(done=int(step.done), total=step.total)
    if standing.left is not None:
        words += texts.left.format(minutes=max(1, round(standing.left / 60)))
    share = step.done / step.total
    return (
        f'<p class="e-note" role="status">{escape(words)}</p>'
        f'<div class="e-bar" role="progressbar" aria-label="{escape(texts.progress)}" '
        f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}">'
        f'<span style="width:{share:.1%}"></span></div>'
    )


def _framed(report: str, texts: Texts) -> str:
    # In a frame of its own, the report's scripts and styles touch nothing of the window.
    return f'<iframe title="{escape(texts.report)}" sandbox="allow-scripts" srcdoc="{escape(report)}"></iframe>'


def _note(text: str, kind: str = "") -> str:
    return f'<p class="e-note {kind}" role="status">{escape(text)}</p>' if text else ""


def _error(error: YindaError) -> str:
    hint = f"<small>{escape(error.hint)}</small>" if error.hint else ""
    return f'<p class="e-note e-bad" role="alert">{escape(error.message)}{hint}</p>'
