"""What a Library holds already of a document that is added: copies of it, and other versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from qa.text.sketch import SAME, VERSION, bare, sketch
from qa.types import Document, Passage

if TYPE_CHECKING:
    from qa.documents import ParsedDocument, PassageDraft
    from qa.library.store import Store

Versions = Literal["beside", "replace"]
"""What becomes of a document's other versions: they stay, or those that are not newer are replaced."""

_SURELY = 0.99  # from this overlap on, the texts themselves are compared


@dataclass(frozen=True, slots=True)
class Relations:
    """Documents with almost the same text, those most alike first; ``same`` are the ids of those that differ in no
    letter. ``versions`` have the title and the organisation of the new one, too; they are in date order, the newest
    first.
    """

    date: str | None
    copies: tuple[Document, ...]
    versions: tuple[Document, ...]
    same: frozenset[str]

    def replaced(self) -> tuple[Document, ...]:
        """The versions that are not newer than the new document."""
        return tuple(each for each in self.versions if not each.date or not self.date or each.date <= self.date)

    def notes(self, replaced: Sequence[Document]) -> tuple[str, ...]:
        """What the report says, in a line each."""
        gone = {each.id for each in replaced}
        out = [f"it took the place of {_named(each)}" for each in replaced]
        for each in self.copies:
            same = "the same text is" if each.id in self.same else "almost the same text is"
            out.append(f"{same} in {_named(each)}; answers cite one and name the other")
        for each in self.versions:
            if each.id in gone:
                continue
            newer = "a newer" if each.date and self.date and each.date > self.date else "another"
            out.append(f"{newer} version is {_named(each)}; both are kept")
        return tuple(out)


def sketched(text: str, passages: Sequence[PassageDraft] | Sequence[Passage]) -> bytes:
    """The sketch (``qa.text.sketch``) of a document's own text, that of its passages."""
    return sketch(_body(text, passages))


def relations(parsed: ParsedDocument, drawn: bytes, store: Store, *, besides: str | None) -> Relations:
    """What the Library holds already of a document with this sketch; ``besides`` is the id that it will have."""
    copies: list[tuple[float, Document]] = []
    versions: list[Document] = []
    same: set[str] = set()
    text: str | None = None
    for identifier, share in store.alike(drawn).items() if drawn else ():
        other = store.document(identifier) if share >= VERSION and identifier != besides else None
        if other is None:
            continue
        if share >= _SURELY:
            text = text or bare(_body(parsed.text, parsed.passages))
            if bare(_body(other.text, store.passages_of(identifier))) == text:
                same.add(identifier)
        if identifier not in same and (other.title, other.organisation) == (parsed.title, parsed.organisation):
            versions.append(other)
        elif share >= SAME:
            copies.append((share, other))
    copies.sort(key=lambda each: (-each[0], each[1].id))
    versions.sort(key=lambda each: (each.date or "", each.id), reverse=True)
    return Relations(parsed.date, tuple(each for _, each in copies), tuple(versions), frozenset(same))


def _body(text: str, passages: Sequence[PassageDraft] | Sequence[Passage]) -> str:
    """The text without navigation and footers, which two sites have each in their own way."""
    return "".join(text[p.start : p.end] for p in passages)


def _named(document: Document) -> str:
    date = f" of {document.date}" if document.date else ""
    return f"《{document.title}》{date} ({document.id})"
