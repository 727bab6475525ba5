"""Markdown, JSON and the terminal's tables."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from eval.reports import summary, write
from eval.reports.as_json import to_dict, write_json
from eval.reports.html import html
from eval.reports.markdown import markdown
from eval.reports.summary import confusion, figure, interval
from eval.reports.terminal import lines
from eval.results import Measure, RunResult, SetResult, Stage
from eval.runs.foreign import score_predictions
from eval.scoring import FOLLOW_UPS, STANDALONE
from eval.scoring import measures as mean_measures
from eval.sets import load_set
from eval.types import EvaluationSet, Prediction


def renamed(run: RunResult, name: str) -> RunResult:
    first = run.sets[0]
    kinds = {name if kind == "数字" else kind: found for kind, found in first.kinds.items()}
    return replace(run, sets=(replace(first, set=replace(first.set, name=name), kinds=kinds),))


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a Markdown text as a reader of it sees them."""
    found: list[list[list[str]]] = []
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type == "inline" and found and token.level > 3:
            found[-1][-1].append("".join(child.content for child in token.children or ()))
    return found


def test_json_comes_back_as_it_went(run: RunResult, tmp_path: Path) -> None:
    made = to_dict(run)
    assert json.loads(write_json(run, tmp_path / "报告.json").read_text("utf-8")) == made
    first = made["sets"][0]
    for name, measure in run.sets[0].measures.items():
        told = first["measures"][name]
        assert (told["value"], told["low"], told["high"], told["n"]) == (
            measure.value,
            measure.low,
            measure.high,
            measure.n,
        )
    assert sum(first["stages"].values()) == first["questions"] == len(run.sets[0].outcomes)
    assert sum(kind["questions"] for kind in first["kinds"].values()) == first["questions"]
    assert made["sets"][2]["confusion"] is None
    assert made["run"]["models"]["reader"]["name"] == "first"


def test_json_holds_nothing_that_json_has_not(run: RunResult) -> None:
    first = replace(run.sets[0], measures={"right": Measure(math.nan, 5), "ece": Measure(0.1, 5, math.inf, None)})
    made = to_dict(RunResult({"path": Path("a"), "x": math.nan, "list": (1, Path("b"))}, (first,)))
    text = json.dumps(made, allow_nan=False)
    assert json.loads(text)["run"] == {"path": "a", "x": None, "list": [1, "b"]}
    assert made["sets"][0]["measures"] == {"ece": {"value": 0.1, "low": None, "high": None, "n": 5}}


def test_the_confusion_counts_every_question_once(run: RunResult) -> None:
    one = run.sets[0]
    counts = confusion(one)
    assert counts is not None
    assert counts.total == len(one.outcomes)
    ended = {stage: sum(o.stage is stage for o in one.outcomes) for stage in Stage}
    assert counts.right == (ended[Stage.RIGHT], ended[Stage.WRONGLY_REFUSED])
    assert counts.wrong == (ended[Stage.NOT_READ] + ended[Stage.NOT_RETRIEVED], 0)
    assert counts.unanswerable == (ended[Stage.WRONGLY_ANSWERED], ended[Stage.RIGHTLY_REFUSED])


def test_markdown_tables_hold_the_measures(run: RunResult) -> None:
    found = tables(markdown(run))
    cells = [row for table in found for row in table]
    right = run.sets[0].measures["right"]
    assert ["Right", figure(right.value, "share"), interval(right, "share"), "240"] in cells
    assert all(len(row) == len(table[0]) for table in found for row in table)
    column = [row[0] for table in found for row in table if len(table[0]) == 4]
    assert "EM (CMRC)" in column
    for table in found:
        names = [row[0] for row in table[1:]]
        assert not ({"EM (CMRC)", "F1 (CMRC)"} & set(names) and {"EM (SQuAD)", "F1 (SQuAD)"} & set(names))


@pytest.mark.parametrize("name", ["a|b", "*重点*<b>", "[x](y)", "反\\|斜", "换\n行"])
def test_names_are_no_markdown(run: RunResult, name: str) -> None:
    text = markdown(renamed(run, name))
    kinds = next(table for table in tables(text) if table[0][0] == "Kind")
    assert " ".join(name.split()) in [row[0] for row in kinds]
    assert "<b>" not in MarkdownIt("commonmark").render(text)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_keep_within_the_terminal(run: RunResult, width: int, language: Any) -> None:
    shown = lines(run, width=width, language=language)
    assert max(map(cell_len, shown)) <= width
    text = "\n".join(shown)
    assert "追问" in text
    assert figure(run.sets[0].measures["em_cmrc"].value, "share") in text


def test_columns_line_up_under_chinese(run: RunResult) -> None:
    rows = [line for line in lines(run, language="zh") if line.startswith(("数字 ", "无答案 ", "人名 "))]
    counts = [(line, str(n)) for line, n in zip(rows[:3], (42, 42, 30), strict=True)]
    ends = {cell_len(line[: line.index(n) + len(n)]) for line, n in counts}
    assert len(ends) == 1


def test_control_characters_do_not_reach_the_terminal(run: RunResult) -> None:
    bad = renamed(run, "坏\x1b[2J\x07\x9b31m\u202e名")
    for text in ("".join(lines(bad)), markdown(bad)):
        assert "坏" in text
        assert not set(text) & set("\x1b\x07\x9b\u202e")


def test_a_run_without_outcomes_is_told() -> None:
    nothing = RunResult({"state": "stopped"}, (SetResult(EvaluationSet("空", Path("a"), "jsonl", ()), (), {}, {}),))
    assert "No question of this set has been answered." in "\n".join(lines(nothing))
    assert "stopped early" in markdown(nothing)
    assert to_dict(nothing)["sets"][0]["questions"] == 0


@given(st.floats(0, 1), st.sampled_from(["share", "score", "seconds", "MiB"]))
def test_figures_can_be_read_back(value: float, unit: Any) -> None:
    text = figure(value, unit)
    number = float(text.split()[0].rstrip("%"))
    scale = {"share": 100, "score": 1, "seconds": 1 if text.endswith(" s") else 1000, "MiB": 1}[unit]
    step = {"share": 0.1, "score": 0.0001, "seconds": 1 if text.endswith("ms") else 0.01, "MiB": 1}[unit]
    assert abs(number - value * scale) <= step / 2 + 1e-9


def test_an_interval_without_bounds_is_empty() -> None:
    assert interval(Measure(0.5, 10), "share") == ""
    assert interval(Measure(0.5, 10, 0.4, 0.6), "share") == "40.0–60.0%"
    assert interval(Measure(0.5, 10, 0.4, 1.2), "seconds") == "400 ms–1.20 s"


def test_predictions_of_another_program_without_a_confidence(tmp_path: Path) -> None:
    given = tmp_path / "set.jsonl"
    rows = [{"id": str(i), "question": f"第{i}年的收入是多少？", "answer": f"{i}亿元"} for i in range(1, 4)]
    given.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    said = tmp_path / "said.json"
    said.write_text(json.dumps({"1": "1亿元", "2": "不详", "3": ""}, ensure_ascii=False), encoding="utf-8")
    result = score_predictions(load_set(given), said)
    written = write(result, tmp_path / "out")
    page, text, data = (path.read_text("utf-8") for path in written)
    rows = json.loads(page.split('id="report-data">')[1].split("</script>")[0])["sets"][0]["rows"]
    assert [row["i"] for row in rows] == ["1", "2", "3"]
    assert not any("c" in row for row in rows)
    assert "nan" not in (text + "".join(lines(result))).lower()
    assert json.loads(data)["sets"][0]["questions"] == 3


def test_a_report_that_cannot_be_written_leaves_the_earlier_one(run: RunResult, tmp_path: Path) -> None:
    earlier = {path.name: path.read_bytes() for path in write(run, tmp_path)}
    resource = pytest.importorskip("resource", reason="limits on the size of files are Unix's")
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from eval.reports.files import write_whole\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_whole(Path(sys.argv[1]), bytes(5000))"
    )
    assert resource
    for name in earlier:
        ended = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / name)], capture_output=True, text=True, check=False
        )
        assert "OSError" in ended.stderr
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == earlier


def test_reports_are_never_seen_in_part(run: RunResult, tmp_path: Path) -> None:
    kept = [path.open("rb") for path in write(run, tmp_path)]
    before = [path.stat().st_ino for path in sorted(tmp_path.iterdir())]
    write(replace(run, sets=run.sets[:1]), tmp_path)
    # Who had them open still reads the earlier ones to their end: they were replaced, not written into.
    for stream, path in zip(kept, ("report.html", "report.md", "report.json"), strict=True):
        with stream:
            assert stream.read() != (tmp_path / path).read_bytes()
    assert before != [path.stat().st_ino for path in sorted(tmp_path.iterdir())]
    assert len(list(tmp_path.iterdir())) == 3


def test_standalone_questions_and_follow_ups_are_counted_and_named(run: RunResult) -> None:
    one = run.sets[0]
    leaning = [o for o in one.outcomes if o.question.history]
    standing = [o for o in one.outcomes if not o.question.history]
    assert len(leaning) == 42
    kinds = {**one.kinds, STANDALONE: mean_measures(standing), FOLLOW_UPS: mean_measures(leaning)}
    made = replace(run, sets=(replace(one, kinds=kinds), *run.sets[1:]))
    found = {row[0]: row[1] for table in tables(markdown(made)) if table[0][0] == "Kind" for row in table[1:]}
    assert (found["(standalone)"], found["(follow-ups)"]) == ("198", "42")
    assert to_dict(made)["sets"][0]["kinds"][FOLLOW_UPS]["questions"] == 42
    language: Any
    for language, names in (("en", ("(standalone)", "(follow-ups)")), ("zh", ("（独立提问）", "（追问）"))):
        for text in ("\n".join(lines(made, language=language)), re.sub("<[^>]*>", " ", html(made))):
            for name, count in zip(names, ("198", "42"), strict=True):
                assert re.search(re.escape(name) + r"[^\n]*?\s" + count + r"\b", text)


def test_the_number_of_a_kind_comes_from_its_measures(run: RunResult) -> None:
    """As of a retrieval set whose kinds are not what its questions say."""
    kinds = {"长": {"recall@5": Measure(0.5, 12)}, "短": {"recall@5": Measure(0.5, 7), "mrr": Measure(0.5, 9)}}
    assert [(name, n) for name, n, _ in summary.kinds(replace(run.sets[2], kinds=kinds))] == [("长", 12), ("短", 9)]


def as_texts(result: RunResult, language: Any) -> list[str]:
    """Terminal, Markdown and HTML."""
    return ["\n".join(lines(result, language=language)), markdown(result, language=language), html(result)]


@pytest.mark.parametrize(
    ("state", "english", "chinese"),
    [("stopped", "stopped early", "中途停止"), ("running", "unfinished (still running, or killed)", "未完成")],
)
def test_an_unfinished_run_says_so_everywhere(run: RunResult, state: str, english: str, chinese: str) -> None:
    finished, made = run, replace(run, manifest={**run.manifest, "state": state})
    for language, expected in (("en", english), ("zh", chinese)):
        for text in as_texts(made, language):
            assert expected in text
        for text in as_texts(finished, language):
            assert expected not in text
    page = html(made)
    assert page.count(english) == page.count(chinese) == 2  # above the sets, and in what is told of the run
    assert to_dict(made)["run"]["state"] == state


def test_questions_that_could_not_be_asked_are_counted_and_listed(run: RunResult) -> None:
    one = run.sets[0]
    lost = replace(
        one.outcomes[1],
        prediction=Prediction(one.set.name, one.outcomes[1].question.id, "", True, 0.0, error="the question is empty"),
    )
    made = replace(run, sets=(replace(one, outcomes=(one.outcomes[0], lost, *one.outcomes[2:])), *run.sets[1:]))
    for language, words in (("en", "1 could not be asked"), ("zh", "1 个未能提问")):
        for text in as_texts(made, language):
            assert words in text
        for text in as_texts(run, language):
            assert words not in text
    assert [given["failed"] for given in to_dict(made)["sets"]] == [1, 0, 0]
    row = json.loads(html(made).split('id="report-data">')[1].split("</script>")[0])["sets"][0]["rows"][1]
    assert row["x"] == "the question is empty"
    assert not {"a", "c", "b"} & set(row)  # neither refused nor unsure
    counts = confusion(made.sets[0])
    assert counts is not None
    assert counts.total == len(one.outcomes) - 1


def test_that_intervals_take_questions_as_independent_is_told(run: RunResult) -> None:
    language: Any
    for language, text in (("en", "treat the questions as independent"), ("zh", "把每题当作互相独立")):
        assert text in markdown(run, language=language)
        assert text in html(run).split('id="run"')[1]
