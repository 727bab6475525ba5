"""The window's script comes first on gradio's pages, and nothing else is changed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ui.early import Early

PAGE = "<!doctype html><html><head><script>window.gradio_config = {}</script></head></html>"
SCRIPT = "/* 先 */ first()"


def got(body: str, accept: str, content_type: str = "text/html; charset=utf-8") -> tuple[dict[bytes, bytes], str, bool]:
    """Headers and body as sent, and whether the application could have compressed them."""
    sent: list[Any] = []
    asked: dict[bytes, bytes] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.update(scope["headers"])
        data = body.encode()
        headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(data)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": data[:20], "more_body": True})
        await send({"type": "http.response.body", "body": data[20:]})

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"accept", accept.encode()), (b"accept-encoding", b"br")]
    asyncio.run(Early(app, SCRIPT)({"type": "http", "headers": headers}, receive, send))
    whole = b"".join(message["body"] for message in sent[1:]).decode()
    return dict(sent[0]["headers"]), whole, b"accept-encoding" in asked


def test_the_script_comes_before_all_others_of_a_page() -> None:
    headers, body, compressed = got(PAGE, "text/html,*/*;q=0.8")
    assert body == PAGE.replace("<head>", f"<head><script>{SCRIPT}</script>")
    assert int(headers[b"content-length"]) == len(body.encode())
    assert not compressed


@pytest.mark.parametrize(
    ("body", "accept", "content_type"),
    [
        (PAGE, "*/*", "text/html"),
        ("<html><head></head>not of gradio</html>", "text/html", "text/html"),
        (PAGE, "text/html", "text/plain"),
    ],
)
def test_what_is_no_page_stays_as_it_is(body: str, accept: str, content_type: str) -> None:
    headers, sent, _ = got(body, accept, content_type)
    assert sent == body
    assert int(headers[b"content-length"]) == len(body.encode())
