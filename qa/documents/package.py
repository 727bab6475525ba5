"""ZIP archives and the Office files made of them, opened with care.

What an archive says of itself is looked at before anything is unpacked: a small crafted file must not fill the memory.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from qa.errors import DocumentError

MAX_UNPACKED = 500 * 1024 * 1024
"""Bytes that an archive may unpack to."""
MAX_PARTS = 20_000
"""Files that an archive may hold."""
MAX_RATIO = 200
"""Times its packed size that an archive may unpack to, where that is more than ``FREE``; texts have 3 to 50."""
FREE = 50 * 1024 * 1024
"""Bytes up to which the ratio does not matter: a spreadsheet of equal cells packs very well."""
MAX_TREE = 200 * 1024 * 1024
"""Bytes of a part that is held in memory as a tree."""

_CHUNK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    IndexError,
    SyntaxError,
    OSError,
    RuntimeError,
    EOFError,
    AttributeError,
    TypeError,
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
    entries = archive.infolist()
    if len(entries) > MAX_PARTS:
        raise DocumentError(f"{name} holds more than {MAX_PARTS:,} files.", "Split it into parts.")
    unpacked = sum(entry.file_size for entry in entries)
    # The packed size is the file's own: entries may lie over each other, and what they declare is then not there.
    if unpacked > MAX_UNPACKED or (unpacked > FREE and unpacked > MAX_RATIO * len(data)):
        most = MAX_UNPACKED if unpacked > MAX_UNPACKED else max(FREE, MAX_RATIO * len(data))
        raise DocumentError(f"{name} unpacks to more than {most // 1024 // 1024} MB.", "Split it into parts.")
    return archive


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
