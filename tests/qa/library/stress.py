"""Scenarios that kill processes or let many work at once: ``stress.py FOLDER NAME=AMOUNT…``, one line of JSON each."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from crashes import crashes
from crowd import crowd
from forked import Remembering, warmed
from steps import backing_up, changing, migrating

SCENARIOS: dict[str, Callable[[Path, int, Remembering], dict[str, int]]] = {
    "crashes": crashes,
    "crowd": crowd,
    "changing": changing,
    "migrating": migrating,
    "backing_up": backing_up,
}


def main(folder: Path, wanted: list[str]) -> None:
    embedder = warmed()
    for each in wanted:
        name, amount = each.split("=")
        (folder / name).mkdir(parents=True)
        began = time.monotonic()
        seen = SCENARIOS[name](folder / name, int(amount), embedder)
        print(json.dumps({"scenario": name, **seen, "wall": round(time.monotonic() - began, 1)}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
