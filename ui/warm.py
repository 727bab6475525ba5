"""Loading the models while the window is already up."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from qa import YindaError, ask

if TYPE_CHECKING:
    from qa import Library

_log = logging.getLogger(__name__)


class WarmUp:
    """Loads what a first question needs, in a thread of its own."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, once."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._load, name="warm-up", daemon=True)
            self._thread.start()

    @property
    def done(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._thread is None or not self._thread.is_alive()

    def wait(self, seconds: float | None = None) -> bool:
        """Return when it is done, or after ``seconds``; whether it is done.

        What went wrong is raised again by the question that needs it.
        """
        if self._thread is not None:
            self._thread.join(seconds)
        return self.done

    def _load(self) -> None:
        try:
            _ = self._library.embedder
            if self._library.documents():
                # A whole question loads and compiles everything on its way.
                ask("预热", library=self._library)
        except YindaError as error:
            _log.warning("loading the models: %s", error.message)
        except Exception:
            _log.exception("loading the models failed")
