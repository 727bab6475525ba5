"""The whole way of a question on a JSONL set: evidence among the passages, answer in the text, refusals, follow-ups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.data import Question
from eval.bench.statistics import share
from qa import Answer, Hit, Library, ask


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question of the set with the Answer it got, and the rank (from 1, 0 for none) of the evidence passage."""

    question: Question
    answer: Answer
    evidence_rank: int

    @property
    def contained(self) -> bool:
        """Whether some accepted answer is contained in the returned text."""
        return any(a in self.answer.text for a in self.question.answers)

    @property
    def exact(self) -> bool:
        """Whether some accepted answer equals the returned text, punctuation aside."""
        return any(_bare(a) == _bare(self.answer.text) for a in self.question.answers)

    @property
    def cited(self) -> bool:
        """Whether the best citation lies in a passage that holds the evidence."""
        evidence = self.question.evidence
        return bool(evidence and self.answer.citations and evidence in self.answer.citations[0].passage.text)


def evidence_rank(evidence: str | None, hits: Sequence[Hit]) -> int:
    """The rank of the first passage that holds the phrase."""
    if not evidence:
        return 0
    return next((rank for rank, hit in enumerate(hits, 1) if evidence in hit.passage.text), 0)


def run(questions: Sequence[Question], sources: Sequence[Path], folder: Path) -> list[Outcome]:
    """Put the sources into a Library in ``folder`` and ask every question."""
    outcomes = []
    with Library.open(folder) as library:
        report = library.add(sources)
        for failure in report.failed:
            raise ValueError(f"{failure.path}: {failure.reason}")
        for question in questions:
            answer = ask(question.question, library=library, history=question.history)
            for citation in answer.citations:
                document = library.document(citation.document.id)
                if document.text[citation.start : citation.end] != citation.quote:
                    raise AssertionError(f"{question.id}: the quote is not what stands in the source")
            hits = library.search(answer.question, 10)
            outcomes.append(Outcome(question, answer, evidence_rank(question.evidence, hits)))
    return outcomes


def table(name: str, outcomes: Sequence[Outcome]) -> str:
    """The figures of a set, as lines."""
    answerable = [o for o in outcomes if o.question.answerable and not o.question.history]
    follow_ups = [o for o in outcomes if o.question.history]
    without = [o for o in outcomes if not o.question.answerable]
    rows = [
        ("evidence in the first passage", [o.evidence_rank == 1 for o in answerable]),
        ("evidence in the first five", [1 <= o.evidence_rank <= 5 for o in answerable]),
        ("accepted answer in the text", [o.contained for o in answerable]),
        ("accepted answer equals the text", [o.exact for o in answerable]),
        ("best citation in the evidence", [o.cited for o in answerable]),
        ("wrongly abstained", [o.answer.abstained for o in answerable]),
        ("unanswerable: abstained", [o.answer.abstained for o in without]),
        ("follow-ups: answer in the text", [o.contained for o in follow_ups]),
    ]
    lines = [f"{name}: {len(answerable)} answerable, {len(without)} unanswerable, {len(follow_ups)} follow-ups"]
    lines += [f"  {label:<34} {sum(v):>3}/{len(v):<3} {share(sum(v), len(v))}" for label, v in rows if v]
    return "\n".join(lines)


def errors(outcomes: Sequence[Outcome]) -> str:
    """The questions that went wrong, a line each."""
    lines = []
    for o in outcomes:
        q = o.question
        right = o.contained if q.answerable else o.answer.abstained
        if not right:
            got = "(abstained)" if o.answer.abstained else o.answer.text
            lines.append(
                f"  {q.id} [{q.kind}] {q.question}\n      expected {' | '.join(q.answers) or '(none)'};"
                f" got {got} ({o.answer.confidence:.2f}); evidence at {o.evidence_rank or '-'}"
            )
    return "\n".join(lines)


def _bare(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c in "%.")
