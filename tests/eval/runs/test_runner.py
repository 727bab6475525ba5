"""Runs: what is asked and kept, how they go on after a stop, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from embeddings import Embedder
from eval import RunError, Settings, load_set, run
from eval.results import RunResult, Stage
from eval.runs.folder import RunFolder, read_manifest, read_predictions
from eval.runs.reopen import sets_of
from eval.scoring import score_run
from qa import Hit, Library, LibraryError, default_reader
from qa.progress import Step
from qa.reader.base import Candidate, Reader


class Counting:
    """The default reader, counting what it is asked."""

    def __init__(self, library: Library) -> None:
        self._reader: Reader = default_reader(library)
        self.name, self.identity, self.threshold = "counting", "1", self._reader.threshold
        self.asked: list[tuple[str, int]] = []

    def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        self.asked.append((question, len(hits)))
        return self._reader.read(question, hits)


def after(questions: int) -> Callable[[], bool]:
    """A ``stop`` that says so when so many questions were asked."""
    calls = iter(range(questions + 1))
    return lambda: next(calls) == questions


def texts(result: RunResult) -> dict[str, tuple[str, bool, float]]:
    return {
        o.question.id: (o.prediction.text, o.prediction.abstained, o.prediction.confidence)
        for o in result.sets[0].outcomes
    }


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "predictions.jsonl").read_text("utf-8").splitlines()]


def test_a_run_keeps_a_prediction_for_each_question(set_path: Path, town: Library, tmp_path: Path) -> None:
    steps: list[Step] = []
    result = run(set_path, out=tmp_path / "run", library=town, progress=steps.append)
    rows = lines(tmp_path / "run")
    assert [row["id"] for row in rows] == ["bridge", "opening", "tower", "cost", "mars"]
    assert {"id", "text", "abstained", "confidence", "citations", "question", "timings", "retrieved"} <= rows[0].keys()
    for outcome in result.sets[0].outcomes:
        for citation in outcome.prediction.citations:
            (document,) = [d for d in town.documents() if town.original(d.id)[0] == citation.document]
            assert document.text[citation.start : citation.end] == citation.quote
            assert citation.intact
    assert steps[-1].done == steps[-1].total == 5
    by_id = {o.question.id: o for o in result.sets[0].outcomes}
    assert by_id["bridge"].right
    assert by_id["bridge"].prediction.text == "1268米"
    assert by_id["mars"].stage is Stage.RIGHTLY_REFUSED
    assert result.sets[0].measures["recall@5"].value == 1.0
    assert result.sets[0].measures["quote_intact"].value == 1.0
    assert set(result.sets[0].kinds) == {"figure", "date", "none", "(standalone)", "(follow-ups)"}


def test_the_manifest_says_what_was_run(set_path: Path, town: Library, tmp_path: Path) -> None:
    run(set_path, out=tmp_path / "run", library=town, settings=Settings(limit=2, seed=7))
    manifest = read_manifest(tmp_path / "run")
    assert manifest is not None
    assert manifest["state"] == "finished"
    assert manifest["settings"] == {"mode": "open", "depth": 20, "limit": 2, "distract": True, "seed": 7}
    assert manifest["models"]["embedding"]["identity"] == town.embedder.identity
    assert manifest["models"]["reader"]["name"] == default_reader(town).name
    assert manifest["versions"].keys() >= {"torch", "faiss-cpu"}
    assert manifest["machine"]["cores"] >= 1
    assert manifest["sets"][0]["questions"] == 2


def test_a_stopped_run_goes_on_and_asks_nothing_twice(set_path: Path, town: Library, tmp_path: Path) -> None:
    whole = run(set_path, library=town)
    settings = Settings(distract=False)
    first = Counting(town)
    stopped = run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=first, stop=after(2))
    assert stopped.manifest["state"] == "stopped"
    assert len(stopped.sets[0].outcomes) == len(first.asked) == 2
    second = Counting(town)
    finished = run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=second)
    assert finished.manifest["state"] == "finished"
    assert finished.manifest["started"] == stopped.manifest["started"]
    # Three, and what the follow-up leans on, for the documents that it is asked of.
    assert len(second.asked) == 4
    assert texts(finished) == texts(whole)
    third = Counting(town)
    assert texts(run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=third)) == texts(whole)
    assert third.asked == []
    run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=third, restart=True)
    assert len(third.asked) == 6
    assert len(lines(tmp_path / "run")) == 5


def test_ctrl_c_keeps_what_was_asked(set_path: Path, town: Library, tmp_path: Path) -> None:
    def interrupted() -> bool:
        if len(lines(tmp_path / "run")) == 3:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        run(set_path, out=tmp_path / "run", library=town, stop=interrupted)
    manifest = read_manifest(tmp_path / "run")
    assert manifest is not None
    assert manifest["state"] == "stopped"
    assert len(lines(tmp_path / "run")) == 3
    assert len(run(set_path, out=tmp_path / "run", library=town).sets[0].outcomes) == 5


@pytest.mark.parametrize("torn", ['{"set": "town/questions", "id": "tow', "{", '{"id": "x"}'])
def test_an_unfinished_line_is_cut_off_and_asked_again(
    set_path: Path, town: Library, tmp_path: Path, torn: str
) -> None:
    out = tmp_path / "run"
    run(set_path, out=out, library=town, stop=after(2))
    with (out / "predictions.jsonl").open("a") as stream:
        stream.write(torn)
    assert len(list(read_predictions(out))) == 2
    run(set_path, out=out, library=town)
    assert [row["id"] for row in lines(out)] == ["bridge", "opening", "tower", "cost", "mars"]


def test_another_run_in_the_folder_is_not_touched(set_path: Path, town: Library, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(set_path, out=out, library=town, settings=Settings(limit=1))
    before = (out / "predictions.jsonl").read_bytes()
    with pytest.raises(RunError, match=r"holds another run \(its settings and sets differ\)"):
        run(set_path, out=out, library=town, settings=Settings(limit=2))
    assert (out / "predictions.jsonl").read_bytes() == before
    with RunFolder(out), pytest.raises(RunError, match="in use"):
        run(set_path, out=out, library=town, settings=Settings(limit=1))


def test_the_sets_own_documents_get_a_library(set_path: Path, tmp_path: Path) -> None:
    result = run(set_path, out=tmp_path / "run", settings=Settings(limit=2))
    assert {o.evidence_rank for o in result.sets[0].outcomes} == {1}
    (folder,) = (tmp_path / "run" / "library").iterdir()
    with Library.open(folder, create=False) as library:
        assert len(library.documents()) == 2


def test_a_set_without_documents_needs_a_library(set_path: Path, tmp_path: Path) -> None:
    lonely = tmp_path / "lonely.jsonl"
    lonely.write_text(set_path.read_text("utf-8"), "utf-8")
    with pytest.raises(RunError, match="brings no documents") as error:
        run(lonely, out=tmp_path / "run")
    assert "--library" in error.value.hint


def test_a_given_passage_is_read_alone(set_path: Path, town: Library, tmp_path: Path) -> None:
    reader = Counting(town)
    result = run(set_path, library=town, settings=Settings("given-passage"), reader=reader)
    by_id = {o.question.id: o for o in result.sets[0].outcomes}
    assert [hits for _, hits in reader.asked[:4]] == [1, 1, 1, 1]
    assert all(by_id[i].evidence_rank == 1 for i in ("bridge", "opening", "tower", "cost"))
    assert "青石大桥" in by_id["cost"].prediction.question


def test_questions_are_left_alone_after_an_unrelated_history(set_path: Path, town: Library) -> None:
    result = run(set_path, library=town)
    standalone = [o for o in result.sets[0].outcomes if not o.question.history]
    for outcome in standalone:
        distracted = outcome.prediction.distracted
        assert distracted is not None
        assert distracted.history
        assert outcome.question.question not in distracted.history
    assert result.sets[0].measures["distracted_unchanged"].n == len(standalone)


def test_answers_may_be_corrected_and_scored_again_but_not_questions(
    set_path: Path, town: Library, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    run(set_path, out=out, library=town)
    before = score_run(out, sets_of(out)).sets[0].measures["contained"].value
    original = set_path.read_text("utf-8")
    set_path.write_text(original.replace('"1268米"', '"错"'), "utf-8")
    after_ = score_run(out, sets_of(out)).sets[0].measures["contained"].value
    assert after_ == pytest.approx(before - 1 / 4)
    set_path.write_text(original.replace("全长多少米", "有多长"), "utf-8")
    with pytest.raises(RunError, match="asks other questions"):
        sets_of(out)
    set_path.unlink()
    with pytest.raises(RunError, match="is gone"):
        sets_of(out)


def test_two_sets_in_one_run(set_path: Path, town: Library, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / "questions.jsonl"
    other.write_text('{"id": "bridge", "question": "青石大桥什么时候通车？", "answers": ["2021年10月1日"]}\n', "utf-8")
    result = run([set_path, load_set(other)], out=tmp_path / "run", library=town)
    assert [(one.set.name, len(one.outcomes)) for one in result.sets] == [("town/questions", 5), ("other/questions", 1)]
    with pytest.raises(RunError, match="called town/questions"):
        run([set_path, set_path], library=town)


def test_a_question_that_cannot_be_asked_does_not_end_the_run(town: Library, tmp_path: Path) -> None:
    (tmp_path / "long").mkdir()
    path = tmp_path / "long" / "questions.jsonl"
    rows = [
        {"id": "long", "question": "长" * 3000, "answers": ["1"]},
        {"id": "2", "question": "青石大桥多长？", "answers": ["1268米"]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    first, second = run(path, library=town).sets[0].outcomes
    assert "2,000" in first.prediction.error
    assert not first.right
    assert second.prediction.error == ""


def test_paragraphs_of_a_squad_layout_are_documents(tmp_path: Path) -> None:
    (tmp_path / "mini").mkdir()
    path = tmp_path / "mini" / "dev.json"
    context = "\u3000青石大桥全长1268米，2021年建成通车。\r\n两岸往来方便。"
    qa = {
        "id": "q1",
        "question": "青石大桥多长？",
        "answers": [{"text": "1268米", "answer_start": context.index("1268")}],
    }
    other = {"id": "q2", "question": "白石塔多高？", "answers": [{"text": "52米", "answer_start": 3}]}
    paragraphs = [
        {"id": "a", "context": context, "qas": [qa]},
        {"id": "b/1", "context": "白石塔52米高。", "qas": [other]},
    ]
    path.write_text(json.dumps({"version": "1", "data": [{"paragraphs": paragraphs}]}), "utf-8")
    extra = tmp_path / "extra.documents.jsonl"
    extra.write_text(json.dumps({"name": "c", "text": "黑石塔高80米。"}), "utf-8")
    (tmp_path / "extra.jsonl").write_text('{"id": "x", "question": "?", "answers": []}\n', "utf-8")
    result = run(path, out=tmp_path / "run", beside=[load_set(tmp_path / "extra.jsonl")])
    first, second = result.sets[0].outcomes
    assert (first.evidence_rank, second.evidence_rank) == (1, 1)
    retrieved = {result.passages[r.passage].document for r in first.prediction.retrieved}
    assert retrieved == {"a", "b/1", f"{tmp_path.name}/extra: c"}
    given = run(path, settings=Settings("given-passage"))
    assert {given.passages[r.passage].document for r in given.sets[0].outcomes[1].prediction.retrieved} == {"b/1"}


def many(folder: Path, count: int) -> Path:
    """A set of so many documents, a file each, the first question without evidence."""
    (folder / "documents").mkdir(parents=True)
    rows = [{"id": "0", "question": "哪座塔最高？", "answers": []}]
    for i in range(count):
        (folder / "documents" / f"y{i}.txt").write_text(f"第{i}号塔高{100 + i}米，塔顶可以远眺。", "utf-8")
        rows.append(
            {
                "id": f"{i + 1}",
                "question": f"第{i}号塔高多少米？",
                "answers": [f"{100 + i}米"],
                "evidence": {"document": f"y{i}"},
            }
        )
    path = folder / "questions.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def test_documents_are_found_by_name_whatever_was_met_before(tmp_path: Path) -> None:
    result = run(many(tmp_path / "many", 6), settings=Settings("given-passage"))
    assert [o.prediction.error for o in result.sets[0].outcomes] == [""] * 7
    assert {o.prediction.best_citation.document for o in result.sets[0].outcomes[1:] if o.prediction.best_citation} == {
        f"y{i}.txt" for i in range(6)
    }


def test_restart_reads_the_documents_anew(set_path: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(set_path, out=out, settings=Settings(limit=1))
    bulletin = set_path.parent / "documents" / "公报.txt"
    bulletin.write_text(bulletin.read_text("utf-8").replace("1268米", "999米"), "utf-8")
    with pytest.raises(RunError, match="sets"):
        run(set_path, out=out, settings=Settings(limit=1))
    again = run(set_path, out=out, settings=Settings(limit=1), restart=True)
    assert all("1268米" not in passage.text for passage in again.passages.values())


def test_files_of_one_name_in_two_sets_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for name, height in (("north", 120), ("south", 340)):
        folder = tmp_path / name
        (folder / "documents").mkdir(parents=True)
        (folder / "documents" / "report.txt").write_text(f"灯塔高{height}米，已经建成通车。", "utf-8")
        row = {
            "id": "1",
            "question": "灯塔有多高？",
            "answers": [f"{height}米"],
            "evidence": f"高{height}米",
            "document": "report.txt",
        }
        (folder / "q.jsonl").write_text(json.dumps(row, ensure_ascii=False), "utf-8")
        paths.append(folder / "q.jsonl")
    result = run(paths, out=tmp_path / "run")
    assert [one.measures["recall@1"].value for one in result.sets] == [1.0, 1.0]


def test_a_text_under_two_names_is_evidence_under_both(tmp_path: Path) -> None:
    (tmp_path / "twins").mkdir()
    path = tmp_path / "twins" / "q.jsonl"
    documents = [
        {"name": "d1", "text": "灯塔高120米。"},
        {"name": "d2", "text": "灯塔高120米。"},
        {"name": "d3", "text": "码头长80米。"},
    ]
    (tmp_path / "twins" / "q.documents.jsonl").write_text("\n".join(map(json.dumps, documents)), "utf-8")
    path.write_text(
        json.dumps({"id": "1", "question": "灯塔有多高？", "answers": ["120米"], "evidence": {"document": "d2"}}),
        "utf-8",
    )
    found = run(path, out=tmp_path / "run").sets[0]
    assert found.measures["recall@1"].value == 1.0
    given = run(path, settings=Settings("given-passage")).sets[0]
    assert given.outcomes[0].prediction.error == ""


def test_evidence_that_chooses_the_passage_is_part_of_the_run(set_path: Path, town: Library, tmp_path: Path) -> None:
    settings = Settings("given-passage", limit=1)
    run(set_path, out=tmp_path / "run", library=town, settings=settings)
    text = set_path.read_text("utf-8")
    set_path.write_text(text.replace('"evidence": "青石大桥全长"', '"evidence": "青石图书馆于"', 1), "utf-8")
    with pytest.raises(RunError, match="sets"):
        run(set_path, out=tmp_path / "run", library=town, settings=settings)


def test_a_finished_run_is_left_as_it_was(set_path: Path, town: Library, tmp_path: Path) -> None:
    out = tmp_path / "run"
    run(set_path, out=out, library=town)
    manifest = json.loads((out / "run.json").read_text("utf-8"))
    manifest["machine"]["processor"] = "another"
    text = json.dumps(manifest)
    (out / "run.json").write_text(text, "utf-8")
    assert run(set_path, out=out, library=town).manifest["machine"]["processor"] == "another"
    assert (out / "run.json").read_text("utf-8") == text
    manifest["versions"]["torch"] = "1.0"
    (out / "run.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(RunError, match="versions"):
        run(set_path, out=out, library=town)


def test_a_busy_library_ends_the_run_and_counts_for_nothing(set_path: Path, town: Library, tmp_path: Path) -> None:
    class Busy(Counting):
        def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
            if len(self.asked) == 1:
                raise LibraryError("the Library is busy", "try again")
            return super().read(question, hits)

    settings = Settings(distract=False)
    with pytest.raises(LibraryError, match="busy"):
        run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=Busy(town))
    assert len(lines(tmp_path / "run")) == 1
    assert (
        len(
            run(set_path, out=tmp_path / "run", library=town, settings=settings, reader=Counting(town)).sets[0].outcomes
        )
        == 5
    )


def test_a_library_that_changes_while_it_is_asked_spoils_the_run(
    set_path: Path, tmp_path: Path, embedder: Embedder
) -> None:
    with Library.open(tmp_path / "library", model=embedder) as library:
        library.add_bytes("青石大桥全长1268米。".encode(), "a.txt")

        def add() -> bool:
            library.add_bytes("青石大桥全长999米。".encode(), "b.txt")
            return False

        with pytest.raises(LibraryError, match="came while") as error:
            run(set_path, out=tmp_path / "run", library=library, settings=Settings(limit=1), stop=add)
        assert "--restart" in error.value.hint
    manifest = read_manifest(tmp_path / "run")
    assert manifest is not None
    assert manifest["state"] == "stopped"


@pytest.mark.parametrize("settings", [{"limit": 0}, {"limit": -1}, {"depth": 0}])
def test_settings_that_ask_nothing(settings: dict[str, int]) -> None:
    with pytest.raises(RunError):
        Settings(**settings)  # type: ignore[arg-type]
