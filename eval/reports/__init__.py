"""Reports of a scored run: an HTML file that opens offline, its plots, Markdown, JSON, and lines for a terminal."""

from __future__ import annotations

from eval.reports.as_json import to_dict
from eval.reports.files import write

__all__ = ["to_dict", "write"]
