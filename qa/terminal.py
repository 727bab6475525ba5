"""What the command line shows. Document text is printed as text: markup in it has no effect."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from qa.types import AddReport, Answer, Citation, Document, Hit, Unread

if TYPE_CHECKING:
    from qa.conversations import Conversation
    from qa.doctor import Finding
    from qa.library import Change, Library

# Control characters could move the cursor, and rich drops some: each becomes a space, so that offsets stay.
_CONTROLS = {code: " " for code in (*range(32), *range(0x7F, 0xA0)) if code not in (0x09, 0x0A)}
_STATUS = {"added": "green", "replaced": "yellow", "unchanged": "dim", "failed": "red"}


def _console() -> Console:
    # Highlighting is off: rich would otherwise colour the numbers of a quote as if they were ours to point out.
    return Console(highlight=False, markup=False, emoji=False)


def source_line(document: Document, heading_path: Sequence[str], page: int | None = None) -> str:
    """Title, number, date, organisation, headings and page of a source, as one line."""
    parts = [f"《{document.title}》", document.number, document.date, document.organisation]
    line = "，".join(part for part in parts if part)
    if heading_path:
        line += " › " + " › ".join(heading_path)
    return _plain(line + (f" › 第{page}页" if page is not None else ""))


def _plain(text: str) -> str:
    return text.translate(_CONTROLS)


def show_answer(answer: Answer, library: Library, *, asked: str) -> None:
    """The answer, the quote in its passage with the span marked, and the source line."""
    console = _console()
    if answer.question != asked.strip():
        console.print(Text(f"understood as: {answer.question}", style="dim"))
    if answer.abstained:
        console.print(Text("The documents do not answer this.", style="bold"))
        if answer.nearest:
            console.print(Text("The nearest passages:", style="dim"))
            show_hits(answer.nearest[:3], library)
        return
    console.print(
        Text(_plain(answer.text), style="bold green"), Text(f"  (confidence {answer.confidence:.0%})", style="dim")
    )
    for number, citation in enumerate(answer.citations, 1):
        console.print()
        console.print(_marked(citation))
        line = source_line(citation.document, citation.heading_path, citation.page)
        console.print(Text(f"[{number}] {line}", style="cyan"))
        for copy in citation.also:
            console.print(Text(f"    also in: {source_line(copy, ())}", style="dim"))
    if answer.disagreements:
        console.print()
        console.print(Text("Documents say different things:", style="bold yellow"))
        console.print(_side_by_side(answer))


def _side_by_side(answer: Answer) -> Table:
    """The answer and what other documents say instead, a column each, over its date and its document."""
    said = [(answer.text, answer.confidence, answer.citations[0])]
    said += [(other.text, other.confidence, other.citation) for other in answer.disagreements]
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 3, 0, 0))
    for _ in said:
        table.add_column(overflow="fold")
    table.add_row(*(Text(_plain(text), "bold green") for text, _, _ in said))
    table.add_row(*(Text(citation.document.date or "no date", "bold") for _, _, citation in said))
    table.add_row(*(Text(_plain(f"《{citation.document.title}》"), "cyan") for _, _, citation in said))
    table.add_row(*(Text(f"confidence {confidence:.0%}", "dim") for _, confidence, _ in said))
    return table


def _marked(citation: Citation) -> Text:
    passage = citation.passage
    text = Text(_plain(passage.text))
    text.stylize("bold reverse", citation.start - passage.start, citation.end - passage.start)
    return text


def show_hits(hits: Sequence[Hit], library: Library) -> None:
    """Passages with their scores and sources."""
    console = _console()
    if not hits:
        console.print("nothing found")
    for number, hit in enumerate(hits, 1):
        parts = [f"{hit.score:.3f}"]
        if hit.dense:
            parts.append(f"dense {hit.dense.score:.3f} (no. {hit.dense.rank})")
        if hit.lexical:
            parts.append(f"lexical {hit.lexical.score:.2f} (no. {hit.lexical.rank})")
        document = library.document(hit.passage.document_id)
        console.print()
        console.print(Text(_plain(hit.passage.text)))
        console.print(Text(f"[{number}] {source_line(document, hit.passage.heading_path, hit.passage.page)}", "cyan"))
        console.print(Text("    " + "  ".join(parts), "dim"))


def show_documents(documents: Sequence[Document], counts: dict[str, int], unread: Sequence[Unread]) -> None:
    """A table of the Library's documents, and below it what could not be read."""
    console = _console()
    if not documents:
        console.print("The Library is empty; add documents with: yinda add PATH")
        show_unread(unread)
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", style="cyan", no_wrap=True)
    table.add_column("date", no_wrap=True)
    table.add_column("title", ratio=2, overflow="fold")
    table.add_column("number", ratio=1, overflow="fold")
    table.add_column("organisation", ratio=1, overflow="fold")
    table.add_column("passages", justify="right", no_wrap=True)
    for d in documents:
        table.add_row(
            d.id,
            d.date or "",
            Text(_plain(d.title)),
            Text(_plain(d.number or "")),
            Text(_plain(d.organisation or "")),
            str(counts.get(d.id, 0)),
        )
    console.print(table)
    show_unread(unread)


def show_unread(unread: Sequence[Unread]) -> None:
    """What could not be read when it was last added, with the reasons."""
    if not unread:
        return
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    console.print()
    console.print(f"{len(unread)} could not be read:")
    for each in unread:
        console.print(Text(_plain(each.location), "red"))
        console.print(
            Text(f"  {_one_line(each.reason)}"), Text(f"— {_one_line(each.hint)}" if each.hint else "", "dim")
        )


def _one_line(text: str) -> str:
    return " ".join(_plain(text).split())


def show_conversations(conversations: Sequence[Conversation]) -> None:
    """A table of the conversations that were kept."""
    console = _console()
    if not conversations:
        console.print("No conversations yet; begin one with: yinda chat")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("id", style="cyan", no_wrap=True)
    table.add_column("changed (UTC)", no_wrap=True)
    table.add_column("questions", justify="right", no_wrap=True)
    table.add_column("title", ratio=1, overflow="fold")
    for each in conversations:
        changed = each.changed[:16].replace("T", " ")
        table.add_row(each.id, changed, str(each.exchanges), Text(_plain(each.title)))
    console.print(table)


def show_report(report: AddReport) -> None:
    """What was added, unchanged, replaced, and what failed and why."""
    console = _console()
    for a in report.additions:
        if a.status == "failed":
            continue
        detail = f"{a.passages} passages, {a.embedded} embedded" if a.passages else ""
        console.print(Text(a.status.ljust(10), _STATUS[a.status]), Text(_plain(a.path)), Text(detail, "dim"))
    counted = {status: sum(a.status == status for a in report.additions) for status in _STATUS}
    console.print(", ".join(f"{n} {status}" for status, n in counted.items() if n) or "nothing to add")
    errors = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
    for a in report.additions:
        for warning in a.warnings:
            errors.print(Text(f"yinda: {_plain(a.path)}: {warning}", "yellow"))
    for a in report.failed:
        errors.print(Text(f"yinda: {a.path}: {a.reason}" if a.path not in a.reason else f"yinda: {a.reason}", "red"))
        if a.hint:
            errors.print(Text(f"  hint: {a.hint}", "dim"))


def show_change(change: Change) -> None:
    """One line for what became of a file that is followed."""
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    kind = change.kind.ljust(10)
    style = {"moved": "cyan", "removed": "yellow"}.get(change.kind) or _STATUS[change.kind]
    if change.kind == "failed":
        reason = change.reason if change.path in change.reason else f"{change.path}: {change.reason}"
        said = _one_line(f"{reason} {change.hint}")
    else:
        said = _one_line(f"{change.before} → {change.path}" if change.before else change.path)
    console.print(Text(kind, style), Text(said), Text(f"{change.passages} passages" if change.passages else "", "dim"))


def show_findings(findings: Sequence[Finding]) -> None:
    """The lines of ``yinda doctor``."""
    console = _console()
    width = max(len(f.subject) for f in findings)
    for f in findings:
        console.print(
            Text("ok  " if f.ok else "BAD ", "green" if f.ok else "red"),
            Text(f.subject.ljust(width + 2)),
            Text(f.text),
            soft_wrap=True,
        )
