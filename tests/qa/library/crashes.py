"""Kills a process that changes a Library, at random moments, and looks at what is left."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forked import Child, Held, Remembering, built_anew, change, child_said, same_answers, verify

from qa import Library


def crashes(folder: Path, kills: int, embedder: Remembering, seed: int = 1) -> dict[str, int]:
    """``kills`` moments; all that is asserted is what a person meets afterwards."""
    chance = random.Random(seed)
    home, files = folder / "library", folder / "files"
    held: dict[str, Held] = {}
    known: dict[str, dict[str, Any]] = {}
    finished = unfinished = applied = 0
    for number in range(kills):
        child = Child(lambda send, number=number: _changes(home, files, embedder, f"{seed}:{number}", send))
        # Some are killed while they open the Library, which has to be mended after the last one was killed.
        if number % 6:
            child.heard()
        time.sleep(chance.uniform(0, 0.05) if number % 6 == 0 else chance.uniform(0, 0.45))
        child.kill()
        pending: dict[str, Held | None] = {}
        while (said := child.heard()) is not None:
            if said == "done":
                held = _with(held, pending)
                pending = {}
                finished += 1
            elif said != "open":
                pending = {name: None if each is None else (each[0], each[1]) for name, each in said.items()}
        status = child.ended()
        assert status == -9, f"child {number} ended by itself: {status}"
        unfinished += bool(pending)
        checked = child_said(lambda send: send(_checked(home, embedder)))
        after = {name: (each[0], each[1]) for name, each in checked["held"].items()}
        for name in held.keys() | pending.keys() | after.keys():
            allowed = [held.get(name)] + ([pending[name]] if name in pending else [])
            assert after.get(name) in allowed, f"kill {number}: {name} is {after.get(name)}, and none of {allowed}"
        applied += bool(pending) and after != held
        held = after
        key = json.dumps(sorted(held.items()), ensure_ascii=False)
        if key not in known:
            known[key] = child_said(lambda send, held=held: send(_fresh(folder / "anew", held, embedder)))
        assert same_answers(checked["found"], known[key]), f"kill {number}: other answers than those of a new Library"
    return {
        "kills": kills,
        "finished": finished,
        "unfinished": unfinished,
        "unfinished_but_stored": applied,
        "libraries_built_anew": len(known),
    }


def _changes(home: Path, files: Path, embedder: Remembering, seed: str, send: Callable[[Any], None]) -> None:
    chance = random.Random(seed)
    with Library.open(home, model=embedder) as library:
        send("open")
        while True:
            change(library, files, chance, send)
            send("done")
            if chance.random() < 0.3:
                library.search("值班电话")


def _with(held: dict[str, Held], changed: dict[str, Held | None]) -> dict[str, Held]:
    return {name: each for name, each in {**held, **changed}.items() if each is not None}


def _checked(home: Path, embedder: Remembering) -> dict[str, Any]:
    with Library.open(home, model=embedder) as library:
        return verify(library)


def _fresh(folder: Path, held: dict[str, Held], embedder: Remembering) -> dict[str, Any]:
    try:
        return built_anew(folder, held, embedder)
    finally:
        shutil.rmtree(folder)
