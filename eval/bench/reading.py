"""The reader on a reading comprehension set: with the right paragraph given, and with retrieval first."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from eval.bench.kept import kept_corpus
from eval.results import SetResult
from eval.runs.runner import run
from eval.runs.settings import Settings, asked_part
from eval.types import EvaluationSet
from qa.progress import Progress
from qa.reader.base import Reader

GIVEN = Settings("given-passage")


class Mode(StrEnum):
    """How a set is asked."""

    given = "given"
    open = "open"
    both = "both"


def given(data: EvaluationSet, reader: Reader | None, *, progress: Progress = False) -> SetResult:
    """The right paragraph given. The Library holds the paragraphs that are asked about, and no others."""
    with kept_corpus(asked_part(data, GIVEN), progress=progress) as corpus:
        return run(data, library=corpus.library, settings=GIVEN, reader=reader, progress=progress).sets[0]


def openly(
    data: EvaluationSet,
    reader: Reader | None,
    *,
    beside: Sequence[EvaluationSet] = (),
    progress: Progress = False,
) -> tuple[SetResult, int]:
    """Retrieval first, among the set's own paragraphs and those of the sets ``beside``; and how many these are."""
    with kept_corpus(data, beside=beside, progress=progress) as corpus:
        result = run(data, library=corpus.library, reader=reader, progress=progress)
        return result.sets[0], len(corpus.library.documents())
