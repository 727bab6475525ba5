"""How a sentence's words become a question: clauses, noun phrases, and what stands before them."""

from __future__ import annotations

import re

from qa.drafting.corpus import Corpus, Statement
from qa.reader.tagger import tagger
from qa.text.sentences import clauses as _clauses

_GROWTH_EDGE = re.compile(r"、(?=同比|比上年|较上年|增长|下降|增速)")
_NOUNS = ("n", "vn", "j", "l", "b", "an", "s", "f", "q", "eng", "i", "nz")
# A word with one of these at its end names a quantity, whatever the tagger says.
_QUANTITY = re.compile(r"[率额值量数入积重比长高度金费价占均速]$")
_LEAD = re.compile(
    r"^(?:预计|力争|确保|争取|要|将|其中|同时|并且?|共|累计|我们|全年|年内|目前|现在|截至目前|今年|去年|当年|本年|初步统计|到?年底|\d{4}年(?:底|末)?"
    r"|上半年|一年来|总体看|[一二三四五六七八九十]是|\([一二三四五六七八九十\d]+\)|\d+[.、]|[\s\"“”*#·—-]|,)+"
)
_OURS = re.compile(r"^(?:我[省市区县镇国州]|全[省市区县镇州])")
_BROKEN = re.compile(r"[“”‘’\"()《》\[\]{}<>|*#:;?!…]|——|http")


def clauses(folded: str) -> list[tuple[int, int]]:
    """Clauses of a folded sentence; 收入8374.2亿元、增长0.7% is cut at 、 too, and the closing mark left out."""
    out: list[tuple[int, int]] = []
    for start, end in _clauses(folded.rstrip("。!?;…")):
        begin = start
        for mark in _GROWTH_EDGE.finditer(folded, start, end):
            out.append((begin, mark.start()))
            begin = mark.end()
        out.append((begin, end))
    return out


def lead(clause: str) -> int:
    """How many characters of a folded clause only lead up to its subject."""
    match = _LEAD.match(clause)
    return match.end() if match else 0


def whole(words: str) -> bool:
    """Whether ``words`` can stand in a question: nothing quoted, bracketed or cut off in them."""
    return not _BROKEN.search(words)


def flags(words: str) -> list[tuple[str, str]]:
    """Words and their part-of-speech tags."""
    return [(token.word, token.flag) for token in tagger().cut(words)]


def is_noun_phrase(words: str) -> bool:
    """Whether ``words`` (folded) name something: they begin with no verb, pronoun or preposition and end in a noun."""
    tokens = flags(words)
    if not tokens or not whole(words):
        return False
    if tokens[0][1][:1] in "vrpcudyxm" and tokens[0][1] != "vn":
        return False
    if any(flag[:1] in "ucypd" and word not in ("的", "和", "与", "及", "不") for word, flag in tokens):
        return False
    last, flag = tokens[-1]
    return flag.startswith(_NOUNS) or bool(_QUANTITY.search(last))


def is_plain_noun(words: str) -> bool:
    """Whether ``words`` are nouns and what qualifies them alone."""
    return (
        whole(words)
        and bool(words)
        and all(flag.startswith(_NOUNS) or flag[:1] in "a" or word == "的" for word, flag in flags(words))
        and not words.endswith("的")
    )


def dated(statement: Statement, corpus: Corpus, subject: str) -> tuple[str, str]:
    """What to put before ``subject`` (year, and place where the Library has several), and what remains of it."""
    place = statement.source.place if corpus.names_places else ""
    ours = _OURS.match(subject)
    if ours and (place or subject[0] == "我"):
        subject = subject[ours.end() :]
    if place and (subject.startswith(place) or placed(statement, corpus, subject) != subject):
        subject, place = placed(statement, corpus, subject), ""
    return (f"{statement.year}年" if statement.year else "") + place, subject


def placed(statement: Statement, corpus: Corpus, subject: str) -> str:
    """``subject`` with the place's name where it only says 市 or 区 and the Library has several places."""
    place = statement.source.place
    local = re.match(r"自治区(?![层级内直])|[省市区县镇州](?![场民区域内级层直])", subject)
    if corpus.names_places and local and place.endswith(local.group()):
        return place + subject[local.end() :]
    return subject
