"""The documents of a set: files given or in a folder beside it, and texts in a JSON Lines file beside it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.errors import SetError
from eval.sets.fields import text_of
from eval.sets.lines import json_lines
from eval.sets.reading import Log, Reading, set_name
from eval.types import Layout, Question, SetDocument

FOLDER = "documents"
INLINE = ".documents.jsonl"
_INLINE_HINT = 'Each line is one document: {"name": "report.txt", "text": "…", "title": "…"}.'


def with_documents(
    path: Path, layout: Layout, questions: tuple[Question, ...], log: Log, documents: Iterable[Path | str]
) -> Reading:
    """The set of the questions read from a file, with the documents given or beside it."""
    inline, sources = inline_documents(path, log), sources_of(path, documents)
    return Reading(
        path,
        layout,
        questions,
        inline,
        sources,
        name=set_name(path),
        notes=tuple(log.notes),
        faults=tuple(log.faults),
    )


def sources_of(path: Path, given: Iterable[Path | str] = ()) -> tuple[Path, ...]:
    """The files that were given, or else those in the folder ``documents`` beside the set, in a stable order.

    Raises ``SetError`` when a given path does not exist, or a given folder holds nothing that Yinda reads.
    """
    from qa.documents import SUFFIXES

    wanted = [Path(p) for p in given]
    if not wanted:
        folder = path.parent / FOLDER
        wanted = [folder] if folder.is_dir() else []
    found: dict[Path, None] = {}
    for place in wanted:
        if place.is_dir():
            files = [f for f in sorted(place.rglob("*")) if _readable(f, place, SUFFIXES)]
            if not files and given:
                raise SetError(
                    place, "holds no document that can be read", f"Yinda reads {' '.join(sorted(SUFFIXES))}."
                )
            found.update(dict.fromkeys(files))
        elif place.is_file():
            found[place] = None
        else:
            raise SetError(place, "there is no such document or folder", "Check the path.")
    return tuple(found)


def inline_documents(path: Path, log: Log) -> tuple[SetDocument, ...]:
    """The documents in ``<stem>.documents.jsonl`` beside the set, if there is such a file.

    Raises ``SetError`` for a broken line, a missing field, or two documents of one name.
    """
    beside = inline_path(path)
    if beside == path or not beside.is_file():
        return ()
    documents: dict[str, SetDocument] = {}
    lines: dict[str, int] = {}
    for number, row in json_lines(beside, log, _INLINE_HINT):
        try:
            name, text, title = (
                text_of(row.get(key, ""), f'"{key}"', beside, number, _INLINE_HINT) for key in ("name", "text", "title")
            )
            if not name or not text.strip():
                missing = "text" if name else "name"
                raise SetError(beside, f'a document without "{missing}"', _INLINE_HINT, line=number)
            if name in documents:
                reason = f"document {name} also on line {lines[name]}"
                raise SetError(beside, reason, "Give each document its own name.", line=number)
        except SetError as error:
            log.fault(error)
            continue
        documents[name], lines[name] = SetDocument(name, text, title), number
    return tuple(documents.values())


def inline_path(path: Path) -> Path:
    """Where the documents of a set stand, when their texts stand in a file of their own."""
    return path.with_name(path.stem + INLINE)


def _readable(file: Path, root: Path, suffixes: frozenset[str]) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in file.relative_to(root).parts)
    return not hidden and file.suffix.lower() in suffixes and file.is_file()
