"""What cannot be the answer, however well it reads: a figure of another unit or another town, the number of an article,
words of another article than the one named, the bearer of another office, a target where an achievement is asked.

A model that weighs words is drawn to the figure beside the indicator that is asked for. These rules say only what
the words of question and sentence rule out; what they leave is weighed (``qa.reader.selection``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.period import Aspect, Verdict, agreement, asked, words_aspect
from qa.place import stem, told_elsewhere
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
    r"(?:总值|总量|总额|收入|支出|产值|产量|余额|人口|面积|里程|税收|销售额|营业额|(?<![能可以])存款|(?<![能可以])贷款|利润|GDP)"
    r"(?:[是为有达了]|达到|完成|实现|一?共|总共|大?约|大概)*(?:多少|几|多大)",
    re.IGNORECASE,
)
_PART_OF = re.compile(r"占(?!地(?![区方])|用|道)[^,;。]*$")
"""Before a level: 占地区生产总值多少 asks for a share of it."""
# A share, or a growth, is no sum of money and no count of things (汇率 and 频率 are).
_SHARE = re.compile(
    "(?<![和与及、])(?:占比|比重|增速|增幅|涨幅|降幅|百分之|百分点|(?:增长|失业|就业|入学|升学|出生|自然增长|城镇化|城市化|覆盖|普及|参保"
    "|合格|达标|优良|完成|满意|支持|贡献|毛利|净利|利润|收益|不良|违约|负债|资产负债|利用|转化|回收|绿化|森林覆盖|通过|中标|识字)率)"
    r"(?:[是为有达了]|达到|分别|实际|预期|目标|大?约|大概)*(?:多少|几|多高|多大)?[呢啊呀吗?。!]*$"
)
_PRICE = re.compile("(?<!评)价|利率|收益率")
"""What falls or rises by a sum, or by points: 油价的降幅是每吨245元."""
_SHARES = units.PERCENT | {"倍", "成", "分", "点", "个点"}
_OFFICE = re.compile(
    "书记|省长|市长|区长|县长|州长|镇长|乡长|主席|主任|部长|厅长|局长|处长|科长|所长|站长|院长|校长|园长|馆长|行长|董事长|总经理|总裁"
    "|总监|会长|理事长|秘书长|院士|检察长|审判长|法官|队长|班长|组长"
)
# 谁向市长汇报 does not ask who the mayor is.
_WHOSE_OFFICE = re.compile(
    rf"(?P<before>{_OFFICE.pattern})(?:是|为|叫|由|名叫|名字|姓名|的)*(?:谁|哪位|何人|什么名字|什么名)"
    rf"|(?:谁|哪位|何人)(?:是|担?任|当选?|出任|做)[^,;。?]{{0,16}}?(?P<behind>{_OFFICE.pattern})"
)
_SAME_OFFICE = {"总裁": ("总经理",), "总经理": ("总裁",), "主席": ("董事长",), "董事长": ("主席",)}
_SPACE = re.compile(r"\s")
_ARTICLE_NUMBER = re.compile(r"第\s*([0-9]+|[〇零一二三四五六七八九十百千两]+)\s*条")
# 第一条地铁 counts.
_NAMED_ARTICLE = re.compile(
    r"第\s*([0-9]+|[〇零一二三四五六七八九十百千两]+)\s*条"
    r"(?=规定|约定|所|是|的|中|里|怎|讲|说|写|对|有|内容|关于|之|第|和|与|或|到|至|[,、()?。]|$)"
)
_BY_LAW = re.compile("(?:依据|根据|依照|按照|适用)[^,;。]*$")
# 依据刑法第二百六十四条 says what a punishment rests on: the judgment names other articles, too.
_PUNISHED = re.compile("判|处罚|罚金|处以")
_INTERROGATIVE = re.compile("多少|(?<![这那近前去后])几(?![乎何])|多[大高长重宽深]|(?:增速|增幅|占比)(?=[?]|呢|$)")
# What is paid: 罚多少 asks for money, or a share, or a multiple of something.
_PAID = re.compile(
    r"(?:(?P<due>罚款?|报销?|补贴|补助|资助|赔偿?|奖励?)|投资|投入|花费?|收费|缴纳?|捐款?)(?:[了过]|金额|一?共|总共|大?约)*多少(?:钱|资金)?[呢啊呀吗?。!]*$"
)
_MONEY = units.MONEY | units.PERCENT | {"倍"}
_RELATIVE = _MONEY | {"成", "点", "个点", "分"}
"""What no count of things bears."""
_OF_MONEY = re.compile("多少.{0,7}?(?:[税费款金债息酬薪资额付]|收入|支出|补|投资|财政|比例|份)")
"""多少所得税 and 多少门票收入 count neither 所 nor 门."""
_RECKONED = re.compile("工资|基数|收入|倍|比例")
"""A payment that is told by what it is reckoned from: 六个月的平均工资."""
_PLAN = re.compile("计划|规划|拟|预计|预期|目标|安排")
_ARTICLE = re.compile(r"第[0-9〇零一二三四五六七八九十百千两]+[编章节条款项目]")
_NUMBERING = re.compile(r"[((]?(?:[0-9]{1,2}(?:\.[0-9]{1,2})*|[一二三四五六七八九十]+)[.、))]?")
_WHICH_NUMBER = re.compile("第几")
# Units that a question names without doubt, as 市 in 多少市场主体 and 位 in 多少位 do not.
_NAMED = re.compile(
    "(?:多少|几)[十百千万亿]*(?P<unit>美元|欧元|元|钱|户|人次|人(?!均)|公里|千米|米|平方米|平方公里|亩|公顷|吨|公斤|斤"
    "|立方米|千瓦时|千瓦|天|小时|分钟|个月)(?![^\\W\\d_])"
)


def consistent(question: str, found: Sequence[Read]) -> list[Read]:
    """The spans that the question does not rule out, in their order."""
    return [read for read in found if not contradicts(question, read)]


def contradicts(question: str, read: Read) -> bool:
    """Whether a span cannot answer the question: its figures bear other units, or it tells a plan for an outcome."""
    from qa.reader.selection import analysed

    about = analysed(question)
    if _other_article(about.text, read):
        return True
    if about.kind is Kind.PERSON:
        return _other_office(about.text, read)
    if about.kind not in _TYPED:
        return False
    if about.kind in _FIGURES and (_elsewhere(asked(question).places, read) or _other_aspect(question, read)):
        return True
    passage = fold(read.hit.passage.text)
    if not _WHICH_NUMBER.search(about.text) and _label(passage, read.span.start, read.span.end):
        return True
    return _other_unit(about, asked(question).aspect, fold(read.text))


def _other_aspect(question: str, read: Read) -> bool:
    """Whether what is told is a plan and an outcome is asked for, or the other way round."""
    from qa.reader.selection import piece_of

    wanted = asked(question)
    if wanted.aspect is None:
        return False
    first, _, told = piece_of(read.hit, read.span.start)
    if agreement(wanted, told, read.hit.date).aspect is not Verdict.MISMATCH:
        return False
    text = fold(read.hit.passage.text)
    clause = max(text.rfind(mark, first, read.span.start) for mark in ",;。") + 1 or first
    if wanted.aspect is Aspect.PLANNED:
        over = told.base is not None and bool(wanted.periods) and all(p.last < told.base for p in wanted.periods)
        shared = set(_PLAN.findall(fold(question))) & set(_PLAN.findall(text[clause : read.span.end]))
        return not shared and (wanted.target or not over)
    # The part of a report that plans tells outcomes, too: only a plan's own words rule it out as an outcome. What
    # rules, contracts and notices say with 要 and 将 is no plan.
    return words_aspect(text[first : read.span.end], told.past or told.scope is None) is Aspect.PLANNED


def _elsewhere(places: Sequence[str], read: Read) -> bool:
    """Whether one province or city is asked for, the document is of another, and the passage does not name it."""
    if len(places) != 1:
        return False
    return told_elsewhere(places[0], read.hit.title, read.hit.organisation) and stem(places[0]) not in _shown(read)


def _shown(read: Read) -> str:
    """The span's passage with the headings above it, folded."""
    return fold(" ".join((*read.hit.passage.heading_path, read.hit.passage.text)))


def _other_office(asked_for: str, read: Read) -> bool:
    """Whether an office is asked for (书记) that the passage does not name, and who is found bears another (区长)."""
    offices = {match["before"] or match["behind"] for match in _WHOSE_OFFICE.finditer(asked_for)}
    offices |= {other for office in offices for other in _SAME_OFFICE.get(office, ())}
    text = fold(read.hit.passage.text)
    unspaced = _SPACE.sub("", text)
    if not offices or any(office in unspaced for office in offices):
        return False
    around = text[max(0, read.span.start - 4) : read.span.end + 4]
    return bool(_OFFICE.search(around))


def _other_article(asked_for: str, read: Read) -> bool:
    """Whether the question names an article (第三十二条), and the span's passage and its headings others alone."""
    named = {
        numeral_value(match[1])
        for match in _NAMED_ARTICLE.finditer(asked_for)
        if not (_BY_LAW.search(asked_for[: match.start()]) and _PUNISHED.search(asked_for, match.end()))
    }
    if not named:
        return False
    known = set(map(numeral_value, _ARTICLE_NUMBER.findall(_shown(read))))
    return bool(known) and not named & known


def _label(text: str, start: int, end: int) -> bool:
    """Whether ``text[start:end]`` is but the number of an article, or of what its line begins with: 第三条, 5.2."""
    if _ARTICLE.fullmatch(text, start, end):
        return True
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip("# *>-") or not text[end:].partition("\n")[0].strip():
        return False  # a figure that stands alone on its line is a cell
    return bool(_NUMBERING.fullmatch(text, start, end))


def _other_unit(about: Question, aspect: Aspect | None, text: str) -> bool:
    """Whether every figure of ``text`` (folded) bears a unit that the question rules out; without a unit none does."""
    given = {span.unit for span in typed_spans(text, _TYPED)}
    if not given or "" in given or len(_INTERROGATIVE.findall(about.text)) > 1:
        return False
    paid, named = _PAID.search(about.text), _NAMED.search(about.text)
    if paid and (paid["due"] or not named):  # 罚多少钱 may be told as a multiple
        return not given & _MONEY and not _RECKONED.search(text)
    if named:
        return not given & (units.DURATIONS if named["unit"] in units.DURATIONS else units.alike(named["unit"]))
    if _SHARE.search(about.text) and not _PRICE.search(about.text):
        return not given & _SHARES
    counted = about.kind is Kind.COUNT and about.units and not about.units & _RELATIVE
    if counted and not _OF_MONEY.search(about.text):
        return given <= _RELATIVE and "分之" not in text  # 三分之二以上村民代表 are so many
    level = _LEVEL.search(about.text)
    if not level or about.change or aspect is Aspect.PLANNED or _PART_OF.search(about.text[: level.start()]):
        return False
    return given <= units.PERCENT
