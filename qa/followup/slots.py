"""What of a question can be exchanged by kind: time, place, ordinal, amount, group of people.

All work on folded text and give offsets into it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from qa.followup.vocabulary import COUNTED, ROLE, set_of
from qa.followup.words import words
from qa.place import COUNTRY, places_of


class Kind(StrEnum):
    """Kinds of slots; a new one takes the place of an earlier one of its kind."""

    YEAR = "year"
    PART_OF_YEAR = "part of a year"
    PLACE = "place"
    ORDINAL = "ordinal"
    AMOUNT = "amount"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot at ``start:end``."""

    kind: Kind
    start: int
    end: int


_DIGIT_YEAR = r"(?<![\d.])(?:1\d|20|21)\d\d"
_HAN_YEAR = "(?<![一二三四五六七八九十])[一二][〇零○0-9一二三四五六七八九]{3}(?=年)"
_EXPLICIT = rf"(?:{_DIGIT_YEAR}|{_HAN_YEAR})"
_RANGE = rf"{_EXPLICIT}年?度?(?:至|到|-|—|–|~)+{_EXPLICIT}年?(?:间|期间)?"
_PLAN = (
    '[“"]?(?:十[一二三四五六]|[一二三四五六七八九]|十)五[”"](?:时期|期间|末)?|十[一二三四五六]五(?:时期|期间|末)'
    "|十[一二三四五](?=五)五"
)
_RELATIVE = (
    "(?<!过)(?<!以)去年|(?<!至)今年(?!均)|(?<!说)明年|(?<!以)前年|后年|(?<!以)上一?年度?|下一?年度?|本年度?|上一年|"
    "前一年|后一年|次年|翌年"
)
_STRETCH = "(?:过去|最近|近|未来|今后)(?:的)?[一二两三四五六七八九十\\d]+个?(?:多)?年(?:来|间|里)?"
YEAR = rf"(?:{_RANGE}|{_EXPLICIT}年度?(?:底|末|初)?(?![代多])|{_PLAN}|{_RELATIVE}|{_STRETCH})"
EXPLICIT_YEAR = re.compile(rf"(?:{_RANGE}|{_EXPLICIT}年|{_PLAN})")
_MONTH = (
    r"(?:(?<!\d)(?:1[0-2]|[1-9])|十[一二]?|[一二三四五六七八九])月(?:份|底|末|"
    r"初)?(?!内)(?:\d{1,2}[日号])?(?:[至到-](?:1[0-2]|[1-9])月份?)?"
)
PART_OF_YEAR = (
    rf"(?:全年(?!度)|上半年|下半年|前三季度|第?[一二三四1-4]季度|{_MONTH}|(?:周|星期)[一二三四五六日天]|(?:1[0-2]|"
    rf"[1-9])-(?:1[0-2]|[1-9])月份?)"
)
TIME = rf"(?:{YEAR}(?:的)?{PART_OF_YEAR}|{YEAR}|{PART_OF_YEAR})"
_COMPARED = re.compile("(?:比|较|同|与|和|跟|以|自|从|超过|高于|低于|相比)$")
_COUNT = r"(?:\d+|[一二两三四五六七八九十百千]+)"
ORDINAL = (
    rf"(?:第{_COUNT}(?:个|批|期|届|次|轮|章|条|款|季|阶段|名|位|组|类|部分|标段|年|档|级|代|集|部|版|号线|产业)"
    r"|(?:首|[一二三四五六七八九])(?:期|批|号线|标段|等座|套(?=房)|胎|孩|审)|\d+号线|(?:首|末|尾)(?:批|期|届|次|章|套))"
)
AMOUNT = (
    rf"(?:连续|累计|不满|未满|超过|满|不足|高于|低于|大于|小于|多于|少于|达到)?(?:\d+(?:\.\d+)?|"
    rf"[一二两三四五六七八九十百]+|半(?=年|天|个|小时))(?=[万亿千百个\w])"
    rf"(?:{COUNTED})(?:以上|以下|以内|以外)?(?!度)"
)
_LOCAL = re.compile(
    "全(?:国|省|市|县|区|镇|乡|村|州|盟|旗|球|校|公司|院|厂)(?![人劳重各标])|我(?:国|省|市|县|区)|本(?:省|市|县|区|"
    "镇|村)"
)
_ZONE = re.compile("片区|园区|开发区|新区|街道|社区|校区|厂区|景区|小区|分校|分公司|镇|乡|村|路|港区|组团")
_NOT_PLACES = set_of("惠及 城镇 农村 新建 乡村 河湖 公里 城乡 中央 地方 直辖市 特区 本市 外地 高新 社保")
_NO_ZONE = re.compile(
    "(?:公|铁|道|线|思|出|网|电|农|城|家|下|老旧|示范|各个?|所有|本|该|这个?|全|试点|城镇|住宅|"
    "[一二三四五六七八九十\\d]+个?)$"
)
_STOP_WORDS = set_of(
    "的 了 在 对 为 由 从 和 与 或 及 以及 到 向 是 有 要 被 把 将 去 比 较 年 月 日 改造 建设 推进 完成 实施 负责 "
    "新增 办理 新建 请问 关于 普通 这 那 其 该 位于 "
    "计划 预计 去年 今年 明年 , 、 : ; 。 ( )"
)
_ROLE = re.compile(ROLE + "(?:们)?")


def time_slots(folded: str, *, compared: bool = False) -> list[Slot]:
    """Years and parts of years; those only compared with (比2020年) are left out unless ``compared``."""
    out = []
    for match in re.finditer(rf"(?P<year>{YEAR})|(?P<part>{PART_OF_YEAR})", folded):
        if not compared and _COMPARED.search(folded[: match.start()]) and not folded.startswith(("与", "和"), 0):
            continue
        out.append(Slot(Kind.YEAR if match["year"] else Kind.PART_OF_YEAR, *match.span()))
    return out


@lru_cache(maxsize=512)
def place_slots(folded: str, *, names: bool = True) -> tuple[Slot, ...]:
    """Places by table, shape and, with ``names``, jieba's word for it."""
    spans: list[tuple[int, int]] = []
    at = 0
    for name in places_of(folded):
        literal = rf"{re.escape(name)}(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市(?![场民值盈]))?"
        found = re.search(literal if name != COUNTRY else "全国|我国|国务院|中华人民共和国", folded[at:])
        if found:
            a, b = at + found.start(), at + found.end()
            at = b
            if name not in _NOT_PLACES and not re.search("[去来到往]|直辖", folded[a + 1 : b]):
                spans.append((a, b))
    spans += [m.span() for m in _LOCAL.finditer(folded)]
    for match in _ZONE.finditer(folded):
        start = run_start(folded, match.start(), 6)
        if match.start() - start >= 1 and not _NO_ZONE.search(folded[start : match.start()]):
            spans.append((start, match.end()))
    if names:
        spans += [(w.start, w.end) for w in words(folded) if w.place and w.text not in _NOT_PLACES]
    out: list[Slot] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if out and start < out[-1].end:
            if end > out[-1].end and start == out[-1].start:
                out[-1] = Slot(Kind.PLACE, start, end)
            continue
        # 湖北省武汉市 is one place.
        if out and start == out[-1].end and places_of(folded[start:end]):
            out[-1] = Slot(Kind.PLACE, out[-1].start, end)
        else:
            out.append(Slot(Kind.PLACE, start, end))
    return tuple(out)


def official_places(folded: str) -> tuple[Slot, ...]:
    """Only the places of the state's divisions: provinces, cities, counties, districts."""
    named = place_slots(folded, names=False)
    return tuple(s for s in named if places_of(folded[s.start : s.end]) and folded[s.start : s.end] != COUNTRY)


def run_start(folded: str, at: int, most: int = 12) -> int:
    """Where the name or noun phrase that goes on at ``at`` begins: after the last word that parts, to the left."""
    floor = max([0, *(s.end for s in time_slots(folded[:at], compared=True))])
    start = at
    for word in reversed(words(folded)):
        if word.start >= at:
            continue
        if (
            word.end <= floor
            or word.text in _STOP_WORDS
            or word.flag in ("x", "p", "c", "uj", "ul", "r", "m", "d", "f")
        ):
            if word.end > at:  # the word goes across: it belongs to the name
                start = max(word.start, floor)
                continue
            break
        if at - word.start > most:
            break
        start = max(word.start, floor)
    return start


def role_slots(folded: str) -> list[Slot]:
    """Groups of people and parties, with what tells them apart: 普通员工, 试用期员工."""
    out: list[Slot] = []
    for match in _ROLE.finditer(folded):
        start = run_start(folded, match.start())
        # 普通 is a stop for places, not for people.
        lead = re.search("(?:普通|一般|各|该|全体|所有|在职|正式|退休|新|老|男|女|部门|非)+$", folded[:start])
        start = lead.start() if lead else start
        level = re.match("级别?|层级?|岗", folded[match.end() :])
        end = match.end() + (level.end() if level else 0)
        if out and start <= out[-1].end:
            out[-1] = Slot(Kind.ROLE, out[-1].start, end)
        else:
            out.append(Slot(Kind.ROLE, start, end))
    return out


def ordinal_slots(folded: str) -> list[Slot]:
    """第二批, 一期, 3号线."""
    taken = time_slots(folded, compared=True)
    found = [Slot(Kind.ORDINAL, *m.span()) for m in re.finditer(ORDINAL, folded)]
    return [s for s in found if not any(t.start < s.end and s.start < t.end for t in taken)]


def amount_slots(folded: str) -> list[Slot]:
    """满十年, 3次, 5万元以上; neither years nor ordinals."""
    taken = [*time_slots(folded, compared=True), *ordinal_slots(folded)]
    return [
        Slot(Kind.AMOUNT, *m.span())
        for m in re.finditer(AMOUNT, folded)
        if len(m.group()) > 1 and not any(s.start < m.end() and m.start() < s.end for s in taken)
    ]


def without(folded: str, text: str, slots: Sequence[Slot]) -> str:
    """``text`` (whose fold is ``folded``) without these slots and the 的 that joins them."""
    out, at = "", 0
    for slot in sorted(slots, key=lambda s: s.start):
        out += text[at : slot.start]
        at = slot.end
        if folded[at : at + 1] in ("的", ",", "、", "在") and (not out or folded[at] == "的"):
            at += 1
    return out + text[at:]
