"""What checking a set found, as values and as lines of text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eval.types import Layout, Rules, Task

Level = Literal["error", "warning"]

EXAMPLES = 5
"""How many examples of a kind are kept; all are counted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding: its heading, what a mended copy does about it, and what a person can do."""

    level: Level
    title: str
    mended: str = ""
    hint: str = ""


_OTHER_WORDS = "Write the answer in the document's own words, or leave the form out."

KINDS: Mapping[str, Kind] = {
    "unreadable": Kind("error", "Parts that cannot be read", "left out"),
    "unreadable-document": Kind("error", "Documents that cannot be read", hint="Mend or remove the file."),
    "same-name": Kind("error", "Documents of one name", hint="Rename one: evidence names a document by its file name."),
    "duplicate-id": Kind("error", "Ids used before", "a number is added to the id, or the same question left out"),
    "unknown-document": Kind(
        "error", "Evidence in a document that is not there", hint="Mend the name, or give the document."
    ),
    "offset-missing": Kind(
        "error", "Answers with a negative offset", "the first place where the answer stands, or else no offset"
    ),
    "offset-off": Kind(
        "error",
        "Answers that do not stand at their offset",
        "the nearest place where the answer stands, or else no offset",
    ),
    "evidence-offset": Kind(
        "error", "Evidence that does not stand at its offsets", "the nearest place of its phrase, or else no offsets"
    ),
    "answer-nowhere": Kind("error", "Questions of whose answers none is in the text", hint=_OTHER_WORDS),
    "answer-elsewhere": Kind(
        "error", "Questions whose answer is in another document than its evidence", hint="Mend the evidence's document."
    ),
    "contradiction": Kind(
        "error", "Questions said to have no answer that have one", hint="Remove the answers, or the mark."
    ),
    "evidence-nowhere": Kind("error", "Evidence phrases that are not in the text", hint="Copy the phrase from there."),
    "unknown-query": Kind("error", "Judged queries that are missing", hint="Add them, or remove their grades."),
    "unknown-judged": Kind("error", "Judged documents that are missing", hint="Add them, or remove their grades."),
    "no-relevant": Kind("warning", "Queries without any relevant document"),
    "answer-folded": Kind(
        "warning", "Answers in the text in other width, case, script or punctuation", hint="Copy it from the text."
    ),
    "form-nowhere": Kind("warning", "Accepted forms that are not in the text, beside others that are"),
    "evidence-folded": Kind(
        "warning", "Evidence phrases in the text in other width, case or script", hint="Copy the phrase from there."
    ),
    "evidence-several": Kind(
        "warning", "Evidence phrases in several passages", hint="Make the phrase longer, or name the document."
    ),
    "evidence-split": Kind(
        "warning", "Evidence phrases that no single passage holds", hint="Take a phrase from within one paragraph."
    ),
    "duplicate-question": Kind("warning", "Questions asked before", "left out where the answers are the same too"),
    "duplicate-document": Kind("warning", "Documents of the same text", "in SQuAD's layout made one paragraph"),
    "paragraph-id": Kind("warning", "Paragraph ids used for another text", "a number is added to the id"),
    "empty-document": Kind("warning", "Documents without text"),
    "empty-answer": Kind("warning", "Empty answers beside others", "left out"),
    "unknown-field": Kind("warning", "Fields that are not used"),
    "shared-question": Kind("warning", "Questions that the other set asks too"),
    "near-question": Kind("warning", "Questions nearly as in the other set"),
    "shared-document": Kind("warning", "Documents that the other set has too"),
    "near-document": Kind("warning", "Documents nearly as in the other set"),
}


@dataclass(frozen=True, slots=True)
class Example:
    """One case: the question's or document's id, its line where there is one, and what is the matter."""

    id: str
    line: int | None
    detail: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else ""
        return ": ".join(part for part in (" ".join(p for p in (where, self.id) if p), self.detail) if part)


@dataclass(frozen=True, slots=True)
class Finding:
    """All cases of a kind: how many, the first few, and what a mended copy does about them ("" for nothing)."""

    kind: str
    count: int
    examples: tuple[Example, ...]
    mended: str = ""

    @property
    def level(self) -> Level:
        """Whether results on the set would be wrong (error), or the set is only worth a look (warning)."""
        return KINDS[self.kind].level

    @property
    def title(self) -> str:
        """The heading in a report."""
        return KINDS[self.kind].title

    @property
    def hint(self) -> str:
        """What a person can do about it."""
        return KINDS[self.kind].hint

    def lines(self) -> list[str]:
        """The finding as text: heading with its number, examples, advice."""
        text = [f"{self.level}: {self.title}: {self.count:,}"]
        text += [f"    {example}" for example in self.examples]
        if self.count > len(self.examples):
            text.append(f"    and {self.count - len(self.examples):,} more")
        if self.mended:
            text.append(f"    mended copy: {self.mended}")
        if self.hint:
            text.append(f"    hint: {self.hint}")
        return text


class Findings:
    """Gathers cases by kind."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[Example]] = {}

    def add(self, kind: str, id: str, line: int | None, detail: str) -> None:
        """Count a case, and keep it if it is among the first."""
        self._counts[kind] = self._counts.get(kind, 0) + 1
        examples = self._examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append(Example(id, line, detail))

    def result(self) -> tuple[Finding, ...]:
        """The findings in the order of ``KINDS``, errors first."""
        order = sorted(KINDS, key=lambda kind: KINDS[kind].level != "error")
        return tuple(
            Finding(kind, self._counts[kind], tuple(self._examples[kind]), KINDS[kind].mended)
            for kind in order
            if kind in self._counts
        )


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a set holds and what is wrong with it.

    ``counts``: questions, answerable, unanswerable, follow-ups, references, documents (in a set of retrieval queries,
    judgements, relevant, documents). ``remarks`` say what could not be looked into.
    """

    name: str
    path: Path
    layout: Layout
    task: Task
    rules: Rules
    counts: Mapping[str, int]
    kinds: Mapping[str, int]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...] = ()
    against: tuple[str, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """Whether there is no error; warnings do not matter."""
        return not any(finding.level == "error" for finding in self.findings)

    def count(self, kind: str) -> int:
        """How many cases of a kind there are."""
        return next((finding.count for finding in self.findings if finding.kind == kind), 0)

    def lines(self) -> list[str]:
        """The report as lines of plain text."""
        layout = {"jsonl": "JSON Lines", "squad": "SQuAD's layout", "table": "a table", "beir": "BEIR's layout"}
        rules = "" if self.task == "retrieval" else f", scored by {'CMRC' if self.rules == 'cmrc' else 'SQuAD'}'s rules"
        text = [f"{self.name} ({layout[self.layout]}{rules})"]
        text.append(", ".join(f"{name} {number:,}" for name, number in self.counts.items()))
        if self.kinds:
            text.append("kinds: " + ", ".join(f"{kind or 'none'} {number:,}" for kind, number in self.kinds.items()))
        if self.against:
            text.append("compared with: " + ", ".join(self.against))
        text += self.remarks
        for finding in self.findings:
            text += finding.lines()
        errors = sum(f.count for f in self.findings if f.level == "error")
        warnings = sum(f.count for f in self.findings if f.level == "warning")
        text.append(f"errors {errors:,}, warnings {warnings:,}" if self.findings else "nothing wrong found")
        return text
