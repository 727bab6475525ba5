"""Making what was written survive a power cut, and a folder whole or not there."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable, after files in it were written or renamed."""
    if os.name != "posix":  # elsewhere a folder cannot be opened to be synced
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_synced(path: Path, chunks: Iterable[bytes | memoryview]) -> str:
    """Write a file to the disk itself; returns its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """An empty folder beside ``folder`` to build in, which takes its place at the end, unless something is raised.

    The caller holds a lock: what else stands beside it was left by a process that was killed, and goes.
    """
    _clear(folder)
    building = _beside(folder)
    try:
        yield building
        if folder.exists():
            folder.rename(_beside(folder) / "damaged")
        building.rename(folder)
        sync_folder(folder.parent)
    finally:
        _clear(folder)


def _beside(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))


def _clear(folder: Path) -> None:
    for leftover in folder.parent.glob(f".{folder.name}-*"):
        shutil.rmtree(leftover, ignore_errors=True)
