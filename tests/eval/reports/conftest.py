"""A scored run made up from invented towns: several sets, kinds, stages, long passages and histories."""

from __future__ import annotations

import random
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.results import Measure, Outcome, ReliabilityBin, RiskPoint, RunResult, SetResult, Stage
from eval.types import (
    EvaluationSet,
    Evidence,
    PredictedCitation,
    Prediction,
    Question,
    Reference,
    Retrieved,
    StoredPassage,
)

_TOWNS = [a + b for a in "青白红黑金银玉翠" for b in ("石镇", "溪镇", "岭乡", "湖镇", "桥乡")]
_FILLER = (
    "全镇坚持稳中求进工作总基调，扎实推进各项工作，经济运行总体平稳，民生保障持续改善。",
    "这一年里，各村先后整治河道、修缮道路，新建文化广场和卫生室，群众的生活更加便利。",
    "镇政府与周边乡镇签订协议，联合开展防汛演练，并对老旧房屋逐户排查，及时消除隐患。",
)


def town_passage(town: str, chance: random.Random) -> StoredPassage:
    """A passage with a figure, a date, a person and a list, among other sentences."""
    figure, day, head = (
        f"{chance.randint(200, 2900)}米",
        f"{chance.randint(1990, 2023)}年{chance.randint(1, 12)}月",
        "林远",
    )
    schools = f"中学{chance.randint(1, 5)}所、小学{chance.randint(3, 12)}所"
    text = (
        f"{chance.choice(_FILLER)}{town}大桥全长{figure}，于{day}建成通车，由{head}主持设计。"
        f"{chance.choice(_FILLER) * chance.randint(1, 6)}{town}现有{schools}，在校学生六千余人。"
    )
    return StoredPassage(f"{town}#3", f"{town}公报.txt", f"{town}统计公报", 120, 120 + len(text), text, ("二、建设",))


def asked(town: str, kind: str, passage: StoredPassage) -> tuple[str, str]:
    """A question of a kind on a town, and its answer in the passage."""
    text = passage.text

    def between(before: str, after: str) -> str:
        start = text.index(before) + len(before)
        return text[start : text.index(after, start)]

    return {
        "数字": (f"{town}大桥全长多少米？", between("大桥全长", "，于")),
        "日期": (f"{town}大桥是什么时候建成通车的？", between("，于", "建成")),
        "人名": (f"{town}大桥由谁主持设计？", between("由", "主持")),
        "列举": (f"{town}现有哪些学校？", between("现有", "，在校")),
    }[kind]


def cite(passage: StoredPassage, quote: str) -> PredictedCitation:
    """A citation of the first place of a quote in a passage."""
    start = passage.start + passage.text.index(quote)
    return PredictedCitation(quote, passage.document, start, start + len(quote), passage.key)


def outcome(
    number: int,
    kind: str,
    stage: Stage,
    own: StoredPassage,
    other: StoredPassage,
    chance: random.Random,
    *,
    set_name: str = "乡镇公报",
    rules: str = "cmrc",
) -> Outcome:
    """One question that ended at a stage; ``own`` holds its evidence, ``other`` does not."""
    town = own.document.removesuffix("公报.txt")
    unanswerable = stage in (Stage.RIGHTLY_REFUSED, Stage.WRONGLY_ANSWERED)
    question, answer = asked(town, "数字" if kind in ("追问", "无答案") else kind, own)
    understood, history = question, tuple[str, ...]()
    if unanswerable:
        question = understood = f"{town}的火星基地有多少人？"
    if kind == "追问":
        history, question = (f"{town}大桥是什么时候建成通车的？",), "那它全长多少？"
    references = () if unanswerable else (Reference(answer, own.start + own.text.index(answer)), Reference(answer[:-1]))
    evidence = () if unanswerable else (Evidence(document=own.document, phrase=answer),)
    wrong = asked(other.document.removesuffix("公报.txt"), "列举", other)[1]
    source, best = (own, answer) if stage in (Stage.RIGHT, Stage.WRONGLY_REFUSED) else (other, wrong)
    if stage is Stage.NOT_READ:
        source, best = own, answer[1:] + own.text[own.text.index(answer) + len(answer) :][:4]
    abstained = stage in (Stage.RIGHTLY_REFUSED, Stage.WRONGLY_REFUSED)
    found = [other] if stage is Stage.NOT_RETRIEVED else [own, other]
    chance.shuffle(found)
    rank = None if unanswerable else (found.index(own) + 1 if own in found else 0)
    right = stage in (Stage.RIGHT, Stage.RIGHTLY_REFUSED)
    confidence = chance.betavariate(6, 2) if stage is Stage.RIGHT else chance.betavariate(2, 6 if abstained else 3)
    total = chance.lognormvariate(-3.2, 0.5)
    citation = cite(source, best)
    prediction = Prediction(
        set_name,
        f"q-{number:04}",
        "" if abstained else best,
        abstained,
        confidence,
        () if abstained else (citation,),
        understood,
        best,
        citation,
        tuple(Retrieved(passage.key, 0.9 - 0.1 * i) for i, passage in enumerate(found)),
        {"retrieve": 0.3 * total, "read": 0.6 * total, "total": total},
        812.0,
    )
    exact = 1.0 if stage in (Stage.RIGHT, Stage.RIGHTLY_REFUSED) else 0.0
    values = {
        "right": float(right),
        f"em_{rules}": exact,
        f"f1_{rules}": exact or (0.5 if stage is Stage.NOT_READ else 0),
    }
    if unanswerable:
        values["false_answer"] = float(not abstained)
    else:
        values |= {
            "contained": float(right),
            "false_refusal": float(abstained),
            "cited_in_evidence": float(not abstained and source is own),
            "recall@1": float(rank == 1),
            "recall@5": float(bool(rank)),
            "mrr": 1 / rank if rank else 0.0,
        }
    if not abstained:
        values["quote_intact"] = 1.0
    if history:
        values["followup_right"] = float(right)
    values["brier"] = (confidence - (stage is Stage.RIGHT)) ** 2
    return Outcome(
        Question(prediction.id, question, references, evidence, kind, history), prediction, right, stage, rank, values
    )


def measures(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """Means with intervals of the normal distribution: enough to look at."""
    values: dict[str, list[float]] = defaultdict(list)
    for one in outcomes:
        for name, value in one.values.items():
            values[name].append(value)
    found = {}
    for name, listed in values.items():
        mean = sum(listed) / len(listed)
        half = 1.96 * (max(mean * (1 - mean), 0) / len(listed)) ** 0.5
        found[name] = Measure(mean, len(listed), max(0.0, mean - half), min(1.0, mean + half))
    return found


def set_result(
    outcomes: Sequence[Outcome], *, name: str = "乡镇公报", rules: Any = "cmrc", task: Any = "answers"
) -> SetResult:
    """A set's result with its curves, from its outcomes."""
    kinds = {
        kind: measures([o for o in outcomes if o.question.kind == kind]) for kind in {o.question.kind for o in outcomes}
    }
    ordered = sorted(outcomes, key=lambda o: -o.prediction.confidence)
    risk, wrong = [], 0
    for place, one in enumerate(ordered, 1):
        wrong += one.stage is not Stage.RIGHT
        risk.append(RiskPoint(place / len(ordered), wrong / place, one.prediction.confidence))
    bins = []
    for i in range(10):
        inside = [o for o in outcomes if i / 10 <= o.prediction.confidence < (i + 1) / 10]
        if inside:
            sure = sum(o.prediction.confidence for o in inside) / len(inside)
            bins.append(
                ReliabilityBin(
                    i / 10, (i + 1) / 10, len(inside), sure, sum(o.stage is Stage.RIGHT for o in inside) / len(inside)
                )
            )
    times: dict[str, list[float]] = defaultdict(list)
    for one in outcomes:
        for stage, value in one.prediction.timings.items():
            times[stage].append(value)
    found = measures(outcomes)
    total = sorted(times.get("total", [0.0]))
    found |= {
        "latency_p50": Measure(total[len(total) // 2], len(total), total[len(total) // 3], total[2 * len(total) // 3]),
        "latency_p95": Measure(total[int(len(total) * 0.95)], len(total)),
        "memory_peak": Measure(812.4, len(outcomes)),
    }
    if task == "answers":
        found["ece"] = Measure(0.0413, len(outcomes), 0.0302, 0.0561)
        found["aurc"] = Measure(0.0921, len(outcomes), 0.0711, 0.1164)
    questions = tuple(o.question for o in outcomes)
    return SetResult(
        EvaluationSet(name, Path(f"sets/{name}.jsonl"), "jsonl", questions, rules=rules, task=task),
        tuple(outcomes),
        found,
        kinds,
        tuple((k, 1 - 0.5 / k) for k in range(1, 21)),
        tuple(risk) if task == "answers" else (),
        tuple(bins) if task == "answers" else (),
        {stage: tuple(values) for stage, values in times.items()},
    )


def retrieval_outcome(number: int, own: StoredPassage, other: StoredPassage, rank: int) -> Outcome:
    """A question of a set of retrieval whose document was found at a rank, or not (0)."""
    id_ = f"r-{number:03}"
    question = Question(id_, f"{own.title}讲了什么？", kind="法条" if number % 2 else "公报", qrels={own.document: 2})
    found = {0: [other], 1: [own, other], 2: [other, own]}[rank]
    hits = tuple(Retrieved(passage.key, 1 - 0.1 * i) for i, passage in enumerate(found))
    prediction = Prediction(
        "公报检索", id_, "", False, 0.0, retrieved=hits, timings={"total": 0.004, "retrieve": 0.004}
    )
    values = {"recall@1": float(rank == 1), "recall@10": float(rank > 0), "mrr": 1 / rank if rank else 0.0}
    return Outcome(question, prediction, rank > 0, Stage.RIGHT if rank else Stage.NOT_RETRIEVED, rank, values)


def make_run(questions: int = 240, *, extra: Iterable[Outcome] = ()) -> RunResult:
    """Three sets: answers by CMRC's rules with all stages and kinds, answers by SQuAD's rules, and retrieval."""
    chance = random.Random(7)
    passages = [town_passage(town, chance) for town in _TOWNS]
    kinds = ["数字", "日期", "人名", "列举", "追问"]
    wrong = [Stage.NOT_RETRIEVED, Stage.NOT_READ, Stage.WRONGLY_REFUSED]

    def some(number: int, set_name: str, rules: str, with_unanswerable: bool) -> Outcome:
        own, other = passages[number % len(passages)], passages[(number * 7 + 3) % len(passages)]
        if own is other:
            other = passages[(number + 1) % len(passages)]
        kind = kinds[number % len(kinds)]
        stage = chance.choice(wrong) if chance.random() < 0.3 else Stage.RIGHT
        if with_unanswerable and number % 8 == 0:
            kind, stage = "无答案", Stage.RIGHTLY_REFUSED if chance.random() < 0.8 else Stage.WRONGLY_ANSWERED
        return outcome(number, kind, stage, own, other, chance, set_name=set_name, rules=rules)

    first = [some(i, "乡镇公报", "cmrc", True) for i in range(questions)]
    second = [some(i, "公报节选", "squad", False) for i in range(60)]
    third = [retrieval_outcome(i, passages[i], passages[i - 1], i % 3) for i in range(30)]
    manifest = {
        "yinda": "0.2.0",
        "commit": "6444c45",
        "started": "2026-03-01T12:30:05.123456+00:00",
        "finished": "2026-03-01T12:41:40+00:00",
        "mode": "open",
        "settings": {"k": 10, "limit": None, "threshold": 0.5},
        "seed": 7,
        "machine": {
            "processor": "Some Processor 3 GHz",
            "cores": 2,
            "memory_gib": 7.7,
            "python": "3.12.3",
            "platform": "Linux",
        },
        "versions": {"torch": "2.13.0", "faiss-cpu": "1.12.0", "sentence-transformers": "6.1.0"},
        "models": {
            "embedding": {"name": "multilingual-e5-small", "identity": "sha256:" + "ab12" * 16},
            "reader": {"name": "first", "identity": "logistic 1"},
        },
        "sets": [
            {
                "name": name,
                "path": f"sets/{name}.jsonl",
                "sha256": "0f1e2d3c" * 8,
                "layout": "jsonl",
                "questions": count,
                "rules": rules,
                "task": task,
            }
            for name, count, rules, task in (
                ("乡镇公报", questions, "cmrc", "answers"),
                ("公报节选", 60, "squad", "answers"),
                ("公报检索", 30, "cmrc", "retrieval"),
            )
        ],
        "state": "finished",
    }
    return RunResult(
        manifest,
        (
            set_result([*extra, *first]),
            set_result(second, name="公报节选", rules="squad"),
            set_result(third, name="公报检索", task="retrieval"),
        ),
        {passage.key: passage for passage in passages},
    )


@pytest.fixture(scope="session")
def run() -> RunResult:
    """The run as ``make_run`` makes it."""
    return make_run()


@pytest.fixture(scope="session")
def making() -> Callable[..., RunResult]:
    """``make_run`` itself."""
    return make_run


@pytest.fixture(scope="module")  # a second one in the same process can only start when this one is closed
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("no Chromium is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        yield chromium
        chromium.close()
