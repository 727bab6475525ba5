"""Yinda's own layout: what is written is read again, each form of each field, and what is said of broken lines."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import samples
from eval.errors import SetError
from eval.sets import check, load_set, write_jsonl
from eval.types import Evidence, Question, Reference, SetDocument

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
SAID = TEXT.filter(lambda s: bool(s.strip()))
NAME = st.text(alphabet=string.ascii_lowercase + "报告", min_size=1, max_size=8)


@st.composite
def evidence(draw: st.DrawFn) -> Evidence:
    document = draw(st.none() | NAME)
    start = draw(st.none() | st.integers(0, 10_000)) if document else None
    end = None if start is None else start + draw(st.integers(1, 100))
    phrase = draw(SAID if document is None else st.none() | SAID)
    return Evidence(phrase, document, start, end)


@st.composite
def question(draw: st.DrawFn, identity: str) -> Question:
    references = draw(st.lists(st.builds(Reference, SAID, st.none() | st.integers(0, 10_000)), max_size=3))
    return Question(
        identity,
        draw(SAID),
        tuple(references),
        tuple(draw(st.lists(evidence(), max_size=3))),
        draw(st.sampled_from(["", "figure", "日期"])),
        tuple(draw(st.lists(SAID, max_size=2))),
    )


@st.composite
def sets(draw: st.DrawFn) -> list[Question]:
    identities = draw(st.lists(SAID, min_size=1, max_size=5, unique=True))
    return [draw(question(identity)) for identity in identities]


@settings(max_examples=60, deadline=None)
@given(sets())
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, questions: list[Question]) -> None:
    path = tmp_path_factory.mktemp("set") / "questions.jsonl"
    write_jsonl(path, questions)
    read = load_set(path).questions
    assert [q.line for q in read] == list(range(1, len(questions) + 1))
    assert [_unplaced(q) for q in read] == questions


def _unplaced(question: Question) -> Question:
    from dataclasses import replace

    return replace(question, line=None)


def test_documents_are_written_beside_and_read_again(tmp_path: Path) -> None:
    documents = (SetDocument("a.txt", "澜溪有3条河。\r\n\u2028第二行", "澜溪"), SetDocument("b.txt", "空"))
    write_jsonl(
        tmp_path / "q.jsonl",
        [Question("1", "几条？", (Reference("3条", 3),), (Evidence(document="a.txt"),))],
        documents,
    )
    loaded = load_set(tmp_path / "q.jsonl")
    assert loaded.documents == documents
    assert loaded.questions[0].references == (Reference("3条", 3),)
    assert loaded.name == f"{tmp_path.name}/q"


def put(folder: Path, *rows: Any, name: str = "q.jsonl") -> Path:
    path = folder / name
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    path.write_text(text, "utf-8")
    return path


def test_each_form_of_each_field(tmp_path: Path) -> None:
    path = put(
        tmp_path,
        {"question": "一？"},
        "",
        {"id": 7, "question": "二？", "answers": "甲", "evidence": "甲在此", "document": "a.txt", "kind": "figure"},
        {
            "question": "三？",
            "answers": [{"text": "乙", "start": 4}, "丙", {"text": "丁", "start": -1}],
            "document": "a.txt",
        },
        {
            "question": "四？",
            "answers": [""],
            "evidence": ["甲", {"phrase": "乙", "document": "b.txt"}],
            "document": "a.txt",
        },
        {"question": "五？", "evidence": {"document": "b.txt", "start": 3, "end": 9}, "history": ["一？", "二？"]},
        {
            "question": "六？",
            "answers": None,
            "evidence": {"phrase": "甲乙", "start": 3, "document": "b.txt"},
            "note": 1,
        },
    )
    one, two, three, four, five, six = load_set(path).questions
    assert one == Question("line-1", "一？", line=1)
    assert not one.answerable
    assert two == Question("7", "二？", (Reference("甲"),), (Evidence("甲在此", "a.txt"),), "figure", line=3)
    assert three.references == (Reference("乙", 4), Reference("丙"), Reference("丁"))
    assert three.evidence == (Evidence(document="a.txt"),)
    assert four.references == ()
    assert four.evidence == (Evidence("甲", "a.txt"), Evidence("乙", "b.txt"))
    assert five.evidence == (Evidence(None, "b.txt", 3, 9),)
    assert five.history == ("一？", "二？")
    assert six.evidence == (Evidence("甲乙", "b.txt", 3, 5),)
    assert check(path).count("unknown-field") == 1


def test_the_sample_questions_load_with_their_documents() -> None:
    loaded = load_set(samples.questions())
    assert (loaded.name, loaded.layout, loaded.rules, loaded.task) == ("samples/questions", "jsonl", "cmrc", "answers")
    assert len(loaded.questions) == 60
    assert sum(not q.answerable for q in loaded.questions) == 12
    assert [s.name for s in loaded.sources] == sorted(p.name for p in samples.directory().iterdir())
    assert loaded.questions[0].evidence == (Evidence("全市地区生产总值达到", "report-2022.txt"),)
    assert sum(bool(q.history) for q in loaded.questions) == 8


def test_the_first_report_s_questions_load(shared: Path) -> None:
    report = next((shared / "seed").glob("*.txt"))
    loaded = load_set(shared / "seed" / "questions.jsonl", documents=[report])
    assert len(loaded.questions) == 68
    assert loaded.sources == (report,)
    assert loaded.name == "seed/questions"


def test_a_list_of_objects_is_read_with_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text(
        '[\n  {"question": "一？", "answer": "甲"},\n\n  {"question": "二？"}, {"question": "三？"}\n]', "utf-8"
    )
    loaded = load_set(path)
    assert loaded.layout == "jsonl"
    assert [(q.id, q.line, q.answers) for q in loaded.questions] == [
        ("item-1", 2, ("甲",)),
        ("item-2", 4, ()),
        ("item-3", 4, ()),
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + '{"question": "一？"}\r\n\r\n{"question": "二？"}\r\n'.encode())
    assert [(q.question, q.line) for q in load_set(path).questions] == [("一？", 1), ("二？", 3)]


def test_rules_follow_the_language_of_the_questions(tmp_path: Path) -> None:
    english = put(tmp_path, {"question": "When did the works on the 长江 bridge begin?"}, name="e.jsonl")
    mixed = put(tmp_path, {"question": "《World of Warcraft》是由哪家公司开发并在哪一年发行的？"}, name="m.jsonl")
    assert load_set(english).rules == "squad"
    assert load_set(english, rules="cmrc").rules == "cmrc"
    assert load_set(mixed).rules == "cmrc"


GOOD = [{"id": f"q{n}", "question": f"第{n}问？"} for n in range(1, 7)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"question": "七？", "answers": ["甲"', "not valid JSON"),
        ('["七？"]', "a list where a JSON object is wanted"),
        ({"id": "q7"}, 'the field "question" is missing'),
        ({"question": "  "}, "the question is empty"),
        ({"question": 7}, '"question" is a number, not a string'),
        ({"question": "七？", "answers": 3}, '"answers" is a number'),
        ({"question": "七？", "answers": ["甲", 3]}, 'number 2 of "answers" is a number'),
        ({"question": "七？", "answers": [{"start": 3}]}, 'number 1 of "answers" has no "text"'),
        ({"question": "七？", "answers": [{"text": "甲", "start": "3"}]}, "not an integer"),
        ({"question": "七？", "answers": [{"text": "甲", "start": True}]}, "not an integer"),
        ({"question": "七？", "history": {"q": "一？"}}, '"history" is an object'),
        ({"question": "七？", "history": [""]}, '"history" holds an empty string'),
        ({"question": "七？", "evidence": {}}, "evidence without phrase"),
        ({"question": "七？", "evidence": {"document": "a", "start": 3}}, 'only one of "start" and "end"'),
        ({"question": "七？", "evidence": {"document": "a", "start": 3, "end": 3}}, "no place in a text"),
        ({"question": "七？", "evidence": {"start": 3, "end": 5}}, "names no document"),
        ({"question": "七？", "id": ["x"]}, '"id" is a list'),
        ({"question": "七？", "id": "q2"}, "id q2 also on line 2"),
        ('{"question": "七\\ud800？"}', "lone surrogate"),
    ],
)
def test_what_is_wrong_on_line_7_is_told(tmp_path: Path, row: Any, reason: str) -> None:
    path = put(tmp_path, *GOOD, row)
    with pytest.raises(SetError) as caught:
        load_set(path)
    assert caught.value.line == 7
    assert reason in caught.value.reason
    assert caught.value.hint
    assert str(caught.value).startswith(f"{path}, line 7: ")
    assert "\n" not in str(caught.value)
    report = check(path)
    assert not report.sound
    assert any(example.line == 7 for finding in report.findings for example in finding.examples)


def test_files_that_are_no_sets_are_refused(tmp_path: Path) -> None:
    cases = {
        "empty.jsonl": b"",
        "blank.jsonl": b"\n \n",
        "data.json": b'{"rows": []}',
        "list.json": b'[{"name": "x"}]',
        "text.txt": "第一条 为了保护环境。".encode(),
        "picture.jsonl": b"\x89PNG\r\n",
        "wide.jsonl": '{"question": "一？"}'.encode("utf-16"),
    }
    for name, data in cases.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SetError) as caught:
            load_set(tmp_path / name)
        assert caught.value.hint, name
    with pytest.raises(SetError, match="no such file"):
        load_set(tmp_path / "missing.jsonl")
    with pytest.raises(SetError, match="is a folder"):
        load_set(tmp_path)


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_bytes('{"question": "一？"}\n'.encode() + '{"question": "二？"}\n'.encode("gb18030"))
    with pytest.raises(SetError, match="line 2: is not UTF-8"):
        load_set(path)


def test_documents_that_are_missing_or_named_twice_are_refused(tmp_path: Path) -> None:
    path = put(tmp_path, {"question": "一？"})
    with pytest.raises(SetError, match="no such document"):
        load_set(path, documents=[tmp_path / "none.txt"])
    put(tmp_path, {"name": "a", "text": "甲"}, {"name": "a", "text": "乙"}, name="q.documents.jsonl")
    with pytest.raises(SetError, match="line 2: document a also on line 1"):
        load_set(path)
    put(tmp_path, {"name": "a"}, name="q.documents.jsonl")
    with pytest.raises(SetError, match='line 1: a document without "text"'):
        load_set(path)


def test_the_documents_folder_is_searched_and_given_paths_take_its_place(tmp_path: Path) -> None:
    path = put(tmp_path, {"question": "一？"})
    (tmp_path / "documents" / "deep").mkdir(parents=True)
    for name in ("b.md", "deep/a.txt", ".hidden.txt", "picture.png"):
        (tmp_path / "documents" / name).write_text("甲", "utf-8")
    (tmp_path / "other.txt").write_text("乙", "utf-8")
    assert [s.name for s in load_set(path).sources] == ["b.md", "a.txt"]
    assert [s.name for s in load_set(path, documents=[tmp_path / "other.txt"]).sources] == ["other.txt"]
