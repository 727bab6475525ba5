"""A Library's text as the rules read it: sentences with their document, their passage, and the year they speak of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from qa.library import Library
from qa.reader import question
from qa.text.normalise import fold
from qa.text.sentences import split_sentences
from qa.types import Document, Passage

Mode = Literal["done", "plan", ""]

_REPORT = re.compile(r"工作报告|统计公报|工作总结")
_RULES = re.compile(r"(?:法|法典|条例|办法|规定|细则|手册|章程|规则|制度|准则|规程|规范|解释)(?:\([^()]*\))?$")
_INNER = re.compile(r"《([^《》]+)》")
_OPENING = re.compile(r"^\W+|\s+$")
_GOVERNMENT = re.compile(r"^(?P<place>[\u4e00-\u9fff]{2,14}?(?:省|市|区|县|旗|州|盟|镇|乡))(?:人民)?政府")
_TITLE_PLACE = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,14}?(?:省|自治区|市|区|县|旗|州|盟|镇|乡))(?:\d{4}年)?(?:政府工作报告|.{0,6}统计公报)"
)
_DONE = re.compile(r"回顾|成就|总结|完成情况|执行情况|过去一年")
_PLAN = re.compile(r"安排|任务|目标|打算|计划|部署|建议|总体要求|重点工作|思路|预期")
# A figure over several years, or since some time: not that of one year.
_PERIOD = re.compile(
    r"[二两三四五六七八九十\d]年(?:来|间|内|以来|任期)|五年|以来|累计|年均|十[二三四]五|连续|本届|近[几\d]年"
)
_LOOSE_COMMA = re.compile(r"(?<!\d),|,(?!\d)")
_LAST = re.compile(r"去年|(?<![比较超])上年")
_THIS = re.compile(r"今年|本年")


@dataclass(frozen=True, slots=True)
class Source:
    """A document and what is known of it; ``place`` is whose government it is, ``rules`` the name of a regulation."""

    document: Document
    name: str
    passages: tuple[Passage, ...]
    folded: str = field(repr=False)
    place: str = ""
    year: str = ""
    is_report: bool = False
    rules: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a passage; ``start`` is its offset in the document, ``folded`` has the length of ``text``.

    ``year`` is the one year that it surely speaks of, else "". ``mode``: what was done or what is planned, where the
    headings say so. ``period``: it sums up several years, or names several.
    """

    source: Source
    passage: Passage
    text: str
    folded: str
    start: int
    year: str = ""
    mode: Mode = ""
    period: bool = False
    opens: bool = False


class Corpus:
    """Text of a Library, for proposing questions from it and for looking up whether it says something.

    ``documents`` come with their file's name and their passages in order. ``partial``: the Library holds others, too,
    so that a question has to name its place however many places these documents tell of.
    """

    def __init__(self, documents: Sequence[tuple[Document, str, Sequence[Passage]]], *, partial: bool = False) -> None:
        self.sources = tuple(_source(*entry) for entry in documents)
        places = {source.place for source in self.sources if source.place}
        self.names_places = partial or len(places) > 1
        # Two documents of one name, versions of a regulation say, are told apart by no question that names it.
        self.same_name = frozenset(name for name, count in Counter(s.rules for s in self.sources).items() if count > 1)
        self._statements: dict[tuple[str, int], list[Statement]] = {}

    @classmethod
    def of(cls, library: Library, documents: Sequence[str] | None = None, *, partial: bool = False) -> Corpus:
        """The corpus of an open Library, or of these documents (ids) of it; texts are held in memory."""
        chosen = library.documents() if documents is None else [library.document(each) for each in documents]
        return cls(
            [(document, _file_name(library, document), library.passages(document.id)) for document in chosen],
            partial=partial,
        )

    @cached_property
    def years(self) -> frozenset[str]:
        """The years that its documents name or tell of."""
        years: set[str] = set()
        for source in self.sources:
            years |= years_in(source.folded)
            # A report of 2024 tells of last year and plans this one without naming them.
            if source.year:
                years |= {source.year, str(int(source.year) - 1)}
        return frozenset(years)

    def says(self, words: str) -> bool:
        """Whether any document has ``words``, folded and without spaces."""
        needle = fold(words)
        return any(needle in source.folded for source in self.sources)

    def statements(self, source: Source) -> list[Statement]:
        """The sentences of a document's passages, in order."""
        return [statement for passage in source.passages for statement in self.statements_in(source, passage)]

    def at(self, source: Source, offset: int) -> Statement | None:
        """The sentence at an offset, or None between passages."""
        index = bisect_right(source.passages, offset, key=lambda p: p.start) - 1
        if index < 0:
            return None
        statements = self.statements_in(source, source.passages[index])
        place = bisect_right(statements, offset, key=lambda s: s.start) - 1
        if place < 0 or offset >= statements[place].start + len(statements[place].text):
            return None
        return statements[place]

    def statements_in(self, source: Source, passage: Passage) -> list[Statement]:
        """The sentences of one of a document's passages."""
        key = passage.document_id, passage.id
        if key not in self._statements:
            self._statements[key] = list(statements_of(source, passage))
        return self._statements[key]


def years_in(folded: str) -> frozenset[str]:
    """The years that a text names; a comma that groups no digits parts a year from what stands before it."""
    return question.years_in(_LOOSE_COMMA.sub(" ", folded))


def _file_name(library: Library, document: Document) -> str:
    return Path(document.path).name if document.path else library.original(document.id)[0]


def _source(document: Document, name: str, passages: Sequence[Passage]) -> Source:
    title = fold(document.title)
    is_report = bool(_REPORT.search(title))
    named = sorted(years_in(title))
    year = named[0] if len(named) == 1 else (document.date or "")[:4] if is_report else ""
    government = _GOVERNMENT.match(document.organisation or "") or _TITLE_PLACE.search(re.sub(r"^\d{4}年", "", title))
    return Source(
        document,
        name,
        tuple(passages),
        fold(document.text),
        government["place"] if government else "",
        year if is_report else "",
        is_report,
        _rules(document.title),
    )


def _rules(title: str) -> str:
    """The name of the regulation that a title is, or that it issues."""
    inner = _INNER.search(title)
    name = inner[1] if inner else title
    return name.strip() if _RULES.search(fold(name).strip()) and 3 <= len(name) <= 40 else ""


def statements_of(source: Source, passage: Passage) -> Iterator[Statement]:
    """The sentences of one passage."""
    headings = [fold(heading) for heading in passage.heading_path]
    heading_years = next((y for h in reversed(headings) if (y := years_in(h))), frozenset[str]())
    joined = " ".join(headings)
    mode: Mode = ""
    if source.is_report:
        mode = "done" if _DONE.search(joined) else "plan" if _PLAN.search(joined) else ""
    period = bool(_PERIOD.search(joined)) or len(heading_years) > 1
    shown = fold(passage.text)
    text = source.document.text
    for start, end in split_sentences(text, passage.start, passage.end):
        sentence = text[start:end]
        folded = source.folded[start:end]
        own = years_in(folded)
        this, last = bool(_THIS.search(folded)), bool(_LAST.search(folded))
        year = ""
        if len(own) + this + last > 1:
            period_here = True
        else:
            period_here = bool(_PERIOD.search(folded))
            if own:
                year = next(iter(own))
            elif source.year and this:
                year = source.year
            elif source.year and last:
                year = str(int(source.year) - 1)
            elif len(heading_years) == 1:
                year = next(iter(heading_years))
            elif source.year and mode and source.is_report and not period:
                year = str(int(source.year) - (mode == "done"))
        here: Mode = mode
        if re.search(r"预期目标|主要目标|力争|确保|计划|拟", folded):
            here = "plan"
        elif last:
            here = "done"
        if here == "plan" and source.year and year and year < source.year:
            here = "done"  # 完成年度计划: the words of a plan, told of a year that is over
        before = shown[: max(0, start - passage.start)]
        yield Statement(
            source,
            passage,
            sentence,
            folded,
            start,
            year,
            here,
            period or period_here,
            not before.strip() or before[-1:] == "\n",
        )
