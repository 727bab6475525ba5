"""What the server holds for all who ask: the Libraries, their conversations, the models that load meanwhile."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from typing import TYPE_CHECKING

from qa import CatalogueEntry, Conversations, LibraryError, Shelf, Suggestion, YindaError, suggested
from qa.errors import no_library
from ui.keeping import Unkept

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qa import Library, Passage
    from qa.conversations import Exchange, KeptPassage
    from ui.warm import WarmUp

_log = logging.getLogger(__name__)
# Questions offered before the first one is asked, and the seconds that finding them may take.
OFFERED = 4
PATIENCE = 20.0
# The same, offered instead of a question that was not answered.
INSTEAD = 3
INSTEAD_PATIENCE = 3.0


class Desk:
    """The Libraries that stand beside ``library``, and what belongs to each. Safe for threads."""

    def __init__(self, library: Library, warm: WarmUp) -> None:
        self.shelf = Shelf(library)
        self.warm = warm
        self._conversations: dict[str, Conversations] = {}
        self._offers: dict[str, tuple[int, list[Suggestion]]] = {}
        self._held: dict[str, tuple[int, dict[str, CatalogueEntry]]] = {}
        self.unkept = Unkept()
        self._stopped: set[str] = set()
        self._lock = threading.Lock()
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def library(self, name: str = "") -> Library:
        """A Library by name; without one, the first.

        Raises ``LibraryError`` for an unknown name, and when its folder is gone: files that are open outlive their
        folder, but nothing more is to be told from them, nor written to them.
        """
        library = self.shelf.get(name) if name else self.shelf.first
        if not library.folder.is_dir():
            raise no_library(library.folder)
        return library

    def name(self, name: str = "") -> str:
        """The name as ``Shelf`` gives it."""
        return name or self.shelf.name_of_first

    def conversations(self, name: str = "") -> Conversations:
        """The conversations over a Library; of one that can only be read, they are kept until the server ends."""
        library = self.library(name)
        with self._lock:
            name = self.name(name)
            if name not in self._conversations:
                folder = library.folder
                if not library.writable:
                    if self._scratch is None:
                        self._scratch = tempfile.TemporaryDirectory(prefix="yinda-")
                    folder = type(folder)(self._scratch.name) / str(len(self._conversations))
                    folder.mkdir()
                self._conversations[name] = Conversations(folder)
            return self._conversations[name]

    def offers(self, name: str = "") -> list[Suggestion]:
        """Questions that the Library answers, to begin with; found once for each state of it."""
        library = self.library(name)
        name, change = self.name(name), library.change()
        held = self._offers.get(name)
        if held is None or held[0] != change:
            begun = time.monotonic()
            try:
                held = (change, suggested(library, OFFERED, deadline=PATIENCE))
            except YindaError as error:
                _log.warning("no questions to offer: %s", error.message)
                held = (change, [])
            # Where time was too short for any, as while the models load on a busy machine, the next page tries again.
            if held[1] or time.monotonic() - begun < PATIENCE:
                self._offers[name] = held
        return held[1]

    def instead(self, name: str, exchange: Exchange) -> list[Suggestion]:
        """Questions that the nearest passages of an abstention do answer."""
        library = self.library(name)
        if exchange.answer is None:
            return []
        near = self._present(library, exchange.answer.nearest)
        try:
            return suggested(library, INSTEAD, near=near, deadline=INSTEAD_PATIENCE) if near else []
        except YindaError as error:
            _log.warning("no questions to offer: %s", error.message)
            return []

    @staticmethod
    def _present(library: Library, kept: Sequence[KeptPassage]) -> list[Passage]:
        """The passages that are still in the Library as they were."""
        out: list[Passage] = []
        for passage in kept:
            try:
                held = library.passages(passage.document_id)
            except LibraryError:
                continue
            out += [each for each in held if each.start == passage.start and each.text == passage.text]
        return out

    def held(self, name: str = "") -> dict[str, CatalogueEntry]:
        """What a Library holds now, by document id; read once for each state of it.

        Where it cannot be read any more, what it held last; raises ``LibraryError`` where that is not known.
        """
        known = self._held.get(self.name(name))
        try:
            library = self.library(name)
            change = library.change()
            if known is None or known[0] != change:
                known = (change, {entry.id: entry for entry in library.catalogue()})
                self._held[self.name(name)] = known
        except YindaError:
            if known is None:
                raise
        return known[1]

    # -- questions that are stopped -----------------------------------------------------------------------

    def stop(self, exchange: str) -> None:
        """Say that nobody waits for this exchange's answer."""
        with self._lock:
            self._stopped.add(exchange)

    def is_stopped(self, exchange: str) -> bool:
        """Whether ``stop`` was said of it."""
        return exchange in self._stopped

    def close(self) -> None:
        """Close what was opened here; the first Library stays open."""
        for conversations in self._conversations.values():
            conversations.close()
        self.shelf.close()
        if self._scratch is not None:
            self._scratch.cleanup()
