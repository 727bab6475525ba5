"""The report's file: what stands in it, what is left out, and what it forbids."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from eval.reports.html import html, write_html
from eval.results import Measure, Outcome, RunResult, SetResult, Stage
from eval.types import EvaluationSet, Prediction, Question, Reference


def embedded(page: str) -> dict[str, Any]:
    """The data inside the file."""
    found = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


def bare(text: str, **more: Any) -> RunResult:
    """A run of one question and nothing else."""
    question = Question("1", text, (Reference(text),))
    prediction = Prediction(text, "1", text, False, 0.5, question=text, error=text)
    outcome = Outcome(question, prediction, False, Stage.NOT_READ, None, {})
    one = SetResult(EvaluationSet(text, Path("a"), "jsonl", (question,)), (outcome,), {}, {text: {}})
    return RunResult({"yinda": text, "mode": text, "settings": {text: text}, "sets": [{"name": text}]} | more, (one,))


class Tags(HTMLParser):
    """The elements of a page and the addresses in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        self.handlers += [name for name, _ in attrs if name.startswith("on") or name == "style"]


def test_the_file_asks_for_nothing_and_may_not(run: RunResult) -> None:
    page = html(run)
    tags = Tags(page)
    assert all(address.startswith("#") for address in tags.addresses)
    assert tags.handlers == []
    assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & set(tags.names)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]


@settings(max_examples=40)
@given(
    st.text(min_size=1, max_size=40)
    | st.sampled_from(["</script>", "<!--<script>", "]]>", '"><img src=x>', "&lt;", "\u2028"])
)
def test_any_text_stays_text(text: str) -> None:
    page = html(bare(text))
    allowed = set(Tags(html(bare("x"))).names)
    assert Tags(page).names.count("script") == 2
    assert set(Tags(page).names) <= allowed
    row = embedded(page)["sets"][0]["rows"][0]
    assert row["q"] == text


def test_half_a_surrogate_pair_can_be_written(tmp_path: Path) -> None:
    path = write_html(bare("半\ud83d个"), tmp_path / "a.html")
    assert "半?个" in path.read_text("utf-8")


def test_every_question_is_in_the_file_and_each_passage_once(run: RunResult) -> None:
    data = embedded(html(run))
    for one, made in zip(run.sets, data["sets"], strict=True):
        assert [row["i"] for row in made["rows"]] == [o.question.id for o in one.outcomes]
        assert [list(Stage)[row["s"]] for row in made["rows"]] == [o.stage for o in one.outcomes]
    texts = [row[3] for row in data["passages"]]
    assert len(texts) == len(set(texts)) <= len(run.passages)


def test_numbers_of_the_two_rules_never_share_a_column(run: RunResult) -> None:
    first = run.sets[0]
    both = replace(first, measures={**first.measures, "em_squad": Measure(0.123, 240), "f1_squad": Measure(0.456, 240)})
    for result in (run, replace(run, sets=(both, *run.sets[1:]))):
        page = html(result)
        for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
            rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
            named = ["CMRC" in row and "SQuAD" in row for row in rows]
            # Both may stand in the head of a table, each over a column of its own; as rows they stand apart.
            assert not any(named[1:])
            assert not (any("CMRC" in row for row in rows[1:]) and any("SQuAD" in row for row in rows[1:]))
            head = re.findall(r"<th>(.*?)</th>", rows[0])
            assert not any("CMRC" in cell and "SQuAD" in cell for cell in head)
    overview = re.search(r'<table class="wide overview">(.*?)</table>', html(result), re.DOTALL)
    assert overview is not None
    assert "12.3%" not in overview[1]


def test_what_does_not_apply_is_left_out(run: RunResult) -> None:
    page = html(run, language="en")
    answers, retrieval = page.split('id="set-1"')[1].split('id="set-2"')
    assert "False answers" not in answers
    assert "Unanswerable" not in answers
    assert "False refusals" in answers
    retrieval = retrieval.split('id="run"')[0]
    for gone in ("confusion", "risk_coverage", "reliability"):
        assert f'data-plot="{gone}"' not in retrieval
    assert 'data-plot="recall_curve"' in retrieval
    assert "an accepted answer" not in retrieval


def test_what_was_run_is_told(run: RunResult) -> None:
    page = html(run).split('id="run"')[1]
    for text in ("0f1e2d3c" * 8, "multilingual-e5-small", "sha256:" + "ab12" * 16, "Some Processor 3 GHz", "2.13.0"):
        assert text in page
    assert "2026-03-01 12:30:05+00:00" in page


def test_a_bare_manifest_an_empty_set_and_a_stopped_run_are_told() -> None:
    nothing = SetResult(EvaluationSet("空", Path("a"), "jsonl", ()), (), {}, {})
    page = html(
        RunResult({"state": "stopped", "machine": "laptop", "started": "昨天", "models": {"reader": None}}, (nothing,))
    )
    assert "中途停止" in page
    assert "没有已完成的问题" in page
    assert "昨天" in page
    assert embedded(page)["sets"][0]["rows"] == []


def test_a_language_can_be_given(run: RunResult) -> None:
    assert '<html lang="en" class="show-en" data-language="en">' in html(run, language="en")
    assert "data-language" not in html(run).split("<style>")[0]


def test_a_large_run_stays_small(making: Callable[..., RunResult]) -> None:
    page = html(making(3219))
    assert len(page.encode()) < 5_000_000
