"""Evidence sought among what a run met: the same passages as asking every passage for every question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.reports import questions as rows
from eval.reports.questions import Passages, SetQuestions
from eval.results import Outcome, SetResult, Stage
from eval.types import EvaluationSet, Evidence, Prediction, Question, Reference, SetDocument, StoredPassage

TEXTS = st.text(alphabet="甲乙丙a𠀀", max_size=24)
NAMES = st.sampled_from(["一", "二", "三"])
OFFSETS = st.integers(0, 30)
REFERENCES = st.lists(st.builds(Reference, TEXTS.map(lambda t: t[:9]), st.none() | OFFSETS), max_size=3)
PLACES = st.tuples(NAMES, OFFSETS, OFFSETS).map(lambda p: Evidence(document=p[0], start=p[1], end=p[2]))
EVIDENCE = PLACES | st.builds(Evidence, phrase=st.none() | TEXTS.map(lambda t: t[:12]), document=st.none() | NAMES)


@st.composite
def asked(draw: st.DrawFn) -> SetResult:
    """A set of questions whose evidence was not retrieved, with some documents of its own."""
    made = []
    for i in range(draw(st.integers(1, 6))):
        evidence = tuple(draw(st.lists(EVIDENCE, max_size=3)))
        qrels = draw(st.dictionaries(NAMES, st.integers(0, 2), max_size=2)) if not evidence else {}
        question = Question(str(i), "?", tuple(draw(REFERENCES)), evidence, qrels=qrels)
        rank = draw(st.sampled_from([0, 0, 0, None, 1]))
        made.append(Outcome(question, Prediction("s", str(i), "", True, 0.5), False, Stage.NOT_RETRIEVED, rank, {}))
    names = draw(st.lists(st.sampled_from(["三", "四"]), unique=True, max_size=2))
    documents = tuple(SetDocument(name, draw(TEXTS)) for name in names)
    given_set = EvaluationSet("s", Path("s"), "jsonl", tuple(o.question for o in made), documents)
    return SetResult(given_set, tuple(made), {}, {})


def naive(result: SetResult, stored: dict[str, StoredPassage], places: dict[str, list[object]]) -> dict[str, str]:
    """Every passage asked for every question."""
    found: dict[str, str] = {}
    for key, passage in stored.items():
        for outcome in result.outcomes:
            question = outcome.question
            if outcome.evidence_rank or places[question.id] or question.id in found:
                continue
            for evidence in rows._evidence_of(question):
                if evidence.document is None and evidence.phrase is None:
                    continue
                if evidence.document not in (None, passage.document):
                    continue
                if rows._place(passage.text, passage.start, evidence, question.references) is not None:
                    found[question.id] = key
    return found


def naive_places(question: Question, documents: tuple[SetDocument, ...]) -> list[object]:
    """Where the evidence stands in the set's own documents, each looked through."""
    found: list[object] = []
    for evidence in rows._evidence_of(question):
        for document in documents:
            if evidence.document == document.name:
                place = rows._place(document.text, 0, evidence, question.references)
                found += [(document.name, *place)] if place is not None else []
            elif evidence.document is None and evidence.phrase and evidence.phrase in document.text:
                at = document.text.index(evidence.phrase)
                found.append((document.name, at, at + len(evidence.phrase)))
                break
    return found


@settings(max_examples=300, deadline=None)
@given(asked(), st.lists(st.tuples(NAMES, OFFSETS, TEXTS), max_size=8))
def test_the_passages_found_are_those_of_looking_through_all(
    result: SetResult, passages: list[tuple[str, int, str]]
) -> None:
    stored = {
        str(i): StoredPassage(str(i), name, "", start, start + len(text), text)
        for i, (name, start, text) in enumerate(passages)
    }
    made = SetQuestions(result, stored, Passages())
    places = {o.question.id: naive_places(o.question, result.set.documents) for o in result.outcomes}
    for outcome in result.outcomes:
        found = [(document.name, start, end) for document, start, end in made._places(outcome.question)]
        assert found == places[outcome.question.id]
    assert made._sought == naive(result, stored, places)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("in_set", [True, False])
def test_the_work_does_not_grow_with_questions_times_passages(
    named: bool, in_set: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 400
    texts = [f"第{i}号桥全长{i * 37 % 1000}米，于{1600 + i}年建成通车。" for i in range(count)]
    document = "公报.txt" if named else None
    made = []
    for i in range(count):
        question = Question(f"q{i}", "?", (Reference("米"),), (Evidence(phrase=f"第{i}号桥全长", document=document),))
        made.append(Outcome(question, Prediction("s", f"q{i}", "", True, 0.5), False, Stage.NOT_RETRIEVED, 0, {}))
    looked = 0
    plain = rows._place

    def counted(*given_: object) -> object:
        nonlocal looked
        looked += 1
        return plain(*given_)  # type: ignore[arg-type]

    monkeypatch.setattr(rows, "_place", counted)
    name = "公报.txt"
    documents = tuple(SetDocument(f"{i}", text) for i, text in enumerate(texts)) if in_set and not named else ()
    stored = {str(i): StoredPassage(str(i), name, "", 0, len(text), text) for i, text in enumerate(texts)}
    given_set = EvaluationSet("s", Path("s"), "jsonl", tuple(o.question for o in made), documents)
    found = SetQuestions(SetResult(given_set, tuple(made), {}, {}), stored, Passages())
    if not documents:
        assert found._sought == {f"q{i}": str(i) for i in range(count)}
    assert looked <= 3 * count
