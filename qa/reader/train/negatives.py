"""What word search returns for a question: the wrong paragraphs that look right."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from qa.text.words import words


class WordSearch:
    """BM25 (Robertson and Zaragoza 2009; k1 = 1.2, b = 0.75) over texts in memory, by the Library's own words."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths: list[int] = []
        for number, text in enumerate(texts):
            counts = Counter(words(text))
            self._lengths.append(counts.total())
            for word, count in counts.items():
                self._postings[word].append((number, count))
        self._mean = sum(self._lengths) / max(1, len(texts))

    def search(self, question: str, k: int) -> list[int]:
        """Numbers of the ``k`` best texts, best first."""
        scores: dict[int, float] = defaultdict(float)
        for word in set(words(question)):
            found = self._postings.get(word, ())
            rarity = math.log(1 + (len(self._lengths) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[number] / self._mean)
                scores[number] += rarity * count * 2.2 / (count + norm)
        return sorted(scores, key=lambda number: -scores[number])[:k]
