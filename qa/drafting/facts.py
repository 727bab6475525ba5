"""Questions for dates, people, articles, definitions and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.drafting.corpus import Corpus, Statement
from qa.drafting.proposal import Asked, Proposal
from qa.drafting.wording import clauses, dated, flags, is_noun_phrase, is_plain_noun, lead, placed, whole
from qa.reader.question import Kind
from qa.reader.spans import typed_spans

_DATE = frozenset((Kind.DATE,))
_DAY = re.compile(r"月|\d{4}年")


def dates(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """滨江快速路于11月8日建成通车: 滨江快速路是什么时候建成通车的？"""
    folded = statement.folded
    for start, end in clauses(folded):
        clause = folded[start:end]
        spans = [s for s in typed_spans(clause, _DATE) if _DAY.search(clause[s.start : s.end])]
        if any(re.search("[今去明当同次翌]年", clause[s.start : s.end]) for s in spans):
            continue  # a year counted from the document's
        if len(spans) != 1 or len(typed_spans(clause, _DATE)) != 1:
            continue
        span = spans[0]
        before, after = clause[: span.start], clause[span.end :]
        before = re.sub(r"(?:将|已)?(?:于|在)?$", "", before[lead(before) :] if before else "")
        after = re.sub(r"^(?:,|底前|前|起)", "", after)
        if not before or not after or re.search(r"\d", before + after) or not whole(before + after):
            continue
        tokens = flags(after)
        if not 2 <= len(after) <= 16 or not (tokens[0][1][:1] == "v" or tokens[0][0] in ("正式", "全面", "主体")):
            continue
        if tokens[-1][1] in ("uj", "ul", "p", "c", "d") or "的" in after:
            continue
        subject = re.sub(r"^(?:我|全)[省市区县镇州]", "", before)
        if not 3 <= len(subject) <= 22 or not is_noun_phrase(subject):
            continue
        plan = statement.mode == "plan"
        subject_asked = placed(statement, corpus, subject)
        question = f"{subject_asked}计划什么时候{after}？" if plan else f"{subject_asked}是什么时候{after}的？"
        at = statement.start + start
        yield Proposal(
            statement, question, at + span.start, at + span.end, "date", "event", Asked(subject, _DATE, tail="")
        )
    yield from _in_force(statement)


_IN_FORCE = re.compile(
    r"^.{0,8}?本(?:法|条例|办法|规定|细则|手册|章程|规则|制度|决定)自(?P<date>[^,。自起]{4,14}?)起(?P<verb>施行|执行|实施|生效)"
)


def _in_force(statement: Statement) -> Iterator[Proposal]:
    name = statement.source.rules
    match = _IN_FORCE.match(statement.folded)
    if name and match and re.search(r"年", match["date"]):
        start, end = (statement.start + at for at in match.span("date"))
        yield Proposal(statement, f"《{name}》从什么时候起{match['verb']}？", start, end, "date", "in force")


_OFFICE = (
    r"(?:代|副|常务副)?(?:省长|市长|区长|县长|州长|镇长|乡长|旗长|主席|主任|党委书记|党支部书记|党组书记|第一书记|书记|部长|厅长|局长|院长|校长|所长|会长"
    r"|理事长|董事长|总经理|总监|经理|馆长|站长|队长|社长)"
)
_PERSON = re.compile(rf"(?P<office>{_OFFICE})[\s:]*(?P<name>[\u4e00-\u9fff]{{2,4}})")
# 艾尔肯·吐尼亚孜: a name in parts, whole.
_FOREIGN = re.compile(r"[\u4e00-\u9fff]{1,8}(?:[·•・‧][\u4e00-\u9fff]{1,8})+(?=[\s,。、)]|$)")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙史陶贺毛郝顾龚邵"
    "万覃武钱戴严莫孔向常汤康易乔赖文施洪辛柯庄温牛樊葛邢安齐伍庞颜倪庄聂章鲁岳翟申欧耿关兰焦俞左柳甘祝包宁尚符舒阮纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游靳欧阳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝闻"
)


def people(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """区长范永星, 望湖社区党委书记柏秀兰: who holds the office."""
    folded = statement.folded
    for match in _PERSON.finditer(folded):
        begin = match.start("name")
        rest = folded[begin:]
        line = re.match(r"[\u4e00-\u9fff]{2,3}\s*$", rest)
        token, flag = flags(rest)[0]
        foreign = _FOREIGN.match(rest)
        if foreign:
            name = foreign.group()
        elif folded[begin] not in _SURNAMES:
            continue
        elif line:
            name = line.group().strip()
        elif (
            flag.startswith("nr")
            and 2 <= len(token) <= 3
            and folded[begin + len(token) : begin + len(token) + 1] not in ("某",)
        ):
            name = token
        else:
            continue
        clause = re.split(r"[,。;:、\s]", folded[: match.start("office")])[-1]
        body = re.sub(r"^(?:由|向|经|聘请|任命|邀请|原|现任|报)+", "", clause)
        office = match["office"]
        if body and is_plain_noun(body) and 2 <= len(body) <= 16:
            body = placed(statement, corpus, body)
            question, rule = f"{body}{office}是谁？", "office"
        elif not clause and line and statement.source.place and statement.source.year:
            question = f"{statement.source.year}年{statement.source.place}的{office}是谁？"
            rule = "head of government"
        else:
            continue
        at = statement.start + begin
        yield Proposal(statement, question, at, at + len(name), "person", rule)


_ARTICLE = re.compile(r"^\s*(?P<label>第[〇零一二三四五六七八九十百千\d]+条(?:之[一二三四五六七八九十]+)?)[\s:]+")
_GOVERNS = re.compile(r"^(?P<topic>[\u4e00-\u9fff]{3,16}?)(?:应当|应|须|不得|禁止|可以|实行|遵循|享有|负责)")


def articles(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """What an article says, and which article speaks of something."""
    source = statement.source
    match = _ARTICLE.match(statement.folded)
    if not source.rules or not match or not statement.opens or not statement.passage.heading_path:
        return
    label = match["label"]
    if not statement.passage.heading_path[-1].startswith(statement.text[match.start("label") : match.end("label")]):
        return
    heading = statement.passage.heading_path
    own = [p for p in source.passages if p.heading_path == heading]
    begin = statement.start + match.end()
    end = statement.passage.start + len(statement.passage.text.rstrip())
    body = source.document.text[begin:end]
    if len(own) == 1 and 12 <= len(body) <= 110 and "\n" not in body:
        yield Proposal(statement, f"《{source.rules}》{label}是怎么规定的？", begin, end, "section", "article")
    topic = _GOVERNS.match(statement.folded[match.end() :])
    if topic and is_noun_phrase(topic["topic"]) and not re.match(r"本|有关|任何|国家|.*[时后前中]$", topic["topic"]):
        first = source.folded.find(topic["topic"])
        elsewhere = [
            s
            for s in _mentions(source.folded, topic["topic"])
            if not statement.passage.start <= s < statement.passage.end
        ]
        if first >= 0 and not elsewhere:
            at = statement.start + match.start("label")
            question = f"《{source.rules}》第几条对{topic['topic']}作了规定？"
            yield Proposal(statement, question, at, at + len(label), "section", "which article")


def _mentions(folded: str, words: str) -> Iterator[int]:
    at = folded.find(words)
    while at >= 0:
        yield at
        at = folded.find(words, at + 1)


_DEFINITION = re.compile(
    r"(?:^|[\s])(?:本(?:法|条例|办法|规定|细则|手册|章程|规则)(?:中)?所称的?)?[“\"]?(?P<term>[\u4e00-\u9fff]{2,16}?)[”\"]?[,]?\s*是指\s*(?P<meaning>[^。;:\n]{6,150})[。;]?$"
)


def definitions(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """本办法所称换电柜，是指…: what the document means by a word."""
    match = _DEFINITION.search(statement.folded)
    if not match or not is_noun_phrase(match["term"]) or re.match(r"前款|其|所称|本", match["term"]):
        return
    name = statement.source.rules
    question = f"《{name}》所称的{match['term']}是指什么？" if name else f"{match['term']}是指什么？"
    start, end = (statement.start + at for at in match.span("meaning"))
    yield Proposal(statement, question, start, end, "definition", "definition")


_NUMERALS = {n: i for i, n in enumerate("二三四五六七八九十", 2)} | {"两": 2}
_COUNTED = re.compile(
    r"(?P<items>[^,;:。\d]{2,16}(?:、[^,;:。、\d]{1,16})+)(?P<number>\d{1,2}|[两二三四五六七八九十])(?P<unit>个|条|座|所|家|项|处|种|类|大|位|名|部|件|片|支|县|区|镇)"
)
_INCLUDES = re.compile(
    r"^(?P<subject>[\u4e00-\u9fff]{2,18}?)(?:主要)?(?P<verb>包括|包含|分为|划分为)(?P<items>[^,;:。]{2,20}(?:、[^,;:。、]{1,20})*(?:[和及与][^,;:。、]{1,20})?)$"
)


_VAGUE = re.compile(r"^(?:内容|结果|其|主要|重点|范围|材料|方式|形式|对象|标准|措施|条件)[\u4e00-\u9fff]{0,2}$")


def lists(statement: Statement, corpus: Corpus) -> Iterator[Proposal]:
    """打通学府路、桐花巷、南浦街3条断头路: which three; asked only where the count agrees with the list."""
    for start, end in clauses(statement.folded):
        clause = statement.folded[start:end]
        at = statement.start + start
        skipped = lead(clause)
        match = _COUNTED.search(clause, skipped)
        if match and whole(clause[match.end() :]) and "等" not in match["items"]:
            yield from _counted_list(statement, corpus, clause, match, skipped, at)
        includes = _INCLUDES.match(clause[skipped:])
        if (
            includes
            and len(includes["subject"]) > 2
            and is_noun_phrase(includes["subject"])
            and not includes["items"].endswith("等")
        ):
            items = includes["items"]
            if "、" in items and is_plain_noun(items.split("、")[0]):
                base = at + skipped
                prefix, words = dated(statement, corpus, includes["subject"])
                name = f"根据《{statement.source.rules}》，" if statement.source.rules else prefix
                question = f"{name}{words}{includes['verb']}哪些？"
                yield Proposal(
                    statement,
                    question,
                    base + includes.start("items"),
                    base + includes.end("items"),
                    "list",
                    "includes",
                )


def _counted_list(
    statement: Statement, corpus: Corpus, clause: str, match: re.Match[str], skipped: int, at: int
) -> Iterator[Proposal]:
    number = int(match["number"]) if match["number"].isdigit() else _NUMERALS[match["number"]]
    first = match["items"].split("、")[0]
    position = begin = 0
    for word, flag in flags(first):
        position += len(word)
        # 打好, 建成: what follows the verb belongs to it.
        belongs = begin == position - len(word) and begin and word in ("好", "成", "完", "了")
        if (flag in ("v", "p", "ul", "c", "d", "m") or belongs) and position < len(first):
            begin = position
    items = match["items"][begin:]
    # 谋项目、引项目: each item has a verb of its own, so the first one lost its.
    if any(flag == "v" and len(word) == 1 for item in items.split("、")[1:] for word, flag in flags(item)[:1]):
        return
    if len(re.split(r"、|和|及(?!其)", items)) != number and len(items.split("、")) != number:
        return
    before = clause[skipped : match.start("items") + begin]
    behind = clause[match.end() :]
    if re.search(r"\d", before + behind) or not whole(before) or len(before) + len(behind) < 4 or len(behind) > 20:
        return
    if not re.match(r"[\u4e00-\u9fff]{2}", behind):
        return
    if statement.source.rules or _VAGUE.match(before) or before.endswith(("分为", "包括", "包含")):
        return
    prefix, words = dated(statement, corpus, before)
    plan = statement.mode == "plan"
    if words:
        if flags(re.sub("[好成完]$", "", words))[-1][1] != "v" or len(words) > 16:
            return
        words = f"{'' if re.search('[要将]', words) else '计划'}{words}" if plan else f"{words}了"
    elif is_plain_noun(behind):  # nothing says what became of them
        return
    question = f"{prefix}{words}哪{match['number']}{match['unit']}{behind}？"
    start = at + match.start("items") + begin
    yield Proposal(statement, question, start, start + len(items), "list", "counted list")
