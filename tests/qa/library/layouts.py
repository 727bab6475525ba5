"""Libraries of older layouts, as SQL: what lies on people's disks."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from qa.documents import parse
from qa.library import schema
from qa.retriever.context import embedded_text

# The statements of a version, as they were.
VERSION_1 = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE documents (
        id TEXT PRIMARY KEY, location TEXT UNIQUE, title TEXT NOT NULL, date TEXT, organisation TEXT, source TEXT,
        media_type TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL, added INTEGER NOT NULL
    )
    """,
    "CREATE INDEX documents_sha256 ON documents (sha256)",
    """
    CREATE TABLE originals (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, name TEXT NOT NULL, data BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, page INTEGER,
        heading_path TEXT NOT NULL, embedded_text TEXT NOT NULL, vector BLOB NOT NULL, added INTEGER NOT NULL,
        UNIQUE (document_id, ordinal)
    )
    """,
    "CREATE INDEX passages_added ON passages (added)",
    "CREATE INDEX passages_embedded_text ON passages (embedded_text)",
    "CREATE TABLE changes (number INTEGER PRIMARY KEY)",
    "CREATE TABLE removals (passage_id INTEGER PRIMARY KEY, change INTEGER NOT NULL)",
    "CREATE INDEX removals_change ON removals (change)",
)
VERSION_2 = (
    *VERSION_1,
    """
    CREATE TABLE details (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        characters INTEGER NOT NULL, edited TEXT NOT NULL, page_starts TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)
LAYOUTS: dict[int, tuple[str, ...]] = {1: VERSION_1, 2: VERSION_2}
OLDER = tuple(range(1, schema.VERSION))
"""The versions that have to be led to the present one."""
CHANGE = 7 << 20


def laid_out(path: Path, version: int, documents: Mapping[str, str], embedder: Any) -> None:
    """Write a Library of an older version with these documents, by file name, each passage with its vector.

    One whose statements do not stand here is an even older one that was led to it.
    """
    written = max(known for known in LAYOUTS if known <= version)
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in LAYOUTS[written]:
            connection.execute(statement)
        settings = {"schema": str(written), "change": str(CHANGE), "model": embedder.name}
        settings |= {"model_identity": embedder.identity, "model_dimension": str(embedder.dimension)}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", settings.items())
        connection.execute("INSERT INTO changes VALUES (?)", (CHANGE,))
        for name, text in documents.items():
            _fill(connection, written, name, text, embedder)
        for older in range(written, version):
            for statement in schema.MIGRATIONS[older]:
                connection.execute(statement)
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(older + 1),))
        connection.commit()


def _fill(connection: sqlite3.Connection, version: int, name: str, text: str, embedder: Any) -> None:
    data = text.encode()
    sha256, parsed = hashlib.sha256(data).hexdigest(), parse(data, name)
    identifier = sha256[:12]
    connection.execute(
        "INSERT INTO documents VALUES (?, NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            identifier,
            parsed.title,
            parsed.date,
            parsed.organisation,
            parsed.source,
            parsed.media_type,
            sha256,
            parsed.text,
            CHANGE,
        ),
    )
    connection.execute("INSERT INTO originals VALUES (?, ?, ?)", (identifier, name, zlib.compress(data)))
    if version >= 2:
        connection.execute("INSERT INTO details VALUES (?, ?, '[]', '[]')", (identifier, len(parsed.text)))
    texts = [embedded_text(parsed.text[p.start : p.end], parsed.title, p.heading_path) for p in parsed.passages]
    for ordinal, (p, words, row) in enumerate(
        zip(parsed.passages, texts, embedder.encode_passages(texts), strict=True)
    ):
        connection.execute(
            'INSERT INTO passages (document_id, ordinal, start, "end", page, heading_path, embedded_text, vector,'
            " added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                identifier,
                ordinal,
                p.start,
                p.end,
                p.page,
                json.dumps(p.heading_path, ensure_ascii=False),
                hashlib.sha256(words.encode()).hexdigest(),
                row.astype("<f4").tobytes(),
                CHANGE,
            ),
        )


def version_of(path: Path) -> int:
    """The version that the file says it is of."""
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0])


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of every table, whatever the order of the statements that made them."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')").fetchall()
        return {name: connection.execute(f"SELECT * FROM pragma_table_xinfo('{name}')").fetchall() for (name,) in rows}
