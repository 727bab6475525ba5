"""The file of pairs, its batches, and what stands in a batch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from qa.retriever.train.measure import measures
from qa.retriever.train.pairs import PAD, HeldApart, Lists, Pairs, batches, load, save


def some_pairs() -> Pairs:
    return Pairs(
        questions=Lists.of([[0, 7, 2], [0, 8, 9, 2], [0, 70_000, 2]]),
        passages=Lists.of([[0, 11, 2], [0, 12, 2], [0, 13, 13, 2], [0, 14, 2]]),
        right=Lists.of([[0], [0, 1], [2]]),
        wrong=Lists.of([[3], [], [1]]),
        spared=Lists.of([[1], [], []]),
        sources=np.array([0, 0, 1], dtype=np.uint8),
    )


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    pairs = some_pairs()
    held = {"one": HeldApart(pairs.questions, pairs.passages, pairs.right), "two": HeldApart(*[Lists.of([[1]])] * 3)}
    save(pairs, held, tmp_path / "pairs.npz")
    again, apart = load(tmp_path / "pairs.npz")
    assert [each.name for each in tmp_path.iterdir()] == ["pairs.npz"]
    assert [*apart] == ["one", "two"]
    for part in ("questions", "passages", "right", "wrong", "spared"):
        wanted, got = getattr(pairs, part), getattr(again, part)
        assert [got[number].tolist() for number in range(len(got))] == [
            wanted[number].tolist() for number in range(len(wanted))
        ]
    assert again.sources.tolist() == [0, 0, 1]
    assert apart["one"].right[1].tolist() == [0, 1]


def test_rows_are_filled_up() -> None:
    ids, mask = some_pairs().questions.padded([1, 0])
    assert ids.tolist() == [[0, 8, 9, 2], [0, 7, 2, PAD]]
    assert mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]


def test_batches_hold_every_question_once_and_one_source_each() -> None:
    sources = np.repeat(np.array([0, 1, 2], dtype=np.uint8), [100, 31, 3])
    plan = batches(sources, 16, np.random.default_rng(1))
    assert sorted(np.concatenate(plan).tolist()) == list(range(134))
    assert all(len(set(sources[batch].tolist())) == 1 for batch in plan)
    assert max(map(len, plan)) <= 17


def test_a_right_or_doubtful_passage_is_no_rival() -> None:
    pytest.importorskip("torch")
    from qa.retriever.train.loop import candidates

    for seed in range(8):
        passages, targets, away = candidates(some_pairs(), np.array([0, 1]), np.random.default_rng(seed))
        assert passages[targets[0]] == 0
        assert passages[targets[1]] in (0, 1)
        assert 3 in passages
        assert away[0].tolist() == [number == 1 for number in passages]
        assert away[1].tolist() == [number in (0, 1) and number != passages[targets[1]] for number in passages]


def test_measures() -> None:
    passages = np.eye(12, dtype=np.float32)
    questions = np.array([passages[0], 0.8 * passages[0] + 0.6 * passages[1], passages[2] * 0.1], dtype=np.float32)
    found = measures(questions, passages, Lists.of([[0], [1, 7], [11]]))
    assert found.recall_1 == pytest.approx(1 / 3)
    assert found.recall_5 == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.mrr_10 == pytest.approx((1 + 1 / 2 + 0) / 3)


def test_the_first_questions_keep_their_passages() -> None:
    pairs = some_pairs()
    small = HeldApart(pairs.questions, pairs.passages, Lists.of([[3], [1, 3], [2]])).first(2)
    assert [small.questions[number].tolist() for number in range(2)] == [[0, 7, 2], [0, 8, 9, 2]]
    assert [small.passages[number].tolist() for number in range(2)] == [[0, 12, 2], [0, 14, 2]]
    assert [small.right[number].tolist() for number in range(2)] == [[1], [0, 1]]
