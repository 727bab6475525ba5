"""Questions that lean on a conversation: how they are rewritten, and that all others are left alone.

Neither needs a model. Rewriting is measured on the last 2,000 lines of Su et al. (2019), chat of two parties: a
line's first context, the other party's reply, the sentence, and the sentence as people rewrote it. They are for
evaluation only. BLEU-4 over characters is nltk's ``corpus_bleu``, without smoothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.bench import chain
from eval.bench.data import needed
from eval.metrics.intervals import share
from eval.results import Outcome, RunResult
from eval.scoring import measures
from eval.types import EvaluationSet
from qa import Answer, Turn, standalone

LINES = 2000
"""The lines of the rewriting corpus that are asked, from its end."""
DRAWN = 5
"""Histories that are drawn for each standalone question of a set, of two questions each."""
CMRC = 1000


@dataclass(frozen=True, slots=True)
class Rewriting:
    """One line: what was said before, by whom asks and by the other; the sentence; the sentence rewritten."""

    first: str
    second: str
    current: str
    rewritten: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that an unrelated history changed."""

    history: tuple[str, ...]
    question: str
    understood: str


def rewritings(shared: Path, lines: int = LINES) -> list[Rewriting]:
    """The last ``lines`` of the corpus. Raises ``DocumentError`` where it is not there."""
    text = needed(shared / "data" / "rewrite" / "corpus.txt").read_text("utf-8")
    rows = [line.split("\t\t") for line in text.strip().split("\n")[-lines:]]
    return [Rewriting(*row) for row in rows]


def left_alone(one: Rewriting) -> str:
    """The baseline: the sentence as it is."""
    return one.current


def as_turns(one: Rewriting) -> str:
    """Rewritten after one turn, the reply as its answer."""
    said = Answer(one.second, (), 1.0, False, one.first)
    return standalone(one.current, [Turn(one.first, said)]).removesuffix("？")


def as_questions(one: Rewriting) -> str:
    """Rewritten after both sentences as questions."""
    return standalone(one.current, [one.first, one.second]).removesuffix("？")


MANNERS: dict[str, Callable[[Rewriting], str]] = {
    "left as it is": left_alone,
    "rewritten, after a question and its answer": as_turns,
    "rewritten, after two questions": as_questions,
}


def bleu(pairs: Sequence[tuple[str, str]]) -> float:
    """BLEU-4 of ``(rewritten by people, by rule)``, over characters, for the corpus as a whole; in 0..1."""
    from nltk.translate.bleu_score import corpus_bleu

    return float(corpus_bleu([[list(wanted)] for wanted, _ in pairs], [list(got) for _, got in pairs]))


def rewriting_table(lines: Sequence[Rewriting]) -> str:
    """Exact match and BLEU-4 for each manner: all lines, those that people changed, those that they did not."""
    groups = {
        "all": list(lines),
        "changed by people": [one for one in lines if one.current != one.rewritten],
        "left alone by people": [one for one in lines if one.current == one.rewritten],
    }
    out = [f"Rewriting (chat): {len(lines)} lines; exact match (95% interval), BLEU-4 over characters (nltk)"]
    for label, rewrite in MANNERS.items():
        out.append(f"  {label}")
        for group, members in groups.items():
            if members:
                pairs = [(one.rewritten, rewrite(one)) for one in members]
                exact = sum(wanted == got for wanted, got in pairs)
                out.append(f"    {group:<22} {share(exact, len(pairs))}   {bleu(pairs):.4f}")
    return "\n".join(out)


def distracted(questions: Sequence[str], drawn: int, seed: int = 0) -> tuple[int, list[Changed]]:
    """How many were asked, and which of ``questions`` other ones as history changed; ``drawn`` histories for each."""
    chance = random.Random(seed)
    asked, changed = 0, []
    for question in questions:
        for _ in range(drawn):
            history = tuple(other for other in chance.sample(questions, min(3, len(questions))) if other != question)[
                :2
            ]
            understood = standalone(question, history)
            asked += 1
            if understood != question:
                changed.append(Changed(history, question, understood))
    return asked, changed


def alone(data: EvaluationSet) -> list[str]:
    """The standalone questions of a set, each once."""
    return list(dict.fromkeys(q.question for q in data.questions if not q.history))


def distracted_table(sets: Sequence[tuple[str, Sequence[str], int]], errors: bool = False) -> str:
    """Standalone questions changed by other questions of the same set as history; with ``errors``, each of them."""
    out = ["Standalone questions changed by an unrelated history (95% interval)"]
    for name, questions, drawn in sets:
        asked, changed = distracted(questions, drawn)
        out.append(f"  {name:<34} {share(len(changed), asked)}")
        if errors:
            out += [f"      {' / '.join(one.history)} | {one.question} → {one.understood}" for one in changed]
    return "\n".join(out)


def leaning(data: EvaluationSet) -> EvaluationSet:
    """Only the follow-ups of a set."""
    return replace(data, questions=tuple(q for q in data.questions if q.history))


def understood_table(data: EvaluationSet) -> str:
    """Each follow-up of a set as it is understood."""
    lines = [f"{data.name}: follow-ups as they are understood"]
    lines += [
        f"  {' / '.join(q.history)} | {q.question} → {standalone(q.question, list(q.history))}" for q in data.questions
    ]
    return "\n".join(lines)


def answered_table(name: str, result: RunResult) -> str:
    """The follow-ups answered right, and those whose evidence was found among the passages that are read."""
    outcomes: Sequence[Outcome] = result.sets[0].outcomes
    known = [o for o in outcomes if o.evidence_rank is not None]
    first = sum(o.evidence_rank == 1 for o in known)
    five = sum(1 <= (o.evidence_rank or 0) <= 5 for o in known)
    lines = [f"{name}: {len(outcomes)} follow-ups"]
    lines.append(f"  answered right            {chain.shown('contained', measures(outcomes)['contained']).strip()}")
    lines.append(f"  evidence first            {share(first, len(known))}")
    lines.append(f"  evidence in the first 5   {share(five, len(known))}")
    lines.append(chain.errors(outcomes))
    return "\n".join(lines)
