"""The documents of a set in a Library, and the names by which the set calls them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from eval.errors import RunError
from eval.evidence import document_text, same_name
from eval.types import EvaluationSet, StoredPassage
from qa import Library, LibraryError, Passage
from qa.progress import Progress, Step, reporting


class Corpus:
    """A Library with the names of its documents in the set.

    ``names`` maps document ids to names; a document without one there goes by its file's name. A text that stands
    in the set under several names goes by the first.
    """

    def __init__(self, library: Library, names: Mapping[str, str] | None = None) -> None:
        self.library = library
        self._names = dict(names or {})
        self._titles: dict[str, str] = {}

    def name(self, document_id: str) -> str:
        """What the set calls a document."""
        self._know(document_id)
        return self._names[document_id]

    def ids(self, name: str) -> list[str]:
        """The documents that go by a name: a file's name with or without its suffix, a title, or an id."""
        if not self._titles:
            for document in self.library.documents():
                self._know(document.id)
        return [i for i, known in self._names.items() if known == name] or [
            i for i, known in self._names.items() if same_name(known, name) or name in (i, self._titles.get(i))
        ]

    def stored(self, passage: Passage) -> StoredPassage:
        """A passage as a run keeps it."""
        name = self.name(passage.document_id)
        return StoredPassage(
            key=f"{name}:{passage.start}-{passage.end}",
            document=name,
            title=self._titles[passage.document_id],
            start=passage.start,
            end=passage.end,
            text=passage.text,
            heading_path=passage.heading_path,
        )

    def _know(self, document_id: str) -> None:
        if document_id not in self._titles:
            document = self.library.document(document_id)
            self._titles[document_id] = document.title
            if document_id not in self._names:
                self._names[document_id] = PurePath(document.path or self.library.original(document_id)[0]).name


@contextmanager
def corpus_of(
    evaluation_set: EvaluationSet,
    folder: Path,
    *,
    library: Library | None = None,
    model: str | None = None,
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
    with Library.open(folder / "library" / re.sub(r"[^\w.-]+", "-", evaluation_set.name), model=model) as own:
        _add(own, [evaluation_set, *beside], progress)
        yield Corpus(own, _names_in(own, evaluation_set, *beside))


def _add(library: Library, sets: Sequence[EvaluationSet], progress: Progress) -> None:
    held = {document.sha256 for document in library.documents()}
    texts = {
        _digest(data): (data, document.name)
        for one in sets
        for document in one.documents
        if (data := document_text(one, document.title, document.text).encode("utf-8", "replace")).strip()
    }
    missing = [(data, name) for digest, (data, name) in texts.items() if digest not in held]
    with reporting(progress, "Indexing") as report:
        for done, (data, name) in enumerate(missing):
            report(Step(done, len(missing), name))
            (addition,) = library.add_bytes(data, f"{PurePath(name).name or 'text'}.txt").additions
            if addition.status == "failed":
                raise RunError(f"{name}: {addition.reason}", "correct the document in the set, or leave it out")
        if missing:
            report(Step(len(missing), len(missing), ""))
    sources = [path for one in sets for path in one.sources]
    if sources:
        failed = library.add(sources, progress=progress).failed
        if failed:
            raise RunError(f"{failed[0].path}: {failed[0].reason}", failed[0].hint)


def _names_in(library: Library, *sets: EvaluationSet) -> dict[str, str]:
    ids = {document.sha256: document.id for document in library.documents()}
    names: dict[str, str] = {}
    missing = []
    for one in sets:
        for document in one.documents:
            text = document_text(one, document.title, document.text).encode("utf-8", "replace")
            identifier = ids.get(_digest(text))
            if identifier is not None:
                names.setdefault(identifier, document.name)
            elif text.strip():
                missing.append(document.name)
    if missing:
        raise LibraryError(
            f"the Library lacks {len(missing)} documents of the set ({missing[0]!r} is one)",
            "leave --library out: the set's own documents are then put into a Library of their own",
        )
    return names


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
