"""From the paths that a person names to the files that are read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from qa.documents import SUFFIXES
from qa.errors import DocumentError


def as_paths(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """One path or several, as a list."""
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    return [Path(path).expanduser() for path in paths]


def files_under(path: Path) -> Iterator[Path]:
    """The file itself, or the readable files below a folder in a stable order; hidden ones are passed over.

    Raises ``DocumentError`` when the path does not exist, or a folder holds nothing that can be read.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise DocumentError(f"there is no file or folder {path}", "check the spelling of the path") from error
    if not stat.S_ISDIR(mode):
        if not stat.S_ISREG(mode):
            raise DocumentError(f"{path} is not a file", "save what it gives to a file first")
        yield path
        return
    found = False
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            readable = not name.startswith((".", "~$")) and Path(name).suffix.lower() in SUFFIXES
            # A pipe or a socket would be waited for, and a link may lead nowhere.
            if readable and Path(folder, name).is_file():
                found = True
                yield Path(folder) / name
    if not found:
        raise DocumentError(
            f"the folder {path} holds no document that can be read",
            f"Yinda reads {', '.join(sorted(SUFFIXES))}",
        )
