"""The Library that people and programs use: add, update, remove, list, search."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.documents import Limits, ParsedDocument
from qa.documents.isolation import shared_reader
from qa.documents.limits import DEFAULT
from qa.documents.metadata import number_in
from qa.errors import DocumentError, LibraryError, QuestionError, YindaError
from qa.library.address import PUBLIC, Reach
from qa.library.backup import Backup, back_up, restore
from qa.library.mending import mend
from qa.library.metadata import FIELDS, checked_edit
from qa.library.pages import page_image
from qa.library.soundness import faults, key_of, sound_vector
from qa.library.sources import (
    Address,
    Failed,
    Piece,
    Source,
    as_list,
    fetched,
    file_of,
    file_source,
    inside,
    is_address,
    is_there,
    is_within,
    named,
)
from qa.library.store import NewPassage, NewVector, Store, other_model
from qa.library.versions import Versions, relations, sketched
from qa.pages import page_at
from qa.progress import Progress, Step, reporting
from qa.retriever.context import embedded_text
from qa.retriever.retriever import Retriever
from qa.types import Addition, AddReport, CatalogueEntry, Document, Hit, PageImage, Passage, Unread

if TYPE_CHECKING:
    from embeddings import Embedder

PathLike = str | os.PathLike[str]
# Small batches: progress moves and Ctrl-C is heard, and larger ones are no faster on a processor.
EMBED_BATCH = 8
# A document takes minutes where it is long: its finished vectors are kept this often, so that work that is killed
# loses no more. Ctrl-C loses none.
KEEP_SECONDS = 10.0
_ISO_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")


class Library:
    """A folder with documents, their passages, and the indexes over them. Make one with ``Library.open``.

    The folder holds ``library.sqlite``, which is the truth, and ``cache/``, which may be deleted. One process
    writes at a time; reading goes on meanwhile, from any number of threads and processes. In a folder that cannot be
    written, everything is read and searched as elsewhere, and what would change the Library raises ``LibraryError``.
    """

    def __init__(self, folder: Path, store: Store, model: str | Embedder | None, limits: Limits = DEFAULT) -> None:
        self.folder = folder
        self._store = store
        self._model = model
        self._embedder: Embedder | None = None
        self._loading = threading.Lock()
        self._reader = shared_reader(limits)
        self._retriever = Retriever(store, folder / "cache", lambda: self.embedder)

    # -- opening ------------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        folder: PathLike,
        *,
        model: str | Embedder | None = None,
        create: bool = True,
        limits: Limits = DEFAULT,
    ) -> Library:
        """Open the Library in ``folder``; made when absent unless ``create`` is false.

        ``model`` is an embedding model by hub name or path, or an ``Embedder``; without it, the model recorded in
        the Library, or the default one. ``limits`` bound what one file may cost that is added (see
        ``qa.documents.Limits``); with ``qa.documents.WITH_OCR`` the letters of PDF pages that are only pictures are
        recognised. Raises ``LibraryError`` when the folder is not a Library, was made by a newer version, or with
        another model than the one named, and where letters are to be recognised without the extra ``ocr``.
        """
        if limits.ocr:
            from qa.documents.pdf.recognition import installed

            if not installed():
                raise LibraryError("letters in pictures cannot be recognised here", "pip install 'yinda[ocr]'")
        path = Path(folder).expanduser()
        if os.path.exists(path) and not os.path.isdir(path):
            raise LibraryError(f"{path} is a file, not a Library folder", "name a folder")
        library = cls(path, Store(path / "library.sqlite", create=create), model, limits)
        if model is not None and library._store.model():
            try:
                _ = library.embedder
            except BaseException:
                library.close()
                raise
        return library

    @classmethod
    def restore(cls, file: PathLike, folder: PathLike, *, progress: Progress = False) -> Library:
        """Make the Library of a back-up in ``folder``, and open it; what is there already is never overwritten.

        The files that its documents came from need not be on this computer. Raises ``LibraryError`` when the folder is
        not empty, and when the file is not a sound back-up or of a newer version; nothing is left then.
        """
        restore(Path(file), Path(folder), progress)
        return cls.open(folder, create=False)

    @property
    def embedder(self) -> Embedder:
        """The model that turns texts into vectors; loaded when it is first needed."""
        with self._loading:
            if self._embedder is None:
                self._embedder = self._load_embedder()
            return self._embedder

    def _load_embedder(self) -> Embedder:
        from embeddings.errors import ModelError

        recorded = self._store.model()
        try:
            if self._model is None or isinstance(self._model, str):
                embedder = _shared_embedder(self._model or recorded.get("model") or None)
            else:
                embedder = self._model
        except ModelError as error:
            raise LibraryError(str(error), error.hint) from error
        if recorded and recorded["model_identity"] != embedder.identity:
            raise other_model(recorded, embedder.identity, embedder.dimension)
        return embedder

    def close(self) -> None:
        """Close the files; the Library must not be used afterwards."""
        self._retriever.close()
        self._store.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Library({str(self.folder)!r})"

    @property
    def chosen_model(self) -> str | Embedder | None:
        """The model for Libraries beside this one: the one that was named, or else the recorded one."""
        return self._model or self._store.model().get("model")

    @property
    def writable(self) -> bool:
        """Whether the Library can be changed: its folder and file are not read-only. A full disk shows later."""
        return self._store.writable

    # -- changing -----------------------------------------------------------------------------------------

    def add(
        self,
        paths: PathLike | Iterable[PathLike],
        *,
        versions: Versions = "beside",
        progress: Progress = False,
        reach: Reach = PUBLIC,
    ) -> AddReport:
        """Add files, and the readable files below folders; of an archive what is in it, of a message what is attached.

        A text with * or ? that is no file is a pattern: 资料/**/*.docx. One that begins with https:// or http:// is an
        address, which is fetched: nothing else in Yinda uses the network. ``reach`` says how far that goes.

        A file whose bytes the Library holds already is left alone; a file that changed replaces its old passages,
        and only passages whose text is new are embedded. What cannot be read is reported, not raised, and nothing
        of it is stored; ``unread`` remembers it. Each document is one transaction: work that is interrupted goes on
        where it stopped when it is called again. Files are read in a process of their own (``qa.documents.isolation``).

        The report says where the Library has a text already in another document, and where another version of it:
        of the same title and organisation, with another date or text. A version stands ``beside`` the others, or, with
        ``versions="replace"``, takes the place of those that are not newer: it keeps their id and what was edited.
        ``progress``: True for a bar on standard error, or a function that takes ``Step``s.
        """
        given = as_list(paths)
        places = [str(path.resolve()) for path in (Path(each).expanduser() for each in given) if os.path.exists(path)]
        sources = list(named(given, self._reader.limits))
        return self._add(sources, progress, places=places, versions=versions, reach=reach)

    def add_bytes(
        self, data: bytes, name: str, *, versions: Versions = "beside", progress: Progress = False
    ) -> AddReport:
        """Add a document given as bytes (an upload), or those in an archive; its file ``name`` decides its format.

        Other bytes under the same name stand beside the earlier ones: a name alone does not make a newer version.
        ``versions`` as in ``add``.
        """
        source = Source(name, Path(name).name, None, lambda: data)
        return self._add([source], progress, lazily=True, versions=versions)

    def update(self, *, progress: Progress = False) -> AddReport:
        """Read every document that came from a file again, and replace what changed.

        A file that is gone, also from its archive, is reported as failed; its document stays until it is removed.
        What was added from an address is not fetched again.
        """
        places = [e.path for e in self._store.catalogue() if e.path and not is_address(e.path)]
        files = {place: file_of(place) for place in places}
        again = dict.fromkeys(str(file or place) for place, file in files.items())
        seen: set[str] = set()
        report = self._add([file_source(Path(file), self._reader.limits) for file in again], progress, seen=seen)
        gone = [
            _failure(
                place,
                DocumentError(f"{place} is no longer in its archive", "remove the document, should it go too"),
            )
            for place, file in files.items()
            if file is not None and str(file) != place and place not in seen
        ]
        known = set(places)
        self._forget([u.location for u in self.unread() if u.location not in known and not is_there(u.location)])
        return AddReport((*report.additions, *gone))

    def unread(self) -> list[Unread]:
        """The sources that could not be read when they were last added, by place; uploads are not among them."""
        return self._store.unread()

    def forget_unread_below(self, folder: PathLike, there: Iterable[str]) -> None:
        """Forget what could not be read below a folder, but for the places that are ``there`` and what is in them."""
        root, places = str(Path(folder).resolve()), list(there)
        unread = [u.location for u in self.unread() if is_within(u.location, root)]
        self._forget(u for u in unread if not any(is_within(u, place) for place in places))

    def _forget(self, locations: Iterable[str]) -> None:
        places = list(locations)
        if places:
            self._store.forget_unread(places)

    def edit(
        self,
        document_id: str,
        *,
        title: str | None = None,
        date: str | None = None,
        organisation: str | None = None,
        number: str | None = None,
        progress: Progress = False,
    ) -> Document:
        """Set title, date, organisation and number of a document; returns it as it is now.

        None leaves a field as it is, "" clears any but the title. What is set stands over what the file says,
        also when the file changes and is read again; ``Document.edited`` names these fields. A value that is there
        already sets nothing. A date is 2023, 2023-02 or 2023-02-24.

        The title counts for search: passages are embedded again with another one. Their offsets and headings stay.
        Raises ``LibraryError`` for an id that is not in the Library, an empty title, and a date that is none.
        """
        given = checked_edit(title, date, organisation, number)
        self._store.check_writable()
        while True:  # each turn but the last is lost to somebody else's change of the same document
            written, _ = self._store.edits(document_id)
            document = self.document(document_id)
            changes = {name: value for name, value in given.items() if getattr(document, name) != value}
            if not changes:
                return document
            edited = tuple(name for name in FIELDS if name in document.edited or name in changes)
            changed = replace(document, edited=edited, **changes)  # type: ignore[arg-type]
            vectors = [] if changed.title == document.title else self._new_vectors(changed, progress)
            if self._store.edit(changed, vectors, replacing=written):
                break
        if vectors:
            self._retriever.save(lazily=True)
        return changed

    def _new_vectors(self, document: Document, progress: Progress) -> list[NewVector]:
        """The vectors that the document's title changes."""
        passages = self._store.passages_of(document.id)
        texts = [embedded_text(p.text, document.title, p.heading_path) for p in passages]
        with reporting(progress, "Editing") as report:
            vectors, _ = self._vectors(texts, self.embedder, lambda part: report(Step(part, 1, document.title)))
            report(Step(1, 1, ""))
        before = self._store.embedded_texts(document.id)
        return [
            NewVector(p.id, key, vector)
            for p, (key, vector) in zip(passages, vectors, strict=True)
            if before.get(p.id) != key
        ]

    def remove(self, document_ids: str | Iterable[str], *, progress: Progress = False) -> list[str]:
        """Remove documents by id, with everything that was derived from them; returns the ids removed.

        Raises ``LibraryError`` for an id that is not in the Library, before anything is removed.
        """
        ids = [document_ids] if isinstance(document_ids, str) else list(dict.fromkeys(document_ids))
        for identifier in ids:
            self.document(identifier)
        self._store.check_writable()
        try:
            with reporting(progress, "Removing") as report:
                for done, identifier in enumerate(ids):
                    report(Step(done, len(ids), identifier))
                    document = self._store.document(identifier)
                    self._store.delete(identifier)
                    if document is not None and document.path and not is_there(document.path):
                        self._forget([document.path])
                report(Step(len(ids), len(ids), ""))
        finally:
            self._retriever.save()
        return ids

    def _add(
        self,
        sources: Sequence[Source | Address | Failed],
        progress: Progress,
        *,
        lazily: bool = False,
        places: Sequence[str] = (),
        seen: set[str] | None = None,
        versions: Versions = "beside",
        reach: Reach = PUBLIC,
    ) -> AddReport:
        """Add sources. ``places`` are the files and folders that they make up; ``seen`` is given where each was."""
        additions: list[Addition] = []
        changed = False
        self._store.check_writable()
        self._catch_up()
        seen = set() if seen is None else seen
        unread = {each.location for each in self._store.unread()}
        failed: set[str] = set()
        try:
            with reporting(progress, "Adding") as report:
                for done, named_source in enumerate(sources):
                    source = named_source
                    if isinstance(source, Address):
                        report(Step(done, len(sources), source.location))
                        source = fetched(source, self._reader.limits, reach)
                    pieces = [Piece(source)] if isinstance(source, Failed) else inside(source, self._reader)
                    for piece in pieces:
                        each = piece.source
                        if each.location is not None:
                            seen.add(each.location)
                        if isinstance(each, Failed):
                            additions.append(self._failed(each))
                        else:
                            report(Step(done + piece.begin, len(sources), each.name))

                            def part(
                                fraction: float, done: int = done, piece: Piece = piece, name: str = each.name
                            ) -> None:
                                report(Step(done + piece.begin + fraction * piece.share, len(sources), name))

                            additions.append(self._add_one(each, part, versions))
                        if each.location is not None and additions[-1].status == "failed":
                            failed.add(each.location)
                        if additions[-1].status in ("added", "replaced"):
                            changed = True
                            # Who asks meanwhile would have to make up for all that is not in the caches yet.
                            self._retriever.save(lazily=True)
                    if source.location is not None:
                        self._forget(u for u in unread if is_within(u, source.location) and u not in failed)
                report(Step(len(sources), len(sources), ""))
                self._forget(u for u in unread if u not in failed and any(is_within(u, place) for place in places))
        finally:
            if changed:
                self._retriever.save(lazily=lazily)
        return AddReport(tuple(additions))

    def _failed(self, source: Failed | Source, error: DocumentError | None = None) -> Addition:
        """A source that cannot be read; remembered where it has a place."""
        error = source.error if isinstance(source, Failed) else error
        assert error is not None
        failed = _failure(source.label, error)
        if source.location is not None and _encodable(source.location):
            name = source.name if isinstance(source, Source) else Path(source.location).name
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self._store.remember_unread(Unread(source.location, name, error.message, error.hint, now))
        return failed

    def _add_one(self, source: Source, part: Callable[[float], None], versions: Versions) -> Addition:
        try:
            if not _encodable(source.label) or not _encodable(source.location or ""):
                raise DocumentError(
                    f"{_shown(source.label)}: the file name is not valid UTF-8",
                    "rename the file, or its folder",
                )
            data = source.read()
            sha256 = hashlib.sha256(data).hexdigest()
            here = self._store.find(location=source.location) if source.location else None
            same = here if here is not None and here[1] == sha256 else None
            if here is None:
                same = self._store.find(sha256=sha256)
            if same is not None:
                if source.location:
                    self._store.relocate(same[0], source.location)
                return Addition(source.label, "unchanged", same[0], same[2])
            parsed = self._reader.parse(data, source.name)
        except DocumentError as error:
            return self._failed(source, error)
        drawn = sketched(parsed.text, parsed.passages)
        near = relations(parsed, drawn, self._store, besides=here[0] if here is not None else None)
        replaced = near.replaced() if versions == "replace" and here is None else ()
        if replaced:
            here = (replaced[0].id, replaced[0].sha256, replaced[0].title)
        embedder = self.embedder
        self._store.record_model(embedder.name, embedder.identity, embedder.dimension)
        document = Document(
            id=here[0] if here is not None else self._new_id(sha256),
            title=parsed.title,
            text=parsed.text,
            date=parsed.date,
            organisation=parsed.organisation,
            source=parsed.source or source.published,
            media_type=parsed.media_type,
            path=source.location,
            sha256=sha256,
            number=parsed.number,
        )
        embedded = 0
        while True:  # each turn but the last is lost to somebody else's change of the same document
            written, edits = self._store.edits(document.id) if here is not None else (0, {})
            known = replace(document, edited=tuple(edits), **edits)  # type: ignore[arg-type]
            passages, count = self._embed(parsed, known.title, embedder, part)
            embedded += count
            try:
                if self._store.put(
                    known, source.name, data, passages, parsed.page_starts, sketch=drawn, replacing=written
                ):
                    break
            except BaseException:  # Ctrl-C, a full disk: what was embedded need not be embedded again
                with contextlib.suppress(YindaError):
                    self._store.keep_vectors({passage.embedded_text: passage.vector for passage in passages})
                raise
        for older in replaced[1:]:
            self._store.delete(older.id)
        gone = {older.id for older in replaced}
        return Addition(
            source.label,
            "added" if here is None else "replaced",
            known.id,
            known.title,
            len(passages),
            embedded,
            warnings=(*parsed.warnings, *near.notes(replaced)),
            copies=tuple(each.id for each in near.copies),
            versions=tuple(each.id for each in near.versions if each.id not in gone),
        )

    def _catch_up(self) -> None:
        """Sketch the documents that an earlier version of Yinda added, and find their numbers."""
        for identifier in self._store.unsketched():
            document = self._store.document(identifier)
            if document is not None:
                drawn = sketched(document.text, self._store.passages_of(identifier))
                self._store.catch_up(identifier, drawn, number_in(document.text))

    def _embed(
        self, parsed: ParsedDocument, title: str, embedder: Embedder, part: Callable[[float], None]
    ) -> tuple[list[NewPassage], int]:
        texts = [embedded_text(parsed.text[p.start : p.end], title, p.heading_path) for p in parsed.passages]
        vectors, embedded = self._vectors(texts, embedder, part)
        new = [
            NewPassage(p.start, p.end, p.heading_path, p.page, key, vector)
            for p, (key, vector) in zip(parsed.passages, vectors, strict=True)
        ]
        return new, embedded

    def _vectors(
        self, texts: Sequence[str], embedder: Embedder, part: Callable[[float], None]
    ) -> tuple[list[tuple[str, bytes]], int]:
        """For each text its hash and its vector, and how many had to be embedded: the others are in the Library."""
        keys = [key_of(text) for text in texts]
        stored = self._store.vectors_by_text(list(set(keys)))
        # What is damaged is not handed on.
        vectors = {key: vector for key, vector in stored.items() if sound_vector(vector, embedder.dimension)}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        # Texts of a length together: none is filled up for a longer one beside it.
        order = sorted(missing, key=lambda key: -len(missing[key]))
        fresh: dict[str, bytes] = {}
        kept = time.monotonic()
        try:
            for first in range(0, len(order), EMBED_BATCH):
                batch = order[first : first + EMBED_BATCH]
                rows = embedder.encode_passages([missing[key] for key in batch], batch_size=EMBED_BATCH)
                fresh.update((key, row.astype("<f4").tobytes()) for key, row in zip(batch, rows, strict=True))
                part((first + len(batch)) / len(missing))
                if time.monotonic() - kept > KEEP_SECONDS:
                    self._store.keep_vectors(fresh)
                    vectors |= fresh
                    fresh, kept = {}, time.monotonic()
        except BaseException:
            if fresh:
                with contextlib.suppress(YindaError):
                    self._store.keep_vectors(fresh)
            raise
        vectors |= fresh
        return [(key, vectors[key]) for key in keys], len(missing)

    def _new_id(self, sha256: str) -> str:
        # The first bytes that a document was added with name it; it keeps the name when its file changes, so
        # another document may later come with those bytes.
        for salt in range(1 << 16):
            identifier = hashlib.sha256(f"{sha256}{salt}".encode()).hexdigest()[:12] if salt else sha256[:12]
            if self._store.document(identifier) is None:
                return identifier
        raise AssertionError("no free document id")  # 65,536 collisions of 48-bit hashes

    # -- reading ------------------------------------------------------------------------------------------

    def documents(self) -> list[Document]:
        """All documents, in the order in which they came."""
        return self._store.documents()

    def catalogue(self) -> list[CatalogueEntry]:
        """What a list shows of all documents, in the order in which they came; fast, because no text is read."""
        return self._store.catalogue()

    def organisations(self) -> list[str]:
        """The organisations of the documents, each once, those of most documents first."""
        return self._store.organisations()

    def change(self) -> int:
        """The number of the last change: as long as it is the same, so are the documents and what a search finds."""
        return self._store.change()

    def document(self, document_id: str) -> Document:
        """One document by id; raises ``LibraryError`` when there is none."""
        document = self._store.document(document_id)
        if document is None:
            raise LibraryError(f"no document {document_id!r} in this Library", "list them with: yinda docs")
        return document

    def passages(self, document_id: str) -> list[Passage]:
        """The passages of one document, in order."""
        return self._store.passages_of(document_id)

    def passage_counts(self) -> dict[str, int]:
        """The number of passages by document id."""
        return self._store.passage_counts()

    def original(self, document_id: str) -> tuple[str, bytes]:
        """File name and bytes of a document as it was given."""
        original = self._store.original(document_id)
        if original is None:
            raise LibraryError(f"no document {document_id!r} in this Library", "list them with: yinda docs")
        return original

    def page_of(self, document_id: str, offset: int) -> int | None:
        """The page, from 1, on which the character at ``offset`` of a document's text stands; None without pages."""
        return page_at(self._store.page_starts(document_id), offset)

    def page_image(
        self, document_id: str, page: int, *, spans: Sequence[tuple[int, int]] = (), width: int = 1000
    ) -> PageImage:
        """A page of a document, from 1, as a picture, with boxes around what ``spans`` cover on it.

        ``spans`` are offsets into the document's text, end exclusive; what of them stands on other pages is passed
        over. ``width`` is the picture's in pixels; a page that would be absurdly large is made smaller. There are no
        boxes where the document was added by a version of Yinda that read its text in another way, and where letters of
        any of its pages were recognised.

        Raises ``LibraryError`` when there is no such document, it has no pages, there is no such page, or ``width`` is
        not between 16 and 4000.
        """
        document = self.document(document_id)
        if document.media_type != "application/pdf" or not self._store.page_starts(document_id):
            raise LibraryError(
                f"《{document.title}》 has no pages ({document.media_type})", "only PDF documents have pages to show"
            )
        if not 16 <= width <= 4000:
            raise LibraryError(f"a page {width} pixels wide cannot be made", "name a width from 16 to 4000")
        name, data = self.original(document_id)
        return page_image(self._reader, document, name, data, page=page, spans=spans, width=width)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        documents: str | Iterable[str] | None = None,
        organisation: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
    ) -> list[Hit]:
        """The ``k`` best passages for a question, best first; each Hit says what each part contributed.

        Filters: ``documents`` (ids), ``organisation`` (its name or a part of it), ``since`` and ``until`` (ISO dates
        of any precision, or ``date``s, both included; undated documents pass no date filter).

        Raises ``QuestionError`` for an empty or oversized question and for a date that is none.
        """
        if isinstance(documents, str):
            documents = [documents]
        ids = None if documents is None else list(documents)
        first, last = _iso_date("since", since), _iso_date("until", until)

        def among() -> list[str] | None:
            if ids is None and organisation is None and first is None and last is None:
                return None
            return self._store.select_documents(documents=ids, organisation=organisation, since=first, until=last)

        return self._retriever.search(question, k, among)

    def snapshot(self) -> AbstractContextManager[None]:
        """One consistent view over several reads in this thread: what others write meanwhile is not seen.

        Searching is consistent in itself, and is not for the inside of this.
        """
        return self._store.snapshot()

    def still_there(self, hits: Sequence[Hit]) -> list[Hit]:
        """Those of the hits whose passages were neither removed nor replaced since."""
        there = self._store.passages([hit.passage.id for hit in hits])
        return [hit for hit in hits if hit.passage.id in there]

    def problems(self) -> list[str]:
        """What is wrong with the Library, one line each; empty when it is sound."""
        damage = self._store.problems()
        # What a damaged file gives is not worth comparing.
        return damage or [fault.text for fault in faults(self._store)] + self._retriever.problems()

    def repair(self, *, progress: Progress = False) -> list[str]:
        """Mend what can be mended, and build the caches anew; says in lines what was mended.

        Vectors that are wrong are embedded anew, passages that do not fit their text are cut anew from the original,
        and a lost original is taken from its file where that is unchanged. ``problems`` then says what is left.
        Raises ``LibraryError`` when the SQLite file is damaged; ``qa.library.mending.save_readable`` is for that.
        """
        self._store.check_writable()
        damage = self._store.problems()
        if damage:
            raise LibraryError(
                f"the Library at {self.folder} is damaged: {damage[0]}",
                "save what can be read of it with: yinda doctor --repair, or restore a back-up: yinda restore FILE",
            )
        said = mend(self, progress)
        unfit = self._retriever.problems()
        self._retriever.rebuild()
        return said + [f"{each}: built anew" for each in unfit]

    def backup(self, file: PathLike, *, progress: Progress = False) -> Backup:
        """Write documents, originals, vectors and conversations into one file, whole or not at all.

        The Library may be used meanwhile, also by other processes. Raises ``LibraryError`` when the file exists or
        cannot be written, and when the Library is damaged.
        """
        return back_up(self.folder, Path(file), progress)

    def model(self) -> dict[str, str]:
        """The recorded embedding model: ``model``, ``model_identity``, ``model_dimension``; empty when new."""
        return self._store.model()


_one_at_a_time = threading.Lock()


def _shared_embedder(name: str | None) -> Embedder:
    # A model takes seconds to load and much memory: the Libraries of one process share it.
    from embeddings.default_model import NAME

    with _one_at_a_time:
        return _loaded(name or NAME)


@lru_cache(maxsize=2)
def _loaded(name: str) -> Embedder:
    from embeddings import load_embedder

    return load_embedder(name)


def _iso_date(name: str, value: str | date | None) -> str | None:
    if value is None:
        return None
    if not _ISO_DATE.fullmatch(str(value)):
        raise QuestionError(f"{name}: {str(value)!r} is not a date", "write 2023, 2023-02 or 2023-02-24")
    return str(value)


def _encodable(name: str) -> bool:
    """Whether a name can be stored: one from an old archive may hold bytes of another encoding (surrogates)."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shown(name: str) -> str:
    return name.encode("utf-8", "replace").decode()


def _failure(label: str, error: YindaError) -> Addition:
    return Addition(_shown(label), "failed", reason=error.message, hint=error.hint)
