"""From blocks to headings: which blocks are headings, and the heading path above every block.

Chinese documents number their headings by habit, each mark below the one before: 第一编, 第一章, 第一节,
第一条, 一、, （一）, 1., （1）. Headings that the format states (#, h1, Heading 1) stand above all of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.documents.model import Block, Kind
from qa.text.numerals import numeral_value

_NUMERAL = "[〇零一二三四五六七八九十百千两]"
_DIGIT = "[0-9０-９]"
_ARTICLE = 40
_SECTION = 50
_ENUMERATION = 65
_ANNEX_RANK = 5
_PLAIN = 90
# (rank, pattern): a lower rank stands further out. Ranks below 10 are left to stated headings.
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (rank, re.compile(pattern))
    for rank, pattern in (
        (10, rf"第(?:{_NUMERAL}|{_DIGIT}){{1,5}}(?:编|部分|分编)(?=[\s、：:]|[^\s，。；])"),
        (20, rf"第(?:{_NUMERAL}|{_DIGIT}){{1,5}}章"),
        (30, rf"第(?:{_NUMERAL}|{_DIGIT}){{1,5}}节"),
        (_ARTICLE, rf"第(?:{_NUMERAL}|{_DIGIT}){{1,7}}条(?:之{_NUMERAL}{{1,3}})?(?=[\s　：:]|【|$)"),
        (_SECTION, rf"{_NUMERAL}{{1,4}}(?:、|[.．](?!{_DIGIT}))"),
        (60, rf"[（(]{_NUMERAL}{{1,4}}[）)]、?"),
        (_ENUMERATION, rf"{_NUMERAL}{{1,3}}是"),
        (73, rf"{_DIGIT}{{1,2}}(?:[.．]{_DIGIT}{{1,2}}){{2}}[.．]?(?=[\s、])"),
        (72, rf"{_DIGIT}{{1,2}}[.．]{_DIGIT}{{1,2}}[.．]?(?=[\s、])"),
        (71, rf"{_DIGIT}{{1,2}}(?:[.．](?!{_DIGIT})|、)"),
        (80, rf"[（(]{_DIGIT}{{1,2}}[）)]"),
    )
)
_DIVISION = 30  # 编, 章 and 节 stand at most so far in
_WHOLE_NUMBER = 70
# 1 概述: only where there is a 1.1, too, because much else begins with a number and a space.
_WHOLE = re.compile(rf"({_DIGIT}{{1,2}})[\s　]+(?=[^\W\d_])")
_PART = re.compile(rf"({_DIGIT}{{1,2}})[.．]{_DIGIT}{{1,2}}[.．]?[\s、]")
# Some programs lose the space behind 第一条; then only the order of the articles tells them from 第十条规定的.
_CLOSE_ARTICLE = re.compile(
    rf"第((?:{_NUMERAL}|{_DIGIT}){{1,7}})条(?=\S)(?!规定|所|第|的|[、，。；]|和|至|或|中|及|之|以|是|与|修改|增加|删去|情形)"
)
_ARTICLE_NUMBER = re.compile(rf"第((?:{_NUMERAL}|{_DIGIT}){{1,7}})条")
_BARE_ARTICLE = re.compile(rf"第(?:{_NUMERAL}|{_DIGIT}){{1,7}}条(?:之{_NUMERAL}{{1,3}})?")
_BARE_DIVISION = re.compile(r"[总附罚]\s*则")
_ITEM = re.compile(rf"[（(]?((?:{_NUMERAL}|{_DIGIT}){{1,4}})")
_ITEMS = frozenset({_SECTION, 60, 71, 80})
# What a decision changes in a law it says in the law's words, articles and all, in quotation marks.
_AMENDS = re.compile(r"[修更]改为|作为第|改为第|增加.{0,8}[条款章节项]")
_QUOTED_BLOCKS = 60
_LEADERS = re.compile(r"(?:[.…·．‥_]\s*){4,}[0-9IVXivx]*$|\t\s*[0-9]{1,3}$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LEAD = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*")
_SPACES = re.compile(r"\s+")
_OPEN_END = "，,、；;。.！!？?：:…—"
_ANNEX = re.compile(
    rf"附\s*[件录表](?:\s*(?:{_DIGIT}|{_NUMERAL}){{1,2}})?(?:[\s：:][^。；;]{{1,30}})?"
    r"|[^，。；]{0,20}(?:名词解释|名词注释)|注\s*释|参考文献"
)
_ANNEX_LINE = re.compile(
    rf"附\s*[件录表图](?:\s*(?:{_DIGIT}|{_NUMERAL}){{1,2}})?[：:]?|附\s*[件录表图]\s*(?:{_DIGIT}|{_NUMERAL}){{1,2}}[\s：:][^，。；;]{{1,30}}"
)
# 附件：1．分工表 says what is attached; it is no heading, nor are the lines of its list.
_ATTACHED = re.compile(rf"附\s*件\s*[：:]\s*(?:{_DIGIT}|[（(])")
_ATTACHED_MORE = re.compile(rf"{_DIGIT}{{1,2}}\s*[.．、]")

_ARTICLE_TITLE = 20  # characters of what an article of a contract is called
_LINE_HEADING = 60  # characters of a heading that stands alone
_RUN_IN_HEADING = 40  # characters of a heading that opens a paragraph
_RUN_IN_REST = 10  # characters that must follow it there
_PARAGRAPH = 60  # characters that make a block a paragraph beyond doubt
_TITLE_BLOCKS = 6  # blocks among which a document's title stands
_SENTENCE = 25  # characters of a block with a full stop, behind which the front matter is over


@dataclass(frozen=True, slots=True)
class Placed:
    """A block with the headings above it; ``is_heading`` when the whole block is a heading's line."""

    block: Block
    heading_path: tuple[str, ...]
    is_heading: bool


@dataclass(frozen=True, slots=True)
class _Mark:
    """A heading that was recognised: how far out it stands, its text, and whether it is the whole block."""

    rank: int
    label: str
    whole: bool
    stated: bool = False
    stated_depth: int = 0  # of a stated heading: the rank that its number would give it; 0 without a number

    @property
    def depth(self) -> int:
        """How far in its number stands; 0 without a number."""
        return self.stated_depth if self.stated else self.rank


def outline(text: str, blocks: Sequence[Block], title: str | None = None) -> list[Placed]:
    """Place every block under its headings; a stated heading that is the document's ``title`` is left out."""
    marks, lower = _marks(text, blocks)
    placed: list[Placed] = []
    stack: list[_Mark] = []
    for index, block in enumerate(blocks):
        mark = marks[index]
        if mark is None:
            _close(stack, text[block.start : block.end])
            heads = bool(block.above) and heading_text(text[block.start : block.end]) == block.above[-1]
            placed.append(Placed(block, (*(m.label for m in stack), *block.above), heads or index in lower))
            continue
        while stack and _ends(stack[-1], mark):
            stack.pop()
        if mark.stated and not stack and _is_title(mark, marks, index, title):
            placed.append(Placed(block, (), False))
            continue
        stack.append(mark)
        placed.append(Placed(block, tuple(m.label for m in stack), mark.whole))
    return placed


def _ends(above: _Mark, mark: _Mark) -> bool:
    """Whether a heading ends what stands under one above it."""
    # Where 章 and 节 are stated as headings of one level, or the wrong way round, their marks tell the outer one.
    if 0 < above.depth <= _ARTICLE and 0 < mark.depth <= _ARTICLE:
        return above.depth >= mark.depth
    if above.rank == mark.rank and above.depth and mark.depth:
        return above.depth >= mark.depth
    return above.rank >= mark.rank


def _close(stack: list[_Mark], content: str) -> None:
    """An item that is no heading, 二、 with a whole paragraph, still ends what stands under the heading 一、."""
    found = _numbering(content)
    if found is None or found[0] not in _ITEMS:
        return
    rank, value = found
    for depth, mark in enumerate(stack):
        if not mark.stated and mark.rank == rank and (_numbering(mark.label) or (0, 0))[1] + 1 == value:
            del stack[depth:]
            return


def _numbering(content: str) -> tuple[int, int] | None:
    """The rank and the value of the number that a line begins with."""
    lead = _LEAD.match(content)
    begin = lead.end() if lead else 0
    for rank, pattern in _MARKS:
        if pattern.match(content, begin):
            item = _ITEM.match(content, begin)
            value = numeral_value(item[1]) if item else None
            return None if value is None else (rank, value)
    return None


def heading_text(text: str) -> str:
    """A heading as people read it: one line, without invisible characters."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def _is_title(mark: _Mark, marks: Sequence[_Mark | None], index: int, title: str | None) -> bool:
    """Whether a stated heading names the whole document: the first one, without a sibling."""
    if any(m is not None for m in marks[:index]):
        return False
    if sum(1 for m in marks if m is not None and m.stated and m.rank == mark.rank) == 1:
        return mark.label == title or (mark.rank <= 1 and index < _TITLE_BLOCKS)
    following = marks[index + 1] if index + 1 < len(marks) else None
    return mark.label == title and following is not None and following.stated


def _marks(text: str, blocks: Sequence[Block]) -> tuple[list[_Mark | None], set[int]]:
    """The headings by block, and which blocks are the second line of the heading before them."""
    marks: list[_Mark | None] = []
    wholes, articles = _numbers(text, blocks)
    quotes = _Quotes()
    in_article = False
    article = 0
    for block in blocks:
        content = text[block.start : block.end]
        mark = None if quotes.hold(content) else _recognise(text, block, wholes)
        close = _CLOSE_ARTICLE.match(content)
        if mark is None and close is not None and block.kind is Kind.TEXT and not quotes.open:
            value = numeral_value(close[1]) or 0
            if value == article + 1 and (article or value + 1 in articles):
                mark = _Mark(_ARTICLE, close.group(), False)
        if mark is not None:
            # Below an article, （一） and 1. number its items; they are what it says, not headings.
            if in_article and mark.rank > _ARTICLE:
                mark = None
            else:
                in_article = mark.rank == _ARTICLE
                number = _ARTICLE_NUMBER.match(mark.label)
                article = (numeral_value(number[1]) or 0) if in_article and number else article
        marks.append(mark)
    _take_back_titles(marks)
    lower = _join_broken(text, blocks, marks)
    _drop_lists(marks)
    _mark_bare_divisions(text, blocks, marks)
    _mark_annexes(text, blocks, marks)
    _add_plain(text, blocks, marks)
    return marks, lower


def _take_back_titles(marks: list[_Mark | None]) -> None:
    """Where few articles have a title, those are short articles, and broken lines."""
    articles = [i for i, mark in enumerate(marks) if mark is not None and mark.rank == _ARTICLE and not mark.stated]
    titled = [i for i in articles if not _BARE_ARTICLE.fullmatch(marks[i].label)]  # type: ignore[union-attr]
    if 2 * len(titled) >= len(articles) > 1:
        return
    for i in titled:
        mark = marks[i]
        assert mark is not None
        number = _BARE_ARTICLE.match(mark.label)
        if number is not None:
            marks[i] = replace(mark, label=number.group(), whole=False)


def _numbers(text: str, blocks: Sequence[Block]) -> tuple[set[int], set[int]]:
    """The first numbers of 1.1, 1.2, and the numbers of articles, at the beginnings of lines."""
    parts: set[int] = set()
    articles: set[int] = set()
    for block in blocks:
        if block.kind is not Kind.TEXT:
            continue
        for pattern, found in ((_PART, parts), (_ARTICLE_NUMBER, articles)):
            match = pattern.match(text, block.start, block.end)
            value = numeral_value(match[1]) if match else None
            if value is not None:
                found.add(value)
    return parts, articles


class _Quotes:
    """Follows the quotation marks of a decision that amends a law; ``open`` while a quoted text goes on."""

    def __init__(self) -> None:
        self.open = False
        self._blocks = 0
        self._announced = False

    def hold(self, content: str) -> bool:
        """Take the next block; whether it begins inside a quoted text."""
        inside = self.open and self._blocks < _QUOTED_BLOCKS
        goes_on = content.rfind("“") > content.rfind("”")
        amends = _AMENDS.search(content) is not None
        if inside:
            # Each quoted paragraph may begin with a mark of its own; only the last one ends with one.
            self.open = goes_on or "”" not in content
            self._blocks += 1
        else:
            self.open = goes_on and (amends or self._announced)
            self._blocks = 0
        self._announced = amends and content.rstrip()[-1:] in "：:"
        return inside


def _join_broken(text: str, blocks: Sequence[Block], marks: list[_Mark | None]) -> set[int]:
    """Join the headings of chapters that go on in a second line: 第五章 卷烟纸、滤嘴棒、 and 烟草专用机械的生产."""
    lower: set[int] = set()
    for i, (block, following) in enumerate(pairwise(blocks)):
        content = text[block.start : block.end]
        found = marks[i]
        if found is not None and not found.stated:
            continue
        label = found.label if found is not None else heading_text(content)
        rank = next((r for r, pattern in _MARKS if r <= _DIVISION and pattern.match(label)), None)
        if rank is None or label[-1] not in "、，" or len(label) > _LINE_HEADING or block.kind in (Kind.ROW, Kind.CODE):
            continue
        rest = heading_text(text[following.start : following.end])
        if marks[i + 1] is None and following.kind is Kind.TEXT and len(rest) <= 40 and rest[-1] not in _OPEN_END:
            whole = label + rest
            marks[i] = _Mark(rank, whole, True) if found is None else replace(found, label=whole)
            lower.add(i + 1)
    return lower


def _mark_bare_divisions(text: str, blocks: Sequence[Block], marks: list[_Mark | None]) -> None:
    """Recognise the chapters of a law that have no number, 附则 above all, by the article that comes next."""
    depths = {mark.depth for mark in marks if mark is not None}
    chapter = next((rank for rank in (20, 10) if rank in depths), 20)
    for i, (block, following) in enumerate(pairwise(marks)):
        label = heading_text(text[blocks[i].start : blocks[i].end]) if block is None else block.label
        if following is None or following.rank != _ARTICLE or following.stated or not _BARE_DIVISION.fullmatch(label):
            continue
        # What stands at the end of a law in parts belongs to none of them.
        rank = min(depths & {10, chapter}, default=chapter) if label.startswith("附") else chapter
        if block is not None and block.stated:
            marks[i] = replace(block, stated_depth=rank)
        elif block is None and blocks[i].kind is Kind.TEXT:
            marks[i] = _Mark(rank, label, True)


def _mark_annexes(text: str, blocks: Sequence[Block], marks: list[_Mark | None]) -> None:
    """Take back the list of what is attached, and recognise annexes behind articles, which no section number ends."""
    articles = False
    for i, block in enumerate(blocks):
        mark = marks[i]
        label = heading_text(text[block.start : block.end])
        if _ATTACHED.match(label):
            for j in range(i, len(blocks)):
                line = text[blocks[j].start : blocks[j].end]
                if j > i and not (_ATTACHED_MORE.match(line) and len(line) <= _LINE_HEADING):
                    break
                marks[j] = None
        elif articles and mark is None and block.kind is Kind.TEXT and _ANNEX_LINE.fullmatch(label):
            marks[i] = _Mark(_ANNEX_RANK, label.rstrip("：:"), True)
        articles |= mark is not None and mark.rank == _ARTICLE


def _recognise(text: str, block: Block, wholes: set[int]) -> _Mark | None:
    if block.kind in (Kind.ROW, Kind.CODE):
        return None
    content = text[block.start : block.end]
    if block.kind is Kind.HEADING:
        label = heading_text(content if block.label is None else block.label)
        level = 1 if block.level is None else block.level
        depth = next((r for r, pattern in _MARKS if r != _ENUMERATION and pattern.match(label)), 0)
        return _Mark(level, label, True, stated=True, stated_depth=depth) if label else None
    if _LEADERS.search(content):
        return None
    lead = _LEAD.match(content)
    begin = lead.end() if lead else 0
    for rank, pattern in _MARKS:
        match = pattern.match(content, begin)
        if match is None:
            continue
        if rank == _ARTICLE:
            rest = heading_text(content[match.end() :])
            # An article of a contract has a title in place of a text: 第一条 标的物.
            titled = 0 < len(rest) <= _ARTICLE_TITLE and not re.search(r"[，,。；;：:！!？?”]", rest)
            label = heading_text(content) if titled else heading_text(match.group())
            return _Mark(rank, label, titled or not rest)
        mark = _numbered(content, begin, match.end(), rank)
        if mark is not None and rank <= _DIVISION:
            # What is printed may have lost the space behind the number.
            number = len(heading_text(match.group()))
            return replace(mark, label=f"{mark.label[:number]} {mark.label[number:].lstrip()}")
        return mark
    whole = _WHOLE.match(content, begin)
    if whole is not None and numeral_value(whole[1]) in wholes:
        label = heading_text(content)
        if len(label) <= _RUN_IN_HEADING and not re.search(r"[，,。；;：:！!？?|\t]", label):
            return _Mark(_WHOLE_NUMBER, label, True)
    return None


def _numbered(content: str, begin: int, after: int, rank: int) -> _Mark | None:
    label = heading_text(content)
    if not heading_text(content[after:]):
        return None
    if len(label) <= _LINE_HEADING and label[-1] not in _OPEN_END and "。" not in label:
        return _Mark(rank, label, True)
    if rank == _ENUMERATION:
        return None
    if len(label) <= _RUN_IN_HEADING and label[-1] in "：:" and label.count("：") + label.count(":") == 1:
        if _AMENDS.search(label):
            return None
        return _Mark(rank, label[:-1], True)
    # A heading that opens its paragraph: up to the first full stop or wide gap.
    stop = re.compile(r"。|[\s　]{2,}|　|(?<=[^\x00-\x7f])\s(?=[^\x00-\x7f])").search(content, after + 1)
    if stop is None:
        return None
    phrase = heading_text(content[begin : stop.start()])
    rest = heading_text(content[stop.end() :])
    needed = _RUN_IN_REST if stop.group() == "。" else 3 * _RUN_IN_REST
    if len(phrase) > _RUN_IN_HEADING or len(rest) < needed or re.search("[：:；;！？!?]", phrase):
        return None
    if len(heading_text(content[after : stop.start()])) < 2:
        return None
    return _Mark(rank, phrase, False)


def _drop_lists(marks: list[_Mark | None]) -> None:
    """Take back numbered lines that only follow each other: lists and tables of contents."""
    empty = [False] * len(marks)
    for i in range(len(marks) - 1):
        here, following = marks[i], marks[i + 1]
        if here is None or following is None or here.stated or not here.whole:
            continue
        empty[i] = following.rank <= here.rank
    earlier: dict[str, int] = {}
    later: dict[str, int] = {}
    for i, mark in enumerate(marks):
        if mark is not None:
            earlier.setdefault(mark.label, i)
            later[mark.label] = i
    taken = [False] * len(marks)
    run = 0
    for i, mark in enumerate(marks):
        if mark is None or mark.stated or not mark.whole:
            run = 0
            continue
        if empty[i]:
            taken[i] = mark.rank != _ARTICLE
            run += 1
            continue
        before = marks[i - 1] if i else None
        if earlier[mark.label] < i:
            # Listed in the contents above: here is the heading itself.
            run = 0
            continue
        if run and before is not None and taken[i - 1]:
            # The last line of the list looks as if it had the following text below it.
            repeated = later[mark.label] > i
            taken[i] = before.rank == mark.rank and (run >= 2 or mark.rank > 70 or repeated)
        elif later[mark.label] > i and i and taken[i - 1]:
            taken[i] = True
        run = 0
    for i, is_taken in enumerate(taken):
        if is_taken:
            marks[i] = None


def _add_plain(text: str, blocks: Sequence[Block], marks: list[_Mark | None]) -> None:
    """Recognise short lines without a number between paragraphs, such as 2024年工作回顾."""
    ranks = {m.rank for m in marks if m is not None}
    if any(m is not None and m.stated for m in marks) or _ARTICLE in ranks:
        return
    outermost = _SECTION if _SECTION not in ranks else _PLAIN
    begun = False
    for i, block in enumerate(blocks):
        if marks[i] is not None or block.end - block.start >= _PARAGRAPH:
            begun = True
            continue
        if block.end - block.start >= _SENTENCE and text[block.end - 1] in "。！!":
            begun = True
            continue
        if not begun or block.kind is not Kind.TEXT or i + 1 >= len(blocks):
            continue
        label = heading_text(text[block.start : block.end])
        following = blocks[i + 1]
        if _ANNEX.fullmatch(label.rstrip("：:")) and not _ATTACHED.match(label):
            # Notes may stand below an annex's own line.
            rank = _ANNEX_RANK if label.startswith("附") else _ANNEX_RANK + 1
            marks[i] = _Mark(rank, label.rstrip("：:"), True)
        elif (
            4 <= len(label) <= 25
            and not re.search(r"[，,。；;：:！!？?…—、\t|]", label)
            and sum("\u4e00" <= c <= "\u9fff" for c in label) >= 4
            and following.kind is Kind.TEXT
            and (following.end - following.start >= _PARAGRAPH or marks[i + 1] is not None)
            and text[blocks[i - 1].end - 1] in "。！？!?”"
        ):
            marks[i] = _Mark(outermost, label, True)
