"""Evaluation sets, metrics, runs, comparison and reports. ``from eval import run, load_set`` is where to begin.

>>> result = run(load_set("questions.jsonl"), out="first-run")  # doctest: +SKIP
>>> result.sets[0].measures["right"].value  # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from eval.errors import Regression, RunError, SetError

if TYPE_CHECKING:
    from eval.comparison import compare
    from eval.runs.runner import run
    from eval.runs.settings import Settings
    from eval.scoring import score_run
    from eval.sets import load_set

__all__ = ["Regression", "RunError", "SetError", "Settings", "compare", "load_set", "run", "score_run"]

_LAZY = {
    "Settings": "eval.runs.settings",
    "compare": "eval.comparison",
    "load_set": "eval.sets",
    "run": "eval.runs.runner",
    "score_run": "eval.scoring",
}


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'eval' has no attribute {name!r}")
