"""From a question that leans on earlier ones to one that stands alone, by rule.

A question leans when it has a pronoun that points back, is an ellipsis (东城片区呢？), or wants a figure
without a subject of its own (增长了多少？). What it lacks comes from the last question of the history; what
it names in place of something there, a year, a place, an ordinal, a noun with the same end, replaces that.
Every other question is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.text.normalise import fold

_PRONOUN = re.compile(
    r"^(?:那么?)?(?:它们?|他们?|她们?|其中|其(?![他余次实它])|该(?!怎"
    r"|如何|不该)(?:项|个|片区|项目|工程|公司|地|市|区|县|指标"
    r"|产品|街|校|园)?"
    r"|上述(?:指标|项目|工程|地区|产量|金额|资金|公司|企业)?|前者"
    r"|后者|这(?:里|个|项|些|条|座|家|一)?|那(?:里|个|项|些|条"
    r"|座|家)|此)"
)
_INNER_PRONOUN = re.compile(
    r"^[^,;]{0,4}(?<=[在由对从给向被把是和与])(?:它们?|他们?|她们?)"
    r"|(?<![\w])(?:上述|其)(?=[^\W\d_]{1,6}(?:是|为|有|多|达))"
)
_NE = re.compile(r"^(?:那么?|至于)?(?P<what>.{1,20}?)(?:的)?(?:呢|又?(?:如何|怎么?样)呢?)[?？]?$")
_ASK = re.compile(
    r"(?:是|为|有|共|约|达到?|了|到|占|在)*(?:多少|几|什么时候"
    r"|何时|哪[^\W\d_]?|谁|什么|怎么样?|如何|多[大高长久远]|为什么"
    r"|为何)"
)
_CHANGE_VERB = (
    "增长|增加|下降|上升|提高|提升|减少|降低|上涨|回落|同比增长|同比下降|比上年增长|完成|投资|建成|实施|新增|改造|拉动|带动|投入|涉及|覆盖|占|"
    "开工|竣工|持续|花|用|同比|环比|达到|惠及|拨付|支持|发放|举办|新建|一共|总共|共|受益|面积|比重|增速|增幅|占比|年内|年底|目前|现在|今年|去年|明年|计划|预计|还|又|再|"
    "总投资|比上年|上年|目标|排名|排|位居|居|位于|什么时候|何时|为什么|为何|由谁|谁|多久|多长时间|在哪里|在哪儿|在哪"
)
_NO_SUBJECT = re.compile(
    rf"^(?:那么?|而|又|还|并|,)?(?:{_CHANGE_VERB})(?:{_CHANGE_VERB})*(?:了|到|过|着|的|得|是|为)*"
    r"(?:(?:百分之)?(?:多少|几)(?:(?:个|[万亿])?[^\W\d_]{0,2}|个百分点"
    r"|平方米|平方公里|标准箱)|多[大高长久远]|什么时候[^\W\d_]{0,5}"
    r"|何时[^\W\d_]{0,4}|"
    r"(?:完成|建成|开工|竣工|开始|结束|实施|投用|开通|启用|开放"
    r"|负责|牵头|举办|举行|下降|增长|减少|建设|承办)?的?|什么|哪些"
    r"|呢)[?？]?$"
    r"|^占[^\W\d_]{1,12}(?:多少|几|百分之几)[^\W\d_]{0,4}$"
)
_BARE = re.compile(
    r"^(?:那么?)?(?:一?共?有?)?(?:多少|几)[^\W\d_]{0,2}[?？]?$"
    r"|^(?:什么时候|何时|为什么|为何|谁|哪里|哪些)(?:呢)?[?？]?$"
)
_YEAR = r"(?:\d{4}|[〇零一二三四五六七八九]{4})年|(?:今|去|明|前|上)年|本年|“?十[一二三四]五”?(?:期间|时期)?"
_PERIOD = r"(?:上|下)半年|[一二三四]季度|(?:1[0-2]|[1-9])月(?:份)?"
_ORDINAL = r"第(?:\d+|[一二三四五六七八九十]+)[^\W\d_]"
_PLACE = r"[^\W\d_]{1,6}?(?:片区|园区|开发区|新区|自治区|街道|社区|省|市|县|区|镇|乡|村|路|街|河|湖|山|港|县城)"
_LAST_CLAUSE = re.compile(r"[,，;；]")


def _strip(question: str) -> str:
    return re.sub(r"[?？。!！\s]+$", "", question.strip())


def _mark(question: str) -> str:
    return "？" if not question.rstrip().endswith(("?", "？")) else question.rstrip()[-1]


def _leaning(folded: str) -> str:
    """How ``folded`` leans on history: by a pronoun, an ellipsis, no subject, ...; "" for not at all."""
    if _NE.match(folded) and not _ASK.search(_NE.match(folded)["what"]):  # type: ignore[index]
        return "ellipsis"
    if _PRONOUN.match(folded) or _INNER_PRONOUN.search(folded):
        return "pronoun"
    if _BARE.match(folded):
        return "bare"
    if _NO_SUBJECT.match(folded):
        return "subject"
    if re.match(
        rf"^(?:那么?)?(?:{_YEAR}|{_PERIOD}|{_ORDINAL})(?:{_CHANGE_VERB}"
        rf"|是|为|有|的)*(?:多少|几)[^\W\d_]{{0,2}}[?？]?$",
        folded,
    ):
        return "slot"
    return ""


def leans(question: str) -> bool:
    """Whether ``question`` needs the history to be understood."""
    return bool(_leaning(fold(_strip(question))))


def _topic(previous: str) -> str:
    """What ``previous`` is about: its words up to the interrogative, without a closing verb of figures."""
    folded = fold(previous)
    match = _ASK.search(folded)
    topic = previous
    if match:
        topic = previous[: match.start()]
        if len(_strip(topic)) < 2:  # 什么时候完成三馆建设: the topic follows the interrogative
            topic = re.sub(r"^[个家户名座条项张位处所套](?=[^\W\d_]{2})", "", previous[match.end() :])
            topic = re.sub(r"^(?:的|是|负责|可以|能|会|将|要)+", "", topic)
        else:
            # 改造老旧小区多少个 and 新建多少公里公路: keep the noun behind the unit.
            noun = re.match(
                r"(?:千?米|公里|平方米|平方公里|万人|亿元|万元|公顷|亩|吨|个"
                r"|家|户|名|座|条|项|张|位|处|所|套|场|次|人)?([^\W\d_]{2,8})$",
                previous[match.end() :],
            )
            if noun and not re.fullmatch(
                "[万亿]?(?:百分点|元|人民币|时间|钱|公里|千米|平方米|平方公里|公顷|小时|工作日|吨)的?",
                noun.group(1),
            ):
                topic += noun.group(1)
    return re.sub(
        r"(?:(?:同比|比上年)?(?:增长|下降|增加|减少|提高|降低|上升"
        r"|上涨)|总共|一共|预计|达到?|投放|是|有|共|了|为|在|到)+$",
        "",
        _strip(topic),
    )


def _replaced(previous: str, new: str) -> str | None:
    """``previous`` with ``new`` in place of its like: a year, a period, an ordinal, a place, a noun."""
    folded, wanted = fold(previous), fold(new)
    for pattern in (_YEAR, _PERIOD, _ORDINAL):
        if re.fullmatch(rf"(?:{pattern})的?", wanted):
            found = re.search(pattern, folded)
            if found:
                return previous[: found.start()] + new + previous[found.end() :]
            return new + previous if pattern != _ORDINAL else None
    year = re.match(rf"(?:{_YEAR})", wanted)
    if year and len(wanted) > year.end():
        outer = _replaced(previous, new[: year.end()])
        return None if outer is None else _replaced(outer, new[year.end() :].lstrip("的"))
    # The longest common end tells the kind: 东南片区 and 老城片区, 城镇居民收入 and 农村居民收入.
    head = _ASK.search(folded)
    limit = head.start() if head and head.start() >= 2 else len(folded)
    for size in range(min(len(wanted) - 1, 6), 0, -1):
        ending = wanted[-size:]
        at = folded.rfind(ending, 0, limit) if size > 1 or re.fullmatch(_PLACE, wanted) else -1
        if at > 0:
            start = at
            floor = max(
                (m.end() for m in re.finditer(rf"{_YEAR}|的|[,，]|(?:改造|建设|推进|完成|实施|在)", folded[:at])),
                default=0,
            )
            start = max(floor, at - max(len(wanted) - size, 2)) if at - floor > 6 else floor
            return previous[:start] + new + previous[at + size :]
    # Nothing alike: the new subject takes the old one's place, before the same interrogative.
    if head and head.start() >= 2:
        lead = re.match(rf"(?:{_YEAR})?", folded)
        keep = previous[: lead.end()] if lead else ""
        subject = folded[len(keep) : head.start()]
        verb = re.search(
            r"(?:的?[^\W\d_]{0,3}?(?:投资|面积|人口|增速|比重|占比|金额"
            r"|数量|价格)|(?:同比)?(?:增长|下降|增加|减少|提高|降低|完成"
            r"|建成|开工|实现|投入))$",
            subject,
        )
        tail = subject[verb.start() :] if verb and verb.start() > 0 else ""
        return keep + new + tail + previous[head.start() :]
    return None


def _base(history: Sequence[str]) -> str:
    """The last question of ``history``, itself made to stand alone with those before it."""
    base = ""
    for question in history[-4:]:
        base = _resolve(question, base) if base else _strip(question)
    return base


def _resolve(question: str, previous: str) -> str:
    bare = _strip(question)
    folded = fold(bare)
    how = _leaning(folded)
    if not how:
        return bare
    if how == "ellipsis":
        match = _NE.match(folded)
        assert match is not None
        what = bare[match.start("what") : match.end("what")]
        return _replaced(previous, what) or f"{what}{bare}"
    topic = _topic(previous)
    if not topic or topic in bare:
        return bare
    if how == "pronoun":
        match = _PRONOUN.match(folded)
        if match:
            joint = "中" if match.group().endswith("其中") else ""
            rest = bare[match.end() :].lstrip("的，,")
            if match.group().endswith("其"):
                joint = "的"
            return f"{topic}{joint}{rest}"
        match = _INNER_PRONOUN.search(folded)
        assert match is not None
        return bare[: match.start()] + topic + bare[match.end() :]
    rest = re.sub(r"^(?:那么?|而|又|还|并|[,，])", "", bare)
    period = re.match(rf"{_YEAR}|{_PERIOD}|{_ORDINAL}", fold(rest))
    if how == "slot" and period:
        changed = _replaced(previous, rest[: period.end()])
        tail = rest[period.end() :]
        if changed is not None:
            verb = re.match(_CHANGE_VERB, fold(tail))
            return f"{_topic(changed)}{tail}" if verb else changed
    return f"{topic}{rest}"


def standalone(question: str, history: Sequence[str]) -> str:
    """``question`` so that it is understood without ``history`` (earlier questions, oldest first).

    A question that stands alone already comes back as it is.
    """
    if not history or not leans(question):
        return question
    base = _base(history)
    return _resolve(question, base) + _mark(question) if base else question
