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

from forked import Child, Remembering, built_anew, child_said, same_answers, verify, written
from layouts import OLDER, laid_out, version_of

from qa import Conversations, Library
from qa.library import schema

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
    return {"steps": len(steps), "states": len(met)}


def _looked(home: Path, embedder: Remembering) -> dict[str, Any]:
    with Library.open(home, model=embedder) as library:
        return verify(library)


def migrating(folder: Path, kills: int, embedder: Remembering) -> dict[str, int]:
    """Older layouts: after each kill the old version is there as it was, or the new one; either gives everything."""
    documents = {f"{subject}.md": written(subject, 0) for subject in ("图书馆", "游泳池", "消防站")}
    held = {name: (text, None) for name, text in documents.items()}
    expected = child_said(lambda send: send(built_anew(folder / "new", held, embedder)))
    home = folder / "library"
    count, left_old = 0, 0
    for version in OLDER:
        start = folder / f"version-{version}"
        child_said(
            lambda send, start=start, version=version: send(
                laid_out(start / "library.sqlite", version, documents, embedder) or True
            )
        )

        def prepare(start: Path = start) -> None:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(start, home)

        def work() -> None:
            Library.open(home, model=embedder).close()

        for step in sweep(folder, kills, prepare, work):
            prepare()
            killed_at(folder, step, work)
            left = child_said(lambda send: send(version_of(home / "library.sqlite")))
            assert left in (version, schema.VERSION), f"step {step}: version {left}"
            left_old += left == version
            found = child_said(lambda send: send(_looked(home, embedder)))
            assert sorted(text for text, _ in found["held"].values()) == sorted(documents.values())
            assert same_answers(found["found"], expected), f"step {step}: other answers"
            count += 1
    return {"steps": count, "left_old": left_old}


def backing_up(folder: Path, kills: int, embedder: Remembering) -> dict[str, int]:
    """A back-up, and its restoring: after each kill the result is there whole or not at all, the Library as before."""
    home, file, back = folder / "library", folder / "backup.zip", folder / "back"

    def begun(send: Callable[[Any], None]) -> None:
        with Library.open(home, model=embedder) as library, Conversations(home) as kept:
            for subject in ("图书馆", "游泳池"):
                library.add_bytes(written(subject, 0).encode(), f"{subject}.md")
            kept.begin("me", "谈话")
            send(verify(library))

    expected = child_said(begun)
    made = {"backup": 0, "restore": 0}

    def back_up() -> None:
        with Library.open(home, model=embedder) as library:
            library.backup(file)

    def restore() -> None:
        Library.restore(file, back).close()

    def restored(send: Callable[[Any], None]) -> None:
        if not back.exists():
            restore()
        with Library.open(back, model=embedder) as library, Conversations(back) as kept:
            send(verify(library) | {"conversations": len(kept.all())})

    def gone() -> None:
        file.unlink(missing_ok=True)
        shutil.rmtree(back, ignore_errors=True)

    for step in sweep(folder, kills, gone, back_up):
        gone()
        killed_at(folder, step, back_up)
        made["backup"] += file.exists()
        if file.exists():
            assert child_said(restored) == expected | {"conversations": 1}
        assert child_said(lambda send: send(_looked(home, embedder))) == expected
    gone()
    child_said(lambda send: send(back_up() or True))

    def only_back() -> None:
        shutil.rmtree(back, ignore_errors=True)

    for step in sweep(folder, kills, only_back, restore):
        only_back()
        killed_at(folder, step, restore)
        made["restore"] += back.exists()
        # What is there is whole; what is not there can be made: nothing half is in the way.
        assert child_said(restored) == expected | {"conversations": 1}
    return made
