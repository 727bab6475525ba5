"""What the page sends while the server ends the stream of its answers is answered all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from tests.ui.conftest import served
from ui.elements import STATIC

pytestmark = pytest.mark.browser

# Reads the stream as gradio does: opened after the first event, and for good.
PAGE = """
<!doctype html><script>%s</script><script>
window.got = [];
window.join = async () => (await (await fetch('/queue/join', {method: 'POST', body: '{}'})).json()).event_id;
window.read = async () => {
  try {
    const reader = (await fetch('/queue/data?session_hash=x')).body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part; !(part = await reader.read()).done; ) got.push(...part.value.trim().split('\\n\\n'));
    got.push('ended');
  } catch (error) { got.push('broken'); }
};
</script>
"""


class Server:
    """Answers as gradio's queue does; it ends a stream only once ``late`` further events have been sent."""

    def __init__(self, *, late: int = 0, breaks: bool = False) -> None:
        self.late = late
        self.breaks = breaks
        self.joined = 0
        self.streams = 0
        self.app = FastAPI()
        self.app.get("/", response_class=HTMLResponse)(
            lambda: PAGE % (STATIC / "stream.js").read_text(encoding="utf-8")
        )
        self.app.post("/queue/join")(self.join)
        self.app.get("/queue/data")(self.data)

    async def join(self) -> dict[str, str]:
        self.joined += 1
        return {"event_id": str(self.joined)}

    async def data(self) -> Response:
        self.streams += 1
        return StreamingResponse(self.messages(), media_type="text/event-stream")

    async def messages(self) -> AsyncIterator[str]:
        seen, first = self.joined, self.streams == 1
        if self.breaks and not first:
            return
        # Two messages in one piece, and one in two pieces.
        yield f"{said('process_generating', seen)}{said('process_completed', seen)[:20]}"
        yield said("process_completed", seen)[20:]
        while first and self.joined < seen + self.late:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3 if first else 0)  # the page has heard that its events were taken
        yield said("close_stream", None)


def said(what: str, event: int | None) -> str:
    return f"data: {json.dumps({'msg': what, 'event_id': None if event is None else str(event)})}\n\n"


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def got(page: Any, count: int) -> list[tuple[str, str]]:
    page.wait_for_function(f"got.length >= {count}")
    return [
        (message["msg"], message["event_id"])
        for message in map(
            json.loads,
            page.evaluate("""
        got.map((each) => each.startsWith('data: ') ? each.slice(6) : JSON.stringify({msg: each, event_id: ''}))
    """),
        )
    ]


def test_an_event_that_is_sent_while_the_stream_ends_is_answered(page: Any) -> None:
    server = Server(late=1)
    with served(server.app) as url:
        page.goto(url)
        page.evaluate("join().then(() => { read(); })")
        assert got(page, 2)[-1] == ("process_completed", "1")
        assert page.evaluate("join()") == "2"
        assert got(page, 4)[2:] == [("process_generating", "2"), ("process_completed", "2")]
    assert server.streams == 2


def test_between_events_no_stream_is_held_and_what_reads_it_goes_on(page: Any) -> None:
    server = Server()
    with served(server.app) as url:
        page.goto(url)
        page.evaluate("join().then(() => { read(); })")
        got(page, 2)
        page.wait_for_timeout(600)
        assert server.streams == 1
        page.evaluate("join()")
        assert got(page, 4)[2:] == [("process_generating", "2"), ("process_completed", "2")]
        page.wait_for_timeout(300)
        assert server.streams == 2
        assert len(got(page, 4)) == 4


def test_a_stream_that_breaks_off_is_heard_of(page: Any) -> None:
    server = Server(late=1, breaks=True)
    with served(server.app) as url:
        page.goto(url)
        page.evaluate("join().then(() => { read(); })")
        got(page, 2)
        page.evaluate("join()")
        assert got(page, 3)[2:] == [("broken", "")]
