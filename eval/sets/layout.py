"""Which layout a set has, and its reader."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from eval.errors import SetError
from eval.sets import beir, jsonl, squad, tables
from eval.sets.beside import INLINE
from eval.sets.lines import json_objects, parse_json, read_bytes, read_text
from eval.sets.reading import Log, Reading
from eval.types import Layout

SUFFIXES: tuple[str, ...] = (".jsonl", ".json", ".csv", ".tsv", ".xlsx")
"""Suffixes, in lower case, of the files that are sets as a rule."""

_KNOWN = (
    "Yinda reads JSON Lines with question and answers, SQuAD's layout (also CMRC and DRCD), "
    "CSV, TSV and XLSX with columns question and answer, and folders as BEIR has them."
)
_JSONL = (".jsonl", ".ndjson")
_TABLE = (".csv", ".tsv", ".xlsx", ".xlsm")


def detect(path: Path | str) -> Layout:
    """The layout of the set at ``path``, by its suffix and a look into it. Raises ``SetError`` when it is none."""
    path = Path(path)
    if path.is_dir():
        return _folder(path)
    suffix = path.suffix.lower()
    if suffix in _TABLE:
        return "table"
    start, whole = _start(path)
    if start.startswith(b"PK\x03\x04"):
        return "table"
    if start[:1] == b"{":
        return _objects(path, start, whole)
    if start[:1] == b"[":
        objects = json_objects(read_text(path), path, Log(strict=False))
        if suffix in _JSONL or any("question" in row for _, row in objects):
            return "jsonl"
        raise SetError(path, "a JSON list without questions", _KNOWN)
    if suffix in _JSONL:
        return "jsonl"
    if suffix == ".json":
        parse_json(read_text(path), path)
        raise SetError(path, "is JSON, but no set of questions", _KNOWN)
    try:
        tables.table(path)
    except SetError as error:
        raise SetError(path, "is no evaluation set", _KNOWN) from error
    return "table"


def read(path: Path, log: Log, documents: Iterable[Path | str] = (), split: str = "test") -> Reading:
    """The set at ``path`` by the reader of its layout."""
    layout = detect(path)
    documents = tuple(documents)
    if layout == "beir":
        return beir.read(path, log, documents, split)
    if layout == "squad":
        return squad.read(path, log, documents)
    return jsonl.read(path, log, documents) if layout == "jsonl" else tables.read(path, log, documents)


def _folder(path: Path) -> Layout:
    if beir.looks_like(path):
        return "beir"
    files = sorted(f.name for f in path.iterdir() if f.suffix.lower() in SUFFIXES and not f.name.endswith(INLINE))
    hint = f"Give one of its files: {', '.join(files[:5])}." if files else _KNOWN
    raise SetError(path, "is a folder without corpus, queries and qrels", hint)


def _start(path: Path) -> tuple[bytes, bool]:
    """The first line that is not blank, and whether more follows."""
    if not path.is_file():
        read_bytes(path)  # says what is the matter
    with path.open("rb") as file:
        for line in file:
            if line := line.removeprefix(b"\xef\xbb\xbf").strip():
                return line, not file.read(1)
    raise SetError(path, "is empty", "Check that the file was saved completely.")


def _objects(path: Path, start: bytes, whole: bool) -> Layout:
    """JSON Lines, or one object over one or many lines."""
    try:
        first = json.loads(start)
    except (ValueError, RecursionError):
        if path.suffix.lower() in _JSONL and start != b"{":
            return "jsonl"  # its reader says what is wrong with the line
        try:
            first = parse_json(read_text(path), path)
        except SetError:
            if path.suffix.lower() in _JSONL:
                return "jsonl"
            raise
        whole = True
    if not isinstance(first, dict):
        raise SetError(path, "is JSON, but no set of questions", _KNOWN)
    if whole and "data" in first and "question" not in first:
        return "squad"
    if "question" in first or path.suffix.lower() in _JSONL:
        return "jsonl"
    raise SetError(path, 'is JSON, but holds neither "data" nor "question"', _KNOWN)
