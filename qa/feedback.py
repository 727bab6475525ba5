"""What people say of the answers they got, kept beside the Library and never deleted by it.

``feedback.jsonl`` in the Library's folder holds one JSON object a line and is only ever appended to. A later line for
the same exchange replaces the earlier one on reading, so that a verdict can be changed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from qa.conversations import KeptAlternative, KeptAnswer, KeptCitation
from qa.errors import LibraryError, YindaError, no_library
from qa.text.spreadsheet import guarded
from qa.types import Answer, Turn

if TYPE_CHECKING:
    from qa.library import Library

Verdict = Literal["right", "wrong", "should_have_refused"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
FILE = "feedback.jsonl"
LOCK_SECONDS = 30.0
# The longest reason that is kept, in characters.
REASON = 2000
# A phrase of fewer characters says little of where it stands.
PHRASE = 10


@dataclass(frozen=True, slots=True)
class Feedback:
    """One verdict on one answer.

    ``time`` is an ISO time in UTC; ``asked`` the question as it was asked and ``question`` the standalone one that
    was answered; ``history`` the questions before it, oldest first. Of an abstention (``abstained``), ``right`` says
    that refusing was right and ``wrong`` that there is an answer.

    Each of ``citations`` holds ``document_id``, ``title``, ``file`` (the name of the document's file), ``path`` (None
    for an upload), ``start``, ``end`` (offsets in the document's text), ``quote`` and ``phrase`` (words of the passage
    that occur in it once and hold the quote). ``alternatives`` hold the same, with ``text`` and ``confidence``.
    """

    exchange: str
    time: str
    asked: str
    question: str
    history: tuple[str, ...]
    verdict: Verdict
    text: str
    abstained: bool
    confidence: float
    citations: tuple[Mapping[str, Any], ...] = ()
    alternatives: tuple[Mapping[str, Any], ...] = ()
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values: what stands in the file."""
        return asdict(self)


def record(
    library: Library | str | os.PathLike[str],
    answer: Answer | KeptAnswer,
    asked: str,
    history: Sequence[str | Turn],
    verdict: Verdict,
    reason: str = "",
    *,
    exchange: str | None = None,
) -> Feedback:
    """Append a verdict on ``answer`` to the Library's feedback; it is on the disk when this returns.

    ``library`` is an open Library or its folder, which must exist. An answer of a conversation that was kept
    (``KeptAnswer``) can be judged like one just given. ``exchange`` names the exchange of a conversation:
    a later verdict on the same one replaces the earlier; without it the verdict stands for itself.

    Raises ``YindaError`` for an unknown verdict, and ``LibraryError`` when the file cannot be written.
    """
    if verdict not in VERDICTS:
        raise YindaError(f"unknown verdict {verdict!r}", f"use one of {', '.join(VERDICTS)}")
    folder = _folder(library)
    kept = answer if isinstance(answer, KeptAnswer) else _kept(answer, library)
    feedback = Feedback(
        exchange=exchange or uuid.uuid4().hex,
        time=datetime.now(UTC).isoformat(timespec="milliseconds"),
        asked=asked,
        question=kept.question,
        history=tuple(turn if isinstance(turn, str) else turn.question for turn in history),
        verdict=verdict,
        text=kept.text,
        abstained=kept.abstained,
        confidence=kept.confidence,
        citations=tuple(map(_cited, kept.citations)),
        alternatives=tuple(map(_alternative, (*kept.disagreements, *kept.alternatives))),
        reason=reason.strip()[:REASON],
    )
    _append(folder, feedback)
    return feedback


def read(library: Library | str | os.PathLike[str]) -> list[Feedback]:
    """The verdicts on a Library's answers, the last one of each exchange, in the order in which exchanges came.

    ``library`` is an open Library or its folder. Lines that are no feedback (one that a crash cut off) are skipped.
    Raises ``LibraryError`` when the file is there and cannot be read.
    """
    path = _folder(library) / FILE
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LibraryError(f"{path} cannot be read: {error.strerror}", "check the file's permissions") from error
    latest: dict[str, Feedback] = {}
    for line in data.split(b"\n"):
        feedback = _parsed(line)
        if feedback is not None:
            latest[feedback.exchange] = feedback
    return list(latest.values())


COLUMNS = (
    "time",
    "verdict",
    "asked",
    "question",
    "history",
    "text",
    "abstained",
    "confidence",
    "reason",
    "documents",
    "quotes",
    "exchange",
)


def export(library: Library | str | os.PathLike[str]) -> str:
    """The verdicts as CSV for a spreadsheet, a line each below the names of ``COLUMNS``.

    Several texts in a cell (history, documents, quotes) stand on lines of their own. A cell that a spreadsheet would
    take for a formula begins with an apostrophe. Encode it with ``utf-8-sig``, so that Excel sees the encoding; raises
    what ``read`` raises.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for said in read(library):
        cells = {
            **asdict(said),
            "history": "\n".join(said.history),
            "abstained": int(said.abstained),
            "documents": "\n".join(dict.fromkeys(str(place.get("title", "")) for place in said.citations)),
            "quotes": "\n".join(str(place.get("quote", "")) for place in said.citations),
        }
        writer.writerow([guarded(str(cells[name])) for name in COLUMNS])
    return out.getvalue()


def phrase_around(text: str, start: int, end: int) -> str:
    """Words of ``text`` that hold ``text[start:end]`` and occur in it once: its clause where that is enough,
    and at least ``PHRASE`` characters long where the text is.

    Grows to the sentence, then to the whole of ``text``; without outer whitespace unless the span has it.
    """
    marks = "，,；;。！？!?\n"
    best = text
    for edges in (marks, marks[4:], "\n"):
        first, last = start, end
        while first > 0 and text[first - 1] not in edges:
            first -= 1
        while last < len(text) and text[last] not in edges:
            last += 1
        while first < start and text[first].isspace():
            first += 1
        while last > end and text[last - 1].isspace():
            last -= 1
        phrase = text[first:last]
        if phrase and text.find(phrase) == text.rfind(phrase):
            best = phrase
            if len(phrase) >= PHRASE:
                break
    return best


def _folder(library: Library | str | os.PathLike[str]) -> Path:
    return Path(library).expanduser() if isinstance(library, str | os.PathLike) else library.folder


def _kept(answer: Answer, library: Library | str | os.PathLike[str]) -> KeptAnswer:
    from qa.library import Library

    if isinstance(library, Library):
        return KeptAnswer.of(answer, library)
    try:
        with Library.open(library, create=False) as opened:
            return KeptAnswer.of(answer, opened)
    except LibraryError:  # what is said of an answer is kept also where the Library cannot be opened
        return KeptAnswer.of(answer, None)


def _cited(citation: KeptCitation) -> dict[str, Any]:
    passage = citation.passage
    return {
        "document_id": passage.document_id,
        "title": passage.title,
        "file": passage.file,
        "path": passage.path,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "phrase": phrase_around(passage.text, *citation.inside),
    }


def _alternative(other: KeptAlternative) -> dict[str, Any]:
    return {"text": other.text, "confidence": other.confidence, **_cited(other.citation)}


def _append(folder: Path, feedback: Feedback) -> None:
    from filelock import FileLock, Timeout

    from embeddings.durable import sync_folder

    path = folder / FILE
    if not folder.is_dir():  # the lock would make it
        raise no_library(folder)
    line = json.dumps(feedback.to_dict(), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
    try:
        with FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            fresh = not path.exists()
            with open(path, "ab+") as file:
                _heal(file)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            if fresh:
                sync_folder(folder)
    except Timeout as error:
        raise LibraryError(
            f"{path} is busy: another process is writing to it", "wait for it to finish and try again"
        ) from error
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be written: {error.strerror}", "check the folder's permissions and the free space"
        ) from error


def _heal(file: Any) -> None:
    """End the last line: what a crash cut off is dropped, what only lacks its line break gets it."""
    size = file.seek(0, os.SEEK_END)
    if not size:
        return
    tail, at = b"", size
    while at and b"\n" not in tail:
        step = min(at, 1 << 16)
        at -= step
        file.seek(at)
        tail = file.read(step) + tail
    torn = tail[tail.rfind(b"\n") + 1 :]
    if not torn:
        return
    if _parsed(torn) is not None:
        file.write(b"\n")
    else:
        file.truncate(size - len(torn))
    file.seek(0, os.SEEK_END)


_FIELDS = frozenset(field.name for field in fields(Feedback))


def _parsed(line: bytes) -> Feedback | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    if not isinstance(value, dict) or value.get("verdict") not in VERDICTS:
        return None
    kept = {key: entry for key, entry in value.items() if key in _FIELDS}
    for key in ("history", "citations", "alternatives"):
        if not isinstance(kept.get(key, []), list):
            return None
        kept[key] = tuple(kept.get(key, []))
    texts = (kept.get(key) for key in ("exchange", "time", "asked", "question", "text"))
    if not all(isinstance(text, str) for text in texts) or not isinstance(kept.get("reason", ""), str):
        return None
    if not isinstance(kept.get("abstained"), bool) or not isinstance(kept.get("confidence"), int | float):
        return None
    return Feedback(**kept)
