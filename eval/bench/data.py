"""The public data sets that the benchmarks read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a reading comprehension set, with the questions that it answers."""

    id: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One line of an evaluation set in Yinda's JSONL layout; no ``answers`` means that there is no answer."""

    id: str
    question: str
    kind: str
    answers: tuple[str, ...]
    evidence: str | None
    history: tuple[str, ...]

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.answers)


def squad_layout(path: Path, limit: int | None = None) -> list[Paragraph]:
    """Paragraphs of a file in SQuAD's layout (CMRC 2018, DRCD), in file order, the first ``limit`` of them."""
    articles: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["data"]
    paragraphs = [
        Paragraph(p.get("id") or f"{a.get('id', a_no)}-{p_no}", p["context"], tuple(q["question"] for q in p["qas"]))
        for a_no, a in enumerate(articles)
        for p_no, p in enumerate(a["paragraphs"])
    ]
    return paragraphs[:limit]


def questions(path: Path) -> list[Question]:
    """The questions of a JSONL set."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [
        Question(
            row["id"],
            row["question"],
            row.get("kind", ""),
            tuple(row.get("answers", ())),
            row.get("evidence"),
            tuple(row.get("history", ())),
        )
        for row in rows
    ]
