"""Title, date, organisation, source and number, from the document's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.documents.model import Block, Kind, Metadata
from qa.documents.number import document_number, is_number

_FRONT_LINES = 14
_END_LINES = 8
_FRONT_LINE = 160

_DIGITS = ("〇零○Ｏ０", "一１", "二２", "三３", "四４", "五５", "六６", "七７", "八８", "九９")
_NUMERALS = {c: digit for digit, same in enumerate(_DIGITS) for c in same}
_C = "〇零○一二三四五六七八九"
_YEAR = rf"(?:[12１２][0-9０-９]{{3}}|[12１２](?:\s[0-9０-９]){{3}}|[一二][{_C}]{{3}})"
_PART = rf"(?:[0-9０-９]{{1,2}}|[{_C}十]{{1,3}})"
_DATE = re.compile(
    rf"(?<![0-9０-９])(?P<y>{_YEAR})\s*年(?:\s*(?P<m>{_PART})\s*月(?:\s*(?P<d>{_PART})\s*[日号])?)?"
    r"|(?<![0-9])(?P<y2>[12][0-9]{3})(?P<sep>[-/.])(?P<m2>[0-9]{1,2})(?:(?P=sep)(?P<d2>[0-9]{1,2}))?"
    r"(?![0-9])"
)
_DATE_LABEL = re.compile(r"(?:发布|发文|成文|印发|公布|发稿|更新)?(?:时间|日期)\s*[:：]|日期\s*[:：]")
_ENACTED = re.compile(r"通过|修正|修订|公布|发布|批准")
_EFFECTIVE = re.compile(r"自[^。]{4,20}起(?:施行|实施|生效)")
_FROM_WHEN = re.compile(r"自[^。，；]{4,20}起(?:[^。；]{0,6}至[^。；]{4,20}止)?")
_SOURCE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|新闻来源|来\s*源)\s*[:：]\s*"
    r"(?P<v>[^\s|｜，。；;】\]]+(?: [A-Za-z][^\s|｜，。]*)*)"
)
_NO_SOURCE = re.compile(r"(?:编辑|作者|发布|时间|日期|浏览|点击|字体|打印)")

_PLACE = r"[\u4e00-\u9fff·]{2,20}?"
_MEETING = re.compile(rf"(?P<p>{_PLACE})第[^，。\s第]{{0,5}}[届屆]?\s*人民代表大会")
_NATIONAL = re.compile(r"第[一二三四五六七八九十]{1,3}届全国人民代表大会")
_ENACTING = re.compile(
    rf"(?:(?P<p>{_PLACE})第[^，。\s]{{1,4}}届|第[^，。\s]{{1,4}}届(?P<n>全国)|(?P<p2>全国))"
    r"人民代表大会(?P<c>常务委员会)?[^。]{0,40}?(?:通过|修正|修订)"
)
_DECREE = re.compile(
    r"(?:中华人民共和国)?(?P<v>国务院|最高人民法院|最高人民检察院|[\u4e00-\u9fff]{2,24}?(?:人民政府|[部局署行会厅院]))"
    r"(?:审判委员会|检察委员会|(?:令|第|(?:审议)?通过|发布|公布|批准|印发|修订|修正|[部厅局务]务会议))"
)
_ABOUT = re.compile(r"(?:中华人民共和国)?(?P<v>国务院|[\u4e00-\u9fff]{2,28}?)(?:办公[厅室])?关于")
_SPEAKS_FOR = re.compile(r"代表(?P<v>国务院|[\u4e00-\u9fff]{2,18}?人民政府)")
_BODY = re.compile(
    r"[\u4e00-\u9fff（）()]{2,30}(?:人民政府|委员会|人民法院|人民检察院|办公厅|办公室|总局|[部厅局署院会行司]|大学|学院|学校|公司|集团|中心|协会)"
)
_MINUTES = re.compile(
    r"(?P<v>[\u4e00-\u9fff]{2,24}?(?:人民政府|委员会|办公室|[部局署厅院]|大学|学院|公司|集团))"
    r"[\u4e00-\u9fff]{0,16}(?:会议|办公会)纪要"
)
_HOST = re.compile(r"主办(?:单位)?\s*[:：]\s*(?P<v>[^|｜。；]+?)(?:\s*(?:承办|协办|技术|网站|地址|电话|备案|联系)|$)")
_ISSUER = re.compile(r"(?:发文机关|发布机构|制定机关|发布单位|发文单位|信息提供)\s*[:：]\s*(?P<v>[^\s|｜，。；]+)")
_GENERIC = frozenset(
    {"人民政府", "省人民政府", "市人民政府", "区人民政府", "县人民政府", "自治区人民政府", "自治州人民政府"}
)
_REPORT = re.compile(r"政\s*府\s*工\s*作\s*报\s*告")
_SPACE = re.compile(r"\s+")
_ARTICLE = re.compile(r"[#\s]*第[一二三四五六七八九十0-9]{1,4}[编章节条]")
_LEAD = re.compile(r"^[（(，]?(?:由|经)?")
_SPEAKER = re.compile(
    r"[\u4e00-\u9fff]{0,12}(?:总理|省长|市长|区长|县长|州长|盟长|乡长|镇长|主席|主任|部长|院长|检察长)\s*[\u4e00-\u9fff·]{2,12}$"
    r"|新华社.{0,16}电"
)
_LETTERHEAD = re.compile(r"[\u4e00-\u9fff（）()]{2,40}(?:文件|公告|通告|令|函件|会议纪要)")
_COURT = re.compile(r"[\u4e00-\u9fff]{2,30}法院")
_JUDGMENT = re.compile(r"(?:[\u4e00-\u9fff]{0,10})(?:判决书|裁定书|调解书|决定书|通知书)")
_ORDER_HEAD = re.compile(r"[\u4e00-\u9fff]{2,40}令(?:[（(]?第.{1,8}号[）)]?)?")
_PUBLISHED = re.compile(r"《(?P<t>[^》]{4,60})》.{0,60}(?:公布|发布|施行|印发)")
_AT_END = re.compile(r"\s*[（(][^（）()]{0,12}[〔\[【（(﹝][12][0-9]{3}[〕\]】）)﹞].{1,8}[号期][）)]$")
_BROKEN_TITLE = re.compile(r"关于|^.{4,}(?:印发|修改|转发)$")
_REST_OF_TITLE = re.compile(
    r"(?!.*关于)[^，。；：:]{2,40}(?:的(?:通知|意见|决定|批复|函|公告|通告|通报|报告|复函|请示|决议|说明|解释|规定|若干意见))"
)
_SUBTITLE = re.compile(rf"(?<=.{{4}})\s*(?:—{{1,2}}|－－|--)\s*{_YEAR}\s*年.*$")


def describe(
    text: str, blocks: Sequence[Block], boilerplate: Sequence[tuple[int, int]], stated: Metadata, name: str
) -> Metadata:
    """All five, each from the best place that has it; ``title`` is at worst the file's name."""
    lines = [_line(text, b) for b in blocks]
    front = [line for line in lines[:_FRONT_LINES] if len(line) <= _FRONT_LINE]
    end = [line for line in lines[-_END_LINES:] if len(line) <= _FRONT_LINE]
    edges = [text[a:b] for a, b in boilerplate]
    title = stated.title or _title(text, blocks, name)
    return Metadata(
        title,
        stated.date or _date(front, end, title, name),
        stated.organisation or _organisation(front, end, edges, title, lines),
        stated.source or _source([*front, *end[-4:]]),
        stated.number or document_number(front, end, _before_articles(front)),
    )


def number_in(text: str) -> str | None:
    """The document's number, from its text alone, as it is found when the document is read."""
    lines = [line for line in (_SPACE.sub(" ", each).strip() for each in text.split("\n")) if line]
    front = [line for line in lines[:_FRONT_LINES] if len(line) <= _FRONT_LINE]
    end = [line for line in lines[-_END_LINES:] if len(line) <= _FRONT_LINE]
    return document_number(front, end, _before_articles(front))


def iso_date(text: str) -> str | None:
    """The first date in ``text`` as YYYY, YYYY-MM or YYYY-MM-DD; Chinese numerals are read too."""
    return next((iso for iso, _ in _dates(text)), None)


def _dates(text: str) -> Iterator[tuple[str, int]]:
    for match in _DATE.finditer(text):
        year = _number(match["y"] or match["y2"])
        month = match["m"] or match["m2"]
        day = match["d"] or match["d2"]
        if year is None or not 1000 <= year <= 2999:
            continue
        iso = f"{year:04d}"
        if month:
            m = _number(month)
            if m is None or not 1 <= m <= 12:
                continue
            iso += f"-{m:02d}"
            if day:
                d = _number(day)
                if d is None or not 1 <= d <= 31:
                    continue
                iso += f"-{d:02d}"
        yield iso, match.start()


def _number(digits: str) -> int | None:
    digits = _SPACE.sub("", digits)
    if "十" in digits:
        tens, _, ones = digits.partition("十")
        t = _NUMERALS.get(tens, 1) if tens else 1
        return 10 * t + (_NUMERALS.get(ones, 0) if ones else 0)
    out = ""
    for c in digits:
        if c.isascii() and c.isdigit():
            out += c
        elif c in _NUMERALS:
            out += str(_NUMERALS[c])
        else:
            return None
    return int(out) if out else None


def _line(text: str, block: Block) -> str:
    return _SPACE.sub(" ", text[block.start : block.end]).strip()


def _title(text: str, blocks: Sequence[Block], name: str) -> str:
    for index, block in enumerate(blocks[:6]):
        line = block.label or _line(text, block)
        if block.kind is Kind.HEADING and (block.level in (0, 1) or not index) and line and len(line) <= 80:
            return line
    lines = [_line(text, b) for b in blocks[:_FRONT_LINES]]
    composed = _composed_title(lines)
    if composed is not None:
        return composed
    skipped = 0
    for index, block in enumerate(blocks[:8]):
        line = lines[index]
        if block.kind in (Kind.ROW, Kind.CODE) or index - skipped >= 6:
            break
        if _DATE_LABEL.search(line) or _SOURCE.search(line) or line.startswith(("—", "-", "－")):
            continue
        if _SPEAKER.match(line):
            continue
        if is_number(line) or _is_head(lines, index):
            skipped += 1
            continue
        line = _SUBTITLE.sub("", _AT_END.sub("", line))
        if 2 <= len(line) <= 60 and not re.search(r"[。；;！？，,：:]$", line) and line.count("。") == 0:
            goes_on = lines[index + 1] if index + 1 < len(lines) else ""
            if _BROKEN_TITLE.search(line) and _REST_OF_TITLE.fullmatch(goes_on):
                return line + goes_on
            return _stem(name) if _better_name(line, name) else line
        break
    return _stem(name)


def _is_head(lines: Sequence[str], index: int) -> bool:
    """Whether a line is a letterhead: 某市人民政府文件, with a number below it and the title below that."""
    bare = _SPACE.sub("", lines[index])
    below = [line for line in lines[index + 1 : index + 4] if line]
    if not below or not _LETTERHEAD.fullmatch(bare):
        return False
    numbered = next((i for i, line in enumerate(below) if is_number(line)), None)
    return numbered is not None and any("关于" in line for line in below[numbered + 1 :])


def _composed_title(lines: Sequence[str]) -> str | None:
    """The title of an order's rules, which stand below it, and of a judgment, below the court's name."""
    if len(lines) < 2:
        return None
    court, paper = _SPACE.sub("", lines[0]), _SPACE.sub("", lines[1])
    if _COURT.fullmatch(court) and _JUDGMENT.fullmatch(paper):
        return court + paper
    if _ORDER_HEAD.fullmatch(court):
        published = next((m["t"] for line in lines[1:6] if (m := _PUBLISHED.search(line))), None)
        if published is not None and any(_SPACE.sub("", line) == _SPACE.sub("", published) for line in lines[2:]):
            return published
    return None


def _better_name(line: str, name: str) -> bool:
    """Whether the file's name says the same as a generic title, and more."""
    stem = _stem(name)
    bare = _SPACE.sub("", line)
    return bare == "政府工作报告" and bare in stem and len(stem) > len(bare)


def _stem(name: str) -> str:
    base = re.split(r"[\\/]", name)[-1]
    stem = base.rsplit(".", 1)[0] if "." in base[1:] else base
    return stem.strip() or base or "document"


def _date(front: Sequence[str], end: Sequence[str], title: str, name: str) -> str | None:
    for line in [*front, *end]:
        label = _DATE_LABEL.search(line)
        if label is not None:
            date = next((iso for iso, at in _dates(line[label.end() : label.end() + 24]) if at < 8), None)
            if date is not None:
                return date
    # When something takes effect or begins is not when the document was made.
    made = [_FROM_WHEN.sub("", line) for line in front]
    enacted = [iso for line in made if _ENACTED.search(line) for iso, _ in _dates(line) if len(iso) > 4]
    signed = _signed(front)
    if enacted and signed is None:
        return max(enacted)
    if signed is not None:
        return signed[1]
    for line in made:
        if line != title and (len(line) <= 100 or line.startswith(("—", "-"))):
            date = next((iso for iso, _ in _dates(line) if len(iso) == 10), None)
            if date is not None:
                return date
    for line in reversed(end):
        if len(line) <= 30:
            date = next((iso for iso, _ in _dates(line) if len(iso) >= 7), None)
            if date is not None and len(_DATE.sub("", line)) <= 6:
                return date
    named = [iso for iso, _ in _dates(_stem(name)) if len(iso) > 4]
    if named:
        return named[-1]
    for line in reversed(end):
        effective = _EFFECTIVE.search(line)
        if effective is not None:
            return iso_date(effective.group())
    # A title such as 2025年…工作报告 says what the text is about; only a full date says when it is from.
    return next((iso for iso, _ in _dates(title) if len(iso) == 10), iso_date(title))


def _organisation(
    front: Sequence[str], end: Sequence[str], edges: Sequence[str], title: str, lines: Sequence[str]
) -> str | None:
    for line in [*front, *end]:
        issuer = _ISSUER.search(line)
        if issuer is not None:
            return issuer["v"]
    joined = _DATE.sub("", _SPACE.sub("", "\n".join(front)))
    if _REPORT.search(joined) or _REPORT.search(title) or re.search("请予审议|向大会报告", joined):
        if _NATIONAL.search(joined):
            return "国务院"
        meeting = _MEETING.search(_after_in(joined))
        if meeting is not None:
            return meeting["p"] + "人民政府"
        government = _SPEAKS_FOR.search(joined)
        if government is not None and government["v"] not in _GENERIC:
            return government["v"]
    # The articles themselves also say who passes and publishes what.
    undated = [_LEAD.sub("", _DATE.sub("", _SPACE.sub("", line))) for line in _before_articles(front) if line != title]
    court = _COURT.match(title)
    if court is not None and _JUDGMENT.fullmatch(title[court.end() :]):
        return court.group()
    for pattern in (_ENACTING, _DECREE):
        for line in undated:
            found = pattern.match(line)
            if found is None:
                continue
            if pattern is _DECREE:
                return found["v"]
            return f"{found['p'] or '全国'}人民代表大会{found['c'] or ''}"
    about = _ABOUT.match(title)
    if about is not None and (about["v"] == "国务院" or _BODY.fullmatch(about["v"])):
        return about["v"]
    met = _MINUTES.match(title)
    if met is not None and _BODY.fullmatch(met["v"]):
        return met["v"]
    for line in edges:
        host = _HOST.search(line)
        if host is not None:
            return _host(host["v"])
    signed = _signed(lines)
    return _signature(end) or (signed[0] if signed is not None else None)


def _before_articles(front: Sequence[str]) -> Sequence[str]:
    return front[: next((i for i, line in enumerate(front) if _ARTICLE.match(line)), len(front))]


def _signed(lines: Sequence[str]) -> tuple[str | None, str] | None:
    """Who signs and when, where a name and a date are lines of their own: what is issued may stand below.

    The name is a body's; of an order it is a person's, and None here.
    """
    for above, line in pairwise(lines):
        if 8 <= len(line) <= 20 and len(_DATE.sub("", line)) <= 2 and len(above) <= 30:
            date = iso_date(line)
            body = _SPACE.sub("", above)
            if date is None or len(date) < 10:
                continue
            if _BODY.fullmatch(body):
                return body, date
            if _SPEAKER.fullmatch(above):
                return None, date
    return None


def _after_in(joined: str) -> str:
    at = joined.rfind("在", 0, joined.find("人民代表大会") + 1)
    return joined[at + 1 :] if at >= 0 else joined


def _host(value: str) -> str:
    parts = [p for p in re.split(r"[\s、，,]+", value.strip()) if p]
    return next((p for p in parts if p.endswith("人民政府")), parts[0] if parts else value.strip())


def _signature(end: Sequence[str]) -> str | None:
    """The body that signs: a line of its own right above the date that closes the document."""
    for i in range(len(end) - 1, 0, -1):
        if len(end[i]) <= 20 and iso_date(end[i]) and len(_DATE.sub("", end[i])) <= 2:
            above = end[i - 1]
            if _BODY.fullmatch(above) and len(above) <= 30:
                return above
    return None


def _source(lines: Sequence[str]) -> str | None:
    for line in lines:
        match = _SOURCE.search(line)
        if match is not None:
            value = match["v"].strip()
            if value and not _NO_SOURCE.match(value):
                return value
    return None
