"""A question that leans, made whole with the question before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.followup.anatomy import KNOWN, asking, entity, opening, predicate_start, subject, topic, without_of
from qa.followup.leaning import PRONOUN, THEN_TIME, Leaning, Manner, inner, manner_of
from qa.followup.slots import EXPLICIT_YEAR, Kind, official_places, place_slots, time_slots, without
from qa.followup.swap import swapped
from qa.followup.vocabulary import CHANGE, LINKING, ROLE, SIDE, THEN, WHO_SIDE
from qa.followup.words import words
from qa.followup.woven import Woven, carried, edited, own
from qa.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Earlier:
    """A question asked before, standing alone and without marks, and its answer's text ("" for none)."""

    question: str
    answer: str = ""
    before: Earlier | None = None


def resolved(question: str, earlier: Earlier) -> Woven | None:
    """``question`` (no mark at its end) made to stand alone; None when it does already, or cannot be helped."""
    folded = fold(question)
    begin = inner(folded)
    question, folded = question[begin:], folded[begin:]
    how = manner_of(folded)
    if how is None:
        return own(question) if begin else None
    if how.manner is Manner.ELLIPSIS:
        return _ellipsis(question, folded, how, earlier)
    if how.manner is Manner.PRONOUN:
        return _pronoun(question, folded, how, earlier)
    if how.manner is Manner.THEN:
        return _then(question, folded, how, earlier)
    if how.manner is Manner.SUBJECT:
        return _subject(question[how.start :], earlier)
    return (
        _again(question, folded, how, earlier)
        or _same_year(question, folded, earlier)
        or (own(question) if begin else None)
    )


# -- ellipsis ------------------------------------------------------------------------------------------------

_REJECTED = re.compile("(?:不是|不要|别看)(?P<not>.{1,15}?)的?[,，]")


def _ellipsis(question: str, folded: str, how: Leaning, earlier: Earlier) -> Woven | None:
    new = question[how.start : how.end]
    rejected = _REJECTED.search(folded[: how.start])
    if rejected:
        at = fold(earlier.question).find(rejected["not"])
        if at >= 0:
            return edited(earlier.question, [(at, at + len(rejected["not"]), own(new))])
    pronoun = PRONOUN.match(fold(new))
    if pronoun:
        if pronoun["within"]:
            return carried(topic(earlier.question)) + own("中") + own(new[pronoun.end() :].lstrip("的")) + own("是多少")
        new = new[pronoun.end() :].lstrip("的") or new
    then = THEN_TIME.match(fold(new))
    if then:
        year = _year_of(then.group(), earlier)
        new = (year or "") + new[then.end() :].lstrip("的") if year else new
    return swapped(earlier.question, without_of(new), surely=how.surely)


# -- times ---------------------------------------------------------------------------------------------------


def _year_of(word: str, earlier: Earlier) -> str | None:
    """The year that 当年 or 次年 means after ``earlier``."""
    folded = fold(earlier.question)
    ask = asking(folded)
    texts = [earlier.question]
    if earlier.answer and ask and ask.kind in ("when", "which"):
        texts.insert(0, earlier.answer)
    for text in texts:
        found = next((s for s in time_slots(fold(text)) if s.kind is Kind.YEAR), None)
        if found is None:
            continue
        year = text[found.start : found.end].rstrip("底末初度")
        step = {"上": -1, "前": -1, "次": 1, "翌": 1, "后": 1, "第": 1}.get(word[0], 0)
        if step == 0 or word in ("前年",):
            return year
        digits = re.fullmatch(r"(\d{4})年", fold(year))
        return f"{int(digits.group(1)) + step}年" if digits else None
    return None


def _then(question: str, folded: str, how: Leaning, earlier: Earlier) -> Woven | None:
    word = folded[how.start : how.end]
    rest = question[how.end :].lstrip(",，的")
    whole = manner_of(fold(rest))
    lacking = whole is not None and whole.manner is Manner.SUBJECT
    year = _year_of(word, earlier)
    if year is None:
        return _subject(question[how.start :], earlier) if lacking else None
    places = official_places(fold(earlier.question))
    old = asking(fold(earlier.question))
    general = places and old and old.kind == "figure" and not re.search(f"{CHANGE}|^{SIDE}", fold(rest))
    if lacking and not general:
        about = _without_times(_subject_of(fold(rest), earlier))
        return carried(year) + _joined(about, rest)
    place = earlier.question[places[0].start : places[0].end] if places and not place_slots(fold(rest)) else ""
    return carried(place + year) + own(rest)


def _without_times(text: str) -> str:
    folded = fold(text)
    return without(folded, text, time_slots(folded))


# -- no subject ----------------------------------------------------------------------------------------------

_REACHED = re.compile("实际|完成|实现|最终|兑现|达成")
_AIM_END = re.compile("(?:的)?(?:预期|计划)?(?:目标|任务|计划)$")
_VERB_LIKE_SIDE = "(?:占比|增速|增幅|涨幅|降幅|排名|罚款|投资|补贴|工期|全长)"
_LEADING_SIDE = re.compile(f"(?!{_VERB_LIKE_SIDE}){SIDE}(?=是|有|为|多|在|达|怎|如何|到底|分别|共|要)")
_NAMING = ("who", "which", "what", "where")


def _names_thing(earlier: Earlier) -> str:
    """The answer, where the earlier question asked for a thing or a person and the answer names one."""
    ask = asking(fold(earlier.question))
    answer = earlier.answer.strip("。;；,， ").rstrip("吧呀啊呢")
    if not answer or ask is None or ask.kind not in _NAMING or not 2 <= len(answer) <= 24:
        return ""
    if (
        re.search("[。;；,，?？!！]", answer)
        or re.match("[\\d.%]", fold(answer))
        or (ask.kind == "what" and not re.search("叫什么|什么(?:项目|公司|部门|单位|名|地方)", earlier.question))
    ):
        return ""
    if re.search("哪一?[年月天日些]", earlier.question):
        return ""
    if ask.kind == "who" and ask.start >= 2 and not _OFFICE_ASKED.search(fold(earlier.question)[: ask.start]):
        return answer if re.search("(?:由|被|归|给|请|派)$", fold(earlier.question)[: ask.start]) else ""
    return answer


# 县长是谁 asks who holds an office; 周远帆是谁 asks about the person that it names.
_OFFICE_ASKED = re.compile(f"(?:{WHO_SIDE}|{ROLE}|[长员者人师手])(?:都|就|会)?是?$")


def _subject_of(rest: str, earlier: Earlier) -> str:
    """What ``rest`` is said of."""
    named = _names_thing(earlier)
    if named and not re.search(CHANGE, rest):
        return named
    about = topic(earlier.question)
    if _REACHED.search(rest):
        about = _AIM_END.sub("", about)
    folded = fold(about)
    change = re.search(f"(?:实际)?(?P<verb>{CHANGE})$", folded)
    if change and change["verb"] in rest:
        return about[: change.start()]
    if not re.search(
        f"{CHANGE}|占|同比|环比|稳定|控制|保持|维持|^多[少大高长]$|^是(?:多少|几)", rest
    ) or _LEADING_SIDE.match(rest):
        about = entity(subject(earlier.question)) if not _REACHED.search(rest) else entity(about)
    return about


def _joined(about: str, rest: str) -> Woven:
    joint = "的" if _LEADING_SIDE.match(fold(rest)) and not about.endswith(("的", "时")) else ""
    return carried(about) + own(joint + rest)


def _subject(rest: str, earlier: Earlier) -> Woven | None:
    folded = fold(rest)
    lead = re.match(f"(?:{THEN}|而|又|还|并|,)", folded)
    if lead and lead.end() < len(rest):
        rest, folded = rest[lead.end() :], folded[lead.end() :]
    about = _subject_of(folded, earlier)
    if not about or about in rest:
        return None
    if re.fullmatch("(?:为什么|为何)(?:呢|啊|呀)?", folded):
        verb = re.search(CHANGE, fold(earlier.question)[len(about) :])
        return carried(about) + own(rest.rstrip("呢啊呀")) + carried(verb.group() if verb else "")
    # A time or place of its own takes the place of the earlier one.
    own_times = [s for s in time_slots(folded) if s.start == 0]
    own_places = [s for s in place_slots(folded) if s.end < len(folded) and re.search(CHANGE, folded)]
    about_folded = fold(about)
    if (own_times and time_slots(about_folded)) or own_places:
        changed = swapped(about, rest[: max(s.end for s in (*own_times, *own_places))])
        if changed is not None:
            tail = rest[max(s.end for s in (*own_times, *own_places)) :].lstrip("的")
            return changed + own(tail)
    return _joined(about, rest)


# -- pronouns ------------------------------------------------------------------------------------------------

_PLACE_NOUN = "(?:片区|市|区|县|省|镇|村|街道|社区|地区|城市|地|国|园区|园)"
_FIGURE_NOUN = "(?:指标|数据|数字|金额|收入|支出|产量|产值|资金|款项|费用|目标|任务)"
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "项目|工程|建筑",
        "项目|工程|电站|大桥|桥|隧道|铁路|公路|高速|快速路|路|街|机场|港|码头|水库|馆|中心|公园|园区?|厂|基地|小区|"
        "片区|线|站|改造|楼|大厦|校区|医院|学校|体系|平台|渠|坝|河|湖|管网|广场|地铁",
    ),
    (
        "公司|企业|单位|机构|部门|组织",
        "公司|集团|厂|银行|企业|店|院|所|中心|协会|局|部|委|处|学校|大学|医院|单位|机构|部门|社",
    ),
    (
        "制度|政策|规定|办法|条例|标准|条款|条|款|措施|方案|文件|法",
        "制度|政策|规定|办法|条例|法|标准|合同|协议|补贴|补助|假|奖|险|费|金|方案|规划|意见|通知|细则|条款|条|计划",
    ),
    ("合同|协议", "合同|协议"),
    ("补贴|补助|款项|资金|费用|奖", "补贴|补助|津贴|费|金|款|奖励|奖|券"),
    ("假期|假", "假"),
    ("产品|系统|平台|软件|技术", "产品|系统|平台|软件|技术|机|器|车|手机|设备|芯片|APP|app"),
    (
        "片|电影|剧|节目|书|小说|作品|歌曲|专辑|游戏|杂志|报",
        "》|片|电影|剧|节目|书|小说|作品|歌|曲|专辑|游戏|杂志|报|诗|画|集|记|传",
    ),
    ("桥|大桥", "桥"),
    ("路|线|线路", "路|线|高速|街|道"),
    ("学校|校|院", "学校|大学|学院|中学|小学|院"),
    ("馆|楼|大厦|塔|寺|庙", "馆|楼|大厦|塔|寺|庙|中心"),
    ("机场|车站|站|港|港口", "机场|站|港|码头"),
    ("行动|活动|会议|比赛|赛事|事件|战役", "行动|活动|会|会议|赛|事件|战|役|节|奥运"),
    ("物种|植物|动物|鱼|鸟|种", "属|科|种|鱼|鸟|树|草|花|龙|虫|兽|猫|犬|蛇|蛙"),
    ("岗位|职位", "岗|岗位|职位|员|师|经理|主管"),
)
_ORDER = re.compile("(?P<first>[^,、的]{2,20}?)(?:和|与|跟|及|以及|、|还是|或者?)(?P<second>[^,、]{2,20}?)$")


def _pronoun(question: str, folded: str, how: Leaning, earlier: Earlier) -> Woven | None:
    match = PRONOUN.match(folded, how.start)
    assert match is not None
    before, rest = question[: how.start], question[match.end() :]
    rest_folded = fold(rest)
    about = _antecedent(match, rest_folded, earlier)
    if not about:
        return None
    lead = re.match(f"(?:请问)?{THEN}", folded)
    if lead and lead.end() <= how.start and before[lead.end() :] == "":
        before = ""
    if time_slots(fold(before)) or [s for s in time_slots(rest_folded) if s.start < 3]:
        about = _without_times(about)
    joint = ""
    if match["within"]:
        joint, rest = "中", rest.lstrip("的,，")
    elif match["whose"]:
        joint = "的"
    elif match["one"]:
        rest = rest[_end_of_name(rest_folded, about) :]
    year = re.match(f"(?:的)?(?:在)?(?P<then>{THEN_TIME.pattern})(?:的)?", fold(rest))
    if year and (resolved_year := _year_of(year["then"], earlier)):
        return own(before) + carried(_without_times(about) + resolved_year) + own(joint + rest[year.end() :])
    if (match["this"] and re.fullmatch(_PLACE_NOUN, match["noun"])) or match["there"]:
        about = _with_time(about, before + rest, earlier)
    return own(before) + carried(about) + own(joint + rest)


def _end_of_name(rest: str, thing: str) -> int:
    """How much of ``rest`` is an end of the name ``thing``, in whole words: the 古镇 of 石桥古镇, after 这个."""
    name = fold(thing)
    return max((w.end for w in words(rest) if w.end <= 5 and name.endswith(rest[: w.end])), default=0)


def _with_time(place: str, said: str, earlier: Earlier) -> str:
    """A place with the earlier question's year, for a question on a figure that names no time."""
    ask = asking(fold(said))
    slots = time_slots(fold(earlier.question))
    if ask and ask.kind == "figure" and slots and not time_slots(fold(said)) and not time_slots(fold(place)):
        return place + earlier.question[slots[0].start : slots[0].end]
    return place


def _antecedent(match: re.Match[str], rest: str, earlier: Earlier) -> str:
    """What a pronoun means; "" where nothing before can be meant."""
    if match["both"] or match["first"] or match["second"]:
        pair = _pair(earlier)
        if pair is None:
            return "" if not match["both"] else entity(topic(earlier.question))
        return pair[0] if match["first"] else pair[1] if match["second"] else f"{pair[0]}和{pair[1]}"
    if match["they"]:
        return _person(earlier) if match["they"][0] in "他她" else _thing(rest, earlier)
    if match["there"]:
        return _place(earlier, match["there"])
    if match["this"]:
        return _this(match["this"], match["noun"], rest, earlier)
    if match["one"]:
        thing = _names_thing(earlier) or entity(subject(earlier.question))
        return thing if _end_of_name(rest, thing) else ""
    if match["whose"]:
        return _names_thing(earlier) or entity(subject(earlier.question))
    return topic(earlier.question)


def _thing(rest: str, earlier: Earlier) -> str:
    named = _names_thing(earlier)
    ask = asking(fold(earlier.question))
    if named and ask and ask.kind != "who":
        return named
    about = topic(earlier.question)
    folded = fold(about)
    change = re.search(f"{CHANGE}$", folded)
    if change and change.group() in rest:
        about = about[: change.start()]
    if re.match(
        f"(?:又|还|比[^,]{{1,6}}|同比|环比|占[^,]{{2,12}}|的?(?:增速|增幅|占比|比重)|[是为有]|已|约|"
        f"共)*(?:{CHANGE}|占|是多少|有多少|多少|比重|占比|增速|增幅)",
        rest,
    ):
        return about
    return entity(subject(earlier.question))


def _person(earlier: Earlier) -> str:
    folded = fold(earlier.question)
    ask = asking(folded)
    named = _names_thing(earlier)
    if named and ask and ask.kind == "who":
        return named
    if ask and ask.kind == "who":
        # 县长是谁: the head of the county, but 大桥由谁设计 does not say who.
        named_by = folded[: ask.start]
        if ask.start < 2 and folded.startswith("是", ask.end):
            return topic(earlier.question)
        return topic(earlier.question) if _OFFICE_ASKED.search(named_by) or named_by.endswith("是") else ""
    if KNOWN.fullmatch(folded):
        return topic(earlier.question)
    about = entity(subject(earlier.question))
    if 2 <= len(about) <= 4 and any(w.flag.startswith("nr") for w in words(fold(about))):
        return about
    name = next((w for w in words(folded) if w.flag in ("nr", "nrt", "nrfg") and len(w.text) >= 2), None)
    if name and (ask is None or name.end <= ask.start or ask.start < 2):
        return earlier.question[name.start : name.end]
    role = re.match(f"(?:.*?)(?:{ROLE}|{WHO_SIDE}|人)(?=的[^\\W\\d_]{{2,6}}$|$)", fold(about))
    return about[: role.end()] if role else ""


def _place(earlier: Earlier, word: str) -> str:
    slots = place_slots(fold(earlier.question))
    ask = asking(fold(earlier.question))
    if earlier.answer and ask and ask.kind == "where" and len(earlier.answer) <= 20:
        return earlier.answer
    if slots:
        return earlier.question[slots[0].start : slots[0].end]
    return entity(topic(earlier.question)) if word != "当地" and ask and ask.kind == "where" else ""


def _this(this: str, noun: str, rest: str, earlier: Earlier) -> str:
    about = topic(earlier.question)
    folded = fold(about)
    named = _names_thing(earlier)
    if re.fullmatch(_PLACE_NOUN, noun):
        for slot in place_slots(fold(earlier.question)):
            name = earlier.question[slot.start : slot.end]
            suffix = noun if noun not in ("地", "地区", "城市") else ""
            if fold(name).endswith(suffix) or (
                noun in ("省", "市", "国") and slot in official_places(fold(earlier.question))
            ):
                return name
        if named.endswith(noun):
            return named
        if not folded.endswith(noun):
            return ""
    if named and (
        noun in named
        or _of_kind(noun, named)
        or re.search(f"哪一?.?{noun}|什么{noun}|{noun}(?:是|叫)", earlier.question)
    ):
        return named
    if re.fullmatch(_FIGURE_NOUN, noun):
        ask = asking(fold(earlier.question))
        return (
            about
            if noun in folded
            or (
                ask
                and ask.kind == "figure"
                and noun in ("指标", "数据", "数字", "金额", "款项", "资金", "费用", "目标")
            )
            else ""
        )
    thing = entity(subject(earlier.question))
    if noun in fold(thing):
        return _up_to(thing, noun)
    if noun in folded:
        return about
    return _up_to_kind(noun, thing) or (thing if this.startswith("这") and _may_be(noun, thing) else "")


def _up_to(thing: str, noun: str) -> str:
    """``thing`` up to its last ``noun``: 恒屹储能项目 of 恒屹储能项目投资."""
    end = fold(thing).rfind(noun) + len(noun)
    title = re.match("[《“][^》”]*[》”]", thing[end:])
    if title:
        return thing[: end + title.end()]
    return thing[: end + 1] if thing[end : end + 1] in ("》", "”") else thing[:end]


def _of_kind(noun: str, name: str) -> bool:
    return any(re.fullmatch(nouns, noun) and re.search(f"(?:{ends})$", fold(name)) for nouns, ends in _KINDS)


# What the document itself may be called, and what is never a name.
_ITSELF = "(?:报告|文件|材料|规定|合同|通知|条例|办法|条款?|方案|人|字|词|年|批|期|届|种|类|型|部门|单位|会议)"


def _may_be(noun: str, thing: str) -> bool:
    """Whether ``thing`` may be called a ``noun``: names of animals or games do not show what they are."""
    folded = _without_times(fold(thing))
    known = any(re.search(f"(?:{ends})$", folded) for nouns, ends in _KINDS if not re.fullmatch(nouns, noun))
    listed = any(re.fullmatch(nouns, noun) for nouns, _ in _KINDS)
    return listed and not re.fullmatch(_ITSELF, noun) and not known and len(folded) >= 2


def _up_to_kind(noun: str, thing: str) -> str:
    """``thing`` if its end, or the end of a part of it, is a name of the kind that ``noun`` names."""
    folded = _without_times(fold(thing))
    for nouns, ends in _KINDS:
        if re.fullmatch(nouns, noun):
            if re.search(f"(?:{ends})$", folded):
                return thing
            part = re.search(f"^(.*(?:{ends}))的[^的]{{2,8}}$", folded)
            if part:
                return part.group(1)
    return ""


def _pair(earlier: Earlier) -> tuple[str, str] | None:
    """The two things that 前者 and 后者 are: joined in one question, or asked about in two."""
    folded = fold(earlier.question)
    ask = asking(folded)
    begin = opening(folded)
    texts = [earlier.question[begin : predicate_start(folded, ask)] if ask else "", entity(topic(earlier.question))]
    for text in texts:
        found = _ORDER.search(_without_times(text))
        if found:
            return found["first"], re.sub(
                f"(?:{LINKING}|哪个|谁|分别|先|更|的[^\\W\\d_]{{2,6}})+$", "", found["second"]
            )
    if earlier.before:
        first, second = entity(topic(earlier.before.question)), entity(topic(earlier.question))
        if first and second and first != second:
            return first, second
    return None


# -- the same asked of another, and the year that goes on ----------------------------------------------------


def _again(question: str, folded: str, how: Leaning, earlier: Earlier) -> Woven | None:
    """那部门经理能报多少: the same predicate as before, of a subject that is like the one before."""
    ask, old = asking(folded), asking(fold(earlier.question))
    if ask is None or old is None or ask.kind != old.kind:
        return None
    then = how.start > 0 and folded[how.start - 1] in "那么"
    end = predicate_start(folded, ask)
    subject = question[how.start : end]
    verb = re.sub(f"^(?:{LINKING}|又|也|则)+|了$", "", folded[end : ask.start])
    same = _same_words_at_end(folded[how.start : ask.start], fold(earlier.question)[: old.start])
    if then and same >= 2 and ask.start - how.start - same >= 2:
        # 那普通职员每天补助多少 after 副总经理出差每天补助多少
        return swapped(earlier.question, question[how.start : ask.start - same], surely=False)
    if len(subject) < 2 or (not then and not verb):
        return None
    before_old = re.sub("了$", "", fold(earlier.question)[: old.start])
    if verb and not before_old.endswith(verb):
        return None
    if not then and not re.fullmatch(f"[^\\W\\d_]{{0,3}}{ROLE}", fold(subject)):
        return None
    return swapped(earlier.question, subject, surely=False)


RELATED = 4
"""So many characters in common, beside year, place and asking, make two questions of one subject."""


def _same_words_at_end(a: str, b: str) -> int:
    """How many characters the longest run of whole words has that both end in."""
    best = 0
    for word in reversed(words(a)):
        if not b.endswith(a[word.start :]):
            break
        best = len(a) - word.start
    return best


def _same_year(question: str, folded: str, earlier: Earlier) -> Woven | None:
    """The year goes on for a figure of the same subject, and for what begins with 那: it is asked of that year."""
    ask = asking(folded)
    slots = [s for s in time_slots(fold(earlier.question)) if s.kind is Kind.YEAR]
    if ask is None or ask.kind != "figure" or not slots or time_slots(folded, compared=True):
        return None
    year = earlier.question[slots[0].start : slots[0].end]
    then = re.match(f"{THEN}[,，]?", folded)
    begin = then.end() if then else 0
    old = asking(fold(earlier.question))
    if then and old and old.kind == "figure" and not any(w.start == 0 and w.end > begin for w in words(folded)):
        return carried(year) + own(question[begin:])
    if (
        EXPLICIT_YEAR.fullmatch(fold(year))
        and _shared(folded[: ask.start], fold(_without_times(topic(earlier.question)))) >= RELATED
    ):
        return carried(year) + own(question[begin:])
    return None


def _shared(a: str, b: str) -> int:
    """The length of the longest run of characters in both."""
    best = 0
    for i in range(len(a)):
        while i + best < len(a) and a[i : i + best + 1] in b:
            best += 1
    return best
