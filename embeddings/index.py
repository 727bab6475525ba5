"""Finds the vectors nearest to a vector, by inner product: the cosine, for vectors of length one.

Exact up to ``EXACT_UP_TO`` vectors, beyond that in the nearest of many cells (``IndexIVFFlat``); the switch
is made in ``VectorIndex.add`` alone. A saved index is one file: a line of JSON with its change number, sizes
and the SHA-256 of the rest, then what faiss writes. It is a cache: where it cannot be read, it is built anew
from the vectors.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embeddings.durable import sync_folder
from embeddings.errors import IndexUnreadable

FloatArray = npt.NDArray[np.float32]
IdArray = npt.NDArray[np.int64]

EXACT_UP_TO = 200_000
"""Vectors up to which each search looks at all of them: 384 dimensions take 300 MB then."""
TRAINING_VECTORS_PER_CELL = 64
LEAST_VECTORS_PER_CELL = 39
"""Fewer make k-means warn that cells are poorly placed."""
PROBED_SHARE = 0.1
"""Share of the cells that a search looks into, at least ``PROBED_AT_LEAST``."""
PROBED_AT_LEAST = 16
FORMAT = "yinda vectors 1"


@dataclass(frozen=True, slots=True)
class PackedIndex:
    """An index as bytes: uint8 of shape (n,)."""

    body: npt.NDArray[np.uint8]
    change: int
    dimension: int
    vectors: int

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write it to ``path``, all or nothing; raises ``OSError``."""
        path = Path(path)
        body = self.body.data
        header = {
            "format": FORMAT,
            "change": self.change,
            "dimension": self.dimension,
            "vectors": self.vectors,
            "bytes": body.nbytes,
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        line = json.dumps(header)
        check = hashlib.sha256(line.encode("ascii")).hexdigest()
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(f"{check} {line}\n".encode("ascii"))
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        sync_folder(path.parent)


class VectorIndex:
    """Vectors by id, with their nearest neighbours. Ids are int64, not negative. Safe among threads."""

    def __init__(self, dimension: int, *, exact_up_to: int = EXACT_UP_TO) -> None:
        faiss = _faiss()

        self.dimension = dimension
        self.exact_up_to = exact_up_to
        self._ids: set[int] = set()
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def exact(self) -> bool:
        """Whether a search looks at every vector."""
        return self._cells() is None

    def ids(self) -> IdArray:
        """Return the ids, ascending."""
        with self._lock:
            return np.array(sorted(self._ids), dtype=np.int64)

    def add(self, ids: npt.ArrayLike, vectors: npt.ArrayLike) -> None:
        """Add vectors ``(n, dimension)`` under ids ``(n,)``; ``ValueError`` for wrong shapes or a used id."""
        new, rows = self._ids_of(ids), self._rows(vectors)
        if len(new) != len(rows):
            raise ValueError(f"{len(new)} ids for {len(rows)} vectors")
        if not np.isfinite(rows).all():
            raise ValueError("a vector holds a value that is not finite")
        added = set(new.tolist())
        if len(added) != len(new) or (new < 0).any():
            raise ValueError("ids must differ and not be negative")
        with self._lock:
            if not self._ids.isdisjoint(added):
                raise ValueError(f"id {min(self._ids & added)} is in the index already")
            if not len(new):
                return
            self._index.add_with_ids(rows, new)
            self._ids |= added
            cells = self._cells()
            # From exact to cells; and to more of them once twice as many are due.
            if cells is None:
                if len(self) > self.exact_up_to:
                    self._use_cells()
            elif _cell_count(len(self)) > 2 * cells.nlist:
                self._use_cells()

    def remove(self, ids: npt.ArrayLike) -> int:
        """Remove the vectors of ``ids`` and return how many there were; unknown ids are passed over."""
        faiss = _faiss()

        with self._lock:
            gone = self._ids.intersection(self._ids_of(ids).tolist())
            if not gone:
                return 0
            selector = faiss.IDSelectorBatch(np.array(sorted(gone), dtype=np.int64))
            removed = int(self._index.remove_ids(selector))
            self._ids -= gone
            return removed

    def search(
        self, vectors: npt.ArrayLike, k: int, allowed: npt.ArrayLike | None = None
    ) -> tuple[IdArray, FloatArray]:
        """Return ids ``(n, k)`` and scores ``(n, k)`` of the nearest vectors, best first.

        Scores are inner products: cosines, for vectors of length one. ``allowed`` limits the ids to find.
        Where fewer than ``k`` are found, the id is -1 and the score ``-inf``.
        """
        faiss = _faiss()

        rows = self._rows(vectors)
        if k < 1:
            raise ValueError("k must be at least 1")
        with self._lock:
            wanted = None if allowed is None else np.unique(self._ids_of(allowed))
            selector = None if wanted is None else faiss.IDSelectorBatch(wanted)
            cells = self._cells()
            if cells is None:
                parameters = None if selector is None else faiss.SearchParameters(sel=selector)
            else:
                # A few allowed vectors may lie in any cell, so that a filtered search looks into all of them.
                probed = cells.nlist if selector is not None else _probed(cells.nlist)
                parameters = faiss.SearchParametersIVF(nprobe=probed, sel=selector)
            scores, found = self._index.search(rows, k, params=parameters)
        scores[found < 0] = -np.inf
        return found.astype(np.int64), scores.astype(np.float32)

    def save(self, path: str | os.PathLike[str], change: int) -> None:
        """Write the index and the number of the change that it stands at to ``path``, all or nothing."""
        self.packed(change).write(path)

    def packed(self, change: int) -> PackedIndex:
        """A copy of the index as it stands, with its change number, to be written while this one is used on."""
        with self._lock:
            return PackedIndex(_faiss().serialize_index(self._index), int(change), self.dimension, len(self))

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], dimension: int, *, exact_up_to: int = EXACT_UP_TO
    ) -> tuple[VectorIndex, int]:
        """Return a saved index and its change number; ``IndexUnreadable`` where it is missing or damaged."""
        faiss = _faiss()

        try:
            with open(path, "rb") as file:
                header = _header(file.readline(4096))
                if header["dimension"] != dimension:
                    raise IndexUnreadable(f"{path} holds vectors of {header['dimension']} dimensions, not {dimension}")
                body = file.read()
        except OSError as error:
            raise IndexUnreadable(f"{path} cannot be read: {error.strerror or error}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise IndexUnreadable(f"{path} is not a saved vector index, or damaged") from error
        if len(body) != header["bytes"] or hashlib.sha256(body).hexdigest() != header["sha256"]:
            raise IndexUnreadable(f"{path} is damaged: its content does not match its checksum")
        index = cls(dimension, exact_up_to=exact_up_to)
        try:
            index._index = faiss.deserialize_index(np.frombuffer(body, dtype=np.uint8))
        except RuntimeError as error:
            raise IndexUnreadable(f"{path} cannot be read by this version of faiss") from error
        index._ids = set(index._stored_ids().tolist())
        if index._index.d != dimension or len(index._ids) != header["vectors"]:
            raise IndexUnreadable(f"{path} does not hold what it says")
        return index, int(header["change"])

    def _cells(self) -> Any:
        """Return the index as one of cells, or ``None`` while the search is exact."""
        faiss = _faiss()

        return self._index if isinstance(self._index, faiss.IndexIVF) else None

    def _use_cells(self) -> None:
        """Move all vectors into a new index of cells, trained on a sample of them.

        It keeps the ids itself: inside an ``IndexIDMap2`` it would mix them up after a removal, since that
        renumbers what follows and an index of cells does not.
        """
        faiss = _faiss()

        ids, vectors = self._contents()
        count = _cell_count(len(ids))
        cells = faiss.IndexIVFFlat(faiss.IndexFlatIP(self.dimension), self.dimension, count, faiss.METRIC_INNER_PRODUCT)
        size = min(len(ids), count * TRAINING_VECTORS_PER_CELL)
        sample = np.random.default_rng(0).choice(len(ids), size=size, replace=False)
        cells.train(vectors[np.sort(sample)])
        cells.add_with_ids(vectors, ids)
        self._index = cells

    def _stored_ids(self) -> IdArray:
        """Return the ids in the order in which the vectors are stored."""
        faiss = _faiss()

        if self._cells() is None:
            return np.asarray(faiss.vector_to_array(self._index.id_map), dtype=np.int64)
        lists = self._index.invlists
        parts = [np.zeros(0, dtype=np.int64)]
        for number in range(lists.nlist):
            size = lists.list_size(number)
            if size:
                parts.append(faiss.rev_swig_ptr(lists.get_ids(number), size).copy())
        return np.concatenate(parts)

    def _contents(self) -> tuple[IdArray, FloatArray]:
        """Return all ids and their vectors."""
        faiss = _faiss()

        ids = self._stored_ids()
        if self._cells() is None:
            flat = faiss.downcast_index(self._index.index)
            return ids, np.asarray(flat.reconstruct_n(0, flat.ntotal), dtype=np.float32)
        lists, width = self._index.invlists, self._index.code_size
        parts = [np.zeros(0, dtype=np.uint8)]
        for number in range(lists.nlist):
            size = lists.list_size(number)
            if size:
                parts.append(faiss.rev_swig_ptr(lists.get_codes(number), size * width).copy())
        return ids, np.concatenate(parts).view(np.float32).reshape(-1, self.dimension)

    def _rows(self, vectors: npt.ArrayLike) -> FloatArray:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.dimension:
            raise ValueError(f"expected vectors of shape (n, {self.dimension}), got {rows.shape}")
        return rows

    @staticmethod
    def _ids_of(ids: npt.ArrayLike) -> IdArray:
        return np.ascontiguousarray(ids, dtype=np.int64).reshape(-1)


def _faiss() -> Any:
    """Import faiss when it is needed; its stubs do not know the keywords of search parameters."""
    import faiss

    return faiss


def _cell_count(vectors: int) -> int:
    return max(1, min(int(4 * math.sqrt(vectors)), vectors // LEAST_VECTORS_PER_CELL))


def _probed(cells: int) -> int:
    return min(cells, max(PROBED_AT_LEAST, round(cells * PROBED_SHARE)))


def _header(line: bytes) -> dict[str, Any]:
    check, _, text = line.rstrip(b"\n").partition(b" ")
    if hashlib.sha256(text).hexdigest().encode("ascii") != check:
        raise ValueError("the first line does not match its checksum")
    header = json.loads(text)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError("another format")
    return header
