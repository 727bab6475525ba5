"""Libraries of older layouts are brought to the present one when they are opened."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from pathlib import Path

import pytest

from qa import LibraryError
from qa.library import schema
from qa.library.store import Store
from qa.types import Document

# The statements of version 1, as they were.
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
TEXT = "澜溪市的报告。😀𠮷"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "library.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    for statement in VERSION_1:
        connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("schema", "1"), ("change", "7")])
    connection.execute("INSERT INTO changes VALUES (7)")
    connection.execute(
        "INSERT INTO documents VALUES ('a', NULL, '题', '2023', '澜溪市', NULL, 'text/plain', 'x', ?, 7)", (TEXT,)
    )
    connection.execute("INSERT INTO originals VALUES ('a', '题.txt', ?)", (zlib.compress(TEXT.encode()),))
    connection.execute(
        "INSERT INTO passages VALUES (3, 'a', 0, 0, 7, NULL, ?, 'k', ?, 7)", (json.dumps(["节"]), b"\0" * 8)
    )
    connection.commit()
    connection.close()
    return path


def shape(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of every table, whatever the order of the statements that made them."""
    connection = sqlite3.connect(path)
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")]
    found = {name: connection.execute(f"SELECT * FROM pragma_table_xinfo('{name}')").fetchall() for name in tables}
    connection.close()
    return found


def held(store: Store) -> tuple[object, ...]:
    return store.documents(), store.catalogue(), store.passages_of("a"), store.original("a"), store.change()


def test_version_1_becomes_the_present_one_with_everything_in_it(old: Path, tmp_path: Path) -> None:
    store = Store(old)
    assert store.meta("schema") == str(schema.VERSION)
    assert store.documents() == [Document("a", "题", TEXT, "2023", "澜溪市", sha256="x")]
    (entry,) = store.catalogue()
    assert (entry.characters, entry.passages, entry.file, entry.edited) == (len(TEXT), 1, "题.txt", ())
    assert store.passages_of("a")[0].heading_path == ("节",)
    assert store.change() == 7
    assert store.delta(7).whole is False
    before = held(store)
    store.close()
    again = Store(old)
    assert held(again) == before
    again.delete("a")
    assert again.catalogue() == []
    again.close()
    (tmp_path / "new").mkdir()
    Store(tmp_path / "new" / "library.sqlite").close()
    assert shape(old) == shape(tmp_path / "new" / "library.sqlite")


def test_a_migration_that_fails_changes_nothing(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shape(old)
    with monkeypatch.context() as patch:
        broken = {1: (*schema.MIGRATIONS[1], "INSERT INTO nowhere VALUES (1)")}
        patch.setattr(schema, "MIGRATIONS", broken)
        with pytest.raises(LibraryError):
            Store(old)
    assert shape(old) == before
    store = Store(old)
    assert store.catalogue()
    store.close()


def test_every_version_has_a_way_to_the_present_one() -> None:
    assert sorted(schema.MIGRATIONS) == sorted(schema.STAND_INS) == list(range(1, schema.VERSION))


def test_version_1_that_cannot_be_written_is_read_as_it_is(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_before = old.read_bytes()
    # As root, permissions stop nothing; tests/qa/library/test_read_only.py takes them away in earnest.
    monkeypatch.setattr("qa.library.store.os.access", lambda path, mode: mode != os.W_OK)
    store = Store(old)
    assert not store.writable
    assert store.meta("schema") == "1"
    (entry,) = store.catalogue()
    assert (entry.characters, entry.edited) == (len(TEXT), ())
    assert store.document("a") == Document("a", "题", TEXT, "2023", "澜溪市", sha256="x")
    with pytest.raises(LibraryError, match="cannot be written"):
        store.delete("a")
    store.close()
    assert old.read_bytes() == bytes_before
