"""``ask``: from a question over a Library to an Answer with exact citations."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qa.errors import QuestionError
from qa.library import Library
from qa.retriever.retriever import checked
from qa.text.normalise import searchable
from qa.types import Alternative, Answer, Citation, Document, Hit, Turn

if TYPE_CHECKING:
    from qa.followup import Understanding
    from qa.reader.base import Candidate, Reader

# Passages that are read for an answer, and shown as the nearest ones beside it.
READ = 5
ALTERNATIVES = 4
# How often a question is asked when somebody changes what is being read for it.
ATTEMPTS = 3
PART = "；"
"""What stands between the parts of an answer to a question for several things, where they stand apart."""
_GROUPING = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
_MARKS = r"[\s.,、。;:!?\"'“”‘’()「」『』《》〈〉【】\[\]]"
_IDLE_MARKS = re.compile(rf"(?<![0-9]){_MARKS}|{_MARKS}(?![0-9])")


def ask(
    question: str,
    *,
    library: Library | str | os.PathLike[str],
    history: Sequence[str | Turn] = (),
    documents: str | Iterable[str] | None = None,
    organisation: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    min_confidence: float | None = None,
    reader: Reader | None = None,
) -> Answer:
    """Answer a question in the words of the Library's documents, or abstain.

    ``history`` holds the earlier questions of the conversation, oldest first, as strings or ``Turn``s; a question
    that leans on them is completed from them, and ``Answer.question`` says how it was understood. It is first asked of
    the documents from which the question before was answered (``qa.followup.focus``). The filters are
    those of ``Library.search``. An answer of less than ``min_confidence`` (0..1; by default the reader's threshold) is
    not given: lower answers more, higher is wrong less often. ``reader`` replaces the default one. ``library`` may be
    a folder, which must then exist.

    Raises ``QuestionError`` for an empty question or one of more than 2,000 characters, and for a ``min_confidence``
    outside 0..1; ``LibraryError`` when the Library cannot be opened.
    """
    options: dict[str, Any] = {
        "history": history,
        "documents": documents,
        "organisation": organisation,
        "since": since,
        "until": until,
        "min_confidence": min_confidence,
        "reader": reader,
    }
    if not isinstance(library, Library):
        with Library.open(library, create=False) as opened:
            return ask(question, library=opened, **options)
    *_, last = ask_in_stages(question, library=library, **options)
    assert last.answer is not None
    return last.answer


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a question has come: understood, then the passages found for it, then its answer.

    ``carried``: (start, end) in ``question`` of what comes from the history. ``within``: while only they are asked, the
    ids of the documents that a follow-up means. The last stage has the ``answer``.
    """

    question: str
    carried: tuple[tuple[int, int], ...] = ()
    within: tuple[str, ...] = ()
    hits: tuple[Hit, ...] = ()
    answer: Answer | None = None


def ask_in_stages(
    question: str,
    *,
    library: Library,
    history: Sequence[str | Turn] = (),
    documents: str | Iterable[str] | None = None,
    organisation: str | None = None,
    since: str | date | None = None,
    until: str | date | None = None,
    min_confidence: float | None = None,
    reader: Reader | None = None,
) -> Iterator[Stage]:
    """``ask``, for those who want to show how it proceeds; takes and raises what it does."""
    clock = _Clock()
    question = checked(question)
    _check_confidence(min_confidence)
    filters: dict[str, Any] = {"organisation": organisation, "since": since, "until": until}
    wanted = None if documents is None else (documents,) if isinstance(documents, str) else tuple(documents)
    now = Stage(question)
    with clock.stage("followup"):
        scopes: list[Sequence[str] | None] = [wanted]
        if history:
            from qa.followup import understood

            history = [history] if isinstance(history, str) else list(history)
            understanding = understood(question, history)
            now = Stage(understanding.standalone, tuple(understanding.parts))
            scopes = _scopes(understanding, history, library, wanted, reader=reader, **filters)
    yield now
    for scope in scopes:
        within = () if scope is scopes[-1] or scope is None else tuple(scope)
        for attempts_left in reversed(range(ATTEMPTS)):
            with clock.stage("retrieve"):
                hits = library.search(now.question, READ, documents=scope, **filters)
            now = replace(now, within=within, hits=tuple(hits))
            yield now
            answer = _answered(now.question, hits, library, reader, min_confidence, clock)
            # Somebody changed what was being read: what stands in its place now may answer.
            if len(answer.nearest) == len(hits) or not attempts_left:
                break
        if not answer.abstained:
            break
    yield replace(now, answer=answer)


def _scopes(
    understanding: Understanding,
    history: Sequence[str | Turn],
    library: Library,
    documents: Sequence[str] | None,
    **options: Any,
) -> list[Sequence[str] | None]:
    """Which documents are asked, in turn until there is an answer: first those that a follow-up means. None is all.

    ``options`` are those of ``ask``, with which earlier questions are answered of which ``history`` does not tell the
    answer.
    """
    from qa.followup import documents_meant

    def answered(question: str, before: Sequence[str | Turn]) -> Answer:
        return ask(question, library=library, history=before, documents=documents, **options)

    scopes: list[Sequence[str] | None] = [documents]
    counts = library.passage_counts()
    held = counts if documents is None else [each for each in documents if each in counts]
    if len(held) > 1:
        meant = [each for each in documents_meant(understanding, history, answered) if each in held]
        if meant:
            scopes.insert(0, meant)
    return scopes


def answer_from(
    question: str,
    hits: Sequence[Hit],
    *,
    library: Library | str | os.PathLike[str],
    min_confidence: float | None = None,
    reader: Reader | None = None,
) -> Answer:
    """Answer a standalone question from these passages alone, best first: ``ask`` without retrieval.

    ``hits`` come from ``library.search``. Raises what ``ask`` raises.
    """
    if not isinstance(library, Library):
        with Library.open(library, create=False) as opened:
            return answer_from(question, hits, library=opened, min_confidence=min_confidence, reader=reader)
    _check_confidence(min_confidence)
    return _answered(checked(question), hits, library, reader, min_confidence, _Clock())


def _check_confidence(value: float | None) -> None:
    if value is not None and not 0 <= value <= 1:
        raise QuestionError(
            f"the least confidence is {value}, and a probability is between 0 and 1",
            "leave it out for the default, or try 0.3 for more answers, 0.8 for surer ones",
        )


def _answered(
    question: str,
    hits: Sequence[Hit],
    library: Library,
    reader: Reader | None,
    min_confidence: float | None,
    clock: _Clock,
) -> Answer:
    with clock.stage("read"):
        if reader is None and hits:
            reader = default_reader(library)
        candidates = reader.read(question, hits) if reader is not None and hits else []
    # All that is cited is of one state of the Library, in which nothing of it is removed or replaced.
    with clock.stage("select"), library.snapshot():
        hits = library.still_there(hits)
        there = {hit.passage.id for hit in hits}
        candidates = [c for c in candidates if c.hit.passage.id in there]
        texts = {
            identifier: library.document(identifier)
            for identifier in dict.fromkeys(c.hit.passage.document_id for c in candidates)
        }
        groups = _same_answers(candidates)
        merged = [_alternative(group, texts, library) for group in groups]
        threshold = min_confidence if min_confidence is not None else reader.threshold if reader is not None else 1.0
        best = merged[0] if merged and merged[0][0].confidence >= threshold else None
        parts = _parts(question, merged, threshold) if best else []
        apart = _disagreements(question, groups, merged[0], texts, threshold, library) if best else {}
    return Answer(
        text=PART.join(a.text for a, _ in parts),
        citations=tuple(citation for _, cited in parts for citation in cited),
        confidence=merged[0][0].confidence if merged else 0.0,
        abstained=best is None,
        question=question,
        alternatives=tuple(each[0] for number, each in enumerate(merged) if each not in parts and number not in apart)[
            :ALTERNATIVES
        ],
        nearest=tuple(hits),
        timings=clock.timings(),
        disagreements=tuple(apart.values()),
    )


def ask_many(questions: Iterable[str], *, library: Library | str | os.PathLike[str], **options: Any) -> list[Answer]:
    """Answer independent questions, in their order; takes the options of ``ask``."""
    if options.get("documents") is not None and not isinstance(options["documents"], str):
        options["documents"] = list(options["documents"])  # an iterator would be used up by the first question
    if isinstance(library, Library):
        return [ask(question, library=library, **options) for question in questions]
    with Library.open(library, create=False) as opened:
        return ask_many(questions, library=opened, **options)


async def ask_async(question: str, *, library: Library | str | os.PathLike[str], **options: Any) -> Answer:
    """``ask`` for asynchronous programs: it runs in a thread, and the event loop goes on."""
    return await asyncio.to_thread(ask, question, library=library, **options)


def _parts(
    question: str, merged: Sequence[tuple[Alternative, tuple[Citation, ...]]], threshold: float
) -> list[tuple[Alternative, tuple[Citation, ...]]]:
    """The best answer; to a question for several things, also the others that are surely given, in their order."""
    from qa.reader.question import Kind
    from qa.reader.selection import analysed
    from qa.reader.things import things

    if analysed(question).kind is not Kind.LIST:
        return [merged[0]]
    sure = [each for each in merged if each[0].confidence >= max(threshold, merged[0][0].confidence / 2)]
    first = merged[0][0].citation.document.id
    apart = [each for each in sure if each[0].citation.document.id == first]
    # 文昌街 is said where 泽州路、文昌街 is.
    lists = [(each[0].text, parts) for each in apart if len(parts := things(each[0].text)) > 1]
    listed = {_answer_key(text[start:end]) for text, parts in lists for start, end in parts}
    apart = [each for each in apart if _answer_key(each[0].text) not in listed]
    return sorted(apart, key=lambda each: each[0].citation.start)


def _disagreements(
    question: str,
    groups: Sequence[Sequence[Candidate]],
    given: tuple[Alternative, tuple[Citation, ...]],
    documents: dict[str, Document],
    threshold: float,
    library: Library,
) -> dict[int, Alternative]:
    """What other documents than those cited would be answered with too, by the number of its group; one a document.

    Two documents that tell of one thing in their own years are read with much the same confidence; less than half of
    the best one's tells of something else, as it does for citations and parts. What tells of another year, place or
    aspect than the question asks for is no disagreement, however sure. Nor are reasons and definitions: each document
    has its own words for them. Only passages that the reader read can disagree.
    """
    from qa.period import Verdict
    from qa.reader.question import Kind
    from qa.reader.selection import agreement_with, analysed

    if analysed(question).kind in (Kind.LIST, Kind.REASON, Kind.DEFINITION, Kind.OTHER):
        return {}
    best, cited = given
    bound = max(threshold, best.confidence / 2)
    heard = {citation.document.id for citation in cited}
    found: dict[int, Alternative] = {}
    for number, group in enumerate(groups[1:], 1):
        said = []
        for candidate in group:
            passage = candidate.hit.passage
            if candidate.confidence < bound or passage.document_id in heard:
                continue
            agreed = agreement_with(question, candidate.hit, candidate.start - passage.start)
            if Verdict.MISMATCH not in (agreed.period, agreed.place, agreed.aspect):
                said.append(candidate)
        if not said:
            continue
        heard |= {candidate.hit.passage.document_id for candidate in said}
        if not any(says_the_same(said[0].text, other.text) for other in (best, *found.values())):
            found[number] = _alternative(said, documents, library)[0]
    return found


def default_reader(library: Library) -> Reader:
    """The reader that ``ask`` uses for this Library."""
    return _reader()


@lru_cache(maxsize=1)
def _reader() -> Reader:
    from qa.reader.trained import TrainedReader

    return TrainedReader()


def _same_answers(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates grouped by the same answer, the best group first, the best candidate first in each."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: -c.confidence):
        groups.setdefault(_answer_key(candidate.text), []).append(candidate)
    return list(groups.values())


def _answer_key(text: str) -> str:
    """What answers must share to be the same: signs, units and marks between digits tell them apart (-3, 3—5, 1:10)."""
    folded = searchable(text)
    return _IDLE_MARKS.sub("", _GROUPING.sub("", folded)) or folded


_HAN_NUMERALS = "〇零一二两三四五六七八九十百千万亿"
_IN_NUMBER = re.compile(rf"[0-9.+{_HAN_NUMERALS}-]$")
_NUMBER_GOES_ON = re.compile(rf"[0-9.{_HAN_NUMERALS}%‰]")


def says_the_same(one: str, other: str) -> bool:
    """Whether two answers are the same, or one is the other with more words: 6%左右 and 6%, but not 15.8% and 5.8%."""
    short, long = sorted((_answer_key(one), _answer_key(other)), key=len)
    at = long.find(short)
    while at >= 0:
        before, behind = long[:at], long[at + len(short) :]
        cut = (_is_numeral(short[:1]) and _IN_NUMBER.search(before)) or (
            _is_numeral(short[-1:]) and _NUMBER_GOES_ON.match(behind)
        )
        if not cut:
            return True
        at = long.find(short, at + 1)
    return False


def _is_numeral(character: str) -> bool:
    return character.isdigit() or (bool(character) and character in _HAN_NUMERALS)


def _alternative(
    group: Sequence[Candidate], documents: dict[str, Document], library: Library
) -> tuple[Alternative, tuple[Citation, ...]]:
    """The answer of a group, and its citations: the same words that surely answer elsewhere, too.

    6.1% stands in many places; one that is far less sure than the best tells of something else.
    """
    citations: dict[tuple[str, int, int], Citation] = {}
    for candidate in group:
        if candidate.confidence < group[0].confidence / 2:
            continue
        document = documents[candidate.hit.passage.document_id]
        citation = Citation(
            document.text[candidate.start : candidate.end],
            candidate.start,
            candidate.end,
            document,
            candidate.hit.passage,
            library.page_of(document.id, candidate.start),
            tuple(library.document(identifier) for identifier in candidate.hit.also),
        )
        citations.setdefault((document.id, candidate.start, candidate.end), citation)
    cited = tuple(citations.values())
    return Alternative(cited[0].quote, group[0].confidence, cited[0]), cited


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self._stages[name] = self._stages.get(name, 0.0) + time.perf_counter() - start

    def timings(self) -> dict[str, float]:
        return {**self._stages, "total": time.perf_counter() - self._start}
