"""A scored run in a terminal: for each set its key metrics, its kinds, and where its questions ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eval.metrics.catalogue import Unit
from eval.reports.summary import (
    facts,
    figure,
    has_value,
    interval,
    key_metrics,
    kind_label,
    kind_metrics,
    kinds,
    label,
    stage_counts,
    unfinished,
)
from eval.reports.text import Language, pick, plain, stage_name, words
from eval.results import Measure, RunResult, SetResult

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

_NAME = 40  # columns at most of a metric's or a kind's name


def lines(result: RunResult, *, width: int = 100, language: Language = "en") -> list[str]:
    """The tables as plain lines of at most ``width`` columns, a Chinese character taking two."""
    from rich.console import Console

    console = Console(width=width, color_system=None, highlight=False, markup=False, emoji=False)
    with console.capture() as captured:
        show(result, console=console, language=language)
    return [line.rstrip() for line in captured.get().splitlines()]


def show(result: RunResult, *, console: Console | None = None, language: Language = "en") -> None:
    """Print the tables."""
    from rich.console import Console

    console = console or Console(highlight=False, markup=False, emoji=False)
    for number, one in enumerate(result.sets):
        if number:
            console.print()
        for part in _set(one, language):
            console.print(part)
    if state := unfinished(result):
        console.print()
        console.print(words(state, language))


def _set(result: SetResult, language: Language) -> list[RenderableType]:
    from rich.text import Text

    told = pick(("，", ", "), language).join(facts(result, language))
    parts: list[RenderableType] = [Text.assemble((plain(result.set.name), "bold"), pick(("：", ": "), language), told)]
    if not result.outcomes:
        return [*parts, Text(words("no_outcomes", language))]
    table = _table([words(key, language) for key in ("metric", "value", "interval", "n")])
    for metric, measure in key_metrics(result):
        value, between = figure(measure.value, metric.unit), interval(measure, metric.unit)
        table.add_row(label(metric, language), value, between, f"{measure.n:,}")
    parts += ["", table]
    columns, found = kind_metrics(result), kinds(result)
    if found and columns:
        names = [words(key, language) for key in ("kind", "n")] + [label(metric, language) for metric in columns]
        table = _table(names, gap=1)
        for kind, count, measures in found:
            values = [_value(measures.get(m.name), m.unit) for m in columns]
            table.add_row(Text(plain(pick(kind_label(kind), language))), f"{count:,}", *values)
        parts += ["", table]
    ended = [
        f"{pick(stage_name(stage, result.set.task), language)} {count:,}"
        for stage, count in stage_counts(result).items()
    ]
    return [*parts, "", Text(pick(("，", ", "), language).join(ended), "dim")]


def _value(measure: Measure | None, unit: Unit) -> str:
    return figure(measure.value, unit) if has_value(measure) else "–"


def _table(head: list[str], gap: int = 2) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    for number, name in enumerate(head):
        if number:
            table.add_column(name, justify="right", overflow="fold")
        else:
            # The names stay whole as long as they are no sentences; the headings of the other columns give way.
            table.add_column(name, justify="left", no_wrap=True, overflow="ellipsis", max_width=_NAME)
    return table
