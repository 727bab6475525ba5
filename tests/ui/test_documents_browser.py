"""The page of documents in a real browser: adding, finding, editing, removing, and what cannot be done."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from qa import Library
from tests.ui.conftest import DESKTOP, PHONE
from ui.server import serving
from ui.texts import EN, ZH

pytestmark = pytest.mark.browser

WAIT = 30_000
BULLETIN = "青石镇统计公报\n\n青石镇人民政府\n2024年3月5日\n\n2023年全镇粮食总产量达到38.7万吨，比上年增长2.1%。\n"
LIBRARY_RULES = "# 青石图书馆开放办法\n\n## 开放时间\n\n每天九点开门，二十一点关门。\n\n## 借阅\n\n每人可借十本。\n"
LIGHTHOUSE = "白石镇公告\n\n白石灯塔于1987年6月2日正式点亮。\n"
NASTY = "坏<img src=x onerror=window.hacked=1>名.txt"
# A PDF that asks for a password, as small as can be.
LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"3 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]/Size 4>>\n%%EOF\n"
)


class Documents:
    """The page of documents, and what a person does there."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def add(self, *files: Path | dict[str, Any], folder: Path | None = None) -> dict[str, str]:
        """Choose files or a folder, wait for the end, and return what is said of each."""
        before = self.page.evaluate("window.yindaDocuments.adding.runs ?? 0")
        self.page.set_input_files(f".d-drop input[name={'folder' if folder else 'files'}]", folder or list(files))
        return self.added(before)

    def added(self, runs: int) -> dict[str, str]:
        self.page.wait_for_function(f"window.yindaDocuments.adding.runs > {runs}")
        rows = self.page.locator(".d-report li")
        return {rows.nth(i).locator("b").inner_text(): rows.nth(i).inner_text() for i in range(rows.count())}

    def row(self, title: str) -> Any:
        return self.page.locator(".d-row").filter(has=self.page.get_by_role("button", name=title, exact=True))

    def titles(self, count: int) -> list[str]:
        """The titles in the list, when there are so many."""
        self.page.wait_for_function(f"document.querySelectorAll('.d-row').length === {count}")
        return [str(title) for title in self.page.locator(".d-title button").all_inner_texts()]

    def overflow(self) -> int:
        return int(
            self.page.evaluate(
                "Math.max(...[...document.querySelectorAll('#d-page, #d-page *, #d-panel.d-open #d-source *')]"
                ".map((each) => each.getBoundingClientRect().right)) - innerWidth"
            )
        )


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("shelf") / "青石", model=embedder) as opened:
        yield opened


@pytest.fixture(scope="module")
def url(library: Library) -> Iterator[str]:
    with serving(library) as address:
        yield f"{address}documents"


Opened = Callable[..., Documents]


@pytest.fixture
def opened(browser: Any) -> Iterator[Opened]:
    """Opens the page in a browser of its own; afterwards, no script has failed and no text became one."""
    errors: list[str] = []
    contexts = []

    def open_page(url: str, size: dict[str, int] = DESKTOP, **options: Any) -> Documents:
        context = browser.new_context(viewport=size, **{"locale": "zh-CN", **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector(".d-list")
        page.wait_for_selector(".d-tools")
        return Documents(page)

    yield open_page
    hacked = [context.pages[0].evaluate("window.hacked") for context in contexts]
    for context in contexts:
        context.close()
    assert errors == []
    assert hacked == [None] * len(hacked)


@pytest.fixture
def filled(library: Library) -> Iterator[Library]:
    """The Library with three documents; empty again afterwards."""
    for name, text in (("公报.txt", BULLETIN), ("办法.md", LIBRARY_RULES), ("公告.txt", LIGHTHOUSE)):
        library.add_bytes(text.encode(), name)
    yield library
    library.remove([entry.id for entry in library.catalogue()])


@pytest.fixture
def emptied(library: Library) -> Iterator[Library]:
    yield library
    library.remove([entry.id for entry in library.catalogue()])


def files_below(folder: Path) -> Path:
    """A folder with two documents, one of them further down, and what is no document."""
    (folder / "里面").mkdir(parents=True)
    (folder / "公告.txt").write_text(LIGHTHOUSE, "utf-8")
    (folder / "里面" / "办法.md").write_text(LIBRARY_RULES, "utf-8")
    (folder / ".隐藏.txt").write_text("不读", "utf-8")
    (folder / "图.png").write_bytes(b"\x89PNG\r\n")
    return folder


def test_what_is_read_is_listed_and_what_is_not_says_why(
    opened: Opened, url: str, emptied: Library, tmp_path: Path
) -> None:
    documents = opened(url)
    assert ZH.empty_library in documents.page.inner_text("#d-rows")
    large = tmp_path / "大.txt"
    with open(large, "wb") as file:
        file.truncate(300 << 20)
    (tmp_path / "公报.txt").write_text(BULLETIN, "utf-8")
    (tmp_path / NASTY).write_text(LIGHTHOUSE, "utf-8")
    (tmp_path / "空.txt").write_bytes(b"")
    (tmp_path / "程序.exe").write_bytes(b"MZ")
    (tmp_path / "密.pdf").write_bytes(LOCKED)
    said = documents.add(*(tmp_path / name for name in ("公报.txt", NASTY, "空.txt", "程序.exe", "密.pdf")), large)
    assert ZH.added.format(passages=1) in said["公报.txt"]
    assert ZH.added.format(passages=1) in said[NASTY]
    for name, why in (
        ("空.txt", "是空的"),
        ("程序.exe", "格式不认识"),
        ("密.pdf", "有密码"),
        ("大.txt", "超过 200 MB"),
    ):
        assert why in said[name]
        assert "\n" in said[name]  # a hint
    assert sorted(documents.titles(2)) == ["白石镇公告", "青石镇统计公报"]
    assert {entry.file for entry in emptied.catalogue()} == {"公报.txt", NASTY}
    # The page goes on working, and nothing is there twice.
    assert ZH.unchanged in documents.add({"name": "又.txt", "mimeType": "", "buffer": BULLETIN.encode()})["又.txt"]
    sent: list[str] = []
    documents.page.on("request", lambda request: sent.append(request.url))
    for replacing in (True, False):
        documents.page.set_checked(".d-replace input", replacing)
        documents.add({"name": "又.txt", "mimeType": "", "buffer": BULLETIN.encode()})
        (address,) = [each for each in sent if "/add?" in each]
        assert ("versions=replace" in address) is replacing
        sent.clear()


def test_sources_that_could_not_be_read_are_listed_with_their_reasons(
    opened: Opened, url: str, emptied: Library, tmp_path: Path
) -> None:
    broken = tmp_path / "空.txt"
    broken.write_bytes(b"")
    (tmp_path / "公报.txt").write_text(BULLETIN, "utf-8")
    emptied.add(tmp_path)
    page = opened(url).page
    unread = page.locator(".d-unread")
    assert unread.locator("summary").inner_text() == ZH.unread.format(count=1)
    assert not unread.locator("li").is_visible()
    unread.locator("summary").click()
    assert unread.locator("li b").inner_text() == str(broken)
    assert "是空的" in unread.locator("li").inner_text()
    broken.write_text(LIGHTHOUSE, "utf-8")
    emptied.add(tmp_path)
    page.reload()
    page.wait_for_selector(".d-list")
    assert unread.count() == 0


def test_a_folder_is_chosen_or_dropped(opened: Opened, url: str, emptied: Library, tmp_path: Path) -> None:
    folder = files_below(tmp_path / "文件夹")
    documents = opened(url)
    said = documents.add(folder=folder)
    assert sorted(said) == ["文件夹/公告.txt", "文件夹/里面/办法.md"]
    assert ZH.count_skipped.format(count=2) in documents.page.inner_text(".d-counts")
    assert len(documents.titles(2)) == 2

    (folder / "里面" / "公报.txt").write_text(BULLETIN, "utf-8")
    page = documents.page
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    runs = page.evaluate("window.yindaDocuments.adding.runs")
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 500, "y": 300, "data": data})
    page.wait_for_selector(".d-drop.d-over")
    session.send("Input.dispatchDragEvent", {"type": "drop", "x": 500, "y": 300, "data": data})
    said = documents.added(runs)
    assert ZH.added.format(passages=1) in said["文件夹/里面/公报.txt"]
    assert ZH.unchanged in said["文件夹/公告.txt"]
    assert len(documents.titles(3)) == 3


def test_adding_can_be_stopped_and_gone_on_with(opened: Opened, url: str, emptied: Library) -> None:
    documents = opened(url)
    page = documents.page
    files = [
        {"name": f"{number}.txt", "mimeType": "text/plain", "buffer": f"第{number}座桥长{number}米。".encode()}
        for number in range(30)
    ]
    page.set_input_files(".d-drop input[name=files]", files)
    page.wait_for_selector(".d-report li")
    page.click("[data-adding=stop]")
    page.wait_for_selector("[data-adding=go-on]:visible")
    assert page.inner_text(".d-adding-now") == ZH.adding_stopped
    held = len(emptied.catalogue())
    assert 0 < held < 30
    runs = page.evaluate("window.yindaDocuments.adding.runs")
    page.click("[data-adding=go-on]")
    assert len(documents.added(runs)) == 30
    assert page.inner_text(".d-adding-now") == ZH.adding_done
    assert len(emptied.catalogue()) == 30


def test_title_date_and_organisation_are_edited_in_place(opened: Opened, url: str, filled: Library) -> None:
    documents = opened(url)
    page = documents.page
    documents.row("白石镇公告").get_by_role("button", name=ZH.edit_document.format(title="白石镇公告")).click()
    form = page.locator(".d-edit")
    assert page.evaluate("document.activeElement.name") == "title"
    form.locator("[name=date]").fill("二月三十")
    form.locator("[name=title]").fill("灯塔")
    page.keyboard.press("Enter")
    form.locator(".d-error", has_text="“二月三十”不是日期").wait_for()
    assert form.locator("[name=title]").input_value() == "灯塔"
    form.locator("[name=date]").fill("1987-06")
    form.locator("[name=organisation]").fill("白石镇人民政府")
    form.get_by_role("button", name=ZH.save).click()
    page.locator(".d-said", has_text=ZH.saved.format(title="灯塔")).wait_for()
    row = documents.row("灯塔")
    row.wait_for()
    assert ZH.edited in row.inner_text()
    assert ZH.edit_document.format(title="灯塔") == page.evaluate("document.activeElement.getAttribute('aria-label')")
    (entry,) = [each for each in filled.catalogue() if each.file == "公告.txt"]
    assert (entry.title, entry.date, entry.organisation) == ("灯塔", "1987-06", "白石镇人民政府")

    # Escape leaves everything as it was.
    documents.row("青石镇统计公报").locator("[data-do=edit]").click()
    page.fill(".d-edit [name=title]", "别的")
    page.keyboard.press("Escape")
    assert page.locator(".d-edit").count() == 0
    assert "别的" not in {each.title for each in filled.catalogue()}


def test_documents_are_found_opened_and_downloaded(opened: Opened, url: str, filled: Library) -> None:
    documents = opened(url)
    page = documents.page
    assert len(documents.titles(3)) == 3
    page.fill(".d-search", "青石 图书馆")
    assert documents.titles(1) == ["青石图书馆开放办法"]
    assert page.inner_text(".d-count") == ZH.count_found.format(count=1)
    page.fill(".d-search", "没有这样的")
    page.locator(".d-empty", has_text=ZH.none_found).wait_for()
    page.fill(".d-search", "")
    documents.titles(3)
    page.select_option(".d-sort select", "title")
    page.wait_for_function("document.querySelector('.d-row').dataset.title === '白石镇公告'")
    assert documents.titles(3) == ["白石镇公告", "青石图书馆开放办法", "青石镇统计公报"]

    title = page.get_by_role("button", name="青石镇统计公报", exact=True)
    title.click()
    page.locator("#d-source .y-text", has_text="38.7万吨").wait_for()
    assert page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.querySelector('#d-panel').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_selector("#d-panel:not(.d-open)", state="attached")
    assert page.evaluate("document.activeElement.textContent") == "青石镇统计公报"
    with page.expect_download() as download:
        documents.row("青石镇统计公报").get_by_role("link").click()
    assert download.value.suggested_filename == "公报.txt"
    assert Path(download.value.path()).read_text("utf-8") == BULLETIN


def test_one_and_several_are_removed_after_being_asked_once_more(opened: Opened, url: str, filled: Library) -> None:
    documents = opened(url)
    page = documents.page
    remove = documents.row("白石镇公告").locator("[data-do=remove]")
    remove.click()
    assert remove.inner_text() == ZH.remove_confirm
    assert len(filled.catalogue()) == 3
    remove.click()
    assert "白石镇公告" not in documents.titles(2)
    page.locator(".d-said", has_text=ZH.removed.format(count=1)).wait_for()
    page.check("[data-all]")
    assert page.inner_text(".d-chosen b") == ZH.selected.format(count=2)
    for _ in range(2):
        page.click("[data-do=remove-chosen]")
    page.locator(".d-empty").wait_for()
    assert filled.catalogue() == []


def test_a_library_is_made_and_the_page_goes_there_in_english(opened: Opened, url: str, filled: Library) -> None:
    documents = opened(url, locale="en-GB")
    page = documents.page
    page.get_by_text(EN.new_library).click()
    page.fill("#d-name", "a/b")
    page.keyboard.press("Enter")
    page.locator("#d-name-error", has_text="cannot be called").wait_for()
    page.fill("#d-name", "白石 2024")
    page.keyboard.press("Enter")
    page.wait_for_url("**/documents?library=*")
    page.locator(".d-empty", has_text=EN.empty_library).wait_for()
    assert "白石 2024" in page.inner_text(".d-head")
    said = documents.add({"name": "one.txt", "mimeType": "", "buffer": LIGHTHOUSE.encode()})
    assert EN.added.format(passages=1) in said["one.txt"]
    assert documents.titles(1) == ["白石镇公告"]
    assert len(filled.catalogue()) == 3


def test_a_phone_shows_everything_within_its_width(opened: Opened, url: str, filled: Library) -> None:
    documents = opened(url, PHONE)
    page = documents.page
    documents.titles(3)
    assert documents.overflow() <= 0
    documents.add({"name": "长" * 60 + ".exe", "mimeType": "", "buffer": b"MZ"})
    documents.row("青石镇统计公报").locator("[data-do=edit]").click()
    assert documents.overflow() <= 0
    page.get_by_text(ZH.new_library).click()
    assert documents.overflow() <= 0
    page.get_by_text(ZH.new_library).click()
    page.get_by_role("button", name="青石图书馆开放办法", exact=True).click()
    page.locator("#d-source .y-text").wait_for()
    page.wait_for_timeout(400)  # it slides in
    assert documents.overflow() <= 0


@contextmanager
def only_readable(folder: Path) -> Iterator[None]:
    """While this lasts, permissions let nobody write in the folder; as root, who they do not stop, another asks."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        # What the process may do is root's business; what a Library asks it may do is not.
        os.setreuid(65534, 0)
    try:
        yield
    finally:
        if root:
            os.setreuid(0, 0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.skipif(not hasattr(os, "setreuid"), reason="needs the permissions of POSIX")
def test_a_library_that_can_only_be_read_says_so(opened: Opened, url: str, filled: Library) -> None:
    folder = filled.folder.parent / "只读"
    shutil.copytree(filled.folder, folder)
    with only_readable(folder):
        documents = opened(f"{url}?library=只读")
        page = documents.page
        assert page.inner_text(".d-read-only") == ZH.read_only
        assert len(documents.titles(3)) == 3
        assert page.locator(".d-drop, [data-do=edit], [data-do=remove], .d-row input").count() == 0
        # Who asks all the same gets a plain answer.
        answer = page.request.post(
            f"{url.removesuffix('documents')}add?name=a.txt&library=只读",
            data=b"x",
            headers={"content-type": "application/octet-stream"},
        )
        assert "不能写" in answer.json()["html"]
        page.get_by_role("button", name="青石镇统计公报", exact=True).click()
        page.locator("#d-source .y-text", has_text="38.7万吨").wait_for()
