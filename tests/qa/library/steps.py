"""Kills a process at chosen steps of what it does.

A step is an SQL statement that begins, as SQLite itself reports it, or a file below the folder that is opened,
renamed, made or deleted, as the interpreter reports it (``sys.addaudithook``). Nothing of Yinda is patched. The points
between SQLite's commit and the writing of the caches, in the middle of a migration, a back-up or its restoring are all
among them.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from forked import Child, Remembering, child_said, same_answers, verify, written

from qa import Library

_FILES = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "shutil.rmtree"})
_EVERY_STEP = 10**9


class Steps:
    """Counts the steps of this process that concern ``folder``, and kills it at one of them."""

    def __init__(self, folder: Path, last: int) -> None:
        self.count = 0
        self._folder = str(folder)
        self._last = last
        self._connect = sqlite3.connect
        sqlite3.connect = self._traced
        sys.addaudithook(self._audit)

    def _traced(self, *arguments: Any, **options: Any) -> sqlite3.Connection:
        connection = self._connect(*arguments, **options)
        connection.set_trace_callback(lambda statement: self._step())
        return connection

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FILES and any(isinstance(a, str | Path) and self._folder in str(a) for a in arguments):
            self._step()

    def _step(self) -> None:
        self.count += 1
        if self.count == self._last:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_at(folder: Path, step: int, work: Callable[[], None]) -> int:
    """Run ``work`` in a child that dies at ``step``; without dying, the number of steps that it took, else 0."""

    def counted(send: Callable[[Any], None]) -> None:
        steps = Steps(folder, step)
        work()
        send(steps.count)

    child = Child(counted)
    count = child.heard()
    status = child.ended()
    assert status in (0, -signal.SIGKILL), f"step {step}: the child ended with {status}"
    return int(count or 0)


def sweep(folder: Path, kills: int, prepare: Callable[[], None], work: Callable[[], None]) -> list[int]:
    """``kills`` steps at which to kill, even over all that ``work`` takes."""
    prepare()
    total = killed_at(folder, _EVERY_STEP, work)
    assert total > 5, "hardly a step was seen"
    return sorted({1 + round(number * (total - 1) / max(1, kills - 1)) for number in range(min(kills, total))})


# -- scenarios ------------------------------------------------------------------------------------------------


def changing(folder: Path, kills: int, embedder: Remembering) -> dict[str, int]:
    """Add, replace, edit and remove: after each kill one of the states between two changes is there, whole."""
    start, home, file = folder / "start", folder / "library", folder / "公交站.md"
    with_three = ("图书馆", "游泳池", "消防站")

    def begun(send: Callable[[Any], None]) -> None:
        with Library.open(start, model=embedder) as library:
            for subject in with_three:
                library.add_bytes(written(subject, 0).encode(), f"{subject}.md")
            library.search("值班")
        send(True)

    def prepare() -> None:
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(start, home)
        file.write_text(written("公交站", 0), "utf-8")

    def changes(after: Callable[[Library], None]) -> None:
        with Library.open(home, model=embedder) as library:
            after(library)
            library.add(file)
            after(library)
            file.write_text(written("公交站", 1), "utf-8")
            library.update()
            after(library)
            library.edit(library.documents()[0].id, title="新题")
            after(library)
            library.remove(library.documents()[1].id)
            after(library)

    def states(send: Callable[[Any], None]) -> None:
        seen: list[dict[str, Any]] = []
        changes(lambda library: seen.append(verify(library)))
        send(seen)

    child_said(begun)
    prepare()
    possible = child_said(states)
    steps = sweep(folder, kills, prepare, lambda: changes(lambda library: None))
    met = set()
    for step in steps:
        prepare()
        killed_at(folder, step, lambda: changes(lambda library: None))
        left = child_said(lambda send: send(_looked(home, embedder)))
        which = [n for n, state in enumerate(possible) if state["held"] == left["held"]]
        assert which, f"step {step}: a state that is between no two changes"
        assert same_answers(left["found"], possible[which[0]]["found"]), f"step {step}: other answers"
        met |= set(which)
    assert met == set(range(len(possible))), f"only the states {met} were met"
    return {"steps": len(steps), "states": len(met)}


def _looked(home: Path, embedder: Remembering) -> dict[str, Any]:
    with Library.open(home, model=embedder) as library:
        return verify(library)
