"""Held-apart questions as people would ask them: written by hand, as those of the sets are worded like their texts.

A question is named by its text's hash, as the sets themselves are not part of this repository.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FILE = Path(__file__).with_name("own_words.jsonl")
# Questions that the recipe makes to have no answer, which have one in their report after all (another figure of the
# year or the aspect that is asked for), and one without sense: found by reading them.
NOT_UNANSWERABLE = frozenset(
    (
        "9bac9d48a0f0c493",
        "e02bba80cfaef172",
        "e389d949afa372f5",
        "824ca03859a73ea8",
        "88c59c9ac12f0960",
        "e0fad170426e9f08",
        "e2f6a8071cf75744",
        "ebc4635cfdf02d3c",
    )
)


def identity(question: str) -> str:
    """What names a held-apart question in ``FILE``: 16 hexadecimal digits."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def load(path: Path = FILE) -> dict[str, list[str]]:
    """The rewordings of each held-apart question that has some, by its ``identity``."""
    out: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        out.setdefault(row["of"], []).append(row["question"])
    return out
