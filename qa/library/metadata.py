"""What a person may write into the title, date, organisation and number of a document."""

from __future__ import annotations

import re
from datetime import date as Date

from qa.errors import LibraryError
from qa.text.document_number import written

FIELDS = ("title", "date", "organisation", "number")
"""The fields that can be edited, in the order in which ``Document.edited`` names them."""
MAX_LENGTH = 300
_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def checked_edit(
    title: str | None, date: str | None, organisation: str | None, number: str | None = None
) -> dict[str, str | None]:
    """The fields that are given (not None), as they are stored: on one line, None for a cleared one.

    Raises ``LibraryError`` for an empty title, a date that is none, and text that is too long or no text.
    """
    given: dict[str, str | None] = {}
    if title is not None:
        given["title"] = _line("title", title)
        if not given["title"]:
            raise LibraryError("a document's title cannot be empty", "give it a name that tells it from the others")
    if date is not None:
        given["date"] = _iso(date.strip())
    if organisation is not None:
        given["organisation"] = _line("organisation", organisation) or None
    if number is not None:
        given["number"] = written(_line("number", number)) or None
    return given


def _line(name: str, value: str) -> str:
    line = " ".join(value.split())
    if len(line) > MAX_LENGTH:
        raise LibraryError(f"the {name} has {len(line):,} characters; at most {MAX_LENGTH} are kept", "shorten it")
    if any(c < " " or "\x7f" <= c < "\xa0" or "\ud800" <= c <= "\udfff" for c in line):
        raise LibraryError(f"the {name} {line!r} holds control characters", "type it anew")
    return line


def _iso(value: str) -> str | None:
    if not value:
        return None
    match = _ISO.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        year, month, day = match.groups()
        Date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise LibraryError(f"{value!r} is not a date", 'write 2023, 2023-02 or 2023-02-24, or "" for no date') from None
    return value
