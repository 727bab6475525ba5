"""The material of training, from the shared data to the files that training reads."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.reader.tokens import tokenise
from qa.reader.train import corpus, examples, material, reports, squad, written
from qa.reader.train.files import HELD, MATERIAL

if TYPE_CHECKING:
    from tokenizers import Tokenizer

HELD_REPORTS = 8
"""Every so many-th report is held apart."""
KINDS = {"figure": 1.0, "rank": 1.0, "list": 1.0, "thing": 0.3}
"""How many of the facts of each kind are asked for: those of a verb and its object are many and alike."""


def prepare(shared: Path, folder: Path, tokenizer: Tokenizer, say: Callable[[str], None]) -> None:
    """Write what the model learns from, and what is held apart to check it, into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens_of = lru_cache(maxsize=None)(lambda text: tokenise(tokenizer, text))
    paragraphs, questions = squad.load(shared)
    held = squad.held_apart(paragraphs)
    every = corpus.passages(list(corpus.reports(shared)))
    by_hand = written.load(shared, [p for p in every if p.report % HELD_REPORTS])
    by_hand_apart = written.held_apart(by_hand)

    def made(apart: bool) -> list[material.Example]:
        rng = random.Random(examples.SEED + apart)
        mine = [q for q in questions if held[q.paragraph] == apart]
        among = [i for i in range(len(paragraphs)) if held[i] == apart]
        passages = [p for p in every if (p.report % HELD_REPORTS == 0) == apart]
        facts = [f for f in reports.facts(passages) if rng.random() < KINDS[f.kind]]
        say(f"{len(mine):,} questions on {len(among):,} paragraphs, {len(facts):,} facts of {len(passages):,} passages")
        return [
            *examples.on_paragraphs(paragraphs, mine),
            *examples.on_wrong_paragraphs(paragraphs, mine, among),
            *examples.on_reports(facts, passages, rng),
            *examples.on_written([w for w, its in zip(by_hand, by_hand_apart, strict=True) if its == apart]),
        ]

    for file, apart in ((HELD, True), (MATERIAL, False)):
        data = material.gather(made(apart), tokens_of)
        material.save(data, folder / file)
        say(f"{file}: {(folder / file).stat().st_size / 1e6:.1f} MB, {len(data):,} examples: {data.counts()}")
