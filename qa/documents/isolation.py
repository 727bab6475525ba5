"""Reading files in a process of its own, which a file that crashes, hangs or fills the memory takes down alone.

The process imports nothing of Yinda but ``qa.documents``, is used again for many files, and holds ``Limits``: size,
pages, nesting, wall time, and memory where the system can hold it (see ``Limits``; elsewhere nothing watches it).
What comes back is JSON and bytes, and is checked: the process may have been taken over. A file that stops it is
refused like one that cannot be read. It has no terminal and no log: what a file holds is seen nowhere.

It needs no ``if __name__ == "__main__"``, and may be used from any thread. ``qa.documents.parse`` reads in the present
process, which is faster for one file of one's own.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from qa.documents import containers, wire
from qa.documents.limits import DEFAULT, MB, Limits
from qa.documents.model import ParsedDocument
from qa.documents.worker import OUT_OF_MEMORY
from qa.errors import DocumentError, YindaError

if TYPE_CHECKING:
    from qa.documents.pdf.pages import ShownPage

AT_ONCE = 4
"""Processes that read at the same time; more readers wait for one another."""
PAGE_SECONDS = 60.0
"""Seconds for a picture of a page."""
_KEPT = 2
_PATIENCE = 5.0
_START = "import sys; sys.path[:] = sys.argv[1:]; from qa.documents.worker import main; main()"
_ANEW = "Open it in the program that it comes from, and save it again."


class IsolatedReader:
    """Reads documents as ``parse`` does, within ``limits``, in other processes. Safe for threads.

    Processes are started when they are needed; ``close`` ends them, and so does the end of the program.
    """

    def __init__(self, limits: Limits = DEFAULT) -> None:
        self.limits = limits
        self._idle: list[_Process] = []
        self._make_locks()

    def _make_locks(self) -> None:
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(AT_ONCE)

    def parse(self, data: bytes, name: str) -> ParsedDocument:
        """Read a document. Every failure is a ``DocumentError`` of one line: what ``parse`` raises, too much time or
        memory, a crash.
        """
        check_size(len(data), name, self.limits.document)
        said, text = self._asked({"do": "parse", "name": name}, data, name)
        with _checked(name):
            parsed = wire.load(ParsedDocument, said["parsed"] | {"text": text.decode("utf-8", "surrogatepass")})
            _check_sound(parsed)
        return parsed

    def unpack(self, data: bytes, name: str) -> Unpacked:
        """What an archive or a message holds; ``DocumentError`` when it is damaged or would unpack to too much."""
        check_size(len(data), name, self.limits.archive)
        opened = Unpacked(self, data, name)
        opened.look()
        return opened

    def page(
        self, data: bytes, name: str, number: int, width: int, spans: Sequence[tuple[int, int]], text: str
    ) -> tuple[ShownPage, bytes]:
        """A page of a PDF (from 1), ``width`` pixels wide, as PNG: b"" where there is no such page.

        With boxes around what ``spans`` cover of ``text``, if that is how it is read. Raises what ``parse`` does.
        """
        from qa.documents.pdf.pages import ShownPage, text_digest

        asked = {"do": "page", "name": name, "page": number, "width": width, "spans": list(spans)}
        said, png = self._asked(
            {**asked, "digest": text_digest(text)}, data, name, min(PAGE_SECONDS, self.limits.seconds)
        )
        with _checked(name):
            shown = wire.load(ShownPage, said["page"])
            if bool(png) != bool(shown.width) or any(not 0 <= share <= 1 for box in shown.boxes for share in box):
                raise wire.Malformed("no picture, or a box beside it")
        return shown, png

    def close(self) -> None:
        """End the processes that wait for work; later ones are started anew."""
        with self._lock:
            idle, self._idle = self._idle, []
        for process in idle:
            process.stop()

    def _asked(
        self, request: dict[str, Any], data: bytes, name: str, seconds: float | None = None
    ) -> tuple[dict[str, Any], bytes]:
        seconds = self.limits.seconds if seconds is None else seconds
        with self._places:
            process = self._take()
            try:
                try:
                    said, answer = process.ask(request, data, seconds)
                except _Died as died:
                    # One that read other files before, or lay idle, may have died of something else.
                    if process.answered == 0 or died.late:
                        raise
                    process.stop()
                    process = _Process(self.limits)
                    said, answer = process.ask(request, data, seconds)
            except (_Died, wire.Malformed) as error:
                process.stop()
                raise self._refusal(error, name, seconds) from None
            except BaseException:
                process.stop()  # Ctrl-C: it may be in the middle of a file
                raise
            self._give_back(process)
        if "refused" in said:
            with _checked(name):
                message, hint = wire.load(tuple[str, str], said["refused"])
            raise DocumentError(message, hint)
        if "broken" in said:
            kind = str(said["broken"])
            raise DocumentError(
                f"{name} cannot be read: it is damaged in a way that was not foreseen"
                f" ({kind if kind.isidentifier() else 'error'}).",
                _ANEW,
            )
        return said, answer

    def _take(self) -> _Process:
        with self._lock:
            while self._idle:
                process = self._idle.pop()
                if process.alive():
                    return process
                process.stop()
        return _Process(self.limits)

    def _give_back(self, process: _Process) -> None:
        if process.answered < self.limits.files:
            with self._lock:
                if len(self._idle) < _KEPT:
                    self._idle.append(process)
                    return
        process.stop()

    def _refusal(self, error: Exception, name: str, seconds: float) -> DocumentError:
        if not isinstance(error, _Died):
            return _no_sense(name)
        if error.late:
            return DocumentError(f"{name} takes longer to read than {seconds:g} seconds.", "Split it into parts.")
        if error.status == OUT_OF_MEMORY:
            return DocumentError(
                f"{name} needs more than {self.limits.memory // MB:,} MB of memory to be read.", "Split it into parts."
            )
        return DocumentError(f"{name} cannot be read: the program that reads it crashed over it.", _ANEW)

    def _forget(self) -> None:
        """In a forked process: the pipes belong to the other one."""
        self._make_locks()
        idle, self._idle = self._idle, []
        for process in idle:
            process.let_go()


class Unpacked:
    """An opened container; ``entries`` are what it holds. Its bytes stay here, and go to a process that needs them."""

    def __init__(self, reader: IsolatedReader, data: bytes, name: str) -> None:
        self._reader = reader
        self._data = data
        self._name = name
        self._key = hashlib.sha256(data + name.encode("utf-8", "surrogatepass")).hexdigest()
        self.entries: tuple[containers.Entry, ...] = ()

    def look(self) -> None:
        """Let a process open it, and find what it holds."""
        said, _ = self._reader._asked({"do": "open", "name": self._name, "key": self._key}, self._data, self._name)
        with _checked(self._name):
            self.entries = wire.load(tuple[containers.Entry, ...], said["entries"])
            if len(self.entries) > self._reader.limits.entries:
                raise wire.Malformed("too many entries")

    def read(self, index: int, most: int) -> bytes:
        """The bytes of an entry; ``DocumentError`` when there are more than ``most``, or it is damaged."""
        request = {"do": "entry", "name": self._name, "key": self._key, "index": index, "most": most}
        path = self.entries[index].path
        said, data = self._reader._asked(request, b"", path)
        if "forgotten" in said:
            # Another process than the one that opened it, which reads something else now, or is gone.
            said, data = self._reader._asked(request, self._data, path)
        if "entry" not in said or len(data) > most:
            raise _no_sense(path)
        return data


class _Died(Exception):
    """The process ended before it answered: ``late`` when it was stopped after its time, else with this status."""

    def __init__(self, status: int, late: bool) -> None:
        super().__init__()
        self.status = status
        self.late = late


class _Process:
    """One process that reads, and how many requests it has ``answered``."""

    def __init__(self, limits: Limits) -> None:
        self.answered = 0
        if not sys.executable:
            raise YindaError("there is no Python to read documents with", "run Yinda with a Python of its own")
        here = str(Path(__file__).resolve().parents[2])
        path = [here, *(os.path.abspath(each) for each in sys.path if each and os.path.abspath(each) != here)]
        try:
            self._process = subprocess.Popen(
                # Isolated: neither the present folder nor the environment says what is imported.
                [sys.executable, "-I", "-c", _START, *path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise YindaError(
                f"no process to read documents with could be started: {error.strerror}", "close other programs"
            ) from error
        self._incoming = cast(BinaryIO, self._process.stdout)
        self._outgoing = cast(BinaryIO, self._process.stdin)
        with contextlib.suppress(OSError):  # told when it is asked
            wire.send(self._outgoing, wire.dump(limits))

    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: dict[str, Any], data: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send a request, and wait so long for the answer. Raises ``_Died``, and ``Malformed`` for no frame."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            try:
                wire.send(self._outgoing, request, data)
                answer = wire.receive(self._incoming)
            except OSError:
                answer = None
            if answer is None:
                status = self._process.wait()
                raise _Died(status, late.is_set() or status == -getattr(signal, "SIGXCPU", 0))
        finally:
            timer.cancel()
        self.answered += 1
        return answer

    def stop(self) -> None:
        """End it, whatever it does."""
        self.let_go()  # it ends by itself then, also where this process may no longer kill it
        with contextlib.suppress(OSError):
            self._process.kill()
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE)

    def let_go(self) -> None:
        """Close this side of the pipes."""
        for stream in (self._outgoing, self._incoming):
            with contextlib.suppress(OSError):
                stream.close()


def check_size(size: int, name: str, most: int) -> None:
    """Raise ``DocumentError`` for a file of more than ``most`` bytes."""
    if size > most:
        raise DocumentError(
            f"{name} has {size / MB:,.0f} MB; at most {most / MB:,.0f} MB are read.", "Split it into parts."
        )


@contextmanager
def _checked(name: str) -> Iterator[None]:
    try:
        yield
    except (wire.Malformed, KeyError, TypeError, UnicodeDecodeError) as error:
        raise _no_sense(name) from error


def _no_sense(name: str) -> DocumentError:
    return DocumentError(f"{name} cannot be read: the program that reads it gave no sense.", _ANEW)


def _check_sound(parsed: ParsedDocument) -> None:
    """Every offset lies in the text, and passages follow one another: all that cites them relies on that."""
    length, last = len(parsed.text), 0
    for passage in parsed.passages:
        if not last <= passage.start < passage.end <= length:
            raise wire.Malformed("a passage outside the text")
        last = passage.end
    if any(not 0 <= start <= end <= length for start, end in parsed.boilerplate):
        raise wire.Malformed("an aside outside the text")
    if list(parsed.page_starts) != sorted(parsed.page_starts) or any(
        not 0 <= at <= length for at in parsed.page_starts
    ):
        raise wire.Malformed("a page outside the text")


@lru_cache(maxsize=8)
def shared_reader(limits: Limits = DEFAULT) -> IsolatedReader:
    """The reader of this program for these limits: its processes are used by all Libraries together."""
    reader = IsolatedReader(limits)
    atexit.register(reader.close)
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=reader._forget)
    return reader
