"""The table of engines: each that is installed, beside torch."""

from __future__ import annotations

import importlib.util
import re

import pytest

from eval.bench import engines


@pytest.mark.slow
def test_the_table_has_every_installed_engine_and_its_agreement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SHAPES", ((2, 12),))
    monkeypatch.setattr(engines, "MIXED", (12, 7))
    table = engines.table(rounds=1)
    first = table.split("\n\n")[1]
    differences = {row[:32].strip(): float(row.rsplit(maxsplit=1)[1]) for row in first.splitlines()[1:]}
    assert differences["torch float32"] == 0
    assert differences["torch float32, eager"] < 1e-3
    for package in ("onnxruntime", "openvino"):
        if importlib.util.find_spec(package):
            assert differences[f"{package} float32"] < 1e-3
    assert re.search(r"windows of 12, 7 tokens\ntorch float32 .* x1\.00", table)
