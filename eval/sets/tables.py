"""Tables of questions and answers: CSV, TSV and Excel files, their columns found by name."""

from __future__ import annotations

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from eval.errors import SetError
from eval.sets.beside import with_documents
from eval.sets.cells import several
from eval.sets.fields import question_of
from eval.sets.lines import read_bytes
from eval.sets.proposals import COLUMNS, accepted
from eval.sets.reading import Log, Reading
from eval.types import Question

Rows = Iterator[tuple[int, list[str]]]

# As they are after folding: Simplified, half width, lower case.
_NAMES = {
    "question": ("question", "query", "问题"),
    "answers": ("answer", "answers", "答案", "回答", "参考答案"),
    "id": ("id", "编号"),
    "kind": ("kind", "类型"),
    "evidence": ("evidence", "证据", "原文", "依据"),
    "document": ("document", "文档", "来源"),
    "history": ("history", "上文"),
}
_FIELDS = {name: field for field, names in _NAMES.items() for name in names}
_PROPOSED = {"accept": "accept", "采用": "accept"} | {name: name for name in ("needs", "start", "end", "check")}
_NUMBERED = re.compile(r"(.*?)[ _-]?(\d+)")
_WANTED = (
    "Wanted are a column question or 问题 and a column answer or 答案; several answers stand in one cell as 4人|四人."
)
_ENCODINGS = ("gb18030", "big5")


def read(path: Path, log: Log, documents: Iterable[Path | str] = ()) -> Reading:
    """The set at ``path``; of a table of proposals, those that were accepted.

    Raises ``SetError`` that names the columns found when one is missing.
    """
    return with_documents(path, "table", tuple(question for _, question in parsed(path, log)), log, documents)


def parsed(path: Path, log: Log, *, proposals: bool = False) -> Iterator[tuple[dict[str, object], Question]]:
    """The fields of each row that can be read, with its question.

    A table with a column ``accept`` is one of proposals: rows that are not accepted are passed over. ``proposals``
    says that it has to be one.
    """
    rows = iter(table(path))
    line, header = _header(rows)
    columns = _columns(header, path, line)
    choosing = "accept" in columns.values()
    if proposals and not choosing:
        hint = f"The columns of proposals are {', '.join(COLUMNS)}."
        raise SetError(path, "no column accept", hint, line=line)
    for position, cell in enumerate(header):
        if cell.strip() and position not in columns:
            log.note("unknown-field", "", None, f"column {cell.strip()}")
    passed_over = taken = 0
    for number, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        try:
            fields = _fields(cells, columns, path, number, len(header))
            row = accepted(fields, path, number) if choosing else _row(fields)
            if row is None:
                passed_over += 1
                continue
            taken += 1
            yield row, question_of(row, path, number, log)
        except SetError as error:
            log.fault(error)
    if passed_over and not taken and not proposals and not log.faults:
        log.fault(SetError(path, "no row is accepted", "Write 1 or 是 into the column accept of the rows to take."))


def table(path: Path) -> Rows:
    """The rows of the file with the lines that they begin on."""
    data = read_bytes(path)
    if data.startswith(b"PK\x03\x04"):
        from eval.sets import spreadsheet

        return spreadsheet.rows(path, data)
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        raise SetError(path, "is no .xlsx file", "Save it as .xlsx without a password, or as .csv.")
    best = None
    for text in _texts(data, path):
        for delimiter in ("\t", ",", ";") if path.suffix.lower() == ".tsv" else (",", "\t", ";"):
            fields = fields_of(_header(_separated(text, delimiter, path, careless=True))[1])
            if "question" in fields and (best is None or len(fields) > best[0]):
                best = len(fields), text, delimiter
        if best is not None:
            break
    if best is None:
        line, found = _header(_separated(_texts(data, path)[0], _likely(path), path, careless=True))
        raise _missing(path, "question", found, line)
    _, text, delimiter = best
    rows = _separated(text, delimiter, path)
    if delimiter == "\t":
        try:
            return iter(list(rows))
        except SetError:
            # Most programs write tabs without quoting: a quotation mark is then a mark like any other.
            return _separated(text, delimiter, path, careless=True)
    return rows


def fields_of(header: list[str]) -> set[str]:
    """Which fields the cells of a header name."""
    return {field for field in map(_field, header) if field}


def _header(rows: Rows) -> tuple[int, list[str]]:
    """The first row that is not blank, with its line."""
    return next(((line, cells) for line, cells in rows if any(cell.strip() for cell in cells)), (1, []))


def _likely(path: Path) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else ","


def _texts(data: bytes, path: Path) -> list[str]:
    """The text in each encoding that fits, the likeliest first; the header tells which is right."""
    from qa.documents.decode import decode
    from qa.errors import DocumentError

    texts = []
    with contextlib.suppress(DocumentError):
        texts.append(decode(data, path.name))
    # A table of a few names and figures is too short to tell its encoding from how likely its characters are.
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text and text not in texts:
            texts.append(text)
    if not texts:
        raise SetError(path, "is no text in UTF-8, UTF-16, GB18030 or Big5", "Save it as CSV in UTF-8.")
    return texts


def _separated(text: str, delimiter: str, path: Path, *, careless: bool = False) -> Rows:
    lines = io.StringIO(text, newline="")
    if careless and delimiter == "\t":
        reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=delimiter, strict=not careless)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        reason = "a quotation mark is not closed, or text follows a closing one" if "'" in str(error) else str(error)
        if "unexpected end" in str(error):
            reason = "a quotation mark is not closed"
        hint = 'A cell that begins with a quotation mark is written """十四五""规划"; a spreadsheet program does so.'
        raise SetError(path, reason, hint, line=line) from error


def _field(cell: str, proposals: bool = False) -> str:
    from qa.text.normalise import searchable

    name = searchable(cell).strip()
    known = _FIELDS | _PROPOSED if proposals else _FIELDS
    if name in known:
        return known[name]
    numbered = _NUMBERED.fullmatch(name)
    return "answers" if numbered and _FIELDS.get(numbered[1]) == "answers" else ""


def _columns(header: list[str], path: Path, line: int) -> dict[int, str]:
    """Field names by column. Raises ``SetError`` when one is missing, or there twice."""
    proposals = any(_field(cell, True) == "accept" for cell in header)
    columns = {position: field for position, cell in enumerate(header) if (field := _field(cell, proposals))}
    for wanted in ("question", "answers"):
        if wanted not in columns.values():
            raise _missing(path, wanted, header, line)
    for field in set(columns.values()) - {"answers"}:
        same = [header[p].strip() for p, f in columns.items() if f == field]
        if len(same) > 1:
            raise SetError(path, f"several columns for {field}: {', '.join(same)}", "Keep one of them.", line=line)
    return columns


def _missing(path: Path, field: str, header: list[str], line: int) -> SetError:
    found = ", ".join(cell.strip()[:40] for cell in header[:12] if cell.strip()) or "none"
    name = "question" if field == "question" else "answer"
    return SetError(path, f"no column for the {name}; columns found: {found}", _WANTED, line=line)


def _fields(cells: list[str], columns: dict[int, str], path: Path, line: int, width: int) -> dict[str, str]:
    """The cells of a row by field; those of several columns for answers are put together."""
    if any(cell.strip() for cell in cells[width:]):
        raise SetError(
            path,
            f"{len(cells)} cells, but the header has {width}",
            "Put a cell that holds the separator in quotation marks.",
            line=line,
        )
    fields: dict[str, str] = {}
    for position, field in columns.items():
        value = cells[position].strip() if position < len(cells) else ""
        fields[field] = f"{fields[field]} | {value}" if field in fields else value
    return fields


def _row(fields: dict[str, str]) -> dict[str, object]:
    row: dict[str, object] = {name: value for name, value in fields.items() if value or name == "question"}
    return row | {name: list(several(fields[name])) for name in ("answers", "history") if name in fields}
