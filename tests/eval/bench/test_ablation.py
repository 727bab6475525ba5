"""``python -m eval.bench ablation``: a row for each of the weights, on Libraries made once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from eval.bench.__main__ import app
from eval.errors import RunError
from qa.reader.selection import FILE as SELECTION
from qa.reader.weights import FILE as WEIGHTS


def test_a_row_for_each_of_the_weights(
    data: Path, cache: Path, embedded: list[str], tmp_path: Path, small_set: Callable[[Path], Path]
) -> None:
    seed = small_set(data / "seed").parent
    for document in (seed / "documents").iterdir():
        document.rename(seed / document.name)
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("plain", "silent"):
        shutil.copyfile(WEIGHTS, folder / f"{name}.safetensors")
    selection = json.loads(SELECTION.read_text("utf-8")) | {"threshold": 1.1}
    (folder / "silent.json").write_text(json.dumps(selection), "utf-8")
    (folder / "broken.safetensors").write_text("no weights")
    done = CliRunner().invoke(app, ["ablation", str(folder), "--shared", str(data), "--every", "1"])
    assert isinstance(done.exception, RunError)
    assert done.exception.message == "1 of 3 weights could not be read"
    lines = done.stdout.splitlines()
    assert "CMRC 2018 dev, 4 questions" in lines[-5]
    assert "DRCD dev, 1 questions" in lines[-5]
    assert "Seed report, 5 questions" in lines[-5]
    broken, plain, silent = (line.split() for line in lines[-3:])
    assert broken[:2] == ["broken", "failed:"]
    assert plain[0] == "plain"
    assert plain[-2:] == ["(shipped", "selection)"]
    # Whatever its threshold is, what it would have said given the paragraph is the same.
    assert silent[0] == "silent"
    assert silent[1:9] == plain[1:9]
    assert silent[9:] == ["0/3", "0/3", "3/3", "1/1"]
    assert [cell.split("/")[1] for cell in plain[9:13]] == ["3", "3", "3", "1"]
    passages = len(embedded)
    assert len(set(embedded)) == passages, "no passage is embedded twice"
    assert len(list(cache.glob("*-*"))) == 4, "three Libraries and the vectors"


def test_a_folder_without_weights_is_said(data: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["ablation", str(tmp_path), "--shared", str(data)])
    assert isinstance(done.exception, RunError)
    assert "holds no weights of a reader" in done.exception.message
