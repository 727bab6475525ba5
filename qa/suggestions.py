"""Questions to click: proposed by rule from a Library's sentences, then asked, and shown only when answered."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.types import Answer, Hit, Passage

if TYPE_CHECKING:
    from qa.drafting import Corpus, Proposal, Statement
    from qa.library import Library

# Documents that are looked into, and sentences read, however large the Library is: a few hundred milliseconds.
_DOCUMENTS = 8
_SENTENCES = 600
# Enough to choose from, for each one that is wanted; and how many are asked for each at most.
_SURPLUS = 12
_ASKED = 4
# The part of the time that may go by before the first one is asked.
_TO_PROPOSE = 1 / 3
# How far around a passage its neighbours may be asked about instead.
_AROUND = 2
# What is chosen in turn: a figure, its growth and a count are much the same to a reader.
_FAMILIES = (("figure", "growth", "count"), ("date",), ("person",), ("list",), ("definition",), ("section",))


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the Library answers with ``answer``, from the passage ``passage_id`` of ``document_id``."""

    question: str
    document_id: str
    passage_id: int
    answer: str


def suggested(
    library: Library,
    k: int = 4,
    *,
    documents: Sequence[str] | None = None,
    near: Sequence[Hit] | Sequence[Passage] = (),
    seed: int = 0,
    deadline: float | None = None,
) -> list[Suggestion]:
    """Up to ``k`` questions that a person could ask, spread over documents and kinds; each one has been asked.

    A question is kept when ``ask`` answers it with the words that it was made from, and no other document says
    otherwise. ``documents`` (ids) restrict both. With ``near``, questions about these passages (best first) and those
    beside them, for what could be asked instead, or next. Documents, passages and questions are drawn by ``seed``: the
    same Library and seed give the same questions, another seed others. After ``deadline`` seconds what was found by
    then is returned; a question that is being asked is waited for, and so is the loading of models at first.

    There may be fewer than ``k``, or none: only questions that read well by themselves are shown. Ids that are not in
    the Library find nothing. Raises ``LibraryError`` when the Library cannot be read.
    """
    from qa.drafting import spread

    start = time.perf_counter()
    end, proposed_by = (None, None) if deadline is None else (start + deadline, start + deadline * _TO_PROPOSE)
    rng = random.Random(seed)
    corpus, statements = _around(library, near, documents) if near else _drawn(library, documents, rng)
    found: list[Suggestion] = []
    pools = _pools(corpus, statements, k, proposed_by)
    if not near:
        for pool in pools:
            rng.shuffle(pool)
    for asked, proposal in enumerate(spread(corpus, pools)):
        if len(found) >= k or asked >= k * _ASKED or _over(end):
            break
        suggestion = _confirmed(library, proposal, documents)
        if suggestion is not None:
            found.append(suggestion)
    return found


def _over(end: float | None) -> bool:
    return end is not None and time.perf_counter() >= end


def _here(library: Library, documents: Sequence[str] | None) -> list[str]:
    """The ids of those documents that have passages, in a fixed order."""
    here = library.passage_counts()
    return sorted(here if documents is None else {each for each in documents if each in here})


def _drawn(library: Library, documents: Sequence[str] | None, rng: random.Random) -> tuple[Corpus, Iterable[Statement]]:
    from qa.drafting import Corpus, in_turn

    here = _here(library, documents)
    drawn = rng.sample(here, min(_DOCUMENTS, len(here)))
    corpus = Corpus.of(library, drawn, partial=len(drawn) < len(here))
    return corpus, in_turn(corpus, rng)


def _around(
    library: Library, near: Sequence[Hit] | Sequence[Passage], documents: Sequence[str] | None
) -> tuple[Corpus, Iterable[Statement]]:
    """The sentences of these passages, and then of those beside them."""
    from qa.drafting import Corpus

    here = _here(library, documents)
    passages = [each.passage if isinstance(each, Hit) else each for each in near]
    among = [each for each in dict.fromkeys(p.document_id for p in passages) if each in set(here)][:_DOCUMENTS]
    corpus = Corpus.of(library, among, partial=len(among) < len(here))
    sources = {source.document.id: source for source in corpus.sources}

    def sentences() -> Iterator[Statement]:
        read: set[tuple[str, int]] = set()
        for distance in range(_AROUND + 1):
            for passage in passages:
                source = sources.get(passage.document_id)
                if source is None:
                    continue
                for each in source.passages:
                    place = each.document_id, each.ordinal
                    if abs(each.ordinal - passage.ordinal) == distance and place not in read:
                        read.add(place)
                        yield from corpus.statements_in(source, each)

    return corpus, sentences()


def _pools(corpus: Corpus, statements: Iterable[Statement], k: int, end: float | None) -> list[list[Proposal]]:
    """Proposals that read well, by family of kinds; figures are many, so that it goes on for others."""
    from qa.drafting import proposals_of
    from qa.drafting.legible import is_legible

    pools: list[list[Proposal]] = [[] for _ in _FAMILIES]
    for number, statement in enumerate(statements):
        others = sum(map(len, pools[1:]))
        if number >= _SENTENCES or _over(end) or (others >= k and others + len(pools[0]) >= k * _SURPLUS):
            break
        for proposal in proposals_of(statement, corpus):
            if is_legible(proposal, corpus):
                pools[next(i for i, family in enumerate(_FAMILIES) if proposal.kind in family)].append(proposal)
    return pools


def _confirmed(library: Library, proposal: Proposal, documents: Sequence[str] | None) -> Suggestion | None:
    """The suggestion, when the Library answers the question with the words that it was made from."""
    from qa.assistant import ask

    answer = ask(proposal.question, library=library, documents=documents)
    if answer.abstained or answer.disagreements or not _answers(answer, proposal):
        return None
    passage = proposal.statement.passage
    return Suggestion(proposal.question, passage.document_id, passage.id, answer.text)


# How many characters more or less the words of an answer may have: 约, 以上, and 3条断头路 behind a list's items.
_MORE, _MORE_OF_LIST = 2, 8


def _answers(answer: Answer, proposal: Proposal) -> bool:
    """Whether the answer is what the question was made from, and not cut off, nor more than that."""
    from qa.assistant import says_the_same

    document = proposal.statement.passage.document_id
    there = [
        citation
        for citation in answer.citations
        if citation.document.id == document and citation.start < proposal.end and proposal.start < citation.end
    ]
    if not there:
        return False
    start, end = min(citation.start for citation in there), max(citation.end for citation in there)
    more = end - start - (proposal.end - proposal.start)
    match proposal.kind:
        case "person":
            return more == 0
        case "list":
            return start <= proposal.start and proposal.end <= end and more <= _MORE_OF_LIST
        case _:
            return says_the_same(there[0].quote, proposal.answer) and abs(more) <= _MORE
