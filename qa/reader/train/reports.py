"""Questions made by rule from government reports: figures, lists, names and times, with years and places.

A clause gives a question when a rule sees its parts: what is told of, the verb, and what the question asks for. A
question is asked of its own passage; and, so that the reader learns to refuse, with a year, a place or an aspect that
the passage does not tell of, and of passages that word search finds for it elsewhere.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.period import Aspect, Told
from qa.place import COUNTRY
from qa.reader.question import Kind
from qa.reader.spans import typed_spans
from qa.reader.tagger import tagger
from qa.reader.train.corpus import ReportPassage
from qa.reader.units import word_set
from qa.text.aliases import GROUPS
from qa.text.normalise import fold
from qa.text.sentences import split_sentences


@dataclass(frozen=True, slots=True)
class Fact:
    """``passage.text[start:end]`` answers each of ``wordings`` (without year and place).

    ``key`` are the words that the question is about; ``told`` is what the fact's sentence tells of.
    """

    passage: ReportPassage
    start: int
    end: int
    wordings: tuple[str, ...]
    key: str
    told: Told
    kind: str


_CLAUSE = re.compile(r"[^,，;；:：。！？!?\n]+")
_FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT))
_OPENING = re.compile(
    r"^(?:预计|全年|其中|同时|并且?|共|累计|我们|我省|我市|我区|全区|全省|全市|全国|——|[一二三四五六七八九]是|今年|去年|上年"
    r"|\d{4}年|过去一年|一年来|五年来|年内|\s|[\"“]|—)+"
)
_BRIDGE = re.compile(
    r"(?:达到|达|为|突破|超过|实现|完成|约|超|近|是|在|到|了|预计|保持|占|稳定|控制|以内|不低于|不少于)+$"
)
_CHANGE = re.compile(
    r"(同比|比上年|年均|累计|预期|分别|预计|再|共|将)*(增长|下降|提高|上涨|增加|减少|降低|提升|上升|新增)[了到至约超近]*$"
)
_VERBS = word_set(
    "推进 实施 建设 建成 完成 启动 开展 打造 培育 发展 支持 出台 制定 设立 成立 举办 建立 实现 推动 加快 推广 "
    "落实 争创 创建 获批 荣获 获得 入选 引进 新建 改造 开通 投产 开工 扩大 修订 颁布 发布 签署 承办 组建 布局 "
    "做强 壮大 抓好 办好 深化 突破 整治 保护 治理 申报 组织 发行 引导 鼓励 编制 构建 完善 强化 优化 取消 下放 "
    "清理 淘汰 化解 用好 争取"
)
_DID = re.compile("(" + "|".join(sorted(_VERBS)) + ")了?")
_ITEM = r"[^、,，;；。:：和及与等]{2,16}"
_LIST = re.compile(
    rf"(?P<items>{_ITEM}(?:、{_ITEM})+(?:(?:和|及|以及|与){_ITEM})?)(?P<etc>等)?(?P<rest>[^,，;；。:：、]{{0,14}})$"
)
_RANK = re.compile(r"第[一二三四五六七八九十\d]+[位名]?")
_HEAD_NOUN = re.compile(r"^[\u4e00-\u9fff]{2,6}$")
_COUNTED = re.compile(
    r"^(?P<n>\d+|[一二两三四五六七八九十百]+)(?P<m>个|项|条|家|座|类|种|处|所|批|位|名|大|款|场|部|件)"
)


def facts(passages: Sequence[ReportPassage]) -> Iterator[Fact]:
    """All the facts that a rule sees."""
    for passage in passages:
        folded = fold(passage.text)
        for start, end in split_sentences(passage.text):
            before = ""
            for match in _CLAUSE.finditer(folded, start, end):
                here = next((t for a, b, t in passage.sentences if a <= match.start() < b), passage.told)
                for fact in _of_clause(match.group(), before):
                    low, high, wordings, key, kind = fact
                    low, high = match.start() + low, match.start() + high
                    if passage.text.count(passage.text[low:high]) == 1 or kind == "figure":
                        yield Fact(passage, low, high, tuple(dict.fromkeys(wordings)), key, here, kind)
                before = match.group()


_Found = tuple[int, int, list[str], str, str]


def _of_clause(clause: str, before: str) -> Iterator[_Found]:
    figure = _figure(clause, before)
    if figure:
        yield figure
        return
    rank = _RANK.search(clause)
    if rank and re.search("居|列|位|排", clause[max(0, rank.start() - 5) : rank.start()]):
        topic = _OPENING.sub("", clause[: rank.start()])
        if not re.search(r"[居列位排]", topic[:3]) and len(topic) >= 5:
            measure = rank.group()[-1] if rank.group()[-1] in "位名" else ""
            yield rank.start(), rank.end(), [f"{topic}第几{measure}?", f"{topic}多少位?"], topic[:-2], "rank"
        return
    listed = _list(clause, before)
    if listed:
        yield listed
        return
    done = _done(clause)
    if done:
        yield done


def _figure(clause: str, before: str) -> _Found | None:
    spans = typed_spans(clause, _FIGURES)
    if len(spans) != 1 or not re.search(r"\d", clause[spans[0].start : spans[0].end]):
        return None
    span = spans[0]
    head, after = _OPENING.sub("", clause[: span.start]), clause[span.end :]
    if re.search(r"[、“”()\"《》\d]", head):
        return None
    unit = span.unit if span.kind is not Kind.PERCENT else ""
    change = _CHANGE.search(head)
    if change:
        indicator = _BRIDGE.sub("", head[: change.start()])
        if not indicator:
            # 实现地区生产总值1.2万亿元、增长5%: what grew stands in the clause before.
            earlier = typed_spans(before, _FIGURES)
            indicator = _BRIDGE.sub("", _OPENING.sub("", before[: earlier[0].start])) if len(earlier) == 1 else ""
            if re.search(r"[、“”()\"《》\d]", indicator):
                return None
        verb = change.group(2)
        if not 3 <= len(indicator) <= 18 or after:
            return None
        forms = [
            f"{indicator}{verb}了多少?",
            f"{indicator}{verb}多少?",
            f"{indicator}{verb}{(unit and '多少' + unit) or '百分之几'}?",
        ]
        if verb in ("增长", "增加", "提高", "上涨", "提升", "上升"):
            forms += [f"{indicator}的增速是多少?", f"{indicator}涨了多少?", f"{indicator}增幅多大?"] if not unit else []
        elif verb in ("下降", "减少", "降低") and not unit:
            forms += [f"{indicator}降了多少?", f"{indicator}的降幅是多少?"]
        elif verb == "新增" and unit:
            forms = [f"{indicator}新增多少{unit}?", f"{indicator}新增了多少?"]
        return span.start, span.end, forms, indicator, "figure"
    indicator = _BRIDGE.sub("", head)
    if unit and re.fullmatch(r"[\u4e00-\u9fff]{2,12}", after) and 2 <= len(indicator) <= 16:
        forms = [
            f"{indicator}多少{unit}{after}?",
            f"{indicator}了多少{unit}{after}?",
            f"{indicator}{after}多少{unit}?",
            f"{indicator}了多少{after}?",
            f"{after}{indicator}了多少{unit}?",
        ]
        return span.start, span.end, forms, indicator + after, "figure"
    if not 4 <= len(indicator) <= 18 or len(after) > 2:
        return None
    if span.kind is Kind.PERCENT:
        forms = [f"{indicator}是多少?", f"{indicator}达到百分之多少?", f"{indicator}多少?", f"{indicator}有多高?"]
    else:
        forms = [
            f"{indicator}是多少?",
            f"{indicator}达到多少{unit}?",
            f"{indicator}有多少?",
            f"{indicator}多少{unit}?",
            f"{indicator}一共多少?",
        ]
    return span.start, span.end, forms, indicator, "figure"


def _list(clause: str, before: str) -> _Found | None:
    match = _LIST.search(clause)
    if match is None:
        return None
    prefix, items, rest = clause[: match.start()], match["items"], match["rest"]
    first = items.split("、")[0]
    verb = None
    for found in _DID.finditer(prefix + first):
        if found.end() <= len(prefix) + len(first) - 2:
            verb = found
    if verb is None:
        return None
    start = verb.end()
    lead = _OPENING.sub("", clause[: verb.start()])
    if len(lead) > 12 or re.search(r"[、\d]", lead):
        return None
    counted = _COUNTED.match(rest)
    noun = rest[counted.end() :] if counted else rest
    end = match.end("items")
    verb_word = verb.group(1)
    if not match["etc"] and rest:
        return None
    noun = re.sub("^(?:重大|重点|一批|系列|方面|领域|一系列|多个)+(?=..)", "", noun)
    if not noun:
        # Without a noun behind it, the last item's own one: 抽水蓄能电站、风力发电站.
        tails = {item[-2:] for item in re.split("、|和|及|以及|与", items)}
        if len(tails) != 1:
            return None
        noun = tails.pop()
    if not _HEAD_NOUN.match(noun):
        return None
    forms = [f"{lead}{verb_word}了哪些{noun}?", f"{lead}{verb_word}哪些{noun}?", f"{verb_word}的{noun}有哪些?"]
    if counted:
        forms += [
            f"{lead}{verb_word}了哪几{counted['m']}{noun}?",
            f"{lead}{verb_word}哪{counted['n']}{counted['m']}{noun}?",
        ]
    return start, end, forms, verb_word + noun, "list"


def _done(clause: str) -> _Found | None:
    verb = _DID.search(clause)
    if verb is None:
        return None
    lead = _OPENING.sub("", clause[: verb.start()])
    thing = clause[verb.end() :]
    if not 5 <= len(thing) <= 24 or len(lead) > 12 or re.search(r"\d|、", lead + thing):
        return None
    tokens = [(t.word, t.flag) for t in tagger().cut(thing)]
    if len(tokens) < 2 or not tokens[-1][1].startswith("n") or len(tokens[-1][0]) < 2:
        return None
    if any(flag.startswith(("v", "c", "r", "d")) and flag != "vn" for _, flag in tokens[:1]):
        return None
    noun, word = tokens[-1][0], verb.group(1)
    forms = [
        f"{lead}{word}了什么{noun}?",
        f"{lead}{word}什么{noun}?",
        f"{lead}{word}哪个{noun}?",
        f"{lead}{word}的是什么{noun}?",
    ]
    return verb.end(), len(clause), forms, lead + word + noun, "thing"


# -- questions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a fact; ``dated`` and ``placed``: whether it names a year and a place of its own."""

    question: str
    dated: bool
    placed: bool


def ask(fact: Fact, rng: random.Random) -> Asked:
    """A question of ``fact`` in one of its wordings, with a year or place as people put them, or without."""
    question = _renamed(rng.choice(fact.wordings), rng)
    year = _year(fact.told)
    planned = fact.told.aspect is Aspect.PLANNED
    if planned and fact.kind == "figure" and rng.random() < 0.7:
        question = _as_target(question, rng)
    place = fact.told.places[0] if fact.told.places and fact.told.places[0] != COUNTRY else ""
    put_place = bool(place) and rng.random() < 0.35
    draw = rng.random()
    if year is None or draw < 0.35:
        when, dated = "", False
    elif draw < 0.75 or fact.told.base is None:
        when, dated = f"{year}年", True
    elif year == fact.told.base - 1:
        when, dated = rng.choice(("去年", "上年", "去年")), True
    else:
        when, dated = ("今年" if year == fact.told.base else f"{year}年"), True
    order = (place if put_place else "", when)
    return Asked("".join(order if rng.random() < 0.6 else order[::-1]) + question, dated, put_place)


def elsewhere(fact: Fact, rng: random.Random) -> str | None:
    """A question like one of ``fact`` that its passage does not answer: another year, place or aspect."""
    question = _renamed(rng.choice(fact.wordings), rng)
    year, base = _year(fact.told), fact.told.base
    text = fold(fact.passage.text)
    options = []
    if year is not None:
        other = year + rng.choice((-3, -2, -1, 1, 2))
        if str(other) not in text and base is not None and not (fact.told.aspect is None and abs(other - year) == 1):
            options.append(f"{other}年{question}")
        if fact.kind == "figure" and fact.told.firm:
            if fact.told.aspect is Aspect.ACHIEVED and "目标" not in text:
                options.append(f"{rng.choice((f'{year + 1}年', '今年', f'{year}年'))}{_as_target(question, rng)}")
            elif fact.told.aspect is Aspect.PLANNED and year == base:
                options.append(f"{rng.choice((f'{year - 1}年', '去年', '上年'))}{question}")
    places = fact.told.places
    if places and places[0] != COUNTRY:
        other_place = rng.choice([p for p in sorted(_PLACES) if p not in text and p not in places])
        options.append(f"{other_place}{f'{year}年' if year and rng.random() < 0.5 else ''}{question}")
    return rng.choice(options) if options else None


_PLACES = word_set(
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 "
    "甘肃 青海 北京 天津 上海 重庆 内蒙古 广西 西藏 宁夏 新疆 青岛市 石桥区 临江县 南湾街道 平川市"
)


def _year(told: Told) -> int | None:
    return told.periods[0].last if len(told.periods) == 1 and told.periods[0].first == told.periods[0].last else None


def _as_target(question: str, rng: random.Random) -> str:
    grown = re.match(r"(.+?)(增长|提高|下降|新增)了?(?:多少|百分之几)", question)
    if grown:
        return rng.choice(
            (
                f"{grown[1]}预期{grown[2]}多少?",
                f"{grown[1]}{grown[2]}目标是多少?",
                f"{grown[1]}的预期目标是多少?",
                f"{grown[1]}计划{grown[2]}多少?",
            )
        )
    subject = re.match(r"(.+?)(?:是多少|达到|有多少|多少|一共)", question)
    if subject and "了" not in subject[1]:
        return rng.choice((f"{subject[1]}的目标是多少?", f"{subject[1]}要达到多少?", f"{subject[1]}目标定为多少?"))
    return re.sub("了(?=多少)", "", question)


def _renamed(question: str, rng: random.Random) -> str:
    """Now and then, an indicator under another of its names."""
    for group in GROUPS:
        name = max((n for n in group if n in question), key=len, default=None)
        if name is not None and rng.random() < 0.4:
            other = rng.choice(group)
            return question.replace(name, other.upper() if other.isascii() else other)
    return question
