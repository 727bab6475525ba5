"""The trained reader: reads passages with a model, and gives spans with the probability that they answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from qa.period import in_words, told
from qa.reader import pairs, weights
from qa.reader.base import Candidate
from qa.reader.cells import CONFIDENCE, named_cells
from qa.reader.contradiction import consistent
from qa.reader.decode import spans
from qa.reader.engines import Engine, EngineName, open_engine, read_windows, word_rows
from qa.reader.narrow import narrowed
from qa.reader.question import Kind, Question
from qa.reader.reached import reached
from qa.reader.selection import FILE as SELECTION
from qa.reader.selection import Read, analysed, features, load_selection
from qa.reader.tokens import Tokens, load_tokenizer, tokenise_all
from qa.text.aliases import in_words_of
from qa.types import Hit

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BRIEF = 1.0
"""What it costs a span to be e times as long, where one thing of a kind is asked for: a figure, a time, a name. CMRC's
training answers often say more than was asked."""
_LOOSE: Mapping[Kind, float] = {Kind.OTHER: 0.5, Kind.LIST: 0.0, Kind.REASON: 0.0, Kind.DEFINITION: 0.0}
"""What it costs where it is not known what is asked for, and where that is long by nature. Chosen, as ``BRIEF``, on
what is held apart from training."""
FAR = 0.15
"""Passages whose score is further than this below the best one's are not read: of 671 held-apart questions whose answer
search finds among five passages, 99.7% have it nearer than that, and 2.6 of five passages are read on average."""
_REMEMBERED = 4096


class TrainedReader:
    """The default encoder with trained adapters and heads. Safe to use from several threads.

    ``threshold`` is the confidence below which it is better to abstain; it, and how the scores are weighed, are fitted
    by ``python -m qa.reader.train select`` on questions that the model was not trained on.
    """

    name = "trained"

    def __init__(
        self,
        model: Path = weights.FILE,
        selection: Path | None = SELECTION,
        *,
        engine: EngineName | Engine = "auto",
    ) -> None:
        from embeddings.default_model import ensure_default_model

        folder = ensure_default_model()
        digest = weights.identity(model)
        self._engine = (
            open_engine(digest, lambda: weights.load(folder, model), word_rows(folder), name=engine)
            if isinstance(engine, str)
            else engine
        )
        self._tokenizer: Tokenizer = load_tokenizer(folder)
        self._tokens = lru_cache(maxsize=_REMEMBERED)(self._tokenised)
        weighed = b"" if selection is None else selection.read_bytes()
        # Without weights there are spans to be had, as their fit needs them, but no confidences.
        self._selection = None if selection is None else load_selection(selection)
        self.threshold = 1.0 if self._selection is None else self._selection.threshold
        self.identity = hashlib.sha256(digest.encode() + weighed).hexdigest()[:12]

    def _tokenised(self, text: str) -> Tokens:
        return tokenise_all(self._tokenizer, [text])[0]

    def read(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """Candidates of these Hits, best first; those of one passage do not overlap, none contradicts the question."""
        if self._selection is None:
            raise ValueError("this reader has no weights of selection: only its spans can be had")
        cells = [
            Candidate(hit, hit.passage.start + start, hit.passage.start + end, hit.passage.text[start:end], CONFIDENCE)
            for hit, start, end in named_cells(question, hits)
        ]
        found = consistent(question, self.spans(question, hits))
        if not found:
            return cells
        confidences = self._selection.confidences(features(question, found))
        candidates = [
            Candidate(
                each.hit,
                each.hit.passage.start + each.span.start,
                each.hit.passage.start + each.span.end,
                each.text,
                float(confidence),
            )
            for each, confidence in zip(found, confidences, strict=True)
        ]
        apart = [each for each in candidates if not any(_overlap(each, cell) for cell in cells)]
        return sorted([*cells, *apart], key=lambda c: -c.confidence)

    def spans(self, question: str, hits: Sequence[Hit], far: float = FAR) -> list[Read]:
        """The spans that the model finds, with its scores, before they are weighed.

        Hits whose score is more than ``far`` below the best one's are not read.
        """
        top = max((hit.score for hit in hits), default=0.0)
        hits = [hit for hit in hits if hit.score >= top - far]
        # Not kept, as passages are: questions do not come back. Each passage is asked in its own names of indicators.
        named = {hit.passage.id: in_words_of(question, hit.passage.text) for hit in hits}
        tokens = {words: self._tokenised(words) for words in set(named.values())}
        rows: list[list[pairs.Row]] = []
        for hit in hits:
            asked = tokens[named[hit.passage.id]]
            passage, above = self._tokens(hit.passage.text), self._tokens(heading(hit))
            room = pairs.room(asked, above)
            rows.append([pairs.row(asked, above, passage, a, b) for a, b in pairs.windows(len(passage), room)])
        read = iter(read_windows(self._engine, [row.ids for each in rows for row in each]))
        about = analysed(question)
        brief = _LOOSE.get(about.kind, BRIEF)
        out = []
        for rank, (hit, each) in enumerate(zip(hits, rows, strict=True)):
            text, logits = hit.passage.text, [next(read) for _ in each]
            found = spans(text, self._tokens(text), each, logits, brief, partial(_mended, about))
            out += [Read(hit, rank, span) for span in found]
        return out


def _mended(asked: Question, text: str, start: int, end: int) -> tuple[int, int]:
    """What of ``text[start:end]``, or for it, was asked for."""
    return narrowed(asked, text, *reached(asked, text, start, end))


def _overlap(one: Candidate, other: Candidate) -> bool:
    same = one.hit.passage.id == other.hit.passage.id
    return same and one.start < other.end and other.start < one.end


def heading(hit: Hit) -> str:
    """What the model is shown above a Hit's passage: the period it tells of, its document's title, its headings."""
    tells = told(
        hit.passage.text,
        title=hit.title,
        date=hit.date,
        heading_path=hit.passage.heading_path,
        position=hit.position,
        organisation=hit.organisation,
    )
    # 1786年 in an encyclopedia's sentence is no period that its document reports on.
    return pairs.heading(hit.title, hit.passage.heading_path, in_words(tells) if tells.base is not None else "")
