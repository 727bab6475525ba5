"""``ask``: from a question over a Library to an Answer with exact citations."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qa.library import Library
from qa.retriever.retriever import checked
from qa.text.normalise import searchable
from qa.types import Alternative, Answer, Citation, Document, Hit, Turn

if TYPE_CHECKING:
    from embeddings import Embedder
    from qa.reader.base import Candidate, Reader

# Passages that are read for an answer, and shown as the nearest ones beside it.
READ = 5
ALTERNATIVES = 4
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
    reader: Reader | None = None,
) -> Answer:
    """Answer a question in the words of the Library's documents, or abstain.

    ``history`` holds the earlier questions of the conversation, oldest first, as strings or ``Turn``s; a question
    that leans on them is completed from them, and ``Answer.question`` says how it was understood. The filters are
    those of ``Library.search``. ``reader`` replaces the default answer selector. ``library`` may be a folder, which
    must then exist.

    Raises ``QuestionError`` for an empty question or one of more than 2,000 characters, ``LibraryError`` when the
    Library cannot be opened.
    """
    if not isinstance(library, Library):
        with Library.open(library, create=False) as opened:
            return ask(
                question,
                library=opened,
                history=history,
                documents=documents,
                organisation=organisation,
                since=since,
                until=until,
                reader=reader,
            )
    clock = _Clock()
    question = checked(question)
    with clock.stage("followup"):
        standalone = _standalone(question, history)
    with clock.stage("retrieve"):
        hits = library.search(
            standalone, READ, documents=documents, organisation=organisation, since=since, until=until
        )
    return _answered(standalone, hits, library, reader, clock)


def answer_from(
    question: str, hits: Sequence[Hit], *, library: Library | str | os.PathLike[str], reader: Reader | None = None
) -> Answer:
    """Answer a standalone question from these passages alone, best first: ``ask`` without retrieval.

    ``hits`` come from ``library.search``. Raises what ``ask`` raises.
    """
    if not isinstance(library, Library):
        with Library.open(library, create=False) as opened:
            return answer_from(question, hits, library=opened, reader=reader)
    return _answered(checked(question), hits, library, reader, _Clock())


def _answered(question: str, hits: Sequence[Hit], library: Library, reader: Reader | None, clock: _Clock) -> Answer:
    with clock.stage("read"):
        if reader is None and hits:
            reader = default_reader(library)
        candidates = reader.read(question, hits) if reader is not None and hits else []
    with clock.stage("select"):
        texts = {
            identifier: library.document(identifier)
            for identifier in dict.fromkeys(c.hit.passage.document_id for c in candidates)
        }
        merged = [_alternative(group, texts) for group in _same_answers(candidates)]
        threshold = reader.threshold if reader is not None else 1.0
        best = merged[0] if merged and merged[0][0].confidence >= threshold else None
    return Answer(
        text=best[0].text if best else "",
        citations=best[1] if best else (),
        confidence=merged[0][0].confidence if merged else 0.0,
        abstained=best is None,
        question=question,
        alternatives=tuple(a for a, _ in merged[1 if best else 0 :][:ALTERNATIVES]),
        nearest=tuple(hits),
        timings=clock.timings(),
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


def _standalone(question: str, history: Sequence[str | Turn]) -> str:
    if not history:
        return question
    from qa.followup import standalone

    if isinstance(history, str):
        history = [history]
    return standalone(question, [turn if isinstance(turn, str) else turn.question for turn in history])


def default_reader(library: Library) -> Reader:
    """The reader that ``ask`` uses for this Library; it loads the Library's embedding model."""
    return _reader_over(library.embedder)


@lru_cache(maxsize=4)
def _reader_over(embedder: Embedder) -> Reader:
    from qa.reader.first import FirstSelector

    return FirstSelector(embedder)


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


def _alternative(
    group: Sequence[Candidate], documents: dict[str, Document]
) -> tuple[Alternative, tuple[Citation, ...]]:
    citations: dict[tuple[str, int, int], Citation] = {}
    for candidate in group:
        document = documents[candidate.hit.passage.document_id]
        citation = Citation(
            document.text[candidate.start : candidate.end],
            candidate.start,
            candidate.end,
            document,
            candidate.hit.passage,
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
        self._stages[name] = time.perf_counter() - start

    def timings(self) -> dict[str, float]:
        return {**self._stages, "total": time.perf_counter() - self._start}
