"""Reading documents: bytes or a path in, a :class:`ParsedDocument` out.

>>> parse("第一条 为了保护环境，制定本条例。".encode(), "条例.txt").passages[0].heading_path
('第一条',)
"""

from __future__ import annotations

from pathlib import Path

from qa.documents.containers import CONTAINERS
from qa.documents.formats import FORMATS
from qa.documents.limits import DEFAULT, MB, WITH_OCR, Limits, held
from qa.documents.model import ParsedDocument, PassageDraft
from qa.errors import DocumentError

__all__ = ["MAX_BYTES", "SUFFIXES", "WITH_OCR", "Limits", "ParsedDocument", "PassageDraft", "parse", "read_file"]

MAX_BYTES = DEFAULT.document
"""Larger files are refused."""

SUFFIXES: frozenset[str] = frozenset(FORMATS) | frozenset(CONTAINERS)
"""Suffixes, in lower case, of the files that a folder is searched for."""


def read_file(path: Path, most: int = MAX_BYTES) -> bytes:
    """The bytes of a file of at most ``most``; ``DocumentError`` when there is none, or it cannot be read."""
    path = Path(path)
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder, not a document.", "Give a file, or add the folder as a whole.")
        size = path.stat().st_size
        with path.open("rb") as file:
            # One byte more tells whether it has grown since, or is none of those that have a size.
            data = file.read(most + 1) if size <= most else b""
        if max(size, len(data)) > most:
            raise DocumentError(
                f"{path.name} has {max(size, len(data)) / MB:,.0f} MB; at most {most / MB:,.0f} MB are read.",
                "Split it into parts.",
            )
        return data
    except FileNotFoundError:
        raise DocumentError(f"There is no file {path}.", "Check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path} cannot be read: {reason}.", "Check its permissions.") from None


def parse(data: bytes, name: str, limits: Limits | None = None) -> ParsedDocument:
    """Read a document, in this process. ``name`` is its file name: the suffix decides the format, with a look at
    the bytes. ``limits`` are those of ``Limits`` that a reader can keep by itself, those on pages and unpacked bytes
    among them; ``qa.documents.isolation`` holds them all.

    Raises ``DocumentError`` for an empty or damaged document, an unknown format, bytes that are no text, and a PDF
    that needs a password or holds only pictures of its pages.
    """
    if limits is not None:
        with held(limits):
            return parse(data, name)
    from qa.documents import boilerplate, metadata, passages, structure

    form = FORMATS[_suffix(data, name)]
    content = form.read(data, name)
    if not any(c.isprintable() and not c.isspace() for c in content.text):
        raise DocumentError(f"{name} is empty: it holds no text.", "Check that the file was saved completely.")
    text, blocks = content.text, content.blocks
    edge = boilerplate.edges(text, blocks)
    aside = tuple(sorted([*content.boilerplate, *((blocks[i].start, blocks[i].end) for i in edge)]))
    body = [b for i, b in enumerate(blocks) if i not in edge]
    # A date in a table's row is one of its values.
    known = metadata.describe(text, [b for b in body if not b.named], aside, content.stated, name)
    title = known.title or name
    placed = structure.outline(text, body, title)
    return ParsedDocument(
        text=text,
        title=title,
        date=known.date,
        organisation=known.organisation,
        source=known.source,
        media_type=form.media_type,
        passages=passages.draft(text, placed, aside, content.page_starts),
        boilerplate=aside,
        page_starts=content.page_starts,
        warnings=content.warnings,
        number=known.number,
    )


def _suffix(data: bytes, name: str) -> str:
    suffix = Path(name).suffix.lower()
    if not data:
        raise DocumentError(f"{name} is empty.", "Check that the file was saved completely.")
    old = data.startswith(b"\xd0\xcf\x11\xe0")
    if suffix == ".doc" or (suffix == ".docx" and old):
        raise DocumentError(
            f"{name} is an old or encrypted Word file, which is not read.",
            "Save it as DOCX without a password.",
        )
    if suffix in (".xls", ".et") or (suffix in (".xlsx", ".xlsm") and old):
        raise DocumentError(
            f"{name} is an old or encrypted Excel file, which is not read.",
            "Save it as XLSX without a password.",
        )
    if suffix in (".ppt", ".dps") or (suffix in (".pptx", ".pptm") and old):
        raise DocumentError(
            f"{name} is an old or encrypted PowerPoint file, which is not read.",
            "Save it as PPTX without a password.",
        )
    if suffix in CONTAINERS and suffix not in FORMATS:
        raise DocumentError(f"{name} is an archive, not a document.", "Add it to a Library, or unpack it.")
    if suffix not in FORMATS:
        known = " ".join(sorted(SUFFIXES))
        raise DocumentError(f"{name} has an unknown format.", f"Formats that are read: {known}")
    return suffix
