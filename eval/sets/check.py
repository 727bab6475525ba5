"""Checking a set, and writing a mended copy of it."""

from eval.sets.examine import check
from eval.sets.mend import Change, MendReport, write_mended
from eval.sets.report import CheckReport, Example, Finding

__all__ = ["Change", "CheckReport", "Example", "Finding", "MendReport", "check", "write_mended"]
