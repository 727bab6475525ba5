"""From the paths that a person names to the files that are read, and to the documents inside them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from qa.documents import SUFFIXES, read_file
from qa.documents.containers import is_container, pages_folders, suffix
from qa.documents.formats import FORMATS
from qa.documents.isolation import IsolatedReader, Unpacked
from qa.documents.limits import MB, Limits
from qa.errors import DocumentError


@dataclass(frozen=True, slots=True)
class Source:
    """One source to be read: what to call it, where it lives (None for an upload), and how to get its bytes.

    ``name`` is its file name, behind that of its archive where it is in one: 资料.zip/报告/2023.docx. ``published`` is
    where it comes from when the text does not say.
    """

    label: str
    name: str
    location: str | None
    read: Callable[[], bytes]
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A source that cannot be read, and why; ``location`` is None where it has none, or nothing is there."""

    label: str
    location: str | None
    error: DocumentError


@dataclass(frozen=True, slots=True)
class Piece:
    """A document of a source, or what of it cannot be read: it begins at this share of the source, and has that one."""

    source: Source | Failed
    begin: float = 0.0
    share: float = 1.0


def as_paths(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """One path or several, as a list."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [Path(path).expanduser() for path in paths]


def file_source(path: Path, limits: Limits) -> Source:
    """A file as a source."""
    location = path.expanduser().resolve()
    most = limits.archive if is_container(path.name) and suffix(path.name) not in FORMATS else limits.document
    return Source(str(path), path.name, str(location), lambda: read_file(location, most))


def files_under(path: Path) -> Iterator[Path | Failed]:
    """The file itself, or the readable files below a folder in a stable order; hidden ones are passed over.

    So are the folders that browsers put beside a saved page (page_files beside page.html). A folder that cannot be
    looked into is given with the reason; so is a link to a folder around it, which would go on for ever.

    Raises ``DocumentError`` when the path does not exist, or a folder holds nothing that can be read.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if _is_loop(path):
            raise DocumentError(f"{path} is a link that leads back to itself", "remove the link") from error
        raise DocumentError(f"there is no file or folder {path}", "check the spelling of the path") from error
    except ValueError as error:
        raise DocumentError(f"there is no file or folder {path}", "check the spelling of the path") from error
    if not stat.S_ISDIR(mode):
        if not stat.S_ISREG(mode):
            raise DocumentError(f"{path} is not a file", "save what it gives to a file first")
        yield path
        return
    found = False
    for each in _walk(path, path.resolve(), ()):
        found = True
        yield each
    if not found:
        raise DocumentError(
            f"the folder {path} holds no document that can be read",
            f"Yinda reads {', '.join(sorted(SUFFIXES))}",
        )


def _walk(folder: Path, place: Path, around: tuple[tuple[int, int], ...]) -> Iterator[Path | Failed]:
    """Readable files, those of a folder before those of its subfolders.

    ``place`` is where the folder is, links above it resolved; ``around`` are the folders that it is in.
    """
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
        mark = folder.stat()
    except OSError as error:
        reason = f"the folder {folder} cannot be looked into: {error.strerror}"
        yield Failed(str(folder), str(place), DocumentError(reason, "check its permissions"))
        return
    here = (mark.st_dev, mark.st_ino)
    if mark.st_ino and here in around:
        reason = f"{folder} is a link to a folder that it is in"
        yield Failed(str(folder), str(place), DocumentError(reason, "what is there is added once"))
        return
    beside = pages_folders(entry.name for entry in entries)
    subfolders = []
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        try:
            if entry.is_dir():
                if entry.name not in beside:
                    subfolders.append(entry.name)
            # A pipe or a socket would be waited for, and a link may lead nowhere.
            elif suffix(entry.name) in SUFFIXES and entry.is_file():
                yield folder / entry.name
            elif suffix(entry.name) in SUFFIXES and entry.is_symlink() and _is_loop(folder / entry.name):
                reason = f"{folder / entry.name} is a link that leads back to itself"
                yield Failed(entry.path, str(place / entry.name), DocumentError(reason, "remove the link"))
        except OSError:
            continue
    for name in subfolders:
        yield from _walk(folder / name, place / name, (*around, here))


def _is_loop(path: Path) -> bool:
    """Whether a link leads to itself, over others or at once."""
    seen = set[str]()
    place = os.path.abspath(path)
    while os.path.islink(place):
        if place in seen:
            return True
        seen.add(place)
        place = os.path.normpath(os.path.join(os.path.dirname(place), os.readlink(place)))
    return False


# -- places -----------------------------------------------------------------------------------------------


def is_address(location: str) -> bool:
    """Whether a source is somewhere in the network."""
    return location.startswith(("http://", "https://"))


def file_of(location: str) -> Path | None:
    """The file in which the document at this place is: itself, or the archive that holds it; None when it is gone."""
    path = Path(location)
    for each in (path, *path.parents):
        try:
            if each.is_file():
                return each
            if each.exists():
                return None
        except (OSError, ValueError):
            continue
    return None


def is_there(location: str) -> bool:
    """Whether the file of a document is still there. Nobody looks whether an address is."""
    return is_address(location) or file_of(location) is not None


def is_within(location: str, place: str) -> bool:
    """Whether a place is this one, or below it: in a folder, or in an archive."""
    return (
        location == place
        or location.startswith(place.rstrip("/\\") + "/")
        or (os.sep != "/" and location.startswith(place.rstrip("/\\") + os.sep))
    )


# -- what is inside ---------------------------------------------------------------------------------------


class _Budget:
    """What may still be unpacked of one source, with all archives in it."""

    def __init__(self, limits: Limits) -> None:
        self.bytes = limits.unpacked
        self.entries = limits.entries
        self.spent: DocumentError | None = None


def inside(source: Source, reader: IsolatedReader) -> Iterator[Piece]:
    """The source itself, or the documents in it: of an archive, its files; of a message, itself and what is attached.

    A document inside has the name and the place of what it is in, ``/``, and its path there. What cannot be read is
    given with its reason, and the rest goes on; nothing is written to any disk.
    """
    budget = _Budget(reader.limits)
    yield from _inside(source, reader, budget, 0, 0.0, 1.0)
    if budget.spent is not None:
        yield Piece(Failed(source.label, source.location, budget.spent), 1.0, 0.0)


def _inside(
    source: Source, reader: IsolatedReader, budget: _Budget, depth: int, begin: float, share: float
) -> Iterator[Piece]:
    if not is_container(source.name):
        yield Piece(source, begin, share)
        return
    try:
        data = source.read()
        is_document = suffix(source.name) in FORMATS
        if is_document:
            source = replace(source, read=lambda: data)
        elif depth > reader.limits.depth:
            raise DocumentError(
                f"{source.name} is an archive in {depth} others; at most {reader.limits.depth} are opened.",
                "Unpack it, and add what is inside.",
            )
        unpacked = reader.unpack(data, source.name)
        budget.entries -= len(unpacked.entries)
        if budget.entries < 0:
            budget.spent = budget.spent or DocumentError(
                f"{source.name} holds more than {reader.limits.entries:,} files.", "Split it into parts."
            )
            return
        if not is_document and not unpacked.entries:
            raise DocumentError(
                f"{source.name} holds no document that can be read.", f"Yinda reads {', '.join(sorted(SUFFIXES))}"
            )
    except DocumentError as error:
        yield Piece(Failed(source.label, source.location, error), begin, share)
        return
    share /= len(unpacked.entries) + is_document
    if is_document:
        yield Piece(source, begin, share)
        begin += share
    if depth > reader.limits.depth:  # messages in messages: each is one attachment of the one before
        return
    for number, entry in enumerate(unpacked.entries):
        label = f"{source.label}/{entry.path}"
        location = source.location and f"{source.location}/{entry.path}"
        if entry.reason:
            yield Piece(Failed(label, location, DocumentError(entry.reason, entry.hint)), begin, share)
        else:
            read = partial(_read, unpacked, number, budget, source.name, reader.limits)
            inner = Source(label, f"{source.name}/{entry.path}", location, read, source.published)
            yield from _inside(inner, reader, budget, depth + 1, begin, share)
        if budget.spent is not None:
            return
        begin += share


def _read(unpacked: Unpacked, number: int, budget: _Budget, name: str, limits: Limits) -> bytes:
    """The bytes of an entry; what it declares is bounded for each archive, what comes of all of them is here."""
    size = unpacked.entries[number].size
    if size > budget.bytes:
        budget.spent = DocumentError(
            f"{name} unpacks to more than {limits.unpacked / MB:,.0f} MB, with what is in it.", "Split it into parts."
        )
        raise budget.spent
    try:
        data = unpacked.read(number, min(limits.document, budget.bytes))
    except DocumentError:
        budget.bytes -= size
        raise
    budget.bytes -= len(data)
    return data
