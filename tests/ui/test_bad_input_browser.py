"""What goes wrong under an open window: each has a clear message, nothing is lost, and the conversation goes on."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qa import Conversations, Library
from tests.ui.conftest import Opened, Server, Window
from ui.texts import ZH

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIGHTHOUSE = "白石镇公告\n\n白石镇人民政府\n2022年6月1日\n\n白石灯塔于1987年6月2日正式点亮，塔高32米。\n"
LIGHTHOUSE_LATER = LIGHTHOUSE.replace("1987年6月2日", "1988年8月3日")
BRIDGE = "青石镇公告\n\n青石镇人民政府\n2024年3月5日\n\n青石大桥全长1268米，2021年10月1日建成通车。\n"
WHEN, HOW_LONG, OTHER = "白石灯塔于哪天正式点亮？", "青石大桥全长多少米？", "桥上有几条船？"

_DROP_FROM_BOUNDING_SET = 24  # PR_CAPBSET_DROP
_OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def as_others() -> None:
    """Let permissions bind this process's successor also where it is root's."""
    if os.geteuid() == 0:
        for capability in _OVERRIDES:
            if ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, capability, 0, 0, 0):
                os._exit(1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """A Library over two files, ``白石.txt`` and ``青石.txt``, in the test's folder."""
    (tmp_path / "白石.txt").write_text(LIGHTHOUSE, encoding="utf-8")
    (tmp_path / "青石.txt").write_text(BRIDGE, encoding="utf-8")
    with Library.open(tmp_path / "资料") as made:
        made.add([tmp_path / "白石.txt", tmp_path / "青石.txt"])
        yield made


Serve = Callable[..., Server]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a server over a folder; in the end it has written no traceback."""
    running: list[Server] = []
    with open(tmp_path / "stderr", "w+b") as errors:

        def start(folder: Path, **options: Any) -> Server:
            running.append(Server(folder, errors=errors, **options))
            return running[-1]

        yield start
        for server in running:
            server.close()
        errors.seek(0)
        assert b"Traceback" not in errors.read()


@contextmanager
def moved(folder: Path) -> Iterator[None]:
    """While this lasts, the folder goes by another name."""
    away = folder.rename(folder.with_name(f"{folder.name}-moved"))
    yield
    away.rename(folder)


@contextmanager
def only_readable(folder: Path) -> Iterator[None]:
    """While this lasts, nobody may write in the folder whom permissions bind."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


@contextmanager
def full_disk(process: int) -> Iterator[None]:
    """While this lasts, no file of a process can be written, as on a full disk."""
    import resource

    _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (1, most))
    yield
    resource.prlimit(process, resource.RLIMIT_FSIZE, (most, most))


def notice(window: Window) -> str:
    """What comes up over the page; it is put away."""
    toast = window.page.locator("[data-testid=toast-body]").first
    toast.wait_for()
    said = str(toast.inner_text())
    for close in window.page.locator("[data-testid=toast-close]").all():
        close.click()
    return said


def asked(window: Window) -> list[str]:
    return [str(text) for text in window.page.locator("#conversation .y-asked").all_inner_texts()]


def kept(folder: Path, window: Window) -> list[str]:
    """The questions that the window's browser has in the file of conversations."""
    owner = next(c["value"] for c in window.page.context.cookies() if c["name"] == "yinda_owner")
    with Conversations(folder) as conversations:
        return [e.asked for c in conversations.list(owner) for e in conversations.exchanges(owner, c.id)]


def test_a_document_that_is_removed_while_its_source_is_open(opened: Opened, serve: Serve, library: Library) -> None:
    window = opened(serve(library.folder).url)
    page = window.page
    exchange = window.ask(WHEN)
    page.wait_for_selector("#source mark")
    address = page.locator("#source .y-tools a").first.get_attribute("href")
    (removed,) = [document.id for document in library.documents() if document.title == "白石镇公告"]
    library.remove(removed)

    exchange.locator(".y-card[data-kind=citation]").first.click()
    page.wait_for_selector("#source .y-warning")
    assert page.inner_text("#source .y-warning") == ZH.source_gone
    assert page.inner_text("#source blockquote") == "1987年6月2日"
    assert "塔高32米" not in page.inner_text("#source")
    original = page.request.get(f"{page.url.partition('?')[0].rstrip('/')}{address}")
    assert original.status == 404
    assert "没有文档" in original.text()

    # The conversation goes on; what it had is marked, and not cited again.
    again = window.ask(WHEN)
    assert again.locator("[data-kind=citation]").count() == 0
    assert "1987" not in again.inner_text()
    assert ZH.source_removed in exchange.inner_text()
    assert window.ask(HOW_LONG).locator("[data-kind=citation]").count() > 0


def test_a_file_that_is_replaced_while_its_source_is_open(
    opened: Opened, serve: Serve, library: Library, tmp_path: Path
) -> None:
    window = opened(serve(library.folder).url)
    page = window.page
    exchange = window.ask(WHEN)
    page.wait_for_selector("#source mark")
    (tmp_path / "白石.txt").write_text(LIGHTHOUSE_LATER, encoding="utf-8")
    assert library.update().replaced

    exchange.locator(".y-card[data-kind=citation]").first.click()
    page.wait_for_selector("#source .y-warning")
    assert page.inner_text("#source mark") == "1987年6月2日"
    page.get_by_role("button", name=ZH.source_now).click()
    page.locator("#source .y-text", has_text="1988年8月3日").wait_for()
    assert "1987年6月2日" not in page.inner_text("#source .y-text")
    assert "1988年8月3日" in window.ask(WHEN).locator(".y-words").inner_text()
    assert ZH.source_changed in exchange.inner_text()


def test_a_library_that_is_gone_while_the_window_is_open(opened: Opened, serve: Serve, library: Library) -> None:
    window = opened(serve(library.folder).url)
    page = window.page
    window.ask(WHEN)
    with moved(library.folder):
        page.fill("#question textarea", HOW_LONG)
        page.press("#question textarea", "Enter")
        said = notice(window)
        assert "那里没有资料库" in said
        assert str(library.folder) in said
        # What was asked and what was typed are still there.
        assert asked(window) == [WHEN]
        assert page.input_value("#question textarea") == HOW_LONG
        page.locator(".y-card[data-kind=citation]").first.click()
        assert "那里没有资料库" in notice(window)
        assert page.inner_text("#source mark") == "1987年6月2日"
        page.reload()
        page.locator(".y-error", has_text="那里没有资料库").wait_for()
        page.goto(page.url.partition("?")[0] + "documents")
        page.locator("#d-rows", has_text="那里没有资料库").wait_for()
        page.go_back()
    assert not list(library.folder.parent.glob("*-moved"))
    page.reload()
    window.answered(0)
    assert asked(window) == [WHEN]
    assert window.ask(HOW_LONG).locator("[data-kind=citation]").count() > 0
    assert kept(library.folder, window) == [WHEN, HOW_LONG]


@pytest.mark.skipif(sys.platform != "linux", reason="needs a process that permissions bind, though it be root's")
def test_a_library_that_can_only_be_read_is_asked_all_the_same(opened: Opened, serve: Serve, library: Library) -> None:
    library.close()
    with only_readable(library.folder):
        server = serve(library.folder, bound=as_others)
        window = opened(server.url)
        page = window.page
        assert page.inner_text("#sidebar .y-warning") == ZH.not_kept
        assert window.ask(HOW_LONG).locator("[data-kind=citation]").count() > 0
        assert window.ask(WHEN).locator("[data-kind=citation]").count() > 0
        page.reload()
        window.answered(1)
        assert asked(window) == [HOW_LONG, WHEN]
        window.page.locator(".y-feedback button").first.click()
        page.locator(".y-receipt", has_text="没有权限").wait_for()
        answer = page.request.post(
            f"{server.url}add?name=a.txt", data=b"x", headers={"content-type": "application/octet-stream"}
        )
        assert "不能写：文件夹是只读的" in answer.json()["html"]
        assert page.locator("[data-testid=toast-body]").count() == 0
    assert not (library.folder / "conversations.sqlite").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits that are set from outside")
def test_a_disk_that_takes_nothing_for_a_while(opened: Opened, serve: Serve, library: Library) -> None:
    server = serve(library.folder)
    window = opened(server.url)
    page = window.page
    window.ask(HOW_LONG)
    with full_disk(server.process.pid):
        assert window.ask(WHEN).locator("[data-kind=citation]").count() > 0
        said = notice(window)
        assert "conversations.sqlite" in said
        assert "不能写：磁盘" in said
        assert "请检查" in said
        window.ask(OTHER)
        assert asked(window) == [HOW_LONG, WHEN, OTHER]
        page.reload()
        window.answered(2)
        assert asked(window) == [HOW_LONG, WHEN, OTHER]
        assert kept(library.folder, window) == [HOW_LONG]
        other = opened(server.url)
        other.ask(WHEN)
        other.ask(OTHER)
        assert asked(other) == [WHEN, OTHER]
    # When it takes something again, nothing is missing.
    for each, before in ((window, [HOW_LONG, WHEN, OTHER]), (other, [WHEN, OTHER])):
        each.ask(HOW_LONG)
        assert asked(each) == kept(library.folder, each) == [*before, HOW_LONG]


def test_a_server_that_is_killed_while_it_answers(opened: Opened, serve: Serve, library: Library) -> None:
    server = serve(library.folder)
    window = opened(server.url)
    page = window.page
    window.ask(HOW_LONG)
    server.restart()
    page.reload()
    window.answered(0)
    # The models load: there is no answer yet.
    page.fill("#question textarea", WHEN)
    page.press("#question textarea", "Enter")
    page.wait_for_selector("#pending .y-working")
    server.crash()
    server.start()
    page.reload()
    exchange = window.answered(1)
    assert asked(window) == [HOW_LONG, WHEN]
    assert exchange.locator(".y-error").inner_text() == ZH.unfinished
    exchange.get_by_role("button", name=ZH.again, exact=True).click()
    page.locator("#conversation .y-exchange").nth(1).locator("[data-kind=citation]").first.wait_for()
    assert asked(window) == kept(library.folder, window) == [HOW_LONG, WHEN]
