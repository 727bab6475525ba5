"""The evaluation page in a real browser: run an uploaded set, read the report, draft a set and save it."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings import Embedder
from eval import load_set
from qa import Library, ask
from qa.feedback import record

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WAIT = 90_000
TEXT = (
    "青石镇统计公报\n\n2023年全镇粮食总产量达到38.7万吨，比上年增长2.1%。\n\n"
    "青石大桥全长1268米，总投资3.2亿元，2021年10月1日建成通车。\n\n青石图书馆于2019年5月18日正式开馆。"
)
QUESTION = "青石大桥全长多少米？"
ROWS = [
    {
        "id": "1",
        "question": QUESTION,
        "answers": ["1268米"],
        "evidence": "青石大桥全长",
        "kind": "<b>figure",
    },
    {"id": "2", "question": "火星上谁开了咖啡馆？<script>window.hacked=1</script>", "answers": [], "kind": "none"},
]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("page") / "library", model=embedder) as opened:
        opened.add_bytes(TEXT.encode(), "公报.txt")
        record(opened, ask(QUESTION, library=opened), QUESTION, [], "right")
        yield opened


@pytest.fixture(scope="module")
def page(library: Library) -> Iterator[Any]:
    """The page at desktop width, the window served from this process."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    from playwright.sync_api import sync_playwright

    from ui.server import serving

    with socket.socket() as probe:  # not one of the first ports, which other windows take
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(library, port=port) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1280, "height": 900}, locale="zh-CN")
        tab.set_default_timeout(WAIT)
        tab.goto(f"{url}evaluation")
        tab.wait_for_selector(".e-head")
        yield tab
        browser.close()


def says(page: Any, box: str, text: str) -> None:
    page.wait_for_function("([box, text]) => document.querySelector(box)?.innerText.includes(text)", arg=[box, text])


def choose(page: Any, label: str) -> None:
    page.click("#e-set input")
    page.get_by_role("option", name=label).click()


def test_the_header_leads_there_and_back(page: Any) -> None:
    page.click(".y-pages a >> nth=0")
    page.wait_for_selector("#question textarea")
    page.click(".y-pages a[href^='/evaluation']")
    page.wait_for_selector(".e-head")
    assert page.locator("#header-evaluation [aria-current]").inner_text() == "评测"
    assert page.locator(".nav-holder").is_hidden()


def test_a_bad_set_is_refused_with_its_line(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(ROWS[0]) + "\n{", "utf-8")
    upload(page, path)
    says(page, "#e-status", "line 2")


def upload(page: Any, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.click("#e-upload")
    chooser.value.set_files(path)


def test_an_uploaded_set_is_run_over_the_library(page: Any, library: Library, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), "utf-8")
    upload(page, path)
    page.wait_for_function("document.querySelector('#e-set input').value.includes('mine')")
    page.get_by_label("当前文档库").check()
    page.click("#e-start")
    says(page, "#e-status", "完成，共 2 题")
    report = page.frame_locator("#e-report iframe")
    report.get_by_text("评测报告").first.wait_for()
    assert "答对" in report.locator("body").inner_text()
    assert page.evaluate("window.hacked") is None
    assert page.locator("#e-downloads").get_by_text("predictions").count()
    (run,) = (library.folder / "runs").iterdir()
    rows = [json.loads(line) for line in (run / "predictions.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["1", "2"]
    assert page.locator("#e-stop button, button#e-stop").is_disabled()


def test_a_set_is_drafted_and_saved(page: Any, library: Library) -> None:
    page.get_by_role("tab", name="起草评测集").click()
    page.click("#e-feedback")
    says(page, "#e-draft-status", "收进 1 条反馈")
    page.fill("#e-many input", "5")
    page.click("#e-propose")
    says(page, "#e-draft-status", "题，请逐条看过")
    page.click("#e-all")
    page.wait_for_timeout(500)
    page.click("#e-save")
    says(page, "#e-draft-status", "sets/我的评测集.jsonl 现有")
    saved = load_set(library.folder / "sets" / "我的评测集.jsonl", documents=())
    assert QUESTION in {q.question for q in saved.questions}
    assert len(saved.questions) > 1
    for asked in saved.questions:
        assert all(answer in TEXT for answer in asked.answers)
    page.get_by_role("tab", name="运行").click()
    choose(page, f"我的评测集（{len(saved.questions)} 题）")


def test_the_bar_stays_in_sight_while_the_page_scrolls(page: Any) -> None:
    page.get_by_role("tab", name="起草评测集").click()
    page.set_viewport_size({"width": 1280, "height": 400})
    page.mouse.wheel(0, 300)
    page.wait_for_function("scrollY > 0")
    assert page.evaluate("document.querySelector('.y-header').getBoundingClientRect().top") == 0
    page.set_viewport_size({"width": 1280, "height": 900})


def test_the_verdicts_on_answers_are_handed_out(page: Any) -> None:
    with page.expect_download() as download:
        page.click(".e-link")
    assert QUESTION in Path(download.value.path()).read_text("utf-8-sig")


def test_nothing_runs_over_at_phone_width(page: Any) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for tab in ("运行", "起草评测集"):
        page.get_by_role("tab", name=tab).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_page_speaks_the_chosen_language_over_the_library_of_its_address(page: Any, library: Library) -> None:
    with Library.open(library.folder.parent / "beside", model=library.embedder) as beside:
        (beside.folder / "sets").mkdir()
        (beside.folder / "sets" / "more.jsonl").write_text(json.dumps(ROWS[0]) + "\n", "utf-8")
    page.set_viewport_size({"width": 1280, "height": 900})
    address = page.url.split("?")[0]
    page.goto(f"{address}?library=beside")
    page.click(".y-header [data-language=en]")
    page.get_by_role("heading", name="Evaluation").wait_for()
    choose(page, "more (questions: 1)")
    for said in ("Evaluation set", "Where to look for answers", "This Library", "Give the right passage", "Start"):
        page.get_by_text(said, exact=True).first.wait_for()
    page.get_by_role("tab", name="Draft a set").click()
    page.click("#e-propose")
    says(page, "#e-draft-status", "Nothing to propose")
    assert page.locator("#e-table").get_by_text("Evidence").count()
    assert page.locator(".e-link").get_attribute("href") == "/feedback.csv?library=beside"
