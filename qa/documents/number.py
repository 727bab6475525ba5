"""The number that a document goes by, from the place where such documents have it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from qa.text.document_number import NUMBER, written

_LABEL = re.compile(
    r"(?:发\s*文\s*字\s*号|发\s*文\s*号|公\s*文\s*号|(?:文\s*件|合\s*同|协\s*议)\s*(?:编\s*)?号|文\s*号|字\s*号|案\s*号|^编\s*号)"
    r"\s*[:：]\s*(?P<v>[^，。；;|｜]{2,60})"
)
_NEXT_LABEL = re.compile(r"\s+[^\s:：]{1,8}(?:\s[^\s:：]{1,4})?\s*[:：]|\t|\s{2,}")
_LIKE_A_NUMBER = re.compile(r"(?=.*[0-9０-９〇零一二三四五六七八九十])[\w〔〕\[\]【】（）()﹝﹞［］\-—－–/.·#\s]{2,40}")
_AT_END_OF_TITLE = re.compile(
    r".{4,}?[（(]\s*(?P<v>[^（）()]{1,12}[〔\[［【（(﹝][^（）()]{4}[〕\]］】）)﹞][^（）()]{1,8}[号期])\s*[）)]"
)
_SIGNED_BY = re.compile(r"\s*签\s*发\s*人.*$")
_HEAD = re.compile(r"[\u4e00-\u9fff]{2,40}(?:令|公告|通告)")
_BELOW_HEAD = re.compile(
    r"[（(〔]?\s*(?:[12][0-9]{3}\s*年\s*)?第?\s*[0-9０-９〇零一二三四五六七八九十百]{1,8}\s*号\s*[）)〕]?"
)
_ENACTED = re.compile(r"公布|发布|颁布|修[订正]|通过|批准")
_BEGINS_WITH_DATE = re.compile(r"[（(]?\s*(?:根据|由|经)?\s*[0-9０-９一二][0-9０-９〇零○一二三四五六七八九]{3}\s*年")
_ORDER = re.compile(
    r"(?P<v>[\u4e00-\u9fff]{2,24}?(?:令|公告)\s*[（(〔]?\s*(?:[12][0-9]{3}\s*年\s*)?"
    r"第\s*[0-9０-９〇零一二三四五六七八九十百]{1,8}\s*号)"
)
_DAY = re.compile(r"[0-9０-９一二三四五六七八九十〇零○]+\s*年.{1,12}?日")
_LEAD = re.compile(r"^(?:根据|由|经|以|据)+|^中华人民共和国(?=.+令)")


def document_number(front: Sequence[str], end: Sequence[str], before_articles: Iterable[str]) -> str | None:
    """The number as it is kept (``qa.text.document_number.written``); None for a document that says none.

    ``front`` and ``end`` are the short lines with which it begins and ends. Numbers of other documents, cited in
    sentences, are passed over; ``before_articles`` are those of ``front`` that may say in which order a law was made
    public.
    """
    for line in [*front, *end]:
        label = _LABEL.search(line)
        if label is not None:
            value = _NEXT_LABEL.split(label["v"].strip())[0].strip()
            if _LIKE_A_NUMBER.fullmatch(value):
                return written(value)
    for index, line in enumerate(front):
        for piece in (line, _SIGNED_BY.sub("", line), *re.split(r"[\t|｜]|\s{2,}", line)):
            bare = re.sub(r"^[（(]\s*(.*[号期])\s*[）)]$", r"\1", piece.strip())
            if len(bare) <= 60 and NUMBER.fullmatch(bare):
                return _named(written(bare))
        if index and _BELOW_HEAD.fullmatch(line) and _HEAD.fullmatch(front[index - 1].replace(" ", "")):
            return _named(written(front[index - 1] + re.sub("[（(〔）)〕]", "", line)))
    for line in front[:4]:
        title = _AT_END_OF_TITLE.fullmatch(line)
        if title is not None and NUMBER.fullmatch(title["v"]):
            return written(title["v"])
    for line in before_articles:
        if _ENACTED.search(line) and _BEGINS_WITH_DATE.match(line):
            order = _ORDER.search(_DAY.sub(" ", line))
            if order is not None:
                return _named(written(order["v"]))
    return None


def is_number(line: str) -> bool:
    """Whether a line is a document's number and nothing else."""
    bare = _SIGNED_BY.sub("", line.strip())
    return bool(NUMBER.fullmatch(re.sub(r"^[（(]\s*(.*[号期])\s*[）)]$", r"\1", bare)) or _BELOW_HEAD.fullmatch(bare))


def _named(number: str) -> str:
    return _LEAD.sub("", number)
