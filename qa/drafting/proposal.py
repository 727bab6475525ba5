"""What the rules give, and whether the Library answers it in one way only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.drafting.corpus import Corpus, Mode, Source, Statement
from qa.drafting.wording import clauses
from qa.reader.question import Kind
from qa.reader.spans import typed_spans
from qa.text.normalise import searchable

# How far behind the subject a figure may stand, and what is looked at behind an occurrence of it.
_REACH = 40
_CHANGE = re.compile(r"(?:增长|增速|增幅|下降|上升|上涨|提高|提升|增加|减少|降低|回落|同比|增|降)[了到至为达约]{0,2}$")
_IDLE = re.compile(r"[\s,。、]|^(?:约|近|超过|超|达到|达|突破)|(?:左右|以上)$")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a figure or date was asked of, to find other places that would answer the same question.

    ``subject`` and then ``tail`` (folded) stand in the text in this order; spans of ``kinds`` answer.
    """

    subject: str
    kinds: frozenset[Kind]
    change: bool = False
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A question whose answer is ``start:end`` of the statement's document; none when it is unanswerable."""

    statement: Statement
    question: str
    start: int
    end: int
    kind: str
    rule: str
    asked: Asked | None = None
    answerable: bool = True

    @property
    def answer(self) -> str:
        """The exact text of the answer."""
        return self.statement.source.document.text[self.start : self.end] if self.answerable else ""


def answered_otherwise(corpus: Corpus, proposal: Proposal, *, everywhere: bool) -> bool:
    """Whether another sentence gives another answer to the same question.

    It does when it has the subject, a span of the same kind in the same clause, and no other year (nor a plan where a
    result is asked) that would tell them apart. With ``everywhere`` documents of other places count too.
    """
    asked = proposal.asked
    if asked is None:
        return False
    own = _value(proposal.answer)
    here = proposal.statement
    for source in corpus.sources:
        if not everywhere and source.place and source.place != here.source.place:
            continue
        for other, value in _values(corpus, source, asked):
            if value == own or (other.year and here.year and other.year != here.year):
                continue
            if _apart(here.mode, other.mode):
                continue
            return True
    return False


def _apart(one: Mode, other: Mode) -> bool:
    return bool(one and other and one != other)


def _values(corpus: Corpus, source: Source, asked: Asked) -> Iterator[tuple[Statement, str]]:
    at = source.folded.find(asked.subject)
    while at >= 0:
        statement = corpus.at(source, at)
        if statement is not None:
            rest = statement.folded[at - statement.start + len(asked.subject) :]
            parts = [rest[a:b] for a, b in clauses(rest)][: 2 if asked.change else 1]
            for part in parts:
                window = part[:_REACH]
                if asked.tail and asked.tail not in window:
                    continue
                for span in typed_spans(window, asked.kinds):
                    if bool(_CHANGE.search(window[: span.start])) == asked.change:
                        yield statement, _value(window[span.start : span.end])
        at = source.folded.find(asked.subject, at + 1)


def _value(text: str) -> str:
    return _IDLE.sub("", searchable(text))
