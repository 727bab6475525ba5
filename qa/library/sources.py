"""From the paths that a person names to the files that are read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from qa.documents import SUFFIXES
from qa.errors import DocumentError


def as_paths(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> list[Path]:
    """One path or several, as a list."""
    if isinstance(paths, str | os.PathLike):
        return [Path(paths)]
    return [Path(path) for path in paths]


def files_under(path: Path) -> Iterator[Path]:
    """The file itself, or the readable files below a folder in a stable order; hidden ones are passed over.

    Raises ``DocumentError`` when the path does not exist, or a folder holds nothing that can be read.
    """
    if not path.exists():
        raise DocumentError(f"there is no file or folder {path}", "check the spelling of the path")
    if not path.is_dir():
        yield path
        return
    found = False
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() in SUFFIXES:
                found = True
                yield Path(folder) / name
    if not found:
        raise DocumentError(
            f"the folder {path} holds no document that can be read",
            f"Yinda reads {', '.join(sorted(SUFFIXES))}",
        )
