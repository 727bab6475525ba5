"""Fit how the reader's scores are weighed, and the confidence, on questions that the model never saw.

What is held apart of CMRC and of DRCD's part, an eighth of the reports, and statutes and texts of offices each become a
Library, and are asked through its search: what the sets ask, what is asked of reports by rule, and what was written by
hand (``written``). A third of the questions on paragraphs lose their own: what is found is wrong but alike, and the
right thing is to abstain. Some are asked once more in people's own words (``own_words``).
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qa.library import Library
from qa.period import asked as asked_for
from qa.reader.contradiction import consistent
from qa.reader.logistic import fit, sigmoid
from qa.reader.selection import FEATURES, PLACE, features, scores
from qa.reader.train import corpus, own_words, reports, squad, written
from qa.reader.train.examples import SEED
from qa.reader.train.prepare import HELD_REPORTS
from qa.text.normalise import fold
from qa.types import Hit

if TYPE_CHECKING:
    from qa.reader.trained import TrainedReader

HITS = 5
REMOVED = 1 / 3
SIZES = {"trial": 200, "cmrc": 200, "drcd": 200, "report": 300, "no-report": 170}
FOLDS = 5
ANSWERED_WRONGLY = 0.10
"""The share of unanswerable questions that may be answered at the default threshold, in the mean of the kinds of
text."""
REWORDED = 0.5
"""What a rewording counts for in the calibration, where another question counts one: it asks what its original asks,
and is less often right at the same score."""
QUESTION = 10.0
"""What a question counts for in the fit of the weights, beside the ridge."""
CHOSEN = 0.8
"""How much of a question's weight in the fit falls on the span that would be chosen: it is that span's confidence that
refuses or answers. The rest, on all of them, keeps the right one first."""
RIDGE = 10.0
FITS = 4
ALIKE, AROUND = 0.6, 24
"""The share of characters in common, and the characters around the gold answer, that make an answer half right, or
right."""
SILENT = -30.0
"""The score of a question for which no span is found: it is surely refused."""
THRESHOLDS = (0.1, 0.8)
"""The threshold is between these: what is wrong nine times in ten is better left unsaid."""
_REWORDINGS = "-own-words"
_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Question:
    """A held-apart question with the accepted answer ("" for none) and the Hits to read for it.

    ``original``: the held-apart question that this one rewords; "" for those themselves.
    """

    text: str
    gold: str
    kind: str
    hits: list[Hit]
    original: str = ""

    @property
    def family(self) -> str:
        """The same for a question and its rewordings: they are fitted, or judged, together."""
        return self.original or self.text


@dataclass(frozen=True, slots=True)
class Held:
    """A held-apart question before its search, which is among the documents ``within`` (None: all) but ``without`` one.

    Where a passage other than ``passage`` tells of ``absent`` after all, there is no telling what is right.
    """

    text: str
    gold: str
    kind: str
    within: list[str] | None = None
    without: str = ""
    passage: str = ""
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The spans read for a question, which may be none: their features, and how right they are (``rightness``)."""

    question: Question
    rows: NDArray[np.float64]
    right: NDArray[np.float64]


def rightness(answer: str, gold: str) -> float:
    """1 for the gold answer with at most little else; one half for most of its characters, or for it among much else.

    Another person would have marked a little more or less: what holds all of gold is more surely right than what
    shares most of it. Nothing is right that lacks a figure of gold's.
    """
    if not gold:
        return 0.0
    a, b = ("".join(c for c in fold(text) if c.isalnum() or c in ".%-") for text in (answer, gold))
    if set(_NUMBERS.findall(b)) - set(_NUMBERS.findall(a)):
        return 0.0
    same, holds = (Counter(a) & Counter(b)).total(), b in a
    alike = 2 * same >= ALIKE * (len(a) + len(b)) if same else False
    return (holds + (alike or (holds and len(a) <= len(b) + AROUND))) / 2


def questions(shared: Path, folder: Path, say: Callable[[str], None]) -> list[Question]:
    """The held-apart questions with what search finds; the Libraries are kept in ``folder``."""
    rng = random.Random(SEED)
    words = own_words.load()
    paragraphs, asked = squad.load(shared)
    held = squad.held_apart(paragraphs)
    out: list[Question] = []
    for source in ("trial", "cmrc", "drcd"):
        members = [i for i, p in enumerate(paragraphs) if p.source == source and held[i]]
        texts = {i: paragraphs[i].text.encode() for i in members}
        with _library(folder / source, [(f"{paragraphs[i].title}.txt", texts[i]) for i in members], say) as library:
            places = _places(library, texts)
            mine = [a for a in asked if a.paragraph in places]
            for one in rng.sample(mine, min(SIZES[source], len(mine))):
                if rng.random() < REMOVED:
                    question = Held(one.question, "", source, without=places[one.paragraph])
                else:
                    question = Held(one.question, paragraphs[one.paragraph].text[one.start : one.end], source)
                out += put(question, library, words)
    out += _on_reports(shared, folder / "reports", rng, words, say)
    out += _on_written(shared, folder / "written", say)
    unused = sum(map(len, words.values())) - sum(bool(q.original) for q in out)
    if unused:
        say(f"{unused} of {own_words.FILE.name} left out: what they reword is not held apart, or is answered after all")
    return out


def _on_reports(
    shared: Path, folder: Path, rng: random.Random, words: Mapping[str, Sequence[str]], say: Callable[[str], None]
) -> Iterator[Question]:
    every = list(corpus.reports(shared))
    members = [i for i in range(len(every)) if i % HELD_REPORTS == 0]
    passages = [p for p in corpus.passages(every) if p.report in members]
    known = list(reports.facts(passages))
    texts = {i: every[i].text.encode() for i in members}
    with _library(folder, [(f"{every[i].title}.txt", texts[i]) for i in members], say) as library:
        places = _places(library, texts)
        kinds = {"figure": 0.6, "list": 0.2, "thing": 0.15, "rank": 0.05}
        for kind, share in kinds.items():
            some = [f for f in known if f.kind == kind]
            for fact in rng.sample(some, min(len(some), round(share * SIZES["report"]))):
                one = reports.ask(fact, rng)
                # Without year and place, a question is one on the report that lies open.
                within = None if one.dated and one.placed else [places[fact.passage.report]]
                gold = fact.passage.text[fact.start : fact.end]
                yield from put(Held(one.question, gold, f"report-{kind}", within), library, words)
        for text, report, gold in written.on_whole_reports(passages):
            looked_for = asked_for(text)
            dated = looked_for.periods or looked_for.reports
            # That nothing answers is known of its own report alone.
            within = None if gold and dated and looked_for.places else [places[report]]
            yield from put(Held(text, gold, "whole-report", within), library, words)
        made = 0
        for fact in rng.sample(known, len(known)):
            other = reports.elsewhere(fact, rng) if fact.kind in ("figure", "list") else None
            if other is None or made == SIZES["no-report"]:
                continue
            made += 1
            if own_words.identity(other) in own_words.NOT_UNANSWERABLE:
                continue
            # The year before may stand in the same report after all, with the same figure: that would be right.
            answer = fold(fact.passage.text[fact.start : fact.end])
            within = [places[fact.passage.report]]
            yield from put(
                Held(other, "", "no-report", within, passage=fact.passage.text, absent=answer), library, words
            )


def _on_written(shared: Path, folder: Path, say: Callable[[str], None]) -> Iterator[Question]:
    """Questions written by hand, among their texts and those articles of statutes that are not learned from."""
    by_hand = written.load(shared, [])
    held = dict(zip(by_hand, written.held_apart(by_hand), strict=True))
    learned = {one.text for one, apart in held.items() if not apart}
    titles = {text: title for text, title in written.statutes(shared).items() if text not in learned}
    titles |= {one.text: one.title for one, apart in held.items() if apart}
    texts = {number: text.encode() for number, text in enumerate(titles)}
    names = [f"{title}.txt" for title in titles.values()]
    with _library(folder, [(names[number], data) for number, data in texts.items()], say) as library:
        places = dict(zip(titles, _places(library, texts).values(), strict=True))
        for one in (one for one, apart in held.items() if apart):
            gold = one.text[one.start : one.end]
            # What its own text lacks may stand in another article: that nothing answers is known of its own alone.
            within = None if gold else [places[one.text]]
            yield from put(Held(one.question, gold, f"written-{one.kind}", within), library, {})


def put(held: Held, library: Library, words: Mapping[str, Sequence[str]]) -> Iterator[Question]:
    """The question with what search finds for it; then, searched in the same way, its rewordings.

    Ends at the first whose Hits tell of ``held.absent`` after all.
    """
    for number, text in enumerate((held.text, *words.get(own_words.identity(held.text), ()))):
        found = library.search(text, 2 * HITS, documents=held.within)
        hits = [h for h in found if h.passage.document_id != held.without][:HITS]
        others = (h.passage.text for h in hits if h.passage.text != held.passage)
        if held.absent and any(held.absent in fold(other) for other in others):
            return
        if number:
            yield Question(text, held.gold, f"{held.kind}{_REWORDINGS}", hits, held.text)
        else:
            yield Question(text, held.gold, held.kind, hits)


def _library(folder: Path, files: Sequence[tuple[str, bytes]], say: Callable[[str], None]) -> Library:
    """The Library of these files, and of no others, in ``folder``; what it holds already is not embedded again."""
    library = Library.open(folder)
    held = {document.sha256: document.id for document in library.documents()}
    wanted = {hashlib.sha256(data).hexdigest(): (name, data) for name, data in files}
    library.remove([place for digest, place in held.items() if digest not in wanted])
    missing = [file for digest, file in wanted.items() if digest not in held]
    for number, (name, data) in enumerate(missing):
        library.add_bytes(data, name)
        if number % 50 == 0:
            say(f"{folder.name}: {number}/{len(missing)} documents embedded")
    return library


def _places(library: Library, texts: Mapping[int, bytes]) -> dict[int, str]:
    """The document's id of each text."""
    known = {document.sha256: document.id for document in library.documents()}
    return {number: known[hashlib.sha256(data).hexdigest()] for number, data in texts.items()}


def weigh(reader: TrainedReader, asked: Sequence[Question], say: Callable[[str], None]) -> list[Weighed]:
    """Read all of every question's Hits, as what is wrong teaches, too."""
    out = []
    for number, question in enumerate(asked):
        found = consistent(question.text, reader.spans(question.text, question.hits, far=math.inf))
        right = np.array([rightness(read.text, question.gold) for read in found], dtype=float)
        out.append(Weighed(question, features(question.text, found), right))
        if number % 100 == 99:
            say(f"{number + 1}/{len(asked)} questions read")
    return out


def select(data: Sequence[Weighed], say: Callable[[str], None], among: Collection[str] = FEATURES) -> dict[str, Any]:
    """Weights, calibration and threshold; each question's figures come from weights fitted on the other folds.

    Features that are not ``among`` these weigh nothing.
    """
    used = np.array([name in among for name in FEATURES])
    parts = folds(data)
    tops = [_tops(part, _fitted([w for other in parts if other is not part for w in other], used)) for part in parts]
    best, right = (np.concatenate(each) for each in zip(*tops, strict=True))
    kinds = np.array([w.question.kind for part in parts for w in part])
    answerable = np.array([bool(w.question.gold) for part in parts for w in part])
    counts = np.array([REWORDED if w.question.original else 1.0 for part in parts for w in part])
    slope, intercept = fit(best[:, None], right, counts, ridge=1e-3)
    confidence = sigmoid(slope * best + intercept)
    sources = np.array([kind.removesuffix(_REWORDINGS) for kind in kinds])
    threshold = float(np.clip(_threshold(confidence[~answerable], sources[~answerable]), *THRESHOLDS))
    for kind in (*sorted(set(kinds)), "all"):
        mine = np.ones(len(kinds), bool) if kind == "all" else kinds == kind
        said = confidence >= threshold
        line = (
            f"  {kind:24s}{mine.sum():5d}  mean confidence {confidence[mine].mean():.2f} right {right[mine].mean():.2f}"
        )
        if (mine & answerable).any():
            a = mine & answerable
            line += f"  answerable: right first {(right[a] > 0).mean():.1%}, refused {(~said[a]).mean():.1%}"
        if (mine & ~answerable).any():
            line += f"  unanswerable: answered {said[mine & ~answerable].mean():.1%}"
        say(line)
    weights, edges = _fitted(data, used)
    for name, value in zip((*FEATURES, "edges"), (*weights, *edges), strict=True):
        say(f"  {name:14s}{value:8.3f}")
    return {
        "features": list(FEATURES),
        "weights": [round(float(w), 5) for w in weights],
        "edges": [round(each, 5) for each in edges],
        "calibration": [round(float(slope), 5), round(float(intercept), 5)],
        "threshold": round(threshold, 3),
        "questions": len(data),
    }


def _threshold(confidence: NDArray[np.float64], sources: NDArray[np.str_]) -> float:
    """The confidence that ``ANSWERED_WRONGLY`` of these questions, which have no answer, reach in the mean of their
    sources: however many questions were made from one of them, it counts like another.
    """
    names, members, sizes = np.unique(sources, return_inverse=True, return_counts=True)
    order = np.argsort(-confidence)
    answered = np.cumsum(1 / (len(names) * sizes[members[order]]))
    return float(confidence[order[min(int(np.searchsorted(answered, ANSWERED_WRONGLY)), len(order) - 1)]])


def folds(data: Sequence[Weighed]) -> list[list[Weighed]]:
    """Five parts by chance; a question and its rewordings are in one part, as else each would tell of the other."""
    families = list(dict.fromkeys(w.question.family for w in data))
    order = np.random.default_rng(SEED).permutation(len(families))
    part_of = {families[i]: place % FOLDS for place, i in enumerate(order)}
    return [[w for w in data if part_of[w.question.family] == k] for k in range(FOLDS)]


Fitted: TypeAlias = tuple[NDArray[np.float64], tuple[float, float]]
"""``weights`` and ``edges`` of a ``Selection``."""


def _fitted(part: Sequence[Weighed], used: NDArray[np.bool_]) -> Fitted:
    """The fit to all spans, and then, again, with each question's best one by the last fit counting for most."""
    part = [w for w in part if len(w.right)]
    x = np.where(used, np.concatenate([w.rows for w in part]), 0.0)
    place = x[:, : len(PLACE)]
    right = np.concatenate([w.right for w in part])
    edges = _edges(x, right)
    counts = [np.full(len(w.right), QUESTION / len(w.right)) for w in part]
    for _ in range(FITS):
        # The fit adds a constant of its own behind the others: it stands for the last of these, which is one.
        weights = fit(place[:, :-1], (right > 0).astype(float), np.concatenate(counts), ridge=RIDGE)
        counts = [span_counts(w, weights, edges) for w in part]
    return weights, edges


def _edges(x: NDArray[np.float64], right: NDArray[np.float64]) -> tuple[float, float]:
    """What tells whether spans that are right in part hold the whole answer: the model's share for these edges."""
    some = right > 0
    share, constant = fit(x[some, len(PLACE) :], (right[some] == 1).astype(float), ridge=1.0)
    return float(share), float(constant)


def span_counts(one: Weighed, weights: NDArray[np.float64], edges: tuple[float, float]) -> NDArray[np.float64]:
    """What each span of a question counts for, ``QUESTION`` in all: most, what these weights would choose."""
    counts = np.full(len(one.right), QUESTION * (1 - CHOSEN) / len(one.right))
    counts[int(np.argmax(scores(one.rows, weights, edges)))] += QUESTION * CHOSEN
    return counts


def _tops(part: Sequence[Weighed], fitted: Fitted) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    found, right = [], []
    for w in part:
        if not len(w.right):
            found.append(SILENT)
            right.append(0.0)
            continue
        z = scores(w.rows, *fitted)
        best = int(np.argmax(z))
        found.append(float(z[best]))
        right.append(float(w.right[best]))
    return np.array(found), np.array(right)


def write(values: dict[str, Any], path: Path) -> None:
    """Write the weights where the reader looks for them."""
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
