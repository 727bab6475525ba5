"""Time and memory: importing, indexing the seed report, asking."""

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


def import_seconds() -> float:
    """The median time of ``import qa`` in fresh processes, the interpreter's own start not counted."""
    code = "import time; t = time.perf_counter(); import qa; print(time.perf_counter() - t)"
    return statistics.median(
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        for _ in range(IMPORTS)
    )


def table(sources: Sequence[Path], questions: Sequence[Question]) -> str:
    """Import, indexing, first and warm questions, and the peak of memory in this process."""
    lines = [f"import qa                {import_seconds():8.3f} s (median of {IMPORTS})"]
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
        first, warm = asked[0], asked[1:]
        lines.append(f"first ask()              {first['total']:8.3f} s")
        for stage in warm[0]:
            values = [timings[stage] for timings in warm]
            lines.append(
                f"warm ask(), {stage:<12} {percentile(values, 50):8.3f} s median,"
                f" {percentile(values, 95):.3f} s at the 95th percentile of {len(values)}"
            )
    lines.append(f"peak memory              {peak_resident_mib():8.0f} MiB")
    return "\n".join(lines)
