"""Held-apart questions as people would ask them: written by hand, as those of the sets are worded like their texts.

A question is named by its text's hash, as the sets themselves are not part of this repository.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

FILE = Path(__file__).with_name("own_words.jsonl")


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
