"""The words of the reports in Chinese and English."""

from __future__ import annotations

import re
from typing import Literal

from eval.results import Stage
from eval.types import Task

Language = Literal["zh", "en"]
Words = tuple[str, str]  # Chinese, English

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

TEXTS: dict[str, Words] = {
    "title": ("引答 评测报告", "Yinda evaluation report"),
    "name": ("引答", "Yinda"),
    "report": ("评测报告", "Evaluation report"),
    "questions": ("问题", "Questions"),
    "n_questions": ("{n} 个问题", "{n} questions"),
    "unanswerable": ("无答案", "unanswerable"),
    "n_unanswerable": ("其中 {n} 个无答案", "{n} unanswerable"),
    "n_failed": ("{n} 个未能提问", "{n} could not be asked"),
    "rules_cmrc": ("CMRC 评分规则", "CMRC rules"),
    "rules_squad": ("SQuAD 评分规则", "SQuAD rules"),
    "retrieval_only": ("只评检索", "retrieval only"),
    "sets": ("评测集", "Sets"),
    "set": ("评测集", "Set"),
    "overview": ("总览", "Overview"),
    "summary": ("要点", "Summary"),
    "interval": ("95% 置信区间", "95% interval"),
    "metric": ("指标", "Metric"),
    "value": ("数值", "Value"),
    "n": ("题数", "n"),
    "kind": ("类别", "Kind"),
    "all": ("全部", "All"),
    "no_kind": ("未分类", "no kind"),
    "kinds": ("按类别", "By kind"),
    "standalone": ("（独立提问）", "(standalone)"),
    "follow_ups": ("（追问）", "(follow-ups)"),
    "metrics": ("全部指标", "All metrics"),
    "plots": ("图表", "Plots"),
    "stages": ("问题止于何处", "Where the questions ended"),
    "stage": ("阶段", "Stage"),
    "count": ("数量", "Count"),
    "share": ("占比", "Share"),
    "time_by_stage": ("各阶段用时", "Time by stage"),
    "total_time": ("总用时", "Total time"),
    "p50": ("中位数", "Median"),
    "p95": ("95 百分位", "95th percentile"),
    "longest": ("最长", "Longest"),
    "lower_is_better": ("越低越好", "lower is better"),
    "run": ("本次运行", "This run"),
    "state": ("状态", "State"),
    "finished": ("已完成", "finished"),
    "stopped": ("中途停止，只含已答的问题", "stopped early: only the questions answered so far"),
    "running": (
        "未完成（仍在运行，或被强行终止），只含已答的问题",
        "unfinished (still running, or killed): only the questions answered so far",
    ),
    "started": ("开始", "Started"),
    "ended": ("结束", "Finished"),
    "mode": ("方式", "Mode"),
    "mode_given": ("给定原文段落", "given passage"),
    "mode_open": ("先检索后阅读", "open: retrieves first"),
    "version": ("引答版本", "Yinda version"),
    "versions": ("软件版本", "Versions"),
    "models": ("模型", "Models"),
    "embedding": ("向量模型", "Embedding"),
    "reader": ("阅读模型", "Reader"),
    "machine": ("机器", "Machine"),
    "settings": ("设置", "Settings"),
    "seed": ("随机种子", "Seed"),
    "data": ("数据", "Data"),
    "cores": ("{n} 核", "{n} cores"),
    "no_outcomes": ("这个评测集没有已完成的问题。", "No question of this set has been answered."),
    "independent": (
        "区间把每题当作互相独立；若同一段落出了几道题（CMRC、DRCD 每段约三题），区间会略窄。",
        "Intervals treat the questions as independent; where several are about one paragraph (about three in CMRC and "
        "DRCD), they are somewhat too narrow.",
    ),
    "browse": ("逐题查看", "Questions one by one"),
    "needs_script": ("逐题查看需要启用 JavaScript。", "Reading the questions one by one needs JavaScript."),
    "switch": ("English", "中文"),
    # plots
    "recall_curve": ("召回率@k", "Recall@k"),
    "recall_axis": ("召回率", "recall"),
    "k_axis": ("前 k 个段落", "first k passages"),
    "risk_coverage": ("风险–覆盖率", "Risk–coverage"),
    "risk_axis": ("答错比例", "share wrong"),
    "coverage_axis": ("作答比例（先答最有把握的）", "share answered, surest first"),
    "risk_point": (
        "作答 {coverage}，其中答错 {risk}（可信度 ≥ {threshold}）",
        "answering {coverage}, {risk} of them wrong (confidence ≥ {threshold})",
    ),
    "reliability": ("可信度与正确率", "Reliability"),
    "confidence_axis": ("可信度", "confidence"),
    "accuracy_axis": ("正确率", "share right"),
    "reliability_bin": (
        "可信度 {low}–{high}：{count} 题，平均 {confidence}，答对 {accuracy}",
        "confidence {low}–{high}: {count} questions, mean {confidence}, {accuracy} right",
    ),
    "latency_histogram": ("每题用时", "Time for a question"),
    "seconds_axis": ("用时（秒）", "seconds"),
    "milliseconds_axis": ("用时（毫秒）", "milliseconds"),
    "questions_axis": ("题数", "questions"),
    "and_more": ("{low} 以上：{count} 题", "{low} or more: {count} questions"),
    "from_to": ("{low}–{high}：{count} 题", "{low}–{high}: {count} questions"),
    "confusion": ("作答与拒答", "Answered and refused"),
    "answered": ("作答", "Answered"),
    "refused": ("拒答", "Refused"),
    "candidate_right": ("可回答，首选正确", "Answerable, best right"),
    "candidate_wrong": ("可回答，首选错误", "Answerable, best wrong"),
    "has_no_answer": ("无答案", "Unanswerable"),
}

GROUPS: dict[str, Words] = {
    "retrieval": ("检索", "Retrieval"),
    "answers": ("回答", "Answers"),
    "citations": ("引文", "Citations"),
    "refusal": ("拒答", "Refusal"),
    "calibration": ("可信度校准", "Calibration"),
    "follow-ups": ("追问", "Follow-ups"),
    "latency": ("用时", "Latency"),
    "memory": ("内存", "Memory"),
}

STAGES: dict[Stage, Words] = {
    Stage.RIGHT: ("答对", "right"),
    Stage.RIGHTLY_REFUSED: ("正确拒答", "rightly refused"),
    Stage.NOT_RETRIEVED: ("未检索到", "not retrieved"),
    Stage.NOT_READ: ("未读出", "not read"),
    Stage.WRONGLY_REFUSED: ("错误拒答", "wrongly refused"),
    Stage.WRONGLY_ANSWERED: ("错误作答", "wrongly answered"),
    Stage.FAILED: ("未能提问", "could not be asked"),
}

STAGE_MEANINGS: dict[Stage, Words] = {
    Stage.RIGHT: ("回答含有参考答案", "an accepted answer is contained in the text"),
    Stage.RIGHTLY_REFUSED: ("无答案，且未作答", "there is no answer, and none was given"),
    Stage.NOT_RETRIEVED: ("证据不在所读段落之中", "the evidence is not among the passages that were read"),
    Stage.NOT_READ: ("读到了证据，首选候选却不对", "the evidence was read, but the best candidate is not right"),
    Stage.WRONGLY_REFUSED: ("首选候选正确，却没有作答", "the best candidate is right, and was not given"),
    Stage.WRONGLY_ANSWERED: ("无答案，却作了答", "there is no answer, and one was given"),
    Stage.FAILED: ("出错，没有问成", "an error took the answer's place"),
}

TIMINGS: dict[str, Words] = {
    "total": ("合计", "total"),
    "followup": ("理解追问", "follow-up"),
    "retrieve": ("检索", "retrieve"),
    "read": ("阅读", "read"),
    "select": ("选答", "select"),
}

# What report.js shows; {n} and the like are filled in there.
SCRIPT: dict[str, Words] = {
    "errors": ("全部错误", "All errors"),
    "everything": ("全部问题", "All questions"),
    "search": ("搜索问题、答案、编号", "Search questions, answers, numbers"),
    "all_kinds": ("全部类别", "All kinds"),
    "no_kind": ("未分类", "no kind"),
    "shown": ("{n} 题", "{n} questions"),
    "none": ("没有符合条件的问题。", "No question fits."),
    "page": ("第 {page} / {pages} 页", "Page {page} of {pages}"),
    "previous": ("上一页", "Previous"),
    "next": ("下一页", "Next"),
    "understood": ("理解为", "Understood as"),
    "history": ("前文", "Before"),
    "expected": ("参考答案", "Expected"),
    "relevant": ("相关文档", "Relevant documents"),
    "got": ("得到", "Got"),
    "found": ("检索结果", "Retrieved"),
    "refused": ("拒答", "refused"),
    "candidate": ("首选候选", "best candidate"),
    "nothing": ("无候选", "no candidate"),
    "no_answer": ("（无答案）", "(no answer)"),
    "confidence": ("可信度", "Confidence"),
    "rank": ("证据名次", "Evidence at rank"),
    "not_found": ("证据未找到", "Evidence not found"),
    "cited": ("引用段落", "Cited passage"),
    "best": ("首选候选所在段落", "Best candidate's passage"),
    "top": ("检索到的第一段", "First passage retrieved"),
    "evidence": ("证据段落", "Evidence passage"),
    "whole": ("显示整段", "Whole passage"),
    "less": ("收起", "Less"),
    "given_mark": ("得到的答案", "answer got"),
    "expected_mark": ("参考答案", "expected answer"),
    "both_mark": ("两者重合", "both"),
    "left_out": ("段落未收入报告（文件大小所限）", "The passages were left out to keep the file small"),
    "filter": ("筛选", "Filter"),
    "failed": ("未能提问", "Could not be asked"),
}


# In a set of retrieval nothing is answered: what is right was found.
RETRIEVED: Words = ("检索到", "retrieved")
RETRIEVED_MEANING: Words = ("所读段落中有证据", "the evidence is among the passages that were found")


def stage_name(stage: Stage, task: Task) -> Words:
    """What a stage is called in a set of this task."""
    return RETRIEVED if task == "retrieval" and stage is Stage.RIGHT else STAGES[stage]


def stage_meaning(stage: Stage, task: Task) -> Words:
    """What it says of a question to have ended at a stage."""
    return RETRIEVED_MEANING if task == "retrieval" and stage is Stage.RIGHT else STAGE_MEANINGS[stage]


def plain(text: str) -> str:
    """A text of a set, a document or a model for a terminal: one line, without what could move or turn it.

    Control characters (ESC among them), line and paragraph separators and marks of direction become spaces, as do
    halves of surrogate pairs, which cannot be written.
    """
    return _UNPRINTABLE.sub(" ", text).strip()


def words(key: str, language: Language) -> str:
    """The text of ``key`` in a language."""
    return pick(TEXTS[key], language)


def pick(pair: Words, language: Language) -> str:
    """One of a pair of texts."""
    return pair[0] if language == "zh" else pair[1]
