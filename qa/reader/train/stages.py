"""The three stages of training: paragraphs with their questions, what retrieval gets wrong, and reports."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qa.period import Verdict, agreement, asked
from qa.reader.pairs import heading, room, row
from qa.reader.tokens import Tokens, tokenise
from qa.reader.train.corpus import ReportPassage
from qa.reader.train.negatives import WordSearch
from qa.reader.train.reports import Asked as Question
from qa.reader.train.reports import Fact, ask, elsewhere
from qa.reader.train.rows import Labelled
from qa.reader.train.squad import Asked, Paragraph
from qa.text.normalise import fold

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SIZES = (128, 160, 192, 224)
"""Tokens of a training row at most, drawn anew for each: shorter ones cost less and tell as much."""
TITLED = 0.5
"""How often a paragraph is shown with its article's title: people's documents have titles, most of them."""
ELSEWHERE = 0.15
"""How often, where a paragraph is longer than a window, a window without the answer is shown beside the right one."""
SEED = 20250101


class Maker:
    """Makes rows of questions on passages."""

    def __init__(self, tokenizer: Tokenizer, rng: random.Random) -> None:
        self._rng = rng
        self.tokens: Callable[[str], Tokens] = lru_cache(maxsize=100_000)(lambda text: tokenise(tokenizer, text))

    def answered(self, question: str, above: str, text: str, start: int, end: int) -> Labelled | None:
        """A row around the answer ``text[start:end]``, which stands at a random place in it; ``None`` if too long."""
        asked, head, passage = self.tokens(question), self.tokens(above), self.tokens(text)
        covering = [i for i in range(len(passage)) if passage.starts[i] < end and passage.ends[i] > start]
        if not covering:
            return None
        begin, last = covering[0], covering[-1]
        size = room(asked, head, self._rng.choice(SIZES))
        if last - begin >= size:
            size = room(asked, head)
        if last - begin >= size:
            return None
        low, high = max(0, last + 1 - size), min(begin, max(0, len(passage) - size))
        first = self._rng.randint(min(low, high), max(low, high))
        made = row(asked, head, passage, first, min(len(passage), first + size))
        return Labelled(made.ids, made.offset + begin - first, made.offset + last - first)

    def unanswered(
        self, question: str, above: str, text: str, without: Sequence[tuple[int, int]] = ()
    ) -> Labelled | None:
        """A row of a random window of ``text`` that touches none of the places ``without``; ``None`` if none does."""
        asked, head, passage = self.tokens(question), self.tokens(above), self.tokens(text)
        size = room(asked, head, self._rng.choice(SIZES))
        for _ in range(4):
            first = self._rng.randint(0, max(0, len(passage) - size))
            last = min(len(passage), first + size)
            if last <= first:
                return None
            low, high = passage.starts[first], passage.ends[last - 1]
            if not any(start < high and low < end for start, end in without):
                return Labelled(row(asked, head, passage, first, last).ids, 0, 0)
        return None

    def titled(self, paragraph: Paragraph) -> str:
        """The heading of a paragraph: its article's title, or nothing."""
        return heading(paragraph.title, ()) if self._rng.random() < TITLED else ""


def on_paragraphs(
    maker: Maker, paragraphs: Sequence[Paragraph], questions: Sequence[Asked], rng: random.Random, drcd: int
) -> Iterator[Labelled | None]:
    """One row a question, ``drcd`` for those of DRCD, and some windows beside the answer."""
    for one in questions:
        paragraph = paragraphs[one.paragraph]
        for _ in range(drcd if paragraph.source == "drcd" else 1):
            above = maker.titled(paragraph)
            yield maker.answered(one.question, above, paragraph.text, one.start, one.end)
            if rng.random() < ELSEWHERE:
                yield maker.unanswered(one.question, above, paragraph.text, [(one.start, one.end)])


def on_wrong_paragraphs(
    maker: Maker,
    paragraphs: Sequence[Paragraph],
    questions: Sequence[Asked],
    found: Sequence[Sequence[int]],
    rng: random.Random,
    share: float,
) -> Iterator[Labelled | None]:
    """For a ``share`` of the questions, a window of a paragraph that retrieval found and that lacks the answer."""
    for one, numbers in zip(questions, found, strict=True):
        if rng.random() >= share:
            continue
        answer = paragraphs[one.paragraph].text[one.start : one.end]
        wrong = [n for n in numbers if n != one.paragraph and answer not in paragraphs[n].text]
        if wrong:
            paragraph = paragraphs[wrong[min(int(rng.expovariate(0.7)), len(wrong) - 1)]]
            yield maker.unanswered(one.question, maker.titled(paragraph), paragraph.text)


def stage_file(folder: Path, number: int) -> Path:
    """Where the rows of stage ``number`` (from 1) are kept."""
    return folder / f"stage-{number}.npz"


HELD_REPORTS = 8
"""Every so many-th report is held apart, for the weights of the selection and the calibration."""
HELD_PARAGRAPHS = 8
"""Every so many-th paragraph of DRCD's part, likewise; of CMRC, the trial set is."""


def held_apart(paragraphs: Sequence[Paragraph]) -> list[bool]:
    """For each paragraph, whether the model never sees it."""
    out, met = [], 0
    for paragraph in paragraphs:
        met += paragraph.source == "drcd"
        out.append(paragraph.source == "trial" or (paragraph.source == "drcd" and met % HELD_PARAGRAPHS == 0))
    return out


def on_reports(
    maker: Maker, found_facts: Sequence[Fact], search: WordSearch, passages: Sequence[ReportPassage], rng: random.Random
) -> Iterator[Labelled | None]:
    """One row a fact, and rows that do not answer: another year, place or aspect, and passages that search finds."""
    for fact in found_facts:
        passage = fact.passage
        question = ask(fact, rng)
        yield maker.answered(question.question, passage.above, passage.text, fact.start, fact.end)
        draw = rng.random()
        if draw < 0.3:
            other = elsewhere(fact, rng)
            if other:
                yield maker.unanswered(other, passage.above, passage.text)
        elif draw < 0.65:
            wrong = _wrong(fact, question, search, passages)
            if wrong is not None:
                yield maker.unanswered(question.question, wrong.above, wrong.text)


def _wrong(
    fact: Fact, question: Question, search: WordSearch, passages: Sequence[ReportPassage]
) -> ReportPassage | None:
    """The best passage found that surely does not answer: of another place or year, or without a key word."""
    wanted = asked(question.question)
    answer = fact.passage.text[fact.start : fact.end]
    for number in search.search(question.question, 8):
        passage = passages[number]
        if passage is fact.passage or answer in passage.text:
            continue
        parts = agreement(wanted, passage.told, None)
        if Verdict.MISMATCH in (parts.period, parts.place):
            return passage
        same = passage.report == fact.passage.report
        if fact.key[-2:] not in fold(passage.text) and (same or not (question.dated or question.placed)):
            return passage
    return None
