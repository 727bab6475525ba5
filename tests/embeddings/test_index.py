"""The vector index: against brute force, with removal, filters, damaged files, and the large variant."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embeddings.errors import IndexUnreadable
from embeddings.index import VectorIndex

DIMENSION = 16


def unit(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def random_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=(count, dimension)))


def clustered(count: int, dimension: int = 64, clusters: int = 100) -> np.ndarray:
    random = np.random.default_rng(3)
    centres = random.normal(size=(clusters, dimension))
    noise = random.normal(scale=0.6, size=(count, dimension))
    return unit(centres[random.integers(0, clusters, count)] + noise)


def recall(found: np.ndarray, ids: np.ndarray, vectors: np.ndarray, queries: np.ndarray, k: int) -> float:
    best = np.argsort(-(queries @ vectors.T), axis=1)[:, :k]
    return float(np.mean([len(set(row) & set(ids[want])) / k for row, want in zip(found, best, strict=True)]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_agrees_with_brute_force_through_any_changes(data: st.DataObject) -> None:
    index = VectorIndex(DIMENSION)
    kept: dict[int, np.ndarray] = {}
    for step in range(data.draw(st.integers(1, 6))):
        free = data.draw(
            st.lists(st.integers(0, 2**62).filter(lambda each: each not in kept), unique=True, max_size=12)
        )
        vectors = random_vectors(len(free), seed=step)
        index.add(free, vectors.reshape(-1, DIMENSION))
        kept.update(zip(free, vectors, strict=True))
        if kept:
            gone = data.draw(st.lists(st.sampled_from(sorted(kept)), unique=True, max_size=5))
            assert index.remove([*gone, 2**62 + 1]) == len(gone)
            for each in gone:
                del kept[each]
    assert len(index) == len(kept)
    assert index.ids().tolist() == sorted(kept)
    k = data.draw(st.integers(1, 8))
    queries = random_vectors(3, seed=99)
    allowed = data.draw(st.none() | st.lists(st.sampled_from(sorted(kept)))) if kept else None
    ids, scores = index.search(queries, k, allowed=allowed)
    assert ids.shape == scores.shape == (3, k)
    assert (str(ids.dtype), str(scores.dtype)) == ("int64", "float32")
    candidates = sorted(kept if allowed is None else set(allowed))
    for query, row, row_scores in zip(queries, ids, scores, strict=True):
        exact = sorted(((float(query @ kept[each]), each) for each in candidates), reverse=True)[:k]
        assert row[: len(exact)].tolist() == [each for _, each in exact]
        assert row_scores[: len(exact)] == pytest.approx([score for score, _ in exact], abs=1e-5)
        assert (row[len(exact) :] == -1).all()
        assert np.isneginf(row_scores[len(exact) :]).all()


def test_an_id_in_use_changes_nothing() -> None:
    index = VectorIndex(DIMENSION)
    index.add([1, 2], random_vectors(2))
    for ids in ([3, 2], [4, 4], [-1, 5]):
        with pytest.raises(ValueError, match="id"):
            index.add(ids, random_vectors(2))
    assert index.ids().tolist() == [1, 2]


@pytest.mark.parametrize(
    "vectors",
    [
        np.zeros((2, DIMENSION + 1)),
        np.zeros(DIMENSION),
        np.full((2, DIMENSION), np.nan),
        np.zeros((1, DIMENSION)),
    ],
    ids=["width", "axes", "not a number", "count"],
)
def test_wrong_vectors_are_refused(vectors: np.ndarray) -> None:
    index = VectorIndex(DIMENSION)
    with pytest.raises(ValueError, match=r"vector|shape"):
        index.add([1, 2], vectors)
    assert len(index) == 0


@pytest.mark.parametrize("exact_up_to", [1000, 100], ids=["exact", "cells"])
def test_saved_and_loaded_is_the_same(tmp_path: Path, exact_up_to: int) -> None:
    vectors = random_vectors(400)
    index = VectorIndex(DIMENSION, exact_up_to=exact_up_to)
    index.add(np.arange(400) * 7, vectors)
    index.remove(np.arange(50) * 7)
    index.save(tmp_path / "vectors", change=12)
    loaded, change = VectorIndex.load(tmp_path / "vectors", DIMENSION, exact_up_to=exact_up_to)
    assert change == 12
    assert loaded.exact == index.exact == (exact_up_to == 1000)
    assert loaded.ids().tolist() == index.ids().tolist()
    (ids, scores), (loaded_ids, loaded_scores) = (each.search(vectors[:9], 5) for each in (index, loaded))
    assert np.array_equal(ids, loaded_ids)
    assert np.array_equal(scores, loaded_scores)
    loaded.add([1], vectors[:1])
    assert loaded.remove([1, 50 * 7]) == 2
    assert os.listdir(tmp_path) == ["vectors"]


def test_an_empty_index_is_saved_and_loaded(tmp_path: Path) -> None:
    VectorIndex(DIMENSION).save(tmp_path / "vectors", change=0)
    loaded, change = VectorIndex.load(tmp_path / "vectors", DIMENSION)
    assert (len(loaded), change) == (0, 0)
    assert loaded.search(random_vectors(1), 2)[0].tolist() == [[-1, -1]]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("index") / "vectors"
    index = VectorIndex(DIMENSION)
    index.add(np.arange(30), random_vectors(30))
    index.save(path, change=5)
    return path.read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_noticed(saved: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    place = data.draw(st.integers(0, len(saved) - 1))
    damage = data.draw(st.sampled_from(["cut", "changed", "longer"]))
    if damage == "cut":
        content = saved[:place]
    elif damage == "changed":
        content = saved[:place] + bytes([saved[place] ^ data.draw(st.integers(1, 255))]) + saved[place + 1 :]
    else:
        content = saved + b"x"
    path.write_bytes(content)
    with pytest.raises(IndexUnreadable):
        VectorIndex.load(path, DIMENSION)


def test_a_missing_file_or_another_dimension_is_unreadable(saved: bytes, tmp_path: Path) -> None:
    with pytest.raises(IndexUnreadable):
        VectorIndex.load(tmp_path / "none", DIMENSION)
    (tmp_path / "vectors").write_bytes(saved)
    with pytest.raises(IndexUnreadable, match="dimensions"):
        VectorIndex.load(tmp_path / "vectors", DIMENSION + 1)


def test_a_failed_save_keeps_the_earlier_file(saved: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "vectors"
    path.write_bytes(saved)
    index = VectorIndex(DIMENSION)

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        index.save(path, change=6)
    assert VectorIndex.load(path, DIMENSION)[1] == 5
    assert os.listdir(tmp_path) == ["vectors"]


def test_the_large_variant_stays_close_to_exact_through_changes() -> None:
    vectors = clustered(6000)
    ids = np.arange(6000) * 1009 + 17
    index = VectorIndex(64, exact_up_to=2000)
    for first in range(0, 6000, 1500):
        index.add(ids[first : first + 1500], vectors[first : first + 1500])
        assert index.exact == (first + 1500 <= 2000)
    queries = vectors[::60]
    assert recall(index.search(queries, 10)[0], ids, vectors, queries, 10) >= 0.95

    gone = np.arange(6000) % 3 == 0
    assert index.remove(ids[gone]) == gone.sum()
    found, scores = index.search(queries, 10)
    assert not set(found.ravel().tolist()) & set(ids[gone].tolist())
    assert recall(found, ids[~gone], vectors[~gone], queries, 10) >= 0.95
    position = {int(each): number for number, each in enumerate(ids)}
    for query, row, row_scores in zip(queries, found, scores, strict=True):
        right = [float(query @ vectors[position[int(each)]]) for each in row]
        assert row_scores == pytest.approx(right, abs=1e-5)

    few = ids[~gone][::97]
    filtered, _ = index.search(queries, len(few), allowed=few)
    assert all(sorted(row) == sorted(few.tolist()) for row in filtered.tolist())

    index.add(ids[gone], vectors[gone])
    assert index.search(vectors[gone][:20], 1)[0].ravel().tolist() == ids[gone][:20].tolist()


def test_more_cells_as_the_index_grows() -> None:
    vectors = clustered(8000)
    index = VectorIndex(64, exact_up_to=400)
    for first in range(0, 8000, 500):
        index.add(np.arange(first, first + 500), vectors[first : first + 500])
    index.remove(np.arange(0, 8000, 2))
    assert index.ids().tolist() == list(range(1, 8000, 2))
    queries = vectors[1:400:4]
    assert recall(index.search(queries, 10)[0], np.arange(1, 8000, 2), vectors[1::2], queries, 10) >= 0.95
