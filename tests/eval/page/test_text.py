"""The page's words, and in which language they are said."""

from __future__ import annotations

import re
import string
from dataclasses import fields
from types import SimpleNamespace

import pytest

from eval import page
from eval.page.rows import TYPES, WIDTHS
from eval.page.text import EN, ZH, Texts, in_language, texts_of

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("chosen", "accepted", "texts"),
    [
        ("", "", ZH),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", ZH),
        ("", "en-GB,en;q=0.9,zh;q=0.5", EN),
        ("", "fr-FR, en;q=0.7", EN),
        ("en", "zh-CN", EN),
        ("zh", "en", ZH),
        ("tlh", "en", EN),
    ],
)
def test_the_language_is_the_chosen_one_else_the_browsers(chosen: str, accepted: str, texts: Texts) -> None:
    assert in_language(chosen, accepted) is texts
    request = SimpleNamespace(cookies={"yinda_language": chosen}, headers={"accept-language": accepted})
    assert texts_of(request) is texts


def test_both_languages_fill_the_same_places() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}

    for field in fields(Texts):
        chinese, english = getattr(ZH, field.name), getattr(EN, field.name)
        assert CHINESE.search("".join(chinese)) or field.name == "code"
        assert not CHINESE.search("".join(english)), field.name
        if isinstance(chinese, str):
            assert places(chinese) == places(english), field.name
    assert len(ZH.columns) == len(EN.columns) == len(TYPES) == len(WIDTHS)


def test_the_window_gets_a_name_and_labels_in_both_languages() -> None:
    assert (page.name("zh"), page.name("en"), page.PATH) == ("评测", "Evaluation", "evaluation")
    assert page.TRANSLATIONS["zh"].keys() == page.TRANSLATIONS["en"].keys()
    assert all(key.startswith("evaluation_") for key in page.TRANSLATIONS["zh"])
    assert page.TRANSLATIONS["en"]["evaluation_start"] == EN.start
