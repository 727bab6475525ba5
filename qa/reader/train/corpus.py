"""The government reports that training questions are made from: 31 provincial ones of 2025, and the national ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.documents import ParsedDocument, parse
from qa.period import Told, in_words, told, told_by_sentence
from qa.reader.pairs import heading

READABLE = 0.97
"""Share of a paragraph's Han characters that are among the 3,755 most used ones (GB 2312, level 1) when it is text at
all: much of the file of national reports was once decoded wrongly, and holds rare characters without sense."""


@dataclass(frozen=True, slots=True)
class ReportPassage:
    """A passage of report ``report`` (its number): what stands above it, what it and its sentences tell of."""

    text: str
    above: str
    told: Told
    sentences: tuple[tuple[int, int, Told], ...]
    report: int


def reports(shared: Path) -> Iterator[ParsedDocument]:
    """The reports of ``shared``; a national one is given the title that a person's file of it would have."""
    for path in sorted((shared / "data/reports/provincial-2025").glob("*.docx")):
        yield parse(path.read_bytes(), path.name)
    for line in (shared / "data/reports/national/1954-2019.txt").read_text(encoding="utf-8").splitlines():
        year, _, text = line.partition("\t")
        title = f"{year}年国务院政府工作报告"
        yield parse(f"{title}\n\n{text}\n".encode(), f"{title}.txt")


def is_text(words: str) -> bool:
    """Whether ``words`` are Chinese text, and not what a wrong decoding made of it."""
    common = rare = 0
    for character in words:
        if "\u4e00" <= character <= "\u9fff":
            try:
                code = character.encode("gb2312")
            except UnicodeEncodeError:
                rare += 1
                continue
            if code[0] <= 0xD7:
                common += 1
            else:
                rare += 1
    return common > 0 and common / (common + rare) >= READABLE


def passages(all_reports: list[ParsedDocument]) -> list[ReportPassage]:
    """The readable passages of the reports."""
    out = []
    for number, report in enumerate(all_reports):
        for draft in report.passages:
            text = report.text[draft.start : draft.end]
            if len(text) < 20 or not is_text(text):
                continue
            known: dict[str, Any] = {
                "title": report.title,
                "date": report.date,
                "heading_path": draft.heading_path,
                "position": draft.start / len(report.text),
                "organisation": report.organisation,
            }
            tells = told(text, **known)
            above = heading(report.title, draft.heading_path, in_words(tells))
            out.append(ReportPassage(text, above, tells, tuple(told_by_sentence(text, **known)), number))
    return out
