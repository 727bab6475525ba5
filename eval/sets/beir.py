"""Retrieval sets: a folder as BEIR has it (corpus, queries, qrels), or with TREC's topics and qrels; TREC run files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.sets.beside import sources_of
from eval.sets.fields import text_of
from eval.sets.lines import json_lines, kind_of, text_lines
from eval.sets.reading import Log, Reading
from eval.types import Question, SetDocument

_CORPUS = ("corpus.jsonl", "corpus.tsv")
_QUERIES = ("queries.jsonl", "queries.tsv", "topics.tsv", "topics.txt")
_FOLDER = "Wanted are corpus.jsonl, queries.jsonl (or topics.tsv) and qrels/test.tsv (or qrels.txt)."
_CORPUS_HINT = 'Each line is one document: {"_id": "d1", "title": "…", "text": "…"}.'
_QUERIES_HINT = 'Each line is one query: {"_id": "q1", "text": "…"}, or in a .tsv file: q1, a tab, the query.'
_QRELS_HINT = "Each line is query, document, grade (BEIR, separated by tabs) or query, 0, document, grade (TREC)."
_RUN_HINT = "Each line is: query Q0 document rank score run."


def looks_like(folder: Path) -> bool:
    """Whether a folder holds a retrieval set, as far as its file names tell."""
    return any((folder / name).is_file() for name in (*_QUERIES, *_CORPUS)) or (folder / "qrels").is_dir()


def read(folder: Path, log: Log, documents: Iterable[Path | str] = (), split: str = "test") -> Reading:
    """The set in ``folder``: the queries that ``split`` judges. Raises ``SetError`` with file and line."""
    queries_file = _first(folder, _QUERIES)
    if queries_file is None:
        raise SetError(folder, "no queries.jsonl or topics.tsv in it", _FOLDER)
    grades = qrels(qrels_file(folder, split), log)
    corpus_file = _first(folder, _CORPUS)
    corpus = _corpus(corpus_file, log) if corpus_file else ()
    sources = () if corpus_file and not documents else sources_of(queries_file, documents)
    if not corpus_file and not sources:
        raise SetError(folder, "no corpus.jsonl in it, and no documents were given", _FOLDER)
    questions: list[Question] = []
    known: set[str] = set()
    for number, identity, text in _queries(queries_file, log):
        known.add(identity)
        if identity in grades:
            questions.append(Question(identity, text, qrels=grades[identity], line=number))
    for identity in grades.keys() - known:
        log.note("unknown-query", identity, None, f"judged in {split}, but not among the queries")
    return Reading(
        folder,
        "beir",
        tuple(questions),
        corpus,
        sources,
        task="retrieval",
        name=f"{folder.resolve().name}/{split}",
        notes=tuple(log.notes),
        faults=tuple(log.faults),
    )


def qrels_file(folder: Path, split: str) -> Path:
    """The file with the grades of ``split``; ``SetError`` names the splits that there are."""
    names = (f"qrels/{split}.tsv", f"qrels/{split}.txt", f"qrels/{split}.qrels", f"{split}.qrels")
    found = _first(folder, (*names, f"qrels.{split}.tsv", f"qrels.{split}.txt", "qrels.tsv", "qrels.txt"))
    if found is None:
        splits = sorted(f.stem for f in (folder / "qrels").glob("*") if f.suffix in (".tsv", ".txt", ".qrels"))
        if splits:
            raise SetError(folder, f"no split {split}; there are: {', '.join(splits)}", "Name one of them.")
        raise SetError(folder, f"no qrels/{split}.tsv in it", _FOLDER)
    return found


def qrels(path: Path, log: Log) -> dict[str, dict[str, int]]:
    """Grades by query and document, from BEIR's three columns or TREC's four, with or without a header.

    A grade that is said twice the same is taken once; two different ones are a fault.
    """
    grades: dict[str, dict[str, int]] = {}
    for number, line in text_lines(path):
        cells = line.rstrip("\r\n").split("\t") if "\t" in line else line.split()
        if number == 1 and len(cells) >= 3 and not _is_integer(cells[-1]):
            continue  # the header of BEIR's files
        if len(cells) not in (3, 4) or not _is_integer(cells[-1]):
            log.fault(SetError(path, "no query, document and whole grade", _QRELS_HINT, line=number))
            continue
        query, document, grade = cells[0].strip(), cells[-2].strip(), int(cells[-1])
        judged = grades.setdefault(query, {})
        if judged.setdefault(document, grade) != grade:
            reason = f"query {query} and document {document} are graded {judged[document]} further up, and {grade} here"
            log.fault(SetError(path, reason, "Keep one of the two.", line=number))
    return grades


def read_trec_run(path: Path | str) -> dict[str, dict[str, float]]:
    """The scores by query and document of a run file in TREC's format (``query Q0 document rank score run``).

    Raises ``SetError`` with the line that has another form, a score that is no number, or a document twice.
    """
    path = Path(path)
    run: dict[str, dict[str, float]] = {}
    for number, line in text_lines(path):
        cells = line.split()
        if len(cells) != 6:
            raise SetError(path, f"{len(cells)} columns where six are wanted", _RUN_HINT, line=number)
        query, _, document, rank, score, _ = cells
        if not _is_integer(rank):
            raise SetError(path, f"the rank is {rank}, not a whole number", _RUN_HINT, line=number)
        try:
            value = float(score)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise SetError(path, f"the score is {score}, not a number", _RUN_HINT, line=number)
        found = run.setdefault(query, {})
        if document in found:
            reason = f"document {document} stands twice for query {query}"
            raise SetError(path, reason, "Keep the better of the two.", line=number)
        found[document] = value
    return run


def _first(folder: Path, names: Iterable[str]) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _is_integer(cell: str) -> bool:
    return cell.strip().removeprefix("-").isdecimal()


def _corpus(path: Path, log: Log) -> tuple[SetDocument, ...]:
    documents: dict[str, SetDocument] = {}
    lines: dict[str, int] = {}
    for number, row in _rows(path, log, ("_id", "title", "text"), _CORPUS_HINT):
        try:
            identity = _identity(row, path, number, _CORPUS_HINT)
            text, title = (_text(row, key, path, number, _CORPUS_HINT) for key in ("text", "title"))
            if identity in documents:
                reason = f"document {identity} also on line {lines[identity]}"
                raise SetError(path, reason, "Give each document its own _id.", line=number)
        except SetError as error:
            log.fault(error)
            continue
        if not text.strip():
            log.note("empty-document", identity, number, title or "neither text nor title")
        documents[identity], lines[identity] = SetDocument(identity, text, title), number
    return tuple(documents.values())


def _queries(path: Path, log: Log) -> Iterator[tuple[int, str, str]]:
    for number, row in _rows(path, log, ("_id", "text"), _QUERIES_HINT):
        try:
            identity = _identity(row, path, number, _QUERIES_HINT)
            text = _text(row, "text", path, number, _QUERIES_HINT)
            if not text.strip():
                raise SetError(path, f"the query {identity} is empty", _QUERIES_HINT, line=number)
        except SetError as error:
            log.fault(error)
            continue
        yield number, identity, text


def _rows(path: Path, log: Log, columns: tuple[str, ...], hint: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows as objects, from JSON Lines, or from lines with tabs in the order of ``columns`` (a title may lack)."""
    if path.suffix == ".jsonl":
        yield from json_lines(path, log, hint)
        return
    for number, line in text_lines(path):
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) == len(columns):
            yield number, dict(zip(columns, cells, strict=True))
        elif len(cells) == 2:
            yield number, {columns[0]: cells[0], columns[-1]: cells[1]}
        else:
            log.fault(SetError(path, f"{len(cells)} columns separated by tabs", hint, line=number))


def _identity(row: dict[str, Any], path: Path, line: int, hint: str) -> str:
    value = row.get("_id", row.get("id"))
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        raise SetError(path, f'"_id" is {kind_of(value) if value != "" else "empty"}', hint, line=line)
    return text_of(str(value).strip(), '"_id"', path, line)


def _text(row: dict[str, Any], key: str, path: Path, line: int, hint: str) -> str:
    value = row.get(key)
    return "" if value is None else text_of(value, f'"{key}"', path, line, hint)
