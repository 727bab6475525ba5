"""``ask``: from a question over a Library to an Answer with exact citations."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qa.library import Library
from qa.retriever.retriever import checked
from qa.text.normalise import searchable
from qa.types import Alternative, Answer, Citation, Document, Turn

if TYPE_CHECKING:
    from embeddings import Embedder
    from qa.reader.base import Candidate, Reader

# Passages that are read for an answer, and shown as the nearest ones beside it.
READ = 5
ALTERNATIVES = 4


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
    with clock.stage("read"):
        if reader is None and hits:
            reader = _default_reader(library.embedder)
        candidates = reader.read(standalone, hits) if reader is not None and hits else []
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
        question=standalone,
        alternatives=tuple(a for a, _ in merged[1 if best else 0 :][:ALTERNATIVES]),
        nearest=tuple(hits),
        timings=clock.timings(),
    )


def ask_many(questions: Iterable[str], *, library: Library | str | os.PathLike[str], **options: Any) -> list[Answer]:
    """Answer independent questions, in their order; takes the options of ``ask``."""
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

    return standalone(question, [turn if isinstance(turn, str) else turn.question for turn in history])


@lru_cache(maxsize=4)
def _default_reader(embedder: Embedder) -> Reader:
    from qa.reader.first import FirstSelector

    return FirstSelector(embedder)


def _same_answers(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Candidates grouped by the same answer, the best group first, the best candidate first in each."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in sorted(candidates, key=lambda c: -c.confidence):
        key = "".join(c for c in searchable(candidate.text) if c.isalnum() or c in ".%")
        groups.setdefault(key, []).append(candidate)
    return list(groups.values())


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
