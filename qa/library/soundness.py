"""What can be wrong inside a Library whose SQLite file can be read, document by document.

Everything derived is compared with what it was derived from: passages with their document's text, vectors with the
words that they stand for, the original with its checksum.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from qa.documents import parse
from qa.errors import DocumentError
from qa.library.store import Store
from qa.retriever.context import embedded_text

if TYPE_CHECKING:
    from qa.types import Document

# A vector of length one in float32 is so far from it at most; a model that does not normalise is not used.
NORM_TOLERANCE = 1e-3


class Part(Enum):
    """The part of a document that is wrong, in the order in which parts are mended."""

    ORIGINAL = "original"
    DETAILS = "details"
    PASSAGES = "passages"
    VECTORS = "vectors"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with one document; ``passages`` are the ids of those with wrong vectors."""

    document_id: str
    part: Part
    text: str
    passages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    ordinal: int
    start: int
    end: int
    heading_path: tuple[str, ...]
    embedded_text: str
    vector: bytes


def faults(store: Store, seen: Callable[[int, int], None] = lambda done, total: None) -> Iterator[Fault]:
    """Everything that is wrong with the documents; ``seen`` is told how many of how many were looked at."""
    dimension = int(store.model().get("model_dimension", 0))
    ids = [entry.id for entry in store.catalogue()]
    for done, identifier in enumerate(ids):
        seen(done, len(ids))
        with store.snapshot():
            document = store.document(identifier)
            if document is not None:
                yield from _of_document(store, document, dimension)
    seen(len(ids), len(ids))


def _of_document(store: Store, document: Document, dimension: int) -> Iterator[Fault]:
    name = f"《{document.title}》 ({document.id})"
    original = _original(store, document)
    if original is None:
        yield Fault(document.id, Part.ORIGINAL, f"{name}: its original is missing or damaged")
    details = store.rows("SELECT characters, page_starts FROM details WHERE document_id = ?", document.id)
    if details and not _details_fit(details[0], document.text):
        yield Fault(document.id, Part.DETAILS, f"{name}: what is noted of its length and its pages is wrong")
    rows = _rows(store, document.id)
    wrong = _misplaced(rows, document, original)
    if wrong:
        yield Fault(document.id, Part.PASSAGES, f"{name}: {wrong}")
    bad = [row.id for row in rows if not sound_vector(row.vector, dimension)]
    if bad:
        yield Fault(
            document.id,
            Part.VECTORS,
            f"{name}: {len(bad)} passages have a vector that is not of {dimension} dimensions and of length 1",
            tuple(bad),
        )
    if not wrong:
        other = [row.id for row in rows if row.id not in bad and _key(document, row) != row.embedded_text]
        if other:
            yield Fault(document.id, Part.PASSAGES, f"{name}: {len(other)} passages have the vector of other words")


def sound_vector(vector: bytes, dimension: int) -> bool:
    """Whether these bytes are float32 numbers of this dimension and of length one."""
    import numpy as np

    if not isinstance(vector, bytes) or len(vector) != 4 * dimension:
        return False
    # Not a number is not close to anything.
    return bool(abs(np.linalg.norm(np.frombuffer(vector, dtype="<f4").astype(np.float64)) - 1) < NORM_TOLERANCE)


def key_of(text: str) -> str:
    """The hash by which the vector of an embedded text is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def _key(document: Document, row: _Row) -> str:
    return key_of(embedded_text(document.text[row.start : row.end], document.title, row.heading_path))


def _original(store: Store, document: Document) -> tuple[str, bytes] | None:
    """File name and bytes, where they are what the document was read from."""
    try:
        original = store.original(document.id)
    except zlib.error:
        return None
    return original if original and hashlib.sha256(original[1]).hexdigest() == document.sha256 else None


def _details_fit(row: Sequence[object], text: str) -> bool:
    characters, page_starts = row
    try:
        starts = json.loads(str(page_starts))
    except ValueError:
        return False
    return (
        characters == len(text)
        and isinstance(starts, list)
        and all(isinstance(start, int) and 0 <= start <= len(text) for start in starts)
        and starts == sorted(starts)
    )


def _rows(store: Store, document_id: str) -> list[_Row]:
    rows = store.rows(
        'SELECT id, ordinal, start, "end", heading_path, embedded_text, vector FROM passages'
        " WHERE document_id = ? ORDER BY ordinal",
        document_id,
    )
    return [
        _Row(identifier, ordinal, start, end, _headings(headings), key, vector)
        for identifier, ordinal, start, end, headings, key, vector in rows
    ]


def _headings(value: str) -> tuple[str, ...]:
    try:
        return tuple(json.loads(value))
    except (ValueError, TypeError):
        return ("?",)  # no text was embedded under it: it counts as other words


def _misplaced(rows: Sequence[_Row], document: Document, original: tuple[str, bytes] | None) -> str:
    """What is wrong with the places of the passages; empty when they follow each other and leave nothing out."""
    position = 0
    gaps: list[tuple[int, int]] = []
    for number, row in enumerate(rows):
        if not position <= row.start < row.end <= len(document.text) or row.ordinal != number:
            return f"passage {number + 1} lies outside the text, or on another one"
        gaps.append((position, row.start))
        position = row.end
    gaps.append((position, len(document.text)))
    left_out = [(start, end) for start, end in gaps if document.text[start:end].strip()]
    if not left_out:
        return ""
    # Navigation and footers of a page are left out, and nothing else: reading it again tells.
    if original is not None:
        try:
            parsed = parse(original[1], original[0])
        except DocumentError:
            return ""
        # What another version of Yinda read otherwise cannot be judged by this one.
        if parsed.text != document.text or not any(
            not _within(gap, parsed.boilerplate, document.text) for gap in left_out
        ):
            return ""
    return f"{sum(end - start for start, end in left_out)} characters are in no passage"


def _within(gap: tuple[int, int], spans: Sequence[tuple[int, int]], text: str) -> bool:
    covered = "".join(" " if any(a <= at < b for a, b in spans) else text[at] for at in range(*gap))
    return not covered.strip()
