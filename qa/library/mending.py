"""Mending a Library: what was derived is derived anew, and what a damaged file still gives goes into a new Library."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.documents import read_file
from qa.errors import DocumentError, LibraryError, YindaError
from qa.library.backup import DATABASES, FILES, copy_database
from qa.library.soundness import Fault, Part, faults, key_of, sound_vector
from qa.library.store import NewVector, Store
from qa.library.versions import sketched
from qa.progress import Progress, Step, reporting
from qa.retriever.context import embedded_text
from qa.sqlite import copied, readable_rows
from qa.types import Document

if TYPE_CHECKING:
    from embeddings import Embedder
    from qa.library.library import Library

_KEPT_AT_ONCE = 500


# -- a file that can be read ------------------------------------------------------------------------------------


def mend(library: Library, progress: Progress = False) -> list[str]:
    """Mend what is wrong with the documents; says in lines what was mended. What could not be is still a fault."""
    store, said = library._store, []
    with reporting(progress, "Checking") as report:
        found = list(faults(store, lambda done, total: report(Step(done, total, ""))))
    order = list(Part)
    with reporting(progress, "Mending") as report:
        for done, fault in enumerate(sorted(found, key=lambda each: order.index(each.part))):
            report(Step(done, len(found), fault.document_id))
            mended = _MENDERS[fault.part](library, fault)
            if mended:
                said.append(f"{fault.text}: {mended}")
    return said


def _mend_original(library: Library, fault: Fault) -> str:
    document = library.document(fault.document_id)
    if document.path is None:
        return ""
    try:
        data = read_file(Path(document.path))
    except DocumentError:
        return ""
    if hashlib.sha256(data).hexdigest() != document.sha256:
        return ""
    library._store.put_original(document.id, Path(document.path).name, data)
    return f"taken from {document.path}"


def _mend_vectors(library: Library, fault: Fault) -> str:
    store = library._store
    written, _ = store.edits(fault.document_id)
    document = library.document(fault.document_id)
    passages = [p for p in store.passages_of(document.id) if p.id in set(fault.passages)]
    if not passages:
        return ""  # they went when the document was read again
    texts = [embedded_text(p.text, document.title, p.heading_path) for p in passages]
    # Not looked up by their text: the stored vector of the same text is what is wrong.
    rows = library.embedder.encode_passages(texts, batch_size=8)
    vectors = [
        NewVector(p.id, key_of(text), row.astype("<f4").tobytes())
        for p, text, row in zip(passages, texts, rows, strict=True)
    ]
    return "embedded anew" if store.edit(document, vectors, replacing=written) else ""


def _read_again(library: Library, fault: Fault) -> str:
    """Read a document's original again, or its text where the original is gone, and store it whole."""
    store, document_id = library._store, fault.document_id
    written, _ = store.edits(document_id)
    document = library.document(document_id)
    original = None
    with contextlib.suppress(zlib.error):
        original = store.original(document_id)
    stored, kept = _store_again(library, document, original, replacing=written)
    if not stored:
        return ""
    return "read again from its original" if kept else "cut anew from its text"


_MENDERS: dict[Part, Callable[[Library, Fault], str]] = {
    Part.ORIGINAL: _mend_original,
    Part.DETAILS: _read_again,
    Part.PASSAGES: _read_again,
    Part.VECTORS: _mend_vectors,
}


def _store_again(
    library: Library, document: Document, original: tuple[str, bytes] | None, *, replacing: int = 0
) -> tuple[bool, bool]:
    """Store a document as its original is read now; whether it was stored, and whether the original is whole.

    Without a whole original its text stands for it, and what is known of the document stays.
    """
    whole = original is not None and hashlib.sha256(original[1]).hexdigest() == document.sha256
    parsed = None
    if whole and original is not None:
        with contextlib.suppress(DocumentError):
            parsed = library._reader.parse(original[1], original[0])
    if parsed is not None and original is not None:
        name, data = original
        read = {
            "title": parsed.title,
            "date": parsed.date,
            "organisation": parsed.organisation,
            "number": parsed.number,
        }
        known = {field: value for field, value in read.items() if field not in document.edited}
        document = replace(document, text=parsed.text, media_type=parsed.media_type, source=parsed.source, **known)  # type: ignore[arg-type]
    else:
        name = f"{Path(original[0] if original else document.id).stem}.txt"
        data = document.text.encode()
        parsed = library._reader.parse(data, name)
        document = replace(document, text=parsed.text, media_type="text/plain", sha256=hashlib.sha256(data).hexdigest())
    library._store.record_model(library.embedder.name, library.embedder.identity, library.embedder.dimension)
    passages, _ = library._embed(parsed, document.title, library.embedder, lambda fraction: None)
    drawn = sketched(parsed.text, parsed.passages)
    stored = library._store.put(document, name, data, passages, parsed.page_starts, sketch=drawn, replacing=replacing)
    return stored, whole


# -- a file that cannot ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """What a damaged Library gave: the new one's folder, how many documents are in it, and what was lost, in lines."""

    folder: Path
    documents: int
    lost: tuple[str, ...]


def save_readable(folder: Path, model: str | Embedder | None = None, progress: Progress = False) -> Saved:
    """Put what can be read of the damaged Library in ``folder`` into a new one beside it; the old one is not touched.

    Vectors that can be read are used again. Raises ``LibraryError`` when nothing can be read.
    """
    from qa.library.library import Library

    target = _free_name(folder)
    with copied(folder / "library.sqlite") as connection:
        recorded = {row["key"]: row["value"] for row in readable_rows(connection, "meta", "key")}
        found = {row["id"]: row for row in readable_rows(connection, "documents")}
        if not found:
            raise LibraryError(
                f"nothing can be read of {folder / 'library.sqlite'}",
                "restore it from a back-up with: yinda restore FILE, or add the documents to a new Library",
            )
        with Library.open(target, model=model or recorded.get("model")) as library:
            identity, dimension = library.embedder.identity, library.embedder.dimension
            if recorded.get("model_identity", identity) == identity:
                _keep(library._store, readable_rows(connection, "passages"), dimension)
            lost = _save_documents(library, connection, list(found.values()), progress)
            library._retriever.save()
            count = len(library.catalogue())
    for name in FILES[1:]:
        if not (folder / name).exists():
            continue
        with contextlib.suppress(LibraryError):
            if name in DATABASES:
                copy_database(folder / name, target / name, lambda fraction: None)
                continue
        # No database, or a damaged one, which is looked at by itself.
        shutil.copyfile(folder / name, target / name)
    return Saved(target, count, tuple(lost))


def _free_name(folder: Path) -> Path:
    folder = folder.expanduser().absolute()
    number = 1
    while (target := folder.with_name(f"{folder.name}-saved" + (f"-{number}" if number > 1 else ""))).exists():
        number += 1
    return target


def _save_documents(
    library: Library, connection: sqlite3.Connection, found: list[sqlite3.Row], progress: Progress
) -> list[str]:
    originals = {row["document_id"]: row for row in readable_rows(connection, "originals")}
    details = {row["document_id"]: dict(row) for row in readable_rows(connection, "details", "document_id")}
    lost: list[str] = []
    for identifier, row in originals.items():
        if not any(each["id"] == identifier for each in found):
            lost.append(f"{row['name']}: its text could not be read; add the file again")
    with reporting(progress, "Saving") as report:
        for done, row in enumerate(found):
            report(Step(done, len(found), str(row["title"])))
            document = Document(
                row["id"],
                row["title"],
                row["text"],
                row["date"],
                row["organisation"],
                row["source"],
                row["media_type"],
                row["location"],
                row["sha256"],
                _edited(details.get(row["id"], {}).get("edited")),
                details.get(row["id"], {}).get("number"),
            )
            original = None
            if row["id"] in originals:
                with contextlib.suppress(zlib.error, TypeError):
                    original = originals[row["id"]]["name"], zlib.decompress(originals[row["id"]]["data"])
            try:
                _, whole = _store_again(library, document, original)
                if not whole:
                    lost.append(f"《{document.title}》: its original; its text was kept")
            except (YindaError, ValueError) as error:
                lost.append(f"《{document.title}》: {error}")
    return lost


def _edited(value: Any) -> tuple[str, ...]:
    try:
        return tuple(json.loads(value)) if value else ()
    except (ValueError, TypeError):
        return ()


def _keep(store: Store, rows: Iterable[sqlite3.Row], dimension: int) -> None:
    """Keep the sound vectors, so that they are found when the same words are embedded."""
    batch: dict[str, bytes] = {}
    for row in rows:
        if sound_vector(row["vector"], dimension):
            batch[row["embedded_text"]] = row["vector"]
        if len(batch) >= _KEPT_AT_ONCE:
            store.keep_vectors(batch)
            batch = {}
    if batch:
        store.keep_vectors(batch)
