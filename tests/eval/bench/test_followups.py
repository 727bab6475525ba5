"""The benchmark of follow-ups counts what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import followups
from eval.bench.followups import Rewriting
from eval.samples import questions as sample_questions
from eval.sets import load_set
from qa.errors import DocumentError

LINES = [
    Rewriting("2021年茶叶产量是多少", "5万吨", "2022年呢", "2022年茶叶产量是多少"),
    Rewriting("青岚水电站在哪里", "在云栖县", "我想去看看", "我想去看看青岚水电站"),
]


def test_bleu_is_one_for_the_same_text_and_less_for_other_text() -> None:
    assert followups.bleu([("茶叶产量是多少", "茶叶产量是多少")]) == pytest.approx(1.0)
    assert 0 < followups.bleu([("茶叶产量是多少", "茶叶产量有多少")]) < 1


def test_rewriting_is_counted_for_each_manner_and_against_leaving_the_sentence_alone() -> None:
    table = followups.rewriting_table(LINES)
    assert all(label in table for label in followups.MANNERS)
    assert [followups.left_alone(one) for one in LINES] == ["2022年呢", "我想去看看"]
    assert followups.as_turns(LINES[0]) == LINES[0].rewritten
    assert "50.0%" in table


def test_the_last_lines_of_the_corpus_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "rewrite"
    folder.mkdir(parents=True)
    (folder / "corpus.txt").write_text("一\t\t二\t\t三\t\t四\n五\t\t六\t\t七\t\t八\n", "utf-8")
    assert followups.rewritings(tmp_path, 1) == [Rewriting("五", "六", "七", "八")]
    with pytest.raises(DocumentError, match="corpus"):
        followups.rewritings(tmp_path / "nowhere")


def test_standalone_questions_are_asked_after_others_of_the_set() -> None:
    questions = ["婚假有几天？", "2021年茶叶产量是多少？", "青岚水电站在哪里？", "它在哪里？"]
    asked, changed = followups.distracted(questions, 5)
    assert asked == 20
    assert {one.question for one in changed} == {"它在哪里？"}
    assert all(one.question not in one.history for one in changed)


def test_only_follow_ups_are_asked_and_only_others_are_distracted() -> None:
    samples = load_set(sample_questions())
    leaning, alone = followups.leaning(samples), followups.alone(samples)
    assert leaning.questions
    assert all(q.history for q in leaning.questions)
    assert len(leaning.questions) + len(alone) == len(samples.questions)
    assert followups.understood_table(leaning).count("→") == len(leaning.questions)
