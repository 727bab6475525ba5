"""The window in a real browser: what a person does there, at desktop and phone width."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from qa import Answer, Library, ask, sample_directory
from qa.feedback import read
from ui.text import ZH

pytestmark = pytest.mark.browser

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

BULLETIN = """青石镇统计公报

青石镇人民政府
2024年3月5日

2023年全镇粮食总产量达到38.7万吨，比上年增长2.1%。

青石图书馆于2019年5月18日正式开馆。

青石大桥全长1268米，总投资3.2亿元，2021年10月1日建成通车。

青石镇现有中学3所、小学9所，在校学生6120人。
"""
QUESTIONS = ["青石大桥全长多少米？", "青石图书馆于哪天正式开馆？", "青石镇现有多少所中学？"]
UNANSWERABLE = "火星上第一家咖啡馆的老板叫什么名字？"
ATTACK_NAME = "坏<img src=x onerror=window.hacked=1>名.txt"
ATTACK = """<script>window.hacked = 1</script>白石<b>公告</b>

<img src=x onerror="window.hacked = 1">白石灯塔于1987年6月2日正式点亮。${window.hacked = 1} {{constructor}}
"""


class Server:
    """``yinda chat`` as a process of its own over the Library in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        from ui.server import free_port

        command = "from qa.cli import main; main()"
        options = ["--library", str(folder), "chat", "--no-browser", "--port", str(free_port())]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _AS_INSTALLED + command, *options],
            stdout=subprocess.PIPE,
            encoding="utf-8",
            cwd=Path(__file__).resolve().parents[2],
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.url = next(word for word in line.replace("：", " ").split() if word.startswith("http"))

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


# The command is announced by the installed distribution; a bare checkout gets it this way.
_AS_INSTALLED = (
    "import importlib.metadata as m, qa.cli, ui.cli\n"
    "if not m.entry_points(group='yinda.commands'): qa.cli.app.command('chat')(ui.cli.chat)\n"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("chat") / "library") as opened:
        opened.add_bytes(BULLETIN.encode(), "公报.txt")
        yield opened


@pytest.fixture(scope="module")
def server(library: Library) -> Iterator[Server]:
    running = Server(library.folder)
    yield running
    running.close()


@pytest.fixture(scope="module")
def answered(library: Library) -> Answer:
    """A question that the reader answers."""
    for question in QUESTIONS:
        answer = ask(question, library=library)
        if not answer.abstained:
            return answer
    pytest.fail("the reader answers none of the plain questions on the bulletin")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens the window in a context of its own; afterwards, no request went outside and no script failed."""
    hosts: set[str] = set()
    errors: list[str] = []
    contexts = []

    def open_page(url: str, size: dict[str, int] = DESKTOP) -> Any:
        context = browser.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".y-welcome")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert hosts <= {"127.0.0.1", ""}
    assert errors == []


def put(page: Any, question: str) -> Any:
    """Ask, wait until it is done, and return the exchange."""
    count = page.locator(".y-exchange").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    exchange = page.locator(".y-exchange").nth(count)
    exchange.locator(".y-answer, .y-abstained, .y-error").first.wait_for()
    return exchange


def upload(page: Any, name: str, data: bytes) -> str:
    page.set_input_files("#documents input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": data})
    page.wait_for_function(
        "name => document.querySelector('.y-additions .y-close')"
        " && [...document.querySelectorAll('.y-additions li b')].some((told) => told.textContent === name)",
        arg=name,
    )
    return str(page.inner_text("#additions"))


def overflow(page: Any) -> int:
    """Pixels that stick out of the window sideways, the hidden ones too."""
    return int(
        page.evaluate(
            "Math.max(...[document.documentElement, ...document.querySelectorAll('.y-log, #conversation, #asking')]"
            ".map((box) => box.scrollWidth - box.clientWidth))"
        )
    )


def test_an_answer_comes_with_its_citation_and_a_click_marks_the_quote(
    opened: Callable[..., Any], server: Server, answered: Answer
) -> None:
    page = opened(server.url)
    exchange = put(page, answered.question)
    assert exchange.locator(".y-answer").inner_text() == answered.text
    assert exchange.locator("[data-kind=citation] mark").first.inner_text() == answered.text
    page.click("#new")
    page.wait_for_selector(".y-welcome")
    assert page.locator(".y-exchange").count() == 0
    exchange = put(page, answered.question)
    exchange.locator("[data-kind=citation]").first.click()
    source = page.locator("#source")
    source.locator("mark").wait_for()
    assert source.locator("mark").inner_text() == answered.citations[0].quote
    assert source.locator(".y-passage").inner_text() == answered.citations[0].passage.text.rstrip("\n")
    assert "青石镇统计公报" in source.inner_text()


def test_an_unanswerable_question_is_not_answered(opened: Callable[..., Any], server: Server) -> None:
    page = opened(server.url)
    exchange = put(page, UNANSWERABLE)
    assert ZH.abstained in exchange.inner_text()
    assert exchange.locator(".y-answer").count() == 0
    exchange.locator("[data-kind=nearest]").first.click()
    page.wait_for_selector("#source .y-passage")


def test_a_follow_up_is_completed_and_sessions_are_apart(
    opened: Callable[..., Any], server: Server, library: Library
) -> None:
    first, second = "青石大桥全长多少米？", "总投资呢？"
    expected = ask(second, library=library, history=[first]).question
    page, other = opened(server.url), opened(server.url)
    put(page, first)
    exchange = put(page, second)
    assert expected != second
    assert f"理解为：{expected}" in exchange.inner_text()
    assert "理解为" not in put(other, second).inner_text()
    assert first not in other.inner_text("#conversation")


def test_a_question_that_cannot_be_asked_gets_a_message_and_the_conversation_goes_on(
    opened: Callable[..., Any], server: Server
) -> None:
    page = opened(server.url)
    assert put(page, "长" * 3000).locator(".y-error").inner_text()
    assert put(page, UNANSWERABLE).locator(".y-abstained").count() == 1


def test_what_is_said_of_an_answer_is_kept_and_may_be_changed(
    opened: Callable[..., Any], server: Server, library: Library, answered: Answer
) -> None:
    page = opened(server.url, PHONE)
    before = len(read(library))
    exchange = put(page, answered.question)
    box = exchange.locator(".y-feedback")
    assert box.locator("[aria-pressed]").all_inner_texts() == [
        ZH.feedback_right,
        ZH.feedback_wrong,
        ZH.feedback_should_have_refused,
    ]
    assert not box.locator(".y-reason").is_visible()

    def say(words: str, box: Any = box) -> None:
        box.get_by_role("button", name=words, exact=True).click()
        box.locator("[aria-pressed=true]", has_text=words).wait_for()
        assert box.locator("[aria-pressed=true]").count() == 1
        assert box.locator(".y-receipt").inner_text() == ZH.feedback_stored

    say(ZH.feedback_right)
    assert [(f.asked, f.verdict, f.text) for f in read(library)[before:]] == [
        (answered.question, "right", answered.text)
    ]
    say(ZH.feedback_wrong)
    reason = '"<b>不是</b>'
    box.locator(".y-reason").fill(reason)
    box.locator(".y-reason").press("Enter")
    page.wait_for_function("document.querySelector('.y-receipt').textContent !== '…'")
    assert overflow(page) <= 0
    (given,) = read(library)[before:]
    assert (given.verdict, given.reason) == ("wrong", reason)

    # Another question draws the conversation anew; what was said stays marked, and what follows has its history.
    second = put(page, UNANSWERABLE).locator(".y-feedback")
    assert box.locator("[aria-pressed=true]").inner_text() == ZH.feedback_wrong
    assert box.locator(".y-reason").input_value() == reason
    assert second.locator("[aria-pressed]").all_inner_texts() == [ZH.feedback_right_to_refuse, ZH.feedback_has_answer]
    say(ZH.feedback_right_to_refuse, second)
    assert box.locator("[aria-pressed=true]").inner_text() == ZH.feedback_wrong
    refused = read(library)[-1]
    assert (refused.asked, refused.verdict, refused.abstained) == (UNANSWERABLE, "right", True)
    assert refused.history == (answered.question,)
    assert len(read(library)) == before + 2

    # It is on the disk: another page and another reading of the Library know it.
    page.reload()
    page.wait_for_selector(".y-welcome")
    assert read(library.folder)[before:] == [given, refused]


def test_samples_are_offered_uploads_are_told_and_markup_stays_text(opened: Callable[..., Any], tmp_path: Path) -> None:
    fresh = Server(tmp_path / "library")
    try:
        page = opened(fresh.url)
        if sample_directory() is not None:
            page.click("#samples")
            page.wait_for_selector(".y-chip")
            assert page.locator(".y-document").count() == 5
        assert "已添加" in upload(page, ATTACK_NAME, ATTACK.encode())
        assert ATTACK_NAME in page.inner_text("#additions")
        assert ZH.unchanged in upload(page, "又一次.txt", ATTACK.encode())
        assert "空.txt" in (told := upload(page, "空.txt", b""))
        assert "没有添加" in told
        exchange = put(page, "<b>白石灯塔</b>于哪天正式点亮？")
        assert "<b>白石灯塔</b>" in exchange.locator(".y-asked").inner_text()
        exchange.locator(".y-card").first.click()
        page.wait_for_selector("#source .y-passage")
        title = page.locator(".y-document .y-title").last
        title.click()
        page.wait_for_function("document.querySelector('#source').innerText.includes('<script>')")
        assert page.evaluate("window.hacked") is None
        assert page.locator("#columns script, #columns img").count() == 0
        count = page.locator(".y-document").count()
        remove = page.locator(".y-document .y-remove").last
        remove.click()
        assert remove.inner_text() == ZH.remove_confirm
        remove.click()
        page.wait_for_function(f"document.querySelectorAll('.y-document').length === {count - 1}")
    finally:
        fresh.close()


def test_a_phone_shows_everything_within_its_width(
    opened: Callable[..., Any], server: Server, answered: Answer
) -> None:
    page = opened(server.url, PHONE)
    assert overflow(page) <= 0
    exchange = put(page, answered.question)
    assert overflow(page) <= 0
    exchange.locator("[data-kind=citation]").first.click()
    mark = page.locator("#source mark")
    mark.wait_for()
    page.wait_for_timeout(400)  # the sheet slides in
    box = mark.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert 0 <= box["y"] <= PHONE["height"]
    assert overflow(page) <= 0
    page.click("#source .y-close")
    page.click(".y-menu")
    page.wait_for_timeout(400)
    assert page.locator(".y-document").first.is_visible()
    page.click("#documents .y-close")
    send = page.locator("#send").bounding_box()
    assert send is not None
    assert send["x"] + send["width"] <= PHONE["width"]
    assert send["y"] + send["height"] <= PHONE["height"]
