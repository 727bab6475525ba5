"""A scored run as tables in Markdown, for a pull request or a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.metrics.catalogue import Unit
from eval.reports.summary import (
    facts,
    figure,
    groups,
    has_value,
    interval,
    kind_label,
    kind_metrics,
    kinds,
    label,
    latencies,
    overview,
    seconds,
    stage_counts,
    unfinished,
)
from eval.reports.text import TIMINGS, Language, pick, plain, stage_name, words
from eval.results import Measure, RunResult, SetResult

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>#|~&"})


def markdown(result: RunResult, *, language: Language = "en") -> str:
    """A heading for each set with its metrics by group, its kinds, where its questions ended, and the times."""
    parts = [f"# {words('title', language)}", *_run(result, language)]
    columns, listed = overview(result)
    if len(result.sets) > 1 and columns:
        head = [words("set", language), words("n", language), *(label(metric, language) for metric in columns)]
        rows = [
            [
                _safe(one.set.name),
                f"{len(one.outcomes):,}",
                *(_value(measure, m.unit) for m, measure in zip(columns, measures, strict=True)),
            ]
            for one, measures in listed
        ]
        parts += [f"## {words('overview', language)}", _table(head, rows)]
    for one in result.sets:
        parts += _set(one, language)
    parts.append(f"*{words('independent', language)}*")
    return "\n\n".join(parts) + "\n"


def _run(result: RunResult, language: Language) -> list[str]:
    """The run in a line."""
    manifest = result.manifest
    told = [str(manifest[key]) for key in ("started", "mode") if manifest.get(key)]
    if manifest.get("yinda"):
        told.append(" ".join(["Yinda", *(str(manifest[key]) for key in ("yinda", "commit") if manifest.get(key))]))
    if manifest.get("seed") is not None:
        told.append(f"{words('seed', language)} {manifest['seed']}")
    if state := unfinished(result):
        told.append(words(state, language))
    return [_safe("; ".join(told))] if told else []


def _set(result: SetResult, language: Language) -> list[str]:
    parts = [f"## {_safe(result.set.name)}", pick(("，", ", "), language).join(facts(result, language))]
    if not result.outcomes:
        return [*parts, words("no_outcomes", language)]
    head = [words(key, language) for key in ("metric", "value", "interval", "n")]
    for group in groups(result):
        rows = [
            [
                label(metric, language) + ("" if metric.higher_is_better else " ↓"),
                figure(measure.value, metric.unit),
                interval(measure, metric.unit) or "–",
                f"{measure.n:,}",
            ]
            for metric, measure in group.rows
        ]
        parts += [f"### {pick(group.label, language)}", _table(head, rows)]
    columns, found = kind_metrics(result), kinds(result)
    if found and columns:
        rows = [
            [
                _safe(pick(kind_label(kind), language)),
                f"{count:,}",
                *(_value(measures.get(m.name), m.unit) for m in columns),
            ]
            for kind, count, measures in found
        ]
        head = [words("kind", language), words("n", language), *(label(metric, language) for metric in columns)]
        parts += [f"### {words('kinds', language)}", _table(head, rows)]
    counts = stage_counts(result)
    rows = [
        [pick(stage_name(stage, result.set.task), language), f"{count:,}", f"{count / sum(counts.values()):.1%}"]
        for stage, count in counts.items()
    ]
    head = [words(key, language) for key in ("stage", "count", "share")]
    parts += [f"### {words('stages', language)}", _table(head, rows)]
    return parts + _times(result, language)


def _times(result: SetResult, language: Language) -> list[str]:
    from eval.metrics.latency import percentile

    times = latencies(result)
    if len(times) < 2:
        return []
    rows = [
        [
            _safe(pick(TIMINGS.get(stage, (stage, stage)), language)),
            *(seconds(percentile(list(values), q)) for q in (50, 95)),
        ]
        for stage, values in times.items()
    ]
    head = [words(key, language) for key in ("stage", "p50", "p95")]
    return [f"### {words('time_by_stage', language)}", _table(head, rows)]


def _value(measure: Measure | None, unit: Unit) -> str:
    if not has_value(measure):
        return "–"
    between = interval(measure, unit)
    return figure(measure.value, unit) + (f" ({between})" if between else "")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The first column to the left, the others, which hold numbers, to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _safe(text: str) -> str:
    """Text of a set on one line, with nothing in it read as Markdown."""
    return " ".join(plain(text).split()).translate(_SPECIAL)
