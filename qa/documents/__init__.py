"""Reading documents: bytes or a path in, a :class:`ParsedDocument` out.

>>> parse("第一条 为了保护环境，制定本条例。".encode(), "条例.txt").passages[0].heading_path
('第一条',)
"""

from __future__ import annotations

from pathlib import Path

from qa.documents.formats import FORMATS
from qa.documents.model import ParsedDocument, PassageDraft
from qa.errors import DocumentError

__all__ = ["MAX_BYTES", "SUFFIXES", "ParsedDocument", "PassageDraft", "parse", "read_file"]

MAX_BYTES = 100 * 1024 * 1024
"""Larger files are refused."""

SUFFIXES: frozenset[str] = frozenset(FORMATS)
"""Suffixes, in lower case, of the files that a folder is searched for."""


def read_file(path: Path) -> bytes:
    """The bytes of a file of at most 100 MB; ``DocumentError`` when there is none, or it cannot be read."""
    path = Path(path)
    try:
        if path.is_dir():
            raise DocumentError(f"{path} is a folder, not a document.", "Give a file, or add the folder as a whole.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(
                f"{path.name} has {size / 1024 / 1024:.0f} MB; at most 100 MB are read.",
                "Split it into parts.",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise DocumentError(f"There is no file {path}.", "Check the path.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"{path} cannot be read: {reason}.", "Check its permissions.") from None


def parse(data: bytes, name: str) -> ParsedDocument:
    """Read a document. ``name`` is its file name: the suffix decides the format, with a look at the bytes.

    Raises ``DocumentError`` for an empty or damaged document, an unknown format, bytes that are no text, and a PDF
    that needs a password or holds only pictures of its pages.
    """
    from qa.documents import boilerplate, metadata, passages, structure

    form = FORMATS[_suffix(data, name)]
    content = form.read(data, name)
    if not any(c.isprintable() and not c.isspace() for c in content.text):
        raise DocumentError(f"{name} is empty: it holds no text.", "Check that the file was saved completely.")
    text, blocks = content.text, content.blocks
    edge = boilerplate.edges(text, blocks)
    aside = tuple(sorted([*content.boilerplate, *((blocks[i].start, blocks[i].end) for i in edge)]))
    body = [b for i, b in enumerate(blocks) if i not in edge]
    known = metadata.describe(text, body, aside, content.stated, name)
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
    if suffix == ".doc" or (suffix == ".docx" and data.startswith(b"\xd0\xcf\x11\xe0")):
        raise DocumentError(
            f"{name} is an old or encrypted Word file, which is not read.",
            "Save it as DOCX without a password.",
        )
    if suffix not in SUFFIXES:
        known = " ".join(sorted(SUFFIXES))
        raise DocumentError(f"{name} has an unknown format.", f"Formats that are read: {known}")
    return suffix
