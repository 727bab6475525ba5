"""How much one file may cost: what is read beyond these bounds is refused, with the bound in the reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file. The defaults let through what people write, and stop what was made to be too much.

    ``document``: bytes of a document, 100 MB. ``archive``: bytes of a ZIP archive that a person names, 500 MB.

    ``unpacked``: bytes to which an archive unpacks, with all archives in it, 1 GB; counted while it is unpacked,
    whatever it declares. ``ratio``: times its packed size that an archive may unpack to, 200, where that is more than
    50 MB: texts have 3 to 50. ``entries``: files in an archive, with all archives in it, 20,000. ``depth``: archives
    in archives, 3.

    ``pages``: of a PDF, 5,000. ``nesting``: elements of a web page in one another, 10,000. ``seconds``: of wall time to
    read one document or to look into one archive, 600.

    ``memory``: bytes of address space of the process that reads, 4 GB; held where the system has ``RLIMIT_AS`` and
    keeps to it (Linux), not held on macOS and Windows. ``files``: how many files one such process reads before another
    takes its place, 1,000.

    ``ocr``: whether the letters of PDF pages that are only pictures are recognised, which takes seconds a page; needs
    the extra ``ocr``.
    """

    document: int = 100 * MB
    archive: int = 500 * MB
    unpacked: int = 1024 * MB
    ratio: int = 200
    entries: int = 20_000
    depth: int = 3
    pages: int = 5_000
    nesting: int = 10_000
    seconds: float = 600.0
    memory: int = 4096 * MB
    files: int = 1_000
    ocr: bool = False


DEFAULT = Limits()
WITH_OCR = Limits(ocr=True, seconds=3600.0)
"""The same where letters are recognised: an hour for a document."""
_current: ContextVar[Limits] = ContextVar("limits", default=DEFAULT)


def current() -> Limits:
    """The limits of the document that is being read."""
    return _current.get()


@contextmanager
def held(limits: Limits) -> Iterator[None]:
    """Let ``current`` give these limits meanwhile, in this thread."""
    token = _current.set(limits)
    try:
        yield
    finally:
        _current.reset(token)
