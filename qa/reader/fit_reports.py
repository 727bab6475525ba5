"""Questions made by rule from government reports, to fit the first selector on figures and years."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qa.reader.features import clauses
from qa.reader.question import Kind
from qa.reader.spans import TypedSpan, typed_spans
from qa.text.normalise import fold
from qa.text.sentences import split_sentences
from qa.types import Passage

_HEADING = re.compile(r"^[\s　]*(?:[一二三四五六七八九十]+、|\([一二三四五六七八九十]+\)).{2,40}$")
_FIGURES = frozenset((Kind.AMOUNT, Kind.COUNT, Kind.PERCENT))
_BRIDGE = re.compile(r"(?:达到|达|为|突破|超过|实现|完成|约|超|近|是|在|到|了|预计|保持|占|稳定)+$")
_CHANGE = re.compile(r"(同比|比上年|年均|累计)?(增长|下降|提高|上涨|增加|减少|降低)[了到至]?$")
_START = re.compile(
    r"^(?:预计|全年|其中|同时|并|共|累计|我们|我省|我市|全区|全省|全市|——|一是|二是|三是|四是|五是|\s|[\"“])+"
)
_LIMIT = 420


@dataclass(frozen=True, slots=True)
class Made:
    """A question made by rule; no ``golds`` means that the reports do not answer it.

    ``document`` restricts the search to one report, as a person with a single document has it.
    """

    question: str
    golds: tuple[str, ...]
    source: int | None
    document: str | None
    kind: str


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    begin = end = -1
    for start, stop in split_sentences(text):
        if begin >= 0 and stop - begin > _LIMIT:
            yield begin, end
            begin = -1
        begin, end = (start if begin < 0 else begin), stop
    if begin >= 0:
        yield begin, end


def _provincial(path: Path) -> tuple[str, list[str]]:
    import docx

    return path.stem.replace("政府工作报告", ""), [
        p.text for p in docx.Document(str(path)).paragraphs if p.text.strip()
    ]


def _reports(shared: Path) -> Iterator[tuple[str, list[str]]]:
    for path in sorted((shared / "data/reports/provincial-2025").glob("*.docx")):
        yield _provincial(path)
    for line in (shared / "data/reports/national/1954-2019.txt").read_text(encoding="utf-8").splitlines():
        year, _, text = line.partition("\t")
        if year >= "1990":
            yield f"{year}年全国", [p for p in text.split("　　") if p.strip()]


def _passages(shared: Path) -> list[Passage]:
    out: list[Passage] = []
    for name, paragraphs in _reports(shared):
        title = f"{name}政府工作报告"
        path: list[str] = []
        position = 0
        for paragraph in paragraphs:
            folded = fold(paragraph)
            if _HEADING.match(folded) and len(paragraph) < 45:
                level = 1 if folded.strip().startswith("(") else 0
                path = [*path[:level], paragraph.strip()]
                position += len(paragraph)
                continue
            for start, end in _pieces(paragraph):
                out.append(
                    Passage(
                        len(out),
                        name,
                        len(out),
                        position + start,
                        position + end,
                        paragraph[start:end],
                        (title, *path),
                    )
                )
            position += len(paragraph)
    return out


def _asked(clause: str, span: TypedSpan, rng: random.Random) -> str | None:
    """A question for the figure ``span`` of ``clause`` (folded), or None where the rule sees no indicator."""
    before, after = clause[: span.start], clause[span.end :]
    before = _START.sub("", before)
    if re.search(r"[、“”()\"]", before):
        return None
    change = _CHANGE.search(before)
    if change:
        indicator = _BRIDGE.sub("", before[: change.start()])
        verb = change.group(2)
        if not 3 <= len(indicator) <= 16 or re.search(r"\d", indicator):
            return None
        forms = (
            f"{indicator}{verb}了多少?",
            f"{indicator}{verb}多少?",
            f"{indicator}{verb}了百分之几?",
            f"{indicator}的增速是多少?",
        )
        return rng.choice(forms[: 4 if verb == "增长" else 2 if span.kind is not Kind.PERCENT else 3])
    indicator = _BRIDGE.sub("", before)
    if re.search(r"\d", indicator):
        return None
    unit = span.unit if span.kind is not Kind.PERCENT else ""
    if re.match(r"^[^\W\d_]{2,10}$", after) and len(indicator) >= 2 and unit:
        return rng.choice(
            (
                f"{indicator}多少{unit}{after}?",
                f"{indicator}了多少{unit}{after}?",
                f"{indicator}{after}多少{unit}?",
                f"{indicator}了多少{after}?",
            )
        )
    if not 4 <= len(indicator) <= 16 or len(after) > 2:
        return None
    if span.kind is Kind.PERCENT:
        return rng.choice((f"{indicator}是多少?", f"{indicator}达到百分之多少?", f"{indicator}多少?"))
    return rng.choice(
        (
            f"{indicator}是多少?",
            f"{indicator}达到多少{unit}?",
            f"{indicator}有多少?",
            f"{indicator}多少{unit}?",
        )
    )


def report_examples(shared: Path, rng: random.Random, size: int) -> tuple[list[Passage], list[Made]]:
    """All passages of the reports, and about ``size`` questions, a third of which have no answer."""
    passages = _passages(shared)
    texts: dict[str, str] = {}
    for p in passages:
        texts[p.document_id] = texts.get(p.document_id, "") + fold(p.text)
    names = sorted(texts)
    made: list[Made] = []
    order = list(passages)
    rng.shuffle(order)
    for p in order:
        if len(made) >= size:
            break
        folded = fold(p.text)
        options = []
        for s, e in split_sentences(p.text):
            for a, b in clauses(folded[s:e]):
                clause = folded[s + a : s + b]
                spans = typed_spans(clause, _FIGURES)
                figure = clause[spans[0].start : spans[0].end] if len(spans) == 1 else ""
                if re.search(r"\d", figure) and (question := _asked(clause, spans[0], rng)):
                    options.append((question, p.text[s + a + spans[0].start : s + a + spans[0].end]))
        if not options:
            continue
        question, gold = rng.choice(options)
        year = p.document_id[:4]
        past = str(int(year) - 1)
        # What a report looks back on is last year's; a heading with a year of its own says which.
        reviewed = past if any("回顾" in fold(h) for h in p.heading_path[1:]) else None
        planned = year if any(year in h for h in p.heading_path[1:]) else None
        stated = reviewed or planned
        place = p.document_id[5:]
        draw = rng.random()
        if draw < 0.12:
            made.append(Made(question, (gold,), p.id, p.document_id, "report"))
        elif draw < 0.25:
            # People say 去年 and 今年, counted from the report.
            relative = rng.choice(("去年", "上年")) if reviewed else "今年" if planned else ""
            made.append(Made(f"{relative}{question}", (gold,), p.id, p.document_id, "report-relative"))
        elif draw < 0.45 and stated:
            made.append(Made(f"{stated}年{question}", (gold,), p.id, p.document_id, "report-year"))
        elif draw < 0.65:
            made.append(
                Made(f"{place}{stated + '年' if stated else ''}{question}", (gold,), p.id, None, "report-place")
            )
        elif draw < 0.75:
            other = str(int(year) - rng.choice((3, 4, 5, 6)))
            if other not in texts[p.document_id]:
                made.append(Made(f"{other}年{question}", (), None, p.document_id, "other-year"))
        elif draw < 0.85:
            elsewhere = rng.choice([n for n in names if n != p.document_id])
            if elsewhere[5:] not in texts[p.document_id] and elsewhere[5:] != "全国":
                made.append(Made(f"{elsewhere[5:]}{question}", (), None, p.document_id, "other-place"))
        else:
            elsewhere = rng.choice([n for n in names if n != p.document_id])
            key = question[: max(4, len(question) // 2 - 1)]
            if key not in texts[elsewhere]:
                made.append(Made(question, (), None, elsewhere, "other-document"))
    return passages, made
