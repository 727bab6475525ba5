"""Which proposals a person would like to read as they stand, away from their document.

An evaluation set's drafts are read over by a person before they count; what is shown for a click is not. So this is
strict: a question whose subject may lean on what stood before it is left out.
"""

from __future__ import annotations

import re

from qa.drafting.corpus import Corpus
from qa.drafting.proposal import Proposal
from qa.drafting.wording import clauses, flags
from qa.reader.units import word_set

_LENGTH = 46
# What points to words that are not in the question.
_POINTS = re.compile(
    r"其中|该[项市县区省镇村校院厂公司工]|上述|前述|前款|这[个些种项里]|那[个些种项里]|同期|累计|分别|各自|以上[的各]|本[次届年月校院厂公司]|我们"
    r"|^其|，其|是指(?!什么)|层面|历史性|同口径|可比口径|自治区自治区|([省市县])\1(?![长委])"
)
_YEAR = re.compile(r"^\d{4}年")
# 2021年前十大企业: the year and what follows run together.
_RUNS_ON = re.compile(r"^\d{4}年[前后末底初中内间]")
_ENDS_AS_MEASURE = re.compile(
    r"[率额值量重比积费价]$|人数|天数|总数|时长|里程|投资|规模|余额|收入|支出|资金|产值|贷款|存款|进出口|外资|件数|起数|次数$"
)
# Of what? 总面积, 线路总长, 落地项目完成投资.
_OF_WHAT = re.compile(
    r"^(?:总|全|年度|年均|平均|计划|完成|落实|直接|带动|首期|项目|落地)|全长|总长|^.{0,3}(?:面积|资金|投资|规模)$"
)
# Work that is counted: 新建公共充电桩多少个.
_DONE = re.compile(r"^新(?:建|增|设|培育|改建|引进|发展|招|聘)")
_WORK = re.compile(r"荣获|获评|续建|建设|改造|整治|完成|培育|落地|治理")
# What these did is told with its doer or its end: 惠及, 促进, 稳定.
_LEANING = word_set("促进 协调 推动 惠及 带动 支持 稳定 保持 力争 反映 享受 办理")
_WHOLE = re.compile(r"^(?:[我全][省市区县镇州国])")
# What a question for its number says nothing with: 协调解决问题多少个, 抓好哪三个环节.
_EMPTY = word_set(
    "问题 资金 措施 配套措施 项目 重大项目 任务 工作 事项 活动 环节 能力 方面 关键 重点 底线 关系 体系 机制 行动 要素 "
    "优势 工程 领域 功能 攻坚战 年度投资 项目投资 实事 民生实事 惠企实事 文件 意见 举措 内容 情况"
)
_LISTED = re.compile(
    r"哪[\d两二三四五六七八九十]+(?:个|条|座|所|家|项|处|种|类|大|位|名|部|件|片|支|县|区|镇)(?P<noun>[^？]*)"
)
_UNCLEAR_BODY = re.compile(
    r"^(?:公司|集团|学校|学院|单位|部门|医院|工厂|企业|协会|机构|支部|党委|社区|村|组织|委员会|领导)"
)
_NAMES = ("ns", "nr", "nt", "nz")
_LONG_ENOUGH = 5


def is_legible(proposal: Proposal, corpus: Corpus) -> bool:
    """Whether a question reads well by itself, and names what it asks of."""
    question, source = proposal.question, proposal.statement.source
    if len(question) > _LENGTH or _POINTS.search(question) or _RUNS_ON.match(question):
        return False
    if corpus.names_places and source.is_report and not source.place and _YEAR.match(question):
        return False  # of whose report?
    match proposal.rule:
        case "level" | "growth":
            return _measured(proposal)
        case "done to" | "counted":
            return source.is_report and "多少元规模" not in question and _done(proposal)
        case "counted list":
            return source.is_report and _listed(proposal)
        case "event" | "includes":
            return _specific(question.split("是什么时候")[0].split("计划什么时候")[0])
        case "office":
            return not _UNCLEAR_BODY.match(question) and _specific(question.removesuffix("是谁？"))
        case "article":
            return False  # 第八条是怎么规定的: nobody who has not read it would ask
        case _:
            return True


def _measured(proposal: Proposal) -> bool:
    """Whether the subject of a figure is an indicator, or work that was done, and no part of something named before."""
    statement, asked = proposal.statement, proposal.asked
    if asked is None:
        return False
    subject = _WHOLE.sub("", asked.subject)
    tokens = flags(subject)
    if _OF_WHAT.search(subject) or len(subject) < 3 or not tokens or tokens[0][0] in _LEANING:
        return False
    has = "有多少" in proposal.question
    verb = bool(_DONE.match(subject)) or (tokens[0][1].startswith("v") and len(tokens) > 1)
    if re.search(r"多少[^\W\d_]", proposal.question):
        # 新建公共充电桩多少个 and 高新技术企业有多少家 are said; 科技创新平台多少家 is not.
        if verb == has or "计划" in subject or (has and (proposal.kind != "count" or _WORK.search(subject))):
            return False
    elif verb or not _ENDS_AS_MEASURE.search(subject):
        return False
    if not statement.source.is_report and not _specific(subject):
        return False
    return not _leans(proposal, tokens[0][0])


def _leans(proposal: Proposal, first: str) -> bool:
    """Whether what was measured may belong to something that stands before it in its sentence.

    望澜大桥3月底前开工，大桥全长2.3公里: its first word was named before. Where every clause has its figure, they are
    a list of indicators.
    """
    folded, at = proposal.statement.folded, proposal.start - proposal.statement.start
    if proposal.asked is not None:
        named = folded.rfind(proposal.asked.subject, 0, at)  # 收入15.8亿元，增长3%: in the clause before
        at = named if named >= 0 else at
    before = [(a, b) for a, b in clauses(folded) if b <= at]
    if not before:
        return False
    return first in folded[: before[-1][1]] or not all(re.search(r"\d|[是为]$", folded[a:b]) for a, b in before)


def _done(proposal: Proposal) -> bool:
    """Whether what was done to or counted says something: 公共充电桩 of 新建公共充电桩, 断头路 of 打通了3条断头路."""
    statement, asked = proposal.statement, proposal.asked
    if asked is None:
        return False
    tokens = flags(asked.subject)
    done_to = asked.tail or "".join(word for word, _ in tokens[1:])
    empty = done_to in _EMPTY or (len(done_to) <= 4 and done_to.endswith(tuple(_EMPTY)))
    stem = statement.source.place[:2]
    return (
        bool(tokens) and not empty and tokens[0][0] not in _LEANING and not (stem and stem in asked.subject + done_to)
    )


def _listed(proposal: Proposal) -> bool:
    """Whether a list is one of things with a name for them, and the question says what became of them."""
    listed = _LISTED.search(proposal.question)
    if listed is None or listed["noun"] in _EMPTY or flags(proposal.answer)[0][1] == "v":
        return False
    before = proposal.question[: listed.start()]
    return before.endswith("了") or "计划" in before or any(flag == "v" for _, flag in flags(listed["noun"])[1:])


def _specific(words: str) -> bool:
    """Whether ``words`` name one thing: they hold a name, or are long enough to be one."""
    return len(words) >= _LONG_ENOUGH or any(flag.startswith(_NAMES) for _, flag in flags(words))
