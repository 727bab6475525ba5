"""From blocks to headings: which blocks are headings, and the heading path above every block.

Chinese documents number their headings by habit, each mark below the one before: 第一编, 第一章, 第一节,
第一条, 一、, （一）, 1., （1）. Headings that the format states (#, h1, Heading 1) stand above all of these.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from qa.documents.model import Block, Kind

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
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_LEAD = re.compile("[\\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]*")
_SPACES = re.compile(r"\s+")
_OPEN_END = "，,、；;。.！!？?：:…—"
_ANNEX = re.compile(
    rf"附\s*[件录表](?:\s*(?:{_DIGIT}|{_NUMERAL}){{1,2}})?(?:[\s：:][^。；;]{{1,30}})?"
    r"|[^，。；]{0,20}(?:名词解释|名词注释)|注\s*释|参考文献"
)

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


def outline(text: str, blocks: Sequence[Block], title: str | None = None) -> list[Placed]:
    """Place every block under its headings; a stated heading that is the document's ``title`` is left out."""
    marks = _marks(text, blocks)
    placed: list[Placed] = []
    stack: list[_Mark] = []
    for index, block in enumerate(blocks):
        mark = marks[index]
        if mark is None:
            heads = bool(block.above) and heading_text(text[block.start : block.end]) == block.above[-1]
            placed.append(Placed(block, (*(m.label for m in stack), *block.above), heads))
            continue
        while stack and stack[-1].rank >= mark.rank:
            stack.pop()
        if mark.stated and not stack and _is_title(mark, marks, index, title):
            placed.append(Placed(block, (), False))
            continue
        stack.append(mark)
        placed.append(Placed(block, tuple(m.label for m in stack), mark.whole))
    return placed


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


def _marks(text: str, blocks: Sequence[Block]) -> list[_Mark | None]:
    marks: list[_Mark | None] = []
    in_article = False
    for block in blocks:
        mark = _recognise(text, block)
        if mark is not None:
            # Below an article, （一） and 1. number its items; they are what it says, not headings.
            if in_article and mark.rank > _ARTICLE:
                mark = None
            else:
                in_article = mark.rank == _ARTICLE
        marks.append(mark)
    _drop_lists(marks)
    _add_plain(text, blocks, marks)
    return marks


def _recognise(text: str, block: Block) -> _Mark | None:
    if block.kind in (Kind.ROW, Kind.CODE):
        return None
    content = text[block.start : block.end]
    if block.kind is Kind.HEADING:
        label = heading_text(content if block.label is None else block.label)
        return _Mark(1 if block.level is None else block.level, label, True, stated=True) if label else None
    lead = _LEAD.match(content)
    begin = lead.end() if lead else 0
    for rank, pattern in _MARKS:
        match = pattern.match(content, begin)
        if match is None:
            continue
        if rank == _ARTICLE:
            return _Mark(rank, heading_text(match.group()), match.end() == len(content))
        return _numbered(content, begin, match.end(), rank)
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
        if _ANNEX.fullmatch(label.rstrip("：:")):
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
