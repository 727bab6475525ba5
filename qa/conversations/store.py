"""Where conversations are kept: ``conversations.sqlite`` in a Library's folder, beside the Library and apart from it.

What becomes of the Library's documents changes nothing here, and nothing that is wrong here keeps a question from
being answered. What a method that writes has returned from is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sqlite3
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from qa.conversations.exchange import Conversation, Exchange
from qa.errors import LibraryError, YindaError, no_library
from qa.sqlite import Database, copied, readable_rows
from qa.text.normalise import searchable

FILE = "conversations.sqlite"
VERSION = 1
# "Yind" in ASCII: what tells this file from any other SQLite database.
APPLICATION = 0x59696E64
# Characters of a title that is taken from the first question, and of one that a person gives.
TITLE, LONGEST_TITLE = 40, 200
# Words of a search that are looked for.
_WORDS = 32
_STATEMENTS = (
    """
    CREATE TABLE conversations (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,             -- SHA-256 of what names the browser: who reads the file cannot pose as it
        title TEXT NOT NULL,
        named INTEGER NOT NULL,          -- whether a person gave the title
        created TEXT NOT NULL,
        changed TEXT NOT NULL
    )
    """,
    "CREATE INDEX conversations_owner ON conversations (owner, changed)",
    """
    CREATE TABLE exchanges (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        conversation INTEGER NOT NULL REFERENCES conversations (number) ON DELETE CASCADE,
        id TEXT NOT NULL,
        data BLOB NOT NULL,              -- Exchange.to_dict() as JSON, zlib-compressed
        words TEXT NOT NULL,             -- what a search looks at, folded
        UNIQUE (conversation, id)
    )
    """,
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)
# In the class, ``list`` is a method.
_Conversations = list[Conversation]
_Exchanges = list[Exchange]
_Lines = list[str]
_Rows = list[tuple[Any, ...]]
_COLUMNS = (
    "c.id, c.title, c.created, c.changed, (SELECT count(*) FROM exchanges e WHERE e.conversation = c.number)"
    " FROM conversations c"
)
_NEWEST = "ORDER BY c.changed DESC, c.number DESC"


class Conversations(Database):
    """The conversations in a Library's folder.

    May be used from several threads and several processes. The file is made at the first write; until then, and where
    a folder can be read but not written, reading works. ``owner`` is an opaque string that names the browser a
    conversation belongs to: nobody meets another owner's.

    Methods raise ``LibraryError`` when the file is damaged, was made by a newer version, cannot be written, or is busy.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        path = Path(folder).expanduser() / FILE
        super().__init__(
            path,
            name=f"the file of conversations {path}",
            kind="file of Yinda conversations",
            remedy="move it away, and a new one is begun, or restore it from a back-up",
        )

    def __enter__(self) -> Conversations:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # -- reading ------------------------------------------------------------------------------------------

    def list(self, owner: str, search: str = "", limit: int = 200) -> _Conversations:
        """An owner's conversations, the one that changed last first, at most ``limit`` of them.

        ``search``: only those in whose title, questions, answers and quotes every word of it occurs. Traditional and
        Simplified, full and half width, upper and lower case are the same there.
        """
        where, values = ["c.owner = ?"], [_hashed(owner)]
        for word in searchable(search).split()[:_WORDS]:
            where.append(
                "(instr(folded(c.title), ?) OR EXISTS"
                " (SELECT 1 FROM exchanges e WHERE e.conversation = c.number AND instr(e.words, ?)))"
            )
            values += [_storable(word)] * 2
        return self._listed(f"WHERE {' AND '.join(where)} {_NEWEST} LIMIT ?", *values, max(0, limit))

    def all(self) -> _Conversations:
        """Everybody's conversations, the one that changed last first: for the person whose Library it is."""
        return self._listed(_NEWEST)

    def get(self, owner: str, conversation: str) -> Conversation | None:
        """One conversation of this owner's, or None."""
        found = self._listed("WHERE c.owner = ? AND c.id = ?", _hashed(owner), _storable(conversation))
        return found[0] if found else None

    def exchanges(self, owner: str, conversation: str) -> _Exchanges:
        """The exchanges of a conversation, in their order; none of an unknown one or of another owner's."""
        return self._exchanges("c.id = ? AND c.owner = ?", _storable(conversation), _hashed(owner))

    def exchanges_of_any(self, conversation: str) -> _Exchanges:
        """As ``exchanges``, whosever it is: goes with ``all``."""
        return self._exchanges("c.id = ?", _storable(conversation))

    def problems(self) -> _Lines:
        """What is wrong with the file, in lines; empty when it is sound, or there is none."""
        out = [f"SQLite: {row[0]}" for row in self._rows("PRAGMA integrity_check") if row[0] != "ok"]
        if self._rows("PRAGMA foreign_key_check"):
            out.append("SQLite: exchanges of a conversation that is not there")
        for conversation in self.all():
            try:
                self.exchanges_of_any(conversation.id)
            except LibraryError as error:
                out.append(f"“{conversation.title}”: {error.message}")
        return out

    def save_readable(self) -> tuple[Path, int]:
        """Put what a damaged file gives into a new one beside it; its path, and how many conversations are in it.

        The damaged one is not touched. Raises ``LibraryError`` when nothing can be read.
        """
        with copied(self.path) as damaged:
            try:
                conversations = list(readable_rows(damaged, "conversations"))
                exchanges = [row for row in readable_rows(damaged, "exchanges") if _is_whole(row["data"])]
            except sqlite3.DatabaseError:
                conversations = []
            if not conversations:
                raise LibraryError(f"nothing can be read of {self.path}", self._remedy)
            number = 1
            while (target := self.path.with_name(f"conversations-saved{f'-{number}' * (number > 1)}.sqlite")).exists():
                number += 1
            with closing(sqlite3.connect(target)) as made:
                for statement in _STATEMENTS:
                    made.execute(statement)
                known = {row["number"] for row in conversations}
                made.executemany("INSERT INTO conversations VALUES (?, ?, ?, ?, ?, ?, ?)", map(tuple, conversations))
                made.executemany(
                    "INSERT INTO exchanges VALUES (?, ?, ?, ?, ?)",
                    [tuple(row) for row in exchanges if row["conversation"] in known],
                )
                made.commit()
        return target, len(conversations)

    def _listed(self, rest: str, *values: object) -> _Conversations:
        return [Conversation(*row) for row in self._rows(f"SELECT {_COLUMNS} {rest}", *values)]

    def _exchanges(self, where: str, *values: object) -> _Exchanges:
        rows = self._rows(
            "SELECT e.data FROM exchanges e JOIN conversations c ON c.number = e.conversation"
            f" WHERE {where} ORDER BY e.number",
            *values,
        )
        try:
            return [_unpacked(data) for (data,) in rows]
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            raise self._unsound(error) from error

    def _rows(self, statement: str, *values: object) -> _Rows:
        if not self._exists():
            return []
        with self._translated(), self._reading() as connection:
            return connection.execute(statement, values).fetchall() if self._version(connection) else []

    # -- writing ------------------------------------------------------------------------------------------

    def begin(self, owner: str, title: str = "") -> Conversation:
        """A new conversation without exchanges; without a ``title`` it gets its first question's."""
        named = bool(title.strip())
        title = _checked_title(title) if named else ""
        identifier, now = uuid.uuid4().hex, _now()
        with self._changing() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, title, named, created, changed) VALUES (?, ?, ?, ?, ?, ?)",
                (identifier, _hashed(owner), title, named, now, now),
            )
        return Conversation(identifier, title, now, now, 0)

    def put(self, owner: str, conversation: str, exchange: Exchange) -> Conversation:
        """Add an exchange at the end, or put it in the place of the one with the same id.

        The first question becomes the title, unless a person gave one. Raises ``LibraryError`` when the conversation
        is gone.
        """
        packed, words = _packed(exchange), _storable(_words(exchange))
        with self._changing() as connection:
            number = self._owned(connection, owner, conversation)
            connection.execute(
                "INSERT INTO exchanges (conversation, id, data, words) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (conversation, id) DO UPDATE SET data = excluded.data, words = excluded.words",
                (number, _storable(exchange.id), packed, words),
            )
            (first,) = connection.execute(
                "SELECT data FROM exchanges WHERE conversation = ? ORDER BY number LIMIT 1", (number,)
            ).fetchone()
            connection.execute(
                "UPDATE conversations SET title = CASE WHEN named THEN title ELSE ? END, changed = ? WHERE number = ?",
                (_title(_unpacked(first).asked), _now(), number),
            )
            return self._one(connection, number)

    def drop_from(self, owner: str, conversation: str, exchange_id: str) -> None:
        """Delete this exchange and all later ones; nothing when there is none of this id."""
        if not self._exists():
            return
        with self._changing() as connection:
            row = connection.execute(
                "SELECT c.number, e.number FROM conversations c JOIN exchanges e ON e.conversation = c.number"
                " WHERE c.id = ? AND c.owner = ? AND e.id = ?",
                (_storable(conversation), _hashed(owner), _storable(exchange_id)),
            ).fetchone()
            if row is not None:
                connection.execute("DELETE FROM exchanges WHERE conversation = ? AND number >= ?", row)
                connection.execute("UPDATE conversations SET changed = ? WHERE number = ?", (_now(), row[0]))

    def rename(self, owner: str, conversation: str, title: str) -> Conversation:
        """Give a conversation a title; its place in the list stays.

        Raises ``YindaError`` for an empty title or one of more than 200 characters, ``LibraryError`` when the
        conversation is gone.
        """
        title = _checked_title(title)
        with self._changing() as connection:
            number = self._owned(connection, owner, conversation)
            connection.execute("UPDATE conversations SET title = ?, named = 1 WHERE number = ?", (title, number))
            return self._one(connection, number)

    def delete(self, owner: str, conversation: str) -> None:
        """Delete a conversation with its exchanges, also from the bytes of the file; nothing when it is gone."""
        if not self._exists():
            return
        with self._changing() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE id = ? AND owner = ?", (_storable(conversation), _hashed(owner))
            )

    @staticmethod
    def _owned(connection: sqlite3.Connection, owner: str, conversation: str) -> int:
        row = connection.execute(
            "SELECT number FROM conversations WHERE id = ? AND owner = ?", (_storable(conversation), _hashed(owner))
        ).fetchone()
        if row is None:
            raise LibraryError("this conversation is gone: it was deleted", "begin a new one")
        return int(row[0])

    @staticmethod
    def _one(connection: sqlite3.Connection, number: int) -> Conversation:
        return Conversation(*connection.execute(f"SELECT {_COLUMNS} WHERE c.number = ?", (number,)).fetchone())

    # -- the file -----------------------------------------------------------------------------------------

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the file, which is made when there is none."""
        if not self._exists() and not self.path.parent.is_dir():
            raise no_library(self.path.parent)
        with self._translated(writing=True):
            made = self._version(self._connect())
        if not made:
            self._log_ahead()
        with self._write() as connection:
            # Another process may have made it while this one waited for the lock.
            if not self._version(connection):
                for statement in _STATEMENTS:
                    connection.execute(statement)
            yield connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """The version of the file's layout, 0 where nothing was written yet; raises for a file that is not ours."""
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            if application or version or connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise LibraryError(f"{self.path} is a database, but not a {self._kind}", self._remedy)
            return 0
        if version > VERSION:
            raise LibraryError(
                f"{self.path} was made by a newer version of Yinda"
                f" (its layout is {version}, this version knows {VERSION})",
                "update Yinda: pip install --upgrade yinda",
            )
        return int(version)

    def _exists(self) -> bool:
        try:
            return self.path.exists()
        except OSError as error:
            raise LibraryError(
                f"{self._name} cannot be opened: {error.strerror}", "check the folder's permissions"
            ) from error

    def _connect(self) -> sqlite3.Connection:
        held: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if held is not None and self._local.file != _identity(self.path):
            # The file was moved away, or replaced by a back-up: what is written to the old one would be lost.
            self._discard(held)
        connection = super()._connect()
        self._local.file = _identity(self.path)
        return connection

    def _open(self, address: str, *, uri: bool = False) -> sqlite3.Connection:
        connection = super()._open(address, uri=uri)
        # What is deleted is overwritten: a conversation that a person deleted is not found in the file.
        connection.execute("PRAGMA secure_delete = ON")
        connection.create_function("folded", 1, searchable, deterministic=True)
        return connection

    def _discard(self, connection: sqlite3.Connection) -> None:
        self._local.connection = None
        with self._lock:
            self._connections.remove(connection)
        connection.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to read with. Where nobody can write the log that one needs, the file is read as it is."""
        try:
            connection = self._connect()
            connection.execute("PRAGMA user_version").fetchone()
        except sqlite3.OperationalError:
            log = self.path.with_name(f"{FILE}-wal")
            if os.access(self.path.parent, os.W_OK) or (log.exists() and log.stat().st_size):
                raise
        else:
            yield connection
            return
        # Not kept for later: such a connection does not see what others change.
        connection = self._open(f"file:{quote(str(self.path.absolute()))}?mode=ro&immutable=1", uri=True)
        try:
            yield connection
        finally:
            self._discard(connection)


def _is_whole(data: object) -> bool:
    try:
        return isinstance(data, bytes) and bool(_unpacked(data))
    except (zlib.error, ValueError, KeyError, TypeError):
        return False


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _hashed(owner: str) -> str:
    return hashlib.sha256(owner.encode("utf-8", "surrogatepass")).hexdigest()


def _storable(text: str) -> str:
    """Text as SQLite takes it: half a character, which a browser can send, becomes "?"."""
    return text.encode("utf-8", "replace").decode()


def _packed(exchange: Exchange) -> bytes:
    return zlib.compress(json.dumps(exchange.to_dict(), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _unpacked(data: bytes) -> Exchange:
    return Exchange.from_dict(json.loads(zlib.decompress(data).decode("utf-8", "surrogatepass")))


def _words(exchange: Exchange) -> str:
    """What a search looks at: questions, answer, quotes; folded, one a line."""
    texts = [exchange.asked, exchange.question]
    if exchange.answer is not None:
        answer = exchange.answer
        texts.append(answer.text)
        texts += [citation.quote for citation in answer.citations]
        texts += [other.citation.quote for other in answer.disagreements]
    return searchable("\n".join(dict.fromkeys(texts)))


def _title(asked: str) -> str:
    line = _storable(" ".join(asked.split()))
    return line if len(line) <= TITLE else line[: TITLE - 1].rstrip() + "…"


def _checked_title(title: str) -> str:
    line = _storable(re.sub(r"\s+", " ", title).strip())
    if not line:
        raise YindaError("the title is empty", "write a few words")
    if len(line) > LONGEST_TITLE:
        raise YindaError(f"the title has {len(line)} characters, and at most {LONGEST_TITLE} are kept", "shorten it")
    return line
