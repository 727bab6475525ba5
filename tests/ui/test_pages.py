"""Further pages of the window: found as entry points, with their labels, and linked from the header as text."""

from __future__ import annotations

from ui.components.header import header
from ui.elements import translations
from ui.pages import further_pages
from ui.texts import EN, ZH


def test_the_evaluation_page_is_found() -> None:
    (page,) = further_pages()
    assert (page.name("zh"), page.name("en"), page.PATH) == ("评测", "Evaluation", "evaluation")


def test_their_labels_stand_beside_the_windows() -> None:
    (page,) = further_pages()
    held = translations([page.TRANSLATIONS]).translations_dict
    assert held["en"] == {**translations().translations_dict["en"], **page.TRANSLATIONS["en"]}
    assert held["zh-CN"]["send"] == ZH.send
    assert held["zh-CN"]["evaluation_start"] == page.TRANSLATIONS["zh"]["evaluation_start"]
    assert not page.TRANSLATIONS["en"].keys() & translations().translations_dict["en"].keys()


def test_links_are_escaped() -> None:
    html = header(["库"], "库", "", EN, [("<b>", 'x"y')])
    assert "&lt;b&gt;" in html
    assert 'href="/x&quot;y"' in html
