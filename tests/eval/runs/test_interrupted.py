"""Runs that are interrupted or killed and go on, and runs of thousands of questions: what is kept, and the memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eval import Settings, load_set, run
from eval.results import RunResult
from eval.runs.folder import read_manifest, read_predictions
from qa import Library

ROOT = Path(__file__).resolve().parents[3]
PLACES = ("青石大桥", "青石图书馆", "白石灯塔", "青石镇", "白石镇")
THINGS = ("全长", "总投资", "开馆日期", "馆长", "粮食总产量", "旅游收入", "游客人次", "点亮日期", "通车日期", "增长率")
SECONDS = 300.0  # a process that does not get so far by then has failed


def write_questions(path: Path, count: int) -> Path:
    """A set of questions that all differ, over the small set's documents."""
    lines = []
    for number in range(count):
        place, thing = PLACES[number % len(PLACES)], THINGS[number // len(PLACES) % len(THINGS)]
        question = f"{1500 + number}号问卷：{place}的{thing}是多少？"
        lines.append(json.dumps({"id": f"q{number}", "question": question, "answers": ["1268米"]}, ensure_ascii=False))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def ended(
    evaluation_set: Path, library: Path, out: Path, when: Callable[[], bool], how: signal.Signals
) -> tuple[int, str]:
    """``yinda eval run`` in a process that gets the signal ``how`` as soon as ``when``; status and standard error."""
    command = [sys.executable, "-m", "qa.cli", "--library", library, "eval", "run", evaluation_set, "--no-distract"]
    with subprocess.Popen(
        [*map(str, command), "--out", str(out)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A runner in the background ignores the signal, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + SECONDS
        while process.poll() is None and not when():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(how)
        assert process.stderr is not None
        said = process.stderr.read()
    return process.returncode, said


def whole_lines(out: Path) -> bytes:
    """The finished lines of the predictions."""
    path = out / "predictions.jsonl"
    data = path.read_bytes() if path.exists() else b""
    return data[: data.rfind(b"\n") + 1]


def scores(result: RunResult) -> dict[str, Any]:
    """All measures but time and memory."""
    apart = ("latency_p50", "latency_p95", "memory_peak")
    return {name: measure for name, measure in result.sets[0].measures.items() if name not in apart}


@pytest.mark.slow
def test_a_run_goes_on_after_ctrl_c_and_after_being_killed(town: Library, tmp_path: Path) -> None:
    path, out = write_questions(tmp_path / "questions.jsonl", 150), tmp_path / "run"

    def predictions(count: int) -> Callable[[], bool]:
        return lambda: whole_lines(out).count(b"\n") >= count

    status, said = ended(path, town.folder, out, predictions(20), signal.SIGINT)
    assert status == 130, said
    first, last = said.splitlines()
    assert first == f"run: {out}"
    assert last == "yinda: stopped; what was finished is kept, and the same command goes on from here"
    interrupted = whole_lines(out)
    assert interrupted == (out / "predictions.jsonl").read_bytes()
    assert 20 <= interrupted.count(b"\n") < 150
    manifest = read_manifest(out)
    assert manifest is not None
    assert manifest["state"] == "stopped"

    status, said = ended(path, town.folder, out, predictions(interrupted.count(b"\n") + 20), signal.SIGKILL)
    assert status == -signal.SIGKILL, said
    assert f"which has {interrupted.count(bytes([10]))} predictions already" in said
    killed = whole_lines(out)
    assert killed.startswith(interrupted)
    assert killed.count(b"\n") < 150
    # What a process leaves that is killed while it writes.
    with (out / "predictions.jsonl").open("ab") as stream:
        stream.write(b'{"set": "half a li')

    settings = Settings(distract=False)
    resumed = run(path, out=out, library=town, settings=settings)
    assert whole_lines(out) == (out / "predictions.jsonl").read_bytes()
    assert whole_lines(out).startswith(killed)
    assert [p.id for p in read_predictions(out)] == [f"q{number}" for number in range(150)]
    assert resumed.manifest["state"] == "finished"
    assert scores(resumed) == scores(run(path, out=tmp_path / "whole", library=town, settings=settings))


@pytest.mark.slow
def test_fifteen_hundred_questions_take_no_more_memory_than_a_few_hundred(town: Library, tmp_path: Path) -> None:
    """The first tenth does not count: models warm up, and kernels are made for each new length of text.

    What runs the reader's model keeps memory for each new shape of batch, ever less with each hundred questions: about
    40 MiB more in the end than in the second tenth. 80 MiB are allowed; 40 KiB that a question left behind would add 50
    and fail.
    """
    result = run(
        load_set(write_questions(tmp_path / "questions.jsonl", 1500)),
        out=tmp_path / "run",
        library=town,
        settings=Settings(distract=False),
    )
    memory = np.array([outcome.prediction.memory_mib for outcome in result.sets[0].outcomes])
    assert len(memory) == 1500
    assert memory.min() > 100
    assert np.percentile(memory[-150:], 95) - np.percentile(memory[150:300], 95) <= 80
