"""Years, and whether something was achieved or is planned: what a question asks for, what a passage tells.

Reports say the same things about the same indicators every year. A government report of year N tells in its first
part what N-1 achieved and in its later parts what N plans; headings with a year of their own, and the sentence's own
words (上年, 到2025年, 预期目标), go before that rule. Relative words (去年, 今年) are counted from the Document's
own year, never from the calendar. What is not known stays unknown, and then decides nothing.

All texts are folded first, one character to one character, so offsets are offsets into the text as given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from qa.place import Verdict, asked_places, compare, document_places, places_of
from qa.text.normalise import fold
from qa.text.sentences import split_sentences

__all__ = [
    "Agreement",
    "Asked",
    "Aspect",
    "Period",
    "Told",
    "Verdict",
    "agreement",
    "asked",
    "base_year",
    "in_words",
    "piece_at",
    "told",
    "told_by_sentence",
    "years",
]


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Calendar years, both included."""

    first: int
    last: int

    def overlaps(self, other: Period) -> bool:
        """Whether some year is in both."""
        return self.first <= other.last and other.first <= self.last

    def __contains__(self, other: Period) -> bool:
        return self.first <= other.first and other.last <= self.last


class Aspect(StrEnum):
    """Whether a figure was reached, or is aimed at."""

    ACHIEVED = "achieved"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    ``relative`` are words that each Document's own year gives a meaning (去年); ``aspect`` is what the question says
    itself; ``leaning`` is what it most likely means where it says nothing: a figure asked for (增长了多少) is one that
    was reached, 到2025年 is a target. ``reports`` are the years of documents that the question names
    (2019年政府工作报告 is given in 2019 and tells of 2018 too). ``target``: words that only ask for a target say so
    (目标, 力争), not those that may be part of another word or tell of a plan that was carried out (计划, 将).
    """

    periods: tuple[Period, ...] = ()
    relative: tuple[str, ...] = ()
    aspect: Aspect | None = None
    places: tuple[str, ...] = ()
    leaning: Aspect | None = None
    reports: tuple[int, ...] = ()
    target: bool = False

    @property
    def any(self) -> bool:
        """Whether a year, a relative year or a place is asked for: otherwise nothing is to be compared."""
        return bool(self.periods or self.relative or self.places or self.reports)


@dataclass(frozen=True, slots=True)
class Told:
    """What a passage, or a sentence of it, tells about.

    ``periods`` are the years that it is about; ``firm``, whether a heading, the document's kind or the words
    themselves say so, rather than its position. ``mentioned`` are all years that the words name as their subject;
    ``scope`` are the years that the whole document can be about. ``past``: its years are over, or its heading looks
    back. ``places`` are the document's,
    ``named`` those of the passage itself. ``base`` is the year that 今年 means there.
    """

    periods: tuple[Period, ...] = ()
    aspect: Aspect | None = None
    places: tuple[str, ...] = ()
    mentioned: tuple[Period, ...] = ()
    named: tuple[str, ...] = ()
    firm: bool = False
    scope: Period | None = None
    base: int | None = None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """How what is told agrees with what is asked.

    ``words``: the period agrees by the passage's own words, not only by its place in the document.
    """

    period: Verdict = Verdict.UNKNOWN
    aspect: Verdict = Verdict.UNKNOWN
    place: Verdict = Verdict.UNKNOWN
    words: bool = False


# -- years in text -------------------------------------------------------------------------------------------

_HAN_DIGITS = {
    c: d for d, cs in enumerate(("〇零○o0", "一1", "二2", "三3", "四4", "五5", "六6", "七7", "八8", "九9")) for c in cs
}
_NUMBERS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_YEAR = r"(?:(?<![\d])(?<!\d\.)[12]\d{3}(?!\d)|[一二][〇零○o0一二三四五六七八九]{3})"
_SMALL = r"(?:[一二两三四五六七八九十]|1[0-5]|[1-9])"
_QUOTE = "[\"“”‘’「」『』']"
_MENTION = re.compile(
    rf"(?P<r1>{_YEAR})\s?年?度?\s?(?:[-~—–―]{{1,2}}|至|到)\s?(?P<r2>{_YEAR})(?:\s?年)?"
    rf"|第(?P<nth>[一二三四五六七八九十]{{1,2}})个五年(?:计划|规划)"
    rf"|(?P<open>{_QUOTE})?(?<![〇零○一二三四五六七八九十百千第月日\d])(?P<plan>十[一二三四五六七]?|[一二三四五六七八九])五(?![〇零○o0一二三四五六七八九])(?P<close>{_QUOTE})?"
    r"(?P<suffix>时期|期间|规划|计划|末|以来|前|后)?"
    r"|(?:(?P<c>19|20)|(?P<c2>二十|20|本)世纪)?(?P<decade>(?<!\d)[1-9]0|[一二三四五六七八九]十)年代"
    rf"|(?P<iso>{_YEAR})[-/.]\d{{1,2}}[-/.]\d{{1,2}}"
    rf"|(?P<list>{_YEAR})(?=(?:\s?[、,和与及]\s?{_YEAR})+\s?年)"
    rf"|(?P<year>{_YEAR})\s?年(?!代|历史|多|以上)度?(?P<end>年?底|年?末)?"
    r"|(?P<rel>(?<![过])去年|(?<!以)上年度?|上一年度?|(?<![至])今年(?!均)|本年度?|(?<![说证])明年|(?<![以此\d])前年"
    r"|(?:刚刚)?过去(?:的)?一年|(?<![十\d])一年来|新的一年)"
    rf"|(?P<past>(?:过去|最近|(?<![附临将])近|(?<![提以])前)(?:的)?|以来的)(?P<pn>{_SMALL})个?年(?!级|代|期|内)来?"
    rf"|(?P<past2>(?<![几十百千\d])(?P<pn2>{_SMALL})年(?:多)?来(?![自到临]))"
    rf"|(?P<future>今后|未来)(?:的)?(?P<fn>{_SMALL})(?:到{_SMALL})?个?年"
)
# A bare year in a question or heading: 2022 GDP. No unit may follow.
_BARE = re.compile(
    r"(?<![\d.,第])((?:19|20)\d\d)(?!\s?[\d.,/%‰年]|\s?[万亿千百余多个家户名元亩座人公平张吨件项米套台辆条次所处年级号字头株匹棵颗枚])"
)
_COMPARED_BEFORE = re.compile(
    "(?:(?<!占)比|较|高于|低于|多于|少于|超过|好于|快于|优于|占|(?<!参)与|(?<![合共])同|以|(?<!来)自|从|由|相当于|不低于|不超过)$"
)
_COMPARED_WITH = re.compile("[和与跟同][^,;。和与跟同]{4,6}相比$")
_COMPARED_AFTER = re.compile(
    r"(?:全年)?(?:的)?(?:同期|基础上|相比|以来|水平|持平|起[,，至]|为基[期准数]|(?:的)?\d+(?:\.\d+)?倍)|末?(?:的)?[\d.]+[^,。;]{0,6}(?:增加|提高|上升|下降|减少|增长)[到至]"
    # Names, and the day on which a report is given: 1999年政府工作报告——1999年3月5日在第九届…
    r"|.{0,12}工\s?作\s?报\s?告|(?:夏季|冬季)?(?:奥运|冬奥|残奥|亚运|世博|世界杯|全运)|\s?\d{1,2}\s?月\s?\d{1,2}\s?日(?:在第|\s*$|,第)"
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """Years named in a folded text.

    ``relative`` words need a base year; ``compared``: only what is measured against; ``plan``: the name of a five-year
    plan (十四五规划) rather than its years (十四五期间); ``upto``: the year by whose end something is to be done.
    """

    start: int
    end: int
    first: int
    last: int
    relative: bool
    compared: bool
    plan: bool
    upto: bool

    def period(self, base: int | None) -> Period | None:
        if not self.relative:
            return Period(self.first, self.last)
        return None if base is None else Period(base + self.first, base + self.last)


def _number(digits: str) -> int:
    return int("".join(str(_HAN_DIGITS[c]) for c in digits))


def _small(text: str) -> int:
    return int(text) if text.isdigit() else 10 if text == "十" else _NUMBERS[text]


def _five_years(number: int) -> Period | None:
    """The years of the n-th five-year plan; the first two ran 1953-1957 and 1958-1962, the third from 1966."""
    if not 1 <= number <= 20:
        return None
    first = (1953, 1958)[number - 1] if number < 3 else 1966 + 5 * (number - 3)
    return Period(first, first + 4)


def _ordinal(text: str) -> int:
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return _NUMBERS.get(text, 0)
    return 10 * (_NUMBERS[tens] if tens else 1) + (_NUMBERS[ones] if ones else 0)


# What every mention has; most sentences have none of it.
_HINT = re.compile(r"[年五]|\d{4}\s?[-/.~—–―至到]")


def _mentions(folded: str) -> Iterator[_Mention]:
    if not _HINT.search(folded):
        return
    for match in _MENTION.finditer(folded):
        found = _read(match)
        if found is None:
            continue
        first, last, relative = found
        if not relative and not (1000 <= first <= last <= 2199 and last - first <= 120):
            continue
        start, end = match.span()
        before, text = folded[max(0, start - 4) : start], match.group()
        upto = (before.endswith("到") and not relative) or (
            text.endswith(("底", "末")) and before.endswith(("到", "至")) and not before.endswith("截至")
        )
        compared = bool(_COMPARED_BEFORE.search(before)) or bool(_COMPARED_AFTER.match(folded, end))
        plan = bool(match["plan"] or match["nth"]) and match["suffix"] not in ("时期", "期间", "末", "以来")
        compared &= match["r1"] is None or not before.endswith(("从", "由", "自"))
        yield _Mention(start, end, first, last, relative, compared, plan, upto)


def _read(match: re.Match[str]) -> tuple[int, int, bool] | None:
    """First and last year, and whether they are counted from the document's year."""
    if match["r1"]:
        return _number(match["r1"]), _number(match["r2"]), False
    if match["nth"] or match["plan"]:
        if match["plan"]:
            quoted = bool(match["open"] and match["close"])
            sure = len(match["plan"]) == 2 and match["plan"][0] == "十"
            if not quoted and not match["suffix"] and not sure:
                return None
            if (
                not quoted
                and sure
                and re.match("[个岁天月日年万亿号条项名%]", match.string[match.end() : match.end() + 1])
            ):
                return None
            if match["suffix"] in ("前", "后"):
                return None
        plan = _five_years(_ordinal(match["nth"] or match["plan"]))
        if plan is None:
            return None
        return (plan.last if match["suffix"] == "末" else plan.first), plan.last, False
    if match["decade"]:
        text = match["decade"]
        tens = int(text[0]) if text.isdigit() else _NUMBERS[text[0]]
        century = 2000 if match["c"] == "20" or match["c2"] == "本" else 1900
        return century + 10 * tens, century + 10 * tens + 9, False
    for group in ("iso", "list", "year"):
        if match[group]:
            year = _number(match[group])
            return year, year, False
    if match["rel"]:
        word = match["rel"]
        away = -2 if word == "前年" else 1 if word == "明年" else 0 if word[0] in "今本新" else -1
        return away, away, True
    if match["future"]:
        return 0, _small(match["fn"]) - 1, True
    return -_small(match["pn"] or match["pn2"]), -1, True


def years(text: str) -> frozenset[int]:
    """Every year that ``text`` names, whatever its script or width; a range stands for each of its years."""
    folded = fold(text)
    out = {y for m in _mentions(folded) if not m.relative for y in range(m.first, m.last + 1)}
    out.update(int(m.group(1)) for m in _BARE.finditer(folded))
    return frozenset(out)


# -- questions -----------------------------------------------------------------------------------------------

# What only a plan is asked for with; and what may be another word's, or a plan that was carried out (计划引进了).
_PLAN_ASKED = re.compile(
    "(?<!年度)(?<!任务)目标(?!任务|人群|群体|客户|市场)|预期(?!寿命|信用|损失)|预计(?!负债)|力争|(?<![模虚草比])拟(?![定订人物])|打算|今后|"
    "未来(?=[0-9一二三四五六七八九十几]|的|将|要|计划)|下一步|(?<![供响反效对])应(?=达|实现|完成)"
)
_PLAN_LIKELY = re.compile(
    '目标(?!人群|群体|客户|市场)|计划(?!生育|经济|免疫|["”’」』])|争取(?=.{0,12}(?:达|实现|完成|建成))|'
    "(?<!即)将(?![军士领近来多几哪\\d])|(?<![主重需必还纲摘概首想只紧索纪])要(?![求素点闻件领义塞多几花付缴备哪什啥用等]|带(?!动)|交(?![付通])|准备|提[供交])|"
    "规划(?!局|面积|用地|总?规模|设计)|安排(?=多少|几|的)"
)
_BEYOND = (
    "(?:比|超过?|超出|高[于出]|低于|多于|少于|快于|慢于|好于|优于)了?(?:全?年度?|年初|原定?|既定|预定|预期)*"
    "(?:目标|计划|预期)"
)
"""比年初目标高多少 asks for what was reached."""
_OF_PLAN = "(?:计划|目标|任务)数?的(?:几|多少|百分)"
_DONE_ASKED = re.compile(
    "(?<![为除])了(?!解|如)|完成情况|实际(?!利用|使用|控制|到位|增长目标)|已经?|是否完成|(?:目标|任务|计划).{0,4}完成(?:得|情况|率|了)|"
    f"{_OF_PLAN}|{_BEYOND}"
)
_CARRIED_OUT = re.compile(f"完成(?:得|情况|率|了)|是否完成|{_OF_PLAN}|{_BEYOND}")
# What asks for an outcome where nothing speaks of a plan: 今年计划同比增长多少.
_DONE_LIKELY = re.compile("同比|比上年|取得|回顾|截[至止]")
# What was laid down is still to come: 提出了增长多少, 下达了多少计划.
_LAID_DOWN = re.compile("(?:提出|确定|明确|规定|设定|设立|制[定订]|[下给]?定下?|安排|下达|公布|批准|发布|印发)了")
_DONE_WEAK = re.compile("完成|实现|达到|达")
_NAMED_REPORT = re.compile(r"(?:的)?[^\d,。;?]{0,16}?(?:工\s?作\s?报\s?告|报告[中里]|统计公报)")
_FIGURE_ASKED = re.compile("多少|几[^何乎]|百分之|增速|增幅|降幅|多[大高长]")


@lru_cache(maxsize=1024)
def asked(question: str) -> Asked:
    """What ``question`` says of years, of achieved or planned, and of places."""
    folded = fold(question)
    periods: list[Period] = []
    relative: list[str] = []
    reports: list[int] = []
    upto = False
    past = future = False
    for mention in _mentions(folded):
        if (
            mention.compared
            and not mention.relative
            and (_COMPARED_BEFORE.search(folded[: mention.start]) or _COMPARED_WITH.search(folded[: mention.end + 2]))
        ):
            # 比2020年增长了多少, 自2020年 and 和2020年相比 do not name the year that is asked for.
            continue
        if not mention.relative and mention.first == mention.last and _NAMED_REPORT.match(folded, mention.end):
            reports.append(mention.first)
            continue
        if mention.relative:
            if mention.compared:
                continue
            relative.append(folded[mention.start : mention.end])
            past |= mention.last < 0
            future |= mention.first >= 0
        else:
            periods.append(Period(mention.first, mention.last))
            upto |= mention.upto
    if not periods and not reports:
        periods += [Period(int(m.group(1)), int(m.group(1))) for m in _BARE.finditer(folded)]
    # The 计划 of 九五计划 names its years.
    words = _MENTION.sub(lambda m: "〇" * len(m.group()) if m["plan"] or m["nth"] else m.group(), folded)
    words = _LAID_DOWN.sub(lambda m: "〇" * len(m.group()), words)
    plan, done = _PLAN_ASKED.search(words), _DONE_ASKED.search(words)
    aspect: Aspect | None = None
    likely = _PLAN_LIKELY.search(words)
    if done and (not plan or _CARRIED_OUT.search(words)):
        aspect = Aspect.ACHIEVED
    elif plan or (likely and (not past or likely.group() in ("计划", "目标"))):
        aspect = Aspect.PLANNED
    elif _DONE_LIKELY.search(words) or (past and _DONE_WEAK.search(folded)):
        aspect = Aspect.ACHIEVED
    leaning = aspect
    if aspect is None:
        if upto or (future and not past):
            leaning = Aspect.PLANNED
        elif past or _FIGURE_ASKED.search(folded):
            leaning = Aspect.ACHIEVED
    return Asked(
        tuple(dict.fromkeys(periods)),
        tuple(dict.fromkeys(relative)),
        aspect,
        asked_places(question),
        leaning,
        tuple(dict.fromkeys(reports)),
        plan is not None,
    )


# -- documents -----------------------------------------------------------------------------------------------

_WORK_REPORT = re.compile(r"工\s*作\s*报\s*告|执行情况.*(?:草案|计划).*报告|计划草案.*报告|五年计划的报告")
_LOOKS_BACK = re.compile(
    "公报|工作总结|年度?总结|决算|年报|年鉴|(?<!目标任务)完成情况|(?:执行|落实|进展)情况(?!.*草案)|大事记"
)
_LOOKS_AHEAD = re.compile("工作要点|工作计划|行动计划|实施方案|行动方案|工作方案|规划|纲要|重点工作")


class _Sort(StrEnum):
    REPORT = "report"
    BACK = "back"
    AHEAD = "ahead"
    OTHER = "other"


def base_year(title: str, date: str | None) -> int | None:
    """The year that 今年 means in a document.

    A report's title goes before the date of its publication on the web, which may be years later; one that is given
    in the first months of a year may bear the year before in its title.
    """
    named = _title_years(fold(title))
    year = int(date[:4]) if date and date[:4].isdigit() else None
    if named and _sort(fold(title)) is not _Sort.OTHER:
        last = max(named)
        if year is None:
            return last
        early = date is not None and len(date) >= 7 and date[5:7] <= "03"
        return year if year == last + 1 and early and _sort(fold(title)) is _Sort.REPORT else last
    return year


def _title_years(title: str) -> list[int]:
    out = [m.last for m in _mentions(title) if not m.relative]
    return out or [int(m.group(1)) for m in _BARE.finditer(title)]


def _sort(title: str) -> _Sort:
    if _WORK_REPORT.search(title):
        return _Sort.REPORT
    if _LOOKS_BACK.search(title):
        return _Sort.BACK
    return _Sort.AHEAD if _LOOKS_AHEAD.search(title) else _Sort.OTHER


# -- headings ------------------------------------------------------------------------------------------------

_REVIEW = re.compile(
    "回顾|总结|完成情况|执行情况|落实情况|成绩|成就|取得|进展|成效|决算|历程|所做的工作|工作情况|发展情况|过去|来的工作|存在的?问题"
)
_AHEAD = re.compile(
    "目标|任务|安排|部署|总体要求|总要求|重点工作|工作重点|建议|打算|(?<!划)计划|草案|预算|展望|主要工作|思路|取向|规划|工作要点|奋斗|指导思想|全力|努力|"
    "今后|未来"
)
_FRAMED = re.compile(
    "工作|回顾|总结|目标|任务|安排|部署|要求|预算|决算|计划|情况|经济社会|国民经济|建议|发展|政策|成就|成绩|展望"
)
_ANNEX = re.compile(r"^(?:附[件录表注]|.{0,16}(?:名词|名称)(?:解释|注释|说明)|注释|参考文献)")
_NUMBER_OF_SECTION = re.compile(r"^\s*(?:第?([一二三四五六七八九十])(?:、|部分|[.．])|([1-9])[、.．])")
_PARTS = re.compile("[,，、;；]|和|与|及|暨")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What headings, kind and position of a passage say before its words are read."""

    periods: tuple[Period, ...] = ()
    aspect: Aspect | None = None
    firm: bool = False
    scope: Period | None = None
    base: int | None = None
    parts: tuple[tuple[Period, Aspect], ...] = ()

    def by_words(self, words: str, said: Aspect | None) -> tuple[tuple[Period, ...], Aspect | None]:
        """Periods and aspect of a sentence without a year of its own; its words choose where a heading names two."""
        if not self.parts:
            return self.periods, said or self.aspect
        looks = said or (Aspect.PLANNED if _MUST.search(words) else Aspect.ACHIEVED if _DONE.search(words) else None)
        chosen = tuple(period for period, aspect in self.parts if aspect is looks)
        return (chosen, looks) if chosen else (self.periods, None)


def _heading_frame(heading: str, base: int | None, report: bool) -> _Frame | None:
    """What one heading says; None when nothing."""
    # 1998年工作回顾和1999年工作的总体要求 holds both.
    dated = [p for part in _PARTS.split(heading) if (p := _part(part, base, report)) and p.periods]
    if not dated:
        return None
    aspects = {p.aspect for p in dated}
    periods = tuple(dict.fromkeys(period for p in dated for period in p.periods))
    if len(aspects) == 1:
        return _Frame(periods, dated[0].aspect, True)
    parts = tuple((period, p.aspect) for p in dated if p.aspect for period in p.periods)
    return _Frame(periods, None, True, parts=parts)


def _part(part: str, base: int | None, report: bool) -> _Frame | None:
    mentions = [m for m in _mentions(part) if not m.compared]
    periods = tuple(p for m in mentions if (p := m.period(base)))
    if not periods:
        bare = [int(m.group(1)) for m in _BARE.finditer(part)]
        periods = tuple(Period(y, y) for y in bare)
    aspect = Aspect.ACHIEVED if _REVIEW.search(part) else Aspect.PLANNED if _AHEAD.search(part) else None
    if periods:
        if not _FRAMED.search(part) and len(part) > 12:
            return None  # 迎接2022年冬奥会 names a year that its section is not about
        if aspect is None and base is not None and all(p.last < base for p in periods):
            aspect = Aspect.ACHIEVED
        elif aspect is None and base is not None and report and all(p.first >= base for p in periods):
            aspect = Aspect.PLANNED
        return _Frame(periods, aspect, True)
    if not report or base is None or aspect is None:
        return None
    year = base - 1 if aspect is Aspect.ACHIEVED else base
    if aspect is Aspect.ACHIEVED and not re.search("回顾|总结|工作情况|过去|完成情况|执行情况|成就|所做的工作", part):
        return None
    return _Frame((Period(year, year),), aspect, True)


# Positions, as shares of a report without headings, before which it looks back and behind which it plans.
_EARLY, _LATE = 0.12, 0.55


@lru_cache(maxsize=4096)
def _frame(title: str, date: str | None, heading_path: tuple[str, ...], position: float | None) -> _Frame:
    name = fold(title)
    sort = _sort(name)
    base = base_year(title, date)
    headings = [fold(h) for h in heading_path]
    if headings and sort is not _Sort.OTHER and headings[0] == name:
        headings = headings[1:]
    report = sort is _Sort.REPORT
    scope = Period(base - 1, base) if report and base is not None else None
    if any(_ANNEX.match(h) for h in headings):
        return _Frame(base=base, scope=scope)
    for depth in range(len(headings) - 1, -1, -1):
        found = _heading_frame(headings[depth], base, report and depth == 0)
        if found is not None:
            return replace(found, scope=scope, base=base)
    if base is None:
        return _Frame()
    if report:
        number = _NUMBER_OF_SECTION.match(headings[0]) if headings else None
        later = number is not None and (number[1] or number[2]) not in ("一", "1")
        if later or (not headings and position is not None and position > _LATE):
            return _Frame((Period(base, base),), Aspect.PLANNED, False, scope, base)
        if not headings and position is not None and 0.01 < position < _EARLY:
            return _Frame((Period(base - 1, base - 1),), Aspect.ACHIEVED, False, scope, base)
        return _Frame(scope=scope, base=base)
    if sort in (_Sort.BACK, _Sort.AHEAD):
        named = [Period(m.first, m.last) for m in _mentions(name) if not m.relative]
        if named:
            aspect = Aspect.ACHIEVED if sort is _Sort.BACK else Aspect.PLANNED
            return _Frame(tuple(dict.fromkeys(named)), aspect, True, None, base)
    return _Frame(base=base)


# -- passages and their sentences ----------------------------------------------------------------------------

_PLANNED_WORDS = re.compile(
    "(?<![与和低高于比到成了期])(?:主要)?预期(?:目标|增长|增加|上涨|增幅|增速|涨幅|达到|控制)|目标(?:是|为|:)|力争|争取[^,;。]{0,12}(?:达到|实现|完成|建成)|(?<![模虚])拟(?=安排|按|投|新|再|建|发|完|实)|"
    r"今年[^;。]{0,12}(?:(?<![主重需必还纲摘概首想])要(?![求素点闻件])|将(?![\d各全这其该本原])|再(?![创次度获])|计划|目标)"
)
_PLANNED_LIKELY = re.compile(
    r"(?<![一二三四五六七八九十\d])年内(?!已)|年底前|(?<!为)(?:下一步|今后)|明年|"
    r"确保(?!了)[^,;。]{0,20}(?:[\d%以]|完成|实现)|(?:^|[,;])(?:计划|将(?![\d各全这其该本原]))|(?:^|[,。;])要(?![求素点])"
)
"""What a plan says, too, where nothing tells that it was carried out: no year that is past, no heading 工作回顾."""
_ACHIEVED_WORDS = re.compile(
    "已经?(?=[^,。;]{0,8}(?:完成|建成|实现|达|成为|投|开|有|超|基本|全|取|形))|完成了|实现了|达到了|取得了|增长了|截至|截止"
)
_MUST = re.compile("(?<![主重需必还纲摘概首想])要(?![求素点闻件])|必须|做好|应当|今年")
_DONE = re.compile(
    "了(?!解)|已|比上年|同比|去年|过去|取得|成绩|增长[\\d一二三四五六七八九十]|达到?[\\d一二三四五六七八九十]"
)


def told_by_sentence(
    text: str,
    *,
    title: str,
    date: str | None,
    heading_path: Sequence[str],
    position: float | None = None,
    organisation: str | None = None,
) -> list[tuple[int, int, Told]]:
    """What each sentence of a passage tells, as ``(start, end, Told)`` with offsets into ``text``.

    A sentence is cut before a clause that names another year as its subject (2018年增长6.6%，2019年预期目标6%以上 gives
    two); one that names none goes on with the year of the sentence before it, or with what the headings say.
    """
    return list(_cut(text, title, date, tuple(heading_path), position, organisation)[1])


@lru_cache(maxsize=512)
def _cut(
    text: str,
    title: str,
    date: str | None,
    heading_path: tuple[str, ...],
    position: float | None,
    organisation: str | None,
) -> tuple[_Frame, tuple[tuple[int, int, Told], ...]]:
    """A passage's frame and its sentences; kept, because each span that is read in it asks for them again."""
    frame = _frame(title, date, heading_path, position)
    return frame, tuple(_pieces(fold(text), frame, document_places(title, organisation)))


def told(
    text: str,
    *,
    title: str,
    date: str | None,
    heading_path: Sequence[str],
    position: float | None = None,
    organisation: str | None = None,
) -> Told:
    """What a passage, or a single sentence, tells about.

    ``position`` is the passage's start as a share of the document, 0 to 1. Documents that are no reports, and say
    nothing of years themselves, give a ``Told`` without periods.
    """
    frame, pieces = _cut(text, title, date, tuple(heading_path), position, organisation)
    if not pieces:
        return Told(places=document_places(title, organisation), scope=frame.scope, base=frame.base)
    mentioned = tuple(dict.fromkeys(p for _, _, piece in pieces for p in piece.mentioned))
    named = tuple(dict.fromkeys(n for _, _, piece in pieces for n in piece.named))
    first = pieces[0][2]
    same = all(piece.periods == first.periods and piece.aspect == first.aspect for _, _, piece in pieces)
    if same:
        return replace(first, mentioned=mentioned, named=named)
    if frame.periods and frame.firm:
        periods, aspect, firm = frame.periods, frame.aspect, True
        if frame.parts:
            # Two years in one heading: the sentences whose words decide between them stand for the others.
            periods, aspect = _most(pieces, frame.parts) or (periods, aspect)
    else:
        periods, aspect = _most(pieces) or ((), None)
        firm = False
    return Told(periods, aspect, first.places, mentioned, named, firm, frame.scope, frame.base)


def _most(
    pieces: Sequence[tuple[int, int, Told]], among: Sequence[tuple[Period, Aspect]] | None = None
) -> tuple[tuple[Period, ...], Aspect | None] | None:
    """Periods and aspect that most of the text is told of; ``among``: only these count."""
    sizes: dict[tuple[tuple[Period, ...], Aspect | None], int] = {}
    for start, end, piece in pieces:
        key = (piece.periods, piece.aspect)
        if piece.periods and (among is None or any(key == ((p,), a) for p, a in among)):
            sizes[key] = sizes.get(key, 0) + end - start
    return max(sizes, key=lambda k: sizes[k]) if sizes else None


def piece_at(
    text: str,
    start: int,
    *,
    title: str,
    date: str | None,
    heading_path: Sequence[str],
    position: float | None = None,
    organisation: str | None = None,
) -> tuple[int, int, Told]:
    """The piece of ``told_by_sentence`` that holds ``start``; the whole text, where none does."""
    for a, b, piece in _cut(text, title, date, tuple(heading_path), position, organisation)[1]:
        if a <= start < b:
            return a, b, piece
    whole = told(text, title=title, date=date, heading_path=heading_path, position=position, organisation=organisation)
    return 0, len(text), whole


def _pieces(folded: str, frame: _Frame, places: tuple[str, ...]) -> Iterator[tuple[int, int, Told]]:
    carried: tuple[Period, ...] = ()
    carried_aspect: Aspect | None = None
    for start, end in split_sentences(folded):
        for a, b, mentions in _clauses(folded, start, end):
            words = folded[a:b]
            own = tuple(dict.fromkeys(p for m in mentions if (p := m.period(frame.base))))
            upto = any(m.upto for m in mentions)
            past = _past(own, frame)
            said = words_aspect(words, past)
            aspect = _aspect(said, own, frame, upto)
            if own:
                # 去年利润增长23.5% is an aside below a heading of its own year; 2017年，… opens what follows.
                topic = not frame.firm or (
                    mentions[0].start - a < 6 and folded[mentions[0].end : mentions[0].end + 1] in ",、:"
                )
                if topic:
                    carried, carried_aspect = own, aspect
                periods, firm = own, True
            elif carried and not (frame.firm and _starts_afresh(words)):
                periods, firm = carried, True
                past = carried_aspect is Aspect.ACHIEVED
                aspect = words_aspect(words, past) or carried_aspect
            else:
                periods, aspect = frame.by_words(words, said)
                firm = frame.firm
            named = places_of(words)
            yield a, b, Told(periods, aspect, places, own, named, firm, frame.scope, frame.base, past)


def _past(own: tuple[Period, ...], frame: _Frame) -> bool:
    """Whether a sentence looks back: its own years are over, or it has none below a heading that looks back."""
    if own:
        return frame.base is not None and all(p.last < frame.base for p in own)
    return frame.firm and frame.aspect is Aspect.ACHIEVED


def _starts_afresh(words: str) -> bool:
    """Whether a sentence turns to something else: an item of a list, a paragraph's own topic."""
    return bool(
        re.match(
            r"[—\-]{1,2}|[一二三四五六七八九十]是|\([一二三四五六七八九十\d]+\)|[一二三四五六七八九十]、|各位代表",
            words,
        )
    )


def _clauses(folded: str, start: int, end: int) -> Iterator[tuple[int, int, list[_Mention]]]:
    """The sentence, cut before each clause that begins with a year of its own."""
    mentions = [_moved(m, start) for m in _mentions(folded[start:end]) if not (m.compared or m.plan)]
    cuts = [start]
    for mention in mentions:
        before = folded[start : mention.start].rstrip()
        opening = re.search(r"(?:^|[,;:、(])(?:其中|而|但|预计|到|至|截至|同时|力争|确保)?$", before)
        if before and opening and mention.start - cuts[-1] > 4 and (before[-1] not in "、"):
            cuts.append(start + opening.end() if opening.group()[-1:] in ",;:(" else start + opening.start() + 1)
    cuts.append(end)
    for a, b in pairwise(cuts):
        yield a, b, [m for m in mentions if a <= m.start < b]


def _moved(mention: _Mention, by: int) -> _Mention:
    return replace(mention, start=mention.start + by, end=mention.end + by)


def words_aspect(words: str, past: bool = False) -> Aspect | None:
    """What the words themselves (folded) say: planned or achieved; None for neither and for both.

    ``past``: year or heading say that they look back, so that only what is surely a plan (预期目标, 力争) is one.
    """
    planned = _PLANNED_WORDS.search(words) or (not past and _PLANNED_LIKELY.search(words))
    achieved = _ACHIEVED_WORDS.search(words)
    if planned and not achieved:
        return Aspect.PLANNED
    return Aspect.ACHIEVED if achieved and not planned else None


def _aspect(said: Aspect | None, own: tuple[Period, ...], frame: _Frame, upto: bool) -> Aspect | None:
    if said is not None or not own or frame.base is None:
        return said
    if all(p.last < frame.base for p in own):
        return Aspect.ACHIEVED
    if upto or all(p.first > frame.base for p in own):
        return Aspect.PLANNED
    if all(p.last >= frame.base for p in own) and frame.scope is not None:
        return Aspect.PLANNED
    return None


# -- comparing -----------------------------------------------------------------------------------------------


def agreement(asked: Asked, told: Told, date: str | None) -> Agreement:
    """How a passage (or sentence) agrees with a question; ``date`` is the document's, for 去年 and the like."""
    base = told.base if told.base is not None else int(date[:4]) if date and date[:4].isdigit() else None
    wanted = [*asked.periods]
    for word in asked.relative:
        wanted += [p for m in _mentions(word) if (p := m.period(base))]
    period, words = _compare_periods(wanted, told)
    if asked.reports and told.base is not None:
        if told.base not in asked.reports:
            period, words = Verdict.MISMATCH, False
        elif not wanted:
            period = Verdict.MATCH
    place = compare(asked.places, told.places)
    if place is not Verdict.MATCH and compare(asked.places, told.named) is Verdict.MATCH:
        # It tells of the place asked for, though the document is another's, or nobody's.
        place = Verdict.UNKNOWN if place is Verdict.MISMATCH else Verdict.MATCH
    aspect = Verdict.UNKNOWN
    if told.aspect is not None:
        if asked.aspect is not None:
            aspect = Verdict.MATCH if asked.aspect is told.aspect else Verdict.MISMATCH
        elif asked.leaning is told.aspect:
            aspect = Verdict.MATCH
    return Agreement(period, aspect, place, words)


def _compare_periods(wanted: Sequence[Period], told: Told) -> tuple[Verdict, bool]:
    if not wanted:
        return Verdict.UNKNOWN, False
    for period in wanted:
        if period in told.mentioned:
            return Verdict.MATCH, True
    for period in wanted:
        for is_told in told.periods:
            if period == is_told or (
                # What a term achieved is told as of its last year.
                told.aspect is Aspect.ACHIEVED and period.first == period.last == is_told.last
            ):
                return Verdict.MATCH, False
    known = [*told.periods, *told.mentioned]
    if any(a.overlaps(b) for a in wanted for b in known):
        return Verdict.UNKNOWN, False
    if told.firm and told.periods:
        return Verdict.MISMATCH, False
    if told.scope is not None and not any(a.overlaps(told.scope) for a in wanted):
        return Verdict.MISMATCH, False
    return Verdict.UNKNOWN, False


# -- for people and the reader -------------------------------------------------------------------------------


def in_words(told: Told) -> str:
    """One short phrase for what is told: 2024年完成情况, 2025年目标, 2016—2020年; "" when the years are unknown."""
    if not told.periods:
        return ""
    spans = [f"{p.first}年" if p.first == p.last else f"{p.first}—{p.last}年" for p in told.periods[:2]]
    kind = {Aspect.ACHIEVED: "完成情况", Aspect.PLANNED: "目标", None: ""}[told.aspect]
    return "、".join(spans) + kind
