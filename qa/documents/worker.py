"""The process in which files are read (see ``qa.documents.isolation``). It holds no Library and loads no model.

It reads requests from its standard input and answers each on its standard output. When the input ends, because the
process that started it is gone, it ends at once, also from the middle of a file. It writes nothing else anywhere.
"""

from __future__ import annotations

import contextlib
import math
import os
import queue
import signal
import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, BinaryIO

from qa.documents import containers, limits, parse, wire
from qa.documents.limits import Limits
from qa.errors import DocumentError

if TYPE_CHECKING:
    from qa.documents.pdf.pages import Pages

OUT_OF_MEMORY = 77
"""Exit status of a process that used up its memory."""
_GRACE = 5
# Seconds without work after which archives are let go of.
_IDLE = 5.0


def main() -> None:
    """Answer requests until the input ends."""
    with contextlib.suppress(ValueError, AttributeError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is heard by the other process, which ends this one
    incoming, outgoing = _pipes()
    try:
        first = wire.receive(incoming)
        if first is None:
            return
        bounds = wire.load(Limits, first[0])
        _confine(bounds)
        requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(incoming, requests), daemon=True).start()
        worker = _Worker(bounds)
        while True:
            _confine_time(bounds)
            wire.send(outgoing, *worker.answer(*_next(requests, worker)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException:
        # A traceback could show what the file holds.
        os._exit(1)


def _next(requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]], worker: _Worker) -> tuple[dict[str, Any], bytes]:
    try:
        return requests.get(timeout=_IDLE)
    except queue.Empty:
        worker.forget()
        return requests.get()


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes under numbers of their own: what a library prints goes nowhere."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return open(incoming, "rb", buffering=0), open(outgoing, "wb", buffering=0)


def _listen(incoming: BinaryIO, requests: queue.SimpleQueue[tuple[dict[str, Any], bytes]]) -> None:
    try:
        while (request := wire.receive(incoming)) is not None:
            requests.put(request)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    finally:
        os._exit(0)


def _confine(bounds: Limits) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (bounds.memory, bounds.memory))


def _confine_time(bounds: Limits) -> None:
    """Let the system end this process should it spin when nobody is left to stop it."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        soft = math.ceil(time.process_time() + bounds.seconds) + _GRACE
        resource.setrlimit(resource.RLIMIT_CPU, (soft if hard < 0 else min(soft, hard), hard))


class _Worker:
    def __init__(self, bounds: Limits) -> None:
        self._bounds = bounds
        # The archives that are being unpacked, the outer ones first.
        self._open: OrderedDict[str, containers.Opened] = OrderedDict()
        self._pages: Pages | None = None

    def forget(self) -> None:
        """Let go of the archives that were opened."""
        self._open.clear()

    def answer(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        """What to send for a request: a value, a refusal in one line, or the kind of what went wrong."""
        try:
            with limits.held(self._bounds):
                return self._answer(request, data)
        except DocumentError as error:
            return {"refused": [error.message, error.hint]}, b""
        except MemoryError:
            raise
        except Exception as error:
            return {"broken": type(error).__name__}, b""

    def _answer(self, request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        name = str(request["name"])
        match request["do"]:
            case "parse":
                said = wire.dump(parse(data, name))
                text = said.pop("text").encode("utf-8", "surrogatepass")
                return {"parsed": said}, text
            case "open":
                opened = containers.unpack(data, name)
                self._keep(str(request["key"]), opened)
                return {"entries": wire.dump(opened.entries)}, b""
            case "entry":
                key = str(request["key"])
                if key not in self._open and not data:
                    return {"forgotten": True}, b""
                if key not in self._open:
                    self._keep(key, containers.unpack(data, name))
                held = self._open[key]
                return {"entry": True}, held.read(int(request["index"]), int(request["most"]))
            case "page":
                from qa.documents.pdf.pages import Pages

                self._pages = self._pages or Pages()
                spans = [(int(start), int(end)) for start, end in request["spans"]]
                page, width = int(request["page"]), int(request["width"])
                shown, png = self._pages.shown(data, name, page, width, spans, str(request["digest"]))
                return {"page": wire.dump(shown)}, png
        raise ValueError("no such request")

    def _keep(self, key: str, opened: containers.Opened) -> None:
        self._open[key] = opened
        self._open.move_to_end(key)
        while len(self._open) > self._bounds.depth + 1:
            self._open.popitem(last=False)


if __name__ == "__main__":
    main()
