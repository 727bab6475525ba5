"""The value objects of Yinda's public face. All are frozen, picklable and free of behaviour worth mocking.

Offsets are Python string indices (code points) into ``Document.text``, end exclusive; the invariant
``document.text[citation.start:citation.end] == citation.quote`` holds for every Citation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Document:
    """One source as it was given.

    ``date`` is an ISO date of the precision that the source gives: ``2023``, ``2023-02`` or ``2023-02-24``;
    such strings sort and compare correctly. ``source`` is who published it (信息来源), as the text says. ``edited``
    names the fields that a person set (``Library.edit``): title, date, organisation, number. ``number`` is the one that
    the document goes by: 国发〔2023〕1号, 国务院令第714号, （2023）青01民终1234号.
    """

    id: str
    title: str
    text: str = field(repr=False)
    date: str | None = None
    organisation: str | None = None
    source: str | None = None
    media_type: str = "text/plain"
    path: str | None = None
    sha256: str = ""
    edited: tuple[str, ...] = ()
    number: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Metadata as JSON-ready values; the text is left out because it is large."""
        return {
            "id": self.id,
            "title": self.title,
            "date": self.date,
            "organisation": self.organisation,
            "number": self.number,
            "source": self.source,
            "media_type": self.media_type,
            "path": self.path,
            "sha256": self.sha256,
            "characters": len(self.text),
            "edited": list(self.edited),
        }


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What a list shows of a Document, without its text; ``Library.catalogue`` gives all of them fast.

    ``path`` is where the file is (None for an upload), ``file`` its name as it was given, ``characters`` the length of
    the text, ``passages`` how many there are, ``edited``, ``sha256`` and ``number`` as in Document. ``added`` grows in
    the order in which the documents came; it is no date.
    """

    id: str
    title: str
    date: str | None
    organisation: str | None
    source: str | None
    media_type: str
    path: str | None
    file: str
    characters: int
    passages: int
    edited: tuple[str, ...]
    added: int
    sha256: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph-sized piece of one Document; ``text`` equals ``document.text[start:end]``.

    ``page`` is the page, from 1, on which it begins, where the source has pages; it may go over to the next.
    """

    id: int
    document_id: str
    ordinal: int
    start: int
    end: int
    text: str
    heading_path: tuple[str, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one part of retrieval says of a Passage: its rank there (from 1) and its raw score."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A Passage that retrieval returned.

    ``score`` is the fused score (higher is better; see ``qa.retriever.fusion``), with what the agreement of year and
    place adds to it (see ``qa.retriever.circumstance``). ``dense`` (cosine) and ``lexical`` (BM25) say what each part
    contributed; ``lexical`` is ``None`` for a Passage that is not among its candidates. ``title``, ``date`` and
    ``organisation`` are the Document's; ``position`` is where the Passage starts in it, from 0 to 1. ``also`` are the
    ids of the Documents that are copies of this one and have the same Passage: they are no Hits of their own.
    """

    passage: Passage
    score: float
    dense: Contribution | None = None
    lexical: Contribution | None = None
    title: str = ""
    date: str | None = None
    organisation: str | None = None
    position: float | None = None
    also: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        p = self.passage
        return {
            "document_id": p.document_id,
            "title": self.title,
            "date": self.date,
            "passage_id": p.id,
            "start": p.start,
            "end": p.end,
            "text": p.text,
            "heading_path": list(p.heading_path),
            "page": p.page,
            "also": list(self.also),
            "score": self.score,
            "dense": None if self.dense is None else {"rank": self.dense.rank, "score": self.dense.score},
            "lexical": None if self.lexical is None else {"rank": self.lexical.rank, "score": self.lexical.score},
        }


@dataclass(frozen=True, slots=True)
class Span:
    """Exact offsets in a Document's text, end exclusive."""

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Citation:
    """A Span with its Document, the Passage around it, and the quoted text.

    ``page`` is the page, from 1, on which the quote begins, where the source has pages; the Passage may begin on an
    earlier one. ``also`` are the Documents that are copies of this one, the same report from another site or an
    earlier version, and have the same Passage.
    """

    quote: str
    start: int
    end: int
    document: Document
    passage: Passage
    page: int | None = None
    also: tuple[Document, ...] = ()

    @property
    def heading_path(self) -> tuple[str, ...]:
        """Headings above the quote, outermost first."""
        return self.passage.heading_path

    @property
    def span(self) -> Span:
        """The quote's offsets alone."""
        return Span(self.document.id, self.start, self.end)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: the document's metadata, offsets, quote, and the passage around it."""
        return {
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "document": self.document.to_dict(),
            "heading_path": list(self.heading_path),
            "page": self.page,
            "also": [document.to_dict() for document in self.also],
            "passage": {"start": self.passage.start, "end": self.passage.end, "text": self.passage.text},
        }


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as shares of its width and height, 0..1, from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page of a Document as a picture, and where the asked spans stand on it.

    ``png`` is the picture, ``width`` by ``height`` pixels; ``pages`` is how many pages the Document has. ``boxes`` hold
    one box for each piece of a line that a span covers on this page, in the order of the spans.
    """

    png: bytes = field(repr=False)
    width: int
    height: int
    pages: int
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another answer that was considered, with its own confidence."""

    text: str
    confidence: float
    citation: Citation

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {"text": self.text, "confidence": self.confidence, "citation": self.citation.to_dict()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``ask`` returns.

    ``text`` is the first Citation's quote, or "" when abstained; where a question asks for several things that stand
    apart, it is their quotes in the document's order, "；" between them, and each has its Citations. ``question`` is
    the standalone question that was answered; ``confidence`` is in 0..1; ``nearest`` are the passages that retrieval
    found, also when abstained; ``timings`` are seconds by stage, with the whole under ``total``.

    ``disagreements`` are what other documents surely answer instead, the surest first, where a question asks for one
    thing: two years' figures of one indicator stand side by side, each with its document's date. Equal answers are
    one answer with several Citations, also where they are of different years: each Citation carries its date.
    """

    text: str
    citations: tuple[Citation, ...]
    confidence: float
    abstained: bool
    question: str
    alternatives: tuple[Alternative, ...] = ()
    nearest: tuple[Hit, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    disagreements: tuple[Alternative, ...] = ()

    @property
    def cited_documents(self) -> tuple[str, ...]:
        """The ids of the Documents that are cited, each once."""
        return tuple(dict.fromkeys(citation.document.id for citation in self.citations))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: what ``yinda ask --json`` prints."""
        return {
            "text": self.text,
            "abstained": self.abstained,
            "confidence": self.confidence,
            "question": self.question,
            "citations": [c.to_dict() for c in self.citations],
            "disagreements": [a.to_dict() for a in self.disagreements],
            "alternatives": [a.to_dict() for a in self.alternatives],
            "nearest": [h.to_dict() for h in self.nearest],
            "timings": dict(self.timings),
        }


class Given(Protocol):
    """What an earlier answer tells a follow-up question: an ``Answer``, or one that was kept."""

    @property
    def text(self) -> str:
        """What was answered."""

    @property
    def abstained(self) -> bool:
        """Whether nothing was."""

    @property
    def cited_documents(self) -> tuple[str, ...]:
        """The ids of the Documents that were cited."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, given to ``ask`` as history."""

    question: str
    answer: Given | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """What became of one source that was added: ``status`` is added, unchanged, replaced or failed.

    ``warnings`` say in one line each what of an added source could not be read, such as pages without text, and
    whether the Library has its text already in another document, or another version of it. ``copies`` and ``versions``
    are the ids of these; a replaced version is among neither.
    """

    path: str
    status: str
    document_id: str | None = None
    title: str | None = None
    passages: int = 0
    embedded: int = 0
    reason: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A source that could not be read when it was last tried, and why.

    ``location`` is its path, that of its archive with the path inside, or its address; ``at`` is when, an ISO time in
    UTC.
    """

    location: str
    name: str
    reason: str
    hint: str
    at: str

    def to_dict(self) -> dict[str, str]:
        """JSON-ready values."""
        return {
            "location": self.location,
            "name": self.name,
            "reason": self.reason,
            "hint": self.hint,
            "at": self.at,
        }


@dataclass(frozen=True, slots=True)
class AddReport:
    """What ``Library.add`` and ``Library.update`` did, source by source, in the order given."""

    additions: tuple[Addition, ...] = ()

    def _of(self, status: str) -> tuple[Addition, ...]:
        return tuple(a for a in self.additions if a.status == status)

    @property
    def added(self) -> tuple[Addition, ...]:
        """Sources that are new in the Library."""
        return self._of("added")

    @property
    def unchanged(self) -> tuple[Addition, ...]:
        """Sources whose bytes the Library already holds."""
        return self._of("unchanged")

    @property
    def replaced(self) -> tuple[Addition, ...]:
        """Sources whose content changed; the old passages are gone."""
        return self._of("replaced")

    @property
    def failed(self) -> tuple[Addition, ...]:
        """Sources that could not be read, with ``reason`` and ``hint``; nothing of them was stored."""
        return self._of("failed")
