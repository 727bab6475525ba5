"""The window's server: its API for programs, its port, and that it stays on this computer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa import Conversations, Library, YindaError, ask
from qa.conversations import Exchange
from ui.server import HOST, bound_socket, serving

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

    with serving(library) as url:
        yield Client(url, verbose=False, analytics_enabled=False)


@pytest.fixture(scope="module")
def url(client: Any) -> str:
    return str(client.src)


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
        "library",
    ]


def test_programs_find_the_same_two_as_mcp_tools(url: str, library: Library) -> None:
    import asyncio

    from mcp import ClientSession
    from mcp.client.streamable_http import streamablehttp_client

    async def used() -> tuple[dict[str, Any], str]:
        async with (
            streamablehttp_client(f"{url}gradio_api/mcp/") as (reading, writing, _),
            ClientSession(reading, writing) as session,
        ):
            await session.initialize()
            tools = {tool.name: tool for tool in (await session.list_tools()).tools}
            called = await session.call_tool("ask", {"question": "青石大桥全长多少米？"})
            return tools, str(called.content[0].text)  # type: ignore[union-attr]

    tools, text = asyncio.run(used())
    assert set(tools) == {"ask", "search"}
    assert "exact words" in (tools["ask"].description or "")
    assert {"question", "history", "library"} <= set(tools["ask"].inputSchema["properties"])
    assert ask("青石大桥全长多少米？", library=library).text in text


def test_it_answers_under_this_computers_names_only_and_lets_pages_load_nothing_from_outside(url: str) -> None:
    import httpx

    assert httpx.get(url).status_code == 200
    assert httpx.get(url, headers={"host": "evil.example"}).status_code == 421
    assert httpx.get(url, headers={"host": "127.0.0.1.evil.example:7860"}).status_code == 421
    policy = httpx.get(url).headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_originals_are_given_as_they_came_and_run_nothing(url: str, library: Library) -> None:
    import httpx

    (document,) = library.documents()
    shown = httpx.get(f"{url}original/{document.id}")
    assert shown.text == document.text
    assert shown.headers["content-type"] == "text/plain; charset=utf-8"
    given = httpx.get(f"{url}original/{document.id}?download=1")
    assert given.content == TEXT.encode()
    assert given.headers["content-disposition"].startswith("attachment")
    assert "%E5%85%AC%E5%91%8A.txt" in given.headers["content-disposition"]
    for missing in (
        "original/none",
        "original/..%2Flibrary.sqlite",
        f"original/{document.id}?library=..",
        "page/none/1",
    ):
        assert httpx.get(f"{url}{missing}").status_code == 404, missing


def test_a_conversation_is_exported_for_its_owner_alone(url: str, library: Library) -> None:
    import httpx

    owner, other = "a" * 32, "b" * 32
    with Conversations(library.folder) as conversations:
        begun = conversations.begin(owner)
        conversations.put(owner, begun.id, Exchange.new("青石大桥全长多少米？"))
    mine = httpx.get(f"{url}export/{begun.id}", cookies={"yinda_owner": owner})
    assert "青石大桥全长多少米？" in mine.text
    assert httpx.get(f"{url}export/{begun.id}", cookies={"yinda_owner": other}).status_code == 404
    assert httpx.get(f"{url}export/{begun.id}").status_code == 404


def test_a_busy_port_is_one_line_with_a_hint() -> None:
    with bound_socket() as taken, pytest.raises(YindaError, match="in use") as caught:
        bound_socket(taken.getsockname()[1])
    assert "--port" in caught.value.hint


def test_without_a_port_a_free_one_is_found() -> None:
    with bound_socket() as one, bound_socket() as another:
        assert one.getsockname()[0] == HOST
        assert one.getsockname()[1] != another.getsockname()[1]


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
from ui.server import serving
with serving(Library.open({str(tmp_path / "library")!r})):
    pass
for thread in threading.enumerate():
    if thread is not threading.current_thread() and not isinstance(thread, threading._DummyThread):
        thread.join(2)
print(outside)
os._exit(1 if outside else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
