"""What is attached to a message."""

from __future__ import annotations

import mimetypes
from email.message import Message

from qa.documents import limits, mail
from qa.documents.containers import Entry, wanted
from qa.documents.formats import FORMATS
from qa.errors import DocumentError


class Attachments:
    """The attached files of a message; ``entries`` are those of readable formats, equal names with numbers."""

    def __init__(self, data: bytes, name: str) -> None:
        entries: list[Entry] = []
        self._parts = []
        bounds, taken = limits.current(), set[str]()
        for number, part in enumerate(mail.attached(mail.message(data, name)), 1):
            path = _numbered(_name(part, number), taken)
            if not wanted(path):
                continue
            if len(entries) >= bounds.entries:
                raise DocumentError(f"{name} holds more than {bounds.entries:,} files.", "Split it into parts.")
            taken.add(path)
            entries.append(Entry(path))
            self._parts.append(part)
        self.entries = tuple(entries)

    def read(self, index: int, most: int) -> bytes:
        """The bytes of an attachment, at most ``most``."""
        data = mail.payload(self._parts[index])
        if len(data) > most:
            path = self.entries[index].path
            raise DocumentError(f"{path} unpacks to more than {most // limits.MB:,} MB.", "Split it into parts.")
        return data


def _name(part: Message, number: int) -> str:
    name = mail.file_name(part)
    kind = part.get_content_type()
    if kind == "message/rfc822":
        inner = part.get_payload()
        messages = [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []
        subject = mail.header(messages[0], "Subject") if messages else None
        stem = name.removesuffix(".eml") if name else (subject or f"message-{number}").replace("/", "／")
        return f"{stem.lstrip('.')}.eml"
    if name is not None:
        return name
    known = next((suffix for suffix, form in FORMATS.items() if form.media_type == kind), None)
    return f"attachment-{number}{known or mimetypes.guess_extension(kind) or ''}"


def _numbered(name: str, taken: set[str]) -> str:
    stem, dot, end = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem} ({number}){dot}{end}" if dot else f"{name} ({number})"
    return free
