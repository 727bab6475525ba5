"""Is every article of a law found, and in its chapter? Laws, and the headings of the provincial reports.

What should be found is read apart from the reader: by one expression a line over the plain text. A line that begins
with 第X条 is an article, and the last line before it that begins with 第X章 is its chapter; a line that begins with
第X编, and 总则 or 附则 alone, begin parts without one. A report's section is a line of its own that begins with 一、.
"""

from __future__ import annotations

import re
import tarfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.data import needed
from eval.bench.pdf import word_reports
from qa.documents import ParsedDocument, parse
from qa.progress import Progress, Step, reporting

EVERY = 17
"""Every 17th law is looked at, in the order of their paths: 206 of 3,504."""
_NAMED = 12  # exceptions that the table names

_N = "[〇零一二三四五六七八九十百千0-9]"
_ARTICLE = re.compile(rf"\s*(第{_N}+条(?:之{_N}+)?)(?=[\s：:【]|$)")
_CHAPTER = re.compile(rf"\s*(第{_N}+章)")
_APART = re.compile(rf"\s*第{_N}+(?:编|分编)|\s*[总附]\s*则\s*$")
_SECTION = re.compile(r"\s*([一二三四五六七八九十]{1,3}、[^。；：:]{2,40})\s*$")
_MARKUP = re.compile(r"(?m)^[#\s]+|<!--.*?-->|\*\*")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A heading that stands at an offset of the text, and the one above it, where there is one."""

    start: int
    label: str
    above: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One document: how many headings it has, how many are found, how many of these in their place.

    ``wrong`` names the first that is not, with the heading path that it was given.
    """

    name: str
    wanted: int
    found: int
    placed: int
    number: str | None
    wrong: str = ""


def laws(shared: Path, every: int = EVERY) -> Iterator[tuple[str, str]]:
    """Name and plain text of every so many-th law, without the marks of Markdown."""
    with tarfile.open(needed(shared / "data" / "laws" / "laws.tar.xz")) as archive:
        members = {m.name: m for m in archive.getmembers() if m.isfile() and m.name.endswith(".md")}
        for name in sorted(members)[::every]:
            file = archive.extractfile(members[name])
            if file is not None:
                yield Path(name).stem, _MARKUP.sub("", file.read().decode("utf-8"))


def articles(text: str) -> list[Wanted]:
    """The articles of a law, each with its chapter."""
    out: list[Wanted] = []
    chapter: str | None = None
    for start, line in _lines(text):
        if _APART.match(line):
            chapter = None
        elif found := _CHAPTER.match(line):
            chapter = found[1]
        elif found := _ARTICLE.match(line):
            out.append(Wanted(start + found.start(1), found[1], chapter))
    return out


def sections(text: str) -> list[Wanted]:
    """The sections of a report."""
    return [
        Wanted(start + found.start(1), found[1], None)
        for start, line in _lines(text)
        if (found := _SECTION.match(line))
    ]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def outcome(name: str, document: ParsedDocument, wanted: Sequence[Wanted]) -> Outcome:
    """How the headings that should be there are there."""
    starts = [passage.start for passage in document.passages]
    found = placed = 0
    wrong = ""
    for each in wanted:
        at = bisect_right(starts, each.start) - 1
        passage = document.passages[at] if at >= 0 else None
        path = passage.heading_path if passage is not None and each.start < passage.end else ()
        labels = [_bare(label) for label in path]
        is_there = any(label.startswith(_bare(each.label)) for label in labels)
        chapters = [match[1] for label in labels if (match := _CHAPTER.match(label))]
        in_place = is_there and (chapters[-1] if chapters else None) == each.above
        found += is_there
        placed += in_place
        if not in_place and not wrong:
            wrong = f"{each.above or '—'} {each.label}: {' › '.join(path) or 'no heading'}"
    return Outcome(name, len(wanted), found, placed, document.number, wrong)


def _bare(label: str) -> str:
    return "".join(label.split())


def measure_laws(shared: Path, every: int = EVERY, *, progress: Progress = False) -> list[Outcome]:
    """Every so many-th law, read as plain text; ``DocumentError`` when they are not there."""
    out = []
    chosen = list(laws(shared, every))
    with reporting(progress, "Reading laws") as report:
        for done, (name, text) in enumerate(chosen):
            report(Step(done, len(chosen), name))
            if text.strip():
                document = parse(text.encode(), f"{name}.txt")
                out.append(outcome(name, document, articles(document.text)))
        report(Step(len(chosen), len(chosen), ""))
    return out


def measure_reports(shared: Path) -> list[Outcome]:
    """The provincial reports, read from Word."""
    files = word_reports(shared)
    documents = [(file.stem, parse(file.read_bytes(), file.name)) for file in files]
    return [outcome(name, document, sections(document.text)) for name, document in documents]


def table(title: str, what: str, outcomes: Sequence[Outcome]) -> str:
    """The sums, and the documents that are exceptions by name."""
    wanted, found, placed = (sum(getattr(o, field) for o in outcomes) for field in ("wanted", "found", "placed"))
    without = [o for o in outcomes if not o.wanted]
    lines = [
        f"  {title}: {len(outcomes)} documents, {len(without)} of them without {what};"
        f" {found:,}/{wanted:,} {what} found ({found / max(1, wanted):.2%}), {placed:,} in their place"
        f" ({placed / max(1, wanted):.2%}); {sum(o.number is not None for o in outcomes)} documents have a number"
    ]
    wrong = [o for o in outcomes if o.wrong]
    lines += [f"    {o.name}: {o.wanted - o.placed} of {o.wanted}, first {o.wrong}" for o in wrong[:_NAMED]]
    if len(wrong) > _NAMED:
        lines.append(f"    and {len(wrong) - _NAMED} documents more")
    return "\n".join(lines)
