"""Messages (.eml) and pages saved as one file (.mht, .mhtml): both are MIME. Nothing that they refer to is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_to_datetime

from qa.documents import html, plain
from qa.documents.decode import decode
from qa.documents.model import Block, Content, Metadata
from qa.errors import DocumentError

_HEADERS = ("From", "To", "Cc", "Date")
_FOLD = re.compile(r"\r?\n[ \t]*|[\r\n]+")
_GAP = re.compile(r"(?<=\?=)\s+(?==\?)")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# Two bodies of one message say the same; where the plain one is a mere note, the other is the message.
_NOTE = 3


def message(data: bytes, name: str) -> Message:
    """The MIME message in these bytes. Raises ``DocumentError`` when there is none."""
    damaged = DocumentError(f"{name} is damaged or no message.", "Save it from the mail program again.")
    try:
        # The older policy leaves headers as they are: many say GB2312 and hold more than that.
        found = BytesParser(policy=policy.compat32).parsebytes(data)
    except (ValueError, LookupError, RecursionError, IndexError, TypeError, AttributeError) as error:
        raise damaged from error
    if not found.keys():
        raise damaged
    return found


def read_message(data: bytes, name: str) -> Content:
    """A message: a line for each header that people read, then its text. Quoted replies stay."""
    found = message(data, name)
    subject = header(found, "Subject")
    head = [f"Subject: {subject}"] if subject else []
    head += [f"{key}: {value}" for key in _HEADERS if (value := header(found, key))]
    sender = [shown or address for shown, address in getaddresses([header(found, "From") or ""]) if shown or address]
    said = Metadata(title=subject, date=_date(found), source=sender[0] if sender else None)
    return _below(head, _body(found, name), said)


def read_page(data: bytes, name: str) -> Content:
    """A page that was saved with all that belongs to it in one file: the page itself, without frames and pictures."""
    found = message(data, name)
    pages = [part for part in _texts(found) if part.get_content_type() in ("text/html", "application/xhtml+xml")]
    start = (found.get_param("start") or "") if found.is_multipart() else ""
    root = next((part for part in pages if start and part.get("Content-ID", "").strip() == start), None)
    if root is None and not pages:
        raise DocumentError(f"{name} holds no page.", "Save it in the browser again.")
    root = root or pages[0]
    content = _html(root, name)
    address = header(found, "Snapshot-Content-Location") or header(root, "Content-Location")
    source = content.stated.source or (address if address and re.match("https?://", address) else None)
    stated = Metadata(
        content.stated.title or header(found, "Subject"), content.stated.date, content.stated.organisation, source
    )
    return Content(content.text, content.blocks, stated, content.boilerplate, content.page_starts, content.warnings)


def attached(found: Message) -> Iterator[Message]:
    """The parts that are files of their own: named, said to be attached, or messages."""
    for part in _parts(found, attachments=True):
        if _is_attached(part):
            yield part


def file_name(part: Message) -> str | None:
    """The file name of a part, decoded, without folders; None where it has none."""
    for key, parameter in (("Content-Disposition", "filename"), ("Content-Type", "name")):
        value = part.get_param(parameter, header=key.lower())
        if isinstance(value, tuple):  # RFC 2231: encoding, language, text
            encoding, _, text = value
            value = _decoded(str(text).encode("latin-1", "replace"), str(encoding or ""))
        if value:
            words = _words(str(value))
            shown = _CONTROLS.sub(" ", words).replace("\\", "/").rsplit("/", 1)[-1].strip()
            if shown.strip("."):
                return shown
    return None


def payload(part: Message) -> bytes:
    """The bytes of a part, decoded from how they were sent; of a message within a message, that message."""
    inner = part.get_payload()
    if part.get_content_type() == "message/rfc822" and isinstance(inner, list) and inner:
        return inner[0].as_bytes() if isinstance(inner[0], Message) else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def header(found: Message, key: str) -> str | None:
    """A header as it reads, in one line; None where it is missing or empty."""
    raw = next((value for name, value in found.raw_items() if name.lower() == key.lower()), None)
    if raw is None:
        return None
    return " ".join(_CONTROLS.sub(" ", _words(str(raw))).split()) or None


def _words(raw: str) -> str:
    """Encoded words decoded. Neighbours of one encoding are joined first: programs cut characters in two."""
    line = _GAP.sub("", _FOLD.sub(" ", raw))
    if "=?" not in line:
        return _decoded(line.encode("utf-8", "surrogateescape"), "")
    try:
        pieces = decode_header(line)
    except (ValueError, IndexError, TypeError):
        return _decoded(line.encode("utf-8", "surrogateescape"), "")
    return "".join(piece if isinstance(piece, str) else _decoded(piece, encoding or "") for piece, encoding in pieces)


def _decoded(data: bytes, declared: str) -> str:
    try:
        return decode(data, declared=declared or None)
    except DocumentError:
        return data.decode("utf-8", "replace")


def _date(found: Message) -> str | None:
    try:
        moment = parsedate_to_datetime(header(found, "Date") or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.date().isoformat() if 1000 <= moment.year <= 2999 else None


def _is_attached(part: Message) -> bool:
    if part.get_content_type() == "message/rfc822" or part.get_content_disposition() == "attachment":
        return True
    return file_name(part) is not None and not part.get_content_type().startswith("image/")


def _parts(found: Message, *, attachments: bool) -> Iterator[Message]:
    """The leaves in order; into an attached message only its own reading looks."""
    stack = [found]
    while stack:
        part = stack.pop()
        inner = part.get_payload()
        if part is not found and _is_attached(part):
            if attachments:
                yield part
        elif part.get_content_maintype() == "multipart" and isinstance(inner, list):
            stack += [each for each in reversed(inner) if isinstance(each, Message)]
        else:
            yield part


def _texts(found: Message) -> list[Message]:
    return [part for part in _parts(found, attachments=False) if not isinstance(part.get_payload(), list)]


def _body(found: Message, name: str) -> Content:
    texts = _texts(found)
    bare = [part for part in texts if part.get_content_type() == "text/plain"]
    rich = [part for part in texts if part.get_content_type() == "text/html"]
    written = plain.read("\n".join(_text(part, name).strip("\r\n") for part in bare))
    if not rich:
        return written
    page = _html(rich[0], name)
    return page if len(page.text.strip()) > _NOTE * len(written.text.strip()) else written


def _text(part: Message, name: str) -> str:
    data = payload(part)
    return decode(data, name, part.get_content_charset()) if data.strip() else ""


def _html(part: Message, name: str) -> Content:
    # What the part says of its encoding stands over what the page says; UTF-8 is tried before either.
    return html.read(_text(part, name).encode("utf-8", "replace"), name)


def _below(head: list[str], body: Content, stated: Metadata) -> Content:
    """The body under the lines of the head."""
    text, blocks = "", []
    for line in head:
        blocks.append(Block(len(text), len(text) + len(line)))
        text += line + "\n"
    moved = len(text) + 1 if text else 0
    text += "\n" if text else ""
    blocks += [Block(b.start + moved, b.end + moved, b.kind, b.level, b.table, b.label) for b in body.blocks]
    aside = tuple((start + moved, end + moved) for start, end in body.boilerplate)
    return Content(text + body.text, tuple(blocks), stated, aside, warnings=body.warnings)
