"""An earlier question with a new piece in the place of its like: 2022年 for 2021年, 农村居民 for 城镇居民."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations

from qa.followup.anatomy import Asking, asking, opening, predicate_start, without_of, without_side
from qa.followup.slots import (
    Kind,
    Slot,
    amount_slots,
    official_places,
    ordinal_slots,
    place_slots,
    role_slots,
    run_start,
    time_slots,
)
from qa.followup.vocabulary import (
    AIM,
    ASKED_FOR,
    CHANGE,
    MEASURE,
    NOMINAL,
    OF_INDICATOR,
    PREDICATE,
    SIBLINGS,
    SIDE,
    UNIT,
    set_of,
)
from qa.followup.words import words
from qa.followup.woven import Woven, edited, own
from qa.text.normalise import fold

_ASKING_OF: tuple[tuple[re.Pattern[str], str], ...] = tuple((re.compile(f"{side}$"), ask) for side, ask in ASKED_FOR)
_SIDE = re.compile(
    f"(?:(?:控制|考核|约束性|发展|阶段性|中长期|长期|近期|远期|年度)(?={AIM})|实际|预期|计划|主要|具体|"
    f"最终)?(?:{CHANGE}|{PREDICATE})?{SIDE}$"
)
_PLANNED = re.compile("计划(?:数|任务)?|任务数?")
_MEASURED = re.compile(f"[^\\W\\d_]{{0,3}}{MEASURE}")
# 县花 of a county, 编者 of a book: what another side takes the place of, though no list has it.
_OF_NAMED = re.compile("(?<=[》”市县区省镇乡村国])的[^的]{1,4}$|的[^的]{0,3}[者人员师长]$")
_ACTUAL = re.compile("实际|实际(?:上|完成|情况|值|数)?|完成情况|实际完成情况")
_AIM = re.compile("(?:的)?(?:预期|计划|增长)?(?:目标|任务|计划数?|预期)(?:任务|数)?")


@dataclass(frozen=True, slots=True)
class Edit:
    """``instead`` in the place of ``start:end`` of the earlier question."""

    start: int
    end: int
    instead: str


def swapped(earlier: str, new: str, *, surely: bool = True) -> Woven | None:
    """``earlier`` (no mark at its end) asked of ``new`` instead.

    None where nothing of it is like ``new``, unless ``surely``: then ``new`` takes the place of what it is about.
    """
    folded, wanted = fold(earlier), fold(new)
    edits: list[Edit] = []
    rest_start, rest_end = 0, len(wanted)
    finders = [_times, _places, _ordinals, _amounts]
    while finders:
        for finder in finders:
            found = finder(folded, wanted[rest_start:rest_end], new[rest_start:rest_end])
            if found is not None and _fits(edits, found[0]):
                break
        else:
            break
        finders.remove(finder)
        edits += found[0]
        rest_start += found[1]
        while wanted[rest_start:rest_end].startswith(("的", ",", "、", "在")):
            rest_start += 1
    if rest_start == 0:
        # 投资2023年: what is exchanged by kind may also follow.
        behind = next(iter(time_slots(wanted)), None)
        if (
            behind
            and behind.start > 1
            and behind.end == len(wanted)
            and (made_at := _times(folded, wanted[behind.start :], new[behind.start :]))
        ):
            edits += made_at[0]
            rest_end = behind.start
    what, what_folded = new[rest_start:rest_end], without_of(wanted[rest_start:rest_end])
    what = what[: len(what_folded)]
    if not what:
        return _woven(earlier, edits) if edits else None
    if any(folded.startswith(what_folded, edit.end) for edit in edits):
        return _woven(earlier, edits)  # 二级响应 for 一级响应: the rest is the same
    for like in (_side, _role, _sibling, _same_end, _same_start):
        found_edits = like(folded, what_folded, what)
        if found_edits is not None and _fits(edits, found_edits):
            return _woven(earlier, edits + found_edits)
    if not surely and not edits:
        return None
    fallback = _subject(folded, what)
    if fallback is not None and _fits(edits, [fallback]):
        return _woven(earlier, [*edits, fallback])
    return _woven(earlier, edits) if edits else None


def _fits(edits: list[Edit], more: list[Edit]) -> bool:
    """Whether none of the edits overlaps another."""
    return all(a.end <= b.start or b.end <= a.start for a, b in combinations([*edits, *more], 2))


def _woven(earlier: str, edits: list[Edit]) -> Woven:
    return edited(earlier, [(e.start, e.end, own(e.instead)) for e in edits])


# -- by kind -------------------------------------------------------------------------------------------------


def _times(folded: str, wanted: str, new: str) -> tuple[list[Edit], int] | None:
    """Years for years, parts of a year for parts of a year; what is missing there comes first."""
    leading = re.match(r"(?P<bare>(?:19|20)\d\d)(?!\d|年|到|至|-)", wanted)
    slots = list(time_slots(wanted))
    if leading:
        slots = [Slot(Kind.YEAR, 0, leading.end())]
    taken: list[Slot] = []
    at = 0
    for slot in slots:
        if slot.start != at:
            break
        taken.append(slot)
        at = slot.end + (1 if wanted[slot.end : slot.end + 1] == "的" and slot is not slots[-1] else 0)
    if not taken:
        return None
    there = time_slots(folded)
    edits: list[Edit] = []
    insertion = ""
    for slot in taken:
        text = new[slot.start : slot.end]
        match = next(
            (t for t in there if t.kind is slot.kind and all(e.end <= t.start or t.end <= e.start for e in edits)), None
        )
        if match is None:
            if slot.kind is Kind.PART_OF_YEAR and there:
                edits.append(Edit(there[0].end, there[0].end, text))
            else:
                insertion += text + ("年" if leading else "")
        elif leading and folded[match.end - 1] == "年":
            edits.append(Edit(match.start, match.end - 1, text))
        else:
            edits.append(Edit(match.start, match.end, text))
    if insertion:
        begin = opening(folded)
        edits.append(Edit(begin, begin, insertion))
    return edits, taken[-1].end


def _places(folded: str, wanted: str, new: str) -> tuple[list[Edit], int] | None:
    slot = next((s for s in place_slots(wanted) if s.start == 0), None)
    if slot is None or _first_sibling(wanted, folded):
        return None
    official = bool(official_places(wanted[: slot.end]))
    behind = wanted[slot.end : slot.end + 1]
    if behind and not official and behind != "的" and not any(s.start == slot.end for s in time_slots(wanted)):
        return None  # 望江隧道 is one name
    text, kind_end = new[: slot.end], wanted[slot.end - 1]
    there = list(place_slots(folded))
    ask = asking(folded)
    if ask:
        there = [t for t in there if t.end <= ask.start or t.start >= ask.end]
    same_end = [t for t in there if folded[t.end - 1] == kind_end]
    divisions = set(official_places(folded))
    candidates = same_end or [t for t in there if official and t in divisions] or there
    if candidates:
        old = candidates[0]
        if old.end < len(folded) and slot.end < len(wanted) and _is_whole(folded, old):
            return None
        return [Edit(old.start, old.end, text)], slot.end
    if slot.end == len(wanted) and not official and not _general(folded):
        return None  # 东湖公园 is a place, but here stands for a thing
    begin = max([opening(folded), *(t.end for t in time_slots(folded) if t.start <= opening(folded))])
    if folded[begin : begin + 1] in (",", "的"):
        begin += 1
    if slot.end < len(wanted) and not official:
        return None
    return [Edit(begin, begin, text)], slot.end


def _is_whole(folded: str, slot: Slot) -> bool:
    return slot.start == 0 and slot.end == len(folded)


def _general(folded: str) -> bool:
    """Whether a question is about an indicator, of which a place can be told."""
    ask = asking(folded)
    return bool(ask and ask.kind == "figure")


def _ordinals(folded: str, wanted: str, new: str) -> tuple[list[Edit], int] | None:
    slot = next((s for s in ordinal_slots(wanted) if s.start == 0), None)
    if slot is None:
        return None
    there = ordinal_slots(folded)
    same = [t for t in there if folded[t.end - 1] == wanted[slot.end - 1]] or there
    if same:
        return [Edit(same[0].start, same[0].end, new[: slot.end])], slot.end
    if slot.end == len(wanted):
        ask = asking(folded)
        at = predicate_start(folded, ask) if ask else len(folded)
        at = max(at, opening(folded))
        side = _SIDE.search(folded[:at])
        if side and side.start() > 1:
            at = side.start() - (1 if folded[side.start() - 1] == "的" else 0)
        return [Edit(at, at, new[: slot.end])], slot.end
    return None


def _amounts(folded: str, wanted: str, new: str) -> tuple[list[Edit], int] | None:
    slot = next((s for s in amount_slots(wanted) if s.start == 0), None)
    if slot is None:
        return None
    there = amount_slots(folded)
    unit = re.search("[^\\d一二两三四五六七八九十百千万以上下内外]{1,3}", wanted[1 : slot.end][::-1])
    same = [t for t in there if unit and unit.group()[::-1][-1] in folded[t.start : t.end]]
    text = new[: slot.end]
    if same:
        return [Edit(same[0].start, same[0].end, text)], slot.end
    if slot.end >= len(without_of(wanted)):
        begin = opening(folded)
        return [Edit(begin, begin, text + "的")], len(wanted)
    return None


# -- by likeness ---------------------------------------------------------------------------------------------


def _before_asking(folded: str) -> int:
    ask = asking(folded)
    return ask.start if ask and ask.start >= 2 else len(folded)


def _side(folded: str, wanted: str, new: str) -> list[Edit] | None:
    """Another side of the same thing: 增长目标呢, 面积呢, 实际呢."""
    ask = asking(folded)
    if ask is None:
        return None
    aim = None
    if _ACTUAL.fullmatch(wanted):
        aim = next(iter(_AIM.finditer(folded[: ask.start])), None)
        if aim is None:
            return None
        keep = "增长" if "增长" in aim.group() else ""
        return [Edit(aim.start(), aim.end(), keep + new)]
    if not _SIDE.fullmatch(wanted) and not _PLANNED.fullmatch(wanted) and not _MEASURED.fullmatch(wanted):
        return None
    asked = next((a for pattern, a in _ASKING_OF if pattern.search(wanted)), "是多少")
    end = predicate_start(folded, ask)
    if end < 2 or (ask.start < 2 and len(folded) - ask.end >= 2):
        # 谁负责河道治理: the thing stands behind.
        return None
    head = folded[:end]
    of_indicator = re.search(f"{OF_INDICATOR}$", wanted)
    # 占比的目标 and 增速的目标 are said, but 占比的增速 is not.
    same_level = AIM if re.search(f"{AIM}$", wanted) else OF_INDICATOR
    named = _OF_NAMED.search(head) if not of_indicator else None
    kept = (
        head[: named.start()]
        if named
        else without_side(head)
        if not of_indicator or re.search(f"{same_level}$", head)
        else head
    )
    predicate = folded[end : ask.start]
    verb = re.search(CHANGE, predicate)
    if verb and re.search("目标|任务|预期", wanted) and not re.search(CHANGE, wanted):
        new = verb.group() + "的" + new if not kept.endswith("的") else verb.group() + new
        joint = ""
    else:
        kept = re.sub(f"(?:的)?(?:实际)?(?:{CHANGE})$", "", kept) if re.search(CHANGE, wanted) else kept
        joint = "" if kept.endswith("的") else "的"
    start = len(kept)
    tail = folded[ask.end :]
    instead = f"{joint}{new}{asked}"
    if (
        asked == "是多少"
        and ask.kind == "figure"
        and kept != head
        and re.fullmatch("(?:[是为有达到多]|达到)*", predicate)
        and not tail
    ):
        # The same kind of figure: the old asking goes on.
        unit = folded[ask.start : ask.end]
        if unit in ("多少", "几"):
            instead = f"{joint}{new}"
            return [Edit(start, end, instead)]
    return [Edit(start, len(folded), instead)]


def _role(folded: str, wanted: str, new: str) -> list[Edit] | None:
    whole = [s for s in role_slots(wanted) if s.end == len(wanted)]
    if not whole or folded.startswith("什么是"):
        return None
    there = list(role_slots(folded[: _before_asking(folded)]))
    if not there:
        return None
    old = there[0]
    if re.fullmatch(_PARTY, wanted):
        party = re.search(f"{_PARTY}$", folded[old.start : old.end])
        old = Slot(Kind.ROLE, old.start + party.start(), old.end) if party else old
    # 农村居民 for 城镇居民, not for 湖北省城镇居民.
    start = max(
        [
            old.start,
            *(s.end for s in (*time_slots(folded), *official_places(folded)) if s.end <= old.end and s.end > old.start),
        ]
    )
    return [Edit(start, old.end, new)]


_PARTY = "(?:单位|个人|企业|公司|家庭|业主|物业|雇主|用人单位|劳动者)"


def _first_sibling(wanted: str, folded: str) -> tuple[str, str] | None:
    """The member of a group that ``wanted`` begins with, and another member that the earlier question has."""
    best: tuple[str, str] | None = None
    for group in SIBLINGS:
        mine = max((m for m in group if wanted.startswith(m)), key=len, default=None)
        if mine is None or (mine in folded and not any(m in folded.replace(mine, "") for m in group if m != mine)):
            continue
        other = max((m for m in group if m != mine and m in folded), key=len, default=None)
        if other and (best is None or len(mine) > len(best[0])):
            best = mine, other
    return best


def _acts(rest: str) -> bool:
    """Whether something is done in ``rest``: the 逾期交货 of 卖方逾期交货."""
    return len(rest) > 2 and words(rest)[0].verb


def _act_end(folded: str, at: int) -> int:
    """Where what a party does ends: before the predicate of the question."""
    ask = asking(folded)
    return max(at, _subject_end(folded, opening(folded), ask)) if ask else at


def _sibling(folded: str, wanted: str, new: str) -> list[Edit] | None:
    found = _first_sibling(wanted, folded)
    if found is None:
        return None
    mine, other = found
    at = folded.find(other)
    rest = wanted[len(mine) :].lstrip("的")
    if rest and not folded.startswith(rest, at + len(other)):
        # 农村居民收入 against 城镇收入: the new piece says more.
        if _acts(rest):
            return [Edit(at, _act_end(folded, at + len(other)), new)]
        return None if len(rest) > 2 else [Edit(at, at + len(other), new)]
    return [Edit(at, at + len(other) + len(rest), new)]


def _same_end(folded: str, wanted: str, new: str) -> list[Edit] | None:
    """The longest common end tells what is exchanged: 住宿费 and 交通费, 东线隧道 and 西线隧道."""
    limit = _before_asking(folded) if not folded.startswith("什么是") else len(folded)
    is_place = any(s.end == len(wanted) for s in official_places(wanted))
    for size in range(min(len(wanted) - 1, 8), 0, -1):
        ending = wanted[-size:]
        at = _ends_at(folded, ending, limit, size)
        ask = asking(folded)
        if at is None and size > 1 and ask and folded.endswith(ending) and len(folded) - size > ask.end:
            # 有多少家养老机构: what is counted stands behind.
            return [Edit(max(run_start(folded, len(folded) - size), ask.end), len(folded), new)]
        if at is None:
            continue
        if ask and ask.start == 0 and folded.startswith("什么是"):
            return [Edit(3, at + size, new)]
        start = run_start(folded, at)
        start = max(
            [
                start,
                *(
                    s.end
                    for s in official_places(folded)
                    if not is_place
                    and s.end <= at + size
                    and s.end > start
                    and not wanted.startswith(folded[s.start : s.end])
                ),
            ]
        )
        if "的" in wanted[:-size] and folded[start - 1 : start] == "的":
            start = run_start(folded, start - 1)
        if start >= at or folded[start:at] == wanted[:-size]:
            continue
        if any(w.start < at + size < w.end for w in words(folded)):
            continue
        return [Edit(start, at + size, new)]
    return None


def _ends_at(folded: str, ending: str, limit: int, size: int) -> int | None:
    """Where ``ending`` ends a noun before ``limit``, last first; one character only as a word's end."""
    at = folded.rfind(ending, 0, limit)
    while at > 0:
        word = next((w for w in words(folded) if w.start < at + size <= w.end), None)
        if word and word.end == at + size and (word.noun or word.flag == "b" or size > 1):
            return at
        at = folded.rfind(ending, 0, at + size - 1)
    return None


def _same_start(folded: str, wanted: str, new: str) -> list[Edit] | None:
    """A common beginning of two characters or more: 一般公共预算支出 for 一般公共预算收入, 去上海 for 去北京."""
    ask = asking(folded)
    limit = predicate_start(folded, ask) if ask and ask.start >= 2 else len(folded)
    for size in range(len(wanted) - 1, 0, -1):
        beginning = wanted[:size]
        at = folded.find(beginning, 0, limit)
        if at < 0 or beginning[-1].isdigit():
            continue
        first = next((w for w in words(folded) if w.start <= at < w.end), None)
        if size == 1 and not (first and first.start == at and first.end == at + 1 and first.verb):
            return None
        start = at if size == 1 else run_start(folded, at) if at else 0
        end = _run_end(folded, at + size, limit)
        amount = next((s for s in amount_slots(folded) if s.start == at + size), None)
        if amount and any(s.start == size for s in amount_slots(wanted)):
            end = amount.end
        if end > at + size or wanted[size:]:
            return [Edit(start, end, new)]
    return None


def _run_end(folded: str, at: int, limit: int) -> int:
    end = at
    for word in words(folded):
        if word.end <= at:
            continue
        if (
            word.start >= limit
            or word.flag in ("x", "uj", "ul", "p", "c", "r", "m")
            or (word.verb and not re.fullmatch(NOMINAL, word.text))
        ):
            break
        end = min(word.end, limit)
    return end


def _subject(folded: str, new: str) -> Edit | None:
    """Nothing alike: the new subject takes the old one's place, before the same predicate."""
    ask = asking(folded)
    if ask is None:
        begin = opening(folded)
        return Edit(begin, len(folded), new)
    begin = opening(folded)
    slots = sorted([*time_slots(folded), *official_places(folded), *_local(folded)], key=lambda s: s.start)
    for slot in slots:
        if slot.start <= begin < slot.end and slot.end <= ask.start - 1:
            begin = slot.end
            while folded[begin : begin + 1] in (",", "的", "、"):
                begin += 1
    if ask.start - begin < 2 or not any(w.noun for w in words(folded) if begin <= w.start < ask.start):
        # 谁负责河道治理, 今年新建多少座5G基站: what stands behind is exchanged.
        tail = re.match(f"(?:{UNIT})?(?:的|是|负责|可以|能|会|将|要|开始|完成|推进|实施|牵头|制定)*", folded[ask.end :])
        start = ask.end + (tail.end() if tail else 0)
        if start < len(folded) - 1:
            unit_start = ask.end
            if ask.kind == "figure":
                # Other things are counted otherwise: 多少座基站, but 多少充电桩.
                plain = re.match("百分之多少|多少|几", folded[ask.start : ask.end])
                unit_start = ask.start + plain.end() if plain and plain.group() == "多少" else ask.end
                return Edit(unit_start, len(folded), new)
            return Edit(start, len(folded), new)
        return None if ask.start - begin < 2 else Edit(begin, predicate_start(folded, ask), new)
    end = _subject_end(folded, begin, ask)
    return Edit(begin, end, new)


def _local(folded: str) -> list[Slot]:
    return [
        s
        for s in place_slots(folded, names=False)
        if folded[s.start : s.end] in ("全国", "全省", "全市", "全县", "全区", "我省", "我市", "我县", "我区", "我国")
    ]


def _subject_end(folded: str, begin: int, ask: Asking) -> int:
    """Where the subject ends: at the first verb behind a noun, or before the side that is asked for."""
    end = predicate_start(folded, ask, any_verb=True)
    inside = [w for w in words(folded) if begin <= w.start < end]
    seen = False
    for word in inside:
        if seen and word.text in _PREDICATES and folded[word.end : word.end + 1] != "的":
            return word.start
        seen = seen or word.noun
    of = folded.rfind("的", begin + 2, end)
    if of > 0 and end - of <= 5 and not re.search("[,，]", folded[begin:of]):
        return of
    side = _SIDE.search(folded[begin:end])
    if side and side.start() >= 2:
        cut = begin + side.start()
        return cut - 1 if folded[cut - 1] == "的" else cut
    return end


_PREDICATES = set_of(
    "占 比 由 属于 位于 距 距离 拉动 带动 投资 承担 负责 享受 适用 给予 使用 获得 需要 应当 必须 可以 参加 申请 "
    "办理 缴纳 提交"
)
