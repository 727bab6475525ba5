"""Where the sample documents are. The package that carries them announces itself as an entry point."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

GROUP = "yinda.samples"


def sample_directory() -> Path | None:
    """The folder of the sample documents, or None where they are not installed."""
    for entry in entry_points(group=GROUP):
        folder = entry.load()()
        if isinstance(folder, Path) and folder.is_dir():
            return folder
    return None
