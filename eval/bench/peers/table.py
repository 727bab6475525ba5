"""The rows as text: Yinda, the peers' defaults, and their best settings for Chinese, apart."""

from __future__ import annotations

from collections.abc import Sequence

from eval.bench.peers.protocol import K, Row
from eval.bench.peers.systems import Kind
from eval.metrics.intervals import share
from eval.metrics.latency import percentile

GROUPS: tuple[tuple[Kind, str], ...] = (
    ("own", "Yinda, as installed"),
    ("defaults", "The others, with their own defaults"),
    ("best", "The others, with their best settings for Chinese"),
)
NAME = 32
HEAD = (
    f"  {'':<{NAME}}   {'right first (95%)':<21}   {'first five (95%)':<21}"
    f"   {'par./s':>6}   {'CPU ms/par.':>11}   {'p50 ms':>6}   {'p95 ms':>6}   {'start s':>7}   {'peak MiB':>8}"
)
NOTES = (
    f"All: the same model folder, questions one at a time, {K} results asked of each; the first search is not counted.",
    "start: loading library and model. par./s: paragraphs made searchable a second; CPU ms/par.: processor"
    " time of that, over all threads. Memory: of the whole process.",
    "The others hold their index in memory and take each paragraph whole, cut by the model at 512 tokens. Yinda writes"
    " its Library to disk, cuts long paragraphs into passages, and reads Traditional characters as Simplified ones.",
)


def table(name: str, rows: Sequence[Row]) -> str:
    """The figures of all rows on one set, and below them the settings, versions and the machine's load."""
    measured = next((row for row in rows if not row.error), None)
    size = f": {measured.texts} paragraphs, {len(measured.ranks)} questions" if measured else ""
    lines = [f"{name}{size}", HEAD]
    for kind, title in GROUPS:
        group = [row for row in rows if row.setup.kind == kind]
        if group:
            lines += [title, *(_figures(row) for row in group)]
    lines += ["Settings", *(f"  {_name(row)}: {row.setup.says}" for row in rows)]
    lines += ["Versions", *_versions(rows), *NOTES]
    loads = [row.load for row in rows if row.load is not None]
    if loads:
        lines.append(
            f"Load average when the rows began: {min(loads):.1f} to {max(loads):.1f}."
            " Times of rows that began under another load do not compare."
        )
    return "\n".join(lines)


def _name(row: Row) -> str:
    return f"{row.peer}, {row.setup.name}"


def _figures(row: Row) -> str:
    if row.error:
        return f"  {_name(row):<{NAME}}   failed: {row.error}"
    first, five, of = sum(r == 1 for r in row.ranks), sum(1 <= r <= 5 for r in row.ranks), len(row.ranks)
    milliseconds = [1000 * s for s in row.search_s]
    speed = row.texts / row.index_s if row.index_s else 0.0
    processor = 1000 * row.index_cpu_s / row.texts if row.texts else 0.0
    return (
        f"  {_name(row):<{NAME}}   {share(first, of):<21}   {share(five, of):<21}   {speed:6.1f}"
        f"   {processor:11.1f}   {percentile(milliseconds, 50):6.1f}   {percentile(milliseconds, 95):6.1f}"
        f"   {row.start_s:7.1f}   {row.peak_mib:8.0f}"
    )


def _versions(rows: Sequence[Row]) -> list[str]:
    by_peer = {row.peer: row.versions for row in rows if row.versions}
    return [
        f"  {peer}: {', '.join(f'{name} {version}' for name, version in versions.items())}"
        for peer, versions in by_peer.items()
    ]
