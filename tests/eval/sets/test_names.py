"""Which document a set means by a name, and that checking takes the names that a run takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.names import resolve
from eval.sets import check, write_mended

KNOWN = ("a.txt", "x/b.txt", "y/b.txt", "c.md", "c.txt", "v1.2.txt", "d")


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("a.txt", "a.txt"),
        ("reports/a.txt", "a.txt"),
        ("a", "a.txt"),
        ("reports/a", "a.txt"),
        ("x/b.txt", "x/b.txt"),
        ("b.txt", None),  # two of them
        ("b", None),
        ("c", None),
        ("c.md", "c.md"),
        ("v1.2", "v1.2.txt"),
        ("v1", None),
        ("a.md", None),
        ("d", "d"),
        ("", None),
    ],
)
def test_a_name_means_one_document(named: str, meant: str | None) -> None:
    assert resolve(named, KNOWN) == meant


@pytest.mark.parametrize("named", ["report.txt", "report", "docs/report.txt"])
def test_a_name_that_a_run_takes_is_no_finding(tmp_path: Path, named: str) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "report.txt").write_text("澜溪有3条河。\n\n今年修桥2座。", "utf-8")
    (tmp_path / "documents" / "other.txt").write_text("无关的话。", "utf-8")
    row = {"id": "1", "question": "几条？", "answers": [{"text": "3条", "start": 3}], "document": named}
    place = {"phrase": "修桥2座", "document": named, "start": 99, "end": 103}
    bridge = {"id": "2", "question": "几座桥？", "answers": ["2座"], "evidence": place}
    path = tmp_path / "q.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in (row, bridge)), "utf-8")
    assert {f.kind: f.count for f in check(path).findings} == {"evidence-offset": 1}
    report = write_mended(path, tmp_path / "new.jsonl")
    assert not report.remaining.findings
    mended = [json.loads(line) for line in (tmp_path / "new.jsonl").read_text("utf-8").splitlines()]
    assert mended[0]["answers"] == row["answers"]
    assert (mended[1]["evidence"]["document"], mended[1]["evidence"]["start"]) == (named, 11)


def test_ids_of_retrieval_sets_are_exact(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    (tmp_path / "corpus.jsonl").write_text('{"_id": "d1.txt", "title": "", "text": "甲"}\n', "utf-8")
    (tmp_path / "queries.jsonl").write_text('{"_id": "q", "text": "甲？"}\n', "utf-8")
    (tmp_path / "qrels" / "test.tsv").write_text("q\td1\t1\n", "utf-8")
    assert check(tmp_path).count("unknown-judged") == 1
