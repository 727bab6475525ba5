"""Retrieval, measured by ``trec_eval`` through ``ir_measures`` (MacAvaney et al. 2022) and ``pytrec_eval``.

- ``recall@k``: relevant ones among the first k / all relevant ones.
- ``mrr``: 1 / rank of the first relevant one, 0 without any.
- ``ndcg@10``: sum of grade / log2(rank + 1) over the first ten, by the same sum in the ideal order (Järvelin &
  Kekäläinen 2002, with the gain being the grade).
- ``map``: mean over all relevant ones of the precision at their rank, 0 for those that were not found.

A relevant unit is one with a grade of at least 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

CUTOFFS = (1, 5, 10, 20)


def measure(
    rankings: Mapping[str, Sequence[str]],
    qrels: Mapping[str, Mapping[str, int]],
    cutoffs: Sequence[int] = CUTOFFS,
) -> dict[str, dict[str, float]]:
    """``recall@k`` for each cutoff, ``mrr``, ``ndcg@10`` and ``map`` for each question of ``qrels``, in its order.

    ``rankings`` are the units found for each question, best first; of a unit that is named twice the first place
    counts. A question that is missing scores 0; one without any relevant unit is left out.
    """
    judged = {question: grades for question, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    run = {
        # The scores fall with the rank, so that there are no ties to break.
        question: {unit: float(-rank) for rank, unit in enumerate(dict.fromkeys(rankings.get(question, ())))}
        for question in judged
    }
    return _score(run, judged, cutoffs)


def score_trec_run(
    run: Mapping[str, Mapping[str, float]],
    qrels: Mapping[str, Mapping[str, int]],
    cutoffs: Sequence[int] = CUTOFFS,
) -> dict[str, dict[str, float]]:
    """The same for a TREC run, scores by question and document, as ``trec_eval -q -c`` gives it.

    Documents are ordered by score and, among equal ones, by id, the greatest first, whatever rank the run's file says;
    ids are compared as UTF-8. Every question with judgements is scored, 0 where the run misses it or nothing is
    relevant; questions without judgements are left out.
    """
    return _score(run, {question: grades for question, grades in qrels.items() if grades}, cutoffs)


def recall_curve(
    rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]], depth: int
) -> tuple[tuple[int, float], ...]:
    """``(k, recall@k)`` for k = 1..depth: the mean over the questions with a relevant unit, as in ``measure``.

    Counted directly, in time linear in the rankings: trec_eval would take a measure for each k. Empty without any
    such question.
    """
    found = [0.0] * depth  # what the unit at each rank adds to the recall, summed over the questions
    questions = 0
    for question, grades in qrels.items():
        relevant = {unit for unit, grade in grades.items() if grade > 0}
        if not relevant:
            continue
        questions += 1
        for rank, unit in enumerate(dict.fromkeys(rankings.get(question, ()))):
            if rank >= depth:
                break
            if unit in relevant:
                found[rank] += 1 / len(relevant)
    if not questions:
        return ()
    return tuple((k, total / questions) for k, total in enumerate(accumulate(found), start=1))


def _score(
    run: Mapping[str, Mapping[str, float]], qrels: Mapping[str, Mapping[str, int]], cutoffs: Sequence[int]
) -> dict[str, dict[str, float]]:
    from ir_measures import AP, RR, R, nDCG, pytrec_eval

    names = {**{R @ k: f"recall@{k}" for k in cutoffs}, RR: "mrr", nDCG @ 10: "ndcg@10", AP: "map"}
    scores = {question: dict.fromkeys(names.values(), 0.0) for question in qrels}
    # trec_eval gives nothing for a question without judgements or results, and pytrec_eval fails without questions.
    found = {question: dict(run[question]) for question in qrels if run.get(question)}
    if found:
        judged = {question: dict(qrels[question]) for question in found}
        for metric in pytrec_eval.iter_calc(list(names), judged, found):
            scores[metric.query_id][names[metric.measure]] = float(metric.value)
    return scores
