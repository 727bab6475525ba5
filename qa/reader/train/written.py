"""Questions written by hand in people's own words: on statutes, on reports, and on texts of offices.

Those on statutes (STARD's) and reports name their passage by its text's hash, and their answer by its place, as the
texts are not part of this repository. The texts of offices were written for this: nothing in them is real. Questions
on whole reports that are held apart are of ``WHOLE``: what they ask for is looked for in all of their report, or stands
nowhere in it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.reader.pairs import heading
from qa.reader.train.corpus import ReportPassage
from qa.reader.train.families import families

QUESTIONS = Path(__file__).with_name("written.jsonl")
OFFICES = Path(__file__).with_name("offices.jsonl")
WHOLE = Path(__file__).with_name("whole_reports.jsonl")
STATUTES = "data/stard/queries.json"
HELD = 6
"""Every so many-th text of statutes and offices is held apart. Those of reports are all learned from: they are of
reports that are."""
_ARTICLE = re.compile("第[零〇一二三四五六七八九十百千]+条.*$")


@dataclass(frozen=True, slots=True)
class Written:
    """A question on ``text``, of which ``text[start:end]`` answers it; both are 0 where nothing does.

    ``kind`` is "statute", "office" or "report"; ``title`` the document's, ``above`` what the reader is shown over it.
    """

    kind: str
    title: str
    above: str
    text: str
    question: str
    start: int
    end: int


def identity(text: str) -> str:
    """What names a passage in ``QUESTIONS``: 16 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def statutes(shared: Path) -> dict[str, str]:
    """STARD's articles: the title of its law by each text."""
    out: dict[str, str] = {}
    for query in json.loads((shared / STATUTES).read_text(encoding="utf-8")):
        for name, text in query["相关法规"].items():
            out.setdefault(text.strip(), _ARTICLE.sub("", name))
    return out


def load(shared: Path, reports: Sequence[ReportPassage]) -> list[Written]:
    """All questions whose passage is there; their kind, and their order, do not depend on which are."""
    known: dict[str, tuple[str, str, str, str]] = {}
    for passage in reports:
        known[identity(passage.text)] = ("report", passage.above, passage.above, passage.text)
    for text, title in statutes(shared).items():
        known[identity(text)] = ("statute", title, heading(title, ()), text)
    out = []
    for row in _rows(QUESTIONS):
        if row["of"] in known:
            kind, title, above, text = known[row["of"]]
            out.append(Written(kind, title, above, text, row["question"], *row["at"]))
    return [*out, *offices()]


def offices() -> Iterator[Written]:
    """The questions on texts of offices."""
    for row in _rows(OFFICES):
        for question, answer in row["asked"]:
            # The answer is where it stands first; "" stands at 0, and ends there.
            start = row["text"].index(answer)
            yield Written(
                "office", row["title"], heading(row["title"], ()), row["text"], question, start, start + len(answer)
            )


def held_apart(asked: Sequence[Written]) -> list[bool]:
    """For each question, whether the model never sees its text, nor one that shares much with it.

    Reports' questions are of reports that are learned from: they are not.
    """
    texts = list(dict.fromkeys(one.text for one in asked if one.kind != "report"))
    held = {texts[i] for number, family in enumerate(families(texts), 1) if number % HELD == 0 for i in family}
    return [one.text in held for one in asked]


def on_whole_reports(reports: Sequence[ReportPassage]) -> Iterator[tuple[str, int, str]]:
    """Question, number of the report, and accepted answer; those whose passage is not there are left out.

    Where no passage answers, the answer is "", and the row names any passage of the report.
    """
    known = {identity(passage.text): passage for passage in reports}
    for row in _rows(WHOLE):
        passage = known.get(row["of"])
        if passage is not None:
            yield row["question"], passage.report, passage.text[slice(*row["at"])]


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)
