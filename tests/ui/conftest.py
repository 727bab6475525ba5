"""The window as a process of its own, and a real browser before it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
import uvicorn

from ui.server import HOST, bound_socket

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
WAIT = 60_000  # milliseconds until a test gives up

# The command is announced by the installed distribution; a bare checkout gets it this way.
_AS_INSTALLED = (
    "import importlib.metadata as m, qa.cli, ui.cli\n"
    "if not m.entry_points(group='yinda.commands'): qa.cli.app.command('chat')(ui.cli.chat)\n"
)


class Server:
    """``yinda chat`` as a process of its own over the Library in ``folder``; it can be stopped and started again.

    ``errors`` is a file for its standard error. ``bound`` runs in the process before anything else.
    """

    def __init__(
        self, folder: Path, *, errors: IO[bytes] | None = None, bound: Callable[[], None] | None = None
    ) -> None:
        self.folder = folder
        self._errors = errors
        self._bound = bound
        with socket.socket() as probe:  # any port of the system's, so that tests beside each other do not meet
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self.process = self._started()

    def _started(self) -> subprocess.Popen[str]:
        options = ["--library", str(self.folder), "chat", "--no-browser", "--port", str(self.port)]
        process = subprocess.Popen(
            [sys.executable, "-c", f"{_AS_INSTALLED}from qa.cli import main; main()", *options],
            stdout=subprocess.PIPE,
            stderr=self._errors,
            preexec_fn=self._bound,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        self.url = next(word for word in line.replace("：", " ").split() if word.startswith("http"))
        return process

    def restart(self) -> None:
        self.close()
        self.process = self._started()

    def crash(self) -> None:
        """End as in a power cut: with nothing written in the end."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start again, at the same address."""
        self.process = self._started()

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=30)
        finally:
            self.process.kill()
            self.process.wait()


@contextmanager
def served(app: Any) -> Iterator[str]:
    """An ASGI application on a port of its own; gives its address."""
    with bound_socket() as bound:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        yield f"http://{HOST}:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: once playwright is there, nothing else can run an event loop in its thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@dataclass
class Window:
    """A page of the window, and what a person does there."""

    page: Any

    def ask(self, question: str) -> Any:
        """Ask, wait until it is answered, and return the exchange."""
        count = self.page.locator("#conversation .y-exchange").count()
        self.page.fill("#question textarea", question)
        self.page.press("#question textarea", "Enter")
        return self.answered(count)

    def new(self) -> None:
        """Begin another conversation."""
        self.page.click("#sidebar .y-new")
        self.page.wait_for_selector(".y-welcome")

    def answered(self, at: int) -> Any:
        """The exchange at a place, when it has been answered."""
        exchange = self.page.locator("#conversation .y-exchange").nth(at)
        exchange.locator(".y-after").wait_for()
        return exchange

    def overflow(self) -> int:
        """Pixels that stick out of the window sideways, the hidden ones too."""
        boxes = "[document.documentElement, ...document.querySelectorAll('.y-log, #scroll, #asking, .y-header')]"
        return int(self.page.evaluate(f"Math.max(...{boxes}.map((box) => box.scrollWidth - box.clientWidth))"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


Opened = Callable[..., Window]


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Opens the window in a browser of its own; afterwards, no request went outside and no script failed.

    ``context`` opens another page of a browser that is there already.
    """
    hosts: set[str] = set()
    errors: list[str] = []
    contexts = []

    def open_page(url: str, size: dict[str, int] = DESKTOP, context: Any = None, **options: Any) -> Window:
        if context is None:
            context = browser.new_context(viewport=size, **{"locale": "zh-CN", **options})
            contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".y-welcome, .y-exchange")
        return Window(page)

    yield open_page
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1", ""}
    assert errors == []
