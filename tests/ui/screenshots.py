"""Pictures of the window for the README: ``python -m tests.ui.screenshots``.

Starts the window over the sample documents and takes its main views at 1440 and 390 pixels, in real Chromium.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from qa import Library, sample_directory
from tests.ui.conftest import CHROMIUM, DESKTOP, FLAGS, PHONE, Server, Window

FOLDER = Path(__file__).resolve().parents[2] / "ui" / "screenshots"
COLOURS = 128
"""Colours that a picture keeps: text stays sharp, and the repository light."""
QUESTION = "2022年地区生产总值是多少？"
FOLLOW_UP = "那2023年呢？"
UNANSWERED = "地铁一号线什么时候开通？"


def _welcome(window: Window) -> None:
    window.page.wait_for_selector("#offers .y-chip")


def _answer(window: Window) -> None:
    window.ask(QUESTION)
    window.page.wait_for_selector("#source mark", state="attached")


def _source(window: Window) -> None:
    _answer(window)
    window.page.locator(".y-card[data-kind=citation]").first.click()


def _follow_up(window: Window) -> None:
    _answer(window)
    window.ask(FOLLOW_UP)


def _disagreement(window: Window) -> None:
    window.ask("一般公共预算收入是多少？")


def _abstention(window: Window) -> None:
    window.ask(UNANSWERED)
    window.page.wait_for_selector("#offers .y-chip")


def _documents(window: Window) -> None:
    window.page.wait_for_selector(".d-row")


def _evaluation(window: Window) -> None:
    window.page.wait_for_selector("#e-start")


VIEWS: dict[str, tuple[str, Callable[[Window], None], dict[str, Any]]] = {
    "welcome": ("", _welcome, {}),
    "answer": ("", _answer, {}),
    "source": ("", _source, {"color_scheme": "dark"}),
    "follow-up": ("", _follow_up, {}),
    "disagreement": ("", _disagreement, {}),
    "abstention": ("", _abstention, {"locale": "en-GB"}),
    "documents": ("documents", _documents, {}),
    "evaluation": ("evaluation", _evaluation, {}),
}


def main() -> None:
    """Take every picture into ``FOLDER``."""
    FOLDER.mkdir(exist_ok=True)
    samples = sample_directory()
    assert samples is not None
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "澜溪"
        with Library.open(folder) as library:
            library.add(samples, progress=True)
        running = Server(folder)
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
                for name, (path, prepare, options) in VIEWS.items():
                    for size in (DESKTOP, PHONE):
                        context = chromium.new_context(viewport=size, **{"locale": "zh-CN", **options})
                        page = context.new_page()
                        page.set_default_timeout(120_000)
                        page.goto(running.url + path)
                        page.wait_for_selector(".y-header")
                        prepare(Window(page))
                        page.wait_for_timeout(900)  # sheets slide, bars grow
                        _keep(page.screenshot(), FOLDER / f"{name}-{size['width']}.png")
                        context.close()
                chromium.close()
        finally:
            running.close()


def _keep(png: bytes, path: Path) -> None:
    picture = Image.open(BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.name}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
