"""Material, the small encoder: what training reads, and that its answers stand where they are said to."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.tokens import Tokens
from qa.reader.train import carry
from qa.reader.train.material import Example, batches, gather, load, padded, save


def letters(text: str) -> Tokens:
    """A token a character."""
    places = range(len(text))
    return Tokens(tuple(ord(c) for c in text), tuple(places), tuple(p + 1 for p in places))


@st.composite
def examples(draw: st.DrawFn) -> Example:
    passage = draw(st.text("abcdefghij", min_size=1, max_size=600))
    start = draw(st.integers(0, len(passage) - 1))
    end = draw(st.sampled_from([start, min(len(passage), start + 1), min(len(passage), start + 90)]))
    headings = tuple(draw(st.lists(st.text("xyz", max_size=60), min_size=1, max_size=3)))
    question = draw(st.text("QRS", min_size=1, max_size=80))
    return Example(draw(st.sampled_from(["one", "two"])), question, headings, passage, start, end)


@given(st.lists(examples(), min_size=1, max_size=5), st.integers(0, 1000))
def test_a_row_shows_the_answer_where_it_says(made: list[Example], seed: int) -> None:
    data = gather(made, letters)
    assert len(data) == len(made)
    rng = random.Random(seed)
    for number, example in enumerate(made):
        row = data.labelled(number, rng)
        assert len(row.ids) <= 256
        shown = "".join(chr(each) for each in row.ids[row.start : row.end + 1])
        if row.start:
            assert shown == example.passage[example.start : example.end]
        else:  # no answer, or a window beside it
            assert (row.start, row.end) == (0, 0)
            assert example.end == example.start or len(example.passage) > len(row.ids) - 80


@given(st.lists(examples(), min_size=1, max_size=5))
def test_material_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, made: list[Example]) -> None:
    path = tmp_path_factory.mktemp("material") / "material.npz"
    data = gather(made, letters)
    save(data, path)
    again = load(path)
    assert again.counts() == data.counts()
    assert [again.labelled(i, random.Random(i)) for i in range(len(made))] == [
        data.labelled(i, random.Random(i)) for i in range(len(made))
    ]


def test_windows_cover_the_passage_and_hold_its_tokens_once_at_least() -> None:
    passage = "".join(chr(200 + i) for i in range(700))
    data = gather([Example("one", "Q?", ("x",), passage)], letters)
    seen = set()
    for row in data.read(0):
        assert "".join(chr(i) for i in row.ids[row.offset : -1]) == passage[row.first : row.last]
        seen |= {*range(row.first, row.last)}
    assert seen == {*range(700)}


def test_an_epoch_shows_each_group_as_often_as_told() -> None:
    data = gather(
        [Example("one", f"Q{i}", ("",), "abc", 0, 2) for i in range(200)] + [Example("two", "Q", ("",), "abc")], letters
    )
    rows = data.epoch({"one": 0.5, "two": 3.0, "three": 1.0}, random.Random(1))
    assert sum(row.start == 0 for row in rows) == 3
    assert 70 <= sum(row.start > 0 for row in rows) <= 130


def test_an_answer_longer_than_a_row_is_left_out() -> None:
    assert len(gather([Example("one", "Q", ("",), "a" * 400, 0, 300)], letters)) == 0


@given(st.lists(st.integers(1, 256), min_size=1, max_size=700), st.integers(256, 4096))
def test_batches_hold_every_row_once_and_no_more_than_told(lengths: list[int], tokens: int) -> None:
    plan = batches(lengths, tokens, np.random.default_rng(3))
    assert sorted(number for batch in plan for number in batch) == list(range(len(lengths)))
    assert all(max(lengths[n] for n in batch) * len(batch) <= tokens for batch in plan)


def test_padding_is_masked() -> None:
    ids, mask = padded([[5, 6, 7], [8]], 1, 4)
    assert ids.tolist() == [[5, 6, 7, 1], [8, 1, 1, 1]]
    assert mask.tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]


@given(st.integers(0, 2**32 - 1))
def test_four_bit_blocks_come_back_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(-8, 8, (4, 3, carry.BLOCK)).astype(np.float32)
    codes[:, :, 5] = -8  # the value furthest from 0, as Q4_0 has it
    scales = rng.normal(size=(4, 3, 1)).astype(np.float16).astype(np.float32)
    values = (codes * scales).reshape(4, -1)
    packed = carry.pack(values)
    assert packed is not None
    assert np.array_equal(carry.unpack(*packed), values)


def test_what_is_no_block_of_four_bits_is_not_packed() -> None:
    assert carry.pack(np.random.default_rng(1).normal(size=(2, 64)).astype(np.float32)) is None
    assert carry.pack(np.ones((2, 31), dtype=np.float32)) is None


def test_ids_are_renumbered_and_the_unknown_stay_unknown() -> None:
    kept = np.array([0, 1, 2, 3, 10, 40], dtype=np.int32)
    ids = [0, 10, 40, 41, 9, 2]
    data = gather([Example("one", "".join(map(chr, ids)), ("",), "\x0a")], letters)
    assert carry.renumbered(data, kept).ids[: len(ids)].tolist() == [0, 4, 5, 3, 3, 2]
