"""All reports of a run as files."""

from __future__ import annotations

from pathlib import Path

from eval.files import write_whole
from eval.results import RunResult


def write(result: RunResult, folder: Path) -> list[Path]:
    """Write ``report.html``, ``report.md`` and ``report.json`` into a folder; returns their paths.

    Each is replaced as a whole: who reads it meanwhile gets the earlier report or this one.
    """
    from eval.reports.as_json import write_json
    from eval.reports.html import write_html
    from eval.reports.markdown import markdown

    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "report.md"
    write_whole(text, markdown(result).encode("utf-8", "replace"))
    return [write_html(result, folder / "report.html"), text, write_json(result, folder / "report.json")]
