"""Candidate spans of the Hits at hand, and what is known of each: the features of the first selector."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from qa.reader.question import Kind, Question, years_in
from qa.reader.spans import TypedSpan, typed_spans
from qa.text.normalise import fold
from qa.text.sentences import split_sentences
from qa.types import Hit

# Names in the order of the vector; the model file is checked against them.
FEATURES = (
    "similarity",  # cosine of question and sentence, centred and scaled
    "lead",  # cosine minus the best cosine at hand
    "coverage",  # share of the question's content words, by rarity, that the sentence has
    "bigrams",  # share of the question's character pairs that the sentence has
    "missing",  # share of the content words, by rarity, that neither the Passage nor its headings have
    "rarest_missing",  # the rarest content word is in neither
    "place_missing",  # a place that the question names is in neither
    "number_missing",  # a number or Latin word that the question names is in neither
    "year",  # 1: the year that the question names is given, -1: another one is, 0: unknown or not asked
    "year_missing",  # the year that the question names is in neither the Passage nor its headings
    "tense",  # 1: last year asked and a review read, or a plan and a plan; -1: crosswise; 0: unknown or not asked
    "type",  # 1: of the kind and unit asked, between: related, 0: a sentence or clause
    "typed_none",  # the question asks for a typed span and this is a sentence or clause
    "proximity",  # how closely the span follows the question's words
    "focus",  # the same for the words at the interrogative alone (拉动了多少消费: 拉动, 消费)
    "change_missing",  # growth is asked and the span is no figure of growth
    "change_unasked",  # the span is a figure of growth and the question asks for none
    "repeats",  # share of the span that merely repeats the question
    "joined",  # the candidate is the clauses of two typed spans that both fit
    "clause",  # the candidate is a clause of a longer sentence
    "length",  # log length of the candidate, for sentences and clauses
    "rank",  # 1 / rank of the Hit
    "relative",  # the Hit's score divided by the best Hit's
)

_CLAUSE_EDGE = re.compile(r"[;:]|(?<!\d),|,(?!\d{3})|(?<=\d),(?=\d{4,})")
_LEADS_CHANGE = re.compile(
    r"(?:增长|增速|增幅|涨幅|降幅|下降|上升|上涨|提高|提升|增加|减少|降低|回落|同比|环比|增|降|长)[了到至为达约\s]{0,2}$"
)
_RELATED: dict[Kind, dict[Kind, float]] = {
    Kind.AMOUNT: {Kind.AMOUNT: 1.0, Kind.COUNT: 0.7, Kind.PERCENT: 0.3, Kind.DURATION: 0.3},
    Kind.COUNT: {Kind.COUNT: 1.0, Kind.AMOUNT: 0.6, Kind.DURATION: 0.3},
    Kind.PERCENT: {Kind.PERCENT: 1.0, Kind.AMOUNT: 0.3, Kind.COUNT: 0.3},
    Kind.DATE: {Kind.DATE: 1.0},
    Kind.DURATION: {Kind.DURATION: 1.0, Kind.COUNT: 0.4, Kind.DATE: 0.2},
    Kind.PERSON: {Kind.PERSON: 1.0},
    Kind.PLACE: {Kind.PLACE: 1.0},
    Kind.ORGANISATION: {Kind.ORGANISATION: 1.0, Kind.ENTITY: 0.6},
    Kind.ENTITY: {Kind.ENTITY: 1.0},
    Kind.LIST: {Kind.LIST: 1.0},
    Kind.ARTICLE: {Kind.ARTICLE: 1.0},
}
# How many sentences are compared by embedding, and how many spans of one sentence are weighed.
SENTENCES, SPANS = 6, 3
# The longest answer, in characters, that joins the clauses of two spans.
JOINED = 60


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a Hit's Passage; offsets are into ``hit.passage.text``, ``text`` is folded."""

    hit: Hit
    rank: int
    start: int
    end: int
    text: str
    before: str
    passage: str
    headings: str
    coverage: float = 0.0
    bigrams: float = 0.0
    similarity: float = 0.0
    embedded: bool = False

    @property
    def original(self) -> str:
        """The sentence as it stands in the Document."""
        return self.hit.passage.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A span of a sentence (offsets into the Passage's text) and its features, ordered as ``FEATURES``."""

    sentence: Sentence
    start: int
    end: int
    vector: tuple[float, ...]


def sentences_of(hits: Sequence[Hit]) -> list[Sentence]:
    """All sentences of the Hits, best Hit first."""
    out = []
    for rank, hit in enumerate(hits, 1):
        folded = fold(hit.passage.text)
        headings = fold(" ".join(hit.passage.heading_path))
        for start, end in split_sentences(hit.passage.text):
            out.append(Sentence(hit, rank, start, end, folded[start:end], folded[:start], folded, headings))
    return out


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if text[i : i + 2].isalnum()}


class Rarity:
    """How rare each word of a question is among the sentences at hand: BM25's idf, at least 0.1."""

    def __init__(self, question: Question, sentences: Sequence[Sentence]) -> None:
        n = len(sentences)
        self.of: dict[str, float] = {}
        for word in question.content:
            df = sum(word in s.text for s in sentences)
            # A longer word says more than its parts, which are counted beside it.
            self.of[word] = max(0.1, math.log(1 + (n - df + 0.5) / (df + 0.5))) * min(len(word), 4) ** 0.5
        self.total = sum(self.of.values()) or 1.0

    def share(self, text: str, beside: str = "") -> float:
        """The share of the question's rarity that ``text`` covers; words only in ``beside`` count half."""
        got = sum(r * (1.0 if w in text else 0.5 if w in beside else 0.0) for w, r in self.of.items())
        return got / self.total


def prefilter(question: Question, sentences: Sequence[Sentence], rarity: Rarity) -> list[Sentence]:
    """The sentences worth embedding, at most ``SENTENCES``: by covered words, then by the Hit's rank."""
    pairs = _bigrams(question.text)
    weighed = [
        replace(
            s,
            coverage=rarity.share(s.text, s.headings),
            bigrams=len(pairs & _bigrams(s.text)) / (len(pairs) or 1),
        )
        for s in sentences
    ]
    weighed.sort(key=lambda s: -(s.coverage + 0.5 * s.bigrams + 0.2 / s.rank))
    return weighed[:SENTENCES]


def clauses(text: str) -> list[tuple[int, int]]:
    """Clauses of a folded sentence, without the marks between them: cut at , ; and : but not inside 1,080."""
    out, begin = [], 0
    for match in _CLAUSE_EDGE.finditer(text):
        if match.start() > begin:
            out.append((begin, match.start()))
        begin = match.end()
    if begin < len(text):
        out.append((begin, len(text)))
    return out


def _year(question: Question, sentence: Sentence) -> float:
    if not question.years:
        return 0.0
    # The heading nearest to the text says more than the title.
    headings = [fold(h) for h in reversed(sentence.hit.passage.heading_path)]
    for text in (sentence.text, sentence.before[-200:], *headings):
        named = years_in(text)
        if named & question.years:
            return 1.0
        if named:
            return -1.0
    return 0.0


# A report of year N tells what N-1 achieved in its review, and what N plans in the rest.
_ASKS_REVIEW = re.compile("去年|上年|上一年|过去一年")
_ASKS_PLAN = re.compile("今年|明年|目标|计划|预期|力争|打算|拟")
_IS_REVIEW = re.compile("回顾|总结|成绩|过去[一五]年")
_IS_PLAN = re.compile("安排|目标|任务|打算|展望|计划|总体要求|重点工作|工作建议")


# 突破15亿元大关,达15.8亿元: the mark that was passed is not the figure.
_PASSED = re.compile("突破|跨过|跨越|迈上|超过|站上")


def _side(text: str, review: re.Pattern[str], plan: re.Pattern[str]) -> int:
    return bool(review.search(text)) - bool(plan.search(text))


def _tense(question: Question, sentence: Sentence) -> float:
    asked = _side(question.text, _ASKS_REVIEW, _ASKS_PLAN)
    for heading in reversed(sentence.hit.passage.heading_path):
        given = _side(fold(heading), _IS_REVIEW, _IS_PLAN)
        if given:
            return float(asked * given)
    return 0.0


def _type(question: Question, span: TypedSpan, text: str) -> float:
    value = _RELATED[question.kind].get(span.kind, 0.0)
    if question.kind is Kind.PERCENT and span.kind is not Kind.PERCENT and not question.change:
        value *= 0.3
    if question.units and span.kind in (Kind.AMOUNT, Kind.COUNT, Kind.DURATION):
        value = 1.0 if span.unit in question.units else 0.25 if span.unit else 0.4
    if _PASSED.search(text[max(0, span.start - 3) : span.end]) and text.startswith("大关", span.end):
        value *= 0.5
    if question.kind in (Kind.ENTITY, Kind.ORGANISATION, Kind.PLACE) and question.head:
        value = 1.0 if text[span.start : span.end].endswith(question.head) else 0.5
    return value


def _places_of(question: Question, text: str) -> list[tuple[str, list[int]]]:
    out = []
    for word in question.content:
        found, at = [], text.find(word)
        while at >= 0:
            found.append(at)
            at = text.find(word, at + 1)
        if found:
            out.append((word, found))
    return out


def _proximity(
    span: TypedSpan,
    others: Sequence[TypedSpan],
    places: list[tuple[str, list[int]]],
    text: str,
    rarity: Rarity,
    growth: bool,
    among: Collection[str],
) -> float:
    """0..1: the rarity of the question's words ``among``, each discounted by its distance from the span.

    In reports the figure follows its indicator, so words behind the span count as farther away; so do words
    beyond a clause's edge, and beyond another span of the same kind, which would be theirs. A figure of
    ``growth`` stands behind its indicator's level, a clause farther on: it is forgiven half the distance.
    """
    got = 0.0
    for word, found in places:
        if word not in among:
            continue
        best = 0.0
        for at in found:
            last = at + len(word)
            if at < span.end and last > span.start:
                continue
            left, right = (last, span.start) if last <= span.start else (span.end, at)
            gap = float(right - left) + (4.0 if at >= span.end else 0.0)
            gap += 6.0 * len(_CLAUSE_EDGE.findall(text[left:right]))
            gap += 8.0 * sum(o.start >= left and o.end <= right for o in others)
            best = max(best, math.exp(-gap / (32.0 if growth else 16.0)))
        got += rarity.of[word] * best
    return got / (sum(rarity.of[w] for w in among) or 1.0)


def _is_change(text: str, span: TypedSpan) -> bool:
    return span.kind in (Kind.PERCENT, Kind.AMOUNT, Kind.COUNT) and bool(_LEADS_CHANGE.search(text[: span.start]))


def weigh(question: Question, sentences: Sequence[Sentence], rarity: Rarity) -> list[Weighed]:
    """Every candidate of ``sentences`` with its features."""
    best = max((s.similarity for s in sentences), default=0.0)
    top_score = max((s.hit.score for s in sentences), default=0.0) or 1.0
    rarest = max(rarity.of, key=lambda w: rarity.of[w], default="")
    figures = [w for w in question.content if w[0].isascii()]
    wanted = frozenset(_RELATED.get(question.kind, ()))
    out: list[Weighed] = []
    for s in sentences:
        around = s.passage + " " + s.headings
        common = {
            "similarity": 10.0 * (s.similarity - 0.85),
            "lead": 10.0 * (s.similarity - best),
            "coverage": s.coverage,
            "bigrams": s.bigrams,
            "missing": 1.0 - rarity.share(around),
            "rarest_missing": float(bool(rarest) and rarest not in around),
            "place_missing": float(any(p.rstrip("省市县区") not in around for p in question.places)),
            "number_missing": float(any(w not in around for w in figures)),
            "year": _year(question, s),
            "year_missing": float(bool(question.years) and not any(y in around for y in question.years)),
            "tense": _tense(question, s),
            "rank": 1.0 / s.rank,
            "relative": s.hit.score / top_score,
        }
        places = _places_of(question, s.text)
        spans = typed_spans(s.text, wanted, question.head) if wanted else []
        typed = []
        for span in spans:
            piece = s.text[span.start : span.end]
            # A span that the question itself names is not its answer.
            repeats = float(piece in question.text)
            alike = [o for o in spans if o.kind is span.kind and o is not span]
            growth = _is_change(s.text, span)
            own = {
                "type": _type(question, span, s.text),
                "proximity": _proximity(
                    span, alike, places, s.text, rarity, growth and question.change, question.content
                ),
                "focus": _proximity(span, alike, places, s.text, rarity, growth and question.change, question.focus),
                "change_missing": float(question.change and not growth),
                "change_unasked": float(growth and not question.change),
                "repeats": repeats,
            }
            order = own["type"] + own["proximity"] + 0.5 * own["focus"] - repeats
            typed.append((order - 0.5 * (own["change_missing"] + own["change_unasked"]), span, own))
        typed.sort(key=lambda t: -t[0])
        for _, span, own in typed[:SPANS]:
            out.append(_weighed(s, span.start, span.end, common, own))
        pieces = [(0, len(s.text))]
        parts = clauses(s.text)
        joined = _joined([span for _, span, own in typed[:2] if own["type"] > 0], parts)
        if joined:
            pieces.append(joined)
        if len(parts) > 1:
            shares = [rarity.share(s.text[a:b]) for a, b in parts]
            first = max(range(len(parts)), key=lambda i: shares[i])
            pieces.append(parts[first])
            # A clause that says little itself introduces the next one.
            if first + 1 < len(parts):
                pieces.append((parts[first][0], parts[first + 1][1]))
                pieces.append(parts[first + 1])
        for start, end in dict.fromkeys(pieces):
            piece = s.text[start:end]
            own = {
                "typed_none": float(bool(wanted)),
                "repeats": len(_bigrams(piece) & _bigrams(question.text)) / (len(_bigrams(piece)) or 1),
                "joined": float((start, end) == joined),
                "clause": float(end - start < len(s.text)),
                "length": math.log(max(1, end - start) / 20.0),
                "proximity": rarity.share(piece),
            }
            out.append(_weighed(s, start, end, common, own))
    return out


def _joined(spans: Sequence[TypedSpan], parts: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """From the clause of the one span to the clause of the other, when there are two and they stand close.

    Where it is not clear which of two figures is meant, both in their own words are the honest answer.
    """
    if len(spans) < 2:
        return None
    touched = [(a, b) for a, b in parts if any(a <= span.start < b for span in spans)]
    if not touched or touched[-1][1] - touched[0][0] > JOINED:
        return None
    return touched[0][0], touched[-1][1]


def _weighed(s: Sentence, start: int, end: int, common: dict[str, float], own: dict[str, float]) -> Weighed:
    known = common | own
    return Weighed(s, s.start + start, s.start + end, tuple(known.get(name, 0.0) for name in FEATURES))
