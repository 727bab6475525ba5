"""The first page is there before the window, keeps what is written, and makes room for it."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from qa import Library
from tests.ui.conftest import WAIT, Server, served
from ui.opening import READY, Opening
from ui.texts import EN, ZH

PAGE = {"accept": "text/html,*/*;q=0.8"}


def test_pages_are_shown_at_once_and_all_else_waits_for_the_window() -> None:
    may, life = threading.Event(), []

    def build() -> Any:
        assert may.wait(20)

        @asynccontextmanager
        async def lifespan(_: Any) -> Any:
            life.append("begun")
            yield
            life.append("ended")

        app = FastAPI(lifespan=lifespan)
        app.get("/")(lambda: "the window")
        return app

    opening = Opening(build)
    with served(opening) as url:
        first = httpx.get(url, headers={**PAGE, "accept-language": "en-GB,zh;q=0.5"})
        assert EN.opening in first.text
        assert "no-store" in first.headers["cache-control"]
        chosen = httpx.get(f"{url}/documents", headers=PAGE, cookies={"yinda_language": "zh", "yinda_theme": "dark"})
        assert ZH.opening in chosen.text
        assert 'data-theme="dark"' in chosen.text
        got: list[httpx.Response] = []
        waiting = [
            threading.Thread(target=lambda at=at: got.append(httpx.get(url + at, timeout=20))) for at in (READY, "/")
        ]
        for thread in waiting:
            thread.start()
        waiting[0].join(0.3)
        assert not got
        may.set()
        for thread in waiting:
            thread.join()
        assert {answer.status_code for answer in got} == {204, 200}
        assert httpx.get(url, headers=PAGE).json() == "the window"
        assert life == ["begun"]
    assert life == ["begun", "ended"]


def test_a_window_that_cannot_be_made_is_said() -> None:
    def build() -> Any:
        raise RuntimeError("no window today")

    opening = Opening(build)
    with served(opening) as url:
        assert httpx.get(url + READY, timeout=20).status_code == 503
        assert opening.settled.is_set()
        assert str(opening.failure) == "no window today"


@pytest.mark.slow
@pytest.mark.browser
def test_a_question_that_is_sent_before_the_window_is_there_is_answered_in_it(browser: Any, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder) as library:
        library.add_bytes("青石镇公告\n\n青石大桥全长1268米，总投资3.2亿元。\n".encode(), "公告.txt")
    server = Server(folder)
    context = browser.new_context(locale="zh-CN")
    try:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto(server.url)
        assert page.inner_text("[role=status]") == ZH.opening
        page.fill("textarea", "青石大桥全长多少米？")
        page.press("textarea", "Enter")
        assert page.inner_text("[role=status]") == ZH.opening_sent
        page.wait_for_selector(".y-after", timeout=3 * WAIT)  # the models load, too
        assert re.search("1268米", page.inner_text("#conversation .y-exchange"))
    finally:
        context.close()
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
