"""The SQLite schema of a Library, its version, and the way from older versions to it.

Every change to the content is numbered. A passage carries the number of the change that added it or gave it another
vector, and ``removals`` remembers which passages went, or changed so, in which change: a derived cache that was built
at change *n* is brought up to date by taking away the removals and adding the passages that came after *n* (design,
invariant 3).

Numbers grow, and their last bits are random, so that a Library that is made anew or restored from an older copy
gives other numbers than the one before it: ``changes`` tells whether a cache was built from this Library at all.
"""

from __future__ import annotations

VERSION = 3

# Beside the documents, because what stands behind a text in a row is reached only by reading the text.
_DETAILS = """
    CREATE TABLE details (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        characters INTEGER NOT NULL,     -- length of the text
        edited TEXT NOT NULL,            -- JSON array: the fields in which a person's word stands over the file's
        page_starts TEXT NOT NULL        -- JSON array: the offsets at which pages begin; empty without pages
    ) WITHOUT ROWID
    """

_UNREAD = """
    CREATE TABLE unread (
        location TEXT PRIMARY KEY,       -- absolute path, and the path inside where it is in an archive
        name TEXT NOT NULL,
        reason TEXT NOT NULL,
        hint TEXT NOT NULL,
        at TEXT NOT NULL                 -- ISO time, UTC
    ) WITHOUT ROWID
    """

STATEMENTS = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE documents (
        id TEXT PRIMARY KEY,
        location TEXT UNIQUE,            -- absolute path; NULL for a source without one (an upload)
        title TEXT NOT NULL,
        date TEXT,
        organisation TEXT,
        source TEXT,
        media_type TEXT NOT NULL,
        sha256 TEXT NOT NULL,            -- of the original bytes
        text TEXT NOT NULL,
        added INTEGER NOT NULL           -- number of the change that last wrote this row
    )
    """,
    "CREATE INDEX documents_sha256 ON documents (sha256)",
    _DETAILS,
    """
    CREATE TABLE originals (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        data BLOB NOT NULL               -- the bytes as given, zlib-compressed
    )
    """,
    # AUTOINCREMENT: an identifier is never used again, so a cache that lags behind can only know passages
    # that are gone, never mistake a new passage for an old one.
    """
    CREATE TABLE passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        page INTEGER,
        heading_path TEXT NOT NULL,      -- JSON array
        embedded_text TEXT NOT NULL,     -- SHA-256 of what was embedded: equal text is not embedded twice
        vector BLOB NOT NULL,            -- little-endian float32, unit length
        added INTEGER NOT NULL,          -- change number
        UNIQUE (document_id, ordinal)
    )
    """,
    "CREATE INDEX passages_added ON passages (added)",
    "CREATE INDEX passages_embedded_text ON passages (embedded_text)",
    "CREATE TABLE changes (number INTEGER PRIMARY KEY)",
    "CREATE TABLE removals (passage_id INTEGER PRIMARY KEY, change INTEGER NOT NULL)",
    "CREATE INDEX removals_change ON removals (change)",
    _UNREAD,
)

_DETAILS_OF_1 = (
    "SELECT id AS document_id, length(text) AS characters, '[]' AS edited, '[]' AS page_starts FROM documents"
)

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (_DETAILS, f"INSERT INTO details {_DETAILS_OF_1}"),
    2: (_UNREAD,),
}
"""By version, the statements that lead to the next one; a Library is led to ``VERSION`` in one transaction."""

_NO_UNREAD = "CREATE TEMP VIEW unread AS SELECT '' AS location, '' AS name, '' AS reason, '' AS hint, '' AS at WHERE 0"

STAND_INS: dict[int, tuple[str, ...]] = {
    1: (f"CREATE TEMP VIEW details AS {_DETAILS_OF_1}", _NO_UNREAD),
    2: (_NO_UNREAD,),
}
"""By version, what makes an older Library that cannot be written readable as the newest, for one connection."""
