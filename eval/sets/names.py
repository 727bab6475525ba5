"""The document that a set means by a name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePath


def resolve(named: str, known: Collection[str]) -> str | None:
    """The known name that ``named`` means: the same; else the only one of the same file; else of the same stem.

    Folders do not matter then: ``reports/a.txt`` means ``a.txt``, and so does ``a``. ``None`` when none or several fit.
    """
    if named in known:
        return named
    wanted = _file(named)
    files = {name: _file(name) for name in known}
    for fitting in (
        [name for name, file in files.items() if file == wanted],
        [name for name, file in files.items() if file.startswith(wanted) and PurePath(file).stem == wanted],
    ):
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _file(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]
