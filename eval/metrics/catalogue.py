"""The metrics by name: what they are called, which group they stand in, and whether more is better.

A metric of aggregation ``mean`` is the mean of its values for single questions (``Outcome.values``); the others are
computed over all questions of a set at once (``eval.scoring.AGGREGATES``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Group = Literal["retrieval", "answers", "citations", "refusal", "calibration", "follow-ups", "latency", "memory"]
Unit = Literal["share", "score", "seconds", "MiB"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric. ``binary`` says that single questions have 0 or 1; ``meaning`` is a line for reports.

    ``unit`` share is shown in per cent; ``score`` as a number with four digits.
    """

    name: str
    group: Group
    label: str
    label_zh: str
    meaning: str
    meaning_zh: str
    unit: Unit = "share"
    higher_is_better: bool = True
    binary: bool = True
    mean: bool = True


def _retrieval(name: str, label: str, label_zh: str, meaning: str, meaning_zh: str, binary: bool = False) -> Metric:
    return Metric(name, "retrieval", label, label_zh, meaning, meaning_zh, binary=binary)


CATALOGUE: tuple[Metric, ...] = (
    *(
        _retrieval(
            f"recall@{k}",
            f"Recall@{k}",
            f"召回率@{k}",
            f"share of the evidence among the first {k}",
            f"前 {k} 个结果里找到的证据占全部证据的比例",
        )
        for k in (1, 5, 10, 20)
    ),
    _retrieval(
        "mrr", "MRR", "MRR", "1 / rank of the first evidence, 0 when not found", "首个证据名次的倒数，未找到为 0"
    ),
    _retrieval(
        "ndcg@10", "nDCG@10", "nDCG@10", "gain of the first ten against the ideal order", "前十个结果与理想排序之比"
    ),
    _retrieval("map", "MAP", "MAP", "mean precision at the ranks of the evidence", "各证据名次处精确率的平均"),
    Metric(
        "right",
        "answers",
        "Right",
        "答对",
        "an accepted answer is contained in the text, or it was rightly refused",
        "回答中含有参考答案，或该拒答时拒答",
    ),
    Metric(
        "contained",
        "answers",
        "Contains the answer",
        "含参考答案",
        "answerable: an accepted answer is contained in the text",
        "可回答的问题中，回答里含有参考答案",
    ),
    *(
        metric
        for rules, name in (("cmrc", "CMRC"), ("squad", "SQuAD"))
        for metric in (
            Metric(
                f"em_{rules}",
                "answers",
                f"EM ({name})",
                f"EM（{name}）",
                f"exact match by {name}'s rules; a refusal is an empty answer",
                f"按 {name} 规则完全匹配，拒答算空答案",
            ),
            Metric(
                f"f1_{rules}",
                "answers",
                f"F1 ({name})",
                f"F1（{name}）",
                f"overlap by {name}'s rules; a refusal is an empty answer",
                f"按 {name} 规则的重合度，拒答算空答案",
                binary=False,
            ),
            Metric(
                f"best_em_{rules}",
                "answers",
                f"EM, never refusing ({name})",
                f"EM，不拒答（{name}）",
                "answerable: exact match of the best candidate, given or not",
                "可回答的问题中，首选候选完全匹配（不论是否拒答）",
            ),
            Metric(
                f"best_f1_{rules}",
                "answers",
                f"F1, never refusing ({name})",
                f"F1，不拒答（{name}）",
                "answerable: overlap of the best candidate, given or not",
                "可回答的问题中，首选候选的重合度（不论是否拒答）",
                binary=False,
            ),
        )
    ),
    Metric(
        "cited_in_evidence",
        "citations",
        "Best citation in the evidence",
        "首条引文落在证据段",
        "answerable: the first citation lies in a passage with the evidence",
        "可回答的问题中，首条引文落在证据所在段落",
    ),
    Metric(
        "citation_precision",
        "citations",
        "Citation precision",
        "引文精确率",
        "share of an answer's citations that lie in the evidence",
        "回答的引文中落在证据里的比例",
        binary=False,
    ),
    Metric(
        "citation_recall",
        "citations",
        "Citation recall",
        "引文召回率",
        "answerable: share of the evidence that is cited",
        "可回答的问题中，被引用的证据的比例",
        binary=False,
    ),
    Metric(
        "quote_intact",
        "citations",
        "Quote equals source",
        "引文与原文一致",
        "every quote is what stands at its place in the document",
        "每条引文都与原文该处逐字相同",
    ),
    Metric(
        "false_refusal",
        "refusal",
        "False refusals",
        "错误拒答",
        "answerable, and refused",
        "可回答却拒答",
        higher_is_better=False,
    ),
    Metric(
        "false_answer",
        "refusal",
        "False answers",
        "错误作答",
        "unanswerable, and answered",
        "无答案却作答",
        higher_is_better=False,
    ),
    Metric(
        "refusal_precision",
        "refusal",
        "Refusal precision",
        "拒答精确率",
        "share of the refusals that are of unanswerable questions",
        "拒答中确实无答案的比例",
        mean=False,
    ),
    Metric(
        "refusal_recall",
        "refusal",
        "Refusal recall",
        "拒答召回率",
        "share of the unanswerable questions that are refused",
        "无答案的问题中被拒答的比例",
        mean=False,
    ),
    Metric(
        "aurc",
        "refusal",
        "AURC",
        "AURC",
        "area under the risk–coverage curve: the mean share of wrong answers over all thresholds",
        "风险–覆盖率曲线下面积：各阈值下错误率的平均",
        unit="score",
        higher_is_better=False,
        binary=False,
        mean=False,
    ),
    Metric(
        "ece",
        "calibration",
        "ECE",
        "ECE",
        "mean distance between confidence and share of right answers, ten bins",
        "可信度与正确率之差的平均（十个区间）",
        unit="score",
        higher_is_better=False,
        binary=False,
        mean=False,
    ),
    Metric(
        "brier",
        "calibration",
        "Brier score",
        "Brier 分数",
        "mean squared distance between confidence and right (1) or wrong (0)",
        "可信度与对错（1 或 0）之差的平方的平均",
        unit="score",
        higher_is_better=False,
        binary=False,
    ),
    Metric(
        "followup_right",
        "follow-ups",
        "Follow-ups right",
        "追问答对",
        "questions that lean on earlier ones, answered right",
        "依赖前文的问题答对",
    ),
    Metric(
        "distracted_unchanged",
        "follow-ups",
        "Left alone after an unrelated history",
        "无关前文下不改写",
        "standalone questions understood as they stand after unrelated ones",
        "独立的问题在无关前文之后仍按原样理解",
    ),
    Metric(
        "distracted_right",
        "follow-ups",
        "Right after an unrelated history",
        "无关前文下答对",
        "standalone questions answered right after unrelated ones",
        "独立的问题在无关前文之后仍答对",
    ),
    Metric(
        "latency_p50",
        "latency",
        "Median time",
        "用时中位数",
        "seconds for a question, the 50th percentile",
        "每个问题用时的中位数（秒）",
        unit="seconds",
        higher_is_better=False,
        binary=False,
        mean=False,
    ),
    Metric(
        "latency_p95",
        "latency",
        "95th percentile of time",
        "用时 95 百分位",
        "seconds for a question, the 95th percentile",
        "每个问题用时的 95 百分位（秒）",
        unit="seconds",
        higher_is_better=False,
        binary=False,
        mean=False,
    ),
    Metric(
        "memory_peak",
        "memory",
        "Peak memory",
        "内存峰值",
        "the most resident memory after a question",
        "答题过程中常驻内存的最大值",
        unit="MiB",
        higher_is_better=False,
        binary=False,
        mean=False,
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in CATALOGUE}
