"""SQuAD's layout: paragraphs as documents, unanswerable questions, offsets, and the public sets in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.errors import SetError
from eval.sets import check, detect, load_set
from eval.types import Evidence, Reference, SetDocument


def put(folder: Path, *articles: Any, indent: int | None = None) -> Path:
    path = folder / "set.json"
    path.write_text(json.dumps({"version": "1", "data": articles}, ensure_ascii=False, indent=indent), "utf-8")
    return path


def qa(identity: Any, question: str, *answers: tuple[str, int], **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "question": question,
        "answers": [{"text": t, "answer_start": s} for t, s in answers],
        **more,
    }


RIVER = "澜溪有3条河，3条都通航。"


@pytest.mark.parametrize("indent", [None, 1])
def test_paragraphs_are_documents_and_offsets_are_checked(tmp_path: Path, indent: int | None) -> None:
    first = {"id": "P1", "context": RIVER, "qas": [qa("Q1", "澜溪有几条河？", ("3条", 3), ("3条河", -1), ("三条", 0))]}
    again = {"id": "P2", "context": RIVER, "qas": [qa(2, "几条河通航？", ("3条", 7), ("3条", 5))]}
    other = {"context": "无关。", "qas": [qa("Q3", "谁？", is_impossible=True), {"id": "Q4", "question": "哪里？"}]}
    path = put(tmp_path, {"title": "澜溪", "id": "A", "paragraphs": [first, again, other]}, indent=indent)
    loaded = load_set(path)
    assert detect(path) == loaded.layout == "squad"
    assert loaded.documents == (SetDocument("P1", RIVER, "澜溪"), SetDocument("A-3", "无关。", "澜溪"))
    one, two, three, four = loaded.questions
    assert one.references == (Reference("3条", 3), Reference("3条河"), Reference("三条"))
    assert two.id == "2"
    assert two.evidence == (Evidence(document="P1"),)
    assert two.references == (Reference("3条", 7), Reference("3条"))
    assert not three.answerable
    assert not four.answerable
    assert four.evidence == (Evidence(document="A-3"),)
    report = check(path)
    assert (report.count("offset-missing"), report.count("offset-off"), report.count("duplicate-document")) == (1, 2, 1)
    assert report.count("form-nowhere") == 1


def test_an_answer_to_an_impossible_question_is_a_contradiction(tmp_path: Path) -> None:
    path = put(
        tmp_path, {"paragraphs": [{"context": RIVER, "qas": [qa("Q1", "几条？", ("3条", 3), is_impossible=True)]}]}
    )
    assert load_set(path).questions[0].references == ()
    report = check(path)
    assert report.count("contradiction") == 1
    assert not report.sound


def test_paragraphs_with_one_id_get_names_of_their_own(tmp_path: Path) -> None:
    paragraphs = [{"id": "P", "context": text, "qas": [qa(text, text)]} for text in ("甲", "乙", "丙")]
    path = put(tmp_path, {"paragraphs": paragraphs})
    assert [d.name for d in load_set(path).documents] == ["P", "P-2", "P-3"]
    assert [q.evidence[0].document for q in load_set(path).questions] == ["P", "P-2", "P-3"]
    assert check(path).count("paragraph-id") == 2


@pytest.mark.parametrize(
    ("article", "reason"),
    [
        ({"title": "x"}, 'the list "paragraphs" of data[0] is missing'),
        ("x", "data[0] is a string"),
        ({"paragraphs": [{"qas": []}]}, 'the "context" of data[0].paragraphs[0] is null'),
        ({"paragraphs": [{"context": "甲"}]}, 'the list "qas" of data[0].paragraphs[0] is missing'),
        ({"paragraphs": [{"context": "甲", "qas": [{"question": "乙"}]}]}, 'qas[0] has no "id"'),
        ({"paragraphs": [{"context": "甲", "qas": [{"id": "1", "question": ""}]}]}, "is empty"),
        ({"paragraphs": [{"context": "甲", "qas": [{"id": "1", "question": "乙", "answers": ["甲"]}]}]}, "answers[0]"),
        ({"paragraphs": [{"context": "甲", "qas": [qa("1", "乙", ("甲", "0"))]}]}, "not an integer"),  # type: ignore[arg-type]
        ({"paragraphs": [{"context": "甲", "qas": [qa("1", "乙"), qa("1", "丙")]}]}, "id 1 also"),
        ({"paragraphs": []}, "holds no question"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, article: Any, reason: str) -> None:
    with pytest.raises(SetError) as caught:
        load_set(put(tmp_path, article))
    assert reason in caught.value.reason
    assert caught.value.hint


def test_a_broken_file_is_told_with_its_line(tmp_path: Path) -> None:
    path = put(tmp_path, {"paragraphs": []}, indent=1)
    path.write_text(path.read_text("utf-8")[:-6], "utf-8")
    with pytest.raises(SetError, match=r"line \d+: not valid JSON"):
        load_set(path)


@pytest.mark.parametrize(
    ("name", "questions", "documents"),
    [
        ("cmrc2018/dev", 3219, 848),
        ("cmrc2018/train", 10142, 2403),
        ("drcd/dev", 3524, 1000),
        ("drcd/train_part", 1960, 1960),
    ],
)
def test_the_public_sets_load_whole(shared: Path, name: str, questions: int, documents: int) -> None:
    loaded = load_set(shared / "data" / f"{name}.json")
    assert (len(loaded.questions), len(loaded.documents)) == (questions, documents)
    assert (loaded.name, loaded.rules, loaded.layout) == (name, "cmrc", "squad")
    assert sum(bool(document.title) for document in loaded.documents) >= documents - 2  # two of CMRC dev have none
    texts = {document.name: document.text for document in loaded.documents}
    for question in loaded.questions:
        (evidence,) = question.evidence
        for reference in question.references:
            if reference.start is not None:
                assert texts[evidence.document or ""].startswith(reference.text, reference.start)
