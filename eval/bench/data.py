"""The public data sets that the benchmarks read, as evaluation sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from eval.sets import load_set
from eval.types import EvaluationSet
from qa.documents import SUFFIXES
from qa.errors import DocumentError
from qa.reader.train import squad

# The weight of BM25 is chosen on these; none of them is an evaluation set.
TRAINING = (
    ("CMRC 2018 trial", "cmrc2018/trial.json", None),
    ("CMRC 2018 train, the first 600 paragraphs", "cmrc2018/train.json", 600),
    ("DRCD train part, the first 600 paragraphs", "drcd/train_part.json", 600),
)
EVALUATION = (
    ("CMRC 2018 dev", "cmrc2018/dev.json"),
    ("DRCD dev", "drcd/dev.json"),
)
HELD_APART = (
    ("CMRC 2018 train, held apart", "cmrc2018/train.json"),
    ("DRCD train part, held apart", "drcd/train_part.json"),
    ("CMRC 2018 trial", "cmrc2018/trial.json"),
)
"""What the reader was not trained on, and may be chosen on."""
ALL = "all"


class Which(StrEnum):
    """The sets that are asked: for evaluation, or what is held apart from training."""

    cmrc = "cmrc"
    drcd = "drcd"
    both = "both"
    held_apart = "held-apart"


def named_sets(which: Which) -> Sequence[tuple[str, str]]:
    """Names and files of these sets."""
    return {
        Which.cmrc: EVALUATION[:1],
        Which.drcd: EVALUATION[1:],
        Which.both: EVALUATION,
        Which.held_apart: HELD_APART,
    }[which]


def public_set(
    shared: Path, file: str, *, paragraphs: int | None = None, every: int = 1, held_apart: bool = False
) -> EvaluationSet:
    """A set below ``shared/data``: its first ``paragraphs``, and of their questions every ``every``-th.

    ``held_apart``: only those paragraphs that the reader was not trained on.
    """
    loaded = load_set(needed(shared / "data" / file), strict=False)  # two questions of CMRC's trial set are empty
    documents = loaded.documents
    if held_apart:
        texts = _held_apart(shared)
        documents = tuple(document for document in documents if document.text in texts)
    documents = documents[:paragraphs]
    names = {document.name for document in documents}
    questions = [q for q in loaded.questions if q.evidence and q.evidence[0].document in names]
    return replace(loaded, documents=documents, questions=tuple(questions[::every]))


@lru_cache(maxsize=1)
def _held_apart(shared: Path) -> frozenset[str]:
    paragraphs, _ = squad.load(shared)
    return frozenset(p.text for p, apart in zip(paragraphs, squad.held_apart(paragraphs), strict=True) if apart)


def among(shared: Path, file: str, what: str) -> list[EvaluationSet]:
    """The sets whose paragraphs a set is asked among: those of a folder, or of all parts of the same collection.

    ``what`` is ``"all"`` or a folder with sets in SQuAD's layout (``*.json``), with documents, or with both. Raises
    ``DocumentError`` when there are none.
    """
    folder = needed(shared / "data" / file).parent if what == ALL else Path(what)
    sets = [load_set(path, strict=False) for path in sorted(folder.glob("*.json"))]
    documents = tuple(path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES)
    if documents and what != ALL:
        sets.append(EvaluationSet(folder.name, folder, "jsonl", (), sources=documents))
    if not sets:
        raise DocumentError(
            f"{folder} holds no sets and no documents", f"name another folder with --among, or say {ALL}"
        )
    return sets


def seed_set(shared: Path) -> EvaluationSet:
    """The questions on the real report, with the report."""
    folder = needed(shared / "seed")
    return load_set(needed(folder / "questions.jsonl"), documents=sorted(folder.glob("*.txt")))


def needed(path: Path) -> Path:
    """The path; ``DocumentError`` with a hint when there is none."""
    if not path.exists():
        raise DocumentError(f"there is no {path}", "name the folder that holds the data with --shared")
    return path
