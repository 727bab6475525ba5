"""Yinda as a person gets it: a folder of text files, no settings."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from qa import Library


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "from a checkout"


class System:
    """A Library with a document for each text."""

    def __init__(self, folder: Path) -> None:
        packages = ("yinda", "torch", "sentence-transformers", "faiss-cpu", "tantivy")
        self.versions = {name: _version(name) for name in packages}
        self.sources = folder / "texts"
        self.sources.mkdir()
        self.library = Library.open(folder / "library")
        _ = self.library.embedder  # loads the model
        self.numbers: dict[str, int] = {}

    def index(self, texts: list[str]) -> None:
        """Write the texts as files, whose names say nothing, and add them."""
        for number, text in enumerate(texts):
            (self.sources / f"{number:06}.txt").write_bytes(text.encode())
        for addition in self.library.add(self.sources).additions:
            if addition.document_id is None:
                raise ValueError(f"{addition.path}: {addition.reason}")
            self.numbers[addition.document_id] = int(Path(addition.path).stem)

    def search(self, question: str, k: int) -> list[int]:
        """A document counts with its best passage."""
        hits = self.library.search(question, k)
        return list(dict.fromkeys(self.numbers[hit.passage.document_id] for hit in hits))


def start(job: dict[str, Any]) -> System:
    """Open a new Library and load the model."""
    return System(Path(job["folder"]))
