"""Questions for figures: 一般公共预算收入达15.8亿元，增长12.4%; 改造老旧小区81个; 打通3条断头路; 应当提前30日通知."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.drafting.corpus import Corpus, Statement
from qa.drafting.proposal import Asked, Proposal
from qa.drafting.wording import clauses, dated, flags, is_noun_phrase, is_plain_noun, lead, whole
from qa.reader import units
from qa.reader.question import Kind
from qa.reader.spans import TypedSpan, typed_spans

FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT, Kind.DURATION))
_BRIDGE = re.compile(
    r"(?:达到了?|达|为|突破|首次突破|力争|超过|跃上|实现|完成|约|超|近|是|在|到|了|预计|保持|占|稳定|只有|仅|有|共|总计|合计"
    r"|已|提高|增加|上升|控制|以内)+$"
)
_CHANGE = re.compile(
    r"(?P<how>同比|比上年|较上年|比去年)?(?P<verb>增长|下降|提高|上涨|增加|减少|降低|回落|上升)(?P<to>[到至])?了?$"
)
# Words that say nothing of what was measured.
_GENERIC = units.word_set(
    "完成 投资 完成投资 总投资 资金 产值 收入 总额 总量 面积 金额 增加值 数量 总数 规模 资产 利润 税收 项目 "
    "企业 实现 新增 建成 发放 拨付 累计 补助 贷款 "
    "人均 人口 全市 全省 全区 全县 全国 我市 我省 我区 总值 比例 比重 占比 长度 其他"
)
# What these end names a quantity already, so that it is asked for by 是多少.
_MEASURE = re.compile(r"[率额值量数入重比长高度积费价]$|时长|里程|天数")
_REACHED = re.compile(r"[达到为]|突破|超过|增加|提高|上升")
# Behind another clause, a subject of fewer characters leans on it.
_ALONE = 5
_ACTION = re.compile(r"新|完成|实现|建成|改|选派|开工|盘活|保障|发放|培育|引进|落实")
# Verbs whose subject is something named before: what drew, fed or moved so much?
_EFFECTS = units.word_set(
    "拉动 撬动 惠及 带动 吸引 涉及 覆盖 服务 受益 节约 占 增加 减少 奖励 补助 处 包括 提供 帮助 压减 依托 "
    "围绕 聚焦 针对 利用 结合"
)
# 跃上1000亿元台阶: the figure is a mark that was passed, no number of them.
_LEVELS = re.compile(r"台阶|行列|大关|关口|俱乐部")


def figures(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """Questions for the figures of a report's sentence."""
    if statement.period or not statement.year:
        return
    subject = ""
    folded = statement.folded
    for start, end in clauses(folded):
        clause = folded[start:end]
        skipped = lead(clause)
        if "其中" in clause[:skipped] or clause.startswith("分别"):
            subject = ""
            continue
        spans = typed_spans(clause, FIGURES)
        if len(spans) != 1 or not re.search(r"\d", clause[spans[0].start : spans[0].end]):
            subject = ""
            continue
        span = spans[0]
        before, after = clause[skipped : span.start], clause[span.end :]
        change = _CHANGE.search(before)
        if change and span.kind is Kind.PERCENT and not change["to"] and not after:
            of = before[: change.start()].strip() or subject
            if of and _names_something(of):
                yield from _growth(statement, corpus, of, change["verb"], start + span.start, start + span.end)
            continue
        subject = ""
        stripped = _BRIDGE.sub("", before)
        if re.search(r"\d", before) or not whole(before) or not whole(after) or (change and not change["to"]):
            continue
        if not after:
            if span.kind is not Kind.PERCENT or re.search(r"[率重比例度速]$", stripped):
                found = list(_level(statement, corpus, stripped, before[len(stripped) :], span, start))
                yield from found
                subject = stripped if found and span.kind is not Kind.PERCENT else ""
        elif span.unit and re.fullmatch(r"[\u4e00-\u9fff]{2,10}", after) and span.kind is not Kind.PERCENT:
            yield from _counted(statement, corpus, before, after, span, start)


def _names_something(subject: str) -> bool:
    bare = re.sub(r"^(?:我|全)[省市区县镇州]", "", subject)
    if "每" in bare or "、" in bare:
        return False
    return 3 <= len(bare) <= 20 and bare not in _GENERIC and is_noun_phrase(subject)


def _growth(statement: Statement, corpus: Corpus, subject: str, verb: str, start: int, end: int) -> Iterator[Proposal]:
    prefix, words = dated(statement, corpus, subject)
    if not _names_something(words):
        return
    if statement.mode == "plan":
        question = f"{prefix}{words}的{verb}目标是多少？" if verb == "增长" else f"{prefix}{words}计划{verb}多少？"
    else:
        question = f"{prefix}{words}{verb}了多少？"
    at = statement.start
    yield Proposal(
        statement, question, at + start, at + end, "growth", "growth", Asked(words, frozenset((Kind.PERCENT,)), True)
    )


def _level(
    statement: Statement, corpus: Corpus, subject: str, bridge: str, span: TypedSpan, offset: int
) -> Iterator[Proposal]:
    prefix, words = dated(statement, corpus, subject)
    if offset and len(words) < _ALONE and not _MEASURE.search(words):
        return
    kind = "count" if span.kind is Kind.COUNT else "figure"
    if _names_something(words) and not words.endswith(("年", "月", "日")):
        plan = statement.mode == "plan"
        if span.kind is Kind.PERCENT or not span.unit or span.unit in units.MONEY or _MEASURE.search(words):
            asks = "的目标是多少" if plan else "是多少"
        else:
            has = "的目标是" if plan else "有" if is_plain_noun(words) and not _ACTION.match(words) else ""
            asks = f"{has}多少{span.unit}"
        question = f"{prefix}{words}{asks}？"
        rule = "level"
    else:
        # 改造老旧小区81个: a verb and what it was done to.
        tokens = flags(words)
        if _REACHED.search(bridge) or span.kind is Kind.PERCENT:
            return
        if len(tokens) < 2 or tokens[0][1] != "v" or len(tokens[0][0]) < 2 or not span.unit or len(words) > 18:
            return
        done_to = words[len(tokens[0][0]) :]
        if tokens[0][0] in _EFFECTS:
            return
        if done_to in _GENERIC or len(done_to) < 2 or not is_plain_noun(done_to):
            return
        unit = "多少元" if span.unit in units.MONEY else f"多少{span.unit}"
        question = f"{prefix}{'计划' if statement.mode == 'plan' else ''}{words}{unit}？"
        rule = "done to"
    at = statement.start + offset
    yield Proposal(
        statement, question, at + span.start, at + span.end, kind, rule, Asked(words, frozenset((span.kind,)))
    )


def _counted(
    statement: Statement, corpus: Corpus, before: str, after: str, span: TypedSpan, offset: int
) -> Iterator[Proposal]:
    """打通3条断头路: a verb, a figure, and what it counts."""
    prefix, words = dated(statement, corpus, before)
    tokens = flags(words)
    if (tokens and tokens[-1][0] in _EFFECTS) or span.unit == "级" or _LEVELS.search(after):
        return
    if not tokens or tokens[-1][1] != "v" or not 2 <= len(words) <= 16 or not is_plain_noun(after):
        return
    if (
        after in _GENERIC
        or len(words) + len(after) < 6
        or tokens[-1][0] in ("达", "为", "达到", "占", "有", "超", "是")
    ):
        return
    if len(tokens) > 1 and not is_noun_phrase(words[: -len(tokens[-1][0])]):
        return
    plan = statement.mode == "plan"
    unit = "元" if span.unit in units.MONEY else span.unit
    question = f"{prefix}{'计划' if plan else ''}{words}{'' if plan else '了'}多少{unit}{after}？"
    at = statement.start + offset
    yield Proposal(
        statement,
        question,
        at + span.start,
        at + span.end,
        "count" if span.kind is Kind.COUNT else "figure",
        "counted",
        Asked(words, frozenset((span.kind,)), tail=after),
    )


_ASKS = re.compile(r"应当|应|须|不得|不超过|为|有|可以|享受|给予|实行|按|不少于|不低于|超过")
_NOT_FIRST = re.compile(
    r"^(?:其|该|此|这|那|每|有|可|本|上述|前款|前述|有关|超|满|但|并|且|如|若|在|经|按|对|由|自|从|处|情节|逾期|第|后|前)"
)


def provisions(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """Questions for the figures of a regulation's or handbook's sentence: the figure gives way to 多少."""
    name = statement.source.rules
    if not name:
        return
    parts = clauses(statement.folded)
    for index, (start, end) in enumerate(parts):
        clause = statement.folded[start:end]
        skipped = _numbered(clause) if index == 0 else 0
        body = clause[skipped:]
        if re.match(r"[\s#*-]*\(", clause) or re.search(r"满\d|满[一二三四五六七八九十]", body):
            continue  # an item of a list, or a condition
        if not 8 <= len(body) <= 40 or _NOT_FIRST.match(body) or not _ASKS.search(body) or not whole(body):
            continue
        spans = [
            s for s in typed_spans(body, FIGURES | {Kind.DATE}) if s.kind is not Kind.DATE or re.search(r"\d", body)
        ]
        if len(spans) != 1 or spans[0].kind is Kind.DATE or not (spans[0].unit or spans[0].kind is Kind.PERCENT):
            continue
        span = spans[0]
        if span.unit == "级":  # a rank, not a number of ranks
            continue
        if re.search(r"不[得能可]$", body[: span.start]):
            continue
        first = flags(body)[0][1]
        if (
            not first.startswith(("n", "vn", "b", "l", "j", "a"))
            or "、" in body
            or re.search(r"[的者内前后起时]$", body)
            or span.start < 3
        ):
            continue
        if index + 1 < len(parts) and re.search(r"的$", body):
            continue
        asks = "百分之多少" if span.kind is Kind.PERCENT else f"多少{span.unit}"
        question = f"根据《{name}》，{body[: span.start]}{asks}{body[span.end :]}？"
        at = statement.start + start + skipped
        subject = body[: span.start]
        yield Proposal(
            statement,
            question,
            at + span.start,
            at + span.end,
            "count" if span.kind is Kind.COUNT else "figure",
            "provision",
            Asked(subject, frozenset((span.kind,))),
        )


def _numbered(clause: str) -> int:
    """The length of the article's or section's number before a provision."""
    match = re.match(
        r"[\s#*-]*(?:第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十]+)?|\d+(?:\.\d+)+\.?|\d+[.、]|\([一二三四五六七八九十\d]+\))?\s*",
        clause,
    )
    return match.end() if match else 0
