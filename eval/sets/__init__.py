"""Evaluation sets: reading them in any of their layouts, and writing Yinda's own. README.md says what that is.

>>> from eval import samples
>>> load_set(samples.questions()).questions[0].answers
('1086.4亿元',)
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from eval.errors import SetError
from eval.sets.beir import read_trec_run
from eval.sets.check import CheckReport, MendReport, check, write_mended
from eval.sets.jsonl import write_jsonl
from eval.sets.layout import SUFFIXES, detect
from eval.sets.reading import Log, finished, prevailing_rules
from eval.types import EvaluationSet, Rules

__all__ = [
    "SUFFIXES",
    "CheckReport",
    "MendReport",
    "SetError",
    "check",
    "detect",
    "load_set",
    "prevailing_rules",
    "read_trec_run",
    "write_jsonl",
    "write_mended",
]


def load_set(
    path: Path | str,
    *,
    documents: Iterable[Path | str] = (),
    rules: Rules | None = None,
    split: str = "test",
    strict: bool = True,
) -> EvaluationSet:
    """Read a set: Yinda's JSON Lines, SQuAD's layout, a table, or a folder of corpus, queries and qrels.

    ``documents`` are files or folders that the questions are asked of, in place of those beside the set. ``rules``
    says whose scoring rules hold (by default CMRC's where Chinese prevails in the questions). ``split`` names the
    qrels of a folder. Raises ``SetError`` with file, line, reason and hint for what cannot be used; without ``strict``
    single questions that cannot are left out, as long as some are left.
    """
    from eval.sets.layout import read

    return finished(read(Path(path), Log(strict=strict), documents, split), rules)
