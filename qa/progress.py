"""Progress of long work, as one small protocol that a terminal bar, a web page or a test can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """Where long work stands: ``done`` of ``total`` files, with the finished part of the present one, and its name."""

    done: float
    total: int
    name: str


Progress = bool | Callable[[Step], None]


@contextmanager
def reporting(progress: Progress, title: str) -> Iterator[Callable[[Step], None]]:
    """A function to call with each ``Step``: the given one, a bar on standard error for True, nothing for False."""
    if callable(progress):
        yield progress
    elif progress:
        with _bar(title) as report:
            yield report
    else:
        yield lambda step: None


@contextmanager
def _bar(title: str) -> Iterator[Callable[[Step], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[files]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", style="dim", markup=False),
    )
    # The time left is told from the last ten minutes: documents are of all sizes.
    with Bar(*columns, console=Console(stderr=True), transient=True, speed_estimate_period=600) as bar:
        task = bar.add_task(title, total=None, files="", name="")

        def report(step: Step) -> None:
            files = f"{int(step.done)}/{step.total}"
            bar.update(task, completed=step.done, total=step.total, files=files, name=step.name)

        yield report
