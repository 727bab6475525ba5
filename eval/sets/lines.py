"""Reading JSON and JSON Lines with the line at which they are wrong."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eval.errors import SetError
from eval.sets.reading import Log

UTF8 = "Save the file as UTF-8."
_JSONL = 'Each line is one JSON object, such as {"question": "…", "answers": ["…"]}.'


def unreadable(path: Path, error: OSError) -> SetError:
    """The error for a file that is missing or cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return SetError(path, "there is no such file", "Check the path.")
    if isinstance(error, IsADirectoryError):
        return SetError(path, "is a folder, not a file", "Give the file that holds the questions.")
    return SetError(path, f"cannot be read: {error.strerror or error}", "Check its permissions.")


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; ``SetError`` when it is missing, unreadable or empty."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    if not data.strip():
        raise SetError(path, "is empty", "Check that the file was saved completely.")
    return data


def text_lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file that are not blank, with their numbers from 1, read one at a time."""
    some = False
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if number == 1:
                    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                        raise SetError(path, "is UTF-16, not UTF-8", UTF8, line=1)
                    line = line.removeprefix(codecs.BOM_UTF8)
                if line.strip():
                    some = True
                    yield number, _utf8(line.rstrip(b"\r\n"), path, number)
    except OSError as error:
        raise unreadable(path, error) from error
    if not some:
        raise SetError(path, "is empty", "Check that the file was saved completely.")


def json_lines(path: Path, log: Log, hint: str = _JSONL) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers; a broken line goes to ``log`` as a fault."""
    for number, line in text_lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            log.fault(SetError(path, f"not valid JSON: {_reason(error)}", hint, line=number))
            continue
        if not isinstance(row, dict):
            log.fault(SetError(path, f"{kind_of(row)} where a JSON object is wanted", hint, line=number))
            continue
        yield number, row


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without byte order mark."""
    data = read_bytes(path).removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SetError(path, "is not UTF-8", UTF8, line=data.count(b"\n", 0, error.start) + 1) from error


def parse_json(text: str, path: Path) -> Any:
    """The value of a whole JSON file; ``SetError`` with the line where it breaks."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SetError(
            path,
            f"not valid JSON: {_reason(error)}",
            "Check that the file was saved completely, and the brackets and commas around that line.",
            line=getattr(error, "lineno", None),
        ) from error


def json_objects(text: str, path: Path, log: Log) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file that is one JSON array, each with the line that it begins on."""
    parse_json(text, path)  # the whole first, so that what is broken gets the plain message
    decoder = json.JSONDecoder()
    at, line, counted = _skip(text, text.index("[") + 1), 1, 0
    while text[at] != "]":
        line += text.count("\n", counted, at)
        counted = at
        value, end = decoder.raw_decode(text, at)
        if isinstance(value, dict):
            yield line, value
        else:
            log.fault(SetError(path, f"{kind_of(value)} where a JSON object is wanted", _JSONL, line=line))
        at = _skip(text, end)


def _skip(text: str, at: int) -> int:
    """The next place that is neither blank nor a comma."""
    while text[at] in " \t\r\n,":
        at += 1
    return at


def kind_of(value: object) -> str:
    """What a JSON value is, in words."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list"}
    return names.get(type(value), "an object")


def _utf8(line: bytes, path: Path, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SetError(path, "is not UTF-8", UTF8, line=number) from error


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)
