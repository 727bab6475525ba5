"""Adding documents file by file, and the sample documents."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa import Addition, YindaError, sample_directory
from ui.texts import Texts

if TYPE_CHECKING:
    from qa import Library
    from qa.progress import Step
    from ui.warm import WarmUp

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Adding:
    """Where adding stands: what is done, of how many, and the name of the present one ("" at the end)."""

    done: tuple[Addition, ...]
    total: int
    current: str


def adding(library: Library, files: Sequence[tuple[Path, str]], warm: WarmUp, texts: Texts) -> Iterator[Adding]:
    """Add files (path, original name) one after another. Never raises: what fails is reported."""
    done: list[Addition] = []
    for path, name in files:
        yield Adding(tuple(done), len(files), name)
        steps = adding_bytes(library, path.read_bytes(), name, warm, texts)
        done += [step for step in steps if isinstance(step, Addition)]
    yield Adding(tuple(done), len(files), "")


def adding_bytes(
    library: Library,
    data: bytes,
    name: str,
    warm: WarmUp,
    texts: Texts,
    versions: Literal["beside", "replace"] = "beside",
) -> Iterator[float | Addition]:
    """Add one file: the share that is done (0..1) as it grows, in the end what became of it, or of each document in it.

    ``versions`` as in ``Library.add``. Never raises.

    When the iterator is closed before its end, the document is given up, and nothing of it is stored.
    """
    steps: queue.SimpleQueue[float | Addition | None] = queue.SimpleQueue()
    given_up = threading.Event()

    def report(step: Step) -> None:
        if given_up.is_set():
            raise _GivenUp
        steps.put(float(min(step.done, 1)))

    def work() -> None:
        try:
            warm.wait()  # rather than load the model twice
            for addition in library.add_bytes(data, name, versions=versions, progress=report).additions:
                steps.put(addition)
        except YindaError as error:
            steps.put(Addition(name, "failed", reason=error.message, hint=error.hint))
        except _GivenUp:
            _log.info("adding %r was given up", name)
        except Exception:
            # The window outlives whatever one document does; the terminal has the details.
            _log.exception("adding %r failed", name)
            steps.put(Addition(name, "failed", reason=texts.not_read, hint=texts.unexpected_hint))
        finally:
            steps.put(None)

    threading.Thread(target=work, name="adding", daemon=True).start()
    try:
        while (step := steps.get()) is not None:
            yield step
    finally:
        given_up.set()


class _GivenUp(Exception):
    pass


def sample_files() -> list[tuple[Path, str]]:
    """The sample documents as (path, name); empty where they are not installed."""
    folder = sample_directory()
    if folder is None:
        return []
    return [(path, path.name) for path in sorted(folder.iterdir()) if path.is_file() and path.name[0] not in "._"]


def has_samples(library: Library) -> bool:
    """Whether the Library holds all the sample documents, unchanged."""
    files = sample_files()
    held = {document.sha256 for document in library.documents()}
    return bool(files) and all(hashlib.sha256(path.read_bytes()).hexdigest() in held for path, _ in files)
