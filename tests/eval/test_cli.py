"""``yinda eval`` as a person runs it: what it writes, what it prints, and how it says that something is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from embeddings import Embedder
from eval import Regression, Settings, load_set
from eval.cli import app
from eval.runs.folder import RunFolder, read_manifest
from eval.runs.identity import described
from eval.runs.settings import asked_part
from eval.types import Prediction
from qa import Library
from qa.errors import YindaError

ROOT = Path(__file__).resolve().parents[2]
REPORTS = {"report.html", "report.md", "report.json"}
_LINES = [f'{{"question": "第{n}座桥多长？", "answers": []}}\n' for n in range(1, 7)]
BROKEN = "".join(_LINES) + '{"question": "第7座桥'


@dataclass
class Home:
    """A folder with the small set and its documents, the set alone, a Library of the documents, and a finished run."""

    folder: Path
    set: Path
    bare: Path
    library: Path
    run: Path


def yinda_eval(*arguments: str | Path, library: Path = Path("no-library"), model: str | None = None) -> str:
    """What the command prints to its standard output; an error is raised as it is."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], obj={"library": library, "model": model})
    if result.exception is not None and not (isinstance(result.exception, SystemExit)):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def failed(*arguments: str | Path, **options: Any) -> str:
    """The one line of an error that a person can mend, with its hint behind it."""
    with pytest.raises(YindaError) as caught:
        yinda_eval(*arguments, **options)
    error = caught.value
    assert isinstance(error, Regression) or error.hint
    assert "\n" not in error.message + error.hint
    return f"{error.message} [{error.hint}]"


def process(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, in ``folder``."""
    program = [sys.executable, "-c", "from qa.cli import main; main()", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    return subprocess.run(program, cwd=folder, capture_output=True, encoding="utf-8", env=environment, check=False)


def rows(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "predictions.jsonl").read_text("utf-8").splitlines()]


def measures(printed: str, number: int = 0) -> dict[str, float]:
    return {name: m["value"] for name, m in json.loads(printed)["sets"][number]["measures"].items()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder, small_set: Callable[[Path], Path]) -> Home:
    folder = tmp_path_factory.mktemp("home")
    path = small_set(folder / "town")
    (folder / "bare").mkdir()
    bare = folder / "bare" / "questions.jsonl"
    shutil.copy(path, bare)
    with Library.open(folder / "library", model=embedder) as library:
        assert len(library.add([folder / "town" / "documents"]).added) == 2
    yinda_eval("run", path, "--out", folder / "run")
    return Home(folder, path, bare, folder / "library", folder / "run")


# Runs.


def test_a_first_run_in_a_process_of_its_own(home: Home, tmp_path: Path) -> None:
    done = process(tmp_path, "--library", home.library, "eval", "run", home.bare)
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "yinda-runs").iterdir()
    first, *wrote = done.stderr.splitlines()
    assert first == f"run: yinda-runs/{run.name}"
    assert {line.removeprefix(f"wrote yinda-runs/{run.name}/") for line in wrote} == REPORTS
    assert done.stdout.startswith("bare/questions: 5 questions, 1 unanswerable, CMRC rules\n")
    assert "\x1b" not in done.stdout + done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert [row["id"] for row in rows(run)] == ["bridge", "opening", "tower", "cost", "mars"]
    assert not (run / "library").exists()  # the one that was named is asked


def test_what_a_run_writes(home: Home) -> None:
    for row in rows(home.run):
        assert {"id", "text", "abstained", "confidence", "citations"} <= row.keys()
        assert 0 <= row["confidence"] <= 1
        assert row["abstained"] == (row["text"] == "")
        assert bool(row["citations"]) == (not row["abstained"])
        for citation in row["citations"]:
            text = (home.set.parent / "documents" / citation["document"]).read_text("utf-8")
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    page, text, data = ((home.run / name).read_text("utf-8") for name in ("report.html", "report.md", "report.json"))
    assert "青石大桥全长多少米？" in page
    assert "<script src" not in page
    assert "town/questions" in text
    (one,) = json.loads(data)["sets"]
    assert one["name"] == "town/questions"
    counts = {kind: found["questions"] for kind, found in one["kinds"].items()}
    assert counts == {"figure": 2, "date": 2, "none": 1, "(standalone)": 4, "(follow-ups)": 1}


def test_json_is_the_report(home: Home) -> None:
    printed = yinda_eval("score", home.run, "--json")
    assert json.loads(printed) == json.loads((home.run / "report.json").read_text("utf-8"))
    assert measures(printed)["contained"] == 1.0


def test_a_finished_run_is_not_asked_again(home: Home) -> None:
    before = (home.run / "predictions.jsonl").read_bytes()
    result = CliRunner().invoke(
        app, ["run", str(home.set), "--out", str(home.run)], obj={"library": Path(), "model": None}
    )
    assert "which has 5 predictions already" in result.stderr
    assert (home.run / "predictions.jsonl").read_bytes() == before
    assert "settings differ" in failed("run", home.set, "--out", home.run, "--seed", "1")
    assert (home.run / "predictions.jsonl").read_bytes() == before


def test_two_sets_of_which_the_first_questions_are_asked(home: Home, tmp_path: Path) -> None:
    sets = (home.set, home.bare)
    assert "brings no documents, and other sets do" in failed("run", *sets, library=home.library)
    printed = yinda_eval(
        "run", *sets, "--library", home.library, "--limit", "2", "--no-distract", "--out", tmp_path / "run", "--json"
    )
    assert [(one["name"], one["questions"]) for one in json.loads(printed)["sets"]] == [
        ("town/questions", 2),
        ("bare/questions", 2),
    ]
    assert [(row["set"], row["id"]) for row in rows(tmp_path / "run")] == [
        (name, question) for name in ("town/questions", "bare/questions") for question in ("bridge", "opening")
    ]
    assert {row["distracted"] for row in rows(tmp_path / "run")} == {None}
    assert "two of the sets" in failed("run", home.set, home.set, "--out", tmp_path / "other")


def test_with_the_passage_given_only_it_is_read(home: Home, tmp_path: Path) -> None:
    assert "exclude each other" in failed("run", home.set, "--given-passage", "--open")
    yinda_eval("run", home.set, "--given-passage", "--out", tmp_path / "run")
    assert [len(row["retrieved"]) for row in rows(tmp_path / "run")][:4] == [1, 1, 1, 1]
    assert "recall@5" not in measures(yinda_eval("score", tmp_path / "run", "--json"))
    manifest = read_manifest(tmp_path / "run")
    assert manifest is not None
    assert manifest["mode"] == "given-passage"


def test_a_set_without_documents_is_asked_of_what_is_named(home: Home, tmp_path: Path) -> None:
    asked = ("run", home.bare, "--limit", "1", "--no-distract", "--out")
    assert "brings no documents" in failed(*asked, tmp_path / "none")
    yinda_eval(*asked, tmp_path / "fallback", library=home.library)
    yinda_eval(*asked, tmp_path / "named", "--library", home.library)
    yinda_eval(*asked, tmp_path / "files", "--documents", home.set.parent / "documents")
    assert {rows(tmp_path / name)[0]["text"] for name in ("fallback", "named", "files")} == {"1268米"}
    assert "no Library" in failed(*asked, tmp_path / "typo", "--library", tmp_path / "typo")


def test_among_puts_the_documents_of_another_set_beside(home: Home, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text('{"question": "黑石塔多高？", "answers": ["80米"]}\n', "utf-8")
    (tmp_path / "more.documents.jsonl").write_text('{"name": "黑石.txt", "text": "黑石塔高80米。"}\n', "utf-8")
    yinda_eval("run", home.set, "--limit", "1", "--among", tmp_path / "more.jsonl", "--out", tmp_path / "run")
    passages = (tmp_path / "run" / "passages.jsonl").read_text("utf-8").splitlines()
    names = {passage["key"]: passage["document"] for passage in map(json.loads, passages)}
    assert {names[key] for key, _ in rows(tmp_path / "run")[0]["retrieved"]} == {
        "公报.txt",
        "年报.txt",
        f"{tmp_path.name}/more: 黑石.txt",
    }


# Sets that are not as they should be.

BAD = {
    "broken.jsonl": (BROKEN, "broken.jsonl, line 7: not valid JSON"),
    "column.csv": ("编号,答案\n1,80米\n", "column.csv, line 1: no column for the question; columns found: 编号, 答案"),
    "field.jsonl": (
        '{"question": "黑石塔多高？"}\n{"answers": ["80米"]}\n',
        'field.jsonl, line 2: the field "question" is missing',
    ),
    "empty.jsonl": ("", "empty.jsonl: is empty"),
    "none.json": ("[]", "none.json: a JSON list without questions"),
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_bad_set_is_told_with_its_line(tmp_path: Path, name: str, command: str) -> None:
    text, message = BAD[name]
    (tmp_path / name).write_text(text, "utf-8")
    if command == "run" or name not in ("broken.jsonl", "field.jsonl"):
        assert message in failed(command, tmp_path / name)
        return
    # Where other lines can be read, check goes on and tells all that it finds.
    result = CliRunner().invoke(app, ["check", str(tmp_path / name)], obj={"library": tmp_path / "none", "model": None})
    assert result.exit_code == 2
    assert message.removeprefix(f"{name}, ") in result.stdout
    assert "errors 1, warnings 0" in result.stdout


@pytest.mark.parametrize("command", ["run", "check", "score"])
def test_a_path_that_is_no_set(tmp_path: Path, command: str) -> None:
    more = ("--predictions", tmp_path / "none.json") if command == "score" else ()
    (tmp_path / "folder").mkdir()
    assert "there is no such file" in failed(command, tmp_path / "absent.jsonl", *more)
    assert "is a folder without corpus, queries and qrels" in failed(command, tmp_path / "folder", *more)


def test_a_bad_set_in_a_process_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text(BROKEN, "utf-8")
    done = process(tmp_path, "eval", "run", "broken.jsonl")
    assert done.returncode == 2
    assert done.stdout == ""
    line, hint = done.stderr.splitlines()
    assert line.startswith("yinda: broken.jsonl, line 7: not valid JSON")
    assert hint.startswith("  hint: Each line is one JSON object")
    assert not (tmp_path / "yinda-runs").exists()


def test_check_tells_of_answers_that_do_not_occur_and_mends(home: Home, tmp_path: Path) -> None:
    assert "nothing wrong found" in yinda_eval("check", home.set)
    folder = tmp_path / "wrong"
    shutil.copytree(home.set.parent, folder)
    lines = home.set.read_text("utf-8").replace('"1268米"', '"1269米"').splitlines()
    wrong = folder / "questions.jsonl"
    wrong.write_text("\n".join([*lines, lines[1]]) + "\n", "utf-8")
    result = CliRunner().invoke(
        app,
        ["check", str(wrong), "--mend", str(folder / "mended.jsonl")],
        obj={"library": tmp_path / "n", "model": None},
    )
    assert result.exit_code == 2
    assert "line 1 bridge: 「1269米」 is not in 2 documents" in result.stdout
    assert "Ids used before: 1" in result.stdout
    assert len(load_set(folder / "mended.jsonl").questions) == 5


def test_check_looks_into_the_library_when_the_set_brings_no_documents(home: Home, tmp_path: Path) -> None:
    wrong = tmp_path / "questions.jsonl"
    wrong.write_text(home.bare.read_text("utf-8").replace("1987年6月2日", "1988年6月2日"), "utf-8")
    assert "answers and evidence were not looked for" in yinda_eval("check", wrong)
    for named, library in ((("--library", home.library), Path("none")), ((), home.library)):
        arguments = [str(a) for a in ("check", wrong, *named)]
        result = CliRunner().invoke(app, arguments, obj={"library": library, "model": None})
        assert result.exit_code == 2
        assert "line 3 tower: 「1988年6月2日」 is not in 年报.txt" in result.stdout
    assert "asks too" in yinda_eval("check", home.bare, "--against", wrong)


# Scoring again.


def test_a_run_scored_again_is_the_same_until_answers_are_corrected(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "town"
    shutil.copytree(home.set.parent, folder)
    yinda_eval("run", folder / "questions.jsonl", "--no-distract", "--out", tmp_path / "run")
    first = (tmp_path / "run" / "report.json").read_text("utf-8")
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    for name in REPORTS:
        (tmp_path / "run" / name).unlink()
    yinda_eval("report", tmp_path / "run")
    assert (tmp_path / "run" / "report.json").read_text("utf-8") == first
    assert (tmp_path / "run" / "report.html").read_text("utf-8") == page
    before = measures(first)["contained"]
    text = home.set.read_text("utf-8")
    (folder / "questions.jsonl").write_text(text.replace('"1268米"', '"1269米"'), "utf-8")
    assert measures(yinda_eval("score", tmp_path / "run", "--json"))["contained"] == pytest.approx(before - 1 / 4)
    (folder / "questions.jsonl").write_text(text.replace("全长多少米", "有多长"), "utf-8")
    assert "asks other questions" in failed("score", tmp_path / "run")


def test_a_killed_run_is_shown_as_stopped(home: Home, tmp_path: Path) -> None:
    assert "stopped" not in yinda_eval("score", home.run)
    shutil.copytree(home.run, tmp_path / "run")
    manifest = tmp_path / "run" / "run.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"state": "finished"', '"state": "running"'), "utf-8")
    assert "stopped early" in yinda_eval("score", tmp_path / "run")


def test_a_path_that_is_no_run(home: Home, tmp_path: Path) -> None:
    for command in ("score", "report"):
        assert "holds no run" in failed(command, tmp_path)
    assert "--predictions or --trec-run" in failed("score", home.set)
    assert "holds no run" in failed("compare", home.run, tmp_path)
    assert "holds no run" in failed("score", home.run, "--fail-if-worse-than", tmp_path)


def test_predictions_of_another_program_in_the_official_layout(tmp_path: Path) -> None:
    context = "青石大桥全长1268米，2021年10月1日建成通车。"
    asked = {"length": ("青石大桥多长？", "1268米"), "opened": ("青石大桥哪天通车？", "2021年10月1日")}
    questions = [
        {"id": i, "question": q, "answers": [{"text": a, "answer_start": context.index(a)}]}
        for i, (q, a) in asked.items()
    ]
    path = tmp_path / "dev.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": context, "qas": questions}]}]}), "utf-8")
    predicted = tmp_path / "predicted.json"
    predicted.write_text(json.dumps({"length": "1268米", "opened": "2021年"}), "utf-8")
    printed = yinda_eval("score", path, "--predictions", predicted, "--out", tmp_path / "out", "--json")
    found = measures(printed)
    assert found["em_cmrc"] == 0.5
    # 2021, 年, 10, 月, 1, 日 are six segments, of which two were given.
    assert found["f1_cmrc"] == pytest.approx((1 + 2 * 1 * (2 / 6) / (1 + 2 / 6)) / 2, abs=1e-9)
    assert {p.name for p in (tmp_path / "out").iterdir()} == REPORTS
    predicted.write_text(json.dumps({"other": "1"}), "utf-8")
    assert "none of its ids" in failed("score", path, "--predictions", predicted)
    predicted.write_text('{"id": "length", "text": "1268米"}\n{"id": "opened"}\n', "utf-8")
    assert "line 2: not a prediction" in failed("score", path, "--predictions", predicted)
    assert "exclude each other" in failed("score", path, "--predictions", predicted, "--trec-run", predicted)


def test_a_trec_run(tmp_path: Path) -> None:
    folder = tmp_path / "mini"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": f"d{n}", "text": f"第{n}座桥。"}) + "\n" for n in range(1, 5)), "utf-8"
    )
    (folder / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "哪座桥？"}\n{"_id": "q2", "text": "几座桥？"}\n', "utf-8"
    )
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td3\t1\nq2\td4\t1\n", "utf-8")
    run = tmp_path / "run.trec"
    run.write_text("q1 Q0 d1 1 3.0 x\nq1 Q0 d2 2 2.0 x\nq2 Q0 d4 1 9.0 x\nq2 Q0 d1 2 8.0 x\n", "utf-8")
    found = measures(yinda_eval("score", folder, "--trec-run", run, "--json"))
    assert found["mrr"] == pytest.approx((1 / 2 + 1) / 2, abs=1e-9)
    assert found["recall@5"] == pytest.approx((1 + 1 / 2) / 2, abs=1e-9)
    assert found["map"] == pytest.approx((1 / 2 + 1 / 2) / 2, abs=1e-9)
    run.write_text("q1 Q0 d1 1 3.0 x\nq1 d2 2.0\n", "utf-8")
    assert "run.trec, line 2" in failed("score", folder, "--trec-run", run)
    assert "no split dev; there are: test" in failed("score", folder, "--trec-run", run, "--split", "dev")


def perturbed(answer: str, context: str, rng: random.Random) -> str | None:
    """An answer as systems give it: right, cut, too long, with marks, with capitals, empty, or not at all."""
    at = max(context.find(answer), 0)
    return rng.choice(
        [
            answer,
            answer[: rng.randint(1, len(answer))],
            context[max(0, at - rng.randint(0, 8)) : at + len(answer) + rng.randint(0, 8)],
            f"《{answer.upper()}》。",
            context[:9],
            "",
            None,
        ]
    )


def test_cmrc_is_scored_as_by_the_official_script(shared: Path, official_cmrc: Any, tmp_path: Path) -> None:
    rng = random.Random(3)
    data = json.loads((shared / "data" / "cmrc2018" / "dev.json").read_text("utf-8"))
    predictions: dict[str, str] = {}
    exact, overlap, total = 0.0, 0.0, 0
    for article in data["data"]:
        for paragraph in article["paragraphs"]:
            kept = []
            for question in paragraph["qas"]:
                answers = [answer["text"] for answer in question["answers"]]
                predicted = perturbed(rng.choice(answers), paragraph["context"], rng)
                if not official_cmrc.knows(predicted or "", *answers):
                    continue
                kept.append(question)
                total += 1
                if predicted is not None:
                    predictions[question["id"]] = predicted
                    exact += official_cmrc.exact_match(predicted, answers)
                    overlap += official_cmrc.f1(predicted, answers)
            paragraph["qas"] = kept
    assert total > 3000
    assert len(predictions) < total
    path, predicted_path = tmp_path / "dev.json", tmp_path / "predictions.json"
    path.write_text(json.dumps(data), "utf-8")
    predicted_path.write_text(json.dumps(predictions, ensure_ascii=False), "utf-8")
    found = measures(yinda_eval("score", path, "--predictions", predicted_path, "--json"))
    assert found["em_cmrc"] == pytest.approx(exact / total, abs=1e-9)
    assert found["f1_cmrc"] == pytest.approx(overlap / total, abs=1e-9)
    assert 0.1 < found["em_cmrc"] < found["f1_cmrc"] < 0.9


# Comparison and gates.


@pytest.fixture(scope="module")
def cmrc_run(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over 1,000 questions of CMRC dev: the first reference is the answer, but for every fifth question."""
    folder = tmp_path_factory.mktemp("cmrc") / "a"
    settings = Settings("given-passage", limit=1000)
    evaluation_set = asked_part(load_set(shared / "data" / "cmrc2018" / "dev.json"), settings)
    rng = random.Random(0)
    with RunFolder(folder) as run:
        run.write_manifest(
            {
                "state": "finished",
                "mode": settings.mode,
                "settings": settings.to_dict(),
                "sets": [described(evaluation_set, settings)],
            }
        )
        run.resume()
        for number, question in enumerate(evaluation_set.questions):
            text = question.answers[0] if number % 5 else "另一处"
            run.add(Prediction(evaluation_set.name, question.id, text, False, rng.random(), best=text), [])
    return folder


def spoiled(run: Path, to: Path, share: float) -> int:
    """A copy of a run in which a share of the right answers is wrong; how many these are."""
    shutil.copytree(run, to)
    predictions = rows(run)
    right = [row for row in predictions if row["text"] != "另一处"]
    chosen = random.Random(1).sample(right, round(share * len(right)))
    for row in chosen:
        row["text"] = row["best"] = "错答"
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in predictions)
    (to / "predictions.jsonl").write_text(text, "utf-8")
    return len(chosen)


def test_a_run_and_itself_show_no_difference(home: Home, cmrc_run: Path) -> None:
    for run in (home.run, cmrc_run):
        printed = yinda_eval("compare", run, run, "--fail-if-worse", "--resamples", "200")
        assert "No difference shown in any metric." in printed
        assert "broken" not in printed
        compared = json.loads(yinda_eval("compare", run, run, "--json", "--resamples", "200"))
        assert not compared["difference_shown"]
        assert {m["verdict"] for m in compared["sets"][0]["metrics"]} == {"no difference shown"}
        assert {m["difference"] for m in compared["sets"][0]["metrics"]} == {0}


def test_three_per_cent_of_the_answers_spoiled_are_shown(cmrc_run: Path, tmp_path: Path) -> None:
    count = spoiled(cmrc_run, tmp_path / "b", 0.03)
    compared = json.loads(yinda_eval("compare", cmrc_run, tmp_path / "b", "--json"))
    (one,) = compared["sets"]
    by_name = {m["metric"]: m for m in one["metrics"]}
    for name in ("right", "em_cmrc", "f1_cmrc"):
        assert by_name[name]["verdict"] == "worse"
        assert by_name[name]["low"] < by_name[name]["difference"] < by_name[name]["high"] < 0
    assert (by_name["right"]["wins"], by_name["right"]["losses"]) == (0, count)
    assert len(one["broken"]) == count
    assert one["fixed"] == []
    printed = yinda_eval("compare", cmrc_run, tmp_path / "b", "--changed", "3", "--resamples", "200")
    assert f"broken (right in A, wrong in B): {count}" in printed
    assert printed.count("错答") == 3
    assert "## " in yinda_eval("compare", cmrc_run, tmp_path / "b", "--markdown", "--resamples", "200")
    back = yinda_eval("compare", tmp_path / "b", cmrc_run, "--fail-if-worse", "--json", "--resamples", "200")
    assert "better" in {m["verdict"] for m in json.loads(back)["sets"][0]["metrics"]}


def test_gates_on_a_run_that_is_worse(cmrc_run: Path, tmp_path: Path) -> None:
    spoiled(cmrc_run, tmp_path / "b", 0.03)
    line = failed("compare", cmrc_run, tmp_path / "b", "--fail-if-worse", "--resamples", "200")
    assert line.startswith("shown to be worse: cmrc2018/dev: right ")
    assert "shown to be worse" in failed("score", tmp_path / "b", "--fail-if-worse-than", cmrc_run)


def with_a_mistake(home: Home, folder: Path) -> Path:
    """A copy of the run whose first answer is a wrong one."""
    run = folder / "mistaken"
    shutil.copytree(home.run, run)
    first, *others = rows(run)
    lines = [{**first, "text": "十二个"}, *others]
    (run / "predictions.jsonl").write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines), encoding="utf-8"
    )
    return run


def test_gates_in_a_process_of_its_own(home: Home, tmp_path: Path) -> None:
    done = process(tmp_path, "eval", "score", with_a_mistake(home, tmp_path), "--fail-under", "em_cmrc=99%")
    assert done.returncode == 2
    assert "EM (CMRC)" in done.stdout
    reached = re.fullmatch(
        r"yinda: limits missed: town/questions: em_cmrc (\d+\.\d)% < 99\.0%", done.stderr.splitlines()[-1]
    )
    assert reached
    assert f"{reached[1]}%" in done.stdout


def test_limits(home: Home, tmp_path: Path) -> None:
    yinda_eval("score", home.run, "--fail-under", "em_cmrc=1%", "--fail-under", "town/questions:contained=1")
    yinda_eval("run", home.set, "--out", home.run, "--fail-under", "right=50%", "--fail-if-worse-than", home.run)
    run = with_a_mistake(home, tmp_path)
    missed = failed("score", run, "--fail-under", "em_cmrc=99%", "--fail-under", "false_answer=0")
    assert re.match(r"limits missed: town/questions: em_cmrc \d+\.\d% < 99\.0% \[", missed)
    assert "did you mean em_cmrc" in failed("score", home.run, "--fail-under", "em_cmr=50%")
    assert "did not measure em_squad" in failed("score", home.run, "--fail-under", "em_squad=50%")
    # What cannot be judged is refused before anything is asked.
    assert "no metric" in failed("run", home.set, "--out", tmp_path / "run", "--fail-under", "nothing=1")
    assert "not a limit" in failed("run", home.set, "--out", tmp_path / "run", "--fail-under", "right")
    assert "holds no run" in failed("run", home.set, "--out", tmp_path / "run", "--fail-if-worse-than", tmp_path)
    assert not (tmp_path / "run").exists()


# A set of one's own.


def test_drafts_are_proposed_accepted_and_run(home: Home, tmp_path: Path) -> None:
    drafts, made = tmp_path / "drafts.csv", tmp_path / "made.jsonl"
    printed = yinda_eval("draft", home.library, "--out", drafts, "--limit", "4")
    proposed = list(csv.DictReader(io.StringIO(drafts.read_text("utf-8-sig"), newline="")))
    assert printed.startswith(f"{len(proposed)} proposals in {drafts}\n")
    assert len(proposed) >= 2
    assert "0 of 0" in yinda_eval("accept", drafts, made)
    proposed[0]["accept"] = "是"
    proposed[1]["accept"] = "否"
    with drafts.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, proposed[0].keys())
        writer.writeheader()
        writer.writerows(proposed)
    assert "1 of 1 accepted questions are new" in yinda_eval("accept", drafts, made)
    assert "0 of 1 accepted questions are new" in yinda_eval("accept", drafts, made)
    assert [q.question for q in load_set(made).questions] == [proposed[0]["question"]]
    assert "nothing wrong found" in yinda_eval("check", made, "--library", home.library)
    proposed[0]["accept"] = "也许"
    with drafts.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, proposed[0].keys())
        writer.writeheader()
        writer.writerows(proposed)
    assert "drafts.csv, line 2: unclear accept" in failed("accept", drafts, made)


def test_drafts_as_a_set_and_of_another_kind(home: Home, tmp_path: Path) -> None:
    yinda_eval("draft", "--out", tmp_path / "d.jsonl", "--kind", "date", library=home.library)
    assert {q.kind for q in load_set(tmp_path / "d.jsonl").questions} == {"date"}
    assert "unknown kind" in failed("draft", home.library, "--kind", "poem", "--out", tmp_path / "p.csv")
    assert "no Library" in failed("draft", tmp_path / "none", "--out", tmp_path / "p.csv")
    assert not (tmp_path / "p.csv").exists()
