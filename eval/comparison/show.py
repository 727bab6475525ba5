"""A comparison as text for a terminal, as Markdown, and as JSON-ready data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.cells import cell_len, set_cell_size

from eval.comparison.compare import Change, Comparison, MetricComparison, SetComparison, Side, Verdict
from eval.metrics.catalogue import Metric
from eval.reports.text import plain

_HEAD = ("metric", "questions", "A", "B", "B - A", "95% interval", "p (Holm)", "win/tie/loss", "verdict")
_LEFT = (0, 8)  # the columns of words
_QUESTION = 60  # columns of a terminal, of which a Chinese character takes two
_GROUPS = (("broken", "right in A, wrong in B"), ("fixed", "wrong in A, right in B"), ("changed", "otherwise changed"))


def number(value: float, metric: Metric, digits: int | None = None) -> str:
    """A value in its metric's unit: ``97.9%``, ``0.0313``, ``0.412 s``, ``812 MiB``."""
    if metric.unit == "share":
        return f"{value:.{1 if digits is None else digits}%}"
    if metric.unit == "score":
        return f"{value:.{4 if digits is None else digits}f}"
    if metric.unit == "seconds":
        return f"{value:.{3 if digits is None else digits}f} s"
    return f"{value:.{0 if digits is None else digits}f} MiB"


def lines(comparison: Comparison, *, changed: int = 20) -> list[str]:
    """The comparison as lines of plain text: a table a set, and the first ``changed`` questions of each group."""
    out = ["A is the run compared with, B the new one; pp are percentage points.", *_about_runs(comparison)]
    for s in comparison.sets:
        out += ["", f"{plain(s.name)}: {_counts(s)}", ""]
        rows = [_HEAD, *(_row(m) for m in s.metrics)]
        widths = [max(cell_len(row[i]) for row in rows) for i in range(len(_HEAD))]
        out += [_aligned(row, widths) for row in rows]
        out += _notes(s)
        out += ["", _conclusion(s)]
        for name, meaning in _GROUPS:
            out += _listed(getattr(s, name), name, meaning, changed)
    return out


def markdown(comparison: Comparison, *, changed: int = 20) -> str:
    """The comparison as Markdown, as for a pull request."""
    out = ["A is the run compared with, B the new one; pp are percentage points.", *_about_runs(comparison)]
    for s in comparison.sets:
        out += ["", f"## {_escape(s.name)}", "", f"{_counts(s)}. **{_conclusion(s)}**", ""]
        out += [_table_row(_HEAD), "|" + "|".join(" :-- " if i in _LEFT else " --: " for i in range(len(_HEAD))) + "|"]
        out += [_table_row(_row(m)) for m in s.metrics]
        notes = _notes(s)
        out += ["", *(f"- {note.strip()}" for note in notes)] if notes else []
        for name, meaning in _GROUPS:
            changes: Sequence[Change] = getattr(s, name)
            if not changes or not changed:
                continue
            out += ["", f"### {name.capitalize()}: {meaning} ({len(changes)})", ""]
            out += [_table_row(("question", "kind", "expected", "A", "B")), "| :-- | :-- | :-- | :-- | :-- |"]
            shown = changes[: max(0, changed)]
            out += [_table_row((c.question, c.kind, _expected(c), _said(c.a), _said(c.b))) for c in shown]
            if len(changes) > changed:
                out += ["", f"and {len(changes) - changed} more"]
    return "\n".join(out) + "\n"


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison of lists, dictionaries, strings, numbers and ``None``, as ``json.dumps`` takes them."""
    return {
        "difference_shown": comparison.difference_shown,
        "state_a": comparison.state_a,
        "state_b": comparison.state_b,
        "only_a": list(comparison.only_a),
        "only_b": list(comparison.only_b),
        "same_machine": comparison.same_machine,
        "sets": [
            {
                "name": s.name,
                "shared": s.shared,
                "only_a": s.only_a,
                "only_b": s.only_b,
                "altered": s.altered,
                "conclusion": _conclusion(s),
                "metrics": [_metric_dict(m) for m in s.metrics],
                **{name: [_change_dict(c) for c in getattr(s, name)] for name, _ in _GROUPS},
            }
            for s in comparison.sets
        ],
    }


def _metric_dict(m: MetricComparison) -> dict[str, Any]:
    return {
        "metric": m.metric.name,
        "n": m.n,
        "a": m.a,
        "b": m.b,
        "difference": m.difference,
        "low": m.interval.low if m.interval else None,
        "high": m.interval.high if m.interval else None,
        "test": str(m.test) if m.test else None,
        "p": m.p,
        "p_holm": m.p_holm,
        "wins": m.wins,
        "ties": m.ties,
        "losses": m.losses,
        "verdict": str(m.verdict),
        "note": m.note,
    }


def _change_dict(change: Change) -> dict[str, Any]:
    found = asdict(change)
    found["expected"] = list(change.expected)
    for side in (found["a"], found["b"]):
        side["stage"] = str(side["stage"])
    return found


def _about_runs(comparison: Comparison) -> Iterator[str]:
    for label, state in (("A", comparison.state_a), ("B", comparison.state_b)):
        if state in ("stopped", "running"):
            why = "was stopped" if state == "stopped" else "is still running, or was killed"
            yield f"{label} is unfinished: it {why}, and only the questions answered so far are compared."
    for label, names in (("A", comparison.only_a), ("B", comparison.only_b)):
        if names:
            yield f"Only in {label}: {', '.join(map(plain, names))}."


def _counts(s: SetComparison) -> str:
    parts = [f"{s.shared} questions in both"]
    parts += [f"{n} only in {label}" for n, label in ((s.only_a, "A"), (s.only_b, "B")) if n]
    if s.altered:
        parts.append(f"{s.altered} left out, which bear the same id and are not the same question")
    return ", ".join(parts)


def _conclusion(s: SetComparison) -> str:
    if not s.shared:
        return "No question in common: nothing to compare."
    shown = [
        f"{verdict} in {', '.join(m.metric.label for m in s.shown if m.verdict is verdict)}"
        for verdict in (Verdict.BETTER, Verdict.WORSE)
        if any(m.verdict is verdict for m in s.shown)
    ]
    if not shown:
        return "No difference shown in any metric."
    return f"B is {'; '.join(shown)}. No difference shown in the others."


def _notes(s: SetComparison) -> list[str]:
    """Why metrics have no interval or verdict, those with the same reason together."""
    notes: dict[str, list[str]] = {}
    for m in s.metrics:
        if m.note:
            notes.setdefault(m.note, []).append(m.metric.label)
    return [f"  {', '.join(labels)}: {note}" for note, labels in notes.items()]


def _row(m: MetricComparison) -> tuple[str, ...]:
    interval = f"{_signed(m.interval.low, m.metric)} to {_signed(m.interval.high, m.metric)}" if m.interval else "-"
    p = "-" if m.p_holm is None else "<0.001" if m.p_holm < 0.001 else f"{m.p_holm:.3f}"
    counts = "-" if m.wins is None else f"{m.wins}/{m.ties}/{m.losses}"
    # Time and memory that cannot be judged get no verdict; the notes say why.
    verdict = "-" if m.p is None and m.metric.group in ("latency", "memory") else str(m.verdict)
    a, b = number(m.a, m.metric), number(m.b, m.metric)
    return m.metric.label, str(m.n), a, b, _signed(m.difference, m.metric), interval, p, counts, verdict


def _signed(difference: float, metric: Metric) -> str:
    if metric.unit == "share":
        text = f"{100 * difference:+.2f}"
    elif metric.unit == "score":
        text = f"{difference:+.4f}"
    elif metric.unit == "seconds":
        text = f"{difference:+.3f}"
    else:
        text = f"{difference:+.0f}"
    if not text.strip("+-0."):
        text = text[1:]
    return f"{text} pp" if metric.unit == "share" else text


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (_pad(cell, width, i in _LEFT) for i, (cell, width) in enumerate(zip(row, widths, strict=True)))
    return "  ".join(cells).rstrip()


def _pad(text: str, width: int, left: bool) -> str:
    space = " " * max(0, width - cell_len(text))
    return text + space if left else space + text


def _listed(changes: Sequence[Change], name: str, meaning: str, limit: int) -> Iterator[str]:
    if not changes:
        return
    yield ""
    yield f"{name} ({meaning}): {len(changes)}"
    for change in changes[: max(0, limit)]:
        kind = f"  [{_clip(change.kind)}]" if change.kind else ""
        yield f"  {_clip(change.question)}{kind}"
        yield f"      expected  {_clip(_expected(change))}"
        yield f"      A         {_clip(_said(change.a), 2)}"
        yield f"      B         {_clip(_said(change.b), 2)}"
    if len(changes) > limit:
        yield f"  and {len(changes) - max(0, limit)} more"


def _expected(change: Change) -> str:
    return " / ".join(change.expected) or "(no answer)"


def _said(side: Side) -> str:
    if side.error:
        return f"[{side.stage}] (could not be asked) {side.error}"
    text = "(refused)" if side.abstained else side.text or "(empty)"
    told = f"{side.stage}" if side.confidence is None else f"{side.stage}, {side.confidence:.2f}"
    return f"[{told}] {text}"


def _clip(text: str, lines_: int = 1) -> str:
    """The text on one line, cut to the width of ``lines_`` × 60 columns."""
    flat = " ".join(plain(text).split())
    width = _QUESTION * lines_
    return flat if cell_len(flat) <= width else set_cell_size(flat, width - 1).rstrip() + "…"


def _table_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escape(cell) for cell in cells) + " |"


def _escape(text: str) -> str:
    """Text that stands in a cell of a Markdown table as it is."""
    flat = " ".join(plain(text).split())
    return "".join(f"\\{c}" if c in "\\|*_`<[]#" else c for c in flat)
