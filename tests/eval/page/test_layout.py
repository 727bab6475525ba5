"""The page's handlers, without a browser: what they say of a run, and what they leave behind."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from embeddings import Embedder
from eval.drafting import Draft
from eval.page import rows
from eval.page.layout import EvaluationPage, _progress
from eval.page.running import Standing
from eval.page.text import EN, ZH
from qa import Library, LibraryError
from qa.progress import Step


def asked_by(language: str = "zh", library: str = "") -> Any:
    """A request as gradio hands it to the handlers."""
    return SimpleNamespace(
        session_hash="s1", cookies={"yinda_language": language}, headers={}, query_params={"library": library}
    )


@pytest.fixture
def libraries(tmp_path: Path, set_path: Path, embedder: Embedder) -> Iterator[dict[str, Library]]:
    """The first Library, by "", and an empty one beside it."""
    with (
        Library.open(tmp_path / "first", model=embedder) as first,
        Library.open(tmp_path / "beside", model=embedder) as beside,
    ):
        first.add(set_path.with_name("documents"))
        yield {"": first, "beside": beside}


@pytest.fixture
def page(libraries: dict[str, Library]) -> EvaluationPage:
    def library(name: str) -> Library:
        if name not in libraries:
            raise LibraryError(f"there is no Library {name!r} here", "there are others")
        return libraries[name]

    return EvaluationPage(library)


def test_indexing_is_not_told_as_asking() -> None:
    # As many documents as questions: the numbers do not tell the two apart.
    indexing = _progress(Standing(Step(1, 3, "a.txt")), ZH)
    asking = Standing(Step(1, 3, "q1"), asking=True, left=130.0)
    assert "建立索引：1/3" in indexing
    assert "已问 1 / 3 题，约剩 2 分钟" in _progress(asking, ZH)
    assert "1 of 3 asked, about 2 min left" in _progress(asking, EN)


def test_the_bar_says_its_value_as_a_number() -> None:
    bar = _progress(Standing(Step(7, 20, "q"), asking=True), ZH)
    stated = dict(re.findall(r'aria-(value\w+)="([^"]*)"', bar))
    assert stated == {"valuemin": "0", "valuemax": "100", "valuenow": "35"}


def test_a_run_leaves_nothing_of_its_session(
    page: EvaluationPage, libraries: dict[str, Library], set_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def ran(language: str = "zh") -> list[tuple[Any, ...]]:
        return list(page.started(str(set_path), "library", "open", 2, "", asked_by(language)))

    status, report, files, *_ = ran()[-1]
    assert "完成，共 2 题" in status
    assert "评测报告" in report
    assert page._stops == {}
    status, report, *_ = ran("en")[-1]
    assert "Finished; 2 asked." in status
    assert 'title="Evaluation report"' in report
    (run,) = (libraries[""].folder / "runs").iterdir()  # the same run for both languages
    assert (run / "report.html").is_file()
    (folder,) = tmp_path.glob("yinda-report*")
    assert all(Path(path).is_relative_to(folder) and Path(path).is_file() for path in files["value"])
    left = page.started(str(set_path), "library", "given-passage", 2, "", asked_by())
    next(left)
    assert list(page._stops) == ["s1"]
    left.close()  # the person left
    assert page._stops == {}


def test_the_copies_go_with_the_page(town: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "report.html").write_text("x")
    page = EvaluationPage(lambda _: town)
    for run in ("a", "b", "a"):
        page._handed_out(run, [tmp_path / "report.html", tmp_path / "missing"])
    assert len(list(tmp_path.glob("*/*/report.html"))) == 2
    del page
    gc.collect()
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_each_visitor_is_over_the_library_of_their_address(page: EvaluationPage, libraries: dict[str, Library]) -> None:
    sets = libraries["beside"].folder / "sets"
    sets.mkdir()
    (sets / "旁集.jsonl").write_text('{"id": "a", "question": "甲？", "answers": []}\n', "utf-8")
    place, intro, which, drafting, table, name = page.opened(asked_by("zh"))
    assert (place, name) == ("", ZH.default_name)
    assert ZH.intro in intro
    assert which["choices"] == [(ZH.samples, "samples")]
    assert 'href="/feedback.csv?library="' in drafting
    assert table == {"headers": list(ZH.columns), "data": []}
    place, intro, which, drafting, table, name = page.opened(asked_by("en", "beside"))
    assert (place, name) == ("beside", EN.default_name)
    assert EN.intro in intro
    assert which["choices"] == [(EN.samples, "samples"), ("旁集 (questions: 1)", str(sets / "旁集.jsonl"))]
    assert 'href="/feedback.csv?library=beside"' in drafting
    assert table == {"headers": list(EN.columns), "data": []}
    proposed, shown, _ = page.propose(5, [], [], "", asked_by())
    assert len(proposed) == len(shown["data"]) > 0
    assert EN.nothing_drafted in page.propose(5, [], [], "beside", asked_by("en"))[2]


def test_a_library_that_is_gone_is_told(page: EvaluationPage, set_path: Path) -> None:
    gone = "there is no Library"
    assert gone in list(page.started(str(set_path), "library", "open", 2, "gone", asked_by()))[-1][0]
    assert gone in page.propose(5, [], [], "gone", asked_by())[2]
    assert gone in page.take_feedback([], [], "gone", asked_by())[2]
    assert gone in page.uploaded(str(set_path), [], "gone", asked_by())[2]
    drafts, table = rows.joined([], [], [Draft("d1", "谁？", ("甲",))])
    assert gone in page.save("集", drafts, rows.accepted(table, True), [], "gone", asked_by())[2]
    with pytest.warns(UserWarning, match=gone):  # gradio's, where no page is there to show it
        assert page.opened(asked_by(library="gone"))[0] == ""


def test_saving_drafts_keeps_an_uploaded_set_among_the_choices(
    page: EvaluationPage, libraries: dict[str, Library], set_path: Path
) -> None:
    shown, uploads, _ = page.uploaded(str(set_path), [], "beside", asked_by())
    assert (shown["value"], uploads) == (str(set_path), [str(set_path)])
    drafts, table = rows.joined([], [], [Draft("d1", "谁？", ("甲",))])
    ticked = page.accept_all(table, asked_by())["data"]
    left, _, note, choices = page.save("新集", drafts, ticked, uploads, "beside", asked_by())
    assert left == []
    assert "存入 1 题" in note
    saved = libraries["beside"].folder / "sets" / "新集.jsonl"
    assert [value for _, value in choices["choices"]][1:] == [str(saved), str(set_path)]


def test_nothing_is_saved_to_a_set_that_cannot_be_used(page: EvaluationPage, libraries: dict[str, Library]) -> None:
    sets = libraries[""].folder / "sets"
    sets.mkdir()
    twice = '{"id": "a", "question": "甲？"}\n{"id": "a", "question": "乙？"}\n'
    (sets / "坏.jsonl").write_text(twice, "utf-8")
    drafts, table = rows.joined([], [], [Draft("d1", "谁？", ("甲",))])
    left, _, note, _ = page.save("坏", drafts, rows.accepted(table, True), [], "", asked_by())
    assert left == gr.skip()
    assert "id a" in note
    assert (sets / "坏.jsonl").read_text("utf-8") == twice
