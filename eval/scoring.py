"""From predictions to metrics. Needs the set and the run's folder alone, so that scoring can be repeated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from eval.errors import RunError
from eval.evidence import first_rank, is_evidence, units
from eval.metrics import calibration, citations, cmrc, intervals, latency, refusal, retrieval, squad
from eval.metrics.catalogue import METRICS
from eval.metrics.contained import contained
from eval.names import aliases_of, resolved
from eval.results import Measure, Outcome, RunResult, SetResult, Stage
from eval.runs.folder import read_manifest, read_passages, read_predictions
from eval.types import EvaluationSet, PredictedCitation, Prediction, Question, StoredPassage
from qa.assistant import READ

_RULES: Mapping[str, tuple[Callable[[str, Sequence[str]], float], Callable[[str, Sequence[str]], float]]] = {
    "cmrc": (cmrc.exact_match, cmrc.f1),
    "squad": (squad.exact_match, squad.f1),
}
_CUTOFFS = (1, 5, 10, 20)
# Among an outcome's values, but no metric of its own: whether the best candidate, given or not, is right.
BEST_RIGHT = "best_right"
# Beside the kinds that a set names: questions that lean on no history, and those that do.
STANDALONE, FOLLOW_UPS = "(standalone)", "(follow-ups)"
Passages = Mapping[str, StoredPassage]


def score_run(folder: Path, sets: Sequence[EvaluationSet]) -> RunResult:
    """Score the predictions in a run's folder against its sets; questions without a prediction are left out.

    Raises ``RunError`` when the folder holds no run, or none of these sets.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise RunError(f"{folder} holds no run", "name the folder that yinda eval run wrote to")
    passages = read_passages(folder)
    by_set: dict[str, list[Prediction]] = {one.name: [] for one in sets}
    for prediction in read_predictions(folder):
        if prediction.set in by_set:
            by_set[prediction.set].append(prediction)
            missing = next((key for key in _named(prediction) if key not in passages), None)
            if missing is not None:
                raise RunError(f"{folder}: passages.jsonl lacks {missing!r}", "make the run again with --restart")
    # A set without documents names those of the Library that was asked.
    names = manifest.get("documents", {})
    sets = [one if one.documents else resolved(one, names.get(one.name)) for one in sets]
    # Where the right passage is given nothing is searched: its rank would say nothing.
    searched = manifest.get("mode") != "given-passage"
    results = tuple(score_set(one, by_set[one.name], passages, searched=searched) for one in sets)
    # A process that was killed could not say that it stopped.
    state = "finished" if manifest.get("state") == "finished" else "stopped"
    return RunResult(MappingProxyType({**manifest, "state": state}), results, passages)


def _named(prediction: Prediction) -> Iterable[str]:
    yield from (r.passage for r in prediction.retrieved)
    yield from (c.passage for c in prediction.citations)


def score_set(
    evaluation_set: EvaluationSet, predictions: Iterable[Prediction], passages: Passages, *, searched: bool = True
) -> SetResult:
    """What the predictions of one set come to; the last of several for one question counts.

    ``searched`` says whether the passages were retrieved; retrieval is not measured otherwise.
    """
    known = {prediction.id: prediction for prediction in predictions}
    asked = [(question, known[question.id]) for question in evaluation_set.questions if question.id in known]
    aliases = aliases_of(evaluation_set)
    searched = searched or evaluation_set.task == "retrieval"
    rankings, qrels = _rankings(asked, passages, aliases) if searched else ({}, {})
    retrieved = retrieval.measure(rankings, qrels, _CUTOFFS)
    depth = max((len(p.retrieved) for _, p in asked), default=0)
    outcomes = tuple(
        _outcome(evaluation_set, question, prediction, passages, aliases, retrieved.get(question.id, {}))
        for question, prediction in asked
    )
    confidences, right = _judged(outcomes)
    return SetResult(
        set=evaluation_set,
        outcomes=outcomes,
        measures=measures(outcomes),
        kinds={kind: measures(members) for kind, members in by_kind(outcomes).items()},
        recall_curve=retrieval.recall_curve(rankings, qrels, depth) if qrels and depth else (),
        risk_coverage=refusal.risk_coverage(confidences, right) if right else (),
        reliability=calibration.reliability(confidences, right) if right else (),
        latencies=_latencies(asked),
    )


def measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """The metrics over some outcomes, in the order of the catalogue; those that apply to none are left out.

    Intervals: Wilson's where all values are 0 or 1 (also recall with one piece of evidence a question), a percentile
    bootstrap over questions elsewhere.
    """
    out: dict[str, Measure] = {}
    for name, metric in METRICS.items():
        if metric.mean:
            values = [o.values[name] for o in outcomes if name in o.values]
            if not values:
                continue
            if metric.binary or all(value in (0.0, 1.0) for value in values):
                low, high = intervals.wilson(round(sum(values)), len(values))
            else:
                low, high = intervals.bootstrap_mean(values)
            out[name] = Measure(sum(values) / len(values), len(values), low, high)
        elif (value := AGGREGATES[name](outcomes)) is not None:
            n = _count(name, outcomes)
            # A binary aggregate is so many of so many.
            out[name] = Measure(value, n, *(intervals.wilson(round(value * n), n) if metric.binary else ()))
    return out


def _outcome(
    evaluation_set: EvaluationSet,
    question: Question,
    prediction: Prediction,
    passages: Passages,
    aliases: Mapping[str, Sequence[str]],
    retrieved: Mapping[str, float],
) -> Outcome:
    read = [passages[r.passage] for r in prediction.retrieved]
    rank = first_rank(question, read, aliases)
    if evaluation_set.task == "retrieval":
        found = bool(rank and rank <= READ)
        return Outcome(question, prediction, found, Stage.RIGHT if found else Stage.NOT_RETRIEVED, rank, retrieved)
    answers = question.answers
    right = contained(prediction.text, answers) if answers else prediction.abstained and not prediction.error
    best_right = contained(prediction.best, answers)
    return Outcome(
        question=question,
        prediction=prediction,
        right=right,
        stage=_stage(question, prediction, right, best_right, _was_read(question, read, rank)),
        evidence_rank=rank,
        values={
            **retrieved,
            "right": float(right),
            **_answer_values(evaluation_set, question, prediction),
            **_citation_values(question, prediction, passages),
            **_refusal_values(question, prediction),
            **_confidence_values(prediction, best_right),
            **_follow_up_values(question, prediction, right),
        },
    )


def _answer_values(evaluation_set: EvaluationSet, question: Question, prediction: Prediction) -> dict[str, float]:
    rules = evaluation_set.rules
    exact_match, f1 = _RULES[rules]
    answers = question.answers
    values: dict[str, float] = {}
    # SQuAD 2 scores a rightly empty answer; CMRC's rules know no question without an answer.
    if answers or rules == "squad":
        values[f"em_{rules}"] = exact_match(prediction.text, answers)
        values[f"f1_{rules}"] = f1(prediction.text, answers)
    if answers:
        values["contained"] = float(contained(prediction.text, answers))
        values[f"best_em_{rules}"] = exact_match(prediction.best, answers)
        values[f"best_f1_{rules}"] = f1(prediction.best, answers)
    return values


def _refusal_values(question: Question, prediction: Prediction) -> dict[str, float]:
    if prediction.error:
        return {}  # neither answered nor refused
    name = "false_refusal" if question.answerable else "false_answer"
    return {name: float(prediction.abstained == question.answerable)}


def _confidence_values(prediction: Prediction, best_right: bool) -> dict[str, float]:
    if prediction.error or math.isnan(prediction.confidence):
        return {}
    return {BEST_RIGHT: float(best_right), "brier": calibration.brier([prediction.confidence], [best_right])}


def _citation_values(question: Question, prediction: Prediction, passages: Passages) -> dict[str, float]:
    values: dict[str, float] = {}
    if prediction.citations:
        values["quote_intact"] = float(all(c.intact for c in prediction.citations))
    if not (question.answers and question.evidence):
        return values
    inside = [is_evidence(question, _cited(c, passages)) for c in prediction.citations]
    values["cited_in_evidence"] = float(bool(inside) and inside[0])
    if inside:
        values["citation_precision"] = citations.precision(inside)
    covered = {unit for c in prediction.citations for unit in units(question, [_cited(c, passages)], {})[0]}
    wanted = units(question, [], {})[1]
    values["citation_recall"] = citations.recall([unit in covered for unit in wanted])
    return values


def _cited(citation: PredictedCitation, passages: Passages) -> StoredPassage:
    return passages[citation.passage]


def _follow_up_values(question: Question, prediction: Prediction, right: bool) -> dict[str, float]:
    values: dict[str, float] = {}
    if question.history:
        values["followup_right"] = float(right)
    if (distracted := prediction.distracted) is not None:
        values["distracted_unchanged"] = float(distracted.question == prediction.question)
        values["distracted_right"] = float(
            contained(distracted.text, question.answers) if question.answers else distracted.abstained
        )
    return values


def _was_read(question: Question, retrieved: Sequence[StoredPassage], rank: int | None) -> bool:
    """Whether the evidence is among the passages that were read; judged by the answer where the set names none."""
    read = retrieved[:READ]
    if rank is not None:
        return any(is_evidence(question, p) for p in read)
    return any(contained(p.text, question.answers) for p in read)


def _stage(question: Question, prediction: Prediction, right: bool, best_right: bool, was_read: bool) -> Stage:
    if prediction.error:
        return Stage.FAILED
    if right:
        return Stage.RIGHT if question.answerable else Stage.RIGHTLY_REFUSED
    if not question.answerable:
        return Stage.WRONGLY_ANSWERED
    if prediction.abstained and best_right:
        return Stage.WRONGLY_REFUSED
    # What another program retrieved, if anything, is not known.
    return Stage.NOT_READ if was_read or not prediction.retrieved else Stage.NOT_RETRIEVED


def _rankings(
    asked: Sequence[tuple[Question, Prediction]], passages: Passages, aliases: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    rankings: dict[str, list[str]] = {}
    qrels: dict[str, dict[str, int]] = {}
    if not any(prediction.retrieved for _, prediction in asked):
        return rankings, qrels  # predictions of a program that only answers
    for question, prediction in asked:
        if not (question.qrels or (question.evidence and question.answerable)):
            continue
        found = [passages[r.passage] for r in prediction.retrieved]
        rankings[question.id], qrels[question.id] = units(question, found, aliases)
    return rankings, qrels


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """Outcomes by kind of question, and, where a set has both, by whether they lean on a history."""
    kinds: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.question.kind:
            kinds.setdefault(outcome.question.kind, []).append(outcome)
    leaning = [o for o in outcomes if o.question.history]
    if leaning and len(leaning) < len(outcomes):
        kinds[STANDALONE] = [o for o in outcomes if not o.question.history]
        kinds[FOLLOW_UPS] = leaning
    return kinds if len(kinds) > 1 else {}


def _judged(outcomes: Sequence[Outcome]) -> tuple[list[float], list[bool]]:
    """Confidences, and whether the best candidate, given or not, is right."""
    judged = [o for o in outcomes if BEST_RIGHT in o.values]
    return [o.prediction.confidence for o in judged], [bool(o.values[BEST_RIGHT]) for o in judged]


def _latencies(asked: Sequence[tuple[Question, Prediction]]) -> dict[str, tuple[float, ...]]:
    stages = dict.fromkeys(stage for _, p in asked for stage in p.timings)
    return {stage: tuple(p.timings[stage] for _, p in asked if stage in p.timings) for stage in stages}


def _asked_to_refuse(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes that say something of refusals: none in a set in which everything can be answered."""
    judged = [o for o in outcomes if "false_answer" in o.values or "false_refusal" in o.values]
    return judged if any("false_answer" in o.values for o in judged) else []


def _of_refusals(measure: Callable[[Sequence[bool], Sequence[bool]], float | None]) -> Callable[..., float | None]:
    def aggregate(outcomes: Sequence[Outcome]) -> float | None:
        judged = _asked_to_refuse(outcomes)
        return (
            measure([o.question.answerable for o in judged], [o.prediction.abstained for o in judged])
            if judged
            else None
        )

    return aggregate


def _of_confidence(measure: Callable[[Sequence[float], Sequence[bool]], float]) -> Callable[..., float | None]:
    def aggregate(outcomes: Sequence[Outcome]) -> float | None:
        confidences, right = _judged(outcomes)
        return measure(confidences, right) if right else None

    return aggregate


def _of_time(q: float) -> Callable[..., float | None]:
    def aggregate(outcomes: Sequence[Outcome]) -> float | None:
        totals = [o.prediction.timings["total"] for o in outcomes if "total" in o.prediction.timings]
        return latency.percentile(totals, q) if totals else None

    return aggregate


def _memory_peak(outcomes: Sequence[Outcome]) -> float | None:
    return max((o.prediction.memory_mib for o in outcomes), default=0.0) or None


AGGREGATES: Mapping[str, Callable[[Sequence[Outcome]], float | None]] = {
    "refusal_precision": _of_refusals(refusal.refusal_precision),
    "refusal_recall": _of_refusals(refusal.refusal_recall),
    "aurc": _of_confidence(refusal.aurc),
    "ece": _of_confidence(calibration.ece),
    "latency_p50": _of_time(50),
    "latency_p95": _of_time(95),
    "memory_peak": _memory_peak,
}


def _count(name: str, outcomes: Sequence[Outcome]) -> int:
    """Over how many questions an aggregate is."""
    if name == "refusal_precision":
        return sum(o.prediction.abstained for o in _asked_to_refuse(outcomes))
    if name == "refusal_recall":
        return sum(not o.question.answerable for o in _asked_to_refuse(outcomes))
    if name in ("aurc", "ece"):
        return len(_judged(outcomes)[1])
    if name.startswith("latency"):
        return sum("total" in o.prediction.timings for o in outcomes)
    return len(outcomes)
