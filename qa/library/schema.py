"""The SQLite schema of a Library, its version, and the way from older versions to it.

Every change to the content is numbered. A passage carries the number of the change that added it or gave it another
vector, and ``removals`` remembers which passages went, or changed so, in which change: a derived cache that was built
at change *n* is brought up to date by taking away the removals and adding the passages that came after *n* (design,
invariant 3).

Numbers grow, and their last bits are random, so that a Library that is made anew or restored from an older copy
gives other numbers than the one before it: ``changes`` tells whether a cache was built from this Library at all.
"""

from __future__ import annotations

VERSION = 4

# Beside the documents, because what stands behind a text in a row is reached only by reading the text.
_DETAILS_OF_2 = """
    CREATE TABLE details (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        characters INTEGER NOT NULL,     -- length of the text
        edited TEXT NOT NULL,            -- JSON array: the fields in which a person's word stands over the file's
        page_starts TEXT NOT NULL        -- JSON array: the offsets at which pages begin; empty without pages
    ) WITHOUT ROWID
    """
# The document's own number, such as 国发〔2023〕1号.
_NUMBER = "ALTER TABLE details ADD COLUMN number TEXT"

# By these, documents that say almost the same are found (qa.text.sketch).
_SKETCHES = """
    CREATE TABLE sketches (
        document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        sketch BLOB NOT NULL             -- little-endian uint64, ascending; empty for a text too short to compare
    ) WITHOUT ROWID
    """
_MARKS = """
    CREATE TABLE sketch_marks (
        mark INTEGER NOT NULL,           -- one of the smallest hashes of the sketch
        document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        PRIMARY KEY (mark, document_id)
    ) WITHOUT ROWID
    """
_MARKS_INDEX = "CREATE INDEX sketch_marks_document ON sketch_marks (document_id)"

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
    _DETAILS_OF_2,
    _NUMBER,
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
    _SKETCHES,
    _MARKS,
    _MARKS_INDEX,
)

_DETAILS_OF_1 = (
    "SELECT id AS document_id, length(text) AS characters, '[]' AS edited, '[]' AS page_starts FROM documents"
)

MIGRATIONS: dict[int, tuple[str, ...]] = {
    1: (_DETAILS_OF_2, f"INSERT INTO details {_DETAILS_OF_1}"),
    2: (_UNREAD,),
    3: (_NUMBER, _SKETCHES, _MARKS, _MARKS_INDEX),
}
"""By version, the statements that lead to the next one; a Library is led to ``VERSION`` in one transaction."""

_NO_UNREAD = "CREATE TEMP VIEW unread AS SELECT '' AS location, '' AS name, '' AS reason, '' AS hint, '' AS at WHERE 0"
_NO_NUMBER = "CREATE TEMP VIEW details AS SELECT *, NULL AS number FROM main.details"
_NO_SKETCHES = (
    "CREATE TEMP VIEW sketches AS SELECT '' AS document_id, x'' AS sketch WHERE 0",
    "CREATE TEMP VIEW sketch_marks AS SELECT 0 AS mark, '' AS document_id WHERE 0",
)

STAND_INS: dict[int, tuple[str, ...]] = {
    1: (f"CREATE TEMP VIEW details AS SELECT *, NULL AS number FROM ({_DETAILS_OF_1})", _NO_UNREAD, *_NO_SKETCHES),
    2: (_NO_NUMBER, _NO_UNREAD, *_NO_SKETCHES),
    3: (_NO_NUMBER, *_NO_SKETCHES),
}
"""By version, what makes an older Library that cannot be written readable as the newest, for one connection."""
