"""Whether a question leans on what was said before, and how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from qa.followup.anatomy import asking, opening
from qa.followup.slots import TIME, YEAR, amount_slots, ordinal_slots, place_slots, role_slots, time_slots
from qa.followup.vocabulary import (
    ACTIVITY,
    ASKING,
    CHANGE,
    CLASSIFIER,
    COUNTED,
    FILLING,
    HAVING,
    INDEPENDENT,
    LINKING,
    NOMINAL,
    PREDICATE,
    ROLE,
    SIDE,
    THEN,
    UNIT,
    any_of,
)
from qa.followup.words import Word, words


class Manner(StrEnum):
    """How a question leans."""

    ELLIPSIS = "ellipsis"
    """2023年呢, 老城片区呢: a piece to put in the place of its like."""
    PRONOUN = "pronoun"
    """它, 其中, 该项目: something named before."""
    THEN = "then"
    """当年, 那年: a time named before, of a question that has a subject."""
    SUBJECT = "subject"
    """增长了多少, 谁负责: nothing that it is about."""
    AGAIN = "again"
    """那部门经理能报多少: the same predicate, of another subject."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """How a question leans: ``start:end`` is the piece to put in (ELLIPSIS, AGAIN) or the pronoun (PRONOUN, THEN)."""

    manner: Manner
    start: int
    end: int
    surely: bool = True
    """False: only where the history has its like."""


_CORRECTED = re.compile(
    "(?:(?:不对|不是|错了|说错了|抱歉|对不起|等等|哦|噢|啊)[,，。、!]*)*(?:(?:我|咱)(?:是)?(?:(?:想)?(?:问|说|指|"
    "要|知道)的?(?:的是|是)?)|应该是|改(?:成|为|问)|换(?:成|作|做|到)|"
    "想(?:问|知道)的是|(?:我)?更?想知道)(?P<what>.{1,30}?)(?:的)?(?:呢)?$"
)
_SORRY = re.compile(
    "(?:(?:不对|错了|说错了|我?搞错了|抱歉|对不起|哦|噢|啊)[,，。、!]*)+(?:应该)?是(?P<what>.{1,20}?)(?:的)?"
)
_NOT_BUT = re.compile(
    "(?:我(?:说|问|指)的)?(?:不是|不要|别看)(?P<not>.{1,15}?)[,，](?:而?是|要|看|改?问|我?(?:问|说|要|"
    "指)的?是?)(?P<what>.{1,20}?)(?:的)?$"
)
_IF = re.compile(
    f"(?:{THEN})?(?:如果|要是|假如|若是?|倘若|换成|换作|换做)(?:是|换成)?(?P<what>.{{1,20}}?)(?:的话|的)?(?:呢|"
    f"又?怎么样|又?如何|怎么办)?$"
)
_NE = re.compile(
    f"(?:{THEN}|至于|而|关于)?[,，]?(?P<what>.{{1,24}}?)(?:的话|的情况|方面)?(?:(?<!目)的)?(?:呢|(?:又|又是|也|"
    f"情况)?(?:如何|怎么?样)(?:呢)?|也(?:是)?(?:这样|一样|如此)吗?|又(?:是多少|如何|怎样)(?:呢)?)$"
)
# 这个古镇: what follows a classifier may be any end of a name.
_CLASSIFIER_END = "[只头匹尊幅套个些家条项座位种类级所部批次支款章张间片处场名本篇方份门辆栋层期]"
_SINGULAR = any_of("它 他 她 牠")
_HEAD_NOUN = any_of(
    "片区 项目 工程 公司 企业 单位 机构 学校 医院 市 区 县 省 镇 村 街道 社区 地区 城市 地 国 指标 数据 数字 产品 "
    "制度 政策 规定 办法 条例 法 合同 协议 标准 条款 条 款 标段 园 园区 "
    "线路 线 路 桥 大桥 隧道 机场 车站 电站 水库 港口 港 馆 楼 大厦 建筑 剧 片 书 小说 作品 歌曲 专辑 电影 游戏 "
    "节目 杂志 报 奖 奖项 组织 协会 部门 人 人物 球队 队 产业 行业 计划 规划 "
    "行动 活动 会议 事件 战役 物种 植物 动物 鱼 鸟 药 病 疾病 技术 系统 平台 软件 车型 车 船 舰 飞机 资金 款项 "
    "费用 金额 收入 支出 产量 产值 补贴 补助 假期 假 岗位 职位 制度 方案 "
    "基金 银行 报告 文件 材料 措施 任务 目标 场 站 厂 所 寺 庙 塔 湖 河 江 山 岛 校 院 系 专业 课程 比赛 赛事 赛季 "
    "届 批 期 种 类 型 案 案件 词 字 朝代 王朝 民族 语言 品种 品牌"
)
_THIS = (
    f"(?:该(?:{CLASSIFIER})?|此(?:{CLASSIFIER}|项)?|这(?:一)?(?:{CLASSIFIER})?|那(?:一)?(?:{CLASSIFIER})?|"
    f"上述(?:各|几|[一二两三四五])?(?:{CLASSIFIER})?|前述|上面(?:说|提到)?的?|刚才(?:说|提到)?的?)"
)
PRONOUN = re.compile(
    f"(?P<both>两者|二者|它们俩|(?:这|上述)(?:两|二)(?:者|{CLASSIFIER})(?:{_HEAD_NOUN})?)"
    "|(?P<first>前者)|(?P<second>后者)"
    f"|(?P<they>{_SINGULAR}(?:们(?![班队厂家校村])|(?![们人国乡山])))"
    "|(?P<within>其中)(?!一)"
    "|(?P<whose>其)(?![他它她余次实间])"
    "|(?P<there>当地|这里|那里|那儿|这儿|该地(?!区))"
    "|(?P<deed>此举|此事|这件事|这事|这样做)"
    f"|(?P<this>{_THIS})(?P<noun>{_HEAD_NOUN})"
    f"|(?P<itself>上述|这(?:{CLASSIFIER})?(?=是|有|由|要|会|能|怎|为什么|的[^\\W\\d_])|那(?:个|些|项)(?=是|有|由|"
    f"要|会|能|怎|的))"
    f"|(?P<one>{_THIS}(?<={_CLASSIFIER_END}))(?=[^\\W\\d_])"
)
THEN_TIME = re.compile(
    "当年|当时|那一?年|这一?年|同一?年|该年度?|当月|同期(?!相比|增|下)|届时|(?:上|前)一年(?!度)|(?:次|翌|后一|"
    "第二)年(?!度|级)"
)
_BEFORE_PRONOUN = re.compile(
    f"(?:请问|{THEN}|而|但是?|不过|又|还|也|为什么|为何|谁|由谁|哪[个家些位]?|什么|什么时候|何时|在|对于?|从|给|向|"
    f"把|将|比|与|和|跟|同|关于|根据|按照?|依据|如果|除了?|目前|现在|是|由|"
    f"到|于|自|以|因|因为|使用|参加|违反|负责|设计|建造|创作|创立|属于|有多少[^\\W\\d_]{{0,3}}|"
    f"多少[^\\W\\d_]{{0,3}}|{TIME}|[,，的年])*"
)
_QUOTED = re.compile('《[^》]*》|“[^”]*”|‘[^’]*’|"[^"]*"|【[^】]*】')
_LIGHT = re.compile(f"(?:{FILLING}|{LINKING}|{PREDICATE}|{COUNTED}|{THEN}|{SIDE})+")
_LIGHT_NOUN = re.compile(f"{SIDE}|{PREDICATE}|{LINKING}|季度|学期|月度|年度")
_CAUSING = re.compile(
    "(?:一共|总共|共|累计|直接|间接|又|还|也)*(?:让|使得?|令|造成|惠及|带动|拉动|受益|涉及|覆盖|容纳|可容纳|历时|"
    "耗时|耗资|节约|节省|吸引|创造)(?:了|到)?(?:多少|几)"
)
_MEASURE = (
    "(?:上年|去年|前年|上一年|前一年|上月|上期|同期|上年同期|去年同期|全国|全省|全市|全国平均|全省平均|平均水平|"
    "平均|预期|目标|计划|原来|以前|之前|年初|年底)"
)
# What a figure is compared with, or a part of; where something ranks.
_ASIDE = re.compile(
    f"占(?!地(?:面积|多|约|几))[^\\W\\d_]{{2,14}}?(?=的|多少|百分|几)|(?:比|较){_MEASURE}|"
    "在?(?:全[国省市县区球校]|同行业|行业内?|世界)(?=排|位居|居|占|第|属|领先)"
)
_SUPERLATIVE = re.compile("最(?![终后初近新长短多少高低大小早晚迟])|最[大高多长早快]的")
_OF_SOMETHING = re.compile(f"的(?!话|时候|情况下|多少|几|什么|哪|谁|是|呢|{SIDE}|{CHANGE}|$)")
_EXISTENTIAL = re.compile("^有(?:哪|什么|几|多少)")
_AGENT = any_of("部门 单位 公司 企业 机构 人 地方 国家 城市 年 天 月 日 季度 阶段")
_WHICH_OF = any_of(
    "部门 单位 公司 企业 机构 人 地方 国家 城市 区 县 年 天 月 日 季度 阶段 方面 情况 情形 内容 材料 条件 手续 "
    "要求 部分 步骤 原因 特点 措施 种类 类 类型 方式 渠道 费用 问题 证件 资料 作用 影响"
)


@lru_cache(maxsize=512)
def manner_of(folded: str) -> Leaning | None:
    """How the folded question, without marks at its end, leans; None for not at all."""
    return (
        _corrected(folded)
        or _ellipsis(folded)
        or _pronoun(folded)
        or _then(folded)
        or _subject(folded)
        or _again(folded)
    )


def inner(folded: str) -> int:
    """Where a corrected question (我是说2023年的增长目标是多少) really begins."""
    found = _CORRECTED.match(folded)
    return found.start("what") if found and asking(found["what"]) else 0


def _span(match: re.Match[str], manner: Manner, group: str = "what", *, surely: bool = True) -> Leaning:
    return Leaning(manner, match.start(group), match.end(group), surely)


def _corrected(folded: str) -> Leaning | None:
    found = (
        _NOT_BUT.fullmatch(folded) or _SORRY.fullmatch(folded) or _CORRECTED.fullmatch(folded) or _IF.fullmatch(folded)
    )
    if found and not ASKING.search(found["what"]):
        return _span(found, Manner.ELLIPSIS)
    return None


def _ellipsis(folded: str) -> Leaning | None:
    found = _NE.fullmatch(folded)
    if found and not asking(found["what"]) and not _says_how(folded, found):
        pronoun = PRONOUN.match(found["what"])
        if not pronoun or pronoun.end() < len(found["what"]):
            return _span(found, Manner.ELLIPSIS)
    # 2023年的？, 第二批？: nothing but what can be exchanged.
    bare = re.fullmatch(f"(?:{THEN})?(?P<what>.{{2,14}}?)的?", folded)
    if bare and not asking(folded):
        what = bare["what"]
        found_slots = [
            *time_slots(what),
            *place_slots(what),
            *ordinal_slots(what),
            *amount_slots(what),
            *role_slots(what),
        ]
        size = len(what.replace("的", ""))
        if found_slots and size <= sum(s.end - s.start for s in found_slots):
            return _span(bare, Manner.ELLIPSIS)
    return None


def _says_how(folded: str, found: re.Match[str]) -> bool:
    """Whether 如何 asks how a named thing stands (空气质量如何): that question is whole unless it begins with 那."""
    return not folded.endswith("呢") and not re.match(f"{THEN}|至于", folded) and not _only_slots(found["what"])


def _only_slots(what: str) -> bool:
    slots = [*time_slots(what), *place_slots(what), *ordinal_slots(what), *amount_slots(what)]
    return len(what.replace("的", "")) <= sum(s.end - s.start for s in slots)


def _pronoun(folded: str) -> Leaning | None:
    hidden = _QUOTED.sub(lambda m: "〇" * len(m.group()), folded)
    for match in PRONOUN.finditer(hidden):
        word = next(w for w in words(folded) if w.start <= match.start() < w.end)
        if word.start < match.start() and word.noun:
            continue  # within a name
        if word.end > match.end() and word.flag in ("ns", "nr", "nz", "nt", "nrt"):
            continue  # 那不勒斯, 那达慕
        if any(match.start() < w.start < match.end() < w.end and not match["noun"] for w in words(folded)):
            continue  # 那 and 儿童, 其 and 中国
        before = hidden[: match.start()]
        if match["whose"] and not (not before or re.search(f"(?:{THEN}|[,，在对由从比及与和将把]|{YEAR})$", before)):
            continue
        if match["whose"] and any(w.start == match.end() and w.flag.startswith("nr") for w in words(folded)):
            continue  # 其美多吉
        if match["one"] and not any(w.start == match.end() and w.noun for w in words(folded)):
            continue  # 那 and 部门经理
        if match["this"] and not _demonstrative(hidden, match):
            continue
        if _has_antecedent(before, match["they"] or ""):
            return None
        return Leaning(Manner.PRONOUN, match.start(), match.end(), not (match["this"] or match["one"] or match["they"]))
    return None


def _demonstrative(hidden: str, match: re.Match[str]) -> bool:
    """Whether 该 is this, and not should: 该公司, but 该怎么办, 应该, 我该交."""
    before, this = hidden[: match.start()], match["this"]
    if this.startswith("该") and re.search("[应本不我你他活都]$", before):
        return False
    if this == "此" and before.endswith(("因", "由", "从", "如", "对", "为", "在", "据")):
        return match["noun"] is not None and len(match["noun"]) > 1
    after = hidden[match.end() : match.end() + 1]
    return not (this == "那" and after and after not in "的有是在由")


def _has_antecedent(before: str, they: str) -> bool:
    """Whether something stands before a pronoun that it can mean: 钱钟书写了《围城》, 他的笔名."""
    if "〇" in before:
        return True
    rest = _BEFORE_PRONOUN.sub("", before, count=1)
    rest = re.sub(f"{TIME}|哪一?{CLASSIFIER}?(?:{_WHICH_OF})?|谁|什么(?:时候)?|多少|几{CLASSIFIER}|怎么|如何", "", rest)
    # 用户怎么给它充电: the users are not meant; 我怎么联系他: nor are those who talk.
    others = f"{ROLE}|我们?|你们?|您|人" if they.startswith("它") else "我们?|你们?|您" if they else "(?!)"
    return any(
        (w.noun or w.flag in ("r", "x", "m"))
        and w.text not in (",", "，")
        and not re.fullmatch(f"{PREDICATE}|{NOMINAL}", w.text)
        and not re.fullmatch(others, w.text)
        for w in words(rest)
    )


def _then(folded: str) -> Leaning | None:
    found = re.match(f"(?:{THEN})?(?:在|到|自)?(?P<what>{THEN_TIME.pattern})", folded)
    if found and asking(folded):
        return _span(found, Manner.THEN)
    return None


def _subject(folded: str) -> Leaning | None:
    begin = opening(folded)
    body = folded[begin:]
    if not body or len(body) > 24 or _QUOTED.search(body) or re.search("[a-z]{2}", body):
        return None
    ask = asking(body)
    if ask is None:
        return None
    if re.fullmatch(
        "(?:具体)?(?:为什么|为何|谁|哪里|哪儿|哪些|什么时候|何时|多少|几[个家户天年]|怎么办|多久|多长时间)(?:呢|啊|"
        "呀)?",
        body,
    ):
        return Leaning(Manner.SUBJECT, begin, begin)
    if _CAUSING.match(body):
        return Leaning(Manner.SUBJECT, begin, begin)
    if re.fullmatch(f"(?:一共|总共|现在|目前)?{ROLE}(?:一共|总共|共)?有?(?:多少|几){UNIT}", body):
        return Leaning(Manner.SUBJECT, begin, begin)  # 用户有多少
    if ask.kind == "whether" and re.match(f"{ACTIVITY}(?:了|后|之后|时|的话)?(?:还|也)", body):
        return Leaning(Manner.SUBJECT, begin, begin)  # 离职了还能拿吗
    if re.fullmatch(f"(?:还|也)?(?:会)?有(?:没有|什么)?{HAVING}(?:吗|么)?", body):
        return Leaning(Manner.SUBJECT, begin, begin)
    if _EXISTENTIAL.match(body) and not re.search(f"(?:{_WHICH_OF}|多少{UNIT}|几{UNIT})(?:的|呢)?$", body):
        return None
    if (
        _SUPERLATIVE.search(body)
        or re.search(ACTIVITY, body[: ask.start] if ask.kind == "figure" else body)
        or _OF_SOMETHING.search(body)
        or body.startswith("什么是")
    ):
        return None
    if _lacks_subject(body):
        return Leaning(Manner.SUBJECT, begin, begin)
    return None


def _lacks_subject(body: str) -> bool:
    """Whether no word of ``body`` says what it is about."""
    ask = asking(body)
    assert ask is not None
    slots = [*time_slots(body, compared=True), *ordinal_slots(body), *amount_slots(body)]
    if ask.kind == "figure" and re.search(f"{CHANGE}(?:了|到)?(?:多少|几|百分)", body):
        slots += place_slots(body)  # 湖北增长了多少 lacks what grew, but 金华市什么时候设立 lacks nothing
    covered = [(s.start, s.end) for s in slots] + [(ask.start, ask.end)]
    which = None
    if ask.kind == "which" and ask.start == 0 and not re.match(f"{CLASSIFIER}?{_AGENT}|$", body[ask.end :]):
        return False  # 哪些费用不能报销 says what it is about
    if ask.kind in ("which", "what"):
        which = re.match(f"(?:{CLASSIFIER})?{_WHICH_OF}|{CLASSIFIER}?[^\\W\\d_]{{1,3}}$", body[ask.end :])
    agent = re.match(f"{CLASSIFIER}?{_AGENT}", body[ask.end :])
    if which:
        covered.append((ask.end, ask.end + which.end()))
    covered += [match.span() for match in _ASIDE.finditer(body)]
    edges = {word.start for word in words(body)} | {len(body)}
    # 总投资 is two words for jieba.
    covered += [m.span() for m in re.finditer(SIDE, body) if m.start() in edges and m.end() in edges]
    last = words(body)[-1]
    for word in words(body):
        if (
            word.noun
            and word.start >= ask.end
            and word is not last
            and word.flag != "vn"
            and ask.kind in ("who", "how", "when", "why")
            and re.fullmatch(SIDE, word.text)
        ):
            return False  # 谁来监督资金使用 names what is to be watched over
    # 可以分开休吗, 能不能提前拿: whatever is allowed, of whatever.
    modal = ask.kind == "whether" and bool(
        re.match("(?:还|也)?(?:可以|能|要|需要|会|必须|允许|可不可以|能不能|要不要|需不需要)", body)
    )
    if re.match(INDEPENDENT, body) and not re.fullmatch(
        f"{SIDE}(?:是|有|为|要|共|一共|最高|最低)*(?:多少|几|谁|什么|哪)[^\\W\\d_]{{0,3}}", body
    ):
        return False
    if re.match(f"(?!{SIDE}){PREDICATE}{SIDE}", body) and not re.match(
        f"(?:{PREDICATE})*(?:条件|要求|流程|程序|材料|手续|原因|方式|方法|结果|情况)", body
    ):
        return False  # 交房日期 is a subject
    seen = words(body)
    return all(
        _light(word, covered, body[word.end :], modal)
        # What follows the interrogative, or is denied, is said of the subject: 多久到账, 不服怎么办.
        or (
            (word.verb or word.flag == "vn" or (word.flag in ("l", "i") and word.end == len(body)))
            and (
                (word.start >= ask.end and (ask.kind not in ("what", "which") or (which and agent)))
                or (word.text[0] in "不未没" and len(word.text) < 4)
                or (word.start == 0 and re.match("(?:于|在|自)", body[word.end : ask.start]))
            )
        )
        or (len(word.text) <= 2 and re.fullmatch("[不未没]", body[: word.start]))
        or (word.start == 0 and re.match("不[成了上到下]", body[word.end :]))
        or (word.start == 0 and word.verb and re.match("了(?:怎么|会|要|该|罚|扣)", body[word.end :]))
        for word in seen
    )


def _light(word: Word, covered: list[tuple[int, int]], rest: str, modal: bool) -> bool:
    if any(start <= word.start and word.end <= end for start, end in covered):
        return True
    if any(start < word.end and word.start < end for start, end in covered) and word.end - word.start <= 4:
        return True
    if word.flag == "x":
        return not word.text.isalnum()
    if word.flag in ("uj", "ul", "uz", "ug", "ud", "uv", "u", "p", "c", "y", "e", "m", "q") and word.text not in (
        "与",
        "和",
    ):
        return True
    if word.flag in ("d", "r", "f", "ad") and len(word.text) <= 3:
        return not re.fullmatch("其[他它余]|各|每|本|某|任何|所有|全体", word.text)
    if word.verb and len(word.text) == 2 and word.text[1] in "完好成掉":
        return True
    if modal and word.verb and len(word.text) <= 2:
        return True
    if word.noun and len(word.text) > 1 and word.flag != "vn":
        return bool(_LIGHT_NOUN.fullmatch(word.text))
    if _LIGHT.fullmatch(word.text):
        return True
    # An unknown verb right before a figure: 实际产了多少.
    return word.verb and len(word.text) <= 2 and bool(re.match("(?:了|过|到)?(?:多少|几)", rest))


def _again(folded: str) -> Leaning | None:
    begin = opening(folded)
    begin += len(re.match(f"(?:{THEN})?", folded[begin:]).group())  # type: ignore[union-attr]
    ask = asking(folded)
    if ask is None or not 2 <= ask.start - begin <= 16 or len(folded) > ask.end + 4 or _QUOTED.search(folded):
        return None
    return Leaning(Manner.AGAIN, begin, ask.start, surely=False)
