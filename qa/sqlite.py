"""What the SQLite files of a Library's folder have in common: connections, transactions, and errors a person can mend.

A ``Database`` may be used from several threads (each gets its own connection) and several processes (write-ahead log,
one writer at a time).
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qa.errors import Damaged, LibraryError

BUSY_SECONDS = 30.0
_RETRY_SECONDS = 0.02
_MOST_ROWS_PROBED = 1_000_000
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
# A folder or disk that is read-only, gone or full; SQLite reports a file that may not grow as an I/O error.
_INACCESSIBLE = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
)


class Inaccessible(LibraryError):
    """The file or its folder cannot be opened or written."""


class Database:
    """One SQLite file. ``name`` and ``kind`` are how errors call its content and a sound file of its sort.

    Its methods raise ``LibraryError`` when the file is damaged, cannot be written, or is busy for longer than
    ``BUSY_SECONDS``.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        kind: str,
        remedy: str = "choose another folder, or restore the file from a back-up",
    ) -> None:
        self.path = path
        self._name = name
        self._kind = kind
        self._remedy = remedy
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def _connect(self) -> sqlite3.Connection:
        """This thread's connection; opened, and the file with it, when there is none."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        return self._open(str(self.path)) if connection is None else connection

    def _open(self, address: str, *, uri: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, uri=uri
        )
        connection.execute("PRAGMA foreign_keys = ON")
        # The log is synced at each commit: what was done outlives a power cut, too, not only a process that is killed.
        connection.execute("PRAGMA synchronous = FULL")
        self._local.connection = connection
        with self._lock:
            self._connections.append(connection)
        return connection

    def _log_ahead(self) -> None:
        """Turn the write-ahead log on; it stays so. Two processes that do it at once do not wait for each other."""
        deadline = time.monotonic() + BUSY_SECONDS
        with self._translated(writing=True):
            while True:
                try:
                    self._connect().execute("PRAGMA journal_mode = WAL")
                    return
                except sqlite3.OperationalError as error:
                    if "locked" not in str(error) or time.monotonic() > deadline:
                        raise
                time.sleep(_RETRY_SECONDS)

    @contextmanager
    def _translated(self, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in _BUSY:
                raise LibraryError(
                    f"{self._name} is busy: another process is writing to it",
                    "wait for it to finish and try again",
                ) from error
            if code in _INACCESSIBLE:
                raise Inaccessible(
                    f"{self._name} cannot be {'written' if writing else 'read'}: {error}",
                    "check the folder's permissions and the free space; what was there before is kept",
                ) from error
            raise self._unsound(error) from error
        except sqlite3.IntegrityError as error:
            raise LibraryError(
                f"another process changed {self._name} in the same place at the same time",
                "run the command again",
            ) from error
        except sqlite3.DatabaseError as error:
            raise self._unsound(error) from error

    def _unsound(self, error: Exception) -> LibraryError:
        return Damaged(f"{self.path} is not a sound {self._kind}: {error}", self._remedy)

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: done whole when the block ends, not at all when it raises."""
        with self._translated(writing=True):
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

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()


@contextmanager
def copied(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy of a damaged file, with rows by name: opening it takes the log in, which is a change."""
    with tempfile.TemporaryDirectory(prefix="yinda-") as temporary:
        for name in (path.name, f"{path.name}-wal"):
            if path.with_name(name).exists():
                shutil.copyfile(path.with_name(name), Path(temporary) / name)
        connection = sqlite3.connect(Path(temporary) / path.name, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.text_factory = lambda value: value.decode("utf-8", "replace")
        try:
            yield connection
        finally:
            connection.close()


def readable_rows(connection: sqlite3.Connection, table: str, key: str = "rowid") -> Iterator[sqlite3.Row]:
    """The rows of a damaged table that can be read: from its beginning, from its end, and one by one in between."""
    keys: dict[Any, None] = {}
    broken = False
    for direction in ("ASC", "DESC"):
        try:
            keys.update(
                (row[0], None)
                for row in connection.execute(f"SELECT {key} FROM {table} NOT INDEXED ORDER BY {key} {direction}")
            )
        except sqlite3.DatabaseError:
            broken = True
    if broken and keys and key == "rowid":
        for rowid in range(1, min(max(keys), _MOST_ROWS_PROBED)):
            keys.setdefault(rowid)
    for each in sorted(keys):
        with contextlib.suppress(sqlite3.DatabaseError):
            row = connection.execute(f"SELECT * FROM {table} NOT INDEXED WHERE {key} = ?", (each,)).fetchone()
            if row is not None:
                yield row
