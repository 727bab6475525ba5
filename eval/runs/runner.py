"""A run, from sets to predictions in a folder; what is asked once is not asked again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eval.errors import RunError
from eval.names import resolved
from eval.results import RunResult
from eval.runs.asking import Asker
from eval.runs.corpus import CHANGED_HINT, Corpus, corpus_of
from eval.runs.folder import RunFolder, read_manifest
from eval.runs.identity import code_digest, described, described_library, identity, short
from eval.runs.machine import commit, machine, versions
from eval.runs.settings import Settings, asked_part
from eval.types import EvaluationSet, Question
from qa import Library, default_reader
from qa.progress import Progress, Step, reporting
from qa.reader.base import Reader

RUNS = Path("yinda-runs")


def run(
    sets: EvaluationSet | Path | str | Sequence[EvaluationSet | Path | str],
    *,
    out: Path | str | None = None,
    library: Library | Path | str | None = None,
    model: str | None = None,
    settings: Settings | None = None,
    beside: Sequence[EvaluationSet] = (),
    reader: Reader | None = None,
    progress: Progress = False,
    stop: Callable[[], bool] | None = None,
    restart: bool = False,
) -> RunResult:
    """Ask every question of the sets, keep the predictions in the folder ``out``, and score them.

    Each set is asked of a Library of its own documents, made with the embedding ``model`` (a folder, or a name on the
    hub; by default the built-in one) and kept below ``out``, or of ``library``. ``beside`` are sets
    whose documents are put in with them, to make the search harder. A folder that holds an unfinished run of the same
    sets, settings and program is gone on with; ``restart`` begins anew. Without ``out`` nothing is kept. ``stop`` is
    asked before each question; when it says so, what was done so far is scored and returned, with ``"stopped"`` as
    the manifest's state. ``progress`` as in ``Library.add``.

    Raises ``RunError`` when ``out`` holds another run, or the documents are missing; ``SetError`` for a bad set.
    """
    from eval.scoring import score_run

    settings = settings or Settings()
    loaded = _loaded(sets, settings)
    with ExitStack() as stack:
        if library is not None and not isinstance(library, Library):
            library = stack.enter_context(Library.open(library, create=False))
        if out is None:
            out = stack.enter_context(tempfile.TemporaryDirectory(prefix="yinda-run-"))
        manifest = _manifest(loaded, settings, beside, library, model)
        with RunFolder(Path(out)) as folder:
            if restart:
                folder.restart()
            manifest = _resumed(folder.path, manifest)
            done = folder.resume()
            missing = {one.name: {q.id for q in one.questions if (one.name, q.id) not in done} for one in loaded}
            if any(missing.values()) or manifest["state"] != "finished":
                manifest["state"] = "stopped"  # unless it comes to its end
                try:
                    stopped = False
                    for one in loaded:
                        if not missing[one.name] or stopped:
                            continue
                        with corpus_of(
                            one, folder.path, library=library, model=model, beside=beside, progress=progress
                        ) as corpus:
                            used = reader or (default_reader(corpus.library) if one.task == "answers" else None)
                            _record(manifest, one, corpus, used)
                            folder.write_manifest({**manifest, "state": "running"})
                            asked_set = one if one.documents else resolved(one, corpus.names)
                            stopped = _ask_all(
                                Asker(asked_set, corpus, used, settings),
                                [q for q in asked_set.questions if q.id in missing[one.name]],
                                len(one.questions),
                                folder,
                                progress,
                                stop,
                            )
                    if library is not None and described_library(library) != manifest["library"]:
                        raise RunError("the Library changed while it was asked", CHANGED_HINT)
                    manifest["state"] = "stopped" if stopped else "finished"
                finally:
                    manifest["finished"] = _now()
                    folder.write_manifest(manifest)
        return score_run(Path(out), loaded)


def _ask_all(
    ask: Asker,
    questions: Sequence[Question],
    total: int,
    folder: RunFolder,
    progress: Progress,
    stop: Callable[[], bool] | None,
) -> bool:
    """Ask the questions and keep what comes; whether it was stopped."""
    with reporting(progress, "Asking") as report:
        for number, question in enumerate(questions, total - len(questions)):
            if stop is not None and stop():
                return True
            report(Step(number, total, question.id))
            folder.add(*ask(question))
        report(Step(total, total, ""))
    return False


def default_folder(
    sets: Sequence[EvaluationSet],
    settings: Settings,
    beside: Sequence[EvaluationSet] = (),
    library: Library | None = None,
    model: str | None = None,
    *,
    below: Path = RUNS,
) -> Path:
    """A folder below ``below`` that the same program, sets and settings find again, and others do not."""
    name = "+".join(one.name.replace("/", "-") for one in sets)[:60]
    manifest = _manifest(_loaded(sets, settings), settings, beside, library, model)
    return below / f"{name}-{settings.mode}-{short(manifest)}"


def _loaded(
    sets: EvaluationSet | Path | str | Sequence[EvaluationSet | Path | str], settings: Settings
) -> list[EvaluationSet]:
    from eval.sets import load_set

    several = [sets] if isinstance(sets, (EvaluationSet, Path, str)) else list(sets)
    loaded = [one if isinstance(one, EvaluationSet) else load_set(one) for one in several]
    names = [one.name for one in loaded]
    for name in names:
        if names.count(name) > 1:
            raise RunError(f"two of the sets are called {name}", "rename a file or its folder, or run them apart")
    return [asked_part(one, settings) for one in loaded]


def _manifest(
    sets: Sequence[EvaluationSet],
    settings: Settings,
    beside: Sequence[EvaluationSet],
    library: Library | None,
    model: str | None,
) -> dict[str, Any]:
    return {
        "yinda": version("yinda"),
        "commit": commit(),
        "code": code_digest(),
        "started": _now(),
        "finished": None,
        "state": "running",
        "mode": settings.mode,
        "settings": settings.to_dict(),
        "seed": settings.seed,
        "sets": [described(one, settings) for one in sets],
        "beside": [described(one, settings) for one in beside],
        "library": described_library(library) if library is not None else None,
        "model": model,
        "models": {},
        "documents": {},
        "machine": machine(),
        "versions": versions(),
    }


def _resumed(path: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    earlier = read_manifest(path)
    if earlier is None:
        return manifest
    before, now = identity(earlier), identity(manifest)
    differing = [part for part in before if before[part] != now[part]]
    if differing:
        several = len(differing) > 1 or differing[0].endswith("s")
        raise RunError(
            f"{path} holds another run (its {' and '.join(differing)} {'differ' if several else 'differs'})",
            "name another folder with --out, or replace it with --restart",
        )
    here = manifest["machine"]
    there = earlier.get("machine", here)
    # Times that were taken on two machines are those of neither.
    mixed = {**here, "processor": f"{there.get('processor')}; then {here['processor']}"}
    unfinished = earlier.get("state") != "finished"
    return {**earlier, "machine": mixed if unfinished and there != here else there}


def _record(manifest: dict[str, Any], one: EvaluationSet, corpus: Corpus, reader: Reader | None) -> None:
    """Say which models are used; refuse to go on with others. Names of documents are kept where the set holds none."""
    library = corpus.library
    models: dict[str, Any] = {
        "embedding": {"name": library.embedder.name, "identity": library.embedder.identity},
    }
    if reader is not None:
        models["reader"] = {"name": reader.name, "identity": reader.identity, "threshold": reader.threshold}
    for part, model in models.items():
        if manifest["models"].setdefault(part, model) != model:
            raise RunError(
                f"the run was begun with another {part} model, {manifest['models'][part]['name']}",
                "name another folder with --out, or replace it with --restart",
            )
    if not one.documents:
        manifest["documents"][one.name] = corpus.names


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
