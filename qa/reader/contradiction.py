"""What cannot be the answer, however well it reads: a figure of another unit or another town, the number of an article,
words of another article than the one named, the bearer of another office, a target where an achievement is asked.

A model that weighs words is drawn to the figure beside the indicator that is asked for. These rules say only what
the words of question and sentence rule out; what they leave is weighed (``qa.reader.selection``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.period import Aspect, Verdict, asked, words_aspect
from qa.place import told_elsewhere
from qa.reader import units
from qa.reader.question import Kind, Question
from qa.reader.spans import typed_spans
from qa.text.normalise import fold
from qa.text.numerals import numeral_value

if TYPE_CHECKING:
    from qa.reader.selection import Read

_FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT))
_TYPED = _FIGURES | {Kind.DURATION}
# Indicators whose level is a sum of money, of people, of things: 收入是多少 does not ask for a percentage.
_LEVEL = re.compile(
    r"(?:总值|总量|总额|收入|支出|产值|产量|余额|人口|面积|里程|税收|销售额|营业额|存款|贷款|利润|GDP)"
    r"(?:[是为有达]|达到|完成|实现|一?共|总共|大?约|大概)*(?:多少|几|多大)",
    re.IGNORECASE,
)
# A share, or a growth, is no sum of money and no count of things (汇率 and 频率 are).
_SHARE = re.compile(
    "(?:占比|比重|增速|增幅|涨幅|降幅|百分之|百分点|(?:增长|失业|就业|入学|升学|出生|死亡|自然增长|城镇化|城市化|覆盖|普及|参保"
    "|合格|达标|优良|完成|满意|支持|贡献|毛利|净利|利润|收益|不良|违约|负债|资产负债|利用|转化|回收|绿化|森林覆盖|通过|中标|识字)率)"
    r"(?:[是为有达]|达到|分别|实际|预期|目标|大?约|大概)*(?:多少|几|多高|多大)?[呢啊呀吗?。!]*$"
)
_SHARES = units.PERCENT | {"倍", "成", "分", "点", "个点"}
_OFFICE = re.compile(
    "书记|省长|市长|区长|县长|州长|镇长|乡长|主席|主任|部长|厅长|局长|处长|科长|所长|站长|院长|校长|园长|馆长|行长|董事长|总经理|总裁"
    "|总监|会长|理事长|秘书长|院士|检察长|审判长|法官|队长|班长|组长"
)
_NAMED_ARTICLE = re.compile("第([0-9]+|[〇零一二三四五六七八九十百千两]+)条")
# What is paid: 罚多少 asks for money, or a share, or a multiple of something.
_PAID = re.compile(
    r"(?:罚款?|投资|投入|花费?|报销?|补贴|补助|资助|赔偿?|奖励?|收费|缴纳?|捐款?)(?:[了过]|金额|一?共|总共|大?约)*多少(?:钱|资金)?[呢啊呀吗?。!]*$"
)
_MONEY = units.MONEY | units.PERCENT | {"倍"}
_PASSED = re.compile("突破|超过|跨过|迈上|站上|越过|大关|台阶")
_BOUND = re.compile(
    r"(?:突破|超过|跨过|跨越|迈上|站上|越过|登上)了?(?P<bound>[0-9.,]+[^\W\d_]{0,4}?(?:大关|关口|(?:新)?台阶)?)[,、 ]*"
    r"(?:达到?|为|实现|完成)了?(?P<figure>[0-9])"
)
_ARTICLE = re.compile(r"第[0-9〇零一二三四五六七八九十百千两]+[编章节条款项目]")
_NUMBERING = re.compile(r"[((]?(?:[0-9]+(?:\.[0-9]+)*|[一二三四五六七八九十]+)[.、))]?")
# Units that a question names without doubt, as 市 in 多少市场主体 and 位 in 多少位 do not.
_NAMED = re.compile(
    "(?:多少|几)[十百千万亿]*(?P<unit>美元|欧元|元|钱|户|人(?!均)|公里|千米|米|平方米|平方公里|亩|公顷|吨|公斤|斤"
    "|立方米|千瓦时|千瓦|天|小时|分钟|个月)(?![^\\W\\d_])"
)


def consistent(question: str, found: Sequence[Read]) -> list[Read]:
    """The spans that the question does not rule out, in their order."""
    return [read for read in found if not contradicts(question, read)]


def contradicts(question: str, read: Read) -> bool:
    """Whether a span cannot answer the question: its figures bear other units, or it tells a plan for an outcome."""
    from qa.reader.selection import agreement_with, analysed

    about = analysed(question)
    if _other_article(about.text, read):
        return True
    if about.kind is Kind.PERSON:
        return _other_office(about.text, read)
    if about.kind not in _TYPED:
        return False
    if about.kind in _FIGURES and _elsewhere(asked(question).places, read):
        return True
    if about.kind in _FIGURES and asked(question).aspect is not None:
        agreed = agreement_with(question, read.hit, read.span.start, read.span.end)
        said = words_aspect(_sentence(fold(read.hit.passage.text), read.span.start, read.span.end))
        # The part of a report that plans tells outcomes, too: only a plan's own words rule it out as an outcome.
        if agreed.aspect is Verdict.MISMATCH and (
            said is not Aspect.PLANNED if asked(question).aspect is Aspect.PLANNED else said is Aspect.PLANNED
        ):
            return True
    passage = fold(read.hit.passage.text)
    if _label(passage, read.span.start, read.span.end):
        return True
    if not _PASSED.search(about.text) and _passed(passage, read.span.start, read.span.end):
        return True
    return _other_unit(about, asked(question).aspect, fold(read.text))


def _elsewhere(places: Sequence[str], read: Read) -> bool:
    """Whether one province or city is asked for, the document is of another, and the passage does not name it."""
    if len(places) != 1:
        return False
    return told_elsewhere(places[0], read.hit.title, read.hit.organisation) and places[0] not in _shown(read)


def _shown(read: Read) -> str:
    """The span's passage with the headings above it, folded."""
    return fold(" ".join((*read.hit.passage.heading_path, read.hit.passage.text)))


def _other_office(asked_for: str, read: Read) -> bool:
    """Whether an office is asked for (书记) that the passage does not name, and who is found bears another (区长)."""
    offices = set(_OFFICE.findall(asked_for))
    text = fold(read.hit.passage.text)
    if not offices or any(office in text for office in offices):
        return False
    around = text[max(0, read.span.start - 4) : read.span.end + 4]
    return bool(_OFFICE.search(around))


def _other_article(asked_for: str, read: Read) -> bool:
    """Whether the question names an article (第三十二条) that neither the span's passage nor its headings know."""
    named = set(map(numeral_value, _NAMED_ARTICLE.findall(asked_for)))
    if not named:
        return False
    return not named & set(map(numeral_value, _NAMED_ARTICLE.findall(_shown(read))))


def _passed(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` tells only what was passed where the figure follows: 突破15亿元大关,达15.8亿元."""
    return any(
        match.start() < end and start < match.end("bound") and end <= match.start("figure")
        for match in _BOUND.finditer(text)
    )


def _label(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is but the number of an article, or of what its line begins with: 第三条, 5.2."""
    if _ARTICLE.fullmatch(text, start, end):
        return True
    line = text.rfind("\n", 0, start) + 1
    return not text[line:start].strip("# *>-") and bool(_NUMBERING.fullmatch(text, start, end))


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence around ``text[start:end]``."""
    first = max(text.rfind(mark, 0, start) for mark in "。\n") + 1
    ends = [at for mark in "。\n" if (at := text.find(mark, end)) >= 0]
    return text[first : min(ends, default=len(text))]


def _other_unit(about: Question, aspect: Aspect | None, text: str) -> bool:
    """Whether every figure of ``text`` (folded) bears a unit that the question rules out; without a unit none does."""
    given = {span.unit for span in typed_spans(text, _TYPED)}
    if not given or "" in given:
        return False
    named = _NAMED.search(about.text)
    if named:
        return not given & units.alike(named["unit"])
    if _PAID.search(about.text):
        return not given & _MONEY
    if _SHARE.search(about.text):
        return not given & _SHARES
    level = _LEVEL.search(about.text) and not about.change and aspect is not Aspect.PLANNED
    return bool(level) and given <= units.PERCENT
