"""From the shared data to the one file of token ids that training reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.default_model import PROMPTS
from qa.retriever.train import sources
from qa.retriever.train.pairs import HeldApart, Lists, Pairs, save

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

QUESTION, PASSAGE = 96, 256
"""Tokens that are read of a question and of a passage, at most."""
UNKNOWN = 3


def prepare(
    shared: Path, path: Path, tokenizer: Tokenizer, kept: NDArray[np.int32], say: Callable[[str], None]
) -> None:
    """Write the pairs and what is held apart to ``path``, in ids that count ``kept``."""
    learned, held = sources.on_paragraphs(shared, say)
    learned["stard"], held["stard"] = sources.on_statutes(shared)
    learned["reports"], held["reports"] = sources.on_reports(shared, say)
    for name, found in learned.items():
        wrong = sum(map(len, found.wrong)) / len(found.wrong)
        size = f"{len(found.questions):,} questions, {len(found.passages):,} passages"
        say(f"{name}: {size}, {wrong:.1f} wrong a question")
    for name, found in held.items():
        say(f"{name}, held apart: {len(found.questions):,} questions, {len(found.passages):,} passages")

    def questions(texts: Sequence[str]) -> list[list[int]]:
        return tokens(tokenizer, PROMPTS["query"], texts, QUESTION, kept)

    def passages(texts: Sequence[str]) -> list[list[int]]:
        return tokens(tokenizer, PROMPTS["passage"], texts, PASSAGE, kept)

    pairs = joined([*learned.values()], questions, passages)
    apart = {
        name: HeldApart(Lists.of(questions(found.questions)), Lists.of(passages(found.passages)), Lists.of(found.right))
        for name, found in held.items()
    }
    save(pairs, apart, path)
    say(f"{path}: {path.stat().st_size / 1e6:.1f} MB, {len(pairs.passages.values):,} tokens of passages to learn from")


def joined(
    every: Sequence[sources.Found],
    questions: Callable[[Sequence[str]], list[list[int]]],
    passages: Callable[[Sequence[str]], list[list[int]]],
) -> Pairs:
    """What was found in several sources, one behind the other."""
    firsts = np.cumsum([0, *(len(found.passages) for found in every)]).tolist()

    def numbers(part: str) -> Lists:
        return Lists.of(
            [first + number for number in each]
            for first, found in zip(firsts, every, strict=False)
            for each in getattr(found, part)
        )

    return Pairs(
        Lists.of(questions([text for found in every for text in found.questions])),
        Lists.of(passages([text for found in every for text in found.passages])),
        numbers("right"),
        numbers("wrong"),
        numbers("spared"),
        np.repeat(np.arange(len(every)), [len(found.questions) for found in every]).astype(np.uint8),
    )


def tokens(
    tokenizer: Tokenizer, prompt: str, texts: Sequence[str], most: int, kept: NDArray[np.int32]
) -> list[list[int]]:
    """The ids of each text behind its prompt, cut to ``most`` as the model itself cuts, in ids that count ``kept``."""
    out = []
    unknown = int(np.searchsorted(kept, UNKNOWN))
    for encoding in tokenizer.encode_batch([prompt + text for text in texts]):
        ids = np.array(encoding.ids, dtype=np.int32)
        if len(ids) > most:
            ids = np.concatenate([ids[: most - 1], ids[-1:]])
        places = np.minimum(np.searchsorted(kept, ids), len(kept) - 1)
        out.append(np.where(kept[places] == ids, places, unknown).tolist())
    return out
