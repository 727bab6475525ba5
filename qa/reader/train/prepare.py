"""The rows of all three stages, from the shared data to files that training reads."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader.train import corpus, reports, rows, squad, stages
from qa.reader.train.negatives import WordSearch

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHARES = ((0.7, 0.0), (0.5, 0.3), (0.15, 0.06))
"""For each stage, how many of CMRC's questions are asked of their paragraph, and of a wrong one that search finds."""
DRCD = (2, 2, 1)
"""How often each question of DRCD's part is shown in a stage: it is small, and its answers are of another kind (names
and figures)."""
KINDS = {"figure": 0.6, "rank": 1.0, "list": 0.5, "thing": 0.12}
"""How many of the facts of each kind the last stage asks for: those of a verb and its object are many and alike."""


def prepare(shared: Path, folder: Path, tokenizer: Tokenizer, say: Callable[[str], None]) -> None:
    """Write the rows of the three stages into ``folder``; ``shared`` holds the data."""
    folder.mkdir(parents=True, exist_ok=True)
    paragraphs, questions = squad.load(shared)
    held = stages.held_apart(paragraphs)
    questions = [q for q in questions if not held[q.paragraph]]
    found = wrong_paragraphs(paragraphs, questions, held)
    say(f"{len(questions):,} questions on {held.count(False):,} paragraphs")
    for number, (answered, wrong) in enumerate(SHARES, 1):
        rng = random.Random(stages.SEED + number)
        maker = stages.Maker(tokenizer, rng)
        some = [q for q in questions if paragraphs[q.paragraph].source == "drcd" or rng.random() < answered]
        made = [*stages.on_paragraphs(maker, paragraphs, some, rng, DRCD[number - 1])]
        made += stages.on_wrong_paragraphs(maker, paragraphs, questions, found, rng, wrong)
        if number == len(SHARES):
            passages = [p for p in corpus.passages(list(corpus.reports(shared))) if p.report % stages.HELD_REPORTS]
            known = [f for f in reports.facts(passages) if rng.random() < KINDS[f.kind]]
            search = WordSearch([f"{p.above} {p.text}" for p in passages])
            say(f"{len(known):,} facts of {len(passages):,} passages of reports")
            made += stages.on_reports(maker, known, search, passages, rng)
        data = rows.gather(each for each in made if each is not None)
        rows.save(data, stages.stage_file(folder, number))
        say(
            f"stage {number}: {len(data):,} rows, {int(data.lengths().sum()):,} tokens, "
            f"{(data.starts == 0).mean():.0%} without an answer"
        )


def wrong_paragraphs(
    paragraphs: list[squad.Paragraph], questions: list[squad.Asked], held: list[bool], k: int = 6
) -> list[list[int]]:
    """For each question, what word search finds among the paragraphs of its set that are not held apart."""
    out: dict[int, list[int]] = {}
    for source in squad.SOURCES:
        members = [i for i, p in enumerate(paragraphs) if p.source == source and not held[i]]
        search = WordSearch([paragraphs[i].text for i in members])
        for number, question in enumerate(questions):
            if paragraphs[question.paragraph].source == source:
                out[number] = [members[found] for found in search.search(question.question, k)]
    return [out[number] for number in range(len(questions))]
