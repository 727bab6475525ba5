"""Examples for training: paragraphs with their questions, what search gets wrong, and reports."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from qa.period import Verdict, agreement, asked
from qa.reader.pairs import heading
from qa.reader.train.corpus import ReportPassage
from qa.reader.train.material import Example
from qa.reader.train.negatives import WordSearch
from qa.reader.train.reports import Asked as Question
from qa.reader.train.reports import Fact, ask, elsewhere
from qa.reader.train.squad import Asked, Paragraph
from qa.reader.train.written import Written
from qa.text.normalise import fold

SEED = 20250101
WRONG = 3
"""Wrong paragraphs kept for a question, of the ``FOUND`` that search finds."""
FOUND = 8
WORDINGS = 3
"""Questions asked of a fact of a report."""
RESTATED = 4
"""Characters of a question that its answer begins with when it is a whole statement (相传夜刀神是一条长蛇) and not what
was asked for."""


def titled(paragraph: Paragraph) -> tuple[str, ...]:
    """Headings of a paragraph: none, its article's title, and what a file may be called."""
    name = f"{paragraph.source.upper()}_{len(paragraph.text)}"
    return ("", "", heading(paragraph.title, ()), heading(paragraph.title, ()), name)


def restates(question: str, answer: str) -> bool:
    """Whether the answer begins with words of the question: a sentence was marked, not the span that was asked for."""
    return any(answer[:at] in question for at in range(RESTATED, len(answer) + 1))


def on_paragraphs(paragraphs: Sequence[Paragraph], questions: Sequence[Asked]) -> Iterator[Example]:
    """One example a question, of the group of its set; those of whole statements are a group of their own."""
    for one in questions:
        paragraph = paragraphs[one.paragraph]
        group = paragraph.source
        if group == "cmrc" and restates(one.question, paragraph.text[one.start : one.end]):
            group = "cmrc-stated"
        yield Example(group, one.question, titled(paragraph), paragraph.text, one.start, one.end)


def on_wrong_paragraphs(
    paragraphs: Sequence[Paragraph], questions: Sequence[Asked], among: Sequence[int]
) -> Iterator[Example]:
    """Paragraphs ``among`` these that word search finds for a question of their set, and that lack the answer."""
    for source in sorted({paragraphs[i].source for i in among}):
        members = [i for i in among if paragraphs[i].source == source]
        search = WordSearch([paragraphs[i].text for i in members])
        for one in questions:
            own = paragraphs[one.paragraph]
            if own.source != source:
                continue
            answer = own.text[one.start : one.end]
            found = [members[n] for n in search.search(one.question, FOUND)]
            wrong = [n for n in found if n != one.paragraph and answer not in paragraphs[n].text]
            for number in wrong[:WRONG]:
                yield Example(f"{source}-wrong", one.question, titled(paragraphs[number]), paragraphs[number].text)


def on_written(asked: Sequence[Written]) -> Iterator[Example]:
    """Questions written by hand; and, of the same kind of texts, what word search finds for them elsewhere.

    Not of reports: where a question names no year and no place, another report's passage may answer it.
    """
    for kind in sorted({one.kind for one in asked}):
        mine = [one for one in asked if one.kind == kind]
        above_of = {one.text: one.above for one in mine}
        texts = list(above_of)
        search = WordSearch(texts)
        for one in mine:
            answered = one.end > one.start
            above = (one.above,) if kind == "report" else (one.above, one.above, "")
            group = f"written-{kind}" if answered else f"written-{kind}-none"
            yield Example(group, one.question, above, one.text, one.start, one.end)
            if answered and kind != "report":
                answer = one.text[one.start : one.end]
                found = (texts[number] for number in search.search(one.question, FOUND))
                for text in [text for text in found if answer not in text][:WRONG]:
                    yield Example("written-wrong", one.question, (above_of[text],), text)


def on_reports(facts: Sequence[Fact], passages: Sequence[ReportPassage], rng: random.Random) -> Iterator[Example]:
    """Facts asked for; and what does not answer: another year, place or aspect, and passages that search finds."""
    search = WordSearch([f"{p.above} {p.text}" for p in passages])
    for fact in facts:
        passage = fact.passage
        for _ in range(WORDINGS):
            question = ask(fact, rng)
            above = (passage.above,) if question.dated else (passage.above, passage.above, "")
            yield Example(f"report-{fact.kind}", question.question, above, passage.text, fact.start, fact.end)
        other = elsewhere(fact, rng)
        if other:
            yield Example("report-elsewhere", other, (passage.above,), passage.text)
        wrong = _wrong(fact, question, search, passages)
        if wrong is not None:
            yield Example("report-wrong", question.question, (wrong.above,), wrong.text)


def _wrong(
    fact: Fact, question: Question, search: WordSearch, passages: Sequence[ReportPassage]
) -> ReportPassage | None:
    """The best passage found that surely does not answer: of another place or year, or without a key word."""
    wanted = asked(question.question)
    answer = fact.passage.text[fact.start : fact.end]
    for number in search.search(question.question, FOUND):
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
