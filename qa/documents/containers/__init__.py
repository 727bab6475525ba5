"""Files that hold documents: archives, and messages with what is attached to them.

``unpack`` gives what is inside, each with its path; reading one gives its bytes. Nothing is written anywhere: a path
inside is a name, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from qa.documents.formats import FORMATS
from qa.errors import DocumentError

__all__ = ["CONTAINERS", "Entry", "Opened", "is_companion", "is_container", "pages_folders", "suffix", "unpack"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a container: its path inside, with ``/`` between the parts, and why it cannot be read ("" if it can).

    ``size`` is how many bytes it declares to have, 0 where nothing is declared.
    """

    path: str
    size: int = 0
    reason: str = ""
    hint: str = ""


class Opened(Protocol):
    """An opened container."""

    entries: tuple[Entry, ...]

    def read(self, index: int, most: int) -> bytes:
        """The bytes of the entry of this number; ``DocumentError`` for more than ``most``, or when it is broken."""


def _zip(data: bytes, name: str) -> Opened:
    from qa.documents.containers.archive import Archive

    return Archive(data, name)


def _message(data: bytes, name: str) -> Opened:
    from qa.documents.containers.attachments import Attachments

    return Attachments(data, name)


CONTAINERS: dict[str, Callable[[bytes, str], Opened]] = {".zip": _zip, ".eml": _message}
"""What opens a container, by suffix in lower case. A message is a document too; an archive is none itself."""


def suffix(name: str) -> str:
    """The suffix of a file's name in lower case, with its dot; "" without one."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def is_container(name: str) -> bool:
    """Whether a file of this name holds documents."""
    return suffix(name) in CONTAINERS


def unpack(data: bytes, name: str) -> Opened:
    """What a container holds. Raises ``DocumentError`` when it is damaged, or would unpack to too much."""
    opener = CONTAINERS.get(suffix(name))
    if opener is None:
        raise DocumentError(f"{name} is no archive.", "Add it as a document.")
    return opener(data, name)


def wanted(path: str) -> bool:
    """Whether an entry of this path is taken: a format that is read, and neither hidden nor a program's own note."""
    parts = path.split("/")
    hidden = any(part.startswith((".", "~$")) or part == "__MACOSX" for part in parts)
    return not hidden and (suffix(path) in FORMATS or suffix(path) in CONTAINERS)


_PAGE = re.compile(r"\.(?:html?|xhtml)$", re.IGNORECASE)


def pages_folders(names: Iterable[str]) -> frozenset[str]:
    """The folders that browsers put beside the saved pages among these file names of one folder."""
    stems = [_PAGE.sub("", name) for name in names if _PAGE.search(name)]
    return frozenset(f"{stem}{end}" for stem in stems for end in ("_files", ".files"))


def is_companion(path: str, folders: frozenset[str]) -> bool:
    """Whether a path inside lies in one of these folders, given with their own paths."""
    parts = path.split("/")
    return any("/".join(parts[:count]) in folders for count in range(1, len(parts)))
