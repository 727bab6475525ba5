"""Libraries that benchmarks keep in the user's cache, so that a later run with another reader only reads.

A Library is named after what goes into it and the program that puts it there. One that was left unfinished is gone on
with. The vectors of passages are kept beside them: a Library of other paragraphs embeds only those that none had.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings import Embedder, cache_folder, load_embedder
from eval.errors import RunError
from eval.names import document_text
from eval.runs.corpus import Corpus, corpus_of
from eval.runs.identity import set_digest
from eval.types import EvaluationSet
from qa.progress import Progress

if TYPE_CHECKING:
    from embeddings.packed_e5 import FloatArray

_CHUNK = 500


def folder_of(name: str, embedder: Embedder, contents: Iterable[str]) -> Path:
    """Where a Library of these contents is kept: another folder for another model, or another way to cut passages.

    ``contents`` name or are what goes into it, in an order that stays.
    """
    import qa.documents
    import qa.library
    import qa.text

    digest = hashlib.sha256("\n".join((embedder.identity, *contents)).encode())
    for package in (qa.documents, qa.library, qa.text):
        for file in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            digest.update(file.read_bytes())
    slug = re.sub(r"[^\w.-]+", "-", name)
    return _folder() / f"{slug}-{digest.hexdigest()[:12]}"


@contextmanager
def kept_corpus(
    data: EvaluationSet, *, beside: Sequence[EvaluationSet] = (), progress: Progress = False
) -> Iterator[Corpus]:
    """The documents of a set, and of the sets ``beside``, in a Library that is kept; see ``corpus_of``."""
    used = embedder()
    texts = {document_text(one, d.title, d.text) for one in (data, *beside) for d in one.documents}
    files = {f"{source.name}\n{set_digest(source)}" for one in (data, *beside) for source in one.sources}
    contents = sorted({hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() for text in texts} | files)
    folder = folder_of(data.name, used, contents)
    with corpus_of(data, folder, model=used, beside=beside, progress=progress) as corpus:
        yield corpus


@cache
def embedder() -> Embedder:
    """The default model, remembering; one for all Libraries of a run."""
    return remembering(load_embedder())


def remembering(model: Embedder) -> Embedder:
    """The same model, which embeds each passage once: its vectors are kept in the cache."""
    key = hashlib.sha256(model.identity.encode()).hexdigest()[:12]
    return _Remembering(model, _folder() / f"vectors-{key}.sqlite")


class _Remembering(Embedder):
    def __init__(self, embedder: Embedder, file: Path) -> None:
        super().__init__(embedder.model, name=embedder.name, identity=embedder.identity)
        self._file = file

    def encode_passages(
        self, texts: Sequence[str], *, batch_size: int = 32, progress: Callable[[int], None] | None = None
    ) -> FloatArray:
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._file, timeout=30)) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL)")
                known = _known(connection, keys)
                missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
                if progress is not None and len(missing) < len(texts):
                    progress(len(texts) - len(missing))
                rows = super().encode_passages(list(missing.values()), batch_size=batch_size, progress=progress)
                new = {key: row.astype("<f4").tobytes() for key, row in zip(missing, rows, strict=True)}
                with connection:
                    connection.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?)", new.items())
        except (OSError, sqlite3.Error) as error:
            raise RunError(
                f"{self._file}: {error}", "delete it: it is made again; YINDA_CACHE names another"
            ) from error
        known |= new
        return np.array([np.frombuffer(known[key], "<f4") for key in keys], np.float32).reshape(-1, self.dimension)


def _known(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, bytes]:
    known: dict[str, bytes] = {}
    for first in range(0, len(keys), _CHUNK):
        some = keys[first : first + _CHUNK]
        marks = ",".join("?" * len(some))
        known.update(connection.execute(f"SELECT key, vector FROM vectors WHERE key IN ({marks})", some))
    return known


def _folder() -> Path:
    return cache_folder() / "bench"
