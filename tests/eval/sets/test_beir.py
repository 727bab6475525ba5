"""Retrieval sets and TREC's run files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.errors import SetError
from eval.sets import check, detect, load_set, read_trec_run, write_mended
from eval.types import Question, SetDocument


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def rows(*objects: dict[str, object]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "rivers"
    put(
        home / "corpus.jsonl",
        rows(
            {"_id": "d1", "title": "澜溪", "text": "澜溪有3条河。"},
            {"_id": "d2", "text": "南浦无河。", "metadata": {"url": "x"}},
        ),
    )
    put(
        home / "queries.jsonl",
        rows({"_id": "q1", "text": "几条河？"}, {"_id": "q2", "text": "哪里无河？"}, {"_id": 3, "text": "？"}),
    )
    put(home / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore\nq2\td2\t2\nq2\td1\t0\nq1\td1\t1\n")
    put(home / "qrels" / "dev.tsv", "3\td1\t1\n")
    return home


def test_a_folder_gives_the_queries_of_one_split(folder: Path) -> None:
    loaded = load_set(folder)
    assert detect(folder) == loaded.layout == "beir"
    assert (loaded.name, loaded.task) == ("rivers/test", "retrieval")
    assert loaded.documents == (SetDocument("d1", "澜溪有3条河。", "澜溪"), SetDocument("d2", "南浦无河。"))
    assert loaded.questions == (
        Question("q1", "几条河？", qrels={"d1": 1}, line=1),
        Question("q2", "哪里无河？", qrels={"d2": 2, "d1": 0}, line=2),
    )
    dev = load_set(folder, split="dev")
    assert (dev.name, [q.id for q in dev.questions]) == ("rivers/dev", ["3"])
    report = check(folder)
    assert report.sound
    assert report.counts == {"queries": 2, "judgements": 3, "relevant": 2, "documents": 2}


def test_trec_files_say_the_same(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "trec"
    put(home / "topics.tsv", "q1\t几条河？\nq2\t哪里无河？\n")
    put(home / "qrels.txt", "q1 0 d1 1\nq2 0 d2 2\nq2 0 d1 0\n")
    put(home / "corpus.tsv", "d1\t澜溪\t澜溪有3条河。\nd2\t南浦无河。\n")
    assert load_set(home).questions == load_set(folder).questions
    assert load_set(home).documents == load_set(folder).documents


def test_documents_of_one_s_own_take_the_place_of_a_corpus(tmp_path: Path) -> None:
    home = tmp_path / "own"
    put(home / "topics.tsv", "q1\t几条河？\n")
    put(home / "qrels.txt", "q1 0 a.txt 1\n")
    with pytest.raises(SetError, match=r"no corpus\.jsonl"):
        load_set(home)
    put(home / "documents" / "a.txt", "澜溪有3条河。")
    assert [s.name for s in load_set(home).sources] == ["a.txt"]
    assert check(home).sound


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}\n{"_id": "d1", "text": "y"}\n', 2, "document d1 also on line 1"),
        ("corpus.jsonl", '{"_id": "d1", "text": "x"}\n{"text": "y"}\n', 2, '"_id" is null'),
        ("corpus.jsonl", "{\n", 1, "not valid JSON"),
        ("queries.jsonl", '{"_id": "q1", "text": " "}\n', 1, "the query q1 is empty"),
        ("queries.jsonl", '{"_id": "q1", "text": "x"}\n{"_id": "q1", "text": "y"}\n', 2, "id q1 also on line 1"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td1\n", 2, "no query, document and whole grade"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td2\t0.5\n", 2, "no query, document and whole grade"),
        ("qrels/test.tsv", "q1\td1\t1\nq1\td1\t2\n", 2, "graded 1 further up, and 2 here"),
        ("qrels/test.tsv", "q9\td1\t1\n", None, "holds no question"),
        ("qrels/test.tsv", "", None, "is empty"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(folder: Path, name: str, text: str, line: int | None, reason: str) -> None:
    put(folder / name, text)
    with pytest.raises(SetError) as caught:
        load_set(folder)
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert caught.value.hint


def test_missing_parts_are_named(folder: Path) -> None:
    with pytest.raises(SetError, match="no split train; there are: dev, test"):
        load_set(folder, split="train")
    (folder / "queries.jsonl").unlink()
    with pytest.raises(SetError, match=r"no queries\.jsonl"):
        load_set(folder)


def test_judgements_of_what_is_not_there_are_found(folder: Path) -> None:
    put(folder / "qrels" / "test.tsv", "q1\td9\t1\nq9\td1\t1\nq2\td2\t0\n")
    report = check(folder)
    assert (report.count("unknown-judged"), report.count("unknown-query"), report.count("no-relevant")) == (1, 1, 1)
    assert not report.sound
    with pytest.raises(SetError, match="not mended"):
        write_mended(folder, folder.parent / "out.jsonl")


def test_run_files(tmp_path: Path) -> None:
    path = put(tmp_path / "run.txt", "q1 Q0 d2 1 12.5 bm25\nq1 Q0 d1 2 -3e-1 bm25\n\nq2\tQ0\td1\t1\t7\tbm25\n")
    assert read_trec_run(path) == {"q1": {"d2": 12.5, "d1": -0.3}, "q2": {"d1": 7.0}}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("q1 Q0 d3 3 0.1", "5 columns"),
        ("q1 Q0 d3 third 0.1 x", "the rank is third"),
        ("q1 Q0 d3 3 high x", "the score is high"),
        ("q1 Q0 d3 3 nan x", "the score is nan"),
        ("q1 Q0 d1 3 0.1 x", "document d1 stands twice"),
    ],
)
def test_bad_lines_of_a_run_file(tmp_path: Path, line: str, reason: str) -> None:
    path = put(tmp_path / "run.txt", f"q1 Q0 d1 1 0.9 x\nq1 Q0 d2 2 0.8 x\n{line}\n")
    with pytest.raises(SetError) as caught:
        read_trec_run(path)
    assert caught.value.line == 3
    assert reason in caught.value.reason
