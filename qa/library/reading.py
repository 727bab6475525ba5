"""Connections to a Library that cannot be written: on a read-only disk, or in another person's folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from qa.errors import LibraryError

State = tuple[int, int, int, int]


class ReadingConnection:
    """A connection that writes nothing; ``outdated`` says when it must be made anew."""

    def __init__(self, path: Path, timeout: float, stand_ins: Sequence[str]) -> None:
        self._path = path
        self._seen: State | None = None
        try:
            # The write-ahead log is read through library.sqlite-shm, which a process that has the Library open for
            # writing keeps beside it: then reading follows what that process writes.
            self.connection = self._open("mode=ro", timeout)
        except sqlite3.OperationalError:
            # Without that file SQLite would have to make it, and cannot. "immutable" reads the main file alone, which
            # is the whole Library when there is no log. SQLite then looks for no change, so this class does.
            self._seen = _state(path)
            if self._seen[-1] > 0:
                raise LibraryError(
                    f"the Library at {path.parent} was not closed in the end, and cannot be written to be mended",
                    "copy the folder to a place that can be written, and open the copy",
                ) from None
            self.connection = self._open("immutable=1", timeout)
        # A view in memory takes the place of what an older layout lacks.
        self.connection.execute("PRAGMA temp_store = MEMORY")
        for statement in stand_ins:
            self.connection.execute(statement)

    def _open(self, option: str, timeout: float) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.absolute().as_uri()}?{option}",
            uri=True,
            timeout=timeout,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master")
        except BaseException:
            connection.close()
            raise
        return connection

    def outdated(self) -> bool:
        """Whether the file changed under a connection that does not look for changes itself."""
        return self._seen is not None and not self.connection.in_transaction and _state(self._path) != self._seen


def _state(path: Path) -> State:
    """Inode, time and size of the main file, and the size of the log; zeros for what is not there."""
    log = path.with_name(f"{path.name}-wal")
    try:
        main = path.stat()
    except OSError:
        return 0, 0, 0, 0
    try:
        logged = log.stat().st_size
    except OSError:
        logged = 0
    return main.st_ino, main.st_mtime_ns, main.st_size, logged
