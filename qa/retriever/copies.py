"""One Hit for a passage that several copies of a document have, so that copies do not fill the first places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qa.retriever.circumstance import About
from qa.text.sketch import SAME, bare, overlap
from qa.types import Passage

_ALMOST = 0.95


def without_copies(
    ranked: Sequence[tuple[int, float]],
    passages: Mapping[int, Passage],
    abouts: Mapping[str, About],
    sketches: Callable[[Sequence[str]], dict[str, bytes]],
) -> list[tuple[int, float, tuple[str, ...]]]:
    """Passage ids with their scores, best first, and the ids of the copies that have the same passage.

    Passages are the same when they differ in nothing but white space and punctuation; only those of documents that are
    copies as a whole are put together, because two years' reports have sentences in common, too. The document of the
    latest date stands for the others, at the place of the best.
    """
    groups: dict[str, list[int]] = {}
    for place, (identifier, _) in enumerate(ranked):
        groups.setdefault(bare(passages[identifier].text), []).append(place)
    owner = [passages[identifier].document_id for identifier, _ in ranked]
    several = [places for places in groups.values() if len({owner[place] for place in places}) > 1]
    known = sketches(sorted({owner[place] for places in several for place in places})) if several else {}
    standing: dict[int, tuple[int, tuple[str, ...]]] = {}
    dropped: set[int] = set()
    for places in several:
        rest = list(places)
        while rest:
            first, *others = rest
            alike = [place for place in others if _are_copies(owner[first], owner[place], abouts, known)]
            rest = [place for place in others if place not in alike]
            group = [first, *alike]
            best = max(group, key=lambda place: (abouts.get(owner[place], About()).date or "", -place))
            copies = tuple(dict.fromkeys(owner[place] for place in group if owner[place] != owner[best]))
            standing[first] = (best, copies)
            dropped.update(alike)
    out: list[tuple[int, float, tuple[str, ...]]] = []
    for place, (_, score) in enumerate(ranked):
        if place not in dropped:
            best, copies = standing.get(place, (place, ()))
            out.append((ranked[best][0], score, copies))
    return out


def _are_copies(one: str, other: str, abouts: Mapping[str, About], sketches: Mapping[str, bytes]) -> bool:
    """Whether two documents are one: of the same title, or of no other date and with hardly another letter.

    Short reports of two places or years may differ in a name or a number alone.
    """
    if one == other:
        return False
    here, there = abouts.get(one, About()), abouts.get(other, About())
    share = overlap(sketches.get(one, b""), sketches.get(other, b""))
    if bare(here.title) == bare(there.title):
        return share >= SAME
    return share >= _ALMOST and (not here.date or not there.date or here.date == there.date)
