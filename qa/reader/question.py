"""What a question asks for: the kind of answer, its unit, its head noun, and the words to look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from qa.reader import units
from qa.reader.tagger import tagger
from qa.text.normalise import fold
from qa.text.words import words


class Kind(StrEnum):
    """The kind of answer that a question expects."""

    AMOUNT = "amount"
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"
    DURATION = "duration"
    PERSON = "person"
    PLACE = "place"
    ORGANISATION = "organisation"
    ENTITY = "entity"
    LIST = "list"
    ARTICLE = "article"
    REASON = "reason"
    DEFINITION = "definition"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """A question analysed; every text in it is folded.

    ``units`` are the units that the answer's figure may bear (empty: any); ``head`` is the noun that the
    answer is an instance of (哪条街: 街); ``change`` says that growth or decline is asked; ``content`` are
    the words that should occur near the answer, in their order; ``focus`` are those of them that stand at the
    interrogative (拉动了多少消费: 拉动, 消费), which tell the figure asked from others of the same subject.
    ``year`` says that a year is asked for, and no month or day of it.
    """

    text: str
    kind: Kind
    units: frozenset[str] = frozenset()
    head: str = ""
    change: bool = False
    year: bool = False
    years: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    focus: frozenset[str] = frozenset()


_CHANGE = r"增长|增速|增幅|涨幅|降幅|下降|上升|上涨|提高|提升|增加|减少|降低|回落|同比|环比|翻了"
_LOCALITY = "国家|地区|城市|省份|省|市|县|区|镇|乡|村|街道|社区|地方|岛|州|洲|大洲|国"
_BODY = "公司|企业|机构|单位|部门|大学|学校|学院|银行|医院|出版社|组织|协会|政党|球队|俱乐部|电视台|集团|厂|队|社"
_MEASURE = "个|位|座|条|种|部|本|首|款|支|只|项|场|次|届|所|家|处|块|类|份|篇|张|届|片|辆|艘|枚|套|间|颗|幅"
_UNIT = "|".join(re.escape(u) for u in units.LONGEST_FIRST)

# In order: the first that matches decides. Group ``unit`` is the figure's unit, ``head`` the head noun.
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        (Kind.ARTICLE, r"第几[条款章]|哪一?条(?=规定|法|款)"),
        (Kind.REASON, (
            r"为什么(?!的)|为何|何以|(?:什么|啥|何种)(?:原因|缘故)|原因(?:是"
            r"|为)(?:什么|何)|怎么会"
        )),
        (Kind.PERCENT, (
            r"百分之(?:几|多少)|千分之(?:几|多少)|(?:多少|几)个?百分点"
            r"|几成(?!立|为)|多大(?:的)?比例|多少比例"
        )),
        (
            Kind.PERCENT,
            r"(?:[^效]率|比例|比重|占比|增速|增幅|涨幅|降幅)(?P<ask>(?:大约|大概|约)?"
            r"(?:[是为有达]|达到|控制在)?(?:了|到)?(?:多少|几|多大|多高)|(?:呢)?[?]?$)",
        ),
        (Kind.DATE, (
            r"什么时候|什么时间|啥时候|何时|几时|何年|何月|何日|哪一?[年天日]"
            r"|哪个(?:月|年|日|世纪|年代|季度)|几[月号日](?!份?[报刊])"
            r"|几点(?!(?:要求|意见|建议|措施|体会|希望)(?:[?,。]|$))|哪年哪月|多会儿"
        )),
        (Kind.DATE, (
            r"(?:时间|日期|年份|生日)(?:是|为|在)(?:什么|哪|几|多少|何)"
            r"(?!天|个|年)|时间[?？]?$|第几(?:年|个月|季度)"
        )),
        (Kind.DURATION, (
            r"多久|多长时间|(?:多少|几)个?(?P<unit>年|月|天|小时|分钟|秒"
            r"|周|星期|工作日)(?!份|级|代)"
        )),
        (Kind.LIST, (
            r"哪些|哪几[个项条种座位名家类点次方]?|有哪些?|(?:分别|都)[是有为叫]?(?:什么"
            r"|谁|哪)|分别[是有为达]?多少|包括什么|包含什么|哪[两二三四五六七八九十]"
            r"|(?:需要?|提[供交]|准备|带|交)(?:什么|啥)(?:材料|证件|资料|手续)|(?:任务|措施|职责)(?:是|有)(?:什么|啥)"
        )),
        (
            Kind.AMOUNT,
            r"多少(?P<unit>[万亿千百]*(?:元|块钱?|钱|资金|美元|人民币|港元"
            r"|日元|欧元))|(?:投资|花了?|耗资|费用|金额|造价|总值)"
            r"(?:大约|约|共|总共|是|为|达)*多少(?!人|名|个)",
        ),
        (Kind.PERSON, r"谁|哪一?位(?!数)|何人|哪个人|哪名|什么人|哪些?人"),
        (Kind.COUNT, rf"(?:多少|第?几)[万亿千百十]*(?P<unit>{_UNIT})"),
        (Kind.PLACE, r"哪里|哪儿|何地|何处|什么地方|在哪(?![个些种家位])|位于哪"),
        (Kind.PLACE, (
            rf"(?:哪|何)(?:一|两|几)?个?(?P<head>{_LOCALITY})|什么(?P<head2>省"
            rf"|市|县|国家|地区|城市)"
        )),
        (Kind.ORGANISATION, rf"(?:哪|什么)(?:一)?[家个所支]?(?P<head>{_BODY})"),
        (Kind.ENTITY, rf"(?:哪|(?<![如为])何(?![时况]))一?(?:{_MEASURE})?(?P<head>[^\W\d_]{{0,6}})"),
        (Kind.ENTITY, (
            r"(?:叫|名为|名字[是叫]|名称[是为]|简称|别名|又称|称为|称作)(?:做"
            r"|作)?(?:什么|啥)(?:名字|名)?"
        )),
        (Kind.AMOUNT, r"多少|几(?=[^\W\d_])|多[高长大重宽深远厚快]"),
        (Kind.DEFINITION, (
            r"^(?:请问)?什么是|何谓|何为|是?指(?:的是)?什么|什么意思|^[^,,]{1,12}是(?:什么"
            r"|啥)[?]?$"
        )),
        (Kind.ENTITY, r"(?:什么|啥)(?P<head>[^\W\d_]{1,6})"),
        (Kind.OTHER, r"什么|怎么样?|如何|怎样|为啥|吗|啥"),
    )
)  # fmt: skip

# Not content: interrogatives, function words and verbs that say nothing about where the answer stands.
_STOP = units.word_set(
    "的 了 是 在 有 和 与 及 或 为 于 由 对 把 被 将 从 到 向 以 其 它 他 她 这 那 该 此 个 "
    "们 之 也 都 就 还 而 且 但 吗 呢 吧 啊 呀 多少 几 什么 哪 哪个 哪些 哪里 哪儿 哪年 "
    "哪天 哪位 哪家 哪座 哪条 哪一 哪几 怎么 怎样 怎么样 如何 为何 为什么 谁 何时 何地 何 "
    "多大 多高 多长 多久 几个 几年 几月 请问 请 一下 告诉 我 你 我们 知道 是否 时候 "
    "什么时候 一共 总共 共 共有 共计 大约 大概 左右 约 达 达到 达到了 时间 属于 被称 分别 "
    "具体 目前 现在 主要 进行 是从 因为 原因 是因为 可以 会 能 要 让 给 用 做 叫 叫做 称为 "
    "名 名字 拥有 包括 百分之 百分 分之 钱 元 万 亿 万元 亿元 年 月 日 号 天 里 中 上 下 内 "
    "时 后 前 间 期间 一 不 没 没有 又 再 才 最 更 很 所 等 着 过 得 地 者 第几 一个 一种 "
    "一位 哪种 何种 什么样 各 每 当 当时 曾 曾经 位于 地方 哪一年 是多少 有多少 是什么 有何 "
    "几家 几种 几次"
)
# Words that the tagger takes for names of places.
_NO_PLACE = units.word_set("城镇 城市 上市 都市 市区 城区 乡镇 农村 地区 县域 全市 全省 全区 全县 城乡 市县 省市")
_YEAR_ASKED = re.compile(
    r"[哪何]一?年(?!代|级|[的和、,]?(?:几|何|哪一?个?|什么)[月日天号])|什么年份|年份[是为](?:什么|多少|哪|何)"
)
# A number of four digits before 年 or within a date; or one of the last centuries that no unit follows.
_YEAR = re.compile(
    r"(?<![\d.,])(\d{4})(?=年|[-./]\d{1,2}[-./]\d)|(?<![\d.,])((?:18"
    r"|19|20)\d\d)(?![\d.,/%‰]|[万亿千百余多个家户名元亩座人公平张吨件项米套台辆])"
)
_YEAR_SPAN = re.compile(r"(?<!\d)(\d{4})年?\s?(?:[-~—–]{1,2}|至|到)\s?(\d{4})(?!\d)")


def _years(folded: str) -> frozenset[str]:
    return frozenset(y for pair in _YEAR.findall(folded) if "1000" <= (y := max(pair)) <= "2100")


def years_in(folded: str) -> frozenset[str]:
    """The four-digit years that ``folded`` names; 2016-2020 stands for each of its years."""
    out = set(_years(folded))
    for first, last in _YEAR_SPAN.findall(folded):
        if 0 < int(last) - int(first) <= 30:
            out.update(str(y) for y in range(int(first), int(last) + 1))
    return frozenset(out)


_YEAR_WORD = re.compile(r"\d{4}年?")


def _content(parts: tuple[str, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for part in parts:
        for word in words(part):
            if word not in _STOP and word not in seen and not _YEAR_WORD.fullmatch(word):
                seen.add(word)
                yield word


def _places(folded: str) -> Iterator[str]:
    for token in tagger().cut(folded):
        if token.flag == "ns" and len(token.word) > 1 and token.word not in _NO_PLACE:
            yield token.word


def _head(rest: str) -> str:
    """The noun phrase that ``rest``, the text after an interrogative and its measure word, starts with."""
    head = ""
    for token in tagger().cut(rest):
        if token.flag[:1] not in ("n", "b", "j", "a", "l") or len(head) + len(token.word) > 6:
            break
        head += token.word
    return head


def _keep(kind: Kind, interrogative: str) -> str:
    """What the interrogative holds of content: 增速是多少 keeps 增速, 投资多少钱 投资."""
    if kind in (Kind.PERCENT, Kind.AMOUNT, Kind.DATE):
        return re.split(r"[多几哪何什啥百千]|是|为|达", interrogative)[0]
    return ""


def analyse(question: str) -> Question:
    """Say what ``question`` asks for."""
    text = fold(question).strip()
    kind, match = next(((k, m) for k, p in _PATTERNS if (m := p.search(text))), (Kind.OTHER, None))
    groups = match.groupdict() if match else {}
    span = match.span() if match else (len(text), len(text))
    if match and groups.get("ask") is not None:
        span = match.span("ask")
    head = groups.get("head") or groups.get("head2") or ""
    # The interrogative ends before its head noun, which is content.
    cut = (span[0], match.start("head") if match and groups.get("head") else span[1])
    if match and kind is Kind.ENTITY and groups.get("head"):
        head = _head(text[cut[1] :])
    unit = groups.get("unit") or ""
    # 提升改造 is not growth: only a verb right before the interrogative is, or a noun of growth.
    change = bool(
        re.search(rf"(?:{_CHANGE})(?:幅度|速度)?[了到至为是的约达]{{0,3}}$", text[: span[0]])
        or re.search("增速|增幅|涨幅|降幅|同比|环比|增长率", text)
    )
    wanted: frozenset[str] = frozenset()
    if kind is Kind.AMOUNT and match and (unit or re.search("投资|花|耗资|费用|金额|造价|总值|多少钱", match.group())):
        wanted = units.MONEY
    elif kind in (Kind.COUNT, Kind.DURATION) and unit:
        wanted = units.alike(unit)
        if unit in units.MONEY:
            kind = Kind.AMOUNT
    elif kind is Kind.AMOUNT and match and match.group()[0] == "多" and match.group()[1:2] in units.BY_ADJECTIVE:
        wanted = units.BY_ADJECTIVE[match.group()[1]]
    # 增长了多少 with no unit of its own asks for the percentage.
    if kind is Kind.AMOUNT and not wanted and change and re.search(rf"(?:{_CHANGE})[了到至为是约]*(?:多少|几)", text):
        kind = Kind.PERCENT
    content = tuple(_content((text[: cut[0]], _keep(kind, text[cut[0] : cut[1]]), text[cut[1] :])))
    return Question(
        text=text,
        kind=kind,
        units=wanted,
        head=head,
        change=change,
        year=_YEAR_ASKED.search(text) is not None,
        years=years_in(text),
        places=tuple(dict.fromkeys(_places(text))),
        content=content,
        focus=frozenset(w for w in content if _touches(w, text, span)),
    )


# How far from the interrogative a word may end or begin and still belong to it: 了, 的, 一共 may stand between.
_NEAR = 4


def _touches(word: str, text: str, span: tuple[int, int]) -> bool:
    """Whether ``word`` stands at the interrogative ``span``, before or behind it."""
    before = text.rfind(word, 0, span[0])
    behind = text.find(word, span[1])
    return (before >= 0 and span[0] - (before + len(word)) < _NEAR) or 0 <= behind - span[1] < _NEAR
