"""The documents of a set as texts to look answers and phrases up in."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from eval.names import resolve
from eval.types import SetDocument
from qa.errors import YindaError
from qa.text.normalise import fold, searchable

if TYPE_CHECKING:
    from qa import Library

_BETWEEN = "\0"
# Everything but letters, figures, per cent signs and the points within figures: 15.8 must not become 158.
_ASIDE = re.compile(r"[^\w.%]|_|(?<!\d)\.|\.(?!\d)")


class Match(IntEnum):
    """How exactly a phrase stands in a text, best first."""

    VERBATIM = 0
    FOLDED = 1  # in other width, case or script
    LOOSE = 2  # with other punctuation or spaces besides
    NONE = 3


def loosely(text: str) -> str:
    """Letters, figures and per cent signs alone, folded: what two ways of writing the same have in common."""
    return _ASIDE.sub("", searchable(text))


class _Searched:
    """A text that phrases are looked for in, in three forms of which each is made when it is first needed."""

    text: str

    @cached_property
    def folded(self) -> str:
        """The text folded; offsets stay."""
        return fold(self.text)

    @cached_property
    def loose(self) -> str:
        """What ``loosely`` leaves of the text."""
        return loosely(self.text)

    def match(self, phrase: str) -> Match:
        """How exactly the phrase stands in the text."""
        if phrase in self.text:
            return Match.VERBATIM
        if fold(phrase) in self.folded:
            return Match.FOLDED
        loose = loosely(phrase)
        return Match.LOOSE if loose and loose in self.loose else Match.NONE


@dataclass
class Body(_Searched):
    """One document's text, with what is derived from it when it is asked for."""

    name: str
    text: str
    bounds: tuple[tuple[int, int], ...] | None = None

    @cached_property
    def passages(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each passage, as Yinda cuts the text."""
        if self.bounds is None:
            from qa.documents import parse

            try:
                parsed = parse(self.text.encode(), "text.txt")
            except YindaError:
                return ((0, len(self.text)),)
            # Reading a text may change it (marks, line ends); then its passages are not places in this one.
            if parsed.text != self.text:
                return ((0, len(self.text)),)
            self.bounds = tuple((p.start, p.end) for p in parsed.passages)
        return self.bounds

    def places(self, phrase: str) -> list[int]:
        """Where the phrase begins in the folded text."""
        return list(_occurrences(fold(phrase), self.folded))

    def passages_with(self, phrase: str) -> int:
        """How many passages hold the phrase, folded, as a whole."""
        ends = [(at, at + len(phrase)) for at in self.places(phrase)]
        return sum(any(start <= a and b <= end for a, b in ends) for start, end in self.passages)


class _Whole(_Searched):
    """All texts in one, so that a phrase, one without ``_BETWEEN``, is looked for in one go."""

    def __init__(self, bodies: Sequence[Body]) -> None:
        self._bodies = bodies
        self._starts = [0, *accumulate(len(body.text) + 1 for body in bodies)]
        self.text = _BETWEEN.join(body.text for body in bodies)

    @cached_property
    def loose(self) -> str:
        """What ``loosely`` leaves of each text."""
        return _BETWEEN.join(body.loose for body in self._bodies)

    def first(self, phrase: str) -> int | None:
        """The number of the first text that holds the phrase verbatim."""
        at = self.text.find(phrase)
        return bisect_right(self._starts, at) - 1 if at >= 0 else None

    def holders(self, phrase: str) -> Iterator[Body]:
        """The texts that hold the phrase, folded."""
        phrase = fold(phrase)
        at = self.folded.find(phrase)
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            yield self._bodies[number]
            if number + 1 == len(self._bodies):
                return
            at = self.folded.find(phrase, self._starts[number + 1])


class Texts:
    """The documents of a set by name."""

    def __init__(self) -> None:
        self.bodies: list[Body] = []
        self.named: dict[str, Body] = {}
        self._meant: dict[str, Body | None] = {}

    def add(self, name: str, text: str, bounds: tuple[tuple[int, int], ...] | None = None) -> bool:
        """Add a document, before any is looked for; whether its name is new."""
        body = Body(name, text, bounds)
        self.bodies.append(body)
        return self.named.setdefault(name, body) is body

    def body(self, name: str) -> Body | None:
        """The document that a set means by a name, by ``resolve``."""
        if name not in self._meant:
            known = resolve(name, self.named)
            self._meant[name] = None if known is None else self.named[known]
        return self._meant[name]

    def among(self, names: Collection[str]) -> list[Body]:
        """The documents of these names, or all when none is named."""
        if not names:
            return self.bodies
        return list({id(body): body for name in names if (body := self.body(name)) is not None}.values())

    def match(self, phrase: str, bodies: Sequence[Body]) -> Match:
        """How exactly the phrase stands in any of these documents."""
        if bodies is self.bodies and _BETWEEN not in phrase:
            return self._whole.match(phrase)
        best = Match.NONE
        for body in bodies:
            best = min(best, body.match(phrase))
            if best is Match.VERBATIM:
                break
        return best

    def holders(self, phrase: str, bodies: Sequence[Body]) -> list[Body]:
        """Those of these documents that hold the phrase, in whatever width, case and script."""
        if bodies is self.bodies and _BETWEEN not in phrase:
            return list(self._whole.holders(phrase))
        return [body for body in bodies if body.match(phrase) <= Match.FOLDED]

    def first(self, phrases: Iterable[str]) -> Body | None:
        """The first of all documents that holds one of the phrases verbatim."""
        numbers = [self._whole.first(phrase) for phrase in phrases if _BETWEEN not in phrase]
        return self.bodies[min(found)] if (found := [n for n in numbers if n is not None]) else None

    @cached_property
    def _whole(self) -> _Whole:
        return _Whole(self.bodies)


def texts_of(
    documents: Iterable[SetDocument],
    sources: Iterable[Path],
    library: Library | None,
    problem: Callable[[str, str, str], None],
) -> Texts:
    """Read all documents. ``problem(kind, name, detail)`` hears of those that cannot be read or share a name."""
    from qa.documents import parse, read_file

    texts = Texts()
    for document in documents:
        texts.add(document.name, document.text)
    for source in sources:
        try:
            parsed = parse(read_file(source), source.name)
        except YindaError as error:
            problem("unreadable-document", source.name, error.message)
            continue
        if not texts.add(source.name, parsed.text, tuple((p.start, p.end) for p in parsed.passages)):
            problem("same-name", source.name, str(source))
    # What the Library holds of the same name is taken as the same document.
    for held in library.documents() if library is not None else ():
        name = Path(held.path).name if held.path else held.title
        if name not in texts.named and library is not None:
            texts.add(name, held.text, tuple((p.start, p.end) for p in library.passages(held.id)))
    return texts


def nearest(phrase: str, text: str, start: int) -> int | None:
    """Where the phrase stands nearest to ``start``, or first when ``start`` is negative; ``None`` when nowhere."""
    if not phrase:
        return None
    if start < 0:
        at = text.find(phrase)
        return at if at >= 0 else None
    return min(_occurrences(phrase, text), key=lambda at: abs(at - start), default=None)


def _occurrences(phrase: str, text: str) -> Iterator[int]:
    at = text.find(phrase)
    while at >= 0:
        yield at
        at = text.find(phrase, at + 1)
