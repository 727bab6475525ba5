"""The questions and passages that retrieval is trained on, and those held apart, from the shared data.

A passage is what the Library would embed of it: the document's title and the headings in a line above its words.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qa.documents import parse
from qa.period import Verdict, agreement, asked
from qa.reader.train import corpus, reports, squad
from qa.reader.train.corpus import ReportPassage
from qa.reader.train.negatives import WordSearch
from qa.reader.train.reports import Asked, Fact
from qa.retriever.context import embedded_text
from qa.retriever.train.apart import EVERY, held_apart, overlapping
from qa.text.normalise import fold, simplify

SEED = 20261126
WRONG = 6
"""Wrong passages that are kept of a question, best first; training draws one of them in each pass."""
LOOKED_AT = 30
"""Passages that word search finds for a question, and that are wrong or spared."""
TITLED = 0.5
"""How often a paragraph is embedded with its article's title: people's documents have titles, most of them."""
KINDS = {"figure": 0.9, "rank": 1.0, "list": 0.8, "thing": 0.25}
"""How many of the facts of each kind are asked for: those of a verb and its object are many and alike."""


@dataclass(slots=True)
class Found:
    """Questions on passages. By question: which passages are ``right``, which ``wrong``, and which ``spared``."""

    passages: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    right: list[list[int]] = field(default_factory=list)
    wrong: list[list[int]] = field(default_factory=list)
    spared: list[list[int]] = field(default_factory=list)

    def ask(self, question: str, right: Sequence[int], wrong: Sequence[int], spared: Sequence[int]) -> None:
        """Add a question."""
        self.questions.append(simplify(question))
        self.right.append([*right])
        self.wrong.append([*wrong][:WRONG])
        self.spared.append([*spared])


# -- CMRC 2018 and the part of DRCD --------------------------------------------------------------------------


def on_paragraphs(shared: Path, say: Callable[[str], None]) -> tuple[dict[str, Found], dict[str, Found]]:
    """What is trained on, and what is held apart: an eighth of DRCD's part, and the trial set of CMRC."""
    paragraphs, questions = squad.load(shared)
    texts = [simplify(paragraph.text) for paragraph in paragraphs]
    drcd = [number for number, paragraph in enumerate(paragraphs) if paragraph.source == "drcd"]
    apart = dict(zip(drcd, held_apart([texts[number] for number in drcd]), strict=True))
    held = {n for n, paragraph in enumerate(paragraphs) if paragraph.source == "trial" or apart.get(n)}
    others = [number for number in range(len(paragraphs)) if number not in held]
    like = overlapping([texts[number] for number in others], (texts[number] for number in held))
    learned = [number for number, alike in zip(others, like, strict=True) if not alike]
    say(f"{len(learned):,} paragraphs to learn from, {len(held):,} held apart, {sum(like):,} too much like those")
    rng = random.Random(SEED)

    def made(source: str, numbers: Sequence[int], *, learn: bool) -> Found:
        chosen = {n for n in numbers if paragraphs[n].source == source}
        return _of_paragraphs(
            paragraphs, [q for q in questions if q.paragraph in chosen], sorted(chosen), rng, learn=learn
        )

    return (
        {source: made(source, learned, learn=True) for source in ("cmrc", "drcd")},
        {source: made(source, sorted(held), learn=False) for source in ("trial", "drcd")},
    )


def _of_paragraphs(
    paragraphs: Sequence[squad.Paragraph],
    questions: Sequence[squad.Asked],
    chosen: Sequence[int],
    rng: random.Random,
    *,
    learn: bool,
) -> Found:
    found = Found()
    plain: list[str] = []
    places: dict[int, list[tuple[int, int, int]]] = {}
    for number in chosen:
        paragraph = paragraphs[number]
        parsed = parse(f"{paragraph.text}\n".encode(), "text.txt")
        title = paragraph.title if learn and rng.random() < TITLED else ""
        # A reader of plain text may drop what is at its very front.
        shift = paragraph.text.find(parsed.text.strip())
        places[number] = []
        for draft in parsed.passages:
            text = parsed.text[draft.start : draft.end]
            places[number].append((draft.start + max(0, shift), draft.end + max(0, shift), len(found.passages)))
            found.passages.append(embedded_text(text, title, draft.heading_path))
            plain.append(simplify(text))
    search = WordSearch(found.passages) if learn else None
    for one in questions:
        own = [place for _, _, place in places[one.paragraph]]
        right = [place for start, end, place in places[one.paragraph] if start <= one.start < end]
        if not right:
            continue
        answer = simplify(paragraphs[one.paragraph].text[one.start : one.end])
        others = [n for n in (search.search(one.question, LOOKED_AT) if search else ()) if n not in own]
        holding = [n for n in others if answer in plain[n]]
        found.ask(
            one.question,
            right,
            [n for n in others if n not in holding],
            [*(n for n in own if n not in right), *holding],
        )
    return found


# -- STARD ---------------------------------------------------------------------------------------------------

_ARTICLE = re.compile(r"(.+?)(第[零〇一二三四五六七八九十百千0-9]+条(?:之[一二三四五六七八九十]+)?)")


def article(name: str, text: str) -> str:
    """What the Library embeds of an article of a law, which goes by its law's name and its number."""
    parts = _ARTICLE.fullmatch(name)
    law, number = parts.groups() if parts else (name, "")
    return embedded_text(f"{number} {text.strip()}".strip(), law, (number,) if number else ())


def on_statutes(shared: Path) -> tuple[Found, Found]:
    """Lay questions on articles of laws: what is trained on, and an eighth of the questions, held apart.

    Those held apart are looked for among all articles; an article that only they lead to is not trained on.
    """
    queries = json.loads((shared / "data/stard/queries.json").read_text(encoding="utf-8"))
    apart = held_apart([simplify(query["问题"]) for query in queries])
    articles: dict[str, str] = {}
    learned, held = Found(), Found()
    for query in queries:
        articles |= query["相关法规"]
    numbers = {name: number for number, name in enumerate(articles)}
    held.passages = [article(name, text) for name, text in articles.items()]
    known = dict.fromkeys(
        name for query, away in zip(queries, apart, strict=True) if not away for name in query["相关法规"]
    )
    places = {name: place for place, name in enumerate(known)}
    learned.passages = [article(name, articles[name]) for name in known]
    search = WordSearch(learned.passages)
    for query, away in zip(queries, apart, strict=True):
        if away:
            held.ask(query["问题"], [numbers[name] for name in query["相关法规"]], (), ())
        else:
            right = [places[name] for name in query["相关法规"]]
            others = [n for n in search.search(query["问题"], LOOKED_AT) if n not in right]
            learned.ask(query["问题"], right, others, ())
    return learned, held


# -- reports -------------------------------------------------------------------------------------------------


def on_reports(shared: Path, say: Callable[[str], None]) -> tuple[Found, Found]:
    """Questions made from government reports: what is trained on, and every eighth report, held apart."""
    documents = list(corpus.reports(shared))
    embedded = {
        (number, report.text[draft.start : draft.end]): embedded_text(
            report.text[draft.start : draft.end], report.title, draft.heading_path
        )
        for number, report in enumerate(documents)
        for draft in report.passages
    }
    every = corpus.passages(documents)
    say(f"{len(every):,} passages of {len(documents):,} reports")

    def made(passages: list[ReportPassage], *, learn: bool) -> Found:
        rng = random.Random(SEED + learn)
        found = Found([embedded[passage.report, passage.text] for passage in passages])
        places = {id(passage): number for number, passage in enumerate(passages)}
        search = WordSearch(found.passages)
        for fact in reports.facts(passages):
            if rng.random() >= KINDS[fact.kind]:
                continue
            question = reports.ask(fact, rng)
            if not _means_one(fact, question, learn=learn):
                continue
            right = places[id(fact.passage)]
            others = [n for n in search.search(question.question, LOOKED_AT) if n != right]
            wrong = [n for n in others if surely_wrong(fact, question, passages[n])]
            spared = [n for n in others if n not in wrong]
            # What is right too is looked past in training; here it would count as a mistake.
            also = () if learn else (n for n in spared if answers_too(fact, question, passages[n]))
            found.ask(question.question, [right, *also], wrong, spared)
        return found

    return (
        made([p for p in every if p.report % EVERY], learn=True),
        made([p for p in every if p.report % EVERY == 0], learn=False),
    )


def _means_one(fact: Fact, question: Asked, *, learn: bool) -> bool:
    """Whether a question can be told from those of other reports: what is held apart is to have a year or place."""
    long = learn and fact.kind != "thing" and len(fact.key) >= 6
    return question.dated or question.placed or long


def answers_too(fact: Fact, question: Asked, passage: ReportPassage) -> bool:
    """Whether a passage tells what the fact tells: its answer and its key word, of no other place or year."""
    words = passage.text
    told = fact.passage.text[fact.start : fact.end] in words and fact.key[-2:] in fold(words)
    return told and not _elsewhere(question, passage)


def surely_wrong(fact: Fact, question: Asked, passage: ReportPassage) -> bool:
    """Whether a passage does not answer: of another place or year, or without a key word, and without the answer."""
    if fact.passage.text[fact.start : fact.end] in passage.text:
        return False
    return fact.key[-2:] not in fold(passage.text) or _elsewhere(question, passage)


def _elsewhere(question: Asked, passage: ReportPassage) -> bool:
    parts = agreement(asked(question.question), passage.told, None)
    return Verdict.MISMATCH in (parts.period, parts.place)
