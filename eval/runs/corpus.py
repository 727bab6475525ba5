"""The documents of a set in a Library, and the names by which the set calls them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from eval.errors import RunError
from eval.names import document_text
from eval.runs.folder import LIBRARIES
from eval.types import EvaluationSet, StoredPassage
from qa import Library, LibraryError, Passage
from qa.progress import Progress, Step, reporting

if TYPE_CHECKING:
    from embeddings import Embedder

CHANGED_HINT = "leave the Library alone while it is asked, and make the run again with --restart"


class Corpus:
    """A Library with the names of its documents in the set.

    ``names`` maps document ids to names; a document without one there goes by its file's name, with its folder's name
    where several files share theirs.
    """

    def __init__(self, library: Library, names: Mapping[str, str] | None = None) -> None:
        self.library = library
        documents = library.documents()
        self._titles = {document.id: document.title for document in documents}
        paths = {d.id: PurePath(d.path or library.original(d.id)[0]) for d in documents if d.id not in (names or {})}
        shared = Counter(path.name for path in paths.values())
        self._names = dict(names or {}) | {
            identifier: path.name if shared[path.name] == 1 else "/".join(path.parts[-2:])
            for identifier, path in paths.items()
        }
        self._ids: dict[str, list[str]] = {}
        for identifier, name in self._names.items():
            self._ids.setdefault(name, []).append(identifier)

    @property
    def names(self) -> list[str]:
        """The names of all documents."""
        return list(self._ids)

    def ids(self, name: str) -> list[str]:
        """The documents of a name: one, but for files of one name in folders of one name."""
        return self._ids.get(name, [])

    def stored(self, passage: Passage) -> StoredPassage:
        """A passage as a run keeps it; its key holds the document's id, as names may meet those of another set."""
        identifier = passage.document_id
        if identifier not in self._names:
            raise LibraryError(f"document {identifier} came while the questions were asked", CHANGED_HINT)
        return StoredPassage(
            key=f"{identifier}:{passage.start}-{passage.end}",
            document=self._names[identifier],
            title=self._titles[identifier],
            start=passage.start,
            end=passage.end,
            text=passage.text,
            heading_path=passage.heading_path,
        )


@contextmanager
def corpus_of(
    evaluation_set: EvaluationSet,
    folder: Path,
    *,
    library: Library | None = None,
    model: str | Embedder | None = None,
    beside: Sequence[EvaluationSet] = (),
    progress: Progress = False,
) -> Iterator[Corpus]:
    """The documents of a set, ready to be asked.

    In ``library`` where one is given, which must then hold the texts that stand in the set; otherwise in a Library of
    their own below ``folder``, made with the embedding ``model`` and kept there so that an interrupted run does not
    embed them again. The documents of the sets ``beside`` are put in with them, as further places to look.
    """
    if library is not None:
        yield Corpus(library, _names_in(library, evaluation_set))
        return
    if not evaluation_set.documents and not evaluation_set.sources:
        raise RunError(
            f"{evaluation_set.path} brings no documents",
            "name a Library that holds them with --library, or the files with --documents",
        )
    with Library.open(folder / LIBRARIES / _folder_name(evaluation_set.name), model=model) as own:
        _add(own, [evaluation_set, *beside], progress)
        yield Corpus(own, _names_in(own, evaluation_set, *beside))


def _add(library: Library, sets: Sequence[EvaluationSet], progress: Progress) -> None:
    """Make the Library hold the documents of the sets, and no others."""
    texts = {_digest(data): (data, name) for data, name in _texts(*sets)}
    held = {document.sha256: document.id for document in library.documents()}
    missing = [(data, name) for digest, (data, name) in texts.items() if digest not in held]
    sources = [path for one in sets for path in one.sources]
    if texts and not sources:
        library.remove([identifier for digest, identifier in held.items() if digest not in texts])
    with reporting(progress, "Indexing") as report:
        for done, (data, name) in enumerate(missing):
            report(Step(done, len(missing), name))
            (addition,) = library.add_bytes(data, f"{PurePath(name).name or 'text'}.txt").additions
            if addition.status == "failed":
                raise RunError(f"{name}: {addition.reason}", "correct the document in the set, or leave it out")
        if missing:
            report(Step(len(missing), len(missing), ""))
    if sources:
        report_of_sources = library.add(sources, progress=progress)
        for failure in report_of_sources.failed:
            raise RunError(f"{failure.path}: {failure.reason}", failure.hint)
        wanted = {addition.document_id for addition in report_of_sources.additions}
        library.remove([d.id for d in library.documents() if d.id not in wanted and d.sha256 not in texts])


def _names_in(library: Library, *sets: EvaluationSet) -> dict[str, str]:
    """The names of the texts in the first set by their document's id; those of the others say whose they are."""
    ids = {document.sha256: document.id for document in library.documents()}
    names: dict[str, str] = {}
    missing = []
    for number, one in enumerate(sets):
        for data, name in _texts(one):
            identifier = ids.get(_digest(data))
            if identifier is not None:
                names.setdefault(identifier, name if number == 0 else f"{one.name}: {name}")
            else:
                missing.append(name)
    if missing:
        raise RunError(
            f"the Library lacks {len(missing)} documents of the set ({missing[0]!r} is one)",
            "leave --library out: the set's own documents are then put into a Library of their own",
        )
    return names


def _texts(*sets: EvaluationSet) -> Iterator[tuple[bytes, str]]:
    for one in sets:
        for document in one.documents:
            text = document_text(one, document.title, document.text)
            if text.strip():  # a blank document cannot be found
                yield text.encode("utf-8", "replace"), document.name


def _folder_name(name: str) -> str:
    """A set's name as that of a folder; the digest tells a/b-c from a-b/c."""
    slug = re.sub(r"[^\w.-]+", "-", name)
    return f"{slug}-{_digest(name.encode())[:6]}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
