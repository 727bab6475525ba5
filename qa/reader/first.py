"""The first selector: the best sentence by embedding and words, then the span in it that is asked for."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from qa.reader.base import Candidate, SentenceEmbedder
from qa.reader.features import FEATURES, Rarity, Sentence, Weighed, prefilter, sentences_of, weigh
from qa.reader.question import analyse
from qa.text.aliases import in_words_of
from qa.types import Hit

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MODEL_FILE = Path(__file__).with_name("first_selector.json")
HITS = 5
# A sentence is embedded by its first so many characters: the time grows with its length.
LONGEST = 120
_CACHED_SENTENCES = 4096
_CANDIDATES = 10


class Similarities:
    """Cosines of a question and sentences, with the vectors of the sentences that were met last kept."""

    def __init__(self, embedder: SentenceEmbedder) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, npt.NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Cosines, one a sentence, in their order."""
        import numpy as np

        with self._lock:
            known = {s: self._vectors[s] for s in sentences if s in self._vectors}
        unknown = [s for s in dict.fromkeys(sentences) if s not in known]
        if unknown:
            known.update(zip(unknown, self._embedder.encode_passages(unknown), strict=True))
        query = self._embedder.encode_queries([question])[0]
        with self._lock:
            for s in sentences:
                self._vectors[s] = known[s]
                self._vectors.move_to_end(s)
            while len(self._vectors) > _CACHED_SENTENCES:
                self._vectors.popitem(last=False)
        return [float(np.dot(query, known[s])) for s in sentences]


class FirstSelector:
    """Reads without a trained reader: sentences by similarity and words, spans by type and place.

    ``threshold`` is the confidence below which it is better to abstain; it and the coefficients are fitted by
    ``python -m qa.reader.fit``. Safe to use from several threads.
    """

    name = "first"

    def __init__(self, embedder: SentenceEmbedder, model: Path = MODEL_FILE) -> None:
        weights = model.read_bytes()
        values: dict[str, Any] = json.loads(weights)
        if tuple(values["features"]) != FEATURES:
            raise ValueError(f"{model.name} was fitted for other features; run python -m qa.reader.fit")
        self._sentences = Similarities(embedder)
        self._coefficients: list[float] = values["coefficients"]
        self._slope, self._intercept = values["calibration"]
        self.threshold: float = values["threshold"]
        self.identity = hashlib.sha256(weights).hexdigest()[:12]

    def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Up to ten candidates from the first five Hits, best first; no two of them overlap."""
        import numpy as np

        from qa.reader.logistic import sigmoid

        weighed = candidates(question, hits, self._sentences)
        if not weighed:
            return []
        rows = np.array([w.vector for w in weighed])
        logits = rows @ np.array(self._coefficients[:-1]) + self._coefficients[-1]
        confidences = sigmoid(self._slope * logits + self._intercept)
        out: list[Candidate] = []
        for i in np.argsort(-logits, kind="stable"):
            w = weighed[int(i)]
            passage = w.sentence.hit.passage
            start, end = passage.start + w.start, passage.start + w.end
            if any(c.hit.passage == passage and start < c.end and c.start < end for c in out):
                continue
            out.append(Candidate(w.sentence.hit, start, end, passage.text[w.start : w.end], float(confidences[i])))
            if len(out) == _CANDIDATES:
                break
        return out


def candidates(
    question: str, hits: Sequence[Hit], similarities: Callable[[str, Sequence[str]], list[float]]
) -> list[Weighed]:
    """The candidate spans of the first ``HITS`` Hits with their features."""
    everything = sentences_of(hits[:HITS])
    asked = analyse(in_words_of(question, "\n".join(dict.fromkeys(s.passage for s in everything))))
    rarity = Rarity(asked, everything)
    chosen: list[Sentence] = prefilter(asked, everything, rarity)
    if not chosen:
        return []
    cosines = similarities(question, [s.original[:LONGEST] for s in chosen])
    chosen = [replace(s, similarity=c) for s, c in zip(chosen, cosines, strict=True)]
    return _trimmed(weigh(asked, chosen, rarity))


def _trimmed(weighed: list[Weighed]) -> list[Weighed]:
    """Candidates without outer spaces, and without those that held nothing else."""
    out = []
    for w in weighed:
        text = w.sentence.hit.passage.text
        start, end = w.start, w.end
        while start < end and (text[start].isspace() or text[start] in "、，,；;—"):
            start += 1
        while end > start and (text[end - 1].isspace() or text[end - 1] in "、，,；;"):
            end -= 1
        if any(c.isalnum() for c in text[start:end]):
            out.append(replace(w, start=start, end=end))
    return out
