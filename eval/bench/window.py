"""The chat window from outside: a server process of its own, and pages that talk to it as a browser's do.

A page's events go through gradio's queue: ``POST /gradio_api/queue/join`` names the event and what its inputs hold;
``GET /gradio_api/queue/data`` streams what becomes of it, each message after the first as the difference to the one
before.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from gradio_client.utils import apply_diff

from eval.errors import RunError

ROOT = Path(__file__).resolve().parents[2]
# The command is announced by the installed distribution; a bare checkout gets it this way.
_CHAT = (
    "import importlib.metadata as m, qa.cli, ui.cli\n"
    "if not m.entry_points(group='yinda.commands'): qa.cli.app.command('chat')(ui.cli.chat)\n"
    "qa.cli.main()"
)
_END_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Server:
    """A running ``yinda chat``: its address, its process id, and the file with what it says on standard error."""

    url: str
    process: int
    log: Path

    def complaints(self) -> list[str]:
        """The tracebacks it has written, each as its last line."""
        out, inside = [], False
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("Traceback "):
                inside = True
            elif inside and line and not line[0].isspace():
                out.append(line)
                inside = False
        return out


@contextmanager
def serving(library: Path, port: int | None = None) -> Iterator[Server]:
    """``yinda chat`` over the Library in ``library``, without a browser, while the context lasts.

    Without a ``port`` it takes the first free one. Raises ``RunError`` when it does not start.
    """
    options = ["--library", str(library), "chat", "--no-browser", *(["--port", str(port)] if port else [])]
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONIOENCODING": "utf-8"}
    with tempfile.TemporaryDirectory(prefix="yinda-window-") as folder:
        log = Path(folder) / "stderr"
        with (
            open(log, "wb") as written,
            subprocess.Popen(
                [sys.executable, "-c", _CHAT, *options],
                stdout=subprocess.PIPE,
                stderr=written,
                encoding="utf-8",
                env=environment,
            ) as process,
        ):
            assert process.stdout is not None
            try:
                line = process.stdout.readline()
                url = next((word for word in line.replace("：", " ").split() if word.startswith("http")), None)
                if url is None:
                    raise RunError(
                        "the window's server did not start", log.read_text(encoding="utf-8", errors="replace")[-500:]
                    )
                yield Server(url, process.pid, log)
            finally:
                process.terminate()
                try:
                    process.wait(_END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()


class EventFailed(Exception):
    """What the server says instead of doing what it was asked."""


class Page:
    """One page of the window: what its components hold, by ``elem_id``.

    ``client`` carries the browser's cookies. ``seen`` is called with everything that comes, as text. ``warnings`` are
    the notices that came up over the page, other than mere information.
    """

    def __init__(self, client: httpx.AsyncClient, config: Mapping[str, Any], seen: Callable[[str], None]) -> None:
        self._client = client
        self._seen = seen
        self.warnings: list[str] = []
        self._session = secrets.token_hex(6)
        page = config["page"][""]
        self._names = {
            each["id"]: each["props"].get("elem_id") or str(each["id"])
            for each in config["components"]
            if each["id"] in page["components"]
        }
        self._events = [each for each in config["dependencies"] if each["id"] in page["dependencies"]]
        self.held: dict[str, Any] = {
            self._names[each["id"]]: each["props"].get("value")
            for each in config["components"]
            if each["id"] in self._names
        }

    @classmethod
    async def opened(cls, client: httpx.AsyncClient, seen: Callable[[str], None]) -> Page:
        """A page as it is when its address has been opened, and what loads with it is there."""
        (await client.get("/", headers={"accept": "text/html"})).raise_for_status()
        config = await client.get("/config")
        page = cls(client, config.raise_for_status().json(), seen)
        for event in page._events:
            if [kind for _, kind in event["targets"]] == ["load"]:
                async for _ in page._run(event):
                    pass
                await page._follow(event)
        return page

    async def fire(self, element: str, kind: str, data: Mapping[str, Any] | None = None) -> AsyncIterator[None]:
        """Let the event ``kind`` of an element happen; gives control back after each change of what is held.

        ``data`` is what the event says, for clicks. Raises ``EventFailed`` when the server has not done it.
        """
        wanted = [(name, kind) for name in self._names if self._names[name] == element]
        event = next(e for e in self._events if e["queue"] and [tuple(t) for t in e["targets"]] == wanted)
        async for _ in self._run(event, data):
            yield
        self._last = event

    async def followed(self) -> None:
        """Let happen what follows the last event that was fired."""
        await self._follow(self._last)

    async def _follow(self, event: Mapping[str, Any]) -> None:
        for each in self._events:
            if each.get("trigger_after") == event["id"] and each["backend_fn"]:  # others are for a browser's script
                async for _ in self._run(each):
                    pass

    async def _run(self, event: Mapping[str, Any], data: Mapping[str, Any] | None = None) -> AsyncIterator[None]:
        joined = await self._client.post(
            "/gradio_api/queue/join",
            json={
                "data": [self.held[self._names[each]] for each in event["inputs"]],
                "event_data": data,
                "fn_index": event["id"],
                "session_hash": self._session,
                "trigger_id": event["targets"][0][0],
            },
        )
        mine = joined.raise_for_status().json()["event_id"]
        outputs: list[Any] | None = None
        async with self._client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": self._session}
        ) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if not line.startswith("data:"):
                    continue
                message = json.loads(line[len("data:") :])
                kind = message["msg"]
                if kind == "close_stream":
                    return
                if kind == "unexpected_error":
                    raise EventFailed(str(message["message"]))
                if kind == "log":
                    self._seen(str(message["log"]))
                    self.warnings += [str(message["log"])] if message["level"] != "info" else []
                if message.get("event_id") != mine or kind not in ("process_generating", "process_completed"):
                    continue
                if not message["success"]:
                    raise EventFailed(str(message["output"].get("error") or "no reason was given"))
                given = message["output"]["data"]
                if kind == "process_generating" and outputs is not None:
                    given = [apply_diff(before, change) for before, change in zip(outputs, given, strict=True)]
                outputs = given
                self._seen(json.dumps(given, ensure_ascii=False))
                for component, value in zip(event["outputs"], given, strict=True):
                    self._take(self._names[component], value)
                yield

    def _take(self, name: str, value: Any) -> None:
        if isinstance(value, dict) and value.get("__type__") == "update":
            if "value" in value:
                self.held[name] = value["value"]
        else:
            self.held[name] = value
