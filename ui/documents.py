"""Adding documents file by file, and the sample documents."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa import Addition, YindaError, sample_directory
from ui.text import Texts

if TYPE_CHECKING:
    from qa import Library
    from ui.warm import WarmUp

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Adding:
    """Where adding stands: what is done, of how many, and the name of the present one ("" at the end)."""

    done: tuple[Addition, ...]
    total: int
    current: str


def adding(library: Library, files: Sequence[tuple[Path, str]], warm: WarmUp, texts: Texts) -> Iterator[Adding]:
    """Add uploaded files (path, original name) one after another. Never raises: what fails is reported."""
    done: list[Addition] = []
    for path, name in files:
        yield Adding(tuple(done), len(files), name)
        warm.wait()  # rather than load the model twice
        try:
            done += library.add_bytes(path.read_bytes(), name).additions
        except YindaError as error:
            done.append(Addition(name, "failed", reason=error.message, hint=error.hint))
        except Exception:
            _log.exception("adding %r failed", name)
            done.append(Addition(name, "failed", reason=texts.unexpected, hint=texts.unexpected_hint))
    yield Adding(tuple(done), len(files), "")


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
