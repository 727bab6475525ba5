"""Adding much that is stopped with Ctrl-C several times: does it go on where it stopped, and embed nothing twice?

Each run is a process of its own, as it is for a person; the vectors are drawn, and those that are asked for counted.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from eval.bench.adding import Drawn
from qa import Library
from qa.library.library import EMBED_BATCH
from qa.progress import Progress, Step, reporting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings import Embedder

STOPPED = 130
"""The exit status of what was ended with Ctrl-C."""


class Counting(Drawn):
    """Drawn vectors; how many texts they were drawn for is kept in ``file``, across processes one after another."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def encode_passages(self, texts: Sequence[str], *, batch_size: int = 32) -> NDArray[np.float32]:
        """As ``Drawn`` does it."""
        vectors = super().encode_passages(texts, batch_size=batch_size)
        with self._file.open("a", encoding="ascii") as out:
            out.write(f"{len(texts)}\n")
        return vectors


@dataclass(frozen=True, slots=True)
class Run:
    """One process: its exit status, its seconds, and the documents that the Library held in the end."""

    status: int
    seconds: float
    documents: int


@dataclass(frozen=True, slots=True)
class Seen:
    """All runs, the last of which was not stopped; what the Library holds; texts embedded in all; what is wrong.

    ``files`` are those that differ: of equal ones a Library holds one.
    """

    runs: tuple[Run, ...]
    files: int
    passages: int
    embedded: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every run but the last was stopped, all files are there, and nothing was embedded twice.

        But for the texts that the model has in hand when Ctrl-C comes, at most a batch.
        """
        *stopped, last = self.runs
        return (
            all(run.status == STOPPED for run in stopped)
            and (last.status, last.documents) == (0, self.files)
            and all(a.documents < b.documents for a, b in zip(self.runs, self.runs[1:], strict=False))
            and self.embedded <= self.passages + EMBED_BATCH * len(stopped)
            and not self.problems
        )


def measure(files: Sequence[Path], *, stops: int = 3, progress: Progress = False) -> Seen:
    """Add ``files`` in a temporary folder; Ctrl-C comes ``stops`` times, at even shares of what there is to do."""
    runs: list[Run] = []
    with tempfile.TemporaryDirectory(prefix="yinda-interrupted-") as temporary:
        home, counted = Path(temporary) / "library", Path(temporary) / "counted"
        with reporting(progress, "Adding") as report:
            for number in range(1, stops + 2):
                until = len(files) * number / (stops + 1) if number <= stops else None
                status, seconds = _run(files, home, counted, until, report)
                with Library.open(home, model=cast("Embedder", Drawn())) as library:
                    runs.append(Run(status, seconds, len(library.passage_counts())))
        with Library.open(home, model=cast("Embedder", Drawn())) as library:
            return Seen(
                tuple(runs),
                len({hashlib.sha256(file.read_bytes()).digest() for file in files}),
                sum(library.passage_counts().values()),
                sum(map(int, counted.read_text("ascii").split())),
                tuple(library.problems()),
            )


def _run(files: Sequence[Path], home: Path, counted: Path, until: float | None, report: Any) -> tuple[int, float]:
    """One process, stopped once it is ``until`` (files) far; its exit status, and its seconds."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_add, args=(files, home, counted, sending))
    begun = time.monotonic()
    process.start()
    sending.close()
    stopped = False
    try:
        while True:
            step = receiving.recv()
            report(step)
            if until is not None and step.done >= until and not stopped:
                assert process.pid is not None
                os.kill(process.pid, signal.SIGINT)
                stopped = True
    except EOFError:
        process.join()
    return process.exitcode or 0, time.monotonic() - begun


def _add(files: Sequence[Path], home: Path, counted: Path, sending: Any) -> None:
    """The work of a process."""

    def report(step: Step) -> None:
        sending.send(step)

    try:
        with Library.open(home, model=cast("Embedder", Counting(counted))) as library:
            library.add(files, progress=report)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def table(seen: Seen) -> str:
    """What became of it, as lines."""
    lines = [f"{seen.files:,} files that differ; vectors drawn, not embedded"]
    for number, run in enumerate(seen.runs, 1):
        how = "stopped with Ctrl-C" if run.status == STOPPED else "to the end" if not run.status else f"{run.status}"
        lines.append(f"run {number}  {run.seconds:8,.1f} s  {run.documents:6,} documents held  {how}")
    return "\n".join([*lines, f"{seen.passages:,} passages, {seen.embedded:,} texts embedded", *seen.problems[:20]])
