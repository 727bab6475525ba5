"""The same texts and questions to every system, each in its own process, one after another."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.bench.peers import process
from eval.bench.peers.environments import python_of
from eval.bench.peers.systems import ALL, HERE, NAMES, Peer, Setup
from eval.errors import RunError
from eval.types import EvaluationSet

K = 10
"""So many results are asked of each system: Yinda's and Haystack's own default."""
ROW_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text that is searched, with the questions that it answers."""

    id: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one system with one of its settings.

    ``ranks`` are the ranks from 1 of the right paragraph, question by question, 0 where it is not among the ``K``
    results; ``search_s`` the seconds of each search. ``start_s`` is loading library and model, ``index_s`` making the
    ``texts`` texts searchable, ``index_cpu_s`` the processor time of that, which depends less on what else the machine
    does. ``load`` is the machine's load average (1 minute) when the row began. With ``error``,
    the line that the system ended with, nothing else was measured.
    """

    peer: str
    setup: Setup
    texts: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    ranks: tuple[int, ...] = ()
    search_s: tuple[float, ...] = ()
    start_s: float = 0.0
    index_s: float = 0.0
    index_cpu_s: float = 0.0
    peak_mib: float = 0.0
    load: float | None = None
    error: str = ""


def paragraphs_of(evaluation_set: EvaluationSet) -> list[Paragraph]:
    """The documents of a set with the questions whose evidence they are."""
    questions: dict[str | None, list[str]] = {}
    for question in evaluation_set.questions:
        for document in dict.fromkeys(evidence.document for evidence in question.evidence):
            questions.setdefault(document, []).append(question.question)
    return [Paragraph(d.name, d.text, tuple(questions.get(d.name, ()))) for d in evaluation_set.documents]


def compare(
    paragraphs: Sequence[Paragraph],
    queries: Sequence[tuple[str, str]] | None = None,
    *,
    peers: Sequence[str | Peer] = NAMES,
    every: int = 1,
    threads: int | None = None,
    timeout: float = ROW_SECONDS,
    before: Callable[[Peer, Setup], None] = lambda peer, setup: None,
) -> list[Row]:
    """Ask every ``every``-th of ``queries`` (question, id of its paragraph) of each system; a row for each setting.

    Without ``queries``, the paragraphs' own questions. Paragraphs with the same text count as one. The environments
    are made before anything is measured (``RunError`` where that fails). A system that fails, or is not done after
    ``timeout`` seconds, gives a row with its error, and the others go on. ``threads``: by default one a core.
    ``before`` is called before each row.
    """
    chosen = [_peer(each) for each in peers]
    if queries is None:
        queries = [(question, p.id) for p in paragraphs for question in p.questions]
    asked = list(queries[::every])
    if not paragraphs or not asked:
        raise RunError("there is nothing to compare on", "give at least one paragraph and one question")
    numbers: dict[str, int] = {}
    number_of = {p.id: numbers.setdefault(p.text, len(numbers)) for p in paragraphs}
    unknown = next((owner for _, owner in asked if owner not in number_of), None)
    if unknown is not None:
        raise RunError(f"a question belongs to paragraph {unknown}, which is not there", "give its paragraph as well")
    from embeddings import ensure_default_model

    job = {
        "texts": list(numbers),
        "questions": [question for question, _ in asked],
        "k": K,
        "model": str(ensure_default_model()),
    }
    right = [number_of[owner] for _, owner in asked]
    pythons = {peer.name: python_of(peer) for peer in chosen}
    environment = _environment(threads or os.cpu_count() or 1)
    rows = []
    for peer, setup in _rows(chosen):
        before(peer, setup)
        rows.append(_measure(peer, setup, pythons[peer.name], job, right, environment, timeout))
    return rows


def _peer(each: str | Peer) -> Peer:
    if isinstance(each, Peer):
        return each
    for peer in ALL:
        if peer.name == each:
            return peer
    raise RunError(f"there is no system {each}", f"known are {', '.join(NAMES)}")


def _rows(peers: Sequence[Peer]) -> Iterator[tuple[Peer, Setup]]:
    return ((peer, setup) for peer in peers for setup in peer.setups)


def _environment(threads: int) -> dict[str, str]:
    """This process's environment, with the same threads for all, no accelerator, no network, no telemetry."""
    # The peers' Python is to find its own packages only; Yinda's finds those of this process (see _measure).
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LANGCHAIN_", "LANGSMITH_"))
    }
    counts = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
    return {
        **kept,
        **dict.fromkeys(counts, str(threads)),
        "PYTHONNOUSERSITE": "1",
        "PYTHONUTF8": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HAYSTACK_TELEMETRY_ENABLED": "False",
        "LANGSMITH_TRACING": "false",
        "LANGCHAIN_TRACING_V2": "false",
    }


def _measure(
    peer: Peer,
    setup: Setup,
    python: Path,
    job: Mapping[str, Any],
    right: Sequence[int],
    environment: Mapping[str, str],
    timeout: float,
) -> Row:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    if peer.requirements is None:
        # Yinda may run from a checkout that is not installed: its packages stand side by side.
        places = [str(HERE.parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**environment, "PYTHONPATH": os.pathsep.join(places)}
    with tempfile.TemporaryDirectory(prefix="yinda-peers-") as temporary:
        place = Path(temporary)
        job_file, result, log, folder = (place / name for name in ("job.json", "result.json", "log", "folder"))
        folder.mkdir()
        job_file.write_text(json.dumps({**job, "folder": str(folder), "settings": dict(setup.settings)}), "utf-8")
        script = [str(HERE / "measure.py"), str(peer.runner), str(job_file), str(result)]
        try:
            status = process.run([str(python), "-P", *script], log=log, timeout=timeout, env=environment)
        except subprocess.TimeoutExpired:
            return Row(peer.name, setup, load=load, error=f"not done after {timeout:g} s")
        if status or not result.is_file():
            return Row(peer.name, setup, load=load, error=process.last_line(log) or f"ended with status {status}")
        return _row(peer, setup, json.loads(result.read_text("utf-8")), len(job["texts"]), right, load)


def _row(peer: Peer, setup: Setup, got: Mapping[str, Any], texts: int, right: Sequence[int], load: float | None) -> Row:
    rankings: list[list[int]] = got["rankings"]
    return Row(
        peer.name,
        setup,
        texts=texts,
        versions=got["versions"],
        ranks=tuple(_rank(ranking, number) for ranking, number in zip(rankings, right, strict=True)),
        search_s=tuple(got["search_s"]),
        start_s=got["start_s"],
        index_s=got["index_s"],
        index_cpu_s=got["index_cpu_s"],
        peak_mib=got["peak_mib"],
        load=load,
    )


def _rank(ranking: Sequence[int], number: int) -> int:
    return ranking.index(number) + 1 if number in ranking else 0
