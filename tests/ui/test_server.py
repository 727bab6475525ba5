"""The window's server: its API for programs, its port, and that it stays on this computer."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa import Library, YindaError, ask
from ui.server import HOST, free_port

ROOT = Path(__file__).resolve().parents[2]
TEXT = "青石镇公告\n\n青石大桥全长1268米，总投资3.2亿元。\n\n青石图书馆于2019年5月18日正式开馆。\n"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("server") / "library") as opened:
        opened.add_bytes(TEXT.encode(), "公告.txt")
        yield opened


@pytest.fixture(scope="module")
def client(library: Library) -> Iterator[Any]:
    from gradio_client import Client

    from ui.app import build, launch_options

    app = build(library)
    _, url, _ = app.launch(
        server_name=HOST, server_port=free_port(), prevent_thread_lock=True, quiet=True, **launch_options()
    )
    yield Client(url, verbose=False, analytics_enabled=False)
    app.close(verbose=False)


def test_ask_gives_the_answer_as_the_command_line_prints_it(client: Any, library: Library) -> None:
    for question, history in [("青石大桥全长多少米？", None), ("总投资呢？", ["青石大桥全长多少米？"])]:
        given = client.predict(question=question, history=history, api_name="/ask")
        expected = ask(question, library=library, history=history or ()).to_dict()
        assert given["timings"].keys() == expected["timings"].keys()
        for key in ("text", "abstained", "question", "citations"):
            assert given[key] == expected[key]


def test_search_gives_passages_best_first(client: Any, library: Library) -> None:
    given = client.predict(question="图书馆", k=1, api_name="/search")
    assert given == [hit.to_dict() for hit in library.search("图书馆", 1)]
    assert "图书馆" in given[0]["text"]


def test_a_question_that_cannot_be_asked_raises_with_its_message(client: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)question|问题"):
        client.predict(question="  ", api_name="/ask")


def test_only_the_two_endpoints_are_public(client: Any) -> None:
    described = client.view_api(return_format="dict")
    assert set(described["named_endpoints"]) == {"/ask", "/search"}
    assert described["unnamed_endpoints"] == {}
    assert [p["parameter_name"] for p in described["named_endpoints"]["/ask"]["parameters"]] == [
        "question",
        "history",
    ]


def test_a_busy_port_is_one_line_with_a_hint() -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(YindaError, match="in use") as caught:
            free_port(taken.getsockname()[1])
    assert "--port" in caught.value.hint


def test_without_a_port_a_free_one_is_found() -> None:
    port = free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as free_port asks
        probe.bind((HOST, port))
        probe.listen()
        assert free_port() != port


def test_the_command_is_cheap_to_import() -> None:
    code = "import sys, ui.cli, ui.server; sys.exit(any(m in sys.modules for m in ('gradio', 'torch', 'faiss')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_nothing_reaches_out_at_import_build_and_launch(tmp_path: Path) -> None:
    code = f"""
import os, socket, sys
os.environ.pop("GRADIO_ANALYTICS_ENABLED", None)
outside = []
def audit(event, args):
    if event == "socket.connect" and args[0].family != socket.AF_UNIX and args[1][0] not in ("127.0.0.1", "::1"):
        outside.append(args[1])
    if event == "socket.getaddrinfo" and args[0] not in ("127.0.0.1", "localhost", None):
        outside.append(args[0])
sys.addaudithook(audit)
import threading
from qa import Library
from ui.app import build, launch_options
from ui.server import free_port
app = build(Library.open({str(tmp_path / "library")!r}))
app.launch(server_name="127.0.0.1", server_port=free_port(), prevent_thread_lock=True, quiet=True,
           **launch_options())
for thread in threading.enumerate():
    if thread is not threading.current_thread() and not isinstance(thread, threading._DummyThread):
        thread.join(2)
print(outside)
os._exit(1 if outside else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
