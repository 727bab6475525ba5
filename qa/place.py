"""Places that questions and documents name: provinces from a table, everything smaller from the name's own shape.

A place is kept by its short name where it is one of the 34 province-level ones (内蒙古 for 内蒙古自治区), as
``全国`` for the whole country, and otherwise as it is written (青山区, 东城街道). No model or gazetteer is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from qa.text.normalise import fold


class Verdict(StrEnum):
    """Whether what was asked and what is told are the same; unknown where either is silent."""

    MATCH = "match"
    UNKNOWN = "unknown"
    MISMATCH = "mismatch"


COUNTRY = "全国"
_WITH_PROVINCE = (
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 "
    "青海 台湾"
)
_FULL = {
    **{name: name + "市" for name in ("北京", "天津", "上海", "重庆")},
    **{name: name + "省" for name in _WITH_PROVINCE.split()},
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
PROVINCES: frozenset[str] = frozenset(_FULL)
"""Short names of the 34 province-level divisions."""

_PROVINCE = re.compile(
    "(?P<name>"
    + "|".join(sorted(_FULL, key=len, reverse=True))
    + ")(?P<kind>(?:壮族|回族|维吾尔)?自治区|特别行政区|省|(?<=[京津海庆])市)?"
)
# Smaller places that bear the names of provinces.
_NAMESAKES = {
    "吉林": re.compile("市(?![场民值县])"),
    "河北": re.compile("区(?![域县级别块间分])"),
    "海南": re.compile("区(?![域县级别块间分])|藏族自治州"),
    "河南": re.compile("蒙古族自治县"),
}
# What makes another name of it: 北京大学, 天津港, 重庆路, 上海合作组织; nor is a person of a place (上海人) the place.
_OTHER_NAME = re.compile(
    "大学|学院|合作组织|精神|舰|路|街|港(?!口)|话|菜|证券|银行|卫视|晚报|日报|公报|站|机场|条约|议定书|奥运|冬奥|亚运|世博|"
    "南路|北路|东路|西路|人(?![均口大民力才])"
)
_COUNTRY = re.compile(
    "国务院|中华人民共和国(?!成立)|我国|全国(?!人大|人民代表|政协|文明|首[位个家次批]|第|百强|劳|重点|各|[一优先]|前[列十])"
)
_SUFFIX = re.compile(
    "自治[州县旗]|开发区|新区|街道|市(?![场民值盈容属辖])|县(?![域级])|区(?![域别块间分])|镇(?![静定压村长痛])|乡(?![村镇亲愁土情])"
    "|盟(?![友国约])|旗(?![帜舰下])|州"
)
_PEOPLES = (
    "朝鲜|土家|苗|藏|羌|彝|侗|布依|哈尼|壮|傣|白|景颇|傈僳|回|蒙古|柯尔克孜|哈萨克|满|瑶|黎|畲|仡佬|水|土|撒拉|东乡|保安|裕固|"
    "达斡尔|锡伯|塔吉克|纳西|拉祜|佤|布朗|普米|怒|独龙|仫佬|毛南|鄂温克|鄂伦春|各"
)
_KIND_OF_PLACE = re.compile(f"(?:(?:(?:{_PEOPLES})族?)*自治[州县旗]|市|州|县|区|盟|旗)$")
_STEM = re.compile("[\u4e00-\u9fff·]{1,8}$")
# Words at which a name cannot begin: what stands before the place in running text.
_BOUNDARY = re.compile(
    "年度?|月|日|关于|请问|根据|位于|其中|以及|包括|省|市(?![南北中]?$)|自治[区州]|特别行政区|全国|[在的是和与及对由从到向据按让使给为将把了于、]|经(?![济开贸])"
)
_GENERIC_BEFORE = re.compile(
    "^(?:全|本|我|各|该|某|两|多|这|那|每|哪|几|个|新|老|旧|大|小|中|外|同|跨|整|主|近|副|省|地|城|都|上|股|楼|超|夜|门|集|菜|"
    "农|特|社|园|景|山|林|牧|库|灾|郊|辖|军|战|校|学|院|厂|矿|片|雷|禁|时|乡|村|党|市|县|区|东|西|南|北|专|选|住|盲|误|"
    "[一二三四五六七八九十百千万\\d]+个?|所有|部分|中心|重点|主要|有关|相关|不少|许多|下辖|所辖|贫困|偏远|边远|民族|"
    "沿海|内陆|农村|城镇|城乡|革命|示范|试验|保护|自然|工业|产业|经济|技术|高新|自贸|试点|功能|生态|居住|商业|老旧|"
    "特色|中小|建制|重镇|美丽|现代|文明|智慧|海绵|森林|园林|创新|国家|国际|卫生|旅游|资源|先进|一线|省会|地级|县级|"
    "设区|直辖|计划单列|股票|证券|资本|房地产|消费|劳动力|要素|货币|金融|人才|技术|多边|市场)$"
)
_GENERIC_END = re.compile(
    "(?:小|社|园|景|林|牧|库|灾|老|地|特|辖|市|郊|军|战|校|学|院|厂|矿|片|专|选|住|盲|误|功能|保护|示范|试验|自治|合作|"
    "贸|工业|经济|技术|产业|中心城|主城|老城|新城|聚集|集聚|先行|试点|港|湾|居民|县)区$"
    "|(?:上|超|股|夜|门|楼|菜|集)市$|(?:乡|村|重|城|小城|建制)镇$|(?:城|家|故|老|异|返|下|入|水|山)乡$"
    "|(?:各|全|郡|州)县$|(?:同|联|加)盟$|(?:军|红|国|党|队|锦)旗$|(?:亚|欧|美|非|神|各)州$"
)
# 大城市, 一线城市, 国际大都市; but 晋城市, 成都市.
_GENERIC_CITY = re.compile("(?:^|[大小中新老旧古个座线型级会心县水山名各本全多两几该此每省首国]|.{2,})[城都]市$")
_GENERIC_ZONE = re.compile("^(?:国家级?|省级|市级|经济|技术|高新|产业|工业|综合|农业|旅游|文化|科技|一带|城市)+$")
_MOUNTAIN = re.compile("(?:贫困|偏远|边远|深|高寒|大|石|干旱|民族|革命|老|重点|农村|库|连片|特困)山区$")
# Between two ends, or beside others, a place is not what the question is about: 到北京的高铁, 与河北交界.
_BESIDE_BEFORE = re.compile("(?:到|至|与|往|向|赴|援|抵|通往|直达|对口|支援|毗邻|连接)$")
_BESIDE_AFTER = re.compile("(?:到|至|与|往|—|-|~)(?![今此])")


def full_name(place: str) -> str:
    """The official name of a province-level place; any other name as it is."""
    return _FULL.get(place, place)


def places_in(text: str, *, shapes: bool = True) -> tuple[str, ...]:
    """The places that ``text`` names, each once, in order; ``shapes``: also those that only their suffix tells."""
    return places_of(fold(text), shapes=shapes)


def places_of(folded: str, *, shapes: bool = True) -> tuple[str, ...]:
    """As ``places_in``, of a text that is folded already."""
    return tuple(dict.fromkeys(name for _, _, name in _found(folded, shapes=shapes)))


def asked_places(question: str) -> tuple[str, ...]:
    """The places that a question is about: not the ends of a way (到北京的高铁), not neighbours (与河北交界)."""
    folded = fold(question)
    found = [
        name
        for start, end, name in _found(folded, shapes=True)
        if not _BESIDE_BEFORE.search(folded[:start]) and not _BESIDE_AFTER.match(folded, end)
    ]
    return tuple(dict.fromkeys(found))


def document_places(title: str, organisation: str | None) -> tuple[str, ...]:
    """The places that a document is about, as its title and its organisation tell; empty when they tell none.

    The smallest place counts: 青山区 of 武汉市青山区人民政府.
    """
    named = places_in(title)
    local = [p for p in named if p != COUNTRY]
    if not local and organisation:
        named = (*named, *places_in(organisation))
        local = [p for p in named if p != COUNTRY]
    if not local:
        return (COUNTRY,) if COUNTRY in named else ()
    lowest = max(_level(p) for p in local)
    return tuple(dict.fromkeys(p for p in local if _level(p) == lowest))


def told_elsewhere(place: str, title: str, organisation: str | None) -> bool:
    """Whether a document is of another province or city than ``place``, which is one: 太原市, of 晋城市城区人民政府.

    False where its title and organisation name none of the same level.
    """
    level = _level(place)
    named = [other for other in places_in(f"{title} {organisation or ''}") if _level(other) == level]
    return level in (1, 2) and bool(named) and not any(_same(place, other) for other in named)


def stem(place: str) -> str:
    """A name without the word for its kind of place and the peoples in it: 昆山市 昆山, 恩施土家族苗族自治州 恩施.

    Names of less than two characters without it stay as they are.
    """
    short = _KIND_OF_PLACE.sub("", place)
    return short if len(short) > 1 else place


def compare(asked: Iterable[str], told: Iterable[str]) -> Verdict:
    """Whether one of the places ``told`` is one of those ``asked``.

    Places of different levels (a province and a district) may lie in each other, and what the whole country is told
    holds for its provinces too: unknown.
    """
    asked, told = tuple(asked), tuple(told)
    if not asked or not told:
        return Verdict.UNKNOWN
    if any(_same(a, b) for a in asked for b in told):
        return Verdict.MATCH
    lowest = max(_level(a) for a in asked)
    comparable = [a for a in asked if _level(a) == lowest]
    if all(_apart(a, b) for a in comparable for b in told):
        return Verdict.MISMATCH
    return Verdict.UNKNOWN


def _found(folded: str, *, shapes: bool) -> list[tuple[int, int, str]]:
    out: list[tuple[int, int, str]] = []
    for match in _provinces(folded):
        if not match["kind"] and _OTHER_NAME.match(folded, match.end()):
            continue
        out.append((match.start(), match.end(), match["name"]))
    out += [(m.start(), m.end(), COUNTRY) for m in _COUNTRY.finditer(folded)]
    if shapes:
        taken = [(start, end) for start, end, _ in out]
        out += [
            (start, end, name)
            for start, end, name in _shaped(folded)
            if not any(a < end and start < b for a, b in taken)
        ]
    return sorted(out)


def _provinces(folded: str) -> Iterable[re.Match[str]]:
    for match in _PROVINCE.finditer(folded):
        namesake = _NAMESAKES.get(match["name"])
        if match["kind"] or namesake is None or not namesake.match(folded, match.end()):
            yield match


def _shaped(folded: str) -> Iterable[tuple[int, int, str]]:
    """Names that end in a word for a kind of place: 青山区, 东城街道, 阿拉善盟."""
    behind = 0
    provinces = [m.end() for m in _provinces(folded)]
    for match in _SUFFIX.finditer(folded):
        limit = max([behind, *(e for e in provinces if e <= match.start())])
        stem_match = _STEM.search(folded, limit, match.start())
        if stem_match is None:
            continue
        start = stem_match.start()
        for boundary in _BOUNDARY.finditer(folded, start, match.start()):
            start = boundary.end()
        stem, name = folded[start : match.start()], folded[start : match.end()]
        if not _is_name(stem, name, match.group()):
            continue
        behind = match.end()
        yield start, match.end(), name


def _is_name(stem: str, name: str, suffix: str) -> bool:
    least = 1 if suffix in ("县", "旗", "州") else 2
    if len(stem) < least or len(stem) > 7 or _GENERIC_BEFORE.match(stem) or _GENERIC_ZONE.match(stem):
        return False
    if len(stem) == 1 and suffix != "县":
        return False
    return not (_GENERIC_END.search(name) or _GENERIC_CITY.search(name) or _MOUNTAIN.search(name))


def _level(place: str) -> int:
    if place == COUNTRY:
        return 0
    if place in PROVINCES:
        return 1
    if place.endswith(("市", "盟", "自治州", "州", "新区")):
        return 2
    if place.endswith(("县", "区", "旗")):
        return 3
    return 4


def _same(a: str, b: str) -> bool:
    if a == b:
        return True
    if COUNTRY in (a, b) or a in PROVINCES or b in PROVINCES:
        return False
    # 武汉市青山区 without a boundary between its parts, 呼伦贝尔市 against 呼伦贝尔.
    if a.endswith("州") and b.endswith("州") and stem(a) == stem(b):
        return True
    short, long = sorted((a, b), key=len)
    return len(short) >= 3 and (long.endswith(short) or long.startswith(short))


def _apart(a: str, b: str) -> bool:
    """Whether what is told of place ``b`` cannot be told of ``a``."""
    return a == COUNTRY or _level(a) == _level(b)
