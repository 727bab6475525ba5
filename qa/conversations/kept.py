"""Answers as they were given: with the passages that they cite, so that they can be shown whatever becomes of these.

The Library forgets what was deleted or replaced; what somebody was told, and on what ground, does not change with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qa.errors import LibraryError
from qa.types import Alternative, Answer, Citation, Document, Hit, Passage

if TYPE_CHECKING:
    from qa.library import Library

Change = Literal["same", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class KeptPassage:
    """A passage as it was when it was shown, and its document's metadata then.

    ``start`` and ``end`` are offsets in the document's text as it was; ``file`` is the name of the document's file,
    also for an upload, which has no ``path``. ``sha256`` is of the document's bytes, and "" where the document was
    gone or replaced before the passage could be kept.
    """

    document_id: str
    title: str
    organisation: str | None
    date: str | None
    source: str | None
    sha256: str
    path: str | None
    file: str
    media_type: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    text: str
    number: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return values | {"heading_path": list(self.heading_path)}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> KeptPassage:
        """What ``to_dict`` gave."""
        return cls(**{**value, "heading_path": tuple(value["heading_path"])})


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """A quote in its passage: ``passage.text[start - passage.start : end - passage.start] == quote``.

    ``start`` and ``end`` are offsets in the document's text; ``also`` names, a line each, the documents that are copies
    of this one. Raises ``ValueError`` when the quote does not stand there.
    """

    passage: KeptPassage
    quote: str
    start: int
    end: int
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        first, last = self.inside
        if not (0 <= first <= last and self.passage.text[first:last] == self.quote):
            raise ValueError("the quote does not stand at its place in the passage")

    @property
    def inside(self) -> tuple[int, int]:
        """The quote's offsets in ``passage.text``."""
        return self.start - self.passage.start, self.end - self.passage.start

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {
            "passage": self.passage.to_dict(),
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "also": list(self.also),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> KeptCitation:
        """What ``to_dict`` gave."""
        also = tuple(map(str, value.get("also", ())))
        return cls(**{**value, "passage": KeptPassage.from_dict(value["passage"]), "also": also})


@dataclass(frozen=True, slots=True)
class KeptAlternative:
    """Another answer that was considered, with its own confidence."""

    text: str
    confidence: float
    citation: KeptCitation

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        return {"text": self.text, "confidence": self.confidence, "citation": self.citation.to_dict()}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> KeptAlternative:
        """What ``to_dict`` gave."""
        return cls(**{**value, "citation": KeptCitation.from_dict(value["citation"])})


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An ``Answer`` with everything that is needed to show it again; the fields are those of ``Answer``.

    ``question`` is the standalone question; ``disagreements`` are answers that contradict this one; ``nearest`` are
    the passages that retrieval found.
    """

    text: str
    abstained: bool
    confidence: float
    question: str
    citations: tuple[KeptCitation, ...] = ()
    alternatives: tuple[KeptAlternative, ...] = ()
    disagreements: tuple[KeptAlternative, ...] = ()
    nearest: tuple[KeptPassage, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Answer, library: Library | None) -> KeptAnswer:
        """What there is to keep of ``answer``, which comes from ``library``.

        Without a Library, uploads and passages that were only found go under what the answer itself says of them.
        """
        keeper = _Keeper(library)
        return cls(
            text=answer.text,
            abstained=answer.abstained,
            confidence=answer.confidence,
            question=answer.question,
            citations=tuple(map(keeper.citation, answer.citations)),
            alternatives=tuple(map(keeper.alternative, answer.alternatives)),
            disagreements=tuple(map(keeper.alternative, answer.disagreements)),
            nearest=tuple(map(keeper.hit, answer.nearest)),
            timings=dict(answer.timings),
        )

    @property
    def cited_documents(self) -> tuple[str, ...]:
        """The ids of the documents that are cited, each once."""
        return tuple(dict.fromkeys(citation.passage.document_id for citation in self.citations))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, from which ``from_dict`` makes an equal answer."""
        return {
            "text": self.text,
            "abstained": self.abstained,
            "confidence": self.confidence,
            "question": self.question,
            "citations": [citation.to_dict() for citation in self.citations],
            "alternatives": [other.to_dict() for other in self.alternatives],
            "disagreements": [other.to_dict() for other in self.disagreements],
            "nearest": [passage.to_dict() for passage in self.nearest],
            "timings": dict(self.timings),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> KeptAnswer:
        """What ``to_dict`` gave. Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else."""
        return cls(
            **{
                **value,
                "citations": tuple(map(KeptCitation.from_dict, value["citations"])),
                "alternatives": tuple(map(KeptAlternative.from_dict, value["alternatives"])),
                "disagreements": tuple(map(KeptAlternative.from_dict, value["disagreements"])),
                "nearest": tuple(map(KeptPassage.from_dict, value["nearest"])),
                "timings": dict(value["timings"]),
            }
        )


def changed_since(passage: KeptPassage, library: Library) -> Change:
    """What became of the document since ``passage`` was kept: the same bytes, other ones, or removed."""
    try:
        document = library.document(passage.document_id)
    except LibraryError:
        return "removed"
    return "same" if document.sha256 == passage.sha256 else "changed"


class _Keeper:
    """Keeps the parts of one answer, looking up in the Library what they do not say."""

    def __init__(self, library: Library | None) -> None:
        self._library = library
        self._documents: dict[str, Document | None] = {}
        self._files: dict[str, str] = {}

    def citation(self, citation: Citation) -> KeptCitation:
        document, passage = citation.document, citation.passage
        first, last = citation.start - passage.start, citation.end - passage.start
        if first < 0 or passage.text[first:last] != citation.quote:
            # The document was replaced while it was being read: the quote is its own passage.
            kept = self._passage(document, passage, citation.start, citation.end, citation.quote)
        else:
            kept = self._passage(document, passage, passage.start, passage.end, passage.text)
        # The quote may stand on a later page than the one on which its passage begins.
        kept = replace(kept, page=citation.page)
        also = tuple("，".join(filter(None, (f"《{d.title}》", d.date, d.organisation))) for d in citation.also)
        return KeptCitation(kept, citation.quote, citation.start, citation.end, also)

    def alternative(self, other: Alternative) -> KeptAlternative:
        return KeptAlternative(other.text, other.confidence, self.citation(other.citation))

    def hit(self, hit: Hit) -> KeptPassage:
        passage = hit.passage
        document = self._document(passage.document_id)
        if document is None or document.text[passage.start : passage.end] != passage.text:
            document = Document(passage.document_id, hit.title, "", hit.date, hit.organisation, media_type="")
        return self._passage(document, passage, passage.start, passage.end, passage.text)

    def _passage(self, document: Document, passage: Passage, start: int, end: int, text: str) -> KeptPassage:
        return KeptPassage(
            document_id=document.id,
            title=document.title,
            organisation=document.organisation,
            date=document.date,
            source=document.source,
            sha256=document.sha256,
            path=document.path,
            file=self._file(document),
            media_type=document.media_type,
            heading_path=tuple(passage.heading_path),
            page=passage.page,
            start=start,
            end=end,
            text=text,
            number=document.number,
        )

    def _document(self, identifier: str) -> Document | None:
        if identifier not in self._documents:
            self._documents[identifier] = None
            with suppress(LibraryError):  # removed since it was found
                if self._library is not None:
                    self._documents[identifier] = self._library.document(identifier)
        return self._documents[identifier]

    def _file(self, document: Document) -> str:
        if document.path:
            return Path(document.path).name
        if document.id not in self._files:
            self._files[document.id] = self._uploaded(document.id) or document.title
        return self._files[document.id]

    def _uploaded(self, identifier: str) -> str:
        with suppress(LibraryError):  # removed since the answer
            return self._library.original(identifier)[0] if self._library is not None else ""
        return ""
