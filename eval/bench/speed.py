"""Time and memory: importing, opening the window, indexing the seed report, asking."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from eval.metrics.latency import percentile
from eval.runs.machine import peak_resident_mib
from eval.types import Question
from qa import Library, ask

IMPORTS = 5
WINDOWS = 3


def import_seconds() -> float:
    """The median time of ``import qa`` in fresh processes, the interpreter's own start not counted."""
    code = "import time; t = time.perf_counter(); import qa; print(time.perf_counter() - t)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(IMPORTS)
    )


def window_seconds() -> tuple[float, float]:
    """Seconds from ``yinda chat`` over an empty Library to its first page, and to the window, as medians."""
    import httpx

    from eval.bench.window import serving

    taken: list[tuple[float, float]] = []
    for _ in range(WINDOWS):
        with tempfile.TemporaryDirectory() as folder:
            Library.open(Path(folder)).close()
            start = time.perf_counter()
            with serving(Path(folder)) as server:
                httpx.get(server.url, headers={"accept": "text/html"}, timeout=120).raise_for_status()
                first = time.perf_counter() - start
                # Whatever is no page waits for the window.
                httpx.get(server.url, timeout=120).raise_for_status()
                taken.append((first, time.perf_counter() - start))
    return statistics.median(first for first, _ in taken), statistics.median(whole for _, whole in taken)


def table(sources: Sequence[Path], questions: Sequence[Question]) -> str:
    """Import, indexing, first and warm questions, and the peak of memory in this process."""
    lines = [f"import qa                {import_seconds():8.3f} s (median of {IMPORTS})"]
    first, whole = window_seconds()
    lines.append(f"yinda chat, first page   {first:8.2f} s (median of {WINDOWS}; one can write there)")
    lines.append(f"yinda chat, the window   {whole:8.2f} s (the models load behind it)")
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder)) as library:
        start = time.perf_counter()
        _ = library.embedder
        lines.append(f"load the model           {time.perf_counter() - start:8.2f} s")
        start = time.perf_counter()
        report = library.add(sources)
        passages = sum(a.passages for a in report.additions)
        lines.append(f"index the seed report    {time.perf_counter() - start:8.2f} s ({passages} passages)")
        asked = [
            ask(question.question, library=library, history=question.history).timings
            for question in [questions[0], *questions]
        ]
        cold, warm = asked[0], asked[1:]
        lines.append(f"first ask()              {cold['total']:8.3f} s")
        for stage in warm[0]:
            values = [timings[stage] for timings in warm]
            lines.append(
                f"warm ask(), {stage:<12} {percentile(values, 50):8.3f} s median,"
                f" {percentile(values, 95):.3f} s at the 95th percentile of {len(values)}"
            )
    lines.append(f"peak memory              {peak_resident_mib():8.0f} MiB")
    return "\n".join(lines)
