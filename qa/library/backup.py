"""A whole Library in one file, and back again.

The file is a ZIP archive: ``manifest.json`` with the version of this form, and for each file its size and SHA-256;
``library.sqlite`` and, where there are some, ``conversations.sqlite`` and ``feedback.jsonl``. Caches are left out: they
are built anew from the vectors in ``library.sqlite``. A person can take the files out with any program for archives.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from embeddings.durable import sync_folder
from qa.errors import LibraryError, no_library
from qa.library import schema
from qa.library.reading import ReadingConnection
from qa.progress import Progress, Step, reporting
from qa.sqlite import BUSY_SECONDS

FORMAT = "yinda backup"
VERSION = 1
MANIFEST = "manifest.json"
DATABASES = ("library.sqlite", "conversations.sqlite")
FILES = (*DATABASES, "feedback.jsonl")
"""What is backed up. Nothing else in an archive is looked at, whatever it is called."""
_CHUNK = 1 << 20
_PAGES = 1000
_LEFTOVER_SECONDS = 24 * 3600.0
_Part = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A back-up that was written: where, its size, and what is in it."""

    file: Path
    bytes: int
    documents: int
    files: tuple[str, ...]


def back_up(folder: Path, file: Path, progress: Progress = False) -> Backup:
    """Write the Library in ``folder`` to ``file``, whole or not at all; others may write to it meanwhile.

    What is backed up is one committed state. Raises ``LibraryError`` when there is no Library, the file exists or
    cannot be written, and when the Library is damaged.
    """
    file = file.expanduser().absolute()
    if not (folder / "library.sqlite").is_file():
        raise no_library(folder)
    if file.exists():
        raise LibraryError(f"{file} exists already", "choose another name, or delete it first")
    names = [name for name in FILES if (folder / name).is_file()]
    with _inaccessible(file), reporting(progress, "Backing up") as report, _beside(file) as building:
        copies, entries = building / "copies", {}
        copies.mkdir()
        for number, name in enumerate(names):
            part = _part(report, 2 * number, 2 * len(names), name)
            if name in DATABASES:
                copy_database(folder / name, copies / name, part)
            else:
                shutil.copyfile(folder / name, copies / name)
        documents = _documents(copies / "library.sqlite")
        archive = building / "archive"
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
            for number, name in enumerate(names):
                part = _part(report, 2 * number + 1, 2 * len(names), name)
                size = (copies / name).stat().st_size
                with (copies / name).open("rb") as source, made.open(name, "w", force_zip64=True) as target:
                    entries[name] = {"bytes": size, "sha256": _copy(source, target, size, part)}
            manifest = {
                "format": FORMAT,
                "version": VERSION,
                "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "documents": documents,
                "files": entries,
            }
            made.writestr(MANIFEST, json.dumps(manifest, indent=1))
        with archive.open("rb+") as written:
            os.fsync(written.fileno())
        size = archive.stat().st_size
        report(Step(2 * len(names), 2 * len(names), ""))
        _put(archive, file)
    return Backup(file, size, documents, tuple(names))


def restore(file: Path, folder: Path, progress: Progress = False) -> None:
    """Make the Library of a back-up in ``folder``, whole or not at all.

    Everything is checked before it is there. Raises ``LibraryError`` when the folder exists and is not empty, the file
    is no back-up, damaged, or of a newer version, and when the folder cannot be written.
    """
    file, folder = file.expanduser().absolute(), folder.expanduser().absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LibraryError(
            f"{folder} exists already, and is not overwritten", "name another folder: yinda --library DIR restore FILE"
        )
    try:
        archive = zipfile.ZipFile(file)
    except FileNotFoundError:
        raise LibraryError(f"there is no file {file}", "check the spelling of the path") from None
    except (OSError, zipfile.BadZipFile) as error:
        raise _unfit(file, str(error)) from error
    with archive, _inaccessible(folder), reporting(progress, "Restoring") as report:
        entries = _entries(archive, file)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _beside(folder) as building:
            made = building / "library"
            made.mkdir()
            for number, (name, (size, sha256)) in enumerate(entries.items()):
                part = _part(report, number, len(entries), name)
                try:
                    with archive.open(name) as source, (made / name).open("wb") as target:
                        # No more than was said is read: a small archive can hold endless zeros.
                        found = _copy(source, target, size, part)
                        whole = found == sha256 and not source.read(1)
                        target.flush()
                        os.fsync(target.fileno())
                except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
                    raise _unfit(file, f"{name}: {error}") from error
                if not whole:
                    raise _unfit(file, f"{name} does not match its checksum")
                if name in DATABASES:
                    _check_database(made / name, file)
            sync_folder(made)
            report(Step(len(entries), len(entries), ""))
            if folder.exists():
                folder.rmdir()  # empty, or this fails
            made.rename(folder)
        sync_folder(folder.parent)


def _entries(archive: zipfile.ZipFile, file: Path) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 by name of what is restored: of the known names alone, so that none leads out of the folder."""
    try:
        with archive.open(MANIFEST) as opened:
            manifest = json.loads(opened.read(_CHUNK))
        if manifest["format"] != FORMAT:
            raise ValueError("it was made by another program")
        version = int(manifest["version"])
        found = {str(name): (int(each["bytes"]), str(each["sha256"])) for name, each in manifest["files"].items()}
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _unfit(file, str(error)) from error
    if version > VERSION:
        raise LibraryError(f"{file} was made by a newer version of Yinda", "update Yinda: pip install --upgrade yinda")
    entries = {name: found[name] for name in FILES if name in found}
    if DATABASES[0] not in entries:
        raise _unfit(file, "there is no Library in it")
    return entries


def _unfit(file: Path, reason: str) -> LibraryError:
    return LibraryError(f"{file} is not a sound back-up of a Yinda Library: {reason}", "take another back-up")


@contextlib.contextmanager
def _inaccessible(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"{place} cannot be written: {error.strerror or error}", "check the folder's permissions and the free space"
        ) from error


@contextlib.contextmanager
def _beside(place: Path) -> Iterator[Path]:
    """A folder beside ``place`` to build in, which is gone at the end. One that a killed process left goes later."""
    prefix = f".{place.name}-"
    for leftover in place.parent.glob(f"{prefix}*.partial"):
        with contextlib.suppress(OSError):
            if time.time() - leftover.stat().st_mtime > _LEFTOVER_SECONDS:
                shutil.rmtree(leftover)
    building = Path(tempfile.mkdtemp(prefix=prefix, suffix=".partial", dir=place.parent))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _put(archive: Path, file: Path) -> None:
    """Give the archive its name, unless there is a file of that name."""
    try:
        os.link(archive, file)
    except FileExistsError:
        raise LibraryError(f"{file} exists already", "choose another name, or delete it first") from None
    except OSError:  # a disk without hard links
        archive.rename(file)
    sync_folder(file.parent)


def _copy(source: IO[bytes], target: IO[bytes], size: int, part: _Part) -> str:
    """Copy at most ``size`` bytes; their SHA-256."""
    digest, left = hashlib.sha256(), size
    while left and (chunk := source.read(min(_CHUNK, left))):
        digest.update(chunk)
        target.write(chunk)
        left -= len(chunk)
        part(1 - left / size)
    return digest.hexdigest()


def copy_database(source: Path, target: Path, part: _Part) -> None:
    """Copy a database that is in use, as it stands now, to one file without a log.

    Raises ``LibraryError`` when it cannot be read.
    """
    try:
        with contextlib.closing(_reading(source)) as reading:
            # One view is held for the whole copy: SQLite would else begin again whenever somebody writes.
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as writing:
                reading.backup(
                    writing, pages=_PAGES, progress=lambda status, left, total: part(1 - left / total if total else 1)
                )
                # No log is needed beside it, and none is left.
                writing.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.DatabaseError as error:
        raise LibraryError(f"{source} cannot be copied: {error}", "look at it with: yinda doctor") from error


def _reading(source: Path) -> sqlite3.Connection:
    if os.access(source.parent, os.W_OK):
        return sqlite3.connect(source, timeout=BUSY_SECONDS, isolation_level=None)
    return ReadingConnection(source, BUSY_SECONDS, ()).connection


def _documents(database: Path) -> int:
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            if connection.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("it is damaged")
            return int(connection.execute("SELECT count(*) FROM documents").fetchone()[0])
    except sqlite3.DatabaseError as error:
        raise LibraryError(f"the Library is not sound: {error}", "look at it with: yinda doctor") from error


def _check_database(database: Path, file: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(database)) as connection:
            problem = connection.execute("PRAGMA quick_check").fetchone()[0]
            if problem != "ok":
                raise _unfit(file, f"{database.name}: {problem}")
            if database.name == DATABASES[0]:
                row = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
                if int(row[0]) > schema.VERSION:
                    raise LibraryError(
                        f"the Library in {file} is of a newer version of Yinda"
                        f" (its layout is {row[0]}, this version knows {schema.VERSION})",
                        "update Yinda: pip install --upgrade yinda",
                    )
    except (sqlite3.DatabaseError, TypeError, ValueError) as error:
        raise _unfit(file, f"{database.name}: {error}") from error


def _part(report: Callable[[Step], Any], done: int, total: int, name: str) -> _Part:
    return lambda fraction: report(Step(done + fraction, total, name))
