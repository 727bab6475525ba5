"""How a run asks."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from eval.errors import RunError
from eval.names import resolved
from eval.types import EvaluationSet

Mode = Literal["open", "given-passage"]

DEPTH = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run, part of what two runs must share to be continued.

    ``open`` retrieves before it reads, ``given-passage`` reads the passages with the evidence. ``depth`` passages are
    kept for the metrics of retrieval. ``limit`` is the number of questions of each set, the first ones; ``None`` for
    all. ``distract`` also asks standalone questions after an unrelated history, drawn with ``seed``.
    """

    mode: Mode = "open"
    depth: int = DEPTH
    limit: int | None = None
    distract: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise RunError(f"a limit of {self.limit} questions asks none", "give a limit of at least 1, or none")
        if self.depth < 1:
            raise RunError(f"a depth of {self.depth} keeps no passage", "give a depth of at least 1")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return asdict(self)


def asked_part(evaluation_set: EvaluationSet, settings: Settings) -> EvaluationSet:
    """The questions of a set that are asked, and the documents that are looked at.

    Evidence names the set's own documents as they are known. Where the right passage is given and every question names
    its document, the others are not needed.
    """
    evaluation_set = resolved(evaluation_set)
    questions = evaluation_set.questions[: settings.limit]
    named = {evidence.document for question in questions for evidence in question.evidence}
    documents = evaluation_set.documents
    if settings.mode == "given-passage" and None not in named and all(q.evidence for q in questions):
        documents = tuple(document for document in documents if document.name in named)
    return replace(evaluation_set, questions=questions, documents=documents)
