"""The Library's SQLite file: the one truth about documents, passages and vectors.

A ``Store`` may be used from several threads (each gets its own connection) and several processes (write-ahead log,
one writer at a time). Every public method that writes is one transaction: it is done whole or not at all.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import LibraryError
from qa.library import schema
from qa.retriever.circumstance import About
from qa.types import Document, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BUSY_SECONDS = 30.0
# SQLite's default limit on host parameters is 32,766; staying far below keeps statements small.
_CHUNK = 500
_RANDOM_BITS = 20
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage about to be stored: offsets, headings, and its vector as float32 bytes."""

    start: int
    end: int
    heading_path: tuple[str, ...]
    page: int | None
    embedded_text: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed between two change numbers: ids that are gone, and ids that are new.

    ``whole``: the earlier number is none of this Library's; ``added`` is everything, and a cache starts from nothing.
    """

    change: int
    removed: tuple[int, ...]
    added: tuple[int, ...]
    whole: bool


class Store:
    """Reads and writes ``library.sqlite``; made when absent unless ``create`` is false.

    Raises ``LibraryError`` when the file is not a Library, was made by a newer version, or is busy for longer
    than ``BUSY_SECONDS``.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        if not path.exists() and not create:
            raise LibraryError(f"no Library at {path.parent}", "check the path, or make one with: yinda add PATH")
        self._prepare()

    # -- connections and transactions -----------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise LibraryError(
                    f"the Library at {self.path.parent} is busy: another process is writing to it",
                    "wait for it to finish and try again",
                ) from error
            if "readonly" in str(error) or "disk" in str(error) or "unable to open" in str(error):
                raise LibraryError(
                    f"the Library at {self.path.parent} cannot be opened or written: {error}",
                    "check the folder's permissions and the free space",
                ) from error
            raise self._unsound(error) from error
        except sqlite3.IntegrityError as error:
            raise LibraryError(
                f"another process changed the Library at {self.path.parent} in the same place at the same time",
                "run the command again",
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._unsound(error) from error

    def _unsound(self, error: sqlite3.Error) -> LibraryError:
        return LibraryError(
            f"{self.path} is not a sound Yinda Library: {error}",
            "choose another folder, or restore the file from a back-up",
        )

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._translated():
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # SQLite itself rolls back on some errors, such as a full disk.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold one consistent view of the Library over several reads in this thread."""
        connection = self._connect()
        if connection.in_transaction:
            yield
            return
        with self._translated():
            connection.execute("BEGIN")
            try:
                yield
            finally:
                connection.execute("COMMIT")

    def _prepare(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"the folder {self.path.parent} cannot be made: {error.strerror}", "choose another folder"
            ) from error
        # Looked at before anything is written: a database that is not a Library stays as it is.
        version = self._schema_version()
        if version is None or version <= schema.VERSION:
            with self._translated():
                self._connect().execute("PRAGMA journal_mode = WAL")
        if version is None:
            with self._write() as connection:
                # Another process may have made it while this one waited for the lock.
                if self._schema_version() is None:
                    for statement in schema.STATEMENTS:
                        connection.execute(statement)
                    connection.executemany(
                        "INSERT INTO meta VALUES (?, ?)", [("schema", str(schema.VERSION)), ("change", "0")]
                    )
        elif version > schema.VERSION:
            raise LibraryError(
                f"the Library at {self.path.parent} was made by a newer version of Yinda"
                f" (its layout is {version}, this version knows {schema.VERSION})",
                "update Yinda: pip install --upgrade yinda",
            )

    def _schema_version(self) -> int | None:
        with self._translated():
            connection = self._connect()
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if "meta" not in tables:
                if tables - {"sqlite_sequence"}:
                    raise LibraryError(f"{self.path} is a database, but not a Yinda Library", "choose another folder")
                return None
            row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        if row is None or not str(row[0]).isdigit():
            raise LibraryError(f"{self.path} is a database, but not a Yinda Library", "choose another folder")
        return int(row[0])

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    # -- meta -------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A recorded setting, or None."""
        with self._translated():
            row = self._connect().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def change(self) -> int:
        """The number of the last change; it grows with every add, replacement and removal."""
        return int(self.meta("change") or 0)

    def record_model(self, name: str, identity: str, dimension: int) -> None:
        """Record the embedding model, once; raises ``LibraryError`` when another one is recorded already."""
        with self._write() as connection:
            recorded = dict(connection.execute("SELECT key, value FROM meta WHERE key LIKE 'model%'"))
            if not recorded:
                connection.executemany(
                    "INSERT INTO meta VALUES (?, ?)",
                    [("model", name), ("model_identity", identity), ("model_dimension", str(dimension))],
                )
            elif recorded["model_identity"] != identity:
                raise other_model(recorded, identity, dimension)

    def model(self) -> dict[str, str]:
        """``model``, ``model_identity`` and ``model_dimension`` as recorded; empty before the first add."""
        with self._translated():
            return dict(self._connect().execute("SELECT key, value FROM meta WHERE key LIKE 'model%'"))

    # -- documents --------------------------------------------------------------------------------------

    _DOCUMENT = "id, title, text, date, organisation, source, media_type, location, sha256"

    @staticmethod
    def _document(row: Sequence[Any]) -> Document:
        return Document(*row)

    def documents(self) -> list[Document]:
        """All documents, in the order in which they came."""
        with self._translated():
            rows = self._connect().execute(f"SELECT {self._DOCUMENT} FROM documents ORDER BY rowid").fetchall()
        return [self._document(row) for row in rows]

    def document(self, document_id: str) -> Document | None:
        """One document, or None."""
        with self._translated():
            row = (
                self._connect()
                .execute(f"SELECT {self._DOCUMENT} FROM documents WHERE id = ?", (document_id,))
                .fetchone()
            )
        return None if row is None else self._document(row)

    def find(self, *, location: str | None = None, sha256: str | None = None) -> tuple[str, str, str] | None:
        """``(id, sha256, title)`` of the document at this location, or with these bytes; None when there is none."""
        column, value = ("location", location) if location is not None else ("sha256", sha256)
        with self._translated():
            row = (
                self._connect()
                .execute(f"SELECT id, sha256, title FROM documents WHERE {column} = ? LIMIT 1", (value,))
                .fetchone()
            )
        return None if row is None else (str(row[0]), str(row[1]), str(row[2]))

    def original(self, document_id: str) -> tuple[str, bytes] | None:
        """The file name and the bytes as they were given."""
        with self._translated():
            row = (
                self._connect()
                .execute("SELECT name, data FROM originals WHERE document_id = ?", (document_id,))
                .fetchone()
            )
        return None if row is None else (str(row[0]), zlib.decompress(row[1]))

    def page_starts(self, document_id: str) -> tuple[int, ...]:
        """The offsets at which a document's pages begin; empty for one without pages."""
        recorded = self.meta(_pages_key(document_id))
        return () if recorded is None else tuple(json.loads(recorded))

    def select_documents(
        self,
        *,
        documents: Iterable[str] | None = None,
        organisation: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[str]:
        """Ids of the documents that pass every given filter.

        ``organisation`` matches exactly or as a part of the name. A date such as ``2023`` stands for the whole
        year: it lies within ``since="2023-02"`` and within ``until="2023"``. Undated documents pass no date filter.
        """
        where, values = ["1"], list[str]()
        if organisation is not None:
            where.append("instr(organisation, ?) > 0")
            values.append(organisation)
        if since is not None:
            # Compared at the coarser of both precisions, so that a year meets a day in it.
            where.append("substr(date, 1, length(?)) >= substr(?, 1, length(date))")
            values += [since, since]
        if until is not None:
            where.append("substr(date, 1, length(?)) <= substr(?, 1, length(date))")
            values += [until, until]
        with self._translated():
            rows = self._connect().execute(f"SELECT id FROM documents WHERE {' AND '.join(where)}", values).fetchall()
        found = [str(row[0]) for row in rows]
        if documents is None:
            return found
        wanted = set(documents)
        return [identifier for identifier in found if identifier in wanted]

    def titles(self) -> dict[str, str]:
        """Titles by document id."""
        with self._translated():
            return dict(self._connect().execute("SELECT id, title FROM documents"))

    def about(self, document_ids: Iterable[str]) -> dict[str, About]:
        """Title, date, organisation and extent of documents by id, without reading their texts."""
        found: dict[str, About] = {}
        for chunk in _chunks(list(document_ids)):
            with self._translated():
                rows = self._connect().execute(
                    "SELECT d.id, d.title, d.date, d.organisation,"
                    ' (SELECT max("end") FROM passages p WHERE p.document_id = d.id)'
                    f" FROM documents d WHERE d.id IN ({_marks(chunk)})",
                    chunk,
                )
                found.update((str(row[0]), About(row[1], row[2], row[3], row[4] or 0)) for row in rows)
        return found

    def passage_counts(self) -> dict[str, int]:
        """Passages by document id."""
        with self._translated():
            return dict(self._connect().execute("SELECT document_id, count(*) FROM passages GROUP BY document_id"))

    # -- writing ----------------------------------------------------------------------------------------

    def put(
        self,
        document: Document,
        name: str,
        data: bytes,
        passages: Sequence[NewPassage],
        page_starts: Sequence[int] = (),
    ) -> None:
        """Store a document with its passages and the offsets of its pages; one of the same id is replaced, whole."""
        with self._write() as connection:
            change = self._next_change(connection)
            self._delete(connection, document.id, change)
            connection.execute(
                f"INSERT INTO documents ({self._DOCUMENT}, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.id,
                    document.title,
                    document.text,
                    document.date,
                    document.organisation,
                    document.source,
                    document.media_type,
                    document.path,
                    document.sha256,
                    change,
                ),
            )
            connection.execute("INSERT INTO originals VALUES (?, ?, ?)", (document.id, name, zlib.compress(data)))
            if page_starts:
                connection.execute(
                    "INSERT INTO meta VALUES (?, ?)", (_pages_key(document.id), json.dumps(list(page_starts)))
                )
            connection.executemany(
                'INSERT INTO passages (document_id, ordinal, start, "end", page, heading_path, embedded_text,'
                " vector, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        document.id,
                        ordinal,
                        p.start,
                        p.end,
                        p.page,
                        json.dumps(p.heading_path, ensure_ascii=False),
                        p.embedded_text,
                        p.vector,
                        change,
                    )
                    for ordinal, p in enumerate(passages)
                ],
            )

    def relocate(self, document_id: str, location: str) -> None:
        """Say where a document's file is now, when it had no place or the file is no longer there (it was moved)."""
        with self._translated():
            row = self._connect().execute("SELECT location FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is not None and row[0] != location and (row[0] is None or not Path(row[0]).exists()):
            with self._write() as connection:
                connection.execute("UPDATE documents SET location = ? WHERE id = ?", (location, document_id))

    def delete(self, document_id: str) -> bool:
        """Remove a document with everything that belongs to it; False when there is none of this id."""
        with self._write() as connection:
            if connection.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is None:
                return False
            self._delete(connection, document_id, self._next_change(connection))
        return True

    @staticmethod
    def _next_change(connection: sqlite3.Connection) -> int:
        last = int(connection.execute("SELECT value FROM meta WHERE key = 'change'").fetchone()[0])
        change = ((last >> _RANDOM_BITS) + 1 << _RANDOM_BITS) + secrets.randbits(_RANDOM_BITS)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'change'", (str(change),))
        connection.execute("INSERT INTO changes VALUES (?)", (change,))
        return change

    @staticmethod
    def _delete(connection: sqlite3.Connection, document_id: str, change: int) -> None:
        connection.execute(
            "INSERT INTO removals SELECT id, ? FROM passages WHERE document_id = ?", (change, document_id)
        )
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        connection.execute("DELETE FROM meta WHERE key = ?", (_pages_key(document_id),))

    # -- passages ---------------------------------------------------------------------------------------

    _PASSAGE = 'p.id, p.document_id, p.ordinal, p.start, p."end", p.heading_path, p.page'

    @staticmethod
    def _passage(row: Sequence[Any], text: str) -> Passage:
        identifier, document_id, ordinal, start, end, heading_path, page = row
        return Passage(identifier, document_id, ordinal, start, end, text, tuple(json.loads(heading_path)), page)

    def passages_of(self, document_id: str) -> list[Passage]:
        """The passages of one document, in order."""
        document = self.document(document_id)
        if document is None:
            return []
        with self._translated():
            rows = (
                self._connect()
                .execute(
                    f"SELECT {self._PASSAGE} FROM passages p WHERE document_id = ? ORDER BY ordinal",
                    (document_id,),
                )
                .fetchall()
            )
        return [self._passage(row, document.text[row[3] : row[4]]) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Passages by id; ids that are not (or no longer) in the Library are left out."""
        found: dict[int, Passage] = {}
        for chunk in _chunks(ids):
            # substr on the document's text, so that a Library of large documents is not read whole for a few
            # passages; SQLite counts characters from 1.
            with self._translated():
                rows = self._connect().execute(
                    f'SELECT {self._PASSAGE}, substr(d.text, p.start + 1, p."end" - p.start)'
                    f" FROM passages p JOIN documents d ON d.id = p.document_id WHERE p.id IN ({_marks(chunk)})",
                    chunk,
                )
                for *row, text in rows:
                    found[row[0]] = self._passage(row, text)
        return found

    def passage_ids_of(self, document_ids: Sequence[str]) -> NDArray[np.int64]:
        """Ids of all passages of these documents, sorted, as an int64 array."""
        import numpy as np

        found: list[int] = []
        for chunk in _chunks(document_ids):
            with self._translated():
                rows = self._connect().execute(f"SELECT id FROM passages WHERE document_id IN ({_marks(chunk)})", chunk)
                found.extend(row[0] for row in rows)
        return np.array(sorted(found), dtype=np.int64)

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Vectors of these passages, shape (n, dimension), in the order of ``ids``; each id must exist."""
        import numpy as np

        dimension = int(self.model().get("model_dimension", 0))
        position = {identifier: i for i, identifier in enumerate(ids)}
        out = np.empty((len(ids), dimension), dtype=np.float32)
        seen = 0
        for chunk in _chunks(ids):
            with self._translated():
                rows = self._connect().execute(f"SELECT id, vector FROM passages WHERE id IN ({_marks(chunk)})", chunk)
                for identifier, blob in rows:
                    out[position[identifier]] = np.frombuffer(blob, dtype="<f4")
                    seen += 1
        if seen != len(ids):
            raise KeyError("a passage without a vector was asked for")
        return out

    def vectors_by_text(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Stored vectors, as bytes, by the hash of the text that was embedded."""
        found: dict[str, bytes] = {}
        for chunk in _chunks(keys):
            with self._translated():
                found.update(
                    self._connect().execute(
                        f"SELECT embedded_text, vector FROM passages WHERE embedded_text IN ({_marks(chunk)})",
                        chunk,
                    )
                )
        return found

    def delta(self, since: int) -> Delta:
        """What a cache built at change ``since`` has to take away and to add, to stand at ``Delta.change``."""
        with self.snapshot():
            connection = self._connect()
            known = connection.execute("SELECT 1 FROM changes WHERE number = ?", (since,)).fetchone() is not None
            if not known:
                since = 0
            removed = connection.execute("SELECT passage_id FROM removals WHERE change > ?", (since,)) if known else ()
            added = connection.execute("SELECT id FROM passages WHERE added > ? ORDER BY id", (since,))
            return Delta(self.change(), tuple(row[0] for row in removed), tuple(row[0] for row in added), not known)

    # -- soundness --------------------------------------------------------------------------------------

    def problems(self) -> list[str]:
        """Everything that is wrong with the file: damage, offsets outside the text, vectors of a wrong size."""
        out: list[str] = []
        with self._translated():
            connection = self._connect()
            out += [f"SQLite: {row[0]}" for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                out.append("SQLite: rows that refer to a document that is not there")
            wrong = connection.execute(
                "SELECT count(*) FROM passages p JOIN documents d ON d.id = p.document_id"
                ' WHERE p.start < 0 OR p."end" <= p.start OR p."end" > length(d.text)'
            ).fetchone()[0]
            if wrong:
                out.append(f"{wrong} passages have offsets outside their document")
            dimension = int(self.model().get("model_dimension", 0))
            wrong = connection.execute(
                "SELECT count(*) FROM passages WHERE length(vector) <> ?", (4 * dimension,)
            ).fetchone()[0]
            if wrong:
                out.append(f"{wrong} passages have a vector of a wrong size")
        return out


def other_model(recorded: dict[str, str], identity: str, dimension: int) -> LibraryError:
    """The error for a Library whose vectors come from another model than the one at hand."""
    theirs = recorded["model_identity"]
    hint = f"open it without naming a model or with {recorded['model']!r}, or add the documents to a new Library"
    if theirs.startswith(f"{identity}/") or identity.startswith(f"{theirs}/"):
        hint = "the model was tuned since, or is no more: add the documents to a new Library"
    return LibraryError(
        f"this Library was made with the model {theirs}"
        f" ({recorded['model_dimension']} dimensions), not with {identity} ({dimension} dimensions)",
        hint,
    )


def _pages_key(document_id: str) -> str:
    """Under which the offsets of a document's pages are recorded, as a JSON array."""
    return f"pages of {document_id}"


def _marks(chunk: Sequence[object]) -> str:
    return ",".join("?" * len(chunk))


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
