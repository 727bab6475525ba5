"""Keeping a Library in step with a folder: what is new, changed, moved or gone there is so in the Library too.

The folder is looked at every few seconds; that works on every disk and system. A file counts when it is the same in
two looks: one that is still being written waits. A document goes only when its file was in the folder, and the folder
can be looked into: a disk that is not there takes nothing away.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.documents.containers import is_container
from qa.errors import DocumentError, LibraryError
from qa.library.library import Library
from qa.library.sources import Failed, file_of, is_within, walk
from qa.types import Addition

EVERY = 2.0
"""Seconds between two looks."""
# Files that come together are added together: the caches are written once for all of them.
_TOGETHER = 20
# Looks for which a file that is gone is waited for under another name while new files are still being written.
_PATIENCE = 5

Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a file: ``kind`` is added, replaced, moved, removed or failed.

    ``path`` is where it is, or was; ``before`` where it was before it moved; ``reason`` and ``hint`` say why it failed.
    """

    kind: str
    path: str
    before: str = ""
    passages: int = 0
    reason: str = ""
    hint: str = ""


class Watch:
    """A folder and the Library that follows it. ``look`` compares them once; ``watch`` goes on looking."""

    def __init__(self, library: Library, folder: str | os.PathLike[str], *, settled: float = EVERY) -> None:
        """``settled``: seconds for which a file must have been left alone to count at the first look.

        Raises ``DocumentError`` when there is no such folder.
        """
        self.folder = Path(folder).expanduser().resolve()
        if not self.folder.is_dir():
            raise DocumentError(f"there is no folder {folder}", "check the spelling of the path")
        self._library = library
        self._settled = settled
        self._before: dict[str, Mark] | None = None  # as the files were at the last look
        self._done: dict[str, Mark] = {}  # as they were when they were added
        self._held: dict[str, str] = {}  # the documents that they gave, by place
        self._missing: dict[str, int] = {}  # looks since a document's file was last there
        self._told: set[tuple[str, str]] = set()

    def watch(self, every: float = EVERY) -> Iterator[Change]:
        """Changes as they are found, without end. Close the iterator to stop."""
        while True:
            yield from self.look()
            time.sleep(every)

    def look(self) -> Iterator[Change]:
        """Bring the Library in step with what the folder holds now, as far as it is settled."""
        try:
            yield from self._look()
        except LibraryError as error:  # busy, a full disk: it may be better at the next look
            yield from self._once(Change("failed", str(self.folder), reason=error.message, hint=error.hint))

    def _look(self) -> Iterator[Change]:
        marks, closed = self._scan()
        for failed in closed:
            yield from self._once(
                Change("failed", failed.location or "", reason=failed.error.message, hint=failed.error.hint)
            )
        if not self.folder.is_dir():
            return
        new = [place for place, mark in marks.items() if self._done.get(place) != mark]
        ready = [place for place in new if self._is_settled(place, marks[place])]
        self._before = marks
        for first in range(0, len(ready), _TOGETHER):
            yield from self._add(ready[first : first + _TOGETHER], marks)
        yield from self._remove(marks, [failed.location or "" for failed in closed], waiting=len(new) > len(ready))

    def _scan(self) -> tuple[dict[str, Mark], list[Failed]]:
        """The files by place, with what changes when they do, and the folders that cannot be looked into."""
        marks: dict[str, Mark] = {}
        closed = []
        own = self._library.folder.resolve()
        for each in walk(self.folder):
            if isinstance(each, Failed):
                closed.append(each)
            elif own not in each.parents:
                try:
                    known = each.stat()
                    marks[str(each.resolve())] = (known.st_size, known.st_mtime_ns, known.st_ino)
                except OSError:
                    continue  # gone meanwhile
        return marks, closed

    def _is_settled(self, place: str, mark: Mark) -> bool:
        if self._before is None:
            return abs(time.time() - mark[1] / 1e9) > self._settled
        return self._before.get(place) == mark

    def _add(self, places: Sequence[str], marks: dict[str, Mark]) -> Iterator[Change]:
        known = {entry.id: entry.path for entry in self._library.catalogue()}
        report = self._library.add(places)
        for place in places:
            found = [a for a in report.additions if a.path == place or is_within(a.path, place)]
            self._done[place] = marks[place]
            for addition in found:
                yield from self._change(addition, known)
            if is_container(place):
                yield from self._remove_inside(place, found)

    def _change(self, addition: Addition, known: dict[str, str | None]) -> Iterator[Change]:
        path = addition.path
        if addition.document_id is not None:
            self._held[path] = addition.document_id
        if addition.status == "failed":
            yield from self._once(Change("failed", path, reason=addition.reason, hint=addition.hint))
            return
        self._told = {each for each in self._told if each[0] != path}
        if addition.status in ("added", "replaced"):
            yield Change(addition.status, path, passages=addition.passages)
            return
        before = known.get(addition.document_id or "")
        if before is not None and before != path and self._library.document(addition.document_id or "").path == path:
            yield Change("moved", path, before=before)

    def _remove_inside(self, place: str, found: Sequence[Addition]) -> Iterator[Change]:
        """Documents that an archive held before, and holds no longer."""
        there = {a.path for a in found}
        failed = [a.path for a in found if a.status == "failed"]
        for entry in self._library.catalogue():
            inside = entry.path is not None and entry.path != place and is_within(entry.path, place)
            if inside and entry.path not in there and not any(is_within(entry.path or "", each) for each in failed):
                self._library.remove(entry.id)
                yield Change("removed", entry.path or "")

    def _remove(self, marks: dict[str, Mark], closed: Sequence[str], *, waiting: bool) -> Iterator[Change]:
        """Documents whose files are gone. One of the same bytes elsewhere takes the place of one that is."""
        for gone in [place for place in self._done if place not in marks]:
            del self._done[gone]
        missing: dict[str, int] = {}
        for entry in self._library.catalogue():
            path = entry.path
            if path is None or not is_within(path, str(self.folder)) or any(is_within(path, each) for each in closed):
                continue
            if any(place in marks for place in (path, str(file_of(path)))):
                continue
            looks = self._missing.get(entry.id, 0) + 1
            if looks < 2 or (waiting and looks < _PATIENCE):
                missing[entry.id] = looks
                continue
            same = [place for place, held in self._held.items() if held == entry.id and place in marks]
            if same:
                yield from self._add(same[:1], marks)
                continue
            self._library.remove(entry.id)
            self._held = {place: held for place, held in self._held.items() if held != entry.id}
            yield Change("removed", path)
        self._missing = missing
        self._library.forget_unread_below(self.folder, {*marks, *closed})

    def _once(self, change: Change) -> Iterator[Change]:
        """A failure is told when it comes, not at each look."""
        key = (change.path, change.reason)
        if key not in self._told:
            self._told.add(key)
            yield change
