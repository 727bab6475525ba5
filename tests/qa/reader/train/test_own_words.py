"""Rewordings of held-apart questions: each names its question, which is none that the model learns from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from embeddings.default_model import ensure_default_model
from qa.library import Library
from qa.reader.selection import FEATURES, PLACE
from qa.reader.train import own_words, select, squad

ASKED = "临江大桥全长多少米？"
OWN = "临江那座桥有多长？"


def test_every_row_names_one_question_and_rewords_it_in_words_of_its_own() -> None:
    rows = [json.loads(line) for line in own_words.FILE.read_text(encoding="utf-8").splitlines()]
    assert all(set(row) == {"of", "question"} for row in rows)
    assert all(re.fullmatch(r"[0-9a-f]{16}", row["of"]) for row in rows)
    worded = [row["question"] for row in rows]
    assert all(len(text) > 4 and text == text.strip() for text in worded)
    assert len(set(worded)) == len(worded)
    assert not {row["of"] for row in rows} & {own_words.identity(text) for text in worded}
    assert sum(map(len, own_words.load().values())) == len(rows)


def test_what_is_reworded_of_the_sets_is_held_apart(shared: Path) -> None:
    paragraphs, asked = squad.load(shared)
    held = squad.held_apart(paragraphs)
    sides: tuple[set[str], set[str]] = (set(), set())
    for one in asked:
        sides[held[one.paragraph]].add(own_words.identity(one.question))
    reworded = set(own_words.load())
    assert len(reworded & sides[True]) > 100
    assert not reworded & (sides[False] - sides[True])
    assert not {own_words.identity(text) for texts in own_words.load().values() for text in texts} & sides[True]


def test_a_rewording_is_searched_as_its_question_is(tmp_path: Path) -> None:
    ensure_default_model()
    with Library.open(tmp_path) as library:
        for town, length in (("临江", 1268), ("南湾", 940), ("平川", 655)):
            library.add_bytes(f"{town}大桥全长{length}米，桥面宽30米。".encode(), f"{town}大桥.txt")
        told = next(d.id for d in library.documents() if d.title.startswith("临江"))
        words = {own_words.identity(ASKED): [OWN]}
        for gold, without in (("1268米", ""), ("", told)):
            asked, own = select.put(select.Held(ASKED, gold, "cmrc", without=without), library, words)
            assert (asked.text, asked.kind, asked.original) == (ASKED, "cmrc", "")
            assert (own.text, own.kind, own.original, own.gold) == (OWN, "cmrc-own-words", ASKED, gold)
            assert (told in {hit.passage.document_id for hit in own.hits}) is not bool(without)
            assert asked.family == own.family


def test_a_question_and_its_rewording_are_in_one_fold() -> None:
    rows, right = np.zeros((1, 2)), np.zeros(1)
    asked = [select.Question(str(number), "", "cmrc", []) for number in range(40)]
    own = [select.Question(f"own {q.text}", "", "cmrc-own-words", [], q.text) for q in asked[::3]]
    parts = select.folds([select.Weighed(q, rows, right) for q in (*asked, *own)])
    assert sorted(w.question.text for part in parts for w in part) == sorted(q.text for q in (*asked, *own))
    families = [{w.question.family for w in part} for part in parts]
    assert sum(map(len, families)) == len(asked)
    assert all(families)


def test_what_would_be_chosen_counts_for_most_in_the_fit() -> None:
    rows = np.zeros((3, len(FEATURES)))
    rows[:, 0] = 0.0, 2.0, 1.0
    first = np.eye(len(PLACE))[0]
    weighed = select.Weighed(select.Question("哪一年？", "", "cmrc", []), rows, np.zeros(3))
    counts = select.span_counts(weighed, first, (0.0, 0.0))
    assert counts.sum() == pytest.approx(select.QUESTION)
    assert counts[1] > 4 * (counts[0] + counts[2]) / 2
