"""Questions on given paragraphs: CMRC 2018 and the part of DRCD, from their SQuAD layout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.reader.train.families import families

SOURCES = {
    "cmrc": "data/cmrc2018/train.json",
    "trial": "data/cmrc2018/trial.json",
    "drcd": "data/drcd/train_part.json",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a set, and the title of the article that it comes from."""

    text: str
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the place of its answer in paragraph ``paragraph`` (its number)."""

    question: str
    paragraph: int
    start: int
    end: int


def load(shared: Path) -> tuple[list[Paragraph], list[Asked]]:
    """All paragraphs and questions. An answer that is not where the file says is looked for, and else left out."""
    paragraphs: list[Paragraph] = []
    questions: list[Asked] = []
    for source, file in SOURCES.items():
        for article in json.loads((shared / file).read_text(encoding="utf-8"))["data"]:
            for each in article["paragraphs"]:
                text = each["context"]
                for question in each["qas"]:
                    answer = question["answers"][0]
                    words = answer["text"].strip()
                    start = text.find(words, max(0, answer["answer_start"]))
                    if start != answer["answer_start"] + answer["text"].find(words):
                        start = text.find(words)
                    if words and start >= 0 and question["question"].strip():
                        questions.append(
                            Asked(question["question"].strip(), len(paragraphs), start, start + len(words))
                        )
                paragraphs.append(Paragraph(text, str(article.get("title", "")), source))
    return paragraphs, questions


HELD_CMRC, HELD_DRCD = 24, 8
"""Every so many-th paragraph of CMRC train, and text of DRCD's part, is held apart; of CMRC's trial set, all are."""


def held_apart(paragraphs: Sequence[Paragraph]) -> list[bool]:
    """For each paragraph, whether the model never sees it: for choosing a recipe, and for the fit of the confidence.

    DRCD's part has one text under several articles, cut in other ways: such paragraphs fall on the same side.
    """
    out = [paragraph.source == "trial" for paragraph in paragraphs]
    for source, every in (("cmrc", HELD_CMRC), ("drcd", HELD_DRCD)):
        members = [i for i, paragraph in enumerate(paragraphs) if paragraph.source == source]
        for number, family in enumerate(families([paragraphs[i].text for i in members]), 1):
            if number % every == 0:
                for member in family:
                    out[members[member]] = True
    return out
