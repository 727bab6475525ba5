"""Rows, the small encoder, and the loop: what training reads and whether it can be stopped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.train import carry
from qa.reader.train.rows import Labelled, Rows, batches, gather, load, save


@given(st.lists(st.lists(st.integers(0, 250_000), min_size=1, max_size=30), min_size=1, max_size=20))
def test_rows_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, ids: list[list[int]]) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.npz"
    save(gather(Labelled(each, 0, len(each) - 1) for each in ids), path)
    rows = load(path)
    found, mask = rows.batch(range(len(ids)), pad=1)
    for number, each in enumerate(ids):
        assert found[number][mask[number] == 1].tolist() == each
        assert rows.ends[number] == len(each) - 1


@given(st.lists(st.integers(1, 256), min_size=1, max_size=700), st.integers(256, 4096))
def test_batches_hold_every_row_once_and_no_more_than_told(lengths: list[int], tokens: int) -> None:
    plan = batches(np.array(lengths), tokens, np.random.default_rng(3))
    assert sorted(number for batch in plan for number in batch) == list(range(len(lengths)))
    assert all(max(lengths[n] for n in batch) * len(batch) <= tokens for batch in plan)


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
    rows = Rows(np.array([0, 10, 40, 41, 9, 2], dtype=np.int32), np.array([0, 6]), np.array([0]), np.array([0]))
    assert carry.renumbered(rows, kept).ids.tolist() == [0, 4, 5, 3, 3, 2]
