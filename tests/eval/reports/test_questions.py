"""Rows of the report's list: the places that are marked, and the passages that are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from eval.evidence import first_rank
from eval.reports.questions import LONGEST, Passages, Piece, SetQuestions, expected_spans
from eval.results import Outcome, SetResult, Stage
from eval.types import (
    EvaluationSet,
    Evidence,
    PredictedCitation,
    Prediction,
    Question,
    Reference,
    Retrieved,
    SetDocument,
    StoredPassage,
)

TEXT = "一号桥全长300米。二号桥全长300米。三号桥全长300米。"


def spans(question: Question, text: str = TEXT, start: int = 0) -> list[str]:
    piece = Piece("桥.txt", "", (), start, text)
    found = expected_spans(piece, question)
    assert all(text[s:e] for s, e in found)
    return [f"{s}:{text[s:e]}" for s, e in found]


def test_the_place_that_the_set_gives_wins() -> None:
    second = TEXT.index("300米", TEXT.index("二号"))
    asked = Question("1", "?", (Reference("300米", second + 1000),))
    assert spans(asked, start=1000) == [f"{second}:300米"]


def test_an_offset_of_another_document_does_not_count() -> None:
    first = TEXT.index("300米")
    asked = Question("1", "?", (Reference("300米", first),), (Evidence(document="别的.txt"),))
    assert len(spans(asked)) == 3


def test_the_occurrence_nearest_to_the_phrase_is_marked() -> None:
    asked = Question("1", "?", (Reference("300米"),), (Evidence(phrase="三号桥全长"),))
    assert spans(asked) == [f"{TEXT.index('300米', TEXT.index('三号'))}:300米"]


def test_without_a_place_all_occurrences_are_marked_and_references_that_overlap_become_one() -> None:
    asked = Question("1", "?", (Reference("300米"), Reference("全长300")))
    assert [span.split(":")[1] for span in spans(asked)] == ["全长300米"] * 3


def test_an_answer_in_other_words_marks_the_evidence() -> None:
    asked = Question("1", "?", (Reference("三百米"),), (Evidence(phrase="二号桥全长300米"),))
    assert [span.split(":")[1] for span in spans(asked)] == ["二号桥全长300米"]


def one_row(
    outcome: Outcome, stored: dict[str, StoredPassage], documents: tuple[SetDocument, ...] = (), **more: Any
) -> tuple[dict[str, Any], list[list[Any]]]:
    made = EvaluationSet("set", Path("a"), "squad", (outcome.question,), documents)
    passages = Passages(**more)
    row = SetQuestions(SetResult(made, (outcome,), {}, {}), stored, passages).row(outcome)
    return row, passages.rows


def shown(row: dict[str, Any], passages: list[list[Any]]) -> list[tuple[str, list[str], list[str]]]:
    """Roles and marked texts, cut out as JavaScript does, by UTF-16 units."""

    def cut(number: int, flat: list[int]) -> list[str]:
        units = passages[number][3].encode("utf-16-le")
        return [units[2 * s : 2 * e].decode("utf-16-le") for s, e in zip(flat[::2], flat[1::2], strict=True)]

    return [(role, cut(number, given), cut(number, expected)) for role, number, given, expected in row["p"]]


def missed(expected: str, given: str, **more: Any) -> Outcome:
    """A question whose evidence stands in the set's document, answered from another passage."""
    citation = PredictedCitation(given, "甲", 0, len(given), "甲#0")
    prediction = Prediction("set", "1", given, False, 0.4, (citation,), retrieved=(Retrieved("甲#0", 1.0),))
    question = Question("1", "?", (Reference(expected),), (Evidence(document="乙"),))
    return Outcome(question, prediction, False, Stage.NOT_RETRIEVED, 0, {})


def test_evidence_that_was_not_retrieved_comes_from_the_set() -> None:
    stored = {"甲#0": StoredPassage("甲#0", "甲", "", 0, 8, "红桥建成于去年。")}
    row, passages = one_row(missed("二号桥", "红桥"), stored, (SetDocument("乙", "前文。" * 2000 + TEXT),))
    assert shown(row, passages) == [("cited", ["红桥"], []), ("evidence", [], ["二号桥"])]
    assert len(passages[1][3]) <= LONGEST
    assert passages[1][4:] == [1, 0]


def test_evidence_that_another_question_met_is_found() -> None:
    stored = {
        "甲#0": StoredPassage("甲#0", "甲", "", 0, 8, "红桥建成于去年。"),
        "乙#1": StoredPassage("乙#1", "乙", "乙文", 40, 40 + len(TEXT), TEXT),
    }
    row, passages = one_row(missed("二号桥", "红桥"), stored)
    assert shown(row, passages) == [("cited", ["红桥"], []), ("evidence", [], ["二号桥"])]


def test_an_answer_far_from_the_expected_one_in_a_long_passage_shows_both() -> None:
    text = "红桥。" + "铺垫。" * 1500 + "蓝桥全长300米。"
    citation = PredictedCitation("红桥", "甲", 0, 2, "甲#0")
    prediction = Prediction("set", "1", "红桥", False, 0.4, (citation,), retrieved=(Retrieved("甲#0", 1.0),))
    question = Question("1", "?", (Reference("300米", text.index("300米")),), (Evidence(document="甲"),))
    row, passages = one_row(
        Outcome(question, prediction, False, Stage.NOT_READ, 1, {}),
        {"甲#0": StoredPassage("甲#0", "甲", "", 0, len(text), text)},
    )
    assert shown(row, passages) == [("cited", ["红桥"], []), ("evidence", [], ["300米"])]


def test_where_room_is_short_passages_are_left_out_and_it_is_told() -> None:
    stored = {"甲#0": StoredPassage("甲#0", "甲", "", 0, 8, "红桥建成于去年。")}
    row, passages = one_row(missed("二号桥", "红桥"), stored, (SetDocument("乙", TEXT),), budget=10)
    assert [role for role, *_ in row["p"]] == ["cited"]
    assert row["o"] == 1
    assert len(passages) == 1


def test_evidence_is_the_passage_that_holds_it_though_a_document_counts_once() -> None:
    texts = {"甲#1": ("甲", "红桥。"), "甲#2": ("甲", "白桥。"), "乙#1": ("乙", "蓝桥全长300米。")}
    stored = {key: StoredPassage(key, name, "", 0, len(text), text) for key, (name, text) in texts.items()}
    citation = PredictedCitation("红桥", "甲", 0, 2, "甲#1")
    hits = tuple(Retrieved(key, 1.0) for key in texts)
    prediction = Prediction("set", "1", "红桥", False, 0.4, (citation,), retrieved=hits)
    question = Question("1", "?", (Reference("300米"),), (Evidence(document="乙"),))
    rank = first_rank(question, list(stored.values()), {})
    assert rank == 2
    row, passages = one_row(Outcome(question, prediction, False, Stage.NOT_READ, rank, {}), stored)
    assert shown(row, passages) == [("cited", ["红桥"], []), ("evidence", [], ["300米"])]
    assert passages[1][3] == "蓝桥全长300米。"


@given(
    st.text(alphabet="甲乙𠀀😀a", min_size=1, max_size=30),
    st.data(),
)
def test_marked_places_are_right_for_any_characters(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first = data.draw(st.integers(0, len(text) - 1))
    last = data.draw(st.integers(first + 1, len(text)))
    citation = PredictedCitation(text[start:end], "甲", 7 + start, 7 + end, "k")
    prediction = Prediction("set", "1", text[start:end], False, 0.4, (citation,), retrieved=(Retrieved("k", 1.0),))
    question = Question("1", "?", (Reference(text[first:last], 7 + first),), (Evidence(document="甲"),))
    row, passages = one_row(
        Outcome(question, prediction, False, Stage.NOT_READ, 1, {}),
        {"k": StoredPassage("k", "甲", "", 7, 7 + len(text), text)},
    )
    assert shown(row, passages) == [("cited", [text[start:end]], [text[first:last]])]
