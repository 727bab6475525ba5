"""Several weights of the reader side by side: paragraph given on CMRC dev and DRCD dev, and the seed report openly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

from eval.bench.chain import answerable, unanswerable
from eval.bench.kept import kept_corpus
from eval.bench.reading import GIVEN
from eval.bench.weights import SHIPPED, Weights
from eval.errors import RunError
from eval.results import Measure, SetResult
from eval.runs.runner import run
from eval.runs.settings import asked_part
from eval.scoring import measures
from eval.types import EvaluationSet
from qa.progress import Progress

_SHARE = 23
_SEED = {"equal": 7, "in evidence": 13, "wrongly abstained": 19, "rightly abstained": 19}


def lines(
    weights: Sequence[Weights], given: Mapping[str, EvaluationSet], seed: EvaluationSet, *, progress: Progress = False
) -> Iterator[str]:
    """The table, each line as soon as it is known: three of headings, then one for each of the weights.

    ``given`` are sets by the name that they have in the headings, asked with the paragraph given; ``seed`` is asked
    openly. Every Library is opened once. Raises ``RunError`` at the end when some weights could not be read.
    """
    sets = {name: asked_part(data, GIVEN) for name, data in given.items()}
    with ExitStack() as stack:
        corpora = [stack.enter_context(kept_corpus(data, progress=progress)) for data in sets.values()]
        report = stack.enter_context(kept_corpus(seed, progress=progress))
        wide = max(len("weights"), *(len(one.name) for one in weights)) + 2
        yield from _headings(sets, seed, wide)
        failed = 0
        for one in weights:
            try:
                reader = one.reader()
            except RunError as error:
                failed += 1
                yield f"{one.name:<{wide}}failed: {error.message}"
                continue
            cells = []
            for data, corpus in zip(sets.values(), corpora, strict=True):
                asked = run(data, library=corpus.library, settings=GIVEN, reader=reader, progress=progress)
                cells += given_cells(asked.sets[0])
            asked = run(seed, library=report.library, reader=reader, progress=progress)
            cells += [f"{cell:<{width}}" for cell, width in zip(seed_cells(asked.sets[0]), _SEED.values(), strict=True)]
            own = "" if one.selection != SHIPPED.selection else "(shipped selection)"
            yield f"{one.name:<{wide}}{''.join(cells)}{own}".rstrip()
    if failed:
        raise RunError(f"{failed} of {len(weights)} weights could not be read", "the table says why")


def given_cells(result: SetResult) -> list[str]:
    """EM and F1 never refusing, each with its interval."""
    return [f"{_share(result.measures.get(f'best_{name}_{result.set.rules}')):<{_SHARE}}" for name in ("em", "f1")]


def seed_cells(result: SetResult) -> list[str]:
    """Of the standalone questions: the answer equals the text, the best citation is in the evidence, false refusals;
    refusals of unanswerable ones. Each as so many of so many.
    """
    asked, without = measures(answerable(result)), measures(unanswerable(result)).get("false_answer")
    names = (f"em_{result.set.rules}", "cited_in_evidence", "false_refusal")
    refused = "-" if without is None else f"{without.n - round(without.value * without.n)}/{without.n}"
    return [*(_count(asked.get(name)) for name in names), refused]


def _headings(sets: Mapping[str, EvaluationSet], seed: EvaluationSet, wide: int) -> Iterator[str]:
    yield (
        "EM and F1: the right paragraph given, never refusing (95% intervals). Seed report, asked openly: the answer"
        " equals an accepted one,\nthe best citation is in the evidence, abstained though there is an answer, and where"
        " there is none."
    )
    heads = [f"{f'{name}, {len(data.questions)} questions':<{2 * _SHARE}}" for name, data in sets.items()]
    yield f"{'':<{wide}}{''.join(heads)}Seed report, {len(seed.questions)} questions"
    columns = [f"{name:<{_SHARE}}" for _ in sets for name in ("EM", "F1")]
    columns += [f"{name:<{width}}" for name, width in _SEED.items()]
    yield f"{'weights':<{wide}}{''.join(columns)}".rstrip()


def _share(measure: Measure | None) -> str:
    if measure is None or measure.low is None or measure.high is None:
        return "-"
    return f"{measure.value:.1%} ({100 * measure.low:.1f}-{100 * measure.high:.1f})"


def _count(measure: Measure | None) -> str:
    return "-" if measure is None else f"{round(measure.value * measure.n)}/{measure.n}"
