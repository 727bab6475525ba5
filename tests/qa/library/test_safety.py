"""Killed at any moment, or used by many processes at once: a Library loses nothing and shows nothing that is gone.

What is asserted stands in the scripts beside this one; they run as a process of their own, which has no threads to be
lost when it forks.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks a process that has torch loaded")
HERE = Path(__file__).resolve().parent


def stress(**amounts: int) -> dict[str, dict[str, Any]]:
    """Run scenarios; what each saw, by its name."""
    # In memory where there is such a folder: what is written outlives a killed process there as on a disk, and faster.
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="yinda-stress-", dir=place) as folder:
        ended = subprocess.run(
            [sys.executable, str(HERE / "stress.py"), folder, *(f"{name}={n}" for name, n in amounts.items())],
            env=os.environ
            | {"PYTHONPATH": str(HERE.parents[2]), "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"},
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,
        )
    assert ended.returncode == 0, ended.stderr[-4000:]
    seen = [json.loads(line) for line in ended.stdout.splitlines()]
    print(*seen, sep="\n")
    return {each.pop("scenario"): each for each in seen}


def check(seen: dict[str, dict[str, Any]]) -> None:
    """That the scenarios did what they are for."""
    assert seen["crashes"]["finished"] > 0
    assert seen["crashes"]["unfinished"] > 0
    assert seen["changing"]["states"] > 2
    assert seen["migrating"]["left_old"] > 0
    assert seen["crowd"]["changes"] > 0
    assert seen["crowd"]["fewest_searches"] > 0


def test_some_kills_and_a_small_crowd() -> None:
    check(stress(crashes=4, changing=3, migrating=2, backing_up=2, crowd=3))


@pytest.mark.slow
def test_300_kills_and_a_crowd_for_a_minute() -> None:
    seen = stress(crashes=300, changing=40, migrating=30, backing_up=30, crowd=60)
    check(seen)
    assert seen["crashes"]["unfinished_but_stored"] > 0
