"""The Libraries that stand beside one another in one folder."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import unicodedata
from pathlib import Path

from qa.errors import LibraryError
from qa.library.library import Library
from qa.library.store import Store

LONGEST_NAME = 60
_MARKS = frozenset(" -_.()（）")
# Windows takes these for devices, with any suffix.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class Shelf:
    """A Library and its neighbours: the folders beside its own that hold a Library, each called by its folder's name.

    One is opened when it is first asked for, and stays open until ``close``. All use the embedding model of ``first``;
    one that was made with another says so when it is searched or added to. Safe among threads.
    """

    def __init__(self, first: Library) -> None:
        self.first = first
        # The present folder of the process may change later.
        self._place = Path(os.path.abspath(first.folder))
        self._open: dict[str, Library] = {}
        self._lock = threading.Lock()

    @property
    def name_of_first(self) -> str:
        """The folder name of the Library that was opened first."""
        return self._place.name or str(self._place)

    def names(self) -> list[str]:
        """The name of the first, then the others' in order; links and hidden folders are passed over."""
        others: list[str] = []
        # A folder that may be entered but not listed has no neighbours to show.
        with contextlib.suppress(OSError), os.scandir(self._place.parent) as entries:
            others = [e.name for e in entries if e.name != self.name_of_first and _holds_library(e)]
        return [self.name_of_first, *sorted(others)]

    def get(self, name: str) -> Library:
        """The Library of this name; raises ``LibraryError`` when there is none, or it cannot be opened."""
        if name == self.name_of_first:
            return self.first
        with self._lock:
            names = self.names()
            if name not in names:
                gone = self._open.pop(name, None)
                if gone is not None:
                    gone.close()
                raise LibraryError(f"there is no Library {name!r} here", f"there are: {'、'.join(names)}")
            if name not in self._open:
                self._open[name] = self._opened(name, create=False)
            return self._open[name]

    def create(self, name: str) -> Library:
        """Make an empty Library beside the first.

        A name has 1 to 60 letters, Chinese characters, digits, spaces and ``- _ . ( ) （ ）``. Raises ``LibraryError``
        for another name, for one that is taken, and when the folder cannot be made.
        """
        name = _checked(name)
        with self._lock:
            folder = self._place.parent / name
            try:
                # Names that differ only in case are one folder on some disks.
                if any(name.casefold() == taken.casefold() for taken in os.listdir(folder.parent)):
                    raise FileExistsError
                folder.mkdir()
            except FileExistsError:
                raise LibraryError(f"there is a folder {name!r} already", "choose another name") from None
            except OSError as error:
                raise LibraryError(
                    f"the folder {folder} cannot be made: {error.strerror}",
                    f"check the permissions of {folder.parent} and the free space",
                ) from error
            try:
                self._open[name] = self._opened(name, create=True)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)  # made here just now, and empty
                raise
            return self._open[name]

    def close(self) -> None:
        """Close the Libraries that were opened here: all but the first."""
        with self._lock:
            for library in self._open.values():
                library.close()
            self._open.clear()

    def _opened(self, name: str, *, create: bool) -> Library:
        folder = self._place.parent / name
        # Unlike Library.open, this does not look at the model yet.
        return Library(folder, Store(folder / "library.sqlite", create=create), self.first.chosen_model)


def _holds_library(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or any(unicodedata.category(c) in ("Cc", "Cs") for c in entry.name):
        return False
    try:
        file = Path(entry.path, "library.sqlite")
        return entry.is_dir(follow_symlinks=False) and file.is_file() and not file.is_symlink()
    except OSError:
        return False


def _checked(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    hint = f"use 1 to {LONGEST_NAME} letters, Chinese characters, digits, spaces and - _ . ( ) （ ）"
    if not 1 <= len(name) <= LONGEST_NAME or not all(c.isalpha() or c.isdecimal() or c in _MARKS for c in name):
        raise LibraryError(f"a Library cannot be called {name[: LONGEST_NAME + 1]!r}", hint)
    # Windows drops a space or dot at the end.
    if name[0] in " ." or name[-1] in " .":
        raise LibraryError(f"a Library cannot be called {name!r}", "no space or dot at the beginning or the end")
    if _RESERVED.fullmatch(name):
        raise LibraryError(f"a Library cannot be called {name!r}", "Windows keeps that name for a device")
    return name
