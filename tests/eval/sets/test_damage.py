"""Whatever a file holds, reading and checking it ends with a set or with a SetError, and a mended copy loads."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.errors import SetError
from eval.sets import SUFFIXES, check, load_set, write_mended

FIELDS = ("id", "question", "answers", "answer", "evidence", "document", "kind", "history", "text", "start", "end", "x")
SQUAD = ("data", "paragraphs", "context", "qas", "title", "answer_start", "is_impossible", "phrase")
WORDS = st.sampled_from(["", " ", "3条", "\ud800"])
SCALAR = st.none() | st.booleans() | st.integers(-3, 50) | st.floats() | WORDS
JSON = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS + SQUAD), inner, max_size=4),
    max_leaves=12,
)
QUESTION = st.just("几条？") | JSON
ROW = st.fixed_dictionaries(
    {"question": QUESTION},
    optional=dict.fromkeys(("id", "answers", "evidence", "document", "kind", "history"), JSON),
)
ANSWER = st.fixed_dictionaries({"text": st.just("3条") | JSON, "answer_start": st.integers(-2, 9) | JSON})
QA = st.fixed_dictionaries(
    {"id": st.integers(0, 3) | JSON, "question": QUESTION}, optional={"answers": st.lists(ANSWER, max_size=2) | JSON}
)
PARAGRAPH = st.fixed_dictionaries(
    {"context": st.just("澜溪有3条河") | JSON, "qas": st.lists(QA | JSON, max_size=3)}, optional={"id": JSON}
)
ARTICLE = st.fixed_dictionaries(
    {"paragraphs": st.lists(PARAGRAPH | JSON, max_size=3)}, optional={"title": JSON, "id": JSON}
)


def survives(path: Path) -> None:
    for work in (load_set, check):
        with contextlib.suppress(SetError):
            work(path)
    target = path.with_name("mended.json" if path.suffix == ".json" else "mended.jsonl")
    try:
        report = write_mended(path, target)
    except SetError:
        return
    assert report.remaining.count("unreadable") == report.remaining.count("duplicate-id") == 0
    assert report.remaining.count("offset-off") == report.remaining.count("offset-missing") == 0
    load_set(target)


def placed(factory: pytest.TempPathFactory, name: str, data: bytes) -> Path:
    path = factory.mktemp("set") / name
    path.write_bytes(data)
    return path


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW | JSON, min_size=1, max_size=4))
def test_rows_of_any_values(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    survives(placed(tmp_path_factory, "q.jsonl", "".join(json.dumps(row) + "\n" for row in rows).encode()))


@settings(max_examples=30, deadline=None)
@given(st.lists(ROW | JSON, min_size=1, max_size=4))
def test_lists_of_any_values(tmp_path_factory: pytest.TempPathFactory, rows: list[object]) -> None:
    survives(placed(tmp_path_factory, "q.json", json.dumps(rows).encode()))


@settings(max_examples=60, deadline=None)
@given(st.lists(ARTICLE | JSON, max_size=3))
def test_articles_of_any_values(tmp_path_factory: pytest.TempPathFactory, articles: list[object]) -> None:
    survives(placed(tmp_path_factory, "q.json", json.dumps({"data": articles}).encode()))


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([*SUFFIXES, ".txt"]))
def test_bytes_of_any_kind(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    survives(placed(tmp_path_factory, f"q{suffix}", data))


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet='问题,答案\n"\t;甲|1', max_size=40), st.sampled_from([".csv", ".tsv"]))
def test_tables_of_any_cells(tmp_path_factory: pytest.TempPathFactory, body: str, suffix: str) -> None:
    survives(placed(tmp_path_factory, f"q{suffix}", f"问题,答案\n{body}".encode()))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5000), st.integers(0, 255))
def test_workbooks_with_a_damaged_byte(tmp_path_factory: pytest.TempPathFactory, at: int, value: int) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["问题", "答案"])
    book.active.append(["几条河？", 3])
    file = io.BytesIO()
    book.save(file)
    data = bytearray(file.getvalue())
    data[at % len(data)] = value
    survives(placed(tmp_path_factory, "q.xlsx", bytes(data)))
