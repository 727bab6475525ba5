"""What makes two runs the same: the code, the sets, the settings, the Library."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import embeddings
import eval.evidence
import eval.names
import eval.runs
import qa
from eval.runs.settings import Settings
from eval.types import EvaluationSet
from qa import Library


def code_digest() -> str:
    """A digest of the program that answers and asks: every source file and weight."""
    digest = hashlib.sha256()
    files = [file for package in (embeddings, qa, eval.runs) for file in Path(str(package.__file__)).parent.rglob("*")]
    files += [Path(str(module.__file__)) for module in (eval.evidence, eval.names)]
    root = Path(str(eval.__file__)).parents[1]
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            digest.update(f"{file.relative_to(root).as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def set_digest(path: Path) -> str:
    """SHA-256 of a set's file; of a folder, over its files' names and contents."""
    if path.is_file():
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()):
        digest.update(f"{file.relative_to(path).as_posix()}\0{set_digest(file)}\n".encode())
    return digest.hexdigest()


def asked_digest(evaluation_set: EvaluationSet, settings: Settings) -> str:
    """A digest of what is asked, and of which texts; answers may be corrected without changing it.

    Evidence belongs to it where it chooses the passages that are read.
    """
    digest = hashlib.sha256()
    for question in evaluation_set.questions:
        digest.update(json.dumps([question.id, question.question, question.history]).encode())
        if settings.mode == "given-passage":
            digest.update(json.dumps([asdict(evidence) for evidence in question.evidence]).encode())
    for document in evaluation_set.documents:
        digest.update(json.dumps([document.name, document.title, document.text]).encode())
    return digest.hexdigest()[:16]


def described(evaluation_set: EvaluationSet, settings: Settings) -> dict[str, Any]:
    """A set as it stands in a run's manifest."""
    return {
        "name": evaluation_set.name,
        "path": str(evaluation_set.path.resolve()),
        "sha256": set_digest(evaluation_set.path),
        "asked": asked_digest(evaluation_set, settings),
        "layout": evaluation_set.layout,
        "rules": evaluation_set.rules,
        "task": evaluation_set.task,
        "questions": len(evaluation_set.questions),
        "documents": len(evaluation_set.documents) or len(evaluation_set.sources),
        "sources": {str(source.resolve()): set_digest(source) for source in evaluation_set.sources},
    }


def described_library(library: Library) -> dict[str, Any]:
    """A Library as it stands in a run's manifest: its documents by their digest."""
    shas = sorted(document.sha256 for document in library.documents())
    return {
        "path": str(library.folder),
        "documents": len(shas),
        "digest": hashlib.sha256("\n".join(shas).encode()).hexdigest()[:16],
    }


IDENTITY = ("code", "versions", "settings", "sets", "beside", "library", "model")
# Where files lie does not matter, nor the answers: predictions do not depend on them.
_APART = ("path", "sha256")


def identity(manifest: Mapping[str, Any], parts: Sequence[str] = IDENTITY) -> dict[str, Any]:
    """The parts of a manifest in which two runs must agree to be one."""
    return {part: _what_matters(manifest.get(part)) for part in parts}


def short(manifest: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that tell the run from others."""
    text = json.dumps(identity(manifest), sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _what_matters(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: sorted(inner.values()) if key == "sources" else _what_matters(inner)
            for key, inner in value.items()
            if key not in _APART
        }
    if isinstance(value, (list, tuple)):
        return [_what_matters(inner) for inner in value]
    return value
