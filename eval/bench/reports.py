"""Is the right year's and the right place's report found? 50 national reports and 31 provincial ones as one Library.

Every year's report speaks of the same indicators, as what the last year achieved and what the next one plans. The
questions (``reports.jsonl`` beside this file; results, targets, relative years, periods, places, names, lists,
follow-ups, and what the reports do not say) are this project's own; the reports are read from the shared data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from embeddings import Embedder
from eval.bench import chain
from eval.bench.data import needed
from eval.errors import RunError
from eval.metrics.intervals import share
from eval.results import Outcome, RunResult
from eval.sets import load_set
from eval.types import EvaluationSet
from qa import Library
from qa.progress import Progress, Step, reporting
from qa.retriever.retriever import ALIKE_CANDIDATES

QUESTIONS = Path(__file__).with_name("reports.jsonl")


def reports(shared: Path, limit: int | None = None) -> dict[str, bytes]:
    """File names and contents, the national reports first, by year; with ``limit`` so many, spread over all.

    The national ones stand in one file, a line a year: the year, a tab, the text. Each becomes a text file of its own,
    with a title in front. Raises ``DocumentError`` when the data are not there.
    """
    folder = needed(shared / "data" / "reports")
    files: dict[str, bytes] = {}
    for line in needed(folder / "national" / "1954-2019.txt").read_text("utf-8").split("\n"):
        if line.strip():
            year, _, text = line.partition("\t")
            title = f"{year}年国务院政府工作报告"
            files[f"{title}.txt"] = f"{title}\n\n{text}\n".encode()
    for path in sorted(needed(folder / "provincial-2025").glob("*.docx")):
        files[path.name] = path.read_bytes()
    if limit is None or limit >= len(files):
        return files
    names = list(files)
    return {name: files[name] for name in (names[i * len(names) // limit] for i in range(limit))}


def questions(names: Sequence[str], every: int = 1) -> EvaluationSet:
    """The questions whose document is among ``names``, and those without an answer; of these every ``every``-th."""
    data = load_set(QUESTIONS)
    known = set(names)
    asked = [q for q in data.questions if all(evidence.document in known for evidence in q.evidence)]
    return replace(data, questions=tuple(asked[::every]))


@contextmanager
def library_of(
    files: Mapping[str, bytes], folder: Path, embedder: Embedder | None = None, *, progress: Progress = False
) -> Iterator[Library]:
    """A Library of these files in ``folder``. What it holds already is not embedded again; each file is kept as it
    comes, so that interrupted work goes on.

    Raises ``RunError`` when it holds anything else: the questions are asked of the reports alone.
    """
    with Library.open(folder, model=embedder) as library:
        wanted = {hashlib.sha256(data).hexdigest(): name for name, data in files.items()}
        held = {document.sha256: document.title for document in library.documents()}
        strange = [title for digest, title in held.items() if digest not in wanted]
        if strange:
            raise RunError(
                f"{folder} holds {len(strange)} documents that are not among the reports ({strange[0]!r} is one)",
                "name another folder with --library; it is made when it does not exist",
            )
        missing = [name for digest, name in wanted.items() if digest not in held]
        with reporting(progress, "Indexing") as report:
            for done, name in enumerate(missing):
                report(Step(done, len(missing), name))
                (addition,) = library.add_bytes(files[name], name).additions
                if addition.status == "failed":
                    raise RunError(f"{name}: {addition.reason}", addition.hint)
            if missing:
                report(Step(len(missing), len(missing), ""))
        yield library


def found_by_fusion(data: EvaluationSet, library: Library, files: Mapping[str, bytes]) -> list[bool]:
    """For each answerable question that leans on nothing: whether its report is first where meaning and words alone
    count, and neither year nor place.
    """
    names = {hashlib.sha256(content).hexdigest(): Path(name).stem for name, content in files.items()}
    of_document = {document.id: names[document.sha256] for document in library.documents()}
    of_passage = {p.id: name for identifier, name in of_document.items() for p in library.passages(identifier)}
    asked = [q for q in data.questions if q.answerable and not q.history]
    first = [library._retriever.fused(q.question, ALIKE_CANDIDATES).scores[0][0] for q in asked]
    theirs = [{Path(e.document or "").stem for e in q.evidence} for q in asked]
    return [of_passage[one] in documents for one, documents in zip(first, theirs, strict=True)]


def table(result: RunResult, fusion: Sequence[bool], documents: int, passages: int) -> str:
    """The whole way of a question, whether the right document was cited and found first, and the kinds one by one.

    ``fusion`` is what ``found_by_fusion`` gives.
    """
    (one,) = result.sets
    name = f"Government reports, {documents} documents, {passages:,} passages"
    standalone = [o for o in one.outcomes if o.question.answerable and not o.question.history]
    leaning = [o for o in one.outcomes if o.question.answerable and o.question.history]
    lines = [chain.chain_table(name, one)]
    for group, outcomes in (("answerable", standalone), ("follow-ups", leaning)):
        for label, right in _DOCUMENT.items():
            lines += _row(group, label, [right(o, result) for o in outcomes])
        if group == "answerable":
            lines += _row(group, "The same without years and places", fusion)
    refused = [o for o in one.outcomes if not o.question.answerable and o.question.history]
    lines += _row("follow-ups", "Without an answer, refused", [o.right for o in refused])
    lines.append(f"  {'by kind':<13} {'Right':<38} Right document cited")
    for kind in dict.fromkeys(o.question.kind for o in one.outcomes):
        members = [o for o in one.outcomes if o.question.kind == kind]
        placed = [_cited(o, result) for o in members if o.question.answerable]
        lines.append(f"    {kind:<11} {_share([o.right for o in members]):<38} {_share(placed)}".rstrip())
    return "\n".join(lines)


def _cited(outcome: Outcome, result: RunResult) -> bool:
    """Whether the first citation lies in the right document; a refusal cites none."""
    cited = outcome.prediction.citations
    return bool(cited) and cited[0].document in _documents(outcome)


def _cited_at_best(outcome: Outcome, result: RunResult) -> bool:
    """The same of the best candidate, given or not."""
    best = outcome.prediction.best_citation
    return best is not None and best.document in _documents(outcome)


def _found_first(outcome: Outcome, result: RunResult) -> bool:
    retrieved = outcome.prediction.retrieved
    return bool(retrieved) and result.passages[retrieved[0].passage].document in _documents(outcome)


_DOCUMENT: dict[str, Callable[[Outcome, RunResult], bool]] = {
    "Best citation in the right document": _cited,
    "The same, never refusing": _cited_at_best,
    "First passage from the right document": _found_first,
}


def _documents(outcome: Outcome) -> set[str | None]:
    return {evidence.document for evidence in outcome.question.evidence}


def _row(group: str, label: str, values: Sequence[bool]) -> list[str]:
    return [f"  {group:<13} {label:<38} {_share(values)}"] if values else []


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values):>5}/{len(values):<5} {share(sum(values), len(values))}" if values else ""
