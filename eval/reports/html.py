"""A run as one HTML file that opens offline: nothing in it asks the network for anything, and it may not.

Both languages are inside; the reader's browser chooses, and a button switches. Static parts are made here, the list of
questions by ``report.js`` from JSON inside the file, a page of it at a time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.files import write_whole
from eval.reports import plots
from eval.reports.questions import Passages, SetQuestions
from eval.reports.summary import (
    ERROR_STAGES,
    confusion,
    facts,
    figure,
    groups,
    has_value,
    interval,
    key_metrics,
    kind_label,
    kind_metrics,
    kinds,
    latencies,
    meaning,
    overview,
    seconds,
    stage_counts,
    unfinished,
)
from eval.reports.text import SCRIPT, TEXTS, TIMINGS, Language, Words, pick, stage_meaning, stage_name
from eval.results import Measure, RunResult, SetResult, Stage
from eval.types import Task

STAGE_COLOURS: dict[Stage, str] = {
    Stage.RIGHT: "#0d9488",
    Stage.RIGHTLY_REFUSED: "#5eb8ae",
    Stage.NOT_RETRIEVED: "#7c6f9f",
    Stage.NOT_READ: "#d97706",
    Stage.WRONGLY_REFUSED: "#a8a29e",
    Stage.WRONGLY_ANSWERED: "#dc2626",
    Stage.FAILED: "#57534e",
}


def write_html(result: RunResult, path: Path | str, *, language: Language | None = None) -> Path:
    """Write the report to ``path`` (UTF-8) and return it."""
    path = Path(path)
    # Half a surrogate pair, which JSON may carry, has no UTF-8: it becomes a question mark.
    write_whole(path, html(result, language=language).encode("utf-8", "replace"))
    return path


def html(result: RunResult, *, language: Language | None = None) -> str:
    """The whole report; ``language`` is the one it opens in, the browser's by default."""
    style, script = (files("eval.reports").joinpath(name).read_text("utf-8") for name in ("report.css", "report.js"))
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; base-uri 'none';"
        " form-action 'none'"
    )
    sections = [_set(number, one) for number, one in enumerate(result.sets)]
    forced = f' data-language="{language}"' if language else ""
    start = language or "zh"
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if start == "zh" else "en"}" class="show-{start}"{forced}>\n<head>\n'
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(TEXTS['title'][start == 'en'])}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{_header(result)}\n<main>\n{_overview(result)}{''.join(sections)}{_run(result)}</main>\n"
        f'<script type="application/json" id="report-data">{_embedded(_data(result))}</script>\n'
        f"<script>{script}</script>\n</body>\n</html>\n"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _embedded(data: Any) -> str:
    """JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data(result: RunResult) -> dict[str, Any]:
    passages = Passages()
    lists = [SetQuestions(one, result.passages, passages) for one in result.sets]
    rows = [one.rows(errors=True) for one in lists]
    for made, one in zip(rows, lists, strict=True):
        made.update(one.rows(errors=False))
    return {
        "sets": [
            {
                "task": one.set.task,
                "rows": [made[place] for place in sorted(made)],
                "stages": [_stage(stage, one.set.task) for stage in Stage],
            }
            for one, made in zip(result.sets, rows, strict=True)
        ],
        "passages": passages.rows,
        "text": {
            "zh": {key: pair[0] for key, pair in (SCRIPT | {"title": TEXTS["title"]}).items()},
            "en": {key: pair[1] for key, pair in (SCRIPT | {"title": TEXTS["title"]}).items()},
        },
    }


def _stage(stage: Stage, task: Task) -> dict[str, Any]:
    chinese, english = stage_name(stage, task)
    return {"zh": chinese, "en": english, "error": stage in ERROR_STAGES, "name": _slug(stage)}


def _slug(stage: Stage) -> str:
    return stage.value.replace(" ", "-")


# --- both languages ---------------------------------------------------------------------------------------------------


def _both(pair: Words) -> str:
    """A text in both languages, of which the style sheet shows one."""
    chinese, english = (escape(text) for text in pair)
    if chinese == english:
        return chinese
    return f'<span class="zh" lang="zh-CN">{chinese}</span><span class="en" lang="en">{english}</span>'


def _t(key: str, **values: object) -> str:
    return _both((TEXTS[key][0].format(**values), TEXTS[key][1].format(**values)))


def _drawn(draw: Callable[[Language], str]) -> str:
    """A plot in both languages."""
    chinese, english = draw("zh"), draw("en")
    return f'<div class="zh" lang="zh-CN">{chinese}</div><div class="en" lang="en">{english}</div>' if chinese else ""


# --- parts ------------------------------------------------------------------------------------------------------------


def _header(result: RunResult) -> str:
    manifest = result.manifest
    told = []
    if manifest.get("started"):
        told.append(escape(_time(manifest["started"])))
    if manifest.get("yinda"):
        told.append(f"Yinda {escape(str(manifest['yinda']))}")
    if manifest.get("mode"):
        told.append(_mode(manifest["mode"]))
    notice = f'<p class="notice">{_t(state)}</p>' if (state := unfinished(result)) else ""
    links = "".join(f'<a href="#set-{number}">{escape(one.set.name)}</a>' for number, one in enumerate(result.sets))
    return (
        f'<header class="top"><h1><b>{_t("name")}</b> {_t("report")}</h1>'
        f'<p class="facts">{"".join(f"<span>{part}</span>" for part in told)}</p>'
        f'<button type="button" id="language">{_t("switch")}</button></header>{notice}'
        f'<nav aria-label="{escape(" / ".join(TEXTS["sets"]))}">{links}<a href="#run">{_t("run")}</a></nav>'
    )


def _overview(result: RunResult) -> str:
    """A row for each set, where there are several."""
    if len(result.sets) < 2:
        return ""
    columns, listed = overview(result)
    if not columns:
        return ""
    head = f"<th>{_t('set')}</th><th>{_t('n')}</th>" + "".join(
        f"<th>{_both((m.label_zh, m.label))}{'' if m.higher_is_better else _lower()}</th>" for m in columns
    )
    rows = [
        f'<tr><th scope="row"><a href="#set-{number}">{escape(one.set.name)}</a></th><td>{len(one.outcomes):,}</td>'
        + "".join(_cell(measure, metric.unit) for metric, measure in zip(columns, measures, strict=True))
        + "</tr>"
        for number, (one, measures) in enumerate(listed)
    ]
    return f'<section class="card"><h2>{_t("overview")}</h2>{_table(head, rows, "wide overview")}</section>'


def _set(number: int, result: SetResult) -> str:
    told = [f"<span>{_both(pair)}</span>" for pair in zip(facts(result, "zh"), facts(result, "en"), strict=True)]
    head = (
        f'<section class="set" id="set-{number}"><div class="set-head"><h2>{escape(result.set.name)}</h2>'
        f'<p class="facts">{"".join(told)}</p></div>'
    )
    if not result.outcomes:
        return f'{head}<p class="card">{_t("no_outcomes")}</p></section>'
    parts = (
        _tiles(result),
        _stages(number, result),
        _plots(result),
        _metrics(result),
        _kinds(result),
        _timings(result),
    )
    return f"{head}{''.join(parts)}{_browser(number)}</section>"


def _tiles(result: SetResult) -> str:
    tiles = []
    for metric, measure in key_metrics(result):
        between = interval(measure, metric.unit)
        tiles.append(
            f'<div class="tile" title="{escape(" / ".join(meaning(metric)))}">'
            f'<span class="label">{_both((metric.label_zh, metric.label))}</span>'
            f'<b data-metric="{escape(metric.name)}">{figure(measure.value, metric.unit)}</b>'
            f"<small>{f'<span>{between}</span>' if between else ''}<span>n = {measure.n:,}</span></small></div>"
        )
    if not tiles:
        return ""
    note = f'<p class="note">{_both(("区间为 95% 置信区间", "Ranges are 95% intervals"))}</p>'
    return f'<div class="tiles">{"".join(tiles)}</div>{note}'


def _stages(number: int, result: SetResult) -> str:
    counts = stage_counts(result)
    total = sum(counts.values())
    bar = _drawn(
        lambda language: plots.stacked_bar(
            [
                (pick(stage_name(stage, result.set.task), language), count, STAGE_COLOURS[stage])
                for stage, count in counts.items()
            ],
            title=pick(TEXTS["stages"], language),
        )
    )
    legend = "".join(
        f'<li><button type="button" class="stage-link" data-set="{number}" data-stage="{_slug(stage)}">'
        f'<i class="dot {_slug(stage)}"></i>{_both(stage_name(stage, result.set.task))}</button>'
        f" <b>{count:,}</b> <small>{count / total:.1%}</small>"
        f'<p class="note">{_both(stage_meaning(stage, result.set.task))}</p></li>'
        for stage, count in counts.items()
    )
    return f'<section class="card"><h3>{_t("stages")}</h3>{bar}<ul class="stages">{legend}</ul></section>'


def _plots(result: SetResult) -> str:
    counts = confusion(result)
    times = latencies(result)
    whole = times.get("total", ())
    drawn = {
        "confusion": _drawn(lambda language: plots.confusion(counts, language=language)) if counts else "",
        "recall_curve": _drawn(lambda language: plots.recall_curve(result.recall_curve, language=language)),
        "risk_coverage": _drawn(lambda language: plots.risk_coverage(result.risk_coverage, language=language)),
        "reliability": _drawn(lambda language: plots.reliability(result.reliability, language=language)),
        "latency_histogram": _drawn(lambda language: plots.latency_histogram(whole, language=language)),
    }
    figures = "".join(
        f'<figure class="card" data-plot="{name}"><figcaption>{_t(name)}</figcaption>{svg}</figure>'
        for name, svg in drawn.items()
        if svg
    )
    return f'<div class="plots">{figures}</div>' if figures else ""


def _metrics(result: SetResult) -> str:
    tables = []
    for group in groups(result):
        head = f"<th>{_t('metric')}</th><th>{_t('value')}</th><th>{_t('interval')}</th><th>{_t('n')}</th>"
        rows = [
            f'<tr><th scope="row">{_both((metric.label_zh, metric.label))}'
            f"{'' if metric.higher_is_better else _lower()}"
            f'<p class="note">{_both(meaning(metric))}</p></th><td>{figure(measure.value, metric.unit)}</td>'
            f"<td>{interval(measure, metric.unit) or '–'}</td><td>{measure.n:,}</td></tr>"
            for metric, measure in group.rows
        ]
        tables.append(f'<div class="group"><h4>{_both(group.label)}</h4>{_table(head, rows)}</div>')
    if not tables:
        return ""
    return f'<section class="card"><h3>{_t("metrics")}</h3><div class="groups">{"".join(tables)}</div></section>'


def _lower() -> str:
    title = escape(" / ".join(TEXTS["lower_is_better"]))
    return f'&nbsp;<span class="lower" title="{title}" aria-label="{title}">↓</span>'


def _kinds(result: SetResult) -> str:
    found, columns = kinds(result), kind_metrics(result)
    if not found or not columns:
        return ""
    head = f"<th>{_t('kind')}</th><th>{_t('n')}</th>" + "".join(
        f"<th>{_both((m.label_zh, m.label))}{'' if m.higher_is_better else _lower()}</th>" for m in columns
    )
    listed: list[tuple[str, int, Mapping[str, Measure]]] = [
        (_kind(kind), count, measures) for kind, count, measures in found
    ]
    listed.append((_t("all"), len(result.outcomes), result.measures))
    rows = [
        f'<tr><th scope="row">{kind}</th><td>{count:,}</td>'
        + "".join(_cell(measures.get(m.name), m.unit) for m in columns)
        + "</tr>"
        for kind, count, measures in listed
    ]
    return f'<section class="card"><h3>{_t("kinds")}</h3>{_table(head, rows, "wide last-total")}</section>'


def _kind(kind: str) -> str:
    names = kind_label(kind)
    return escape(kind) if names == (kind, kind) else _both(names)


def _cell(measure: Measure | None, unit: Any) -> str:
    if not has_value(measure):
        return '<td class="empty">–</td>'
    between = interval(measure, unit)
    small = f"<small>{between}</small>" if between else ""
    return f'<td title="n = {measure.n:,}">{figure(measure.value, unit)}{small}</td>'


def _timings(result: SetResult) -> str:
    """Each stage's times, with a small histogram of each."""
    from eval.metrics.latency import percentile

    times = latencies(result)
    if len(times) < 2:
        return ""
    head = f"<th>{_t('stage')}</th><th>{_t('p50')}</th><th>{_t('p95')}</th><th>{_t('longest')}</th><th>{_t('n')}</th>"
    rows, figures = [], []
    for stage, values in times.items():
        name = TIMINGS.get(stage, (stage, stage))
        ordered = list(values)
        rows.append(
            f'<tr><th scope="row">{_both(name)}</th><td>{seconds(percentile(ordered, 50))}</td>'
            f"<td>{seconds(percentile(ordered, 95))}</td><td>{seconds(max(ordered))}</td><td>{len(ordered):,}</td></tr>"
        )
        if stage != "total":
            figures.append(f"<figure><figcaption>{_both(name)}</figcaption>{_histogram(values, name)}</figure>")
    return (
        f'<section class="card"><h3>{_t("time_by_stage")}</h3>{_table(head, rows, "last-total")}'
        f'<details><summary>{_t("plots")}</summary><div class="plots">{"".join(figures)}</div></details></section>'
    )


def _histogram(values: Sequence[float], name: Words) -> str:
    return _drawn(lambda language: plots.latency_histogram(values, title=pick(name, language), language=language))


def _browser(number: int) -> str:
    return (
        f'<section class="card browse" id="browse-{number}" data-set="{number}"><h3>{_t("browse")}</h3>'
        f"<noscript><p>{_t('needs_script')}</p></noscript></section>"
    )


def _table(head: str, rows: Iterable[str], name: str = "") -> str:
    return (
        f'<div class="scroll" tabindex="0"><table class="{name}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _run(result: RunResult) -> str:
    """What was run: whatever the manifest tells."""
    manifest = result.manifest
    rows: list[tuple[str, str]] = []
    if manifest.get("state") in ("finished", "stopped", "running"):
        rows.append((_t("state"), _t(manifest["state"])))
    for key, name in (("started", "started"), ("finished", "ended")):
        if manifest.get(key):
            rows.append((_t(name), escape(_time(manifest[key]))))
    if manifest.get("mode"):
        rows.append((_t("mode"), _mode(manifest["mode"])))
    version = " ".join(str(manifest[key]) for key in ("yinda", "commit") if manifest.get(key))
    if version:
        rows.append((_t("version"), escape(version)))
    models = _mapping(manifest.get("models"))
    for role in models:
        model = _mapping(models[role])
        told = escape(str(model.get("name", models[role] if not model else "")))
        identity = f" <code>{escape(str(model['identity']))}</code>" if model.get("identity") else ""
        rows.append((_t(role) if role in ("embedding", "reader") else escape(str(role)), told + identity))
    machine = manifest.get("machine")
    if machine:
        rows.append((_t("machine"), _machine(machine)))
    for key in ("settings", "versions"):
        pairs = _mapping(manifest.get(key))
        if pairs:
            rows.append((_t(key), _pairs(pairs)))
    if manifest.get("seed") is not None:
        rows.append((_t("seed"), escape(_plain(manifest["seed"]))))
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows)
    return (
        f'<section class="card" id="run"><h2>{_t("run")}</h2><dl>{listed}</dl>{_files(manifest.get("sets"))}'
        f'<p class="note">{_t("independent")}</p></section>'
    )


def _files(sets: object) -> str:
    """The data files with their SHA-256."""
    if not isinstance(sets, Sequence) or isinstance(sets, str):
        return ""
    items = []
    for one in map(_mapping, sets):
        name, path = str(one.get("name", "")), str(one.get("path", ""))
        sha = str(one.get("sha256", ""))
        told = [str(one[key]) for key in ("layout", "rules", "task") if one.get(key)]
        count = one.get("questions")
        parts = "".join(f"<span>{escape(part)}</span>" for part in told)
        if isinstance(count, int):
            parts += f"<span>{_t('n_questions', n=f'{count:,}')}</span>"
        items.append(
            f"<li><b>{escape(name or path)}</b>"
            + (f" <code>{escape(path)}</code>" if path and name else "")
            + f'<p class="facts">{parts}</p>'
            + (f'<p class="note">SHA-256 <code>{escape(sha)}</code></p>' if sha else "")
            + "</li>"
        )
    return f'<h3>{_t("data")}</h3><ul class="files">{"".join(items)}</ul>' if items else ""


def _machine(machine: object) -> str:
    told = _mapping(machine)
    if not told:
        return escape(_plain(machine))
    parts = []
    for key, value in told.items():
        if key == "cores":
            parts.append(_t("cores", n=escape(_plain(value))))
        elif key == "memory_gib":
            parts.append(f"{value:.1f} GiB" if isinstance(value, float) else f"{escape(_plain(value))} GiB")
        elif key == "python":
            parts.append(f"Python {escape(_plain(value))}")
        else:
            parts.append(escape(_plain(value)))
    return '<span class="facts">' + "".join(f"<span>{part}</span>" for part in parts) + "</span>"


def _pairs(pairs: Mapping[str, Any]) -> str:
    return (
        '<span class="facts">'
        + "".join(
            f"<span>{escape(str(key))} <code>{escape(_plain(value))}</code></span>"
            for key, value in pairs.items()
            if value is not None
        )
        + "</span>"
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _mode(mode: object) -> str:
    if mode == "open":
        return _t("mode_open")
    return _t("mode_given") if str(mode).startswith("given") else escape(str(mode))


def _time(value: object) -> str:
    """An ISO time to the second: ``2026-03-01 12:30:05+00:00``."""
    from datetime import datetime

    try:
        return datetime.fromisoformat(str(value)).isoformat(" ", "seconds")
    except ValueError:
        return str(value)
