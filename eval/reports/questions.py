"""The questions of a set for a report's list: what was expected, what came, and the passages with both places marked.

Offsets in rows are UTF-16 units, as JavaScript counts them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eval.evidence import by_document, is_evidence
from eval.reports.seek import Sought, Text, first_holding
from eval.reports.summary import ERROR_STAGES
from eval.results import Outcome, SetResult, Stage
from eval.types import Evidence, PredictedCitation, Question, Reference, SetDocument, StoredPassage

LONGEST = 1500  # characters of a passage that are kept whole
AROUND = 300  # characters kept on each side of what is marked in a longer one
MOST_MARKS = 5  # places shown of an expected answer whose own place is not known
BUDGET = 1_300_000  # characters of passages in one report, all sets together
_SHOWN_DOCUMENTS = 5

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text to show, where it begins in its document, and whether it is cut off before and after."""

    document: str
    title: str
    headings: tuple[str, ...]
    start: int
    text: str
    before: bool = False
    after: bool = False


@dataclass(slots=True)
class Passages:
    """Passages that the rows of a report name by number, each kept once, up to a number of characters in all."""

    budget: int = BUDGET
    rows: list[list[Any]] = field(default_factory=list)
    used: int = 0
    _numbers: dict[tuple[str, int, str], int] = field(default_factory=dict)

    def add(self, piece: Piece) -> int | None:
        """The piece's number, or ``None`` where there is no more room."""
        key = (piece.document, piece.start, piece.text)
        if key not in self._numbers:
            if self.used + len(piece.text) > self.budget:
                return None
            self.used += len(piece.text)
            self._numbers[key] = len(self.rows)
            row = [
                piece.document,
                piece.title,
                " › ".join(piece.headings),
                piece.text,
                int(piece.before),
                int(piece.after),
            ]
            self.rows.append(row)
        return self._numbers[key]


class SetQuestions:
    """The rows of one set. Errors are made first, so that they have their passages where room is short."""

    def __init__(self, result: SetResult, stored: Mapping[str, StoredPassage], passages: Passages) -> None:
        self.result = result
        self.stored = stored
        self.passages = passages
        self.documents = {document.name: document for document in result.set.documents}
        self._phrases = self._seek_phrases()
        self._sought = self._seek()

    def rows(self, *, errors: bool) -> dict[int, dict[str, Any]]:
        """Rows by place in the set: of the errors, or of what is right."""
        return {
            place: self.row(outcome)
            for place, outcome in enumerate(self.result.outcomes)
            if (outcome.stage in ERROR_STAGES) == errors
        }

    def row(self, outcome: Outcome) -> dict[str, Any]:
        """One question as report.js reads it; what is empty is left out.

        ``i`` id, ``q`` question, ``u`` as understood, ``h`` history, ``e`` expected, ``g`` got, ``b`` best candidate
        of a refusal, ``a`` refused, ``c`` confidence where there is one, ``s`` stage, ``k`` kind, ``r`` rank of the
        evidence (0: not found), ``d`` documents found, ``x`` error, ``o`` passages left out, ``p`` passages: role,
        number, spans of the answer got, spans of the expected answer.
        """
        question, prediction = outcome.question, outcome.prediction
        retrieval = self.result.set.task == "retrieval"
        row: dict[str, Any] = {"i": question.id, "q": question.question, "s": list(Stage).index(outcome.stage)}
        understood = prediction.question.strip()
        expected = list(dict.fromkeys(question.answers))
        if retrieval:
            expected = [name if grade == 1 else f"{name} ({grade})" for name, grade in question.qrels.items() if grade]
        optional = {
            "u": understood if understood != question.question.strip() else "",
            "h": list(question.history),
            "e": expected,
            "g": prediction.text,
            "b": prediction.best if prediction.abstained else "",
            "a": int(prediction.abstained and not retrieval and not prediction.error),
            "k": question.kind,
            "x": prediction.error,
            "d": self._found(outcome) if retrieval else [],
        }
        row |= {key: value for key, value in optional.items() if value}
        # Predictions of another program may have none; one that an error took the place of says nothing.
        if not retrieval and not prediction.error and math.isfinite(prediction.confidence):
            row["c"] = round(prediction.confidence, 4)
        if outcome.evidence_rank is not None:
            row["r"] = outcome.evidence_rank
        shown, left_out = [], False
        for role, piece, given, wanted in self._pieces(outcome):
            parts = [(role, *_cut(piece, given, wanted))]
            if wanted and not parts[0][3]:  # too far from the answer in a long passage
                parts.append(("evidence", *_cut(piece, [], wanted)))
            for name, cut, got, due in parts:
                number = self.passages.add(cut)
                if number is None:
                    left_out = True
                else:
                    shown.append([name, number, _units(cut.text, got), _units(cut.text, due)])
        if shown:
            row["p"] = shown
        if left_out:
            row["o"] = 1
        return row

    def _found(self, outcome: Outcome) -> list[list[Any]]:
        """The documents that retrieval returned: name, and whether it is relevant."""
        found: dict[str, bool] = {}
        for hit in outcome.prediction.retrieved:
            passage = self.stored.get(hit.passage)
            name = passage.document if passage is not None else hit.passage
            found.setdefault(name, outcome.question.qrels.get(name, 0) > 0)
            if len(found) == _SHOWN_DOCUMENTS:
                break
        return [[name, int(relevant)] for name, relevant in found.items()]

    def _pieces(self, outcome: Outcome) -> Iterator[tuple[str, Piece, list[Range], list[Range]]]:
        """The passages to show: role, text, spans of the answer got, spans of the expected one."""
        question, prediction = outcome.question, outcome.prediction
        citations = [prediction.best_citation] if prediction.abstained else [*prediction.citations]
        given = [citation for citation in citations if citation is not None][:1]
        evidence = self._evidence(outcome)
        role = "best" if prediction.abstained else "cited"
        if not given and self.result.set.task == "retrieval" and prediction.retrieved:
            top = self._stored(prediction.retrieved[0].passage)
            if top is not None and (evidence is None or top.document != evidence.document or top.text != evidence.text):
                yield "top", top, [], []
        for citation in given:
            piece = self._cited(citation)
            if piece is None:
                continue
            spans = _inside(piece, citation.start, citation.end)
            if evidence is not None and _covers(evidence, piece, citation):
                spans = _inside(evidence, citation.start, citation.end)
                yield role, evidence, spans, expected_spans(evidence, question)
                evidence = None
            else:
                holds = evidence is None
                # An answer of one character stands in any passage by chance.
                wanted = expected_spans(piece, question, shortest=1 if holds else 2)
                yield role, piece, spans, wanted
        if evidence is not None:
            yield "evidence", evidence, [], expected_spans(evidence, question)

    def _cited(self, citation: PredictedCitation) -> Piece | None:
        piece = self._stored(citation.passage)
        if piece is not None and piece.document == citation.document and _inside(piece, citation.start, citation.end):
            return piece
        document = self.documents.get(citation.document)
        if document is not None and document.text[citation.start : citation.end] == citation.quote:
            return _window(document, citation.start, citation.end)
        return piece or Piece(citation.document, "", (), citation.start, citation.quote)

    def _stored(self, key: str) -> Piece | None:
        passage = self.stored.get(key)
        return None if passage is None else _whole(passage)

    def _evidence(self, outcome: Outcome) -> Piece | None:
        """The passage with the evidence: as retrieved, else as cited, else from the set, else as met elsewhere."""
        question, prediction = outcome.question, outcome.prediction
        # The rank is no place in the list where whole documents are the evidence, each counted once under all its
        # names; elsewhere no passage before that place holds any.
        rank = outcome.evidence_rank or 0
        first = 0 if by_document(question) else rank - 1
        for hit in prediction.retrieved[first:] if rank else ():
            passage = self.stored.get(hit.passage)
            if passage is not None and is_evidence(question, passage):
                return _whole(passage)
        for document, start, end in self._places(question):
            return _window(document, start, end)
        return self._stored(self._sought[question.id]) if question.id in self._sought else None

    def _places(self, question: Question) -> Iterator[tuple[SetDocument, int, int]]:
        """Where the evidence stands in the set's own documents."""
        for evidence in _evidence_of(question):
            named = self.documents.get(evidence.document) if evidence.document is not None else None
            if named is not None:
                place = _place(named.text, 0, evidence, question.references)
                if place is not None:
                    yield named, *place
            elif evidence.document is None and evidence.phrase:
                found = self._with_phrase(evidence.phrase)
                if found is not None:
                    at = found.text.index(evidence.phrase)
                    yield found, at, at + len(evidence.phrase)

    def _with_phrase(self, phrase: str) -> SetDocument | None:
        if phrase not in self._phrases:
            self._phrases[phrase] = next((d for d in self.documents.values() if phrase in d.text), None)
        return self._phrases[phrase]

    def _seek_phrases(self) -> dict[str, SetDocument | None]:
        """For phrases of evidence that was not found, without a document's name: the first document with them."""
        phrases = {
            evidence.phrase
            for outcome in self.result.outcomes
            if not outcome.evidence_rank
            for evidence in outcome.question.evidence
            if evidence.document is None and evidence.phrase
        }
        documents = list(self.documents.values())
        found = first_holding(
            [Sought(phrase, lambda text, phrase=phrase: phrase in text.text, words=(phrase,)) for phrase in phrases],  # type: ignore[misc]
            [Text(document.name, 0, document.text) for document in documents],
        )
        return {phrase: documents[found[phrase]] if phrase in found else None for phrase in phrases}

    def _seek(self) -> dict[str, str]:
        """Keys of passages met elsewhere in the run that hold the evidence of questions for which it was not found."""
        wanted = [
            _sought(outcome.question, evidence)
            for outcome in self.result.outcomes
            if not outcome.evidence_rank and next(self._places(outcome.question), None) is None
            for evidence in _evidence_of(outcome.question)
            if evidence.document is not None or evidence.phrase is not None
        ]
        keys = list(self.stored) if wanted else []
        texts = [Text(p.document, p.start, p.text) for p in map(self.stored.__getitem__, keys)]
        return {id_: keys[number] for id_, number in first_holding(wanted, texts).items()}


def _sought(question: Question, evidence: Evidence) -> Sought:
    """What to look for so that no text for which ``_place`` finds the evidence is passed over."""
    references = question.references

    def holds(text: Text) -> bool:
        return _place(text.text, text.start, evidence, references) is not None

    if evidence.start is not None and evidence.end is not None:
        return Sought(question.id, holds, evidence.document, places=((evidence.start, evidence.end),))
    if evidence.phrase:
        return Sought(question.id, holds, evidence.document, words=(evidence.phrase,))
    empty = tuple((r.start, r.start) for r in references if not r.text and r.start is not None)
    words = tuple(r.text for r in references)
    return Sought(question.id, holds, evidence.document, words, empty, anywhere=not references)


def expected_spans(piece: Piece, question: Question, *, shortest: int = 1) -> list[Range]:
    """Where the expected answer stands in a piece, in code points: its own place where the set gives one.

    Without one, the occurrence that is nearest to the evidence's phrase; without that, up to ``MOST_MARKS`` of them.
    Where the answer's words do not occur, the evidence itself.
    """
    exact = {
        (r.start - piece.start, r.start - piece.start + len(r.text))
        for r in question.references
        if r.start is not None and r.text and _at(piece, r.start, r.text) and _names(question, piece.document)
    }
    if exact:
        return _merged(exact)
    places = [place for evidence in question.evidence if (place := _place_in(piece, evidence)) is not None]
    occurrences = _merged(
        {
            span
            for text in dict.fromkeys(question.answers)
            if len(text) >= shortest
            for span in _occurrences(piece.text, text)
        }
    )
    if not occurrences:
        return _merged(set(places))
    if places:
        return _merged({min(occurrences, key=lambda span: (_distance(span, place), span)) for place in places})
    return occurrences[:MOST_MARKS]


def _evidence_of(question: Question) -> Sequence[Evidence]:
    """The evidence, or the relevant documents as evidence, the most relevant first."""
    if question.evidence:
        return question.evidence
    relevant = sorted((name for name, grade in question.qrels.items() if grade > 0), key=lambda n: -question.qrels[n])
    return [Evidence(document=name) for name in relevant[:1]]


def _place(text: str, offset: int, evidence: Evidence, references: Sequence[Reference]) -> Range | None:
    """Where the evidence stands in ``text``, which begins at ``offset`` of its document; a range in ``text``."""
    if evidence.start is not None and evidence.end is not None:
        start, end = evidence.start - offset, evidence.end - offset
        return (start, end) if 0 <= start < end <= len(text) else None
    if evidence.phrase:
        at = text.find(evidence.phrase)
        return (at, at + len(evidence.phrase)) if at >= 0 else None
    for reference in references:
        first = -1 if reference.start is None else reference.start - offset
        if first >= 0 and text.startswith(reference.text, first):
            return first, first + len(reference.text)
    for reference in references:
        at = text.find(reference.text) if reference.text else -1
        if at >= 0:
            return at, at + len(reference.text)
    # A document as a whole.
    return (0, 0) if not references else None


def _place_in(piece: Piece, evidence: Evidence) -> Range | None:
    if evidence.document is not None and evidence.document != piece.document:
        return None
    if evidence.phrase is None and evidence.start is None:
        return None
    return _place(piece.text, piece.start, evidence, ())


def _names(question: Question, document: str) -> bool:
    """Whether a reference's offset counts in this document."""
    named = {evidence.document for evidence in question.evidence if evidence.document is not None}
    return not named or document in named


def _at(piece: Piece, start: int, text: str) -> bool:
    return start >= piece.start and piece.text.startswith(text, start - piece.start)


def _occurrences(text: str, wanted: str) -> Iterator[Range]:
    at = text.find(wanted) if wanted else -1
    while at >= 0:
        yield at, at + len(wanted)
        at = text.find(wanted, at + len(wanted))


def _merged(spans: set[Range]) -> list[Range]:
    """Spans in order, those that touch or overlap as one: several references often differ by a word."""
    merged: list[Range] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _distance(span: Range, place: Range) -> int:
    return max(0, span[0] - place[1], place[0] - span[1])


def _inside(piece: Piece, start: int, end: int) -> list[Range]:
    """A range of the document as one of the piece; none where it does not lie in it."""
    first, last = start - piece.start, end - piece.start
    return [(first, last)] if 0 <= first < last <= len(piece.text) else []


def _whole(passage: StoredPassage) -> Piece:
    return Piece(passage.document, passage.title, passage.heading_path, passage.start, passage.text)


def _covers(evidence: Piece, cited: Piece, citation: PredictedCitation) -> bool:
    return evidence.document == cited.document and bool(_inside(evidence, citation.start, citation.end))


def _window(document: SetDocument, start: int, end: int) -> Piece:
    """A document of the set, or the part of a long one around a place."""
    whole = Piece(document.name, document.title, (), 0, document.text)
    return _cut(whole, [(start, end)] if end > start else [], [])[0]


def _cut(piece: Piece, given: list[Range], wanted: list[Range]) -> tuple[Piece, list[Range], list[Range]]:
    """The piece with its spans; a long one is cut to where the first span stands, and keeps the spans inside."""
    if len(piece.text) <= LONGEST:
        return piece, given, wanted
    start, end = (given or wanted or [(0, 0)])[0]
    first = max(0, start - AROUND)
    last = min(len(piece.text), max(first + LONGEST, end))
    cut = replace(
        piece,
        start=piece.start + first,
        text=piece.text[first:last],
        before=piece.before or first > 0,
        after=piece.after or last < len(piece.text),
    )

    def within(ranges: list[Range]) -> list[Range]:
        return [(s - first, e - first) for s, e in ranges if first <= s and e <= last]

    return cut, within(given), within(wanted)


def _units(text: str, spans: Sequence[Range]) -> list[int]:
    """Spans of code points as a flat list of UTF-16 offsets."""
    flat = [offset for span in spans for offset in span]
    if text.isascii() or max(text, default="") <= "\uffff":
        return flat
    return [offset + sum(c > "\uffff" for c in text[:offset]) for offset in flat]
