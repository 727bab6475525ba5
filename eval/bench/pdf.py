"""What is lost between a Word document and the PDF that is printed from it? The provincial reports, both ways.

So are laws, which are first set in Word as they are published: a title in the middle, first lines set in, headings of
chapters in the middle. Each document is printed with LibreOffice, and both files are read. White space apart, the text
out of the PDF should be the text out of the Word document, and its passages the same passages.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from eval.bench.data import needed
from eval.errors import RunError
from qa.documents import ParsedDocument, parse
from qa.progress import Progress, Step, reporting

_HEADING = re.compile(r"第[〇零一二三四五六七八九十百0-9]+(?:编|分编|章|节)(?:\s|　|$)|[总附]\s*则$")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_SECONDS = 120  # that one document may take to be printed


@dataclass(frozen=True, slots=True)
class Comparison:
    """One document read from Word and from PDF.

    ``same`` is the share of characters that both have in the same order, twice over the characters of both (difflib's
    ratio without its heuristics), white space apart. ``passages`` and ``kept`` count the Word document's passages, and
    those of them that the PDF has, too, white space apart; ``placed`` those of these under the same headings.
    """

    name: str
    characters: int
    pages: int
    same: float
    passages: int
    kept: int
    placed: int
    metadata: bool
    seconds: float


def word_reports(shared: Path, limit: int | None = None) -> list[Path]:
    """The provincial reports, with ``limit`` so many, spread over all; ``DocumentError`` when they are not there."""
    files = sorted(needed(shared / "data" / "reports" / "provincial-2025").glob("*.docx"))
    return files if limit is None else [files[i * len(files) // limit] for i in range(min(limit, len(files)))]


def printed(files: Sequence[Path], folder: Path) -> list[Path]:
    """The files printed to PDF in ``folder`` by LibreOffice; raises ``RunError`` where that is missing or fails."""
    office = shutil.which("soffice")
    if office is None:
        raise RunError(
            "there is no soffice on the PATH, which prints the Word documents",
            "install LibreOffice, such as Debian's packages libreoffice-writer-nogui and fonts-noto-cjk",
        )
    with tempfile.TemporaryDirectory() as profile:
        # A profile of its own: LibreOffice runs once for each.
        command = [office, "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", "pdf", "--outdir"]
        try:
            done = subprocess.run(
                [*command, str(folder), *map(str, files)],
                capture_output=True,
                text=True,
                timeout=_SECONDS * len(files),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RunError("LibreOffice did not finish", "try fewer documents with --documents") from error
    made = [folder / f"{file.stem}.pdf" for file in files]
    missing = [file.name for file in made if not file.is_file()]
    if missing:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise RunError(f"LibreOffice did not print {missing[0]}: {last}", "print it by hand to see why")
    return made


def compare(files: Sequence[Path], *, progress: Progress = False) -> list[Comparison]:
    """Print the Word documents and compare what is read from both."""
    with tempfile.TemporaryDirectory() as folder, reporting(progress, "Comparing") as report:
        made = printed(files, Path(folder))
        found = []
        for done, (word, pdf) in enumerate(zip(files, made, strict=True)):
            report(Step(done, len(files), word.name))
            ours = parse(word.read_bytes(), word.name)
            begun = time.perf_counter()
            theirs = parse(pdf.read_bytes(), pdf.name)
            found.append(_compared(word.stem, ours, theirs, time.perf_counter() - begun))
        report(Step(len(files), len(files), ""))
    return found


def some_laws(shared: Path, count: int) -> list[tuple[str, str]]:
    """Name and text of so many laws with articles, spread over those of the benchmark ``structure``."""
    from eval.bench.structure import articles, laws

    chosen = [(name, text) for name, text in laws(shared) if articles(text)]
    return [chosen[i * len(chosen) // count] for i in range(min(count, len(chosen)))]


def compare_laws(laws: Sequence[tuple[str, str]], *, progress: Progress = False) -> list[Comparison]:
    """Set the laws in Word, print these, and compare what is read from both."""
    with tempfile.TemporaryDirectory() as folder:
        return compare([_in_word(name, text, Path(folder)) for name, text in laws], progress=progress)


def _in_word(name: str, text: str, folder: Path) -> Path:
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = docx.Document()
    style = document.styles["Normal"]
    style.font.size = Pt(14)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Noto Serif CJK SC")
    for number, line in enumerate(filter(None, map(str.strip, text.split("\n")))):
        paragraph = document.add_paragraph()
        run = paragraph.add_run(line)
        if number and not _HEADING.match(line):
            paragraph.paragraph_format.first_line_indent = Pt(28)
        else:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run.font.size = Pt(22 if not number else 16)
    path = folder / f"{name.replace('/', ' ')}.docx"
    document.save(str(path))
    return path


def _compared(name: str, word: ParsedDocument, pdf: ParsedDocument, seconds: float) -> Comparison:
    left, right = _bare(word.text), _bare(pdf.text)
    same = 1.0 if left == right else SequenceMatcher(None, left, right, autojunk=False).ratio()
    wanted, given = _passages(word), _passages(pdf)
    shared = [text for text in wanted if text in given]
    return Comparison(
        name,
        len(left),
        len(pdf.page_starts),
        same,
        len(wanted),
        len(shared),
        sum(wanted[text] == given[text] for text in shared),
        (word.title, word.date, word.organisation) == (pdf.title, pdf.date, pdf.organisation),
        seconds,
    )


def _passages(document: ParsedDocument) -> dict[str, tuple[str, ...]]:
    """Heading paths by the passages' texts without white space."""
    return {_bare(document.text[p.start : p.end]): p.heading_path for p in document.passages}


def _bare(text: str) -> str:
    return _INVISIBLE.sub("", "".join(text.split()))


def table(found: Sequence[Comparison]) -> str:
    """A line for each document, and the whole."""
    lines = [
        f"  {'Word and PDF, white space apart':<24} {'characters':>10} {'same':>9} {'passages':>9} {'kept':>6}"
        f" {'headings':>9} {'title…':>6} {'pages':>6} {'seconds':>8}"
    ]
    lines += [
        f"  {one.name:<24} {one.characters:>10,} {one.same:>9.4%} {one.passages:>9} {one.kept:>6} {one.placed:>9}"
        f" {'yes' if one.metadata else 'NO':>6} {one.pages:>6} {one.seconds:>8.2f}"
        for one in sorted(found, key=lambda c: (c.same, c.kept / max(1, c.passages)))
    ]
    passages, kept, placed = (sum(getattr(c, field) for c in found) for field in ("passages", "kept", "placed"))
    characters = sum(c.characters for c in found)
    mean = sum(c.same * c.characters for c in found) / max(1, characters)
    pages, seconds = sum(c.pages for c in found), sum(c.seconds for c in found)
    lines.append(
        f"  {len(found)} documents: {mean:.4%} of {characters:,} characters the same,"
        f" the least {min(c.same for c in found):.4%};"
        f" {kept}/{passages} passages ({kept / max(1, passages):.1%}), {placed} of them under the same headings,"
        f" {pages / max(seconds, 1e-9):.0f} pages a second"
    )
    return "\n".join(lines)
