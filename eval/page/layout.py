"""Layout and handlers of the evaluation page. What is computed is computed elsewhere in ``eval``."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Generator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from eval.drafting import append_to_set, draft, drafts_from_feedback
from eval.page import rows
from eval.page.running import Standing, following
from eval.page.text import ZH, Texts
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
    """The page over one Library. Sets that are made here lie in its folder under ``sets``, runs under ``runs``."""

    def __init__(self, library: Library, texts: Texts = ZH) -> None:
        self.library = library
        self.texts = texts
        self.sets = library.folder / "sets"
        self.runs = library.folder / "runs"
        self._stops: dict[str, threading.Event] = {}  # of the runs that are under way, by session
        self._scratch: Path | None = None
        self._lock = threading.Lock()

    def layout(self) -> None:
        """Place the components into the present gradio context and connect them."""
        texts = self.texts
        gr.HTML(f"<style>{_STYLE}</style>{self._head()}", elem_id="evaluation-head", apply_default_css=False)
        with gr.Column(elem_id="evaluation"), gr.Tabs():
            with gr.Tab(texts.run_tab):
                which, uploads = self._run_tab()
            with gr.Tab(texts.draft_tab):
                self._draft_tab(which, uploads)

    def _head(self) -> str:
        texts = self.texts
        return (
            f'<div class="e-head"><a href="/">{escape(texts.back)}</a><h1>{escape(texts.heading)}</h1>'
            f"<p>{escape(texts.intro)}</p></div>"
        )

    # -- running ------------------------------------------------------------------------------------------

    def _run_tab(self) -> tuple[gr.Dropdown, gr.State]:
        texts = self.texts
        uploads = gr.State([])
        with gr.Row(equal_height=False):
            which = gr.Dropdown(self._choices(), value=_SAMPLES, label=texts.which, elem_id="e-set", scale=2)
            whose = gr.Radio(
                [(texts.whose_own, "own"), (texts.whose_library, "library")],
                value="own",
                label=texts.whose,
                elem_id="e-whose",
                scale=2,
            )
            mode = gr.Radio(
                [(texts.mode_open, "open"), (texts.mode_given, "given-passage")],
                value="open",
                label=texts.mode,
                elem_id="e-mode",
                scale=2,
            )
            limit = gr.Number(0, label=texts.limit, precision=0, minimum=0, elem_id="e-limit", scale=1)
        with gr.Row():
            upload = gr.UploadButton(texts.upload, elem_id="e-upload", scale=1)
            start = gr.Button(texts.start, variant="primary", elem_id="e-start", scale=1)
            stop = gr.Button(texts.stop, elem_id="e-stop", interactive=False, scale=1)
        status = gr.HTML("", elem_id="e-status", apply_default_css=False)
        report = gr.HTML("", elem_id="e-report", apply_default_css=False)
        downloads = gr.File(label=texts.downloads, visible=False, interactive=False, elem_id="e-downloads")
        upload.upload(self.uploaded, [upload, uploads], [which, uploads, status], **_PRIVATE)
        start.click(
            self.started,
            [which, whose, mode, limit],
            [status, report, downloads, start, stop],
            **_PRIVATE,
            **_ONE_RUN,
        )
        stop.click(self.stopped, None, [status], **_PRIVATE)
        return which, uploads

    def _choices(self, uploads: Sequence[str] = ()) -> list[tuple[str, str]]:
        texts = self.texts
        choices = [(texts.samples, _SAMPLES)]
        for path in sorted(self.sets.glob("*.jsonl")) if self.sets.is_dir() else ():
            with path.open("rb") as stream:
                count = sum(1 for line in stream if line.strip())
            choices.append((texts.own.format(name=path.stem, count=count), str(path)))
        return choices + [(texts.uploaded.format(name=Path(file).name), file) for file in uploads]

    def uploaded(self, file: str, uploads: list[str]) -> tuple[Any, Any, str]:
        """Take an uploaded set beside those of this session, when it is one."""
        path = Path(file)
        try:
            load_set(path)
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error)
        uploads = list(dict.fromkeys((*uploads, str(path))))
        return gr.update(choices=self._choices(uploads), value=str(path)), uploads, ""

    def started(
        self, which: str | None, whose: str, mode: str, limit: float | None, request: gr.Request
    ) -> Generator[tuple[Any, ...], None, None]:
        """Run the chosen set, saying how it proceeds, and show the report."""
        texts = self.texts
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
            library = self.library if whose == "library" else None
            out = default_folder([chosen], settings, (), library, below=self.runs)
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
                    yield self._progress(standing), gr.skip(), gr.skip(), *busy
                    continue
                done = len(standing.result.sets[0].outcomes)
                ended = texts.stopped if standing.result.manifest["state"] == "stopped" else texts.finished
                files = write(standing.result, out)
                yield (
                    _note(ended.format(done=done)),
                    self._framed(html(standing.result, language="zh")),
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
        return _note(self.texts.stopping)

    def _handed_out(self, run: str, files: Sequence[Path]) -> list[str]:
        """Copies where gradio may hand files out from; it refuses those of a folder of the person's own.

        They lie in one temporary folder, those of a run where those of the same run lay before.
        """
        with self._lock:
            if self._scratch is None:
                self._scratch = Path(tempfile.mkdtemp(prefix="yinda-reports-"))
                # At exit at the latest; threads that still write then must not keep it from going.
                weakref.finalize(self, shutil.rmtree, self._scratch, ignore_errors=True)
        folder = self._scratch / run
        folder.mkdir(exist_ok=True)
        return [str(shutil.copy(path, folder / path.name)) for path in files if path.exists()]

    def _progress(self, standing: Standing) -> str:
        texts, step = self.texts, standing.step
        if step is None or not step.total:
            return _note(texts.preparing)
        words = (texts.asking if standing.asking else texts.indexing).format(done=int(step.done), total=step.total)
        if standing.left is not None:
            words += "，" + texts.left.format(minutes=max(1, round(standing.left / 60)))
        share = step.done / step.total
        return (
            f'<p class="e-note" role="status">{escape(words)}</p>'
            f'<div class="e-bar" role="progressbar" aria-label="{escape(texts.progress)}" '
            f'aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share * 100:.0f}">'
            f'<span style="width:{share:.1%}"></span></div>'
        )

    def _framed(self, report: str) -> str:
        # In a frame of its own, the report's scripts and styles touch nothing of the window.
        return (
            f'<iframe title="{escape(self.texts.report)}" sandbox="allow-scripts" srcdoc="{escape(report)}"></iframe>'
        )

    # -- drafting -----------------------------------------------------------------------------------------

    def _draft_tab(self, which: gr.Dropdown, uploads: gr.State) -> None:
        texts = self.texts
        drafts = gr.State([])
        gr.Markdown(texts.draft_intro)
        with gr.Row():
            many = gr.Number(30, label=texts.how_many, precision=0, minimum=1, maximum=500, elem_id="e-many", scale=1)
            propose = gr.Button(texts.draft, variant="primary", elem_id="e-propose", scale=1)
            feedback = gr.Button(texts.from_feedback, elem_id="e-feedback", scale=1)
        status = gr.HTML("", elem_id="e-draft-status", apply_default_css=False)
        table = gr.Dataframe(
            headers=list(texts.columns),
            datatype=rows.TYPES,
            type="array",
            interactive=True,
            wrap=True,
            row_count=0,
            column_count=len(texts.columns),
            column_widths=rows.WIDTHS,
            max_height=560,
            elem_id="e-table",
            show_label=False,
        )
        with gr.Row():
            everything = gr.Button(texts.all_accepted, elem_id="e-all", scale=1)
            nothing = gr.Button(texts.none_accepted, elem_id="e-none", scale=1)
            name = gr.Textbox(texts.default_name, label=texts.name, elem_id="e-name", scale=2)
            save = gr.Button(texts.save, variant="primary", elem_id="e-save", scale=1)
        shown = [drafts, table, status]
        propose.click(self.propose, [many, drafts, table], shown, **_PRIVATE)
        feedback.click(self.take_feedback, [drafts, table], shown, **_PRIVATE)
        everything.click(lambda value: rows.accepted(value, True), [table], [table], **_PRIVATE)
        nothing.click(lambda value: rows.accepted(value, False), [table], [table], **_PRIVATE)
        save.click(self.save, [name, drafts, table, uploads], [drafts, table, status, which], **_PRIVATE)

    def propose(self, many: float | None, drafts: list[Any], table: list[list[Any]]) -> tuple[Any, ...]:
        """Add proposals from the Library's passages to the table."""
        proposed = draft(self.library, limit=max(1, int(many or 30)))
        note = self.texts.drafted.format(count=len(proposed)) if proposed else self.texts.nothing_drafted
        return *rows.joined(drafts, table, proposed), _note(note)

    def take_feedback(self, drafts: list[Any], table: list[list[Any]]) -> tuple[Any, ...]:
        """Add what people said of answers in the chat to the table."""
        proposed = drafts_from_feedback(read_feedback(self.library.folder))
        note = self.texts.feedback_added.format(count=len(proposed)) if proposed else self.texts.no_feedback
        return *rows.joined(drafts, table, proposed), _note(note)

    def save(self, name: str, drafts: list[Any], table: list[list[Any]], uploads: list[str]) -> tuple[Any, ...]:
        """Add the accepted rows, as edited, to a set; they leave the table."""
        texts = self.texts
        if not _NAME.fullmatch(name.strip()):
            return gr.skip(), gr.skip(), _note(texts.bad_name, "e-bad"), gr.skip()
        try:
            chosen, left = rows.chosen(drafts, table)
            if not chosen:
                return gr.skip(), gr.skip(), _note(texts.nothing_chosen), gr.skip()
            path = self.sets / f"{name.strip()}.jsonl"
            count = len(append_to_set(chosen, path))
            total = len(load_set(path).questions)
        except YindaError as error:
            return gr.skip(), gr.skip(), _error(error), gr.skip()
        note = _note(texts.saved.format(count=count, path=f"{path.parent.name}/{path.name}", total=total))
        kept = {row[-1] for row in left}
        return [d for d in drafts if d.id in kept], left, note, gr.update(choices=self._choices(uploads))


def _note(text: str, kind: str = "") -> str:
    return f'<p class="e-note {kind}" role="status">{escape(text)}</p>' if text else ""


def _error(error: YindaError) -> str:
    hint = f"<small>{escape(error.hint)}</small>" if error.hint else ""
    return f'<p class="e-note e-bad" role="alert">{escape(error.message)}{hint}</p>'
