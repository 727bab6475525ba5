"""ZIP archives and the Office files made of them, opened with care.

What an archive says of itself is looked at before anything is unpacked: a small crafted file must not fill the memory.
"""

from __future__ import annotations

import posixpath
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from qa.documents import limits
from qa.errors import DocumentError

FREE = 50 * limits.MB
"""Bytes up to which the ratio does not matter: a spreadsheet of equal cells packs very well."""
MAX_TREE = 200 * limits.MB
"""Bytes of a part that is held in memory as a tree."""

_CHUNK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LookupError,
    ValueError,
    SyntaxError,
    OSError,
    RuntimeError,
    EOFError,
    AttributeError,
    TypeError,
    struct.error,
)


def open_archive(data: bytes, name: str, damaged: DocumentError) -> zipfile.ZipFile:
    """The archive, after a look at the sizes that it declares: reading a part never gives more than those.

    Raises ``damaged`` when the bytes are no archive, and another ``DocumentError`` when it holds too many parts, or
    would unpack to too much.
    """
    if not data.startswith(b"PK"):
        raise damaged
    with broken(damaged):
        archive = zipfile.ZipFile(BytesIO(data))
    entries, bounds = archive.infolist(), limits.current()
    if len(entries) > bounds.entries:
        raise DocumentError(f"{name} holds more than {bounds.entries:,} files.", "Split it into parts.")
    unpacked = sum(entry.file_size for entry in entries)
    # The packed size is the file's own: entries may lie over each other, and what they declare is then not there.
    most = min(bounds.unpacked, max(FREE, bounds.ratio * len(data)))
    if unpacked > most:
        raise too_much(name, most)
    return archive


def too_much(name: str, most: int) -> DocumentError:
    """The error for what unpacks to more than ``most`` bytes."""
    return DocumentError(f"{name} unpacks to more than {most // limits.MB:,} MB.", "Split it into parts.")


def open_package(data: bytes, name: str, damaged: DocumentError) -> zipfile.ZipFile:
    """The same for an Office file, whose XML may not declare a document type: entities are how bombs are made.

    Raises ``DocumentError`` as ``open_archive`` does, and when a part declares one.
    """
    archive = open_archive(data, name, damaged)
    for entry in archive.infolist():
        if posixpath.splitext(entry.filename)[1].lower() not in (".xml", ".rels", ".vml"):
            continue
        with broken(damaged):
            declares = _declares_type(archive, entry)
        if declares:
            raise DocumentError(
                f"{name} declares XML entities, which no Office program writes: it is not read.",
                "Open it in an Office program and save it again.",
            )
    return archive


def tree(archive: zipfile.ZipFile, part: str, damaged: DocumentError) -> Any | None:
    """The root element of an XML part (lxml), ``None`` when there is no such part; nothing else is opened for it.

    Raises ``damaged`` when it is no XML, or too large.
    """
    from lxml import etree

    try:
        entry = archive.getinfo(part)
    except KeyError:
        return None
    if entry.file_size > MAX_TREE:
        raise damaged
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    with broken(damaged):
        return etree.fromstring(archive.read(entry), parser)


class _Seen(Exception):
    """Stops the parser at the first thing that decides."""

    def __init__(self, declared: bool) -> None:
        super().__init__()
        self.declared = declared


@contextmanager
def broken(damaged: DocumentError) -> Iterator[None]:
    """What a library raises over a damaged archive or its parts becomes ``damaged``."""
    try:
        yield
    except DocumentError:
        raise
    except _BROKEN as error:
        raise damaged from error


def _declares_type(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether an XML part has a <!DOCTYPE>: it can only stand in front of the first element."""
    from xml.parsers import expat

    def declared(*_: object) -> None:
        raise _Seen(True)

    def begun(*_: object) -> None:
        raise _Seen(False)

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler = begun
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            try:
                parser.Parse(chunk, False)
            except _Seen as seen:
                return seen.declared
            except expat.ExpatError:
                # Whoever needs the part says that it is no XML.
                return False
    return False


def relations(archive: zipfile.ZipFile, part: str, damaged: DocumentError) -> dict[str, tuple[str, str]]:
    """Type and target of what a part refers to inside the archive, by identifier; what lies outside is left out."""
    folder, base = posixpath.split(part)
    root = tree(archive, posixpath.join(folder, "_rels", f"{base}.rels"), damaged)
    out: dict[str, tuple[str, str]] = {}
    for relation in root if root is not None else ():
        identifier, target = relation.get("Id"), relation.get("Target")
        if identifier and target and relation.get("TargetMode") != "External":
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            out[identifier] = (relation.get("Type") or "", posixpath.normpath(whole))
    return out
