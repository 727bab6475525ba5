"""Drafts written, edited and read back; feedback as questions; adding to a set."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.drafting import Draft, append_to_set, drafts_from_feedback, read_back, write_csv, write_jsonl
from eval.errors import SetError
from eval.sets import check, load_set
from eval.sets.proposals import COLUMNS
from eval.types import Evidence
from qa.feedback import Feedback

PLACE = Evidence("大桥全长1268米", "公报.txt", 12, 17)
ONE = Draft("d1", "大桥多长？", ("1268米",), (PLACE,), "figure", "大桥全长1268米。", "level", "公报")
NONE = Draft("d2", "大桥多宽？", kind="unanswerable", history=("大桥在哪？",))
NEEDS = Draft("d3", "大桥多高？", needs="answer", suggestions=("300米",))

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


def edited(path: Path, **changes: dict[str, str]) -> None:
    """Change cells as a person would in a spreadsheet; every row is accepted unless it says otherwise."""
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    with open(path, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows({**row, "accept": "1", **changes.get(row["id"].lstrip("'"), {})} for row in rows)


def test_a_set_holds_the_documented_fields(tmp_path: Path) -> None:
    write_jsonl([ONE, NONE, NEEDS], tmp_path / "set.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text("utf-8").splitlines()]
    assert lines == [
        {
            "id": "d1",
            "question": "大桥多长？",
            "answers": ["1268米"],
            "kind": "figure",
            "evidence": {"phrase": "大桥全长1268米", "document": "公报.txt", "start": 12, "end": 17},
        },
        {"id": "d2", "question": "大桥多宽？", "answers": [], "kind": "unanswerable", "history": ["大桥在哪？"]},
    ]
    assert read_back(tmp_path / "set.jsonl", [ONE, NONE]) == [ONE, NONE]


@given(st.lists(st.tuples(TEXT, st.lists(TEXT, max_size=3), TEXT, TEXT), min_size=1, max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, list[str], str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("files")
    drafts = [
        Draft(f"d{i}", question, tuple(answers), (Evidence(phrase, "文.txt", 1, 3),) if answers else (), kind)
        for i, (question, answers, phrase, kind) in enumerate(rows)
    ]
    write_jsonl(drafts, folder / "a.jsonl")
    assert read_back(folder / "a.jsonl") == drafts
    write_csv(drafts, folder / "a.csv")
    edited(folder / "a.csv")
    assert read_back(folder / "a.csv") == drafts


def test_nothing_is_accepted_until_the_person_says_so(tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    write_csv([ONE, NONE, NEEDS], path)
    assert read_back(path) == []
    edited(path, d1={"question": "青石大桥有多长？"}, d2={"accept": "否"}, d3={"answers": "80米 | 八十米"})
    first, last = read_back(path, [ONE, NONE, NEEDS])
    assert first == dataclasses.replace(ONE, question="青石大桥有多长？")
    assert (last.answers, last.needs) == (("80米", "八十米"), "")
    # Another answer is no longer at the place that was proposed.
    edited(path, d1={"answers": "1268"}, d2={"accept": ""}, d3={"accept": "0"})
    (changed,) = read_back(path, [ONE])
    assert changed.evidence == (Evidence("大桥全长1268米", "公报.txt"),)


def test_an_edited_table_holds_all_that_a_set_needs(tmp_path: Path) -> None:
    """What is accepted comes back without the drafts that were written: places, history, what is missing."""
    several = dataclasses.replace(ONE, id="d5", evidence=(PLACE, Evidence(None, "年报|2.txt", 3, 8)))
    path = tmp_path / "drafts.csv"
    write_csv([ONE, NONE, several], path)
    edited(path)
    append_to_set(read_back(path), tmp_path / "set.jsonl")
    one, none = load_set(tmp_path / "set.jsonl").questions
    assert (one.evidence, none.history, none.answers) == ((PLACE,), ("大桥在哪？",), ())
    assert read_back(path)[2].evidence == several.evidence
    # Another form beside the answer leaves it where it is; another answer, of the same length too, is elsewhere.
    edited(path, d1={"answers": "1268米|一二六八米"}, d5={"answers": "1269米"})
    forms, _, other = read_back(path)
    assert (forms.answers, forms.evidence) == (("1268米", "一二六八米"), (PLACE,))
    assert other.evidence == (Evidence("大桥全长1268米", "公报.txt"), Evidence(None, "年报|2.txt"))
    edited(path, d1={"answers": "", "kind": ""})
    assert (read_back(path)[0].answers, read_back(path)[0].evidence) == ((), ())


def test_an_accepted_row_that_needs_an_answer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    write_csv([ONE, NEEDS], path)
    edited(path)
    for read in (read_back, load_set):
        with pytest.raises(SetError, match="needs an answer") as caught:
            read(path)
        assert caught.value.line == 3
        assert "needs" in caught.value.hint
    edited(path, d3={"needs": ""})  # a person says that there is none
    assert [draft.answers for draft in read_back(path)] == [("1268米",), ()]


def test_a_table_of_drafts_is_a_set_of_those_accepted(tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    write_csv([dataclasses.replace(ONE, answers=("1|2",)), NONE, NEEDS], path)
    with pytest.raises(SetError, match="no row is accepted"):
        load_set(path)
    edited(path, d2={"accept": ""}, d3={"accept": "0"})
    (question,) = load_set(path).questions
    assert (question.id, question.answers, question.evidence, question.line) == ("d1", ("1|2",), (PLACE,), 2)
    assert not check(path).count("unknown-field")


def test_the_command_line_adds_what_the_table_says(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from eval.cli import app

    path, target = tmp_path / "drafts.csv", tmp_path / "set.jsonl"
    write_csv(drafts_from_feedback([said("right", question="大桥多长？"), said("wrong", exchange="e2")]), path)
    edited(path)
    refused = CliRunner().invoke(app, ["accept", str(path), str(target)])
    assert isinstance(refused.exception, SetError)
    assert not target.exists()
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    edited(path, **{rows[1]["id"]: {"accept": "", "answers": ""}})
    assert CliRunner().invoke(app, ["accept", str(path), str(target)]).exit_code == 0
    (question,) = load_set(target).questions
    assert (question.history, question.evidence) == (("大桥在哪？",), (PLACE,))


def test_a_formula_in_a_document_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "drafts.csv"
    write_csv([dataclasses.replace(ONE, answers=("-3.2%", "a|b"), question='=HYPERLINK("x")')], path)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    edited(path)
    (back,) = read_back(path)
    assert (back.question, back.answers) == ('=HYPERLINK("x")', ("-3.2%", "a|b"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_save_in_several_ways(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "saved.csv"
    lines = [delimiter.join(line) for line in (("Accept", "question", "answers"), ("是", "大桥多长？", "1268米"))]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    assert [(d.question, d.answers) for d in read_back(path)] == [("大桥多长？", ("1268米",))]


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("a.csv", "id,question,answers\n", 1, "accept"),
        ("a.csv", "accept,question,answers\n1,甲,乙\nperhaps,甲,乙\n", 3, "perhaps"),
        ("a.csv", "accept,question,answers\n1,,乙\n", 2, "question"),
        ("a.csv", "accept,question,answers,needs\n1,甲,,answer\n", 2, "needs an answer"),
        ("a.csv", "accept,question,answers,evidence,document\n1,甲,乙,一|二|三,a|b\n", 2, "3 phrases"),
        ("a.csv", "", None, "empty"),
        ("a.jsonl", '{"question": "甲"}\n\n{"question": \n', 3, "JSON"),
        ("a.jsonl", '{"question": "甲", "answers": 5}\n', 1, "answers"),
        ("a.jsonl", "5\n", 1, "object"),
    ],
)
def test_a_bad_file_is_told_with_its_line(tmp_path: Path, name: str, text: str, line: int | None, says: str) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(SetError, match=says) as caught:
        read_back(tmp_path / name)
    assert caught.value.line == line
    assert caught.value.hint
    with pytest.raises(SetError, match="no such file"):
        read_back(tmp_path / "none.csv")


def said(verdict: str, **more: object) -> Feedback:
    place = {"file": "公报.txt", "title": "公报", "phrase": "大桥全长1268米", "start": 12, "end": 17, "quote": "1268米"}
    other = {"text": "300米", "confidence": 0.1}
    one = Feedback("e1", "2024", "多长？", "多长？", ("大桥在哪？",), verdict, "1268米", False, 0.9, (place,), (other,))  # type: ignore[arg-type]
    return dataclasses.replace(one, **more)  # type: ignore[arg-type]


def test_right_gives_the_answer_with_its_place() -> None:
    (draft,) = drafts_from_feedback([said("right")])
    assert (draft.question, draft.answers, draft.evidence, draft.history) == ("多长？", ("1268米",), (PLACE,), ())
    (follow_up,) = drafts_from_feedback([said("right", question="大桥多长？")])
    assert (follow_up.question, follow_up.history, follow_up.kind) == ("多长？", ("大桥在哪？",), "follow-up")


def test_what_should_be_refused_has_no_answer() -> None:
    refused = said("should_have_refused", question="大桥多长？")
    right = said("right", abstained=True, text="", citations=())
    for draft in drafts_from_feedback([refused, right]):
        assert (draft.answers, draft.needs, draft.evidence, draft.kind) == ((), "", (), "unanswerable")
    assert drafts_from_feedback([refused])[0].history == ("大桥在哪？",)


def test_wrong_waits_for_an_answer_and_is_not_added_without_one(tmp_path: Path) -> None:
    (draft,) = drafts_from_feedback([said("wrong", reason="要引桥的")])
    assert (draft.answers, draft.needs, draft.suggestions, draft.note) == ((), "answer", ("300米",), "要引桥的")
    assert draft.history == ("大桥在哪？",)
    path = tmp_path / "set.jsonl"
    assert append_to_set([draft], path) == []
    assert not path.exists()
    assert append_to_set([dataclasses.replace(draft, answers=("300米",))], path) == [draft.id]


def test_a_set_grows_by_what_it_has_not_and_keeps_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "sets" / "mine.jsonl"
    path.parent.mkdir()
    mine = '{"question":  "大桥多长?", "id": "d2", "answers": [], "own": [1]}'
    path.write_text(mine, "utf-8")
    os.chmod(path, 0o640)
    assert append_to_set([ONE, NONE, NONE, NEEDS], path) == ["d2-2"]  # asked already; its id is taken; again; no answer
    assert append_to_set([ONE, NONE], path) == []
    same_words = dataclasses.replace(ONE, history=("引桥呢？",))  # after another question it asks something else
    assert append_to_set([same_words], path) == ["d1"]
    lines = path.read_text("utf-8").splitlines()
    assert lines[0] == mine
    assert [json.loads(line)["id"] for line in lines] == ["d2", "d2-2", "d1"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert {p.name for p in path.parent.iterdir()} <= {"mine.jsonl", ".mine.jsonl.lock"}


def test_a_damaged_set_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text('{"question": "甲"}\n{broken\n', "utf-8")
    with pytest.raises(SetError) as caught:
        append_to_set([ONE], path)
    assert caught.value.line == 2
    assert path.read_text("utf-8") == '{"question": "甲"}\n{broken\n'


def test_a_set_that_could_not_be_used_is_not_added_to(tmp_path: Path) -> None:
    twice = '{"id": "a", "question": "甲？"}\n{"id": "a", "question": "乙？"}\n'
    for name, text in {"a.jsonl": twice, "b.jsonl": '{"question": 5}\n', "c.json": '[{"question": "甲？"}]'}.items():
        path = tmp_path / name
        path.write_text(text, "utf-8")
        with pytest.raises(SetError):
            append_to_set([ONE], path)
        assert path.read_text("utf-8") == text
    (tmp_path / "d.jsonl").write_bytes(b"\n")
    assert append_to_set([ONE], tmp_path / "d.jsonl") == ["d1"]
