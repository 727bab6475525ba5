"""The plots of a report, each a standalone SVG element as text.

Lines and letters take the colour of the text around them (``currentColor``), so that light and dark both work; no
style sheet is needed. Every mark has a ``<title>`` with its values. Where there is nothing to draw, a plot is "".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from html import escape

from eval.reports.summary import Confusion, seconds
from eval.reports.text import Language, words
from eval.results import ReliabilityBin, RiskPoint

WIDTH, HEIGHT = 420, 280
LEFT, RIGHT, TOP, BOTTOM = 58, 16, 22, 52
ACCENT, GOOD, BAD = "#0d9488", "#0d9488", "#dc2626"
_POINTS = 240  # a curve is drawn through at most so many points
_BINS = 20


class Frame:
    """The place of values in a plot: ``x0..x1`` and ``y0..y1`` fill the area inside the axes."""

    def __init__(self, x0: float, x1: float, y0: float, y1: float) -> None:
        self.x0, self.x1, self.y0, self.y1 = x0, x1, y0, y1

    def x(self, value: float) -> float:
        """The horizontal place of a value."""
        return LEFT + (value - self.x0) / ((self.x1 - self.x0) or 1) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """The vertical place of a value; larger values stand higher."""
        return HEIGHT - BOTTOM - (value - self.y0) / ((self.y1 - self.y0) or 1) * (HEIGHT - TOP - BOTTOM)


def recall_curve(points: Sequence[tuple[int, float]], *, language: Language = "zh") -> str:
    """Recall (0..1) for k = 1, 2, …"""
    if not points:
        return ""
    first, last = points[0][0], points[-1][0]
    frame = Frame(min(1, first), max(last, 2), 0, 1)
    marks = [_line([(frame.x(k), frame.y(recall)) for k, recall in points])]
    marks += [
        _dot(frame.x(k), frame.y(recall), f"k = {k}: {recall:.1%}", radius=3.5 if len(points) <= 30 else 2)
        for k, recall in points
    ]
    x_ticks = [(tick, str(tick)) for tick in _whole_ticks(frame.x1)]
    axes = _axes(frame, x_ticks, _shares(1), words("k_axis", language), words("recall_axis", language))
    return _svg(words("recall_curve", language), axes, marks)


def risk_coverage(points: Sequence[RiskPoint], *, language: Language = "zh") -> str:
    """The share of wrong answers against the share of questions answered, the surest first."""
    if not points:
        return ""
    ordered = sorted(points, key=lambda point: point.coverage)
    top = _nice(max(0.02, *(point.risk for point in ordered)), 1.0)
    frame = Frame(0, 1, 0, top)
    thinned = [ordered[i] for i in _thin(len(ordered))]
    marks = [_line([(frame.x(p.coverage), frame.y(p.risk)) for p in thinned])]
    for i in _thin(len(thinned), 24):
        p = thinned[i]
        text = words("risk_point", language).format(
            coverage=f"{p.coverage:.1%}", risk=f"{p.risk:.1%}", threshold=f"{p.threshold:.2f}"
        )
        marks.append(_dot(frame.x(p.coverage), frame.y(p.risk), text, radius=3))
    axes = _axes(frame, _shares(1), _shares(top), words("coverage_axis", language), words("risk_axis", language))
    return _svg(words("risk_coverage", language), axes, marks)


def reliability(bins: Sequence[ReliabilityBin], *, language: Language = "zh") -> str:
    """The share of right answers for each range of confidence, with the diagonal of a perfect calibration.

    A bar stands over its range, as high as its share of right answers, with its count; a dot marks its mean confidence.
    """
    filled = [b for b in bins if b.count]
    if not filled:
        return ""
    frame = Frame(0, 1, 0, 1)
    marks = []
    for b in filled:
        text = words("reliability_bin", language).format(
            low=f"{b.low:.1f}",
            high=f"{b.high:.1f}",
            count=f"{b.count:,}",
            confidence=f"{b.confidence:.1%}",
            accuracy=f"{b.accuracy:.1%}",
        )
        left, right = frame.x(b.low) + 1, frame.x(b.high) - 1
        marks.append(_bar(left, frame.y(b.accuracy), right, frame.y(0), text))
    marks.append(
        f'<line class="plot-diagonal" x1="{_n(frame.x(0))}" y1="{_n(frame.y(0))}" x2="{_n(frame.x(1))}"'
        f' y2="{_n(frame.y(1))}" stroke="currentColor" stroke-opacity="0.55" stroke-dasharray="5 4"/>'
    )
    for b in filled:
        marks.append(_dot(frame.x(b.confidence), frame.y(b.accuracy), f"{b.accuracy:.1%}", radius=3))
        # Counts stand above the plot, where neither the diagonal nor the dots come.
        middle = (frame.x(b.low) + frame.x(b.high)) / 2
        marks.append(_text(middle, TOP - 6, _short(b.count), "middle", 10.5, name="plot-count"))
    axes = _axes(frame, _shares(1), _shares(1), words("confidence_axis", language), words("accuracy_axis", language))
    return _svg(words("reliability", language), axes, marks)


def latency_histogram(times: Sequence[float], *, title: str = "", language: Language = "zh") -> str:
    """How many questions took how long (``times`` in seconds), with lines at the median and the 95th percentile.

    The last bar holds everything from its lower edge on, so that a few slow questions do not squeeze the rest.
    """
    from eval.metrics.latency import percentile

    if not times:
        return ""
    values = list(times)
    unit, per = ("milliseconds_axis", 1000.0) if percentile(values, 95) < 2 else ("seconds_axis", 1.0)
    scaled = [value * per for value in values]
    width = _step(max(percentile(scaled, 99), 1e-9) / _BINS)
    bins = min(_BINS + 4, max(1, math.floor(max(scaled) / width) + 1))
    counts = [0] * bins
    for value in scaled:
        counts[min(bins - 1, max(0, int(value / width)))] += 1
    overflow = max(scaled) >= bins * width
    top = _nice(max(counts), math.inf)
    frame = Frame(0, bins * width, 0, top)
    marks = []
    for i, count in enumerate(counts):
        if not count:
            continue
        low, high = seconds(i * width / per), seconds((i + 1) * width / per)
        key = "and_more" if overflow and i == bins - 1 else "from_to"
        text = words(key, language).format(low=low, high=high, count=f"{count:,}")
        marks.append(_bar(frame.x(i * width) + 0.5, frame.y(count), frame.x((i + 1) * width) - 0.5, frame.y(0), text))
    for q, name in ((50, "p50"), (95, "p95")):
        at = percentile(scaled, q)
        if at >= frame.x1:
            continue
        place = frame.x(at)
        marks.append(
            f'<line class="plot-{name}" x1="{_n(place)}" y1="{TOP}" x2="{_n(place)}" y2="{HEIGHT - BOTTOM}"'
            f' stroke="currentColor" stroke-opacity="0.7" stroke-dasharray="4 3">'
            f"<title>{escape(f'{words(name, language)}: {seconds(at / per)}')}</title></line>"
        )
        right = place < WIDTH - RIGHT - 30
        # The two may stand side by side: each at a height of its own.
        marks.append(
            _text(place + (4 if right else -4), TOP + (10 if q == 50 else 24), name, "start" if right else "end", 11)
        )
    ticks = [tick for tick in _ticks(frame.x1, 5) if tick <= frame.x1 + 1e-9]
    x_ticks = [(tick, f"{tick:,g}") for tick in ticks]
    y_ticks = [(tick, _short(round(tick))) for tick in _ticks(top, 4) if tick == round(tick)]
    axes = _axes(frame, x_ticks, y_ticks, words(unit, language), words("questions_axis", language))
    return _svg(title or words("latency_histogram", language), axes, marks)


def confusion(counts: Confusion, *, language: Language = "zh") -> str:
    """Answered and refused against what the best candidate is worth; the column without questions is left out."""
    total = counts.total
    if not total:
        return ""
    columns = [("candidate_right", counts.right, (True, False)), ("candidate_wrong", counts.wrong, (False, None))]
    if sum(counts.unanswerable):
        columns.append(("has_no_answer", counts.unanswerable, (False, True)))
    left, top, height = 74, 44, 92
    width = (WIDTH - left - 8) / len(columns)
    marks = []
    for row, name in enumerate(("answered", "refused")):
        y = top + row * (height + 6)
        marks.append(_text(left - 8, y + height / 2 + 4, words(name, language), "end", 12.5))
    for column, (name, pair, good) in enumerate(columns):
        x = left + column * width
        lines = _wrap(words(name, language), 18 if len(columns) > 2 else 30)
        for i, line in enumerate(lines):
            marks.append(_text(x + (width - 6) / 2, top - 12 - 14 * (len(lines) - 1 - i), line, "middle", 12))
        for row in range(2):
            y, count = top + row * (height + 6), pair[row]
            colour = {True: GOOD, False: BAD, None: "currentColor"}[good[row]]
            opacity = 0.08 + (0.42 if good[row] is not None else 0.2) * count / total
            share = f"{count / total:.1%}"
            told = f"{words(name, language)}, {words(('answered', 'refused')[row], language)}: {count:,} ({share})"
            sign = {True: "✓", False: "✗", None: ""}[good[row]]
            marks.append(
                f'<g class="plot-cell"><title>{escape(told)}</title>'
                f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width - 6)}" height="{height}" rx="8" fill="{colour}"'
                f' fill-opacity="{opacity:.3f}"/>'
                + _text(x + (width - 6) / 2, y + height / 2 + 2, f"{count:,}", "middle", 20, weight=650)
                + _text(x + (width - 6) / 2, y + height / 2 + 22, f"{share} {sign}".strip(), "middle", 12)
                + "</g>"
            )
    return _svg(words("confusion", language), [], marks, height=top + 2 * height + 14)


def stacked_bar(parts: Sequence[tuple[str, int, str]], *, title: str) -> str:
    """One bar of parts (name, count, colour), side by side; parts of nothing are left out."""
    total = sum(count for _, count, _ in parts)
    if not total:
        return ""
    marks, at = [], 0.0
    for name, count, colour in parts:
        if not count:
            continue
        width = 1000 * count / total
        told = escape(f"{name}: {count:,} ({count / total:.1%})")
        marks.append(
            f'<rect x="{_n(at)}" y="0" width="{_n(max(width - 1, 0.5))}" height="18" fill="{colour}">'
            f"<title>{told}</title></rect>"
        )
        at += width
    label = escape(title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot-stack" viewBox="0 0 1000 18" width="100%" height="18"'
        f' preserveAspectRatio="none" role="img" aria-label="{label}"><title>{escape(title)}</title>'
        f"{''.join(marks)}</svg>"
    )


def _svg(title: str, axes: Sequence[str], marks: Sequence[str], height: float = HEIGHT) -> str:
    label = escape(title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 {WIDTH} {_n(height)}" width="100%"'
        f' role="img" aria-label="{label}" font-family="inherit" font-size="12" fill="currentColor">'
        f"<title>{escape(title)}</title>{''.join(axes)}{''.join(marks)}</svg>"
    )


def _axes(
    frame: Frame,
    x_ticks: Sequence[tuple[float, str]],
    y_ticks: Sequence[tuple[float, str]],
    x_label: str,
    y_label: str,
) -> list[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    drawn = []
    for value, text in y_ticks:
        y = frame.y(value)
        drawn.append(
            f'<line class="plot-grid" x1="{LEFT}" y1="{_n(y)}" x2="{right}" y2="{_n(y)}"'
            ' stroke="currentColor" stroke-opacity="0.12"/>'
        )
        drawn.append(_text(LEFT - 7, y + 4, text, "end", 11.5, name="plot-tick"))
    drawn.append(
        f'<line class="plot-axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"'
        ' stroke="currentColor" stroke-opacity="0.5"/>'
    )
    for value, text in x_ticks:
        x = frame.x(value)
        drawn.append(
            f'<line class="plot-axis" x1="{_n(x)}" y1="{bottom}" x2="{_n(x)}" y2="{bottom + 4}"'
            ' stroke="currentColor" stroke-opacity="0.5"/>'
        )
        drawn.append(_text(x, bottom + 18, text, "middle", 11.5, name="plot-tick"))
    drawn.append(_text((LEFT + right) / 2, HEIGHT - 10, x_label, "middle", 12, name="plot-label"))
    middle = (TOP + bottom) / 2
    drawn.append(
        f'<text class="plot-label" transform="translate(16 {_n(middle)}) rotate(-90)" text-anchor="middle"'
        f' font-size="12" fill="currentColor" fill-opacity="0.85">{escape(y_label)}</text>'
    )
    return drawn


def _text(
    x: float, y: float, text: str, anchor: str = "start", size: float = 12, *, name: str = "plot-text", weight: int = 0
) -> str:
    bold = f' font-weight="{weight}"' if weight else ""
    return (
        f'<text class="{name}" x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" font-size="{size:g}"{bold}'
        f' fill="currentColor" fill-opacity="0.85">{escape(text)}</text>'
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return (
        f'<polyline class="plot-line" points="{path}" fill="none" stroke="{ACCENT}" stroke-width="2.2"'
        ' stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _dot(x: float, y: float, title: str, radius: float) -> str:
    return (
        f'<circle class="plot-dot" cx="{_n(x)}" cy="{_n(y)}" r="{radius:g}" fill="{ACCENT}">'
        f"<title>{escape(title)}</title></circle>"
    )


def _bar(left: float, top: float, right: float, bottom: float, title: str) -> str:
    return (
        f'<rect class="plot-bar" x="{_n(left)}" y="{_n(top)}" width="{_n(max(right - left, 0.5))}"'
        f' height="{_n(max(bottom - top, 0))}" fill="{ACCENT}" fill-opacity="0.55">'
        f"<title>{escape(title)}</title></rect>"
    )


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _short(count: int) -> str:
    return str(count) if count < 10_000 else f"{count / 1000:.0f}k"


def _thin(count: int, most: int = _POINTS) -> Iterator[int]:
    """Indexes of at most ``most`` of ``count`` points, evenly, the first and the last among them."""
    if count <= most:
        yield from range(count)
        return
    for i in range(most):
        yield round(i * (count - 1) / (most - 1))


def _step(rough: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten that is no smaller than ``rough``."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * (1 - 1e-9))


def _nice(value: float, most: float) -> float:
    """A round number at the end of an axis that shows ``value``, at most ``most``."""
    step = _step(value / 4)
    return min(most, math.ceil(value / step - 1e-9) * step)


def _ticks(last: float, about: int) -> list[float]:
    step = _step(last / about)
    return [round(i * step, 10) for i in range(int(last / step + 1e-9) + 1)]


def _whole_ticks(last: float) -> list[int]:
    step = max(1, round(_step(last / 5)))
    return sorted({1, *range(step, int(last) + 1, step)})


def _shares(top: float) -> list[tuple[float, str]]:
    ticks = _ticks(top, 5)
    digits = 0 if all(abs(100 * tick - round(100 * tick)) < 1e-6 for tick in ticks) else 1
    return [(tick, f"{100 * tick:.{digits}f}%") for tick in ticks]


def _wrap(text: str, most: int) -> list[str]:
    """A label in one or two lines, broken after a comma where it is too wide."""
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in text)
    for comma in ("，", ", "):
        if wide > most - 2 and comma in text:
            first, second = text.split(comma, 1)
            return [first, second]
    return [text]
