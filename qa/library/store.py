"""The Library's SQLite file: the one truth about documents, passages and vectors.

A ``Store`` may be used from several threads and several processes (see ``qa.sqlite``). Every public method that writes
is one transaction: it is done whole or not at all.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qa.errors import LibraryError, no_library
from qa.library import schema
from qa.library.reading import ReadingConnection
from qa.library.sources import is_there
from qa.retriever.circumstance import About
from qa.sqlite import BUSY_SECONDS, Database, Inaccessible
from qa.text.sketch import marks, overlap
from qa.types import CatalogueEntry, Document, Passage, Unread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# SQLite's default limit on host parameters is 32,766; staying far below keeps statements small.
_CHUNK = 500
_RANDOM_BITS = 20
# Vectors of a document that was begun and not finished. The table is made when there is something to keep; it is no
# part of the layout: nothing is missing where it is not.
_KEPT = """
    CREATE TABLE IF NOT EXISTS kept_vectors (embedded_text TEXT PRIMARY KEY, vector BLOB NOT NULL, kept REAL NOT NULL)
    """
KEPT_SECONDS = 30 * 24 * 3600.0
# So many documents that share marks are compared, those first that share most.
_ALIKE = 50
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

    A passage with another vector, because its title was edited, is in both: it is taken away and added again.

    ``whole``: the earlier number is none of this Library's; ``added`` is everything, and a cache starts from nothing.
    """

    change: int
    removed: tuple[int, ...]
    added: tuple[int, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class NewVector:
    """Another vector for a stored passage: its id, the hash of what was embedded, and float32 bytes."""

    passage_id: int
    embedded_text: str
    vector: bytes


class Store(Database):
    """Reads and writes ``library.sqlite``; made when absent unless ``create`` is false.

    One of an older layout is brought to the present one. One that cannot be written is opened for reading; every
    method that writes then raises ``LibraryError``.

    Raises ``LibraryError`` when the file is not a Library, was made by a newer version, or is busy for longer than
    ``qa.sqlite.BUSY_SECONDS``.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        super().__init__(path, name=f"the Library at {path.parent}", kind="Yinda Library")
        self._reading_only = False
        self._stand_ins: tuple[str, ...] = ()
        if not os.path.exists(path) and not create:
            raise no_library(path.parent)
        self._prepare()

    # -- connections and transactions -----------------------------------------------------------------

    def _connect(self) -> sqlite3.Connection:
        return self._connect_for_reading() if self._reading_only else super()._connect()

    def _connect_for_reading(self) -> sqlite3.Connection:
        reading: ReadingConnection | None = getattr(self._local, "reading", None)
        if reading is not None and not reading.outdated():
            return reading.connection
        newer = self._local.reading = ReadingConnection(self.path, BUSY_SECONDS, self._stand_ins)
        with self._lock:
            if reading is not None:
                # Left to itself, because rows may still be read from it; it closes with the last of them.
                self._connections.remove(reading.connection)
            self._connections.append(newer.connection)
        return newer.connection

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        self.check_writable()
        with super()._write() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Hold one consistent view of the Library over several reads in this thread."""
        with self._translated():
            connection = self._connect()
            if connection.in_transaction:
                yield
                return
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
        try:
            self._lay_out()
        except Inaccessible:
            if not self.path.is_file():
                raise
            self.close()
            self._reading_only = True
            version = self._schema_version()
            if version is None:
                raise
            self._check_known(version)
            self._stand_ins = schema.STAND_INS.get(version, ())
            self.close()

    def _lay_out(self) -> None:
        """Make the tables, or bring those of an older version to the present one."""
        # Looked at before anything is written: a database that is not a Library stays as it is.
        version = self._schema_version()
        if version is not None:
            self._check_known(version)
        self._log_ahead()
        if version == schema.VERSION:
            return
        with self._write() as connection:
            # Another process may have done it while this one waited for the lock.
            version = self._schema_version()
            if version is None:
                for statement in schema.STATEMENTS:
                    connection.execute(statement)
                connection.executemany(
                    "INSERT INTO meta VALUES (?, ?)", [("schema", str(schema.VERSION)), ("change", "0")]
                )
                return
            self._check_known(version)
            for older in range(version, schema.VERSION):
                for statement in schema.MIGRATIONS[older]:
                    connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(schema.VERSION),))

    def _check_known(self, version: int) -> None:
        if version > schema.VERSION:
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

    @property
    def writable(self) -> bool:
        """Whether the file and its folder may be written; a full disk is only noticed when it is."""
        return not self._unwritable()

    def check_writable(self) -> None:
        """Raise ``LibraryError`` when the Library cannot be written."""
        reason = self._unwritable()
        if reason:
            raise Inaccessible(
                f"the Library at {self.path.parent} cannot be written: {reason}",
                "change the folder's permissions and open it again, or copy the folder to a place of your own",
            )

    def _unwritable(self) -> str:
        # SQLite writes its log into the folder, so that both must be writable.
        for place, name in ((self.path.parent, "its folder"), (self.path, self.path.name)):
            if os.path.exists(place) and not os.access(place, os.W_OK):
                return f"{name} is read-only"
        return "it was opened for reading only" if self._reading_only else ""

    # -- meta -------------------------------------------------------------------------------------------

    def meta(self, key: str) -> str | None:
        """A recorded setting, or None."""
        with self._translated():
            row = self._connect().execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def change(self) -> int:
        """The number of the last change; it grows with every add, replacement, edit and removal."""
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

    _COLUMNS = "id, title, text, date, organisation, source, media_type, location, sha256"
    # A process of an older version, still running, adds documents without details.
    _DOCUMENT = f"SELECT {_COLUMNS}, edited, number FROM documents LEFT JOIN details ON document_id = id"

    @staticmethod
    def _document(row: Sequence[Any]) -> Document:
        *known, edited, number = row
        return Document(*[*known, _names(edited), number])

    def documents(self) -> list[Document]:
        """All documents, in the order in which they came."""
        with self._translated():
            rows = self._connect().execute(f"{self._DOCUMENT} ORDER BY documents.rowid").fetchall()
        return [self._document(row) for row in rows]

    def document(self, document_id: str) -> Document | None:
        """One document, or None."""
        with self._translated():
            row = self._connect().execute(f"{self._DOCUMENT} WHERE id = ?", (document_id,)).fetchone()
        return None if row is None else self._document(row)

    def catalogue(self) -> list[CatalogueEntry]:
        """What a list shows of all documents, in the order in which they came; no text is read."""
        with self._translated():
            rows = self._connect().execute(
                "SELECT d.id, d.title, d.date, d.organisation, d.source, d.media_type, d.location, o.name,"
                " coalesce(x.characters, length(d.text)), coalesce(p.passages, 0), x.edited, d.rowid, d.sha256,"
                " x.number"
                " FROM documents d"
                " LEFT JOIN originals o ON o.document_id = d.id"
                " LEFT JOIN details x ON x.document_id = d.id"
                " LEFT JOIN (SELECT document_id, count(*) AS passages FROM passages GROUP BY document_id) p"
                " ON p.document_id = d.id ORDER BY d.rowid"
            )
            return [
                CatalogueEntry(*[*known, _names(edited), added, sha, number])
                for *known, edited, added, sha, number in rows
            ]

    def organisations(self) -> list[str]:
        """The organisations of the documents, each once, those of most documents first."""
        with self._translated():
            rows = self._connect().execute(
                "SELECT organisation FROM documents WHERE organisation IS NOT NULL"
                " GROUP BY organisation ORDER BY count(*) DESC, organisation"
            )
            return [str(row[0]) for row in rows]

    def edits(self, document_id: str) -> tuple[int, dict[str, str | None]]:
        """The change that last wrote a document, and its edited fields with their values; ``(0, {})`` for none."""
        with self.snapshot():
            document = self.document(document_id)
            row = self._connect().execute("SELECT added FROM documents WHERE id = ?", (document_id,)).fetchone()
        if document is None:
            return 0, {}
        return int(row[0]), {name: getattr(document, name) for name in document.edited}

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
        with self._translated():
            row = (
                self._connect()
                .execute("SELECT page_starts FROM details WHERE document_id = ?", (document_id,))
                .fetchone()
            )
        return () if row is None else tuple(json.loads(row[0]))

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
        *,
        sketch: bytes | None = None,
        replacing: int = 0,
    ) -> bool:
        """Store a document with its passages and the offsets of its pages; one of the same id is replaced, whole.

        ``sketch`` is that of its text (``qa.text.sketch``); without it the document is found as nobody's copy.

        ``replacing`` is the change that wrote the document to be replaced, as ``edits`` gives it. False, and nothing
        is stored, when somebody changed that document since.
        """
        with self._write() as connection:
            row = connection.execute("SELECT added FROM documents WHERE id = ?", (document.id,)).fetchone()
            if row is not None and row[0] != replacing:
                return False
            change = self._next_change(connection)
            self._delete(connection, document.id, change)
            connection.execute(
                f"INSERT INTO documents ({self._COLUMNS}, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
            connection.execute(
                "INSERT INTO details VALUES (?, ?, ?, ?, ?)",
                (
                    document.id,
                    len(document.text),
                    json.dumps(document.edited),
                    json.dumps(list(page_starts)),
                    document.number,
                ),
            )
            if sketch is not None:
                self._put_sketch(connection, document.id, sketch)
            connection.execute("INSERT INTO originals VALUES (?, ?, ?)", (document.id, name, zlib.compress(data)))
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
            if self._keeps_vectors(connection):
                connection.executemany(
                    "DELETE FROM kept_vectors WHERE embedded_text = ?", [(p.embedded_text,) for p in passages]
                )
        return True

    def edit(self, document: Document, vectors: Sequence[NewVector], *, replacing: int) -> bool:
        """Store title, date, organisation, number and ``edited`` of a document, and other vectors for its passages.

        ``replacing`` and the result are as in ``put``; also False when the document is gone.
        """
        with self._write() as connection:
            row = connection.execute("SELECT added FROM documents WHERE id = ?", (document.id,)).fetchone()
            if row is None or row[0] != replacing:
                return False
            change = self._next_change(connection)
            connection.execute(
                "UPDATE documents SET title = ?, date = ?, organisation = ?, added = ? WHERE id = ?",
                (document.title, document.date, document.organisation, change, document.id),
            )
            connection.execute(
                "INSERT INTO details VALUES (?, ?, ?, '[]', ?)"
                " ON CONFLICT (document_id) DO UPDATE SET edited = excluded.edited, number = excluded.number",
                (document.id, len(document.text), json.dumps(document.edited), document.number),
            )
            connection.executemany(
                "UPDATE passages SET embedded_text = ?, vector = ?, added = ? WHERE id = ?",
                [(v.embedded_text, v.vector, change, v.passage_id) for v in vectors],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO removals VALUES (?, ?)", [(v.passage_id, change) for v in vectors]
            )
        return True

    def put_original(self, document_id: str, name: str, data: bytes) -> None:
        """Store the file name and the bytes of a document that is there already."""
        with self._write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO originals VALUES (?, ?, ?)", (document_id, name, zlib.compress(data))
            )

    def relocate(self, document_id: str, location: str) -> None:
        """Say where a document's file is now, when it had no place or the file is no longer there (it was moved)."""
        with self._translated():
            row = self._connect().execute("SELECT location FROM documents WHERE id = ?", (document_id,)).fetchone()
        if row is not None and row[0] != location and (row[0] is None or not is_there(row[0])):
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
            "INSERT OR REPLACE INTO removals SELECT id, ? FROM passages WHERE document_id = ?", (change, document_id)
        )
        connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    # -- what could not be read -------------------------------------------------------------------------

    def unread(self) -> list[Unread]:
        """The sources that could not be read when they last were, by place."""
        with self._translated():
            rows = self._connect().execute("SELECT location, name, reason, hint, at FROM unread ORDER BY location")
            return [Unread(*row) for row in rows]

    def remember_unread(self, source: Unread) -> None:
        """Remember that a source could not be read; what was known of its place before is forgotten."""
        with self._write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO unread VALUES (?, ?, ?, ?, ?)",
                (source.location, source.name, source.reason, source.hint, source.at),
            )

    def forget_unread(self, locations: Iterable[str]) -> None:
        """Forget that the sources at these places could not be read."""
        with self._write() as connection:
            connection.executemany("DELETE FROM unread WHERE location = ?", [(each,) for each in locations])

    # -- copies -----------------------------------------------------------------------------------------

    def numbers(self) -> list[tuple[str, str]]:
        """Id and number of the documents that have one."""
        with self._translated():
            rows = self._connect().execute("SELECT document_id, number FROM details WHERE number IS NOT NULL")
            return [(str(identifier), str(number)) for identifier, number in rows]

    def alike(self, sketch: bytes) -> dict[str, float]:
        """Documents that may say almost the same as a text of this sketch, with their overlap (``qa.text.sketch``)."""
        wanted = marks(sketch)
        with self._translated():
            rows = self._connect().execute(
                "SELECT s.document_id, s.sketch FROM (SELECT document_id, count(*) AS shared FROM sketch_marks"
                f" WHERE mark IN ({_marks(wanted)}) GROUP BY document_id ORDER BY shared DESC LIMIT {_ALIKE}) m"
                " JOIN sketches s ON s.document_id = m.document_id",
                wanted,
            )
            return {str(identifier): overlap(sketch, other) for identifier, other in rows}

    def sketches(self, document_ids: Sequence[str]) -> dict[str, bytes]:
        """Sketches by document id."""
        found: dict[str, bytes] = {}
        for chunk in _chunks(document_ids):
            with self._translated():
                found.update(
                    self._connect().execute(
                        f"SELECT document_id, sketch FROM sketches WHERE document_id IN ({_marks(chunk)})", chunk
                    )
                )
        return found

    def unsketched(self) -> list[str]:
        """Ids of documents without a sketch: those that an earlier version added."""
        with self._translated():
            rows = self._connect().execute(
                "SELECT id FROM documents WHERE id NOT IN (SELECT document_id FROM sketches) ORDER BY rowid"
            )
            return [str(row[0]) for row in rows]

    def catch_up(self, document_id: str, sketch: bytes, number: str | None) -> None:
        """Give a document that an earlier version added its sketch, and its number where it has none."""
        with self._write() as connection:
            if connection.execute("SELECT 1 FROM documents WHERE id = ?", (document_id,)).fetchone() is None:
                return
            self._put_sketch(connection, document_id, sketch)
            connection.execute(
                "UPDATE details SET number = ? WHERE document_id = ? AND number IS NULL", (number, document_id)
            )

    @staticmethod
    def _put_sketch(connection: sqlite3.Connection, document_id: str, sketch: bytes) -> None:
        connection.execute("INSERT OR REPLACE INTO sketches VALUES (?, ?)", (document_id, sketch))
        connection.executemany(
            "INSERT OR IGNORE INTO sketch_marks VALUES (?, ?)", [(mark, document_id) for mark in marks(sketch)]
        )

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

    def embedded_texts(self, document_id: str) -> dict[int, str]:
        """The hash of what was embedded, by passage id, of one document."""
        with self._translated():
            return dict(
                self._connect().execute("SELECT id, embedded_text FROM passages WHERE document_id = ?", (document_id,))
            )

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
                if self._keeps_vectors(self._connect()):
                    found.update(
                        self._connect().execute(
                            f"SELECT embedded_text, vector FROM kept_vectors WHERE embedded_text IN ({_marks(chunk)})",
                            chunk,
                        )
                    )
        return found

    def keep_vectors(self, vectors: dict[str, bytes]) -> None:
        """Keep vectors, by the hash of the embedded text, of a document that is not stored yet.

        ``vectors_by_text`` finds them, ``put`` lets go of those it stores, and time of those that nobody came back for.
        """
        with self._write() as connection:
            connection.execute(_KEPT)
            connection.execute("DELETE FROM kept_vectors WHERE kept < ?", (time.time() - KEPT_SECONDS,))
            connection.executemany(
                "INSERT OR REPLACE INTO kept_vectors VALUES (?, ?, ?)",
                [(key, vector, time.time()) for key, vector in vectors.items()],
            )

    @staticmethod
    def _keeps_vectors(connection: sqlite3.Connection) -> bool:
        return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept_vectors'").fetchone() is not None

    def waiting(self, since: int) -> tuple[int, int]:
        """How many passages a cache built at change ``since`` has to add or take away, and how many there are."""
        with self.snapshot():
            connection = self._connect()
            (passages,) = connection.execute("SELECT count(*) FROM passages").fetchone()
            if connection.execute("SELECT 1 FROM changes WHERE number = ?", (since,)).fetchone() is None:
                # At least one: a cache that is not of this Library has to become so, even where there is no passage.
                return max(1, passages), passages
            (added,) = connection.execute("SELECT count(*) FROM passages WHERE added > ?", (since,)).fetchone()
            (removed,) = connection.execute("SELECT count(*) FROM removals WHERE change > ?", (since,)).fetchone()
            return added + removed, passages

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

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, for what looks at the file itself (``qa.library.soundness``)."""
        with self._translated():
            return self._connect().execute(statement, values).fetchall()

    def problems(self) -> list[str]:
        """What is wrong with the file as a database; what is in it is looked at by ``qa.library.soundness``."""
        out = [f"SQLite: {row[0]}" for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]
        if self.rows("PRAGMA foreign_key_check"):
            out.append("SQLite: rows that refer to a document that is not there")
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


def _names(edited: str | None) -> tuple[str, ...]:
    return tuple(json.loads(edited)) if edited else ()


def _marks(chunk: Sequence[object]) -> str:
    return ",".join("?" * len(chunk))


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
