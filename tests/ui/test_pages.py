"""Further pages of the window: found as entry points, and linked from the header as text."""

from __future__ import annotations

from ui.text import ZH

from ui import cards
from ui.pages import further_pages


def test_the_evaluation_page_is_found() -> None:
    assert [(page.NAME, page.PATH) for page in further_pages()] == [("评测", "evaluation")]


def test_links_are_escaped() -> None:
    html = cards.header(ZH, [("<b>", 'x"y')])
    assert "&lt;b&gt;" in html
    assert 'href="x&quot;y"' in html
