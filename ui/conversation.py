"""One conversation: the exchanges so far, and how the next question goes from asked to answered."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qa import Answer, Document, LibraryError, Turn, YindaError, ask
from ui.text import Texts

if TYPE_CHECKING:
    from qa import Library
    from ui.warm import WarmUp

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what became of it: a ``status`` while it is worked on, then an answer or an error.

    ``documents`` are those of ``answer.nearest`` by id. ``id`` names it in the feedback.
    """

    question: str
    status: str = ""
    answer: Answer | None = None
    documents: Mapping[str, Document] = field(default_factory=dict)
    error: str = ""
    hint: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def finished(self) -> bool:
        """Whether there is an answer or an error."""
        return self.answer is not None or bool(self.error)


def answering(
    question: str, earlier: Sequence[Exchange], library: Library, warm: WarmUp, texts: Texts
) -> Iterator[Exchange]:
    """The exchange of ``question``, as it proceeds; the last one yielded is finished. Never raises."""
    exchange = Exchange(question)
    try:
        if not warm.done:
            yield replace(exchange, status=texts.loading_model)
            warm.wait()
        history = turns(earlier)
        if history:
            yield replace(exchange, status=texts.following)
        else:
            yield replace(exchange, status=texts.searching)
            hits = library.search(question, 5)
            found = _documents(library, [hit.passage.document_id for hit in hits])
            titles = "".join(dict.fromkeys(f"《{document.title}》" for document in found.values()))
            if hits:
                yield replace(exchange, status=texts.found.format(count=len(hits), titles=titles))
        answer = ask(question, library=library, history=history)
        documents = _documents(library, [hit.passage.document_id for hit in answer.nearest])
        yield replace(exchange, answer=answer, documents=documents)
    except YindaError as error:
        yield replace(exchange, error=error.message, hint=error.hint)
    except Exception:
        # The window outlives whatever one question does; the terminal has the details.
        _log.exception("a question failed")
        yield replace(exchange, error=texts.unexpected, hint=texts.unexpected_hint)


def turns(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The exchanges that were answered, as the history of the next question."""
    return [Turn(done.question, done.answer) for done in exchanges if done.answer is not None]


def _documents(library: Library, identifiers: Sequence[str]) -> dict[str, Document]:
    documents = {}
    for identifier in dict.fromkeys(identifiers):
        try:
            documents[identifier] = library.document(identifier)
        except LibraryError:  # removed since it was found
            continue
    return documents
