"""The side that is measured: clocks one system in this process. Standard library only.

Run by the system's own Python as ``python measure.py RUNNER JOB RESULT``. RUNNER is a file with a function
``start(job)``, which loads the library and the model and returns an object with

- ``versions``, a dictionary of package versions,
- ``index(texts)``, which makes the texts searchable, numbered from 0, and
- ``search(question, k)``, which returns the numbers of the ``k`` best texts, best first.

JOB is JSON with ``texts``, ``questions``, ``k``, ``model`` (a SentenceTransformer folder), ``folder`` (an empty one to
use) and ``settings``. RESULT is JSON with ``versions``, ``start_s``, ``index_s``, ``index_cpu_s`` (processor time of
all threads), ``rankings``, ``search_s`` (seconds of each search, in order) and ``peak_mib`` (the most resident memory
of this process).
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any


def measure(runner: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Start, index, ask once to warm up, then ask each question and clock it."""
    begun = time.perf_counter()
    system = _load(runner).start(job)
    started, started_cpu = time.perf_counter(), time.process_time()
    system.index(job["texts"])
    indexed, indexed_cpu = time.perf_counter(), time.process_time()
    k: int = job["k"]
    for question in job["questions"][:1]:
        system.search(question, k)
    rankings: list[list[int]] = []
    seconds: list[float] = []
    for question in job["questions"]:
        asked = time.perf_counter()
        found = system.search(question, k)
        seconds.append(time.perf_counter() - asked)
        rankings.append([int(number) for number in found[:k]])
    return {
        "versions": system.versions,
        "start_s": started - begun,
        "index_s": indexed - started,
        "index_cpu_s": indexed_cpu - started_cpu,
        "rankings": rankings,
        "search_s": seconds,
        "peak_mib": peak_mib(),
    }


def peak_mib() -> float:
    """The most resident memory that this process has had, in MiB; 0 where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    # ru_maxrss counts bytes on macOS, KiB elsewhere.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _load(runner: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(runner.stem, runner)
    if spec is None or spec.loader is None:
        raise ImportError(f"{runner} is no Python file")
    module = importlib.util.module_from_spec(spec)
    # By its name it can be found by a library that resolves classes by theirs.
    sys.modules[runner.stem] = module
    spec.loader.exec_module(module)
    return module


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: then its end of the pipe is closed."""

    def watch() -> None:
        while os.read(0, 1024):
            pass
        os._exit(3)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    _end_with_parent()
    runner_file, job_file, result_file = (Path(argument) for argument in sys.argv[1:])
    outcome = measure(runner_file, json.loads(job_file.read_text("utf-8")))
    result_file.write_text(json.dumps(outcome), "utf-8")
    sys.stdout.flush()
    # Threads that a library left behind may not hold the process up.
    os._exit(0)
