"""Fit the first selector: ``python -m qa.reader.fit --shared ../shared``.

Uses training data alone: CMRC 2018 train and trial, a part of DRCD train, and questions made by rule from
the reports. Pools of paragraphs stand for a person's Library; a BM25 retriever finds the Hits. A third of all
questions lose their own paragraph: what is found is wrong but alike, and the right thing is to abstain.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.reader.features import FEATURES
from qa.reader.first import HITS, MODEL_FILE, Similarities, candidates
from qa.reader.fit_reports import report_examples
from qa.reader.logistic import fit, sigmoid
from qa.text.normalise import fold
from qa.text.words import words
from qa.types import Hit, Passage

if TYPE_CHECKING:
    from qa.reader.logistic import Floats

SHORT_SENTENCE = 60
# Chow 1970, "On optimum recognition error and reject tradeoff": with a calibrated confidence, refuse below
# c / (1 + c), where a wrong answer costs c refused right ones. Here c = 1.
THRESHOLD = 0.5
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A question over a pool of passages; ``golds`` are the accepted answers in passage ``source``."""

    question: str
    golds: tuple[str, ...]
    pool: str
    source: int | None
    kind: str
    within: frozenset[int] | None = None


class Pool:
    """Passages with a BM25 index (k1 = 1.2, b = 0.75), as a stand-in for a Library."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._lengths = []
        for i, p in enumerate(passages):
            counts = Counter(words(p.text + " " + " ".join(p.heading_path)))
            self._lengths.append(sum(counts.values()))
            for w, c in counts.items():
                self._postings[w].append((i, c))
        self._mean = sum(self._lengths) / max(1, len(passages))

    def search(
        self, question: str, k: int, without: int | None = None, within: frozenset[int] | None = None
    ) -> list[Hit]:
        """The ``k`` best passages; the score is the reciprocal rank's, as a fused score would be."""
        scores: dict[int, float] = defaultdict(float)
        for w in set(words(question)):
            found = self._postings.get(w, ())
            idf = math.log(1 + (len(self.passages) - len(found) + 0.5) / (len(found) + 0.5))
            for i, c in found:
                norm = 1.2 * (0.25 + 0.75 * self._lengths[i] / self._mean)
                scores[i] += idf * c * 2.2 / (c + norm)
        best = [i for i in sorted(scores, key=lambda i: -scores[i]) if i != without and (within is None or i in within)]
        return [Hit(self.passages[i], 61.0 / (61.0 + n)) for n, i in enumerate(best[:k])]


def _squad(path: Path) -> Iterable[tuple[str, list[tuple[str, list[str]]]]]:
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            yield (
                paragraph["context"],
                [(q["question"], [a["text"] for a in q["answers"]]) for q in paragraph["qas"]],
            )


def _overlap(answer: str, gold: str) -> float:
    a = Counter(c for c in fold(answer) if c.isalnum())
    b = Counter(c for c in fold(gold) if c.isalnum())
    same = sum((a & b).values())
    return 2 * same / (a.total() + b.total()) if same else 0.0


def is_right(answer: str, golds: Sequence[str]) -> bool:
    """Character F1 of at least 0.5 with a gold answer, or the gold within a short answer."""
    return any(_overlap(answer, g) >= 0.5 or (fold(g) in fold(answer) and len(answer) <= SHORT_SENTENCE) for g in golds)


def closeness(answer: str, golds: Sequence[str], right: float) -> float:
    """How good an answer is to rank by, in 0..1: the best character F1; a gold only contained counts 0.75."""
    return right * max(0.75, max((_overlap(answer, g) for g in golds), default=0.0)) if right else 0.0


def load(shared: Path, rng: random.Random, size: int) -> tuple[dict[str, Pool], list[Example]]:
    """Pools and examples; ``size`` questions of each source at most."""
    pools: dict[str, Pool] = {}
    examples: list[Example] = []
    sources = {
        "cmrc": [shared / "data/cmrc2018/train.json", shared / "data/cmrc2018/trial.json"],
        "drcd": [shared / "data/drcd/train_part.json"],
    }
    for name, paths in sources.items():
        passages: list[Passage] = []
        found: list[Example] = []
        for path in paths:
            for text, questions in _squad(path):
                i = len(passages)
                passages.append(Passage(i, name, i, 0, len(text), text))
                found += [Example(q, tuple(golds), name, i, name) for q, golds in questions]
        pools[name] = Pool(passages)
        examples += rng.sample(found, min(size, len(found)))
    passages, made = report_examples(shared, rng, 2 * size)
    pools["reports"] = Pool(passages)
    members: dict[str, set[int]] = defaultdict(set)
    for p in passages:
        members[p.document_id].add(p.id)
    examples += [
        Example(
            m.question,
            m.golds,
            "reports",
            m.source,
            m.kind,
            frozenset(members[m.document]) if m.document else None,
        )
        for m in made
    ]
    rng.shuffle(examples)
    return pools, examples


def gather(pools: dict[str, Pool], examples: list[Example], selector: Any, rng: random.Random) -> list[Any]:
    """For each example: its kind, whether it can be answered, the candidates' vectors and which are right."""
    out = []
    for e in examples:
        pool = pools[e.pool]
        removed = bool(e.golds) and rng.random() < 1 / 3
        hits = pool.search(e.question, HITS, e.source if removed else None, e.within)
        answerable = bool(e.golds) and not removed and any(h.passage.id == e.source for h in hits)
        rows, right, texts = [], [], []
        for w in candidates(e.question, hits, selector):
            text = w.sentence.hit.passage.text[w.start : w.end]
            rows.append(w.vector)
            same = w.sentence.hit.passage.id == e.source or len(text) > 4
            right.append(float(answerable and same and is_right(text, e.golds)))
            texts.append(text)
        if rows:
            out.append((e, answerable, rows, right, texts))
    return out


class Remembered:
    """Cosines of questions and sentences, kept in a file between runs: embedding takes most of the time."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, dict[str, float]] = {}
        if path and path.exists():
            self._known = json.loads(path.read_text(encoding="utf-8"))
        self._compute: Similarities | None = None

    def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Cosines, one a sentence, in their order."""
        known = self._known.setdefault(question, {})
        missing = [s for s in sentences if s not in known]
        if missing:
            if self._compute is None:
                from embeddings import load_embedder

                self._compute = Similarities(load_embedder())
            known.update(zip(missing, self._compute(question, missing), strict=True))
        return [known[s] for s in sentences]

    def save(self) -> None:
        """Write the file."""
        if self._path:
            self._path.write_text(json.dumps(self._known, ensure_ascii=False), encoding="utf-8")


def auc(scores: Floats, labels: Floats) -> float:
    """Area under the ROC curve: the chance that a right one scores above a wrong one (ties count half)."""
    import numpy as np

    y = np.asarray(labels)
    _, inverse, counts = np.unique(np.asarray(scores), return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    ranks = (ends - (counts - 1) / 2)[inverse]
    n = float(y.sum())
    return float((ranks[y == 1].sum() - n * (n + 1) / 2) / (n * (len(y) - n)))


def reliability(p: Any, y: Any, bins: int = 10) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error over equal-width bins, and (mean confidence, share right, n) of each bin."""
    table, error = [], 0.0
    for b in range(bins):
        at = (p >= b / bins) & (p < (b + 1) / bins if b < bins - 1 else p <= 1)
        if at.any():
            table.append((float(p[at].mean()), float(y[at].mean()), int(at.sum())))
            error += abs(table[-1][0] - table[-1][1]) * int(at.sum()) / len(p)
    return error, table


def main() -> None:
    """Refit, print how well it does on questions kept apart from the fit, and write the model file."""
    import numpy as np

    parser = argparse.ArgumentParser(description="Fit the first selector on training data.")
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--size", type=int, default=800, help="questions of each source; twice as many of reports")
    parser.add_argument("--out", type=Path, default=MODEL_FILE)
    parser.add_argument("--drop", nargs="*", default=[], help="features to leave out: for ablations, writes nothing")
    parser.add_argument("--cache", type=Path, help="a JSON file that keeps cosines between runs")
    args = parser.parse_args()
    rng = random.Random(20250101)
    similarities = Remembered(args.cache)
    data = gather(*load(args.shared, rng, args.size), similarities, rng)
    similarities.save()
    keep = np.array([name not in args.drop for name in FEATURES], dtype=float)
    # A fifth is kept apart for the report. On the rest, predictions for each fold by the other
    # folds' coefficients give the calibration; the final coefficients come from all of it.
    n = len(data)
    training, test = data[: n * 4 // 5], data[n * 4 // 5 :]

    def coefficients(part: list[Any]) -> Any:
        x = np.array([v for e in part for v in e[2]]) * keep
        y = np.array([closeness(t, e[0].golds, r) for e in part for r, t in zip(e[3], e[4], strict=True)])
        # Every question weighs the same, however many candidates it has.
        return fit(x, y, np.concatenate([np.full(len(e[2]), 10.0 / len(e[2])) for e in part]))

    def tops(part: list[Any], beta: Any) -> tuple[Any, Any]:
        logits, right = [], []
        for e in part:
            z = (np.array(e[2]) * keep) @ beta[:-1] + beta[-1]
            i = int(np.argmax(z))
            logits.append(float(z[i]))
            right.append(e[3][i])
        return np.array(logits), np.array(right)

    out_of_fold = [
        tops(training[k::FOLDS], coefficients([e for i, e in enumerate(training) if i % FOLDS != k]))
        for k in range(FOLDS)
    ]
    z, right = (np.concatenate(parts) for parts in zip(*out_of_fold, strict=True))
    slope, intercept = fit(z[:, None], right, ridge=1e-3)
    beta = coefficients(training)
    z, right = tops(test, beta)
    p = sigmoid(slope * z + intercept)
    error, table = reliability(p, right)
    print(f"questions: {len(training)} training, {len(test)} test")
    for name, value in sorted(zip(FEATURES, beta, strict=False), key=lambda t: -abs(t[1])):
        print(f"  {name:16s}{value:8.3f}")
    print(f"AUC {auc(p, right):.3f}  ECE {error:.3f}  threshold {THRESHOLD}")
    print("confidence  right  n")
    for mean, share, count in table:
        print(f"  {mean:8.3f} {share:8.3f} {count:5d}")
    answerable = np.array([e[1] for e in test])
    kinds = np.array([e[0].kind for e in test])
    best = np.array([max(e[3]) for e in test])
    said = p >= THRESHOLD
    print("kind              n  can  best  top  | answered right/wrong, refused right/should")
    for kind in (*sorted(set(kinds)), "all"):
        k = np.ones(len(kinds), bool) if kind == "all" else kinds == kind
        a = k & answerable
        can = f"{best[a].mean():5.2f} {right[a].mean():5.2f}" if a.any() else "    -     -"
        counts = [int(((right[k & part]) == r).sum()) for part in (said, ~said) for r in (1, 0)]
        print(f"{kind:14s}{k.sum():5d}{a.sum():5d} {can}  |" + "".join(f"{c:5d}" for c in counts))
    if args.drop:
        return
    model = {
        "features": list(FEATURES),
        "coefficients": [round(float(b), 5) for b in beta],
        "calibration": [round(float(slope), 5), round(float(intercept), 5)],
        "threshold": THRESHOLD,
        "criterion": "answered when it is more likely right than wrong: for a calibrated confidence the threshold of "
        "least cost where a wrong answer costs as much as a refused right one (Chow 1970)",
        "data": "CMRC 2018 train and trial, DRCD train (part), questions made by rule from the 2025 "
        "provincial and the national reports; a third without the paragraph that answers",
        "questions": {"training": len(training), "test": len(test)},
        "test": {"auc": round(auc(p, right), 4), "ece": round(error, 4)},
    }
    args.out.write_text(json.dumps(model, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
