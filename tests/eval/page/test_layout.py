"""The page's handlers, without a browser: what they say of a run, and what they leave behind."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from eval.drafting import Draft
from eval.page import rows
from eval.page.layout import EvaluationPage
from eval.page.running import Standing
from qa import Library
from qa.progress import Step


@pytest.fixture
def page(town: Library) -> EvaluationPage:
    return EvaluationPage(town)


def test_indexing_is_not_told_as_asking(page: EvaluationPage) -> None:
    # As many documents as questions: the numbers do not tell the two apart.
    indexing = page._progress(Standing(Step(1, 3, "a.txt")))
    asking = page._progress(Standing(Step(1, 3, "q1"), asking=True, left=130.0))
    assert "建立索引：1/3" in indexing
    assert "已问 1 / 3 题，约剩 2 分钟" in asking


def test_the_bar_says_its_value_as_a_number(page: EvaluationPage) -> None:
    bar = page._progress(Standing(Step(7, 20, "q"), asking=True))
    stated = dict(re.findall(r'aria-(value\w+)="([^"]*)"', bar))
    assert stated == {"valuemin": "0", "valuemax": "100", "valuenow": "35"}


def test_a_run_leaves_nothing_of_its_session(
    page: EvaluationPage, set_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    page.runs = tmp_path / "runs"
    request: Any = SimpleNamespace(session_hash="s1")

    def ran() -> list[tuple[Any, ...]]:
        return list(page.started(str(set_path), "library", "open", 2, request))

    status, _, files, *_ = ran()[-1]
    assert "完成，共 2 题" in status
    assert page._stops == {}
    assert "完成" in ran()[-1][0]
    (folder,) = tmp_path.glob("yinda-report*")
    assert all(Path(path).is_relative_to(folder) and Path(path).is_file() for path in files["value"])
    left = page.started(str(set_path), "library", "given-passage", 2, request)
    next(left)
    assert list(page._stops) == ["s1"]
    left.close()  # the person left
    assert page._stops == {}


def test_the_copies_go_with_the_page(town: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "report.html").write_text("x")
    page = EvaluationPage(town)
    for run in ("a", "b", "a"):
        page._handed_out(run, [tmp_path / "report.html", tmp_path / "missing"])
    assert len(list(tmp_path.glob("*/*/report.html"))) == 2
    del page
    gc.collect()
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_saving_drafts_keeps_an_uploaded_set_among_the_choices(
    page: EvaluationPage, set_path: Path, tmp_path: Path
) -> None:
    page.sets = tmp_path / "sets"
    shown, uploads, _ = page.uploaded(str(set_path), [])
    assert (shown["value"], uploads) == (str(set_path), [str(set_path)])
    drafts, table = rows.joined([], [], [Draft("d1", "谁？", ("甲",))])
    left, _, note, choices = page.save("新集", drafts, rows.accepted(table, True), uploads)
    assert left == []
    assert "存入 1 题" in note
    assert [value for _, value in choices["choices"]][1:] == [str(page.sets / "新集.jsonl"), str(set_path)]


def test_nothing_is_saved_to_a_set_that_cannot_be_used(page: EvaluationPage, tmp_path: Path) -> None:
    page.sets = tmp_path
    twice = '{"id": "a", "question": "甲？"}\n{"id": "a", "question": "乙？"}\n'
    (tmp_path / "坏.jsonl").write_text(twice, "utf-8")
    drafts, table = rows.joined([], [], [Draft("d1", "谁？", ("甲",))])
    left, _, note, _ = page.save("坏", drafts, rows.accepted(table, True), [])
    assert left == gr.skip()
    assert "id a" in note
    assert (tmp_path / "坏.jsonl").read_text("utf-8") == twice
