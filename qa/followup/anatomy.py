"""A question taken apart: what it is about, what it says of it, and what it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.followup.slots import ordinal_slots, place_slots, time_slots, without
from qa.followup.vocabulary import (
    ACTIVITY,
    ASKING,
    ATTRIBUTE,
    LINKING,
    MEASURE,
    NOMINAL,
    NOT_ASKING,
    OPENING,
    PREDICATE,
    ROLE,
    SIDE,
    UNIT,
)
from qa.followup.words import Word, words
from qa.text.normalise import fold

_CLOSING = re.compile(r"[?？。!！~～…\s]+$")
_PARTICLES = re.compile("(?:呢|啊|呀|吧|哦|嘛|啦)+$")
_LINKING_END = re.compile(f"(?:{LINKING}|[,，])$")
_NOMINAL_END = re.compile(f"{NOMINAL}$")
_MODAL = "(?:不)?(?:能|可以|能够|可|会|要|需要|需|是|有|算|属于|应该|应当|应|必须|允许|支持|包括|包含)"
# 你知道临水大桥吗, 介绍一下临水大桥: what follows is about it.
KNOWN = re.compile(
    "(?:(?:请|麻烦)?(?:你|您)?(?:知道|了解|听说过?|看过|读过|听过|认识)|(?:请|麻烦)?(?:你|您|帮我|给我|跟我|"
    "再)*(?:介绍|说说|讲讲|讲解|谈谈|说明|查|查查|看看|解释)(?:一下|下)?|关于)"
    "(?P<what>[^,，]{2,}?)(?:吗|么|嘛|吧|的情况|的信息)?"
)
_NO_NOUN = re.compile("^(?:钱|时间|间|人次?|元钱?|左右|以上|以下|以内|的|能|才|之[前后])+$")
_ASPECT_END = re.compile("(?:了|过|着|的|是|为|要|会|有|共|由|一共|总共|计划|预计|,)+$")
_ADVERBIAL_END = re.compile("[上中里内]$")


def stripped(question: str) -> str:
    """Without marks at its end."""
    return _CLOSING.sub("", question.strip())


def without_of(text: str) -> str:
    """Without a 的 that closes a piece (2023年的); 目的 is a word."""
    return text.rstrip("的") + "的" * text.endswith("目的") if len(text) > 1 else text


def mark(question: str) -> str:
    """The mark that ends it; a full-width question mark where there is none."""
    end = question.strip()[-1:]
    return end if end in ("?", "？") else "？"


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for, at ``start:end``: the interrogative with its unit; ``kind`` names its sort (figure, when)."""

    kind: str
    start: int
    end: int


def opening(folded: str) -> int:
    """Where the question begins after 请问, 那么 and the like."""
    found = re.match(OPENING, folded)
    return found.end() if found and found.end() < len(folded) else 0


def asking(folded: str) -> Asking | None:
    """The first interrogative, outside quotation marks."""
    hidden = re.sub('《[^》]*》|“[^”]*”|"[^"]*"', lambda m: "〇" * len(m.group()), folded)
    for match in ASKING.finditer(hidden):
        around = hidden[max(0, match.start() - 2) : match.end() + 1]
        if NOT_ASKING.search(around):
            continue
        return Asking(str(match.lastgroup), *match.span())
    return None


def predicate_start(folded: str, ask: Asking, *, any_verb: bool = False) -> int:
    """Where the predicate begins, before the interrogative: behind the last noun that it is about.

    Verbs belong to it only before a figure: in 甲方逾期付款怎么办 they are what is asked about.
    """
    if ask.kind == "whether" and ask.end == len(folded):
        # 产假可以分开休吗: the predicate begins with 可以.
        begin = opening(folded)
        modal = next((w for w in words(folded) if w.start >= begin + 2 and re.fullmatch(_MODAL, w.text)), None)
        verb = next((w for w in words(folded) if w.end == ask.start and w.start >= begin + 2), None)
        if modal is None and verb and re.fullmatch(PREDICATE, verb.text):
            return verb.start
        return modal.start if modal else ask.start
    ordinals = {slot.end for slot in ordinal_slots(folded)}
    at = ask.start
    while at > 1 and at not in ordinals:
        link = _LINKING_END.search(folded[:at])
        if link and link.start() > 0 and not _across(folded, link.start()) and not _named_plan(folded, link.start()):
            at = link.start()
            continue
        last = next((w for w in words(folded) if w.end == at), None)
        before = folded[: last.start] if last else ""
        if (
            last
            and (ask.kind in ("figure", "where") or re.search("[在于]$", folded[: ask.start]))
            and (
                last.flag == "d"
                or re.fullmatch(PREDICATE, last.text)
                or (last.verb and (any_verb or _surely_verb(last, folded)))
            )
            and not _NOMINAL_END.search(folded[:at])
            and len(before) >= 2
            and not before.endswith(("新增", "的", "所", "可"))
        ):
            at = last.start
            continue
        break
    return at


def _surely_verb(word: Word, folded: str) -> bool:
    """Whether an unlisted verb is no name of what is done: 员工体检多久一次 is about the examination."""
    return (
        len(word.text) == 1
        or word.text[0] in "能可会要该"
        or folded[word.end : word.end + 1] in ("了", "过", "到", "在")
    )


def _named_plan(folded: str, at: int) -> bool:
    """Whether 计划 at ``at`` is the end of a name (碧波计划) rather than what somebody plans (全市计划新建)."""
    before = next((w for w in words(folded) if w.end == at), None)
    return folded.startswith("计划", at) and before is not None and before.noun and not before.place


def _across(folded: str, at: int) -> bool:
    """Whether a word goes across ``at``: the 有 of 国有 and the 得 of 获得 link nothing."""
    return any(w.start < at < w.end for w in words(folded))


def topic(question: str) -> str:
    """What an earlier question is about: without its predicate and interrogative, with its time and place.

    ``question`` has no mark at its end.
    """
    folded = fold(question)
    begin = opening(folded)
    ask = asking(folded)
    if ask is None:
        known = KNOWN.fullmatch(folded)
        return question[known.start("what") : known.end("what")] if known else _PARTICLES.sub("", question[begin:])
    known = KNOWN.fullmatch(folded)
    if known:
        return question[known.start("what") : known.end("what")]
    head_end = predicate_start(folded, ask)
    if ask.kind == "whether" and ask.end == len(folded):
        return question[begin:head_end]
    before, predicate, rest = folded[begin:head_end], folded[head_end : ask.start], folded[ask.end :]
    if ask.kind in ("which", "what") and _bare(folded[begin : ask.start]):
        # 哪条街被评为示范街: the street that …
        noun = next((w for w in words(folded) if w.start >= ask.end), None)
        if noun and noun.noun and rest[len(noun.text) :]:
            return f"{question[begin : ask.start]}{question[noun.end :]}的{question[noun.start : noun.end]}"
    if ask.kind in ("which", "who", "what") and predicate == "的是":
        # 全线通车的是哪条高速: the motorway that …
        return question[begin:head_end] + "的" + (question[ask.end :] or ("人" if ask.kind == "who" else ""))
    if _bare(before, ask.kind == "figure") or _says_more(folded, ask):
        verb = question[begin : begin + len(_ASPECT_END.sub("", folded[begin : ask.start]))]
        return verb + _object(question, folded, ask)
    if ask.kind == "figure" and _ADVERBIAL_END.search(before):
        # 在“三农”上投了多少钱: the money that …
        verb = _ASPECT_END.sub("", folded[begin : ask.start])
        return (
            f"{question[begin : begin + len(verb)]}的{'钱' if folded[ask.start : ask.end].endswith('钱') else '数额'}"
        )
    return question[begin:head_end]


def _says_more(folded: str, ask: Asking) -> bool:
    """Whether a noun behind the interrogative belongs to what is asked about: 怎么申请年假, 改造了多少个小区."""
    rest = folded[ask.end :]
    if not rest or _NO_NOUN.match(rest):
        return False
    tail = [w for w in words(folded) if w.start >= ask.end]
    if ask.kind == "whether" and re.search(ACTIVITY, folded[: ask.start]):
        return False  # 加班要不要审批 is about working late
    if ask.kind in ("how", "when", "whether", "why", "where"):
        content = [w for w in tail if w.noun or w.verb]
        return len(content) > 1 and any(w.noun and w.flag not in ("vn", "an") for w in content)
    last = tail[-1] if tail else None
    return bool(
        last
        and ask.kind in ("figure", "which", "what")
        and (last.noun or _NOMINAL_END.search(rest))
        and not tail[0].flag.startswith(("u", "p", "d", "c"))
    )


def _bare(folded: str, figure: bool = True) -> bool:
    """Whether nothing is named but times and places, if anything; before a figure verbs name nothing (新建多少)."""
    rest = without(folded, folded, [*time_slots(folded)])
    return not re.search(ACTIVITY, rest) and not any(
        (w.noun and not re.fullmatch("会议?上", w.text))
        or (not figure and w.verb and len(w.text) > 1 and not re.fullmatch(PREDICATE, w.text))
        for w in words(rest)
    )


def _object(question: str, folded: str, ask: Asking) -> str:
    """What stands behind the interrogative and is asked about: 谁负责河道治理 asks about 河道治理."""
    start = ask.end
    tail = re.match(f"(?:{UNIT})(?=[^\\W\\d_]{{2}})", folded[start:]) if ask.kind == "figure" else None
    start += tail.end() if tail else 0
    lead = re.match("(?:的|是|负责|可以|能|会|将|要|开始|叫做?|来|去|才)+", folded[start:])
    start += lead.end() if lead and lead.end() < len(folded) - start else 0
    return _PARTICLES.sub("", question[start:])


def subject(question: str) -> str:
    """What stands before the predicate of an earlier question, where that names a thing; else its topic."""
    folded = fold(question)
    ask = asking(folded)
    about = topic(question)
    if ask is None or ask.kind not in ("figure", "what", "which", "when", "where"):
        return about
    begin = opening(folded)
    end = predicate_start(folded, Asking("figure", ask.start, ask.end))
    places = {(s.start, s.end) for s in place_slots(folded)}
    if re.search(f"(?:{ROLE}|政府|[局部委厅处科院所队])$", folded[begin:end]) and ask.kind in ("when", "where"):
        return about  # 市政府什么时候发布规划 is about the plan
    nouns = [w for w in words(folded) if begin <= w.start and w.end <= end and w.noun and w.flag != "vn"]
    if (
        not nouns
        or all(any(a <= w.start and w.end <= b for a, b in places) for w in nouns)
        or not about.startswith(question[begin:end])
    ):
        return about
    for slot in reversed(time_slots(folded[:end])):
        if slot.end == end and slot.start > begin + 1:
            end = slot.start  # 公司去年亏损多少 is about the company
    return question[begin:end]


def entity(text: str) -> str:
    """The thing that a topic names, without the side of it that was asked for: the bridge of 大桥的全长."""
    found = re.search(f"(?:的)?(?:{ATTRIBUTE}|(?<=的)[^的]{{0,3}}{MEASURE})$", fold(text))
    return text[: found.start()] if found and found.start() >= 2 else text


def without_side(text: str) -> str:
    """As ``entity``, but for any side: 产量 and 增速, too."""
    found = re.search(f"(?:的)?(?:实际|预期)?(?:{SIDE}|(?<=的)[^的]{{0,3}}{MEASURE})$", fold(text))
    return text[: found.start()] if found and found.start() >= 2 else text
