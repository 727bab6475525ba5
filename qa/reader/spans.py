"""Typed spans: the figures, dates, percentages, names and lists of a sentence, with exact offsets.

Everything here works on folded text (one character to one), so offsets hold in the original.
A span never cuts a number from its unit or scale, nor a date in half.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.reader import units
from qa.reader.question import Kind
from qa.reader.tagger import tagger


@dataclass(frozen=True, slots=True)
class TypedSpan:
    """``text[start:end]`` is of this kind; ``unit`` is the figure's unit without its scale (万, 亿)."""

    start: int
    end: int
    kind: Kind
    unit: str = ""


_DIGITS = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = r"[零〇一二两三四五六七八九十百千]+"
_SCALE = r"(?:万亿|[十百千]?[万亿]|[十百千](?=余|多))"
_UNIT = "|".join(re.escape(u) for u in units.LONGEST_FIRST)
_PER = r"(?:/[^\W\d_]{1,4}|每[^\W\d_]{1,2})?"
_BEFORE = r"(?:超过|超|突破|不低于|不少于|不超过|不高于|至少|最多|近|约|逾|大约|将近)?"
_AFTER = r"(?:以上|以下|以内|左右|上下)?"
_NUMBER = rf"(?:{_DIGITS}){_SCALE}?[余多]?{_SCALE}?"
_HAN_NUMBER = rf"{_HAN}(?:点{_HAN})?{_SCALE}?[余多]?{_SCALE}?"
_RANGE = r"(?:-|~|—|–|至|到)"

_PERCENT = re.compile(
    rf"{_BEFORE}(?:(?:{_DIGITS})[%‰]?{_RANGE})?[-+]?(?:{_DIGITS})(?:%|‰|个百分点|百分点){_AFTER}"
    rf"|{_BEFORE}(?:百|千|万)分之(?:{_HAN}(?:点{_HAN})?|{_DIGITS}){_AFTER}"
    rf"|{_HAN}分之{_HAN}{_AFTER}|[一二三四五六七八九]成(?:[以多]|(?![^\W\d_])|(?=[,。;]))"
)  # fmt: skip
_TIME_OF_DAY = r"(?:(?:凌晨|上午|中午|下午|晚上?|清晨)?\d{1,2}(?:时|点|:\d{2})(?:\d{1,2}分|半)?(?:\d{1,2}秒)?)"
_MONTH = r"(?:1[0-2]|0?[1-9])月"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])[日号]"
_HAN_MONTH = r"(?:十[一二]?|[一二三四五六七八九正腊])月(?:份)?"
_HAN_DAY = r"(?:初[一二三四五六七八九十]|[一二三]?十?[一二三四五六七八九十][日号])"
_EDGE = r"(?:底|初|末|中旬|上旬|下旬|份|上半年|下半年|春季?|夏季?|秋季?|冬季?)?(?:之?前|以前|起)?"
_DATE = re.compile(
    rf"(?:公元前?|前)?\d{{3,4}}年(?:代|度)?(?:\({_HAN}年\))?(?:闰?(?:{_MONTH}"
    rf"|{_HAN_MONTH})(?:{_DAY}|{_HAN_DAY})?)?{_EDGE}{_TIME_OF_DAY}?"
    rf"|公元前?\d{{1,4}}年|前\d{{2,4}}年"
    rf"|\d{{2}}年{_MONTH}(?:{_DAY})?{_EDGE}"
    rf"|(?<!\d)\d{{4}}([-/.])\d{{1,2}}\1\d{{1,2}}(?!\d)"
    rf"|{_MONTH}(?:{_DAY})?{_EDGE}{_TIME_OF_DAY}?|(?<!\d){_DAY}(?:{_TIME_OF_DAY})?"
    rf"|[〇零一二三四五六七八九]{{4}}年(?:{_HAN_MONTH}(?:{_HAN_DAY})?)?{_EDGE}"
    rf"|(?<!\d)\d{{1,2}}世纪(?:\d0年代)?(?:初|末|中[叶期]|前期|后期)?"
    rf"|{_HAN}世纪(?:{_HAN}年代)?(?:初|末|中叶)?"
    rf"|(?:今年|明年|去年|当年|同年|次年|翌年)(?:{_MONTH}(?:{_DAY})?|年?[底初末])?{_EDGE}"
    rf"|(?:上|下)半年|第?[一二三四]季度|年[底末](?:之?前|以前)?"
    rf"|年内|[“\"]?十[一二三四五]?五[”\"]?(?:规划)?(?:期间|时期"
    rf"|末|初)"
    rf"|{_HAN_MONTH}{_HAN_DAY}|[^\W\d_]{{2}}{_HAN}年(?=[,(。\d])"
    rf"|[^\W\d_]{{2}}元年|[东西南北]?[夏商周秦汉隋唐宋元明清](?:朝"
    rf"|代)(?:初|末|中叶)?"
    rf"|{_TIME_OF_DAY}"
)  # fmt: skip
_QUANTITY = re.compile(
    rf"{_BEFORE}(?:{_NUMBER}(?:{_UNIT})?{_RANGE})?(?:{_NUMBER})(?:余)?(?P<unit>{_UNIT})?(?:{_PER})?[余多]?{_AFTER}"
    rf"|{_BEFORE}(?:{_HAN_NUMBER})(?P<unit2>{_UNIT})(?:{_PER})?{_AFTER}"
)
# 一步, 一批, 一首要: with these the numeral counts nothing.
_IDIOMS = units.word_set(
    "步 首 批 张 代 道 面 方 本 种 口 度 级 层 重 点 段 起 对 把 根 块 片 股 排 带 章 节 回 "
    "成 市 省 县 区 乡 村 国 年级"
)
_QUOTED = re.compile(r"《[^《》]{1,40}》|“[^“”]{1,30}”|「[^「」]{1,30}」|『[^『』]{1,30}』|\"[^\"]{1,30}\"")
_ARTICLE = re.compile(rf"(?:《[^《》]{{1,40}}》)?第(?:{_HAN}|\d+)[条款章](?:第(?:{_HAN}|\d+)[款项])?")
_ITEM = r"(?:[^\W_]|[·《》“”()/\-]){1,24}?"
_LIST = re.compile(
    rf"(?:[^\W_]|[·《》“”()/\-]){{1,14}}(?:、{_ITEM})+?(?:(?:和"
    rf"|及|以及|与){_ITEM})?(?:等(?:[^\W\d_]{{0,6}})?)?(?=[,。;:!?)]"
    rf"|$)"
)
# Verbs before the first item of a list.
_BEFORE_LIST = re.compile(
    r".*(?:了|为|是|有|包括|包含|完成|建成|建设|推进|实施|培育|打造|新建|改造|推动|涉及|由|以)(?=.)"
)
_FOREIGN_NAME = re.compile(r"[\u4e00-\u9fff]{1,6}(?:[·•・‧][\u4e00-\u9fff]{1,7})+")
_TITLED = re.compile(
    r"(?:区长|市长|省长|县长|镇长|州长|主席|主任|书记|部长|局长"
    r"|院长|校长|会长|总理|总统|总书记|导演|作家|教授|博士)"
    r"[\s:]*(?P<name>[\u4e00-\u9fff]{2,3})(?=[同\s,。、)(]|$)|(?P<before>[\u4e00-\u9fff]{2,3})(?=同志"
    r"|先生|女士)"
)


def _figures(text: str) -> Iterator[TypedSpan]:
    taken = [False] * (len(text) + 1)

    def free(start: int, end: int) -> bool:
        return not any(taken[start:end])

    for match in _PERCENT.finditer(text):
        if match.end() > match.start():
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            yield TypedSpan(*match.span(), Kind.PERCENT, "百分点" if "百分点" in match.group() else "%")
    for match in _DATE.finditer(text):
        start, end = match.span()
        if (
            end > start
            and free(start, end)
            and not (text[start].isdigit() and start and text[start - 1] in "0123456789.")
        ):
            taken[start:end] = [True] * (end - start)
            yield TypedSpan(start, end, Kind.DATE)
    for match in _QUANTITY.finditer(text):
        start, end = match.span()
        if not free(start, end) or (
            start
            and (text[start - 1] in "第.,-" or text[start - 1].isdigit())
            and text[start].isdigit()
            and text[start - 1] != ","
            and text[start - 1] != "-"
        ):
            continue
        unit = match.group("unit") or match.group("unit2") or ""
        if match.group("unit2") and text[start] == "一" and match.group("unit2") in _IDIOMS:
            continue
        kind = Kind.COUNT
        if unit in units.MONEY or (
            unit in units.ALL
            and units.alike(unit) != frozenset((unit,))
            and unit not in ("个", "家", "户", "人", "名", "位")
        ):
            kind = Kind.AMOUNT
        if unit in units.DURATIONS and unit not in ("岁", "年级"):
            kind = Kind.DURATION
        if not unit:
            kind = Kind.AMOUNT if re.search("[万亿]", match.group()) else Kind.COUNT
        yield TypedSpan(start, end, kind, unit)


_TAGS = {
    "nr": Kind.PERSON,
    "nrfg": Kind.PERSON,
    "nrt": Kind.PERSON,
    "ns": Kind.PLACE,
    "nt": Kind.ORGANISATION,
}


def _names(text: str) -> Iterator[TypedSpan]:
    for match in _FOREIGN_NAME.finditer(text):
        yield TypedSpan(*match.span(), Kind.PERSON)
    for match in _TITLED.finditer(text):
        yield TypedSpan(*match.span("name" if match.group("name") else "before"), Kind.PERSON)
    position = 0
    for token in tagger().cut(text):
        start, position = position, position + len(token.word)
        kind = _TAGS.get(token.flag)
        if kind is not None and len(token.word) > 1:
            yield TypedSpan(start, position, kind)


def _headed(text: str, head: str) -> Iterator[TypedSpan]:
    """Noun phrases that end in ``head``: 泽州路 for 路, “一把手访谈”栏目 for 栏目."""
    tokens: list[tuple[int, int]] = []
    position = 0
    for token in tagger().cut(text):
        start, position = position, position + len(token.word)
        if token.word.endswith(head):
            first = start
            for before, flag in reversed(tokens):
                if flag and first - before <= 8 and start - before <= 14:
                    first = before
                else:
                    break
            if position - first > len(head):
                yield TypedSpan(first, position, Kind.ENTITY)
            elif start and text[start - 1] in "”》":
                opening = max(text.rfind("“", 0, start), text.rfind("《", 0, start))
                if opening >= 0:
                    yield TypedSpan(opening, position, Kind.ENTITY)
        tokens.append(
            (
                start,
                int(token.flag[:1] in ("n", "j", "l", "m", "a", "b", "f", "s", "e") and token.flag != "m"),
            )
        )


def typed_spans(text: str, kinds: frozenset[Kind], head: str = "") -> list[TypedSpan]:
    """The spans of ``text`` (folded) that are of one of ``kinds``, in their order.

    ``head`` asks for noun phrases that end in it. Names of people, places and bodies need a tagger, which is
    loaded when one of these kinds is asked for.
    """
    out: set[TypedSpan] = set()
    if kinds & {Kind.AMOUNT, Kind.COUNT, Kind.PERCENT, Kind.DATE, Kind.DURATION}:
        out.update(s for s in _figures(text) if s.kind in kinds)
    if kinds & {Kind.PERSON, Kind.PLACE, Kind.ORGANISATION}:
        out.update(s for s in _names(text) if s.kind in kinds)
    if Kind.ARTICLE in kinds:
        out.update(TypedSpan(*m.span(), Kind.ARTICLE) for m in _ARTICLE.finditer(text))
    if Kind.ENTITY in kinds:
        out.update(TypedSpan(*m.span(), Kind.ENTITY) for m in _QUOTED.finditer(text))
        if head:
            out.update(_headed(text, head))
    if Kind.LIST in kinds:
        for match in _LIST.finditer(text):
            first = text[match.start() : text.index("、", match.start())]
            verb = _BEFORE_LIST.match(first)
            out.add(TypedSpan(match.start() + (verb.end() if verb else 0), match.end(), Kind.LIST))
    return sorted(out, key=lambda s: (s.start, s.end))
