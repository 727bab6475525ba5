"""The things of a list: 泽州路、文昌街和凤台街 is three."""

from __future__ import annotations

from qa.reader.tagger import tagger
from qa.text.normalise import fold

_BETWEEN = frozenset(("、", ",", ";", "以及", "及", "和", "与"))
_OPEN, _CLOSE = "《“「『(", "》”」』)"


def things(text: str) -> list[tuple[int, int]]:
    """Where each of the things that ``text`` lists begins and ends: one, the whole text, where it lists none.

    What joins them stands between words, not within one (共和国) or in a figure (1,200), and outside brackets.
    """
    folded = fold(text)
    found: list[tuple[int, int]] = []
    begin = at = depth = 0
    for token in tagger().cut(folded):
        end = at + len(token.word)
        depth = max(0, depth + sum((c in _OPEN) - (c in _CLOSE) for c in token.word))
        in_figure = folded[at - 1 : at].isdigit() and token.word == "," and folded[end : end + 1].isdigit()
        if not depth and token.word in _BETWEEN and not in_figure:
            found.append((begin, at))
            begin = end
        at = end
    return [*found, (begin, len(folded))]
