"""Dense and lexical candidates for a question, fused into Hits, from caches that follow the Library."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import filelock

from qa.errors import QuestionError
from qa.period import asked as asked_of
from qa.retriever.circumstance import About, rerank
from qa.retriever.context import context
from qa.retriever.copies import without_copies
from qa.retriever.fusion import fuse
from qa.retriever.lexical import LexicalEntry, LexicalIndex, LexicalUnreadable
from qa.text.document_number import may_name
from qa.text.document_number import named as named_in
from qa.text.normalise import simplify
from qa.types import Contribution, Hit, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings import Embedder, VectorIndex

MAX_QUESTION = 2_000
# How many candidates each part brings before they are fused; and where a year or a place is asked for, which every
# other year's and place's report has passages like.
CANDIDATES = 60
ALIKE_CANDIDATES = 120
# What is added to the score, on the scale of a cosine, where the question names the document by its number.
NAMED = 1.0
# The lexical index of a Library of at most so many passages is built anew when there is one deleted passage in it for
# every 20, so that its scores are exact again. That takes seconds; in a larger one it would take minutes, and a
# document that is edited or removed weighs less.
REBUILT_UP_TO = 2_000
GHOST_SHARE = 20
# How often a search begins again because another process changed the Library in the middle of it.
ATTEMPTS = 4
# Seconds for which a cache is waited for that another process is writing. It is brought up to date later.
CACHE_SECONDS = 30.0
# Documents that come one after another are written to the caches together: after so many passages that came or went,
# or this share of the Library, whichever is more. The vectors are one file, and writing it each time would take time
# that grows with the square of the Library.
SAVE_AFTER = 1000
SAVE_SHARE = 8
# Words are written sooner: it takes the time of what is new alone, and who asks meanwhile must not have much to do.
LEXICAL_AFTER = 250
_T = TypeVar("_T")


class Source(Protocol):
    """What the retriever needs of the Library's store."""

    def snapshot(self) -> AbstractContextManager[None]:
        """One consistent view over several reads in this thread."""

    def change(self) -> int:
        """The number of the last change."""

    def delta(self, since: int) -> Delta:
        """What was removed and added after change ``since``."""

    def waiting(self, since: int) -> tuple[int, int]:
        """How many passages came or went after change ``since``, and how many there are."""

    def model(self) -> dict[str, str]:
        """The recorded embedding model; empty for an empty Library."""

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Vectors of passages, shape (n, dimension), in the order of ``ids``."""

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Passages by id, without those that are gone."""

    def passage_ids_of(self, document_ids: Sequence[str]) -> NDArray[np.int64]:
        """Ids of all passages of these documents."""

    def titles(self) -> dict[str, str]:
        """Titles by document id."""

    def about(self, document_ids: Iterable[str]) -> dict[str, About]:
        """Title, date, organisation and extent of documents by id."""

    def numbers(self) -> list[tuple[str, str]]:
        """Id and number of the documents that have one."""

    def sketches(self, document_ids: Sequence[str]) -> dict[str, bytes]:
        """What tells by id which documents are copies of each other."""


class Delta(Protocol):
    """What changed since a cache was built."""

    @property
    def change(self) -> int:
        """The change number that the cache stands at afterwards."""

    @property
    def removed(self) -> Sequence[int]:
        """Ids of passages to take away."""

    @property
    def added(self) -> Sequence[int]:
        """Ids of passages to add."""

    @property
    def whole(self) -> bool:
        """Whether the cache was not built from this Library, and starts from nothing."""


@dataclass(frozen=True, slots=True)
class Fused:
    """Candidates: ``scores`` are fused, best first; ``dense`` and ``lexical`` are each part's, by passage id."""

    scores: list[tuple[int, float]]
    dense: dict[int, float]
    lexical: dict[int, float]


class _Query:
    """A question, embedded when its vector is first needed."""

    def __init__(self, text: str, embedder: Callable[[], Embedder]) -> None:
        self.text = text
        self._embedder = embedder
        self._vector: NDArray[np.float32] | None = None

    def vector(self) -> NDArray[np.float32]:
        """Shape (1, dimension)."""
        if self._vector is None:
            self._vector = self._embedder().encode_queries([simplify(self.text)])
        return self._vector


def checked(question: str) -> str:
    """The question, stripped; raises ``QuestionError`` when it is empty or far too long to be one."""
    stripped = question.strip()
    if not stripped:
        raise QuestionError("the question is empty", "ask something, for example: 2022年一般公共预算收入是多少？")
    if len(stripped) > MAX_QUESTION:
        raise QuestionError(
            f"the question has {len(stripped):,} characters; at most {MAX_QUESTION:,} are read",
            "ask one thing at a time; to search in a text, add it as a document",
        )
    return stripped


class Retriever:
    """Searches the passages of one Library; its indexes are caches in ``folder`` and may be deleted.

    Where the folder cannot be written, they live as long as this object: the vectors in memory, the lexical index in
    a temporary folder of its own, or in memory too.
    """

    def __init__(self, source: Source, folder: Path, embedder: Callable[[], Embedder]) -> None:
        self._source = source
        self._folder = folder
        self._embedder = embedder
        self._vectors: VectorIndex | None = None
        self._vectors_change = 0
        self._saved_change = 0
        self._lexical = LexicalIndex(folder / "lexical")
        self._private: tempfile.TemporaryDirectory[str] | None = None
        self._mutex = threading.RLock()

    # -- caches -------------------------------------------------------------------------------------------

    @property
    def _vector_file(self) -> Path:
        return self._folder / "vectors.faiss"

    def _refresh_vectors(self) -> None:
        """Bring the vector index in memory up to the Library's change number."""
        import numpy as np

        from embeddings.errors import IndexUnreadable
        from embeddings.index import VectorIndex

        change = self._source.change()
        if self._vectors is not None and self._vectors_change == change:
            return
        dimension = int(self._source.model().get("model_dimension", 0))
        if self._vectors is None:
            try:
                self._vectors, self._vectors_change = VectorIndex.load(self._vector_file, dimension)
                self._saved_change = self._vectors_change
            except IndexUnreadable:
                self._vectors, self._vectors_change = VectorIndex(dimension), 0
        with self._source.snapshot():
            delta = self._source.delta(self._vectors_change)
            added = self._source.vectors(delta.added)
        if delta.whole:
            self._vectors = VectorIndex(dimension)
        if delta.removed:
            self._vectors.remove(np.array(delta.removed, dtype=np.int64))
        if delta.added:
            self._vectors.add(np.array(delta.added, dtype=np.int64), added)
        self._vectors_change = delta.change

    def _refresh_lexical(self, *, wait: bool, rebuild: bool = False) -> None:
        """Bring the lexical index up to date, unless another process is at it and ``wait`` is false."""
        if self._lexical.change() == self._source.change() and not rebuild:
            return
        try:
            with self._lexical_lock(wait=wait):
                self._update_lexical(self._lexical, rebuild=rebuild)
        except filelock.Timeout:
            pass  # that process will finish it; what is gone is dropped when passages are looked up
        except (OSError, LexicalUnreadable):
            if self._lexical.in_memory:
                raise
            self._leave_folder()
            self._refresh_lexical(wait=wait)

    @contextlib.contextmanager
    def _lexical_lock(self, *, wait: bool) -> Iterator[None]:
        if self._private is not None or self._lexical.in_memory:
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self._folder / "lexical.lock", timeout=CACHE_SECONDS if wait else 0):
            yield

    def _update_lexical(self, index: LexicalIndex, *, rebuild: bool = False) -> None:
        delta = self._source.delta(0 if rebuild else index.change())
        _, size = self._source.waiting(delta.change)
        ghosts = index.ghosts() + len(delta.removed)
        if size <= REBUILT_UP_TO and ghosts * GHOST_SHARE > size:
            delta = self._source.delta(0)
        try:
            index.update(delta.removed, self._entries(delta.added), delta.change, whole=delta.whole)
        except LexicalUnreadable:
            index.clear()
            delta = self._source.delta(0)
            index.update((), self._entries(delta.added), delta.change, whole=True)

    def _leave_folder(self) -> None:
        """Go on with a lexical index of this object's own, because the folder, or its copy, cannot be written."""
        if self._private is None:
            with contextlib.suppress(OSError):
                self._private = tempfile.TemporaryDirectory(prefix="yinda-", ignore_cleanup_errors=True)
                self._lexical = self._lexical.copy_to(Path(self._private.name))
                return
        self._lexical = LexicalIndex(None)

    def _of_lexical(self, read: Callable[[], _T]) -> _T:
        """What ``read`` gives of the lexical index, which is built anew where it cannot be read."""
        # Damaged, cleared by another process just now, or in a folder in which tantivy cannot make its lock; a cache
        # is rebuilt, never mended. At most: left for its copy, that one rebuilt, left for memory.
        for _ in range(3):
            with contextlib.suppress(LexicalUnreadable):
                return read()
            self._refresh_lexical(wait=True, rebuild=True)
        return read()

    def _entries(self, ids: Sequence[int]) -> Iterator[LexicalEntry]:
        titles = self._source.titles()
        for start in range(0, len(ids), 1000):
            for passage in self._source.passages(ids[start : start + 1000]).values():
                yield LexicalEntry(
                    passage.id,
                    passage.document_id,
                    passage.text,
                    context(titles.get(passage.document_id, ""), passage.heading_path),
                )

    def save(self, *, lazily: bool = False) -> None:
        """Write both caches at the Library's present change number; searching goes on meanwhile.

        ``lazily``: only when much came or went since. Who adds one document after another need not wait each time,
        because a cache that lags behind is brought up to date when it is read.
        """
        packed = None
        with self._mutex:
            if not self._source.model():
                return
            if lazily and not self._saved_change:
                self._refresh_vectors()  # which finds what is saved
            waiting, passages = self._source.waiting(self._saved_change)
            # What there is none of yet is begun at once.
            if waiting >= (max(SAVE_AFTER, passages // SAVE_SHARE) if lazily and self._saved_change else 1):
                self._refresh_vectors()
                assert self._vectors is not None
                packed = self._vectors.packed(self._vectors_change)
                self._saved_change = self._vectors_change
        if packed is not None:
            # A cache that cannot be written stays in memory.
            with contextlib.suppress(OSError, filelock.Timeout):
                self._folder.mkdir(parents=True, exist_ok=True)
                with filelock.FileLock(self._folder / "vectors.lock", timeout=CACHE_SECONDS):
                    # What a process left that was killed while it wrote.
                    for leftover in self._folder.glob(f".{self._vector_file.name}-*"):
                        leftover.unlink()
                    packed.write(self._vector_file)
        standing = self._lexical.change()
        if self._source.waiting(standing)[0] >= (LEXICAL_AFTER if lazily and standing else 1):
            self._write_lexical()

    def _write_lexical(self) -> None:
        """Bring the lexical index up to date as another process would: this one's searches do not wait for it."""
        aside = LexicalIndex(self._folder / "lexical")
        with self._mutex:
            if self._private is not None or self._lexical.in_memory:
                self._refresh_lexical(wait=True)
                return
        if aside.change() == self._source.change():
            return
        # What goes wrong here is met again, and mended, by the next search.
        with contextlib.suppress(OSError, LexicalUnreadable, filelock.Timeout), self._lexical_lock(wait=True):
            self._update_lexical(aside)

    def problems(self) -> list[str]:
        """Where the caches, once brought up to date, do not hold what the Library holds."""
        with self._mutex:
            if not self._source.model():
                return []
            self._refresh_vectors()
            self._refresh_lexical(wait=True)
            assert self._vectors is not None
            expected = set(self._source.delta(0).added)
            out: list[str] = []
            if set(self._vectors.ids().tolist()) != expected:
                out.append("the vector index does not hold the Library's passages")
            if self._of_lexical(lambda: self._lexical.ids()) != expected:
                out.append("the lexical index does not hold the Library's passages")
            return out

    def rebuild(self) -> None:
        """Make both caches anew from the Library, whatever there is."""
        with self._mutex:
            self._vectors, self._vectors_change, self._saved_change = None, 0, 0
            with contextlib.suppress(OSError):
                self._vector_file.unlink(missing_ok=True)
            if self._source.model():
                self._refresh_vectors()
                self._refresh_lexical(wait=True, rebuild=True)
        self.save()

    def close(self) -> None:
        """Let go of the indexes."""
        with self._mutex:
            self._vectors = None
            self._lexical = LexicalIndex(self._folder / "lexical")
            if self._private is not None:
                self._private.cleanup()
                self._private = None

    # -- searching ----------------------------------------------------------------------------------------

    def search(self, question: str, k: int, among: Callable[[], Sequence[str] | None] = lambda: None) -> list[Hit]:
        """The ``k`` best passages, best first; ``among`` chooses the documents (ids) that count, None for all.

        All of a search is of one committed state of the Library, whatever other processes write meanwhile.
        Raises ``QuestionError`` for an empty or oversized question, ``ValueError`` for ``k`` below 1.
        """
        question = checked(question)
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        if not self._source.model():
            return []
        asked = asked_of(question)
        depth = max(ALIKE_CANDIDATES if asked.any else CANDIDATES, k)
        query = _Query(question, self._embedder)
        with self._mutex:
            for attempts_left in reversed(range(ATTEMPTS)):
                self._refresh()
                with self._source.snapshot():
                    # Another process may write between the two; passages that went since are dropped below, but what
                    # came in their place would be missing.
                    if attempts_left and self._source.change() != self._vectors_change:
                        continue
                    documents = among()
                    fused = self._with_named(query, depth, documents, self._fused(query, depth, documents))
                    if attempts_left and self._lexical.change() > self._vectors_change:
                        continue
                    # Passages that are gone are not in the answer, whatever the caches say.
                    passages = self._source.passages([identifier for identifier, _ in fused.scores])
                    abouts = self._source.about({p.document_id for p in passages.values()})
                    ranked = rerank(fused.scores, asked, passages, abouts)
                    kept = without_copies(ranked, passages, abouts, self._source.sketches)[:k]
                    break
        ranks = {part: _ranks(scores) for part, scores in (("dense", fused.dense), ("lexical", fused.lexical))}
        hits = []
        for identifier, score, also in kept:
            passage = passages[identifier]
            about = abouts.get(passage.document_id, About())
            hits.append(
                Hit(
                    passage,
                    score,
                    _contribution(identifier, fused.dense, ranks["dense"]),
                    _contribution(identifier, fused.lexical, ranks["lexical"]),
                    about.title,
                    about.date,
                    about.organisation,
                    about.position(passage),
                    also,
                )
            )
        return hits

    def _with_named(self, query: _Query, depth: int, documents: Sequence[str] | None, fused: Fused) -> Fused:
        """The candidates, those of a document whose number the question names in front of all others."""
        among = None if documents is None else set(documents)
        named = [
            identifier
            for identifier in (named_in(query.text, self._source.numbers()) if may_name(query.text) else ())
            if among is None or identifier in among
        ]
        if not named:
            return fused
        theirs = self._fused(query, depth, named)
        scores = dict(fused.scores)
        scores |= {identifier: score + NAMED for identifier, score in theirs.scores}
        return Fused(
            sorted(scores.items(), key=lambda item: (-item[1], item[0])),
            theirs.dense | fused.dense,
            theirs.lexical | fused.lexical,
        )

    def fused(self, question: str, depth: int, documents: Sequence[str] | None = None) -> Fused:
        """The candidates of both parts, ``depth`` of each, with their fused scores, before year and place count."""
        with self._mutex:
            self._refresh()
            return self._fused(_Query(question, self._embedder), depth, documents)

    def _refresh(self) -> None:
        self._refresh_vectors()
        self._refresh_lexical(wait=False)

    def _fused(self, query: _Query, depth: int, documents: Sequence[str] | None) -> Fused:
        dense, lexical = self._candidates(query, depth, documents)
        size = len(self._vectors) if self._vectors is not None else 0
        return Fused(fuse(dense, lexical, size), dense, lexical)

    def _candidates(
        self, query: _Query, depth: int, documents: Sequence[str] | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Cosines and BM25 scores by passage id; every candidate of either part has a cosine."""
        import numpy as np

        assert self._vectors is not None
        allowed = None if documents is None else self._source.passage_ids_of(documents)
        if len(self._vectors) == 0 or (allowed is not None and len(allowed) == 0):
            return {}, {}
        lexical = dict(self._of_lexical(lambda: self._lexical.search(query.text, depth, documents)))
        vector = query.vector()
        dense = self._cosines(vector, depth, allowed)
        missing = np.array([identifier for identifier in lexical if identifier not in dense], dtype=np.int64)
        if len(missing):
            dense |= self._cosines(vector, len(missing), missing)
        return dense, lexical

    def _cosines(self, vector: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None) -> dict[int, float]:
        assert self._vectors is not None
        ids, scores = self._vectors.search(vector, k, allowed)
        return {int(i): float(s) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0}


def _ranks(scores: dict[int, float]) -> dict[int, int]:
    ordered = sorted(scores, key=lambda identifier: -scores[identifier])
    return {identifier: rank for rank, identifier in enumerate(ordered, 1)}


def _contribution(identifier: int, scores: dict[int, float], ranks: dict[int, int]) -> Contribution | None:
    return Contribution(ranks[identifier], scores[identifier]) if identifier in scores else None
